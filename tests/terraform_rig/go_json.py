"""Go's reading of a flat JSON object, errors in Go's words. Not a JSON library.

The external provider decodes a program's output with Go's ``encoding/json`` into a
map of strings. What Go accepts (a null member, a doubled key, bad UTF-8) and what
it says when it does not is part of the protocol, so the stand-in answers alike.
"""

from __future__ import annotations

import json
import re
from typing import Final

_SPACE: Final = " \t\r\n"
_ESCAPES: Final = 'bfnrt\\/"'
_HEX: Final = "0123456789abcdefABCDEF"
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_KINDS: Final = {
    bool: "bool",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


class GoJSONError(ValueError):
    """What Go's decoder would say about the text."""


def flat_object(data: bytes) -> dict[str, str] | None:
    """Decode as Go does into ``map[string]string``; ``null`` gives ``None``."""
    _Scanner(data.decode("latin-1")).check()
    value = json.loads(data.decode("utf-8", errors="replace"))
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _mismatch(value, "map[string]string")
    return {_text(key): _member(item) for key, item in value.items()}


def _member(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _mismatch(value, "string")
    return _text(value)


def _text(value: str) -> str:
    return _SURROGATE.sub(_REPLACEMENT, value)


def _mismatch(value: object, wanted: str) -> GoJSONError:
    kind = _KINDS[type(value)]
    return GoJSONError(f"json: cannot unmarshal {kind} into Go value of type {wanted}")


def _quoted(character: str) -> str:
    if character == "'":
        return r"'\''"
    if character == '"':
        return "'\"'"
    plain = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\"}
    named = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\v": r"\v"}
    if character in (known := plain | named):
        return f"'{known[character]}'"
    if character.isprintable():
        return f"'{character}'"
    return f"'\\x{ord(character):02x}'" if character < "\x80" else _code(character)


def _code(character: str) -> str:
    return f"'\\u{ord(character):04x}'"


class _Scanner:
    """One pass over the bytes (as Latin-1) that finds the first syntax error."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def check(self) -> None:
        self._value()
        self._skip_space()
        if self.at < len(self.text):
            raise self._invalid("after top-level value")

    def _peek(self) -> str:
        if self.at >= len(self.text):
            raise GoJSONError("unexpected end of JSON input")
        return self.text[self.at]

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def _invalid(self, where: str) -> GoJSONError:
        return GoJSONError(f"invalid character {_quoted(self._peek())} {where}")

    def _value(self) -> None:
        self._skip_space()
        first = self._peek()
        if first == "{":
            self._object()
        elif first == "[":
            self._array()
        elif first == '"':
            self._string()
        elif first in _LITERALS:
            self._literal(_LITERALS[first])
        elif first == "-" or (first.isascii() and first.isdigit()):
            self._number()
        else:
            raise self._invalid("looking for beginning of value")

    def _object(self) -> None:
        self.at += 1
        self._skip_space()
        if self._peek() == "}":
            self.at += 1
            return
        while True:
            self._skip_space()
            if self._peek() != '"':
                raise self._invalid("looking for beginning of object key string")
            self._string()
            self._expect(":", "after object key")
            self._value()
            if self._ends("}", "after object key:value pair"):
                return

    def _array(self) -> None:
        self.at += 1
        self._skip_space()
        if self._peek() == "]":
            self.at += 1
            return
        while True:
            self._value()
            if self._ends("]", "after array element"):
                return

    def _expect(self, character: str, where: str) -> None:
        self._skip_space()
        if self._peek() != character:
            raise self._invalid(where)
        self.at += 1

    def _ends(self, close: str, where: str) -> bool:
        self._skip_space()
        found = self._peek()
        if found not in (close, ","):
            raise self._invalid(where)
        self.at += 1
        return found == close

    def _string(self) -> None:
        self.at += 1
        while (character := self._peek()) != '"':
            if character < " ":
                raise self._invalid("in string literal")
            self.at += 1
            if character == "\\":
                self._escape()
        self.at += 1

    def _escape(self) -> None:
        kind = self._peek()
        if kind != "u" and kind not in _ESCAPES:
            raise self._invalid("in string escape code")
        self.at += 1
        for _ in range(4 if kind == "u" else 0):
            if self._peek() not in _HEX:
                raise self._invalid(r"in \u hexadecimal character escape")
            self.at += 1

    def _literal(self, word: str) -> None:
        for expected in word:
            if self._peek() != expected:
                where = f"in literal {word} (expecting {_quoted(expected)})"
                raise self._invalid(where)
            self.at += 1

    def _number(self) -> None:
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            self.at += 1
            raise self._invalid("in numeric literal")
        self.at = found.end()
        tail = self.text[self.at : self.at + 1]
        if tail == ".":
            self.at += 1
            raise self._invalid("after decimal point in numeric literal")
        if tail and tail in "eE":
            self.at += 1
            raise self._invalid("in exponent of numeric literal")
