"""Entry by path or by ``-m``: checks the Python version, then runs the program.

This file must parse on any Python, 2.7 included, so that an old one says so in one
line instead of showing a syntax error.
"""

import sys


def _main():  # type: ignore[no-untyped-def]  # an old Python reads no annotations  # noqa: ANN202
    if sys.version_info < (3, 10):  # noqa: UP036  (the reason for this file)
        sys.stderr.write(  # an old Python has no f-strings
            "fargate-instrument: Python 3.10 or later is needed, this is %d.%d (%s);"  # noqa: UP031
            " set python_command to a newer one\n"
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
        return 1
    try:
        if not __package__:
            sys.path.insert(0, _root(__file__))  # type: ignore[no-untyped-call]
        from fargate_instrument.cli import main  # noqa: PLC0415

        return main()
    except KeyboardInterrupt:
        return 130


def _root(path):  # type: ignore[no-untyped-def]  # as above  # noqa: ANN001, ANN202
    """Give the folder that holds the package, for a path of this file."""
    parts = path.replace("\\", "/").split("/")[:-2]
    return "/".join(parts) or ("/" if path.startswith("/") else ".")


if __name__ == "__main__":
    sys.exit(_main())  # type: ignore[no-untyped-call]  # see _main
