"""The lock file's text and what it holds; not how its entries are found.

One JSON object, reference to entry, sorted, two spaces of indent: the value of the
query's ``image_configs`` as it stands.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument import files
from fargate_instrument.core.errors import fail
from fargate_instrument.registry.image import ENTRY_MEMBERS

if TYPE_CHECKING:
    from fargate_instrument.registry.image import Entry

DEFAULT_PATH = "image-configs.lock.json"
MAX_BYTES = 64 * 1024 * 1024


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
    except OSError as error:
        raise fail(str(path), f"cannot be written: {error.strerror}") from None
    files.write(path, text)
    return True


def differences(locked: Any, entry: Entry) -> list[str]:
    """Name the members in which a locked entry is not what the registry says.

    An absent member and a null one mean the same.
    """
    return [name for name in ENTRY_MEMBERS if locked.get(name) != entry[name]]
