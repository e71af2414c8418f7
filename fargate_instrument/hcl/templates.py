"""Quoted strings, heredocs and template files to their parts; part of the parser.

Facts: HCL's scanner ends a literal of a heredoc or a template file at each newline, so
a strip marker reaches to the end of one line's text, and ``<<-`` counts the blanks of
literals that begin a line, blank lines left out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

from fargate_instrument.hcl import scanner, syntax

if TYPE_CHECKING:
    from fargate_instrument.hcl.parser import Parser

SPACES = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Go's ``unicode.IsSpace`` takes for a blank."""
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_QUOTED = re.compile(r'(?:[^"\\$%\n\ud800-\udfff]|\$(?!\{|\$\{)|%(?!\{|%\{))+')
_PLAIN = re.compile(r"(?:[^$%\n\ud800-\udfff]|\$(?!\{|\$\{)|%(?!\{|%\{))*\n?")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt"\\]))')
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


class _Open:
    """A directive whose end is not reached: its parts so far, and what it began."""

    def __init__(self, word: str, head: tuple[Any, ...], at: int) -> None:
        self.word, self.at = word, at
        self.head: Any = head
        self.parts: list[Any] = []
        self.first: list[Any] | None = None


class Reader:
    """Reads the parts of one template from where the parser stands."""

    def __init__(self, parser: Parser, closing: str) -> None:
        self.parser = parser
        self.closing = closing
        """``"``, the mark of a heredoc, or nothing for the whole text."""
        self.open: list[_Open] = [_Open("", (), parser.at)]
        self.trim_next = False
        self.flat: list[Any] = []

    def read(self, *, dedent: bool = False) -> tuple[Any, ...]:
        """Read to the closing mark and stand behind it. Raises NotReadableError."""
        self._pieces()
        if dedent:
            _dedent(self.flat)
        for piece in self.flat:
            self._place(piece)
        if len(self.open) > 1:
            self._wrong(self.open[-1].at, f"%{{ {self.open[-1].word} }} has no end")
        return _merged(self.open[0].parts)

    def _wrong(self, at: int, reason: str) -> NoReturn:
        self.parser.scanner.wrong(at, reason)

    # Pieces: texts, and what stands between braces

    def _pieces(self) -> None:
        parser, text = self.parser, self.parser.scanner.text
        line_begins = True
        while True:
            at = parser.at
            if self._ended(at, line_begins=line_begins):
                return
            if text.startswith(("${", "%{"), at):
                self._sequence(at)
                line_begins = False
            elif text.startswith(("$${", "%%{"), at):
                parser.at = at + 3
                self._text(text[at + 1 : at + 3])
                line_begins = False
            else:
                line_begins = self._literal(at)

    def _ended(self, at: int, *, line_begins: bool) -> bool:
        text = self.parser.scanner.text
        if self.closing == '"':
            if text.startswith('"', at):
                self.parser.at = at + 1
                return True
        elif self.closing and line_begins:
            end = text.find("\n", at)
            if end >= 0 and text[at:end].strip() == self.closing:
                self.parser.at = end - text[at:end].endswith("\r")
                return True
        if at < len(text):
            return False
        if self.closing:
            self._wrong(at, "a text that is not closed")
        return True

    def _literal(self, at: int) -> bool:
        """Take a piece of text; tell whether a line ended with it."""
        text = self.parser.scanner.text
        if self.closing == '"':
            self._quoted(at)
            return False
        found = _PLAIN.match(text, at)
        if found is None or found.end() == at:
            self._wrong(at, "bytes that are no UTF-8 text")
        self.parser.at = found.end()
        self._text(found[0])
        return found[0].endswith("\n")

    def _quoted(self, at: int) -> None:
        text = self.parser.scanner.text
        found = _QUOTED.match(text, at)
        if found:
            self.parser.at = found.end()
            self._text(found[0])
            return
        escape = _ESCAPE.match(text, at)
        if escape is None:
            reason = "a newline or an escape that a quoted text does not take"
            self._wrong(at, reason)
        self.parser.at = escape.end()
        self._text(self._unescaped(escape))

    def _unescaped(self, escape: re.Match[str]) -> str:
        code = escape[1] or escape[2]
        if not code:
            return _ESCAPES[escape[3]]
        number = int(code, 16)
        if number > _LAST or number in _SURROGATES:
            return "\ufffd"
        return chr(number)

    def _text(self, text: str) -> None:
        if self.trim_next:
            trimmed = text.lstrip(SPACES)
            self.trim_next = self.closing == '"' and not trimmed
            text = trimmed
        last = self.flat[-1] if self.flat else None
        whole = self.closing == '"'
        if isinstance(last, _Text) and (whole or not last.text.endswith("\n")):
            last.text += text
        else:
            self.flat.append(_Text(text))

    def _sequence(self, at: int) -> None:
        parser, text = self.parser, self.parser.scanner.text
        parser.at = at + 2
        if text.startswith("~", parser.at):
            parser.at += 1
            if self.flat and isinstance(self.flat[-1], _Text):
                self.flat[-1].text = self.flat[-1].text.rstrip(SPACES)
        self.trim_next = False
        with parser.lines_matter(matter=False):
            if text[at] == "$":
                self.flat.append(parser.expression())
            else:
                self.flat.append(self._directive(at))
            self.trim_next = parser.take("~")
            parser.need("}")

    def _directive(self, at: int) -> _Open:
        parser = self.parser
        word = parser.name("the word of a directive")
        if word == "if":
            return _Open(word, (parser.expression(),), at)
        if word == "for":
            key, value = parser.loop_names()
            return _Open(word, (key, value, parser.expression()), at)
        if word not in ("else", "endif", "endfor"):
            self._wrong(at, f"%{{ {word} }} is no directive")
        return _Open(word, (), at)

    # Directives to a tree

    def _place(self, piece: Any) -> None:
        if isinstance(piece, _Text):
            if piece.text:
                self.open[-1].parts.append(piece.text)
        elif not isinstance(piece, _Open):
            self.open[-1].parts.append(piece)
        elif piece.word in ("if", "for"):
            self.open.append(piece)
        else:
            self._close(piece)

    def _close(self, piece: _Open) -> None:
        begun = self.open[-1]
        fits = {"else": "if", "endif": "if", "endfor": "for"}[piece.word]
        if begun.word != fits or (piece.word == "else" and begun.first is not None):
            self._wrong(piece.at, f"%{{ {piece.word} }} ends nothing")
        if piece.word == "else":
            begun.first, begun.parts = begun.parts, []
            return
        self.open.pop()
        parts = _merged(begun.parts)
        if begun.word == "for":
            key, value, source = begun.head
            self.open[-1].parts.append(syntax.ForPart(key, value, source, parts))
            return
        yes = parts if begun.first is None else _merged(begun.first)
        no = () if begun.first is None else parts
        self.open[-1].parts.append(syntax.IfPart(begun.head[0], yes, no))


class _Text:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _merged(parts: list[Any]) -> tuple[Any, ...]:
    """Join texts that touch; text is kept in Unicode's composed form (NFC)."""
    made: list[Any] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return tuple(
        unicodedata.normalize("NFC", part) if isinstance(part, str) else part
        for part in made
    )


def _dedent(flat: list[Any]) -> None:
    least, adjusted, begins = None, [], True
    for piece in flat:
        if begins:
            begins, spaces = False, 0
            if isinstance(piece, _Text):
                trimmed = piece.text.lstrip(SPACES)
                if not trimmed and piece.text.endswith("\n"):
                    begins = True
                    continue
                spaces = len(piece.text) - len(trimmed)
                adjusted.append(piece)
            least = spaces if least is None else min(least, spaces)
        if isinstance(piece, _Text) and piece.text.endswith("\n"):
            begins = True
    for piece in adjusted:
        piece.text = piece.text[least or 0 :]


def heredoc(parser: Parser, token: scanner.Token) -> syntax.Template:
    """Read a heredoc whose first line the parser has taken."""
    dedent = token.text.startswith("-")
    mark = token.text.removeprefix("-")
    parts = Reader(parser, mark).read(dedent=dedent)
    return syntax.Template(token.start, parser.at, parts)
