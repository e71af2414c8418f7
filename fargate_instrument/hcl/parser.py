"""Terraform's language to its tree: expressions and bodies, as HCL's grammar has them.

A parser of our own: what is on PyPI refuses much that Terraform reads (comments between
``=`` and a value, strip markers, identifiers that are not ASCII, nested templates,
escapes in labels), and a gate must not depend on which.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers, scanner, syntax, templates
from fargate_instrument.hcl.scanner import HEREDOC, NAME, NEWLINE, NUMBER, QUOTE, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"),
           ("*", "/", "%"))  # fmt: skip
_LITERALS = {"true": True, "false": False, "null": None}
DEEPEST = 120
"""Levels of nesting that are read; Terraform's own text rarely has ten."""


class Parser:
    """Stands somewhere in a text and reads onwards."""

    def __init__(self, text: str, what: str) -> None:
        self.scanner = scanner.Scanner(text, what)
        self.at = 0
        self.newlines = True
        self.depth = 0
        self._seen: tuple[tuple[int, bool], Token] | None = None

    # Tokens

    def peek(self) -> Token:
        """Give the next token and stay before it."""
        place = (self.at, self.newlines)
        if self._seen is None or self._seen[0] != place:
            token = self.scanner.token(self.at, newlines=self.newlines)
            self._seen = (place, token)
        return self._seen[1]

    def next(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self.at = token.end
        return token

    def take(self, sign: str) -> bool:
        """Take a sign if it comes next."""
        token = self.peek()
        if token.kind == scanner.SIGN and token.text == sign:
            self.at = token.end
            return True
        return False

    def need(self, sign: str) -> Token:
        """Take a sign that has to come. Raises NotReadableError."""
        token = self.peek()
        if not self.take(sign):
            self.unexpected(token, f'"{sign}"')
        return token

    def name(self, what: str) -> str:
        """Take an identifier. Raises NotReadableError."""
        token = self.next()
        if token.kind != NAME:
            self.unexpected(token, what)
        return token.text

    def skip_newlines(self) -> None:
        """Pass over empty lines and comments."""
        while self.peek().kind == NEWLINE:
            self.next()

    @contextlib.contextmanager
    def lines_matter(self, *, matter: bool) -> Iterator[None]:
        """Let newlines be tokens, or nothing, for a while."""
        before, self.newlines = self.newlines, matter
        yield
        self.newlines = before

    def unexpected(self, token: Token, wanted: str) -> None:
        """Say what was wanted instead. Raises NotReadableError."""
        shown = {"end": "the end of the text", "newline": "a newline"}
        found = shown.get(token.kind, f'"{token.text[:20]}"')
        self.scanner.wrong(token.start, f"{wanted} is needed, not {found}")

    @contextlib.contextmanager
    def deeper(self, token: Token) -> Iterator[None]:
        """Go one level deeper for a while. Raises NotReadableError at the deepest."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.scanner.wrong(token.start, f"more than {DEEPEST} levels of nesting")
        yield
        self.depth -= 1

    # Expressions

    def expression(self) -> Any:
        """Read an expression. Raises NotReadableError."""
        first = self.peek()
        with self.deeper(first):
            condition = self._binary(0)
            if not self.take("?"):
                return condition
            yes = self.expression()
            self.need(":")
            no = self.expression()
            return syntax.Conditional(first.start, self.at, condition, yes, no)

    def _binary(self, level: int) -> Any:
        if level == len(_LEVELS):
            return self._unary()
        start = self.peek().start
        left = self._binary(level + 1)
        while True:
            token = self.peek()
            if token.kind != scanner.SIGN or token.text not in _LEVELS[level]:
                return left
            self.next()
            right = self._binary(level + 1)
            left = syntax.Binary(start, self.at, token.text, left, right)

    def _unary(self) -> Any:
        token = self.peek()
        for sign in ("-", "!"):
            if self.take(sign):
                with self.deeper(token):
                    return syntax.Unary(token.start, self.at, sign, self._unary())
        return self._traversed(self._term())

    def _traversed(self, node: Any) -> Any:
        while True:
            token = self.peek()
            if self.take("."):
                node = self._after_dot(node)
            elif token.text == "[" and token.kind == scanner.SIGN:
                self.next()
                node = self._after_bracket(node)
            else:
                return node

    def _after_dot(self, node: Any) -> Any:
        if self.take("*"):
            steps = []
            while self.take("."):
                steps.append(self.name("an attribute"))
            return syntax.Splat(node.start, self.at, node, tuple(steps))
        token = self.next()
        if token.kind == NAME:
            return syntax.Attribute(node.start, self.at, node, token.text)
        if token.kind != NUMBER:
            self.unexpected(token, "an attribute")
        if not token.text.isdigit():
            self.unexpected(token, "one index")
        key = syntax.Literal(token.start, token.end, int(token.text[:18]))
        return syntax.Index(node.start, self.at, node, key)

    def _after_bracket(self, node: Any) -> Any:
        with self.lines_matter(matter=False):
            if self.take("*"):
                self.need("]")
                full = True
            else:
                full = False
                key = self.expression()
                self.need("]")
        if not full:
            return syntax.Index(node.start, self.at, node, key)
        steps: list[Any] = []
        while True:
            token = self.peek()
            if self.take("."):
                steps.append(self._splat_step())
            elif token.kind == scanner.SIGN and token.text == "[":
                self.next()
                with self.lines_matter(matter=False):
                    steps.append(self.expression())
                    self.need("]")
            else:
                return syntax.Splat(node.start, self.at, node, tuple(steps))

    def _splat_step(self) -> Any:
        token = self.next()
        if token.kind == NUMBER and token.text.isdigit():
            return syntax.Literal(token.start, token.end, int(token.text[:18]))
        if token.kind != NAME:
            self.unexpected(token, "an attribute")
        return token.text

    def _term(self) -> Any:
        token = self.next()
        if token.kind == NAME:
            return self._word(token)
        if token.kind == NUMBER:
            value = numbers.parsed(token.text)
            if value is None:
                self.scanner.wrong(token.start, "a number beyond what is read")
            return syntax.Literal(token.start, token.end, value)
        if token.kind == QUOTE:
            parts = templates.Reader(self, '"').read()
            return syntax.Template(token.start, self.at, parts)
        if token.kind == HEREDOC:
            return templates.heredoc(self, token)
        if token.text == "(":
            with self.deeper(token), self.lines_matter(matter=False):
                inner = self.expression()
                self.need(")")
            return syntax.Parentheses(token.start, self.at, inner)
        if token.text in ("[", "{") and token.kind == scanner.SIGN:
            with self.deeper(token):
                return self._collection(token)
        self.unexpected(token, "an expression")
        return None

    def _word(self, token: Token) -> Any:
        if token.text in _LITERALS:
            return syntax.Literal(token.start, token.end, _LITERALS[token.text])
        name = token.text
        following = self.peek()
        while self.take("::"):
            name += "::" + self.name("a function's name")
            following = self.peek()
        if following.text == "(" and following.kind == scanner.SIGN:
            return self._call(token, name)
        if "::" in name:
            self.unexpected(following, '"("')
        return syntax.Name(token.start, token.end, name)

    def _call(self, token: Token, name: str) -> Any:
        self.need("(")
        arguments, spread = [], False
        with self.deeper(token), self.lines_matter(matter=False):
            while not self.take(")"):
                arguments.append(self.expression())
                if self.take("..."):
                    self.take(",")
                    spread = True
                    self.need(")")
                    break
                if not self.take(","):
                    self.need(")")
                    break
        return syntax.Call(token.start, self.at, name, tuple(arguments), spread)

    # Collections

    def _collection(self, token: Token) -> Any:
        with self.lines_matter(matter=False):
            first = self.peek()
            if first.kind == NAME and first.text == "for":
                self.next()
                return self._for(token)
            if token.text == "[":
                return self._tuple(token)
        with self.lines_matter(matter=True):
            return self._object(token)

    def _tuple(self, token: Token) -> Any:
        items, starts = [], []
        while not self.take("]"):
            starts.append(self.peek().start)
            items.append(self.expression())
            if not self.take(","):
                self.need("]")
                break
        lines = tuple(map(self.scanner.line, starts))
        return syntax.TupleNode(token.start, self.at, tuple(items), lines)

    def _object(self, token: Token) -> Any:
        items: list[tuple[Any, Any]] = []
        while True:
            self.skip_newlines()
            if self.take("}"):
                return syntax.ObjectNode(token.start, self.at, tuple(items))
            key = self._key()
            if not self.take("="):
                self.need(":")
            items.append((key, self.expression()))
            following = self.peek()
            if self.take(",") or following.kind == NEWLINE:
                continue
            if following.text != "}":
                self.unexpected(following, "a newline or a comma")

    def _key(self) -> Any:
        token = self.peek()
        if token.kind == NAME:
            self.next()
            following = self.peek()
            if following.text in ("=", ":"):
                return syntax.Literal(token.start, token.end, token.text)
            self.at = token.start
        return self.expression()

    def loop_names(self) -> tuple[str, str]:
        """Read ``key, value in`` or ``value in``; the key may be empty."""
        key, value = "", self.name("a name")
        if self.take(","):
            key, value = value, self.name("a name")
        if self.name('"in"') != "in":
            self.scanner.wrong(self.at, '"in" is needed')
        return key, value

    def _for(self, token: Token) -> Any:
        closing = "]" if token.text == "[" else "}"
        key, value = self.loop_names()
        source = self.expression()
        self.need(":")
        body = self.expression()
        result_key, grouped, condition = None, False, None
        if closing == "}":
            self.need("=>")
            result_key, body = body, self.expression()
            grouped = self.take("...")
        following = self.peek()
        if following.kind == NAME and following.text == "if":
            self.next()
            condition = self.expression()
        self.need(closing)
        return syntax.ForNode(
            token.start, self.at, key, value, source, result_key, body, condition,
            grouped,
        )  # fmt: skip
