"""Where a text stops being JSON, and why, in words of its own; reads no values.

What Python's ``json`` says of the same text differs from one version to the next.
This is RFC 8259 as it stands: ASCII digits, four kinds of space, no NaN.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(
    r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
)
_PLAIN = r'[^"\\\x00-\x1f]*'
_BODY = re.compile(rf'{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{{4}}){_PLAIN})*')
_NO_NUMBER = re.compile(r"NaN|-?Infinity")
_CLOSE = {"[": "]", "{": "}"}


def first(text: str, deepest: int) -> str:
    """Say what is first wrong with a text, and in which line and column, or nothing.

    Raises RecursionError if it nests deeper than ``deepest`` before that.
    """
    try:
        _walk(text, deepest)
    except _FaultError as fault:
        line = text.count("\n", 0, fault.at) + 1
        column = fault.at - text.rfind("\n", 0, fault.at)
        return f"{fault} (line {line}, column {column})"
    return ""


class _FaultError(Exception):
    """What is wrong, and the index at which it is."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


def _walk(text: str, deepest: int) -> None:
    at, due = 0, True
    opened: list[str] = []
    while due or opened:
        at = _skip(text, at)
        at, due = (_value if due else _after)(text, at, opened)
        if len(opened) > deepest:
            raise RecursionError
    at = _skip(text, at)
    if at < len(text):
        raise _FaultError("more follows the value", at)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, opened: list[str]) -> tuple[int, bool]:
    """Read what begins a value: where it goes on, and whether a value is due there."""
    char = text[at : at + 1]
    if char in _CLOSE:
        end = _skip(text, at + 1)
        if text[end : end + 1] == _CLOSE[char]:
            return end + 1, False
        opened.append(char)
        return _member(text, end, opened), True
    if char == '"':
        return _string(text, at), False
    found = _SCALAR.match(text, at)
    return (found.end(), False) if found else _no_value(text, at)


def _after(text: str, at: int, opened: list[str]) -> tuple[int, bool]:
    """Read what stands behind a value in a list or an object."""
    char, close = text[at : at + 1], _CLOSE[opened[-1]]
    if char == close:
        opened.pop()
        return at + 1, False
    if char != ",":
        raise _FaultError(f'"," or "{close}" is expected', at)
    end = _skip(text, at + 1)
    if text[end : end + 1] == close:
        raise _FaultError(f'"," stands before "{close}"', at)
    return _member(text, end, opened), True


def _member(text: str, at: int, opened: list[str]) -> int:
    """Read an object's key and colon; in a list there is none."""
    if opened[-1] == "[":
        return at
    if text[at : at + 1] != '"':
        raise _FaultError("a key in double quotes is expected", at)
    at = _skip(text, _string(text, at))
    if text[at : at + 1] != ":":
        raise _FaultError('":" is expected', at)
    return at + 1


def _string(text: str, at: int) -> int:
    """Read a text in quotes; give the index behind it."""
    body = _BODY.match(text, at + 1)
    end = body.end() if body else at + 1
    char = text[end : end + 1]
    if char == '"':
        return end + 1
    if not char:
        raise _FaultError("a text has no closing quote", at)
    what = "a control character must be written as an escape"
    raise _FaultError("this is no escape" if char == "\\" else what, end)


def _no_value(text: str, at: int) -> NoReturn:
    word = _NO_NUMBER.match(text, at)
    if word:
        raise _FaultError(f"{word[0]} is no JSON number", at)
    raise _FaultError("a value is expected", at)
