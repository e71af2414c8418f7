"""Go's words where the external provider shows them: quotes, signals, errors, bytes.

What ``strconv.Quote``, ``syscall.Signal``, ``syscall.Errno`` and a string of invalid
UTF-8 come out as on Linux. No provider and no JSON.
"""

from __future__ import annotations

import codecs
import os
from typing import Final

_SIGNALS: Final = (
    "hangup",
    "interrupt",
    "quit",
    "illegal instruction",
    "trace/breakpoint trap",
    "aborted",
    "bus error",
    "floating point exception",
    "killed",
    "user defined signal 1",
    "segmentation fault",
    "user defined signal 2",
    "broken pipe",
    "alarm clock",
    "terminated",
    "stack fault",
    "child exited",
    "continued",
    "stopped (signal)",
    "stopped",
    "stopped (tty input)",
    "stopped (tty output)",
    "urgent I/O condition",
    "CPU time limit exceeded",
    "file size limit exceeded",
    "virtual timer expired",
    "profiling timer expired",
    "window changed",
    "I/O possible",
    "power failure",
    "bad system call",
)
_NAMED: Final = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}
_REPLACED: Final = "go-replacement"


def signal(number: int) -> str:
    """Name a signal as ``syscall.Signal`` does."""
    if number <= len(_SIGNALS):
        return _SIGNALS[number - 1]
    return f"signal {number}"


def error(problem: OSError) -> str:
    """Word an error of the system as ``syscall.Errno`` does: in lower case."""
    words = os.strerror(problem.errno or 0)
    return words[:1].lower() + words[1:]


def quoted(text: str) -> str:
    """Quote a text as ``strconv.Quote`` does."""
    return f'"{"".join(map(escaped, text))}"'


def escaped(character: str) -> str:
    """Write a character as it stands within Go's double quotes."""
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def text(data: bytes) -> str:
    """Read bytes as UTF-8, each that is none as one U+FFFD, which Go does."""
    return data.decode("utf-8", errors=_REPLACED)


def _replacement(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeDecodeError)
    return "\ufffd", problem.start + 1


codecs.register_error(_REPLACED, _replacement)
