"""Go's reading of a flat JSON object, errors in Go's words. Not a JSON library.

The external provider decodes a program's output with Go's ``encoding/json`` into a
map of strings. What Go accepts (a null member, a doubled key, bad UTF-8) and what
it says when it does not is part of the protocol, so the stand-in answers alike.
"""

from __future__ import annotations

import json
import re
from typing import Final

from tests.terraform_rig import go_words

_SPACE: Final = " \t\r\n"
_ESCAPES: Final = 'bfnrt\\/"'
_HEX: Final = "0123456789abcdefABCDEF"
_DIGITS: Final = "0123456789"
_LITERALS: Final = {"t": "true", "f": "false", "n": "null"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"


class GoJSONError(ValueError):
    """What Go's decoder would say about the text."""


class _Object(list[tuple[str, object]]):
    """The members of an object as they are written, one key twice included."""


_KINDS: Final = {
    bool: "bool",
    float: "number",
    str: "string",
    list: "array",
    _Object: "object",
}


def flat_object(data: bytes) -> dict[str, str] | None:
    """Decode as Go does into ``map[string]string``; ``null`` gives ``None``."""
    _Scanner(data.decode("latin-1")).check()
    value = json.loads(go_words.text(data), object_pairs_hook=_Object, parse_int=float)
    if value is None:
        return None
    if not isinstance(value, _Object):
        raise _mismatch(value, "map[string]string")
    return {_text(key): _member(item) for key, item in value}


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
    special = {"'": r"'\''", '"': "'\"'"}
    return special.get(character) or f"'{go_words.escaped(character)}'"


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

    def _or_space(self) -> str:
        """Give the next character; Go ends a text with a space, to end what is open."""
        return self.text[self.at] if self.at < len(self.text) else " "

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def _invalid(self, where: str) -> GoJSONError:
        return GoJSONError(f"invalid character {_quoted(self._or_space())} {where}")

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
        elif first == "-" or first in _DIGITS:
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
        kind = self._or_space()
        if kind != "u" and kind not in _ESCAPES:
            raise self._invalid("in string escape code")
        self.at += 1
        for _ in range(4 if kind == "u" else 0):
            if self._or_space() not in _HEX:
                raise self._invalid(r"in \u hexadecimal character escape")
            self.at += 1

    def _literal(self, word: str) -> None:
        for expected in word:
            if self._or_space() != expected:
                where = f"in literal {word} (expecting {_quoted(expected)})"
                raise self._invalid(where)
            self.at += 1

    def _number(self) -> None:
        if self._or_space() == "-":
            self.at += 1
        if self._or_space() == "0":
            self.at += 1
        else:
            self._digits("in numeric literal")
        if self._or_space() == ".":
            self.at += 1
            self._digits("after decimal point in numeric literal")
        if self._or_space() in "eE":
            self.at += 1
            if self._or_space() in "+-":
                self.at += 1
            self._digits("in exponent of numeric literal")

    def _digits(self, where: str) -> None:
        if self._or_space() not in _DIGITS:
            raise self._invalid(where)
        while self._or_space() in _DIGITS:
            self.at += 1
