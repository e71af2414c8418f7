"""Bodies of Terraform's language: arguments and blocks; part of the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_instrument.hcl import scanner, syntax, templates
from fargate_instrument.hcl.scanner import NAME, NEWLINE, QUOTE, Token

if TYPE_CHECKING:
    from pathlib import Path

    from fargate_instrument.hcl.parser import Parser


def body(
    parser: Parser, path: Path | None, closing: str = ""
) -> tuple[dict[str, syntax.Expression], tuple[syntax.Block, ...]]:
    """Read attributes and blocks to the closing brace, or to the end."""
    attributes: dict[str, syntax.Expression] = {}
    blocks: list[syntax.Block] = []
    while True:
        parser.skip_newlines()
        token = parser.peek()
        if closing and parser.take(closing):
            return attributes, tuple(blocks)
        if not closing and token.kind == scanner.END:
            return attributes, tuple(blocks)
        name = parser.name("an argument or a block")
        if parser.take("="):
            if name in attributes:
                parser.scanner.wrong(token.start, f"{name} is set twice")
            attributes[name] = _attribute(parser, token)
            _line_ends(parser, closing)
        else:
            blocks.append(_block(parser, name, token, path))
            _line_ends(parser, closing)


def _attribute(parser: Parser, token: Token) -> syntax.Expression:
    tree = parser.expression()
    line = parser.scanner.line(token.start)
    return syntax.Expression(tree, parser.scanner.text, line)


def _line_ends(parser: Parser, closing: str) -> None:
    token = parser.peek()
    if token.kind in (NEWLINE, scanner.END):
        return
    if not (closing and token.text == closing):
        parser.unexpected(token, "a newline")


def _block(parser: Parser, kind: str, first: Token, path: Path | None) -> syntax.Block:
    labels = []
    while True:
        token = parser.next()
        if token.kind == NAME:
            labels.append(token.text)
        elif token.kind == QUOTE:
            labels.append(_label(parser))
        elif token.text == "{":
            break
        else:
            parser.unexpected(token, '"=", a label or "{"')
    with parser.deeper(token), parser.lines_matter(matter=True):
        attributes, blocks = body(parser, path, "}")
    line = parser.scanner.line(first.start)
    return syntax.Block(kind, tuple(labels), attributes, blocks, line, path)


def _label(parser: Parser) -> str:
    at = parser.at
    parts = templates.Reader(parser, '"').read()
    if any(not isinstance(part, str) for part in parts):
        parser.scanner.wrong(at, "a label takes no template")
    return "".join(parts)
