"""Terraform's JSON syntax to the same blocks and expressions as its own language.

Facts (Terraform's "JSON Configuration Syntax"): a text inside an expression is a
template; an object or a list of objects stands for blocks; a property ``//`` is a
comment; a property may stand twice where it makes blocks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers, parser, syntax, templates

if TYPE_CHECKING:
    from pathlib import Path

_LABELS = {
    "data": 2, "ephemeral": 2, "resource": 2, "module": 1, "output": 1, "provider": 1,
    "variable": 1, "check": 1,
}  # fmt: skip
"""Kind of block -> its labels; a kind that is not here has none."""
_NESTED = frozenset(
    {"dynamic", "lifecycle", "runtime_platform", "volume", "backend", "cloud"}
)
_LITERAL = {("variable", "default"), ("module", "source"), ("module", "version")}
"""What is no template, for nothing can be named there."""


class _Pairs(list[tuple[str, Any]]):
    """An object as it stands, twice-named properties and all."""


def parse(text: str, path: Path) -> list[syntax.Block]:
    """Read a file's blocks. Raises NotReadableError."""
    whole = _read(text, str(path))
    found: list[syntax.Block] = []
    for item in whole if isinstance(whole, list) and type(whole) is list else [whole]:
        if not isinstance(item, _Pairs):
            raise syntax.NotReadableError(f"{path} is not read: it is no object")
        for kind, value in item:
            if kind == "locals":
                found += _blocks(kind, (), value, 0, path)
            elif kind != "//":
                found += _blocks(kind, (), value, _LABELS.get(kind, 0), path)
    return found


def assignments(text: str, what: str) -> dict[str, syntax.Expression]:
    """Read a file of values. Raises NotReadableError."""
    whole = _read(text, what)
    if not isinstance(whole, _Pairs):
        raise syntax.NotReadableError(f"{what} is not read: it is no object")
    return {
        name: syntax.Expression(_literal(value, what), "", 0) for name, value in whole
    }


def _read(text: str, what: str) -> Any:
    try:
        return json.loads(
            text, object_pairs_hook=_Pairs, parse_int=_number, parse_float=_number,
            parse_constant=_number,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}: {error.msg}"
        raise syntax.NotReadableError(f"{what} is not read: {reason}") from None
    except (ValueError, RecursionError):
        reason = "its JSON is beyond what is read"
        raise syntax.NotReadableError(f"{what} is not read: {reason}") from None


def _number(text: str) -> Any:
    value = numbers.parsed(text)
    if value is None:
        raise ValueError(text)
    return value


def _blocks(
    kind: str, labels: tuple[str, ...], value: Any, left: int, path: Path
) -> list[syntax.Block]:
    if isinstance(value, list) and not isinstance(value, _Pairs):
        return [b for item in value for b in _blocks(kind, labels, item, left, path)]
    if value is None:
        return []
    if not isinstance(value, _Pairs):
        raise syntax.NotReadableError(f"{path} is not read: {kind} is no object")
    if left:
        return [
            block
            for name, inner in value
            if name != "//"
            for block in _blocks(kind, (*labels, name), inner, left - 1, path)
        ]
    return [_body(kind, labels, value, path)]


def _body(
    kind: str, labels: tuple[str, ...], pairs: _Pairs, path: Path
) -> syntax.Block:
    attributes: dict[str, syntax.Expression] = {}
    blocks: list[syntax.Block] = []
    for name, value in pairs:
        if name == "//" and kind != "locals":
            continue
        if name in _NESTED and kind != "locals":
            blocks += _blocks(name, (), value, 1 if name == "dynamic" else 0, path)
        if name in attributes:
            raise syntax.NotReadableError(f"{path} is not read: {name} is set twice")
        attributes[name] = syntax.Expression(_node(kind, name, value, path), "", 1)
    return syntax.Block(kind, labels, attributes, tuple(blocks), 1, path)


def _node(kind: str, name: str, value: Any, path: Path) -> Any:
    if (kind, name) in _LITERAL:
        return _literal(value, str(path))
    if (kind, name) == ("variable", "type") and isinstance(value, str):
        inner = parser.Parser(value, str(path))
        inner.newlines = False
        return inner.expression()
    return _expression(value, str(path))


def _expression(value: Any, what: str) -> Any:
    if isinstance(value, str):
        inner = parser.Parser(value, what)
        return syntax.Template(0, 0, templates.Reader(inner, "").read())
    return _compound(value, what, _expression)


def _literal(value: Any, what: str) -> Any:
    if isinstance(value, str):
        return syntax.Template(0, 0, (value,) if value else ())
    return _compound(value, what, _literal)


def _compound(value: Any, what: str, inner: Any) -> Any:
    if isinstance(value, _Pairs):
        keys = [key for key, _ in value]
        if len(set(keys)) < len(keys):
            raise syntax.NotReadableError(f"{what} is not read: a key stands twice")
        items = tuple((inner(key, what), inner(item, what)) for key, item in value)
        return syntax.ObjectNode(0, 0, items)
    if isinstance(value, list):
        nodes = tuple(inner(item, what) for item in value)
        return syntax.TupleNode(0, 0, nodes, (1,) * len(nodes))
    return syntax.Literal(0, 0, value)
