"""The tree of Terraform's language; neither how it is read nor what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class NotReadableError(Exception):
    """A text is not Terraform's language, or beyond what is read; it says where."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression, and where it stands in its text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, ``true``, ``false`` or ``null``."""

    value: Any


@dataclass(frozen=True, slots=True)
class Template(Node):
    """Texts, interpolations, ``%{ if }`` and ``%{ for }``, one after the other."""

    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class IfPart:
    """``%{ if condition }yes%{ else }no%{ endif }``."""

    condition: Node
    yes: tuple[Any, ...]
    no: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ForPart:
    """``%{ for key, value in source }body%{ endfor }``."""

    key: str
    value: str
    source: Node
    body: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TupleNode(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ObjectNode(Node):
    """``{ a = 1 }``; a key that is a bare word is a Literal."""

    items: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class ForNode(Node):
    """A ``for`` expression; it makes an object if it has a ``result_key``."""

    key: str
    value: str
    source: Node
    result_key: Node | None
    body: Node
    condition: Node | None
    grouped: bool


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``condition ? yes : no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left sign right``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``-x`` and ``!x``."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function's call; ``spread``: the last argument ends in ``...``."""

    name: str
    arguments: tuple[Node, ...]
    spread: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The first word of a reference."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """``source.name``."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``source[key]`` and ``source.0``."""

    source: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Splat(Node):
    """``source[*].a``, ``source.*.a``; ``steps``: names, and the nodes of indexes."""

    source: Node
    steps: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Parentheses(Node):
    """``(inner)``."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a file, and the line it begins on."""

    tree: Node
    text: str
    line: int

    def source(self, node: Node) -> str:
        """Give the text of a part as it stands in the file, on one line."""
        return " ".join(self.text[node.start : node.end].split())


@dataclass(frozen=True, slots=True)
class Block:
    """A block such as ``resource "type" "name" { … }``."""

    kind: str
    labels: tuple[str, ...]
    attributes: dict[str, Expression]
    blocks: tuple[Block, ...]
    line: int
    path: Path | None = None


def literal(expression: Expression | None) -> str | None:
    """Give the text of a quoted string without templates, or None."""
    node = expression.tree if expression else None
    while isinstance(node, Parentheses):
        node = node.inner
    if isinstance(node, Template) and all(isinstance(p, str) for p in node.parts):
        return "".join(node.parts)
    return None


def item_lines(expression: Expression) -> tuple[int, ...]:
    """Give the lines of the items of ``jsonencode([…])`` or ``[…]``."""
    node = expression.tree
    while True:
        if isinstance(node, Parentheses):
            node = node.inner
        elif isinstance(node, Call) and node.arguments:
            node = node.arguments[-1]
        else:
            return node.lines if isinstance(node, TupleNode) else ()
