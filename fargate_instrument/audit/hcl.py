"""Terraform files to blocks and expression trees; nothing is evaluated here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hcl2.api
from lark import Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

if TYPE_CHECKING:
    from pathlib import Path

Node = Any
"""A lark tree or token: the library gives no closer type."""


class NotReadableError(Exception):
    """A file is no HCL; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a file, and the line it begins on."""

    tree: Node
    text: str
    line: int

    def source(self, node: Node) -> str:
        """Give the text of a part as it stands in the file, on one line."""
        meta = node.meta
        if meta.empty:
            return ""
        return " ".join(self.text[meta.start_pos : meta.end_pos].split())


@dataclass(frozen=True, slots=True)
class Block:
    """A block such as ``resource "type" "name" { … }``."""

    kind: str
    labels: tuple[str, ...]
    attributes: dict[str, Expression]
    blocks: tuple[Block, ...]
    line: int
    path: Path | None = None


def parse(text: str, path: Path) -> list[Block]:
    """Read a file's blocks. Raises NotReadableError."""
    body = _tree(text, str(path)).children[0]
    return list(_body(body, text, path)[1])


def expression(text: str, what: str) -> Expression:
    """Read one expression, as it stands in a template. Raises NotReadableError."""
    whole = f"x = ({text.strip()})\n"
    body = _tree(whole, what).children[0]
    attribute = next(body.find_data("attribute"))
    return Expression(_parts(attribute)[-1], whole, 0)


def assignments(text: str, what: str) -> dict[str, Expression]:
    """Read a file of ``name = value`` lines. Raises NotReadableError."""
    return _body(_tree(text, what).children[0], text, None)[0]


def literal(expression: Expression) -> str | None:
    """Give the text of a quoted string without templates, or None."""
    node = expression.tree
    while node.data == "expr_term" and len(trees(node)) == 1:
        node = trees(node)[0]
    if node.data != "string" or any(trees(part) for part in trees(node)):
        return None
    return _word(node)


def item_lines(expression: Expression) -> tuple[int, ...]:
    """Give the lines of the items of ``jsonencode([…])`` or ``[…]``."""
    node = expression.tree
    while True:
        inner = trees(node)
        if node.data == "tuple":
            return tuple(item.meta.line for item in inner)
        if node.data in ("function_call", "expr_term", "arguments") and inner:
            node = inner[-1]
        else:
            return ()


def _tree(text: str, what: str) -> Node:
    try:
        return hcl2.api.parses_to_tree(text)
    except UnexpectedInput as error:
        raise NotReadableError(f"{what} is not HCL: line {error.line}") from None
    except (LarkError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotReadableError(f"{what} is not HCL: {reason}") from None


def _body(
    body: Node, text: str, path: Path | None
) -> tuple[dict[str, Expression], tuple[Block, ...]]:
    attributes, blocks = {}, []
    for part in body.children:
        if part.data == "attribute":
            name, *_, value = _parts(part)
            line = part.meta.line
            attributes[_word(name)] = Expression(value, text, line)
        elif part.data == "block":
            blocks.append(_block(part, text, path))
    return attributes, tuple(blocks)


def _block(block: Node, text: str, path: Path | None) -> Block:
    *words, body = _parts(block)
    attributes, blocks = _body(body, text, path)
    kind, *labels = map(_word, words)
    return Block(kind, tuple(labels), attributes, blocks, block.meta.line, path)


def _parts(node: Node) -> list[Node]:
    return [part for part in trees(node) if part.data != "new_line_or_comment"]


def trees(node: Node) -> list[Node]:
    """Give the children that are trees, comments left out."""
    return [
        child
        for child in node.children
        if isinstance(child, Tree) and child.data != "new_line_or_comment"
    ]


def tokens(node: Node) -> list[str]:
    """Give the children that are tokens, as text."""
    return [str(child).strip() for child in node.children if isinstance(child, Token)]


def tokens_as_written(node: Node) -> list[str]:
    """Give the children that are tokens, spaces and all."""
    return [str(child) for child in node.children if isinstance(child, Token)]


def _word(node: Node) -> str:
    if node.data == "string":
        return "".join(str(token) for token in node.scan_values(_is_characters))
    return str(node.children[0])


def _is_characters(token: Node) -> bool:
    return isinstance(token, Token) and token.type != "DBLQUOTE"
