"""Terraform text to tokens, one at a time where the parser stands; no grammar.

The rules are those of HCL's syntax specification (hclsyntax/spec.md): identifiers by
Unicode's classes and with dashes, newlines as tokens, comments as nothing or, where
they run to the end of a line, as its newline.
"""

from __future__ import annotations

import bisect
import re
from typing import NamedTuple, NoReturn

from fargate_instrument.hcl.syntax import NotReadableError

END, NEWLINE, NAME, NUMBER, SIGN, QUOTE, HEREDOC = (
    "end", "newline", "name", "number", "sign", "quote", "heredoc",
)  # fmt: skip

_BLANK = re.compile(r"(?:[ \t]+|/\*.*?\*/|\r(?=\n))+", re.DOTALL)
_NEWLINE = re.compile(r"\n|(?:\#|//)[^\n]*(?:\n|\Z)")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)\r?\n")
_SIGN = re.compile(r"\.\.\.|&&|\|\||==|!=|<=|>=|=>|::|[-+*/%<>!?:=.,(){}\[\]~]")


class Token(NamedTuple):
    """A token: its kind, its text, where it begins and ends."""

    kind: str
    text: str
    start: int
    end: int


class Scanner:
    """Finds tokens in a text, and says where something is wrong."""

    def __init__(self, text: str, what: str) -> None:
        self.text = text
        self.what = what
        self._ends: list[int] | None = None

    def token(self, at: int, *, newlines: bool) -> Token:
        """Give the next token; without ``newlines`` they are nothing."""
        while True:
            at = self._behind_blanks(at)
            ended = _NEWLINE.match(self.text, at)
            if ended is None:
                return self._token(at)
            if newlines:
                return Token(NEWLINE, "\n", at, ended.end())
            at = ended.end()

    def _behind_blanks(self, at: int) -> int:
        blank = _BLANK.match(self.text, at)
        at = blank.end() if blank else at
        if self.text.startswith("/*", at):
            self.wrong(at, "a comment that is not closed")
        return at

    def _token(self, at: int) -> Token:
        text = self.text
        if at >= len(text):
            return Token(END, "", at, at)
        char = text[at]
        if char == '"':
            return Token(QUOTE, char, at, at + 1)
        if char == "<":
            begun = _HEREDOC.match(text, at)
            if begun:
                return Token(HEREDOC, begun[1] + begun[2], at, begun.end())
        end = self.name_end(at)
        if end > at:
            return Token(NAME, text[at:end], at, end)
        for kind, pattern in ((NUMBER, _NUMBER), (SIGN, _SIGN)):
            found = pattern.match(text, at)
            if found:
                return Token(kind, found[0], at, found.end())
        return self.wrong(at, "a character that has no place there")

    def name_end(self, at: int) -> int:
        """Give the end of the identifier that begins here; there may be none."""
        text = self.text
        found = _NAME.match(text, at)
        end = found.end() if found else at
        while end < len(text) and not text[end].isascii():
            if not ((text[end] if end == at else "a" + text[end]).isidentifier()):
                return end
            end += 1
            while end < len(text) and text[end].isascii() and _more(text[end]):
                end += 1
        return end

    def line(self, at: int) -> int:
        """Give the line of a place, from 1."""
        if self._ends is None:
            self._ends = [found.start() for found in re.finditer("\n", self.text)]
        return bisect.bisect_left(self._ends, at) + 1

    def wrong(self, at: int, reason: str) -> NoReturn:
        """Say what is wrong and on which line. Raises NotReadableError."""
        raise NotReadableError(
            f"{self.what} is not read: line {self.line(at)}: {reason}"
        )


def _more(char: str) -> bool:
    return char.isalnum() or char in "_-"
