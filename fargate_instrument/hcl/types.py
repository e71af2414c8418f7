"""Terraform's types: of values, as constraints, what becomes what; no evaluation.

A type is ``"string"``, ``"number"``, ``"bool"``, ``"any"`` (not known, or null), or
a tuple: ``("list" | "set" | "map", type)``, ``("tuple", types)``,
``("object", {name: type}, {name: default node or None})``; the last dict holds the
optional members. The rules are those of cty, Terraform's library of types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers, syntax, texts
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    List,
    Map,
    Object,
    Set,
    Tuple,
    Unknown,
    WrongError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Type = Any
ANY = "any"
PLAIN = ("string", "number", "bool", ANY)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
SEQUENCES = (Tuple, List, Set)


def of(value: Any) -> Type:
    """Give the type of a value; what is not known or null is ``any``."""
    plain = _plain_type(value)
    if plain:
        return plain
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, Tuple):
        return ("tuple", tuple(of(item) for item in value))
    if isinstance(value, (List, Set)):
        kind = "list" if isinstance(value, List) else "set"
        return (kind, unified([of(item) for item in value]) or ANY)
    if isinstance(value, Map):
        return ("map", unified([of(item) for item in value.values()]) or ANY)
    if isinstance(value, dict):
        return ("object", {key: of(item) for key, item in value.items()}, {})
    return ANY


def _plain_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (str, Encoded)):
        return "string"
    if isinstance(value, Unknown):
        return "string" if value.is_text else ANY
    return "number" if numbers.is_number(value) else ""


def unified(types: Sequence[Type]) -> Type | None:
    """Give the one type that values of these types can all have, or None."""
    known = [one for one in types if one != ANY]
    if not known:
        return ANY
    first = known[0]
    if all(one == first for one in known):
        return first
    kinds = {one if isinstance(one, str) else one[0] for one in known}
    if kinds <= {"string", "number", "bool"}:
        return "string" if "string" in kinds else None
    if kinds <= {"tuple", "list", "set"}:
        return _sequence(known, kinds)
    if kinds <= {"object", "map"}:
        return _members(known, kinds)
    return None


def _sequence(types: list[Type], kinds: set[str]) -> Type | None:
    if kinds == {"tuple"} and len({len(one[1]) for one in types}) == 1:
        inner = [
            unified(column) for column in zip(*(one[1] for one in types), strict=True)
        ]
        return None if None in inner else ("tuple", tuple(inner))
    items: list[Type] = []
    for one in types:
        items += one[1] if one[0] == "tuple" else [one[1]]
    made = unified(items)
    if made is None or ("set" in kinds and len(kinds) > 1):
        return None
    return (("set" if kinds == {"set"} else "list"), made)


def _members(types: list[Type], kinds: set[str]) -> Type | None:
    names = [set(one[1]) for one in types if one[0] == "object"]
    if kinds == {"object"} and all(one == names[0] for one in names):
        inner = {name: unified([one[1][name] for one in types]) for name in types[0][1]}
        return None if None in inner.values() else ("object", inner, {})
    items: list[Type] = []
    for one in types:
        items += one[1].values() if one[0] == "object" else [one[1]]
    made = unified(items)
    return None if made is None else ("map", made)


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
    return List(items) if kind[0] == "list" else as_set(items)


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


def as_set(items: Sequence[Any]) -> Set:
    """Make a set: each value once, in the order in which Terraform goes through.

    Where it is not known whether two values are the same, it is not whole.
    """
    made: list[Any] = []
    seen: set[Any] = set()
    doubt = False
    for item in items:
        if isinstance(item, (str, bool)) or numbers.is_number(item):
            if (of(item), item) in seen:
                continue
            seen.add((of(item), item))
        else:
            found = found_in(item, made)
            if found:
                continue
            doubt = doubt or found is None
        made.append(item)
    kinds = {of(item) for item in made if not isinstance(item, (list, dict))}
    if len(kinds) == 1 and kinds <= {"string", "number", "bool"}:
        order = (lambda item: item.encode()) if kinds == {"string"} else None
        made.sort(key=order)
    result = Set(made)
    result.whole = result.whole and not doubt
    return result


def found_in(item: Any, items: Sequence[Any]) -> bool | None:
    """Tell whether a value is among others; None: that is not known."""
    found = [equal(item, other) for other in items]
    if True in found:
        return True
    return None if None in found else False


def equal(left: Any, right: Any) -> bool | None:
    """Tell whether two values are equal as Terraform's ``==`` has it; None: unknown."""
    for one, other in ((left, right), (right, left)):
        if one is None:
            if isinstance(other, Unknown) and not other.is_text:
                return None
            return other is None
    if isinstance(left, (Unknown, Encoded)) or isinstance(right, (Unknown, Encoded)):
        return None
    left = left.forced() if isinstance(left, Lazy) else left
    right = right.forced() if isinstance(right, Lazy) else right
    if isinstance(left, (*SEQUENCES, dict)) or isinstance(right, (*SEQUENCES, dict)):
        return _equal_inside(left, right)
    return of(left) == of(right) and bool(left == right)


def _equal_inside(left: Any, right: Any) -> bool | None:
    if type(left) is not type(right):
        return False
    if isinstance(left, (Map, Object)):
        if left.loose or right.loose:
            return None
        if left.keys() != right.keys():
            return False
        pairs = [(left[key], right[key]) for key in left]
    elif len(left) != len(right):
        return False
    else:
        pairs = list(zip(left, right, strict=True))
    if isinstance(left, (List, Map, Set)) and not pairs:
        return None
    doubt = False
    for one, other in pairs:
        # A null has a type, too, which is not kept here.
        same = None if one is None or other is None else equal(one, other)
        if same is False:
            return False
        doubt = doubt or same is None
    return None if doubt else True


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
