"""Puts a file in place in one step, so that no reader ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from fargate_instrument.core.errors import fail

_NEW_MODE = 0o666
_PRIVATE_MODE = 0o600


def write(path: str | Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a link is followed, the mode is kept.

    ``private``: a new file is for its owner alone, whatever the umask. Raises Failure
    if it cannot be written; what was there is then there still.
    """
    target = Path(os.path.realpath(path))
    try:
        _replace(target, data, private=private)
    except OSError as error:
        raise fail(str(path), f"cannot be written: {error.strerror}") from None


def _replace(target: Path, data: bytes, *, private: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target, private=private))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode(target: Path, *, private: bool) -> int:
    """Keep the mode of the file that is replaced; a new one follows the umask."""
    if target.exists():
        return target.stat().st_mode & 0o777
    if private:
        return _PRIVATE_MODE
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_MODE & ~mask
