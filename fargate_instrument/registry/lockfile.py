"""The lock file's text and what it holds; not how its entries are found.

One JSON object, reference to entry, sorted, two spaces of indent: the value of the
query's ``image_configs`` as it stands.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.errors import fail
from fargate_instrument.registry.image import ENTRY_MEMBERS

if TYPE_CHECKING:
    from fargate_instrument.registry.image import Entry

DEFAULT_PATH = "image-configs.lock.json"
MAX_BYTES = 64 * 1024 * 1024
_NEW_MODE = 0o666


def read(path: Path) -> dict[str, Any] | None:
    """Read a lock file; None where there is none.

    :raises Failure: it cannot be read, or is no lock file. It is then left alone.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fail(str(path), f"cannot be read: {error.strerror}") from None
    return parse(text, str(path))


def parse(text: bytes, where: str) -> dict[str, Any]:
    """Read the bytes of a lock file: an object of objects."""
    try:
        value = json.loads(text) if len(text) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and all(isinstance(v, dict) for v in value.values()):
        return value
    raise fail(
        where,
        "is not a lock file: a JSON object of image references, each with an object",
        "restore it, or remove it to begin a new one, or name another with --output",
    )


def render(entries: dict[str, Any]) -> bytes:
    """Write the lock file's bytes: the same for the same entries, always ASCII."""
    return (json.dumps(entries, indent=2, sort_keys=True) + "\n").encode("ascii")


def write(path: Path, entries: dict[str, Any]) -> bool:
    """Put the file in place in one step; say whether anything changed."""
    text = render(entries)
    target = Path(os.path.realpath(path))
    try:
        if target.is_file() and target.read_bytes() == text:
            return False
        _replace(target, text)
    except OSError as error:
        raise fail(str(path), f"cannot be written: {error.strerror}") from None
    return True


def differences(locked: Any, entry: Entry) -> list[str]:
    """Name the members in which a locked entry is not what the registry says.

    An absent member and a null one mean the same.
    """
    return [name for name in ENTRY_MEMBERS if locked.get(name) != entry[name]]


def _replace(target: Path, text: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode(target: Path) -> int:
    """Keep the mode of the file that is replaced; a new one follows the umask."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_MODE & ~mask
