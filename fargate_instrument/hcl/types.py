"""Types as constraints, and what becomes what; the rules are those of cty/convert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import equality, numbers, syntax, texts
from fargate_instrument.hcl.kinds import ANY, PLAIN, SEQUENCES, Type, of, unified
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    List,
    Map,
    Object,
    Tuple,
    Unknown,
    WrongError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def converted(
    value: Any, kind: Type, default: Callable[[Any], Any] | None = None
) -> Any:
    """Convert a value to a type; ``default`` reads an optional member's.

    Raises WrongError where Terraform would refuse.
    """
    if value is None or kind == ANY:
        return value
    if isinstance(value, Unknown):
        return _unknown(value, kind)
    if isinstance(kind, str):
        return _plain(value, kind)
    if isinstance(value, Lazy):
        value = value.forced()
    if kind[0] in ("list", "set") and isinstance(value, SEQUENCES):
        return _collection(value, kind, default)
    if kind[0] == "map" and isinstance(value, (Object, Map)):
        return _map(value, kind, default)
    if kind[0] == "object" and isinstance(value, (Object, Map)):
        return _object(value, kind, default)
    if (
        kind[0] == "tuple"
        and isinstance(value, (Tuple, List))
        and len(value) == len(kind[1])
    ):
        pairs = zip(value, kind[1], strict=True)
        return Tuple(converted(item, inner, default) for item, inner in pairs)
    raise WrongError(f"{shown(kind)} is needed")


def changes(value: Any, other: Any) -> bool:
    """Tell whether a value may become a text because of another that is not known."""
    plain = isinstance(value, bool) or numbers.is_number(value)
    return plain and isinstance(other, Unknown) and not other.is_text


def shown(kind: Type) -> str:
    """Name a type for a message."""
    return f"a {kind}" if isinstance(kind, str) else f"a value of type {kind[0]}"


def _unknown(value: Unknown, kind: Type) -> Unknown:
    if kind == "string" and not value.decoded:
        return value
    if kind in ("number", "bool"):
        return Unknown(value.reason, value.text)
    if isinstance(kind, str) or value.origin is None:
        return Unknown(value.reason, value.text)
    return Unknown(value.reason, value.text)


def _plain(value: Any, kind: str) -> Any:
    if kind == "string":
        if isinstance(value, Encoded):
            return value
        made = texts.as_text(value)
        if made is None:
            raise WrongError("a string is needed")
        return made
    if kind == "number":
        number = numbers.parsed(value) if isinstance(value, str) else value
        if numbers.is_number(number):
            return number
        raise WrongError("a number is needed")
    truth = _BOOLEANS.get(value) if isinstance(value, str) else value
    if isinstance(truth, bool):
        return truth
    raise WrongError("true or false is needed")


def _collection(value: Any, kind: Type, default: Any) -> Any:
    inner = _inner(kind[1], value)
    items = [converted(item, inner, default) for item in value]
    doubtful = [one for one in items if isinstance(one, Unknown)]
    if kind[1] == ANY and doubtful:
        items = [
            Unknown(doubtful[0].reason) if changes(item, doubtful[0]) else item
            for item in items
        ]
    return List(items) if kind[0] == "list" else equality.as_set(items)


def _inner(kind: Type, items: Any) -> Type:
    if kind != ANY:
        return kind
    found = unified([of(item) for item in items])
    if found is None:
        raise WrongError("all elements must have the same type")
    return found


def _map(value: Any, kind: Type, default: Any) -> Any:
    inner = _inner(kind[1], value.values())
    made = {key: converted(item, inner, default) for key, item in value.items()}
    return Map(made, loose=value.loose)


def _object(value: Any, kind: Type, default: Any) -> Any:
    made = {}
    for name, inner in kind[1].items():
        given = value.get(name)
        if name not in value and name not in kind[2]:
            if value.loose:
                given = Unknown("its members are not all known")
            else:
                raise WrongError(f'attribute "{name}" is required')
        node = kind[2].get(name)
        if given is None and node is not None and default is not None:
            given = default(node)
        made[name] = converted(given, inner, default)
    return Object(made)


def constraint(node: Any) -> Type:
    """Read a variable's type. What is no type raises WrongError."""
    while isinstance(node, syntax.Parentheses):
        node = node.inner
    if isinstance(node, syntax.Template):
        # Terraform 0.11's quoted types, which are still read.
        word = node.parts[0] if len(node.parts) == 1 else ""
        old = {"string": "string", "list": ("list", ANY), "map": ("map", ANY)}
        if word in old:
            return old[word]
        raise WrongError("its type is not known here")
    if isinstance(node, syntax.Name):
        if node.name in PLAIN:
            return node.name
        if node.name in ("list", "map", "set"):
            return (node.name, ANY)
    if isinstance(node, syntax.Call) and len(node.arguments) == 1:
        return _compound(node.name, node.arguments[0])
    raise WrongError("its type is not known here")


def _compound(name: str, inner: Any) -> Type:
    if name in ("list", "set", "map"):
        return (name, constraint(inner))
    if name == "tuple" and isinstance(inner, syntax.TupleNode):
        return ("tuple", tuple(constraint(item) for item in inner.items))
    if name != "object" or not isinstance(inner, syntax.ObjectNode):
        raise WrongError("its type is not known here")
    members: dict[str, Type] = {}
    optional: dict[str, Any] = {}
    for key_node, member in inner.items:
        key = _key(key_node)
        if isinstance(member, syntax.Call) and member.name == "optional":
            members[key] = constraint(member.arguments[0])
            optional[key] = member.arguments[1] if len(member.arguments) > 1 else None
        else:
            members[key] = constraint(member)
    return ("object", members, optional)


def _key(node: Any) -> str:
    if isinstance(node, syntax.Literal):
        return str(node.value)
    if isinstance(node, syntax.Template) and len(node.parts) == 1:
        return str(node.parts[0])
    raise WrongError("its type is not known here")
