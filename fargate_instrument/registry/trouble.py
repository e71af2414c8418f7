"""What a registry can do to us, as one exception; not yet addressed to a container."""

from __future__ import annotations


class RegistryTrouble(Exception):  # noqa: N818  (it becomes a Problem at the door)
    """An image's configuration cannot be had.

    ``message``: what happened, one line, never a credential.
    ``fixes``: what the user can do, one line each.
    """

    def __init__(self, message: str, *fixes: str) -> None:
        self.message = message
        self.fixes = fixes
        super().__init__(message)
