"""The types of values, and which type several can all have.

A type is ``"string"``, ``"number"``, ``"bool"``, ``"any"`` (not known, or null), or
a tuple: ``("list" | "set" | "map", type)``, ``("tuple", types)``,
``("object", {name: type}, {name: default node or None})``; the last dict holds the
optional members. The rules are those of cty, Terraform's library of types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers
from fargate_instrument.hcl.values import Encoded, Lazy, List, Map, Set, Tuple, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

Type = Any
ANY = "any"
PLAIN = ("string", "number", "bool", ANY)
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
