"""Files with task definitions and other JSON: read and written; ``-`` is stdin.

What is in them is the affair of ``core.definition``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument import files
from fargate_instrument.core import definition, jsontext
from fargate_instrument.core.errors import fail

if TYPE_CHECKING:
    from fargate_instrument.streams import Streams

STDIN = "-"


def shown(name: str) -> str:
    """Name a file for a message."""
    return "standard input" if name == STDIN else name


def content(name: str, io: Streams) -> bytes:
    """Read a file, or standard input for ``-``. Raises Failure."""
    if name == STDIN:
        return io.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise fail(name, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise fail(jsontext.dump(name), "is no file name") from None


def text(name: str, io: Streams) -> str:
    """Read a file as UTF-8. Raises Failure."""
    try:
        return content(name, io).decode()
    except UnicodeDecodeError:
        raise fail(shown(name), "is not UTF-8 text") from None


def json_file(name: str, io: Streams) -> Any:
    """Read a file of JSON. Raises Failure."""
    return jsontext.parse(text(name, io), shown(name))


def read(name: str, io: Streams) -> definition.Document:
    """Read a file in any of the three forms. Raises Failure with every problem."""
    written = text(name, io)
    value = jsontext.parse(written, shown(name))
    return definition.document(value, shown(name), written)


def pretty(value: Any) -> str:
    """Write JSON for people: keys sorted, two spaces of indent."""
    return jsontext.dump(value, indent=2) + "\n"


def write(path: str, made: str, *, private: bool = False) -> None:
    """Put a text in place in one step; ``private`` as in ``files``. Raises Failure."""
    files.write(path, made.encode(), private=private)
