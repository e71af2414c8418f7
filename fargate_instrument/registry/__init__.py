"""Image configurations from registries, for ``lock``; never on the plan path.

The rooms: ``reference`` (names), ``wanted`` (whose images), ``transport`` (HTTP) on
``origin`` (connections), ``challenge`` and ``credentials`` with ``docker_config`` and
``aws`` (ways in), ``image`` (documents), ``client`` (one image), ``asking`` (many),
``lockfile`` (the text). ``trouble`` is what goes wrong in any of them.
"""
