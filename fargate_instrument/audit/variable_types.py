"""The types of Terraform variables: what a given value becomes; no validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import functions, hcl, template
from fargate_instrument.audit.functions import WrongError
from fargate_instrument.audit.unknown import Encoded, Instrumented, Unknown

if TYPE_CHECKING:
    from fargate_instrument.audit.expressions import Reader


def converted(value: Any, kind: hcl.Node, reader: Reader) -> Any:
    """Convert a value as a variable's type has it; optional members get defaults."""
    if value is None or isinstance(value, (Unknown, Instrumented, Encoded)):
        return value
    while kind.data == "expr_term":
        kind = hcl.trees(kind)[0]
    if kind.data == "identifier":
        return _plain(value, hcl.tokens(kind)[0])
    if kind.data != "function_call":
        return value
    name_node, arguments = hcl.trees(kind)[:2]
    name, inner = hcl.tokens(name_node)[0], hcl.trees(arguments)[0]
    if name == "object" and isinstance(value, dict):
        return _object(value, inner, reader)
    if name in ("list", "set") and isinstance(value, list):
        return [converted(item, inner, reader) for item in value]
    if name == "map" and isinstance(value, dict):
        return {key: converted(item, inner, reader) for key, item in value.items()}
    return value


def _plain(value: Any, name: str) -> Any:
    if name == "string" and not isinstance(value, (dict, list)):
        return template.as_text(value)
    if name in ("number", "bool") and isinstance(value, str):
        try:
            return functions.call(f"to{name}", [value])
        except WrongError as error:
            return Unknown(str(error))
    return value


def _object(value: dict[str, Any], kind: hcl.Node, reader: Reader) -> dict[str, Any]:
    while kind.data == "expr_term":
        kind = hcl.trees(kind)[0]
    if kind.data != "object":
        return value
    made = {}
    for element in hcl.trees(kind):
        key_node, member = hcl.trees(element)
        key = "".join(str(token) for token in key_node.scan_values(lambda _: True))
        key = key.strip('"')
        inner, default = _optional(member)
        given = value.get(key)
        if given is None and default is not None:
            given = reader.read(hcl.Expression(default, "", 0))
        made[key] = converted(given, inner, reader)
    return made


def _optional(kind: hcl.Node) -> tuple[hcl.Node, hcl.Node | None]:
    node = kind
    while node.data == "expr_term":
        node = hcl.trees(node)[0]
    if node.data != "function_call":
        return kind, None
    name, arguments = hcl.trees(node)[:2]
    if hcl.tokens(name)[0] != "optional":
        return kind, None
    inner, *default = hcl.trees(arguments)
    return inner, default[0] if default else None
