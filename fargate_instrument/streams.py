"""The program's streams and exit statuses: all of the outside that it knows."""

from __future__ import annotations

import sys

from fargate_instrument.core.errors import fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

OK, WRONG, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit statuses."""

REPORT_AT = "https://github.com/fargate-instrument/fargate-instrument/issues"


class Streams:
    """Standard input, output and error, so that no other module touches them."""

    def __init__(self) -> None:
        self.stdin: BinaryIO | None = sys.stdin.buffer if sys.stdin else None
        self.out_is_terminal = bool(sys.stdout and sys.stdout.isatty())
        self.in_is_terminal = bool(sys.stdin and sys.stdin.isatty())

    def read(self) -> bytes:
        """Read all of stdin. Raises Failure if it is closed."""
        try:
            if self.stdin is not None:
                return self.stdin.read()
        except (OSError, ValueError):
            pass
        raise fail("stdin", "cannot be read", fault="protocol")

    def write(self, data: bytes) -> None:
        """Write all bytes to stdout at once. Raises Failure if that is impossible."""
        reason = "it is closed"
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
                raw = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
                left = memoryview(data)
                while left:
                    left = left[raw.write(left) or 0 :]
                return
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or reason
        raise fail("stdout", f"cannot be written: {reason}", fault="protocol")

    def out(self, text: str) -> None:
        """Write text to stdout."""
        self.write(text.encode("utf-8", "backslashreplace"))

    def err(self, text: str) -> None:
        """Write text to stderr; a closed stderr is no reason to fail otherwise."""
        try:
            if sys.stderr is not None:
                data = text.encode("utf-8", "backslashreplace")
                sys.stderr.buffer.write(data)
                sys.stderr.buffer.flush()
        except (OSError, ValueError):
            pass
