"""Terraform's functions on lists, objects and anything."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import equality, kinds, numbers, texts, types
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
    first_unknown,
    is_whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_RANGE = 1024
"""As in Terraform."""

_NOT_ALL = Unknown("its members are not all known")
_NOT_COMPARED = Unknown("it compares what cannot be compared here")

HOLES = frozenset({
    "chunklist", "coalescelist", "concat", "contains", "distinct", "element",
    "flatten", "format", "join", "jsondecode", "jsonencode", "keys", "length",
    "lookup", "merge", "one", "reverse", "slice", "tolist", "tomap", "toset",
    "tostring", "values", "zipmap",
})  # fmt: skip
"""Functions that only move what is in a collection, known or not."""


def _concat(*lists: Any) -> Any:
    items = [item for one in lists for item in one]
    if any(isinstance(one, Set) for one in lists):
        raise WrongError("concat() takes lists and tuples")
    found = {repr(kinds.of(one)) for one in lists}
    same = all(isinstance(one, List) for one in lists) and len(found) == 1
    return List(items) if same else Tuple(items)


def _merge(*maps: Any) -> Any:
    members: dict[str, Any] = {}
    loose = False
    given = [one.forced() if isinstance(one, Lazy) else one for one in maps]
    given = [one for one in given if one is not None]
    for one in given:
        if isinstance(one, Unknown):
            return Unknown(one.reason)
        if not isinstance(one, (Map, Object)):
            raise WrongError("merge() takes maps and objects")
        for key, value in one.items():
            doubtful = one.loose and isinstance(value, Unknown)
            if doubtful and key in members:
                value = Unknown(value.reason)  # noqa: PLW2901  (it may be either)
            members[key] = value
        loose = loose or one.loose
    found = {repr(kinds.of(one)) for one in given}
    same = bool(given) and all(isinstance(o, Map) for o in given) and len(found) == 1
    return Map(members, loose=loose) if same else Object(members, loose=loose)


def _flatten(value: Any) -> Any:
    items: list[Any] = []
    for item in value:
        if isinstance(item, kinds.SEQUENCES):
            inner = _flatten(item)
            if isinstance(inner, Unknown):
                return inner
            items += inner
        elif isinstance(item, Unknown):
            return Unknown(item.reason)
        else:
            items.append(item)
    return Tuple(items)


def _distinct(value: Any) -> Any:
    hole = first_unknown(value)
    if hole is not None:
        return Unknown(hole.reason)
    made: list[Any] = []
    for item in equality.as_set(value) if len(value) > LONGEST_RANGE else value:
        found = equality.found_in(item, made)
        if found is None:
            return _NOT_COMPARED
        if not found:
            made.append(item)
    return List(made)


def _contains(values: Any, value: Any) -> Any:
    found = equality.found_in(value, values)
    if found is None:
        hole = first_unknown([values, value])
        return Unknown(hole.reason) if hole else _NOT_COMPARED
    return found


def _coalescelist(*lists: Any) -> Any:
    for one in lists:
        if one is None:
            continue
        if isinstance(one, Unknown):
            return Unknown(one.reason)
        if not isinstance(one, (List, Tuple)):
            raise WrongError("coalescelist() takes lists")
        if one:
            return one
    raise WrongError("no argument has a value")


def _one(value: Any) -> Any:
    if len(value) > 1:
        raise WrongError("a list of at most one item is needed")
    return value[0] if value else None


def _element(value: Any, index: Any) -> Any:
    if isinstance(value, Set) or not value:
        raise WrongError("element() needs a list with items")
    if isinstance(index, Fraction):
        raise WrongError("a whole number is needed")
    if index < 0:
        return Unknown("an item before the first is not in every Terraform's power")
    return value[index % len(value)]


def _lookup(value: Any, key: str, *default: Any) -> Any:
    if key in value:
        found = value[key]
        if value.loose and isinstance(found, Unknown):
            return Unknown(found.reason)
        return found
    if value.loose:
        return _NOT_ALL
    if default:
        return default[0]
    raise WrongError(f"there is no {key}")


def _length(value: Any) -> Any:
    from fargate_instrument.hcl import strings  # noqa: PLC0415  (beside this one)

    if isinstance(value, Encoded):
        return Unknown("it is a text with parts that are not known")
    if isinstance(value, str):
        return len(strings.clusters(value))
    if isinstance(value, Set) and not is_whole(value):
        return _NOT_ALL
    if isinstance(value, (*kinds.SEQUENCES, dict)):
        return _NOT_ALL if getattr(value, "loose", False) else len(value)
    raise WrongError("length() needs a list, an object or a text")


def _keys(value: Any) -> Any:
    if value.loose:
        return _NOT_ALL
    names = sorted(value, key=str.encode)
    return List(names) if isinstance(value, Map) else Tuple(names)


def _values(value: Any) -> Any:
    if value.loose:
        return _NOT_ALL
    items = [value[key] for key in sorted(value, key=str.encode)]
    return List(items) if isinstance(value, Map) else Tuple(items)


def _zipmap(keys: Any, values: Any) -> Any:
    hole = first_unknown(keys)
    if hole is not None:
        return Unknown(hole.reason)
    if len(keys) != len(values):
        raise WrongError("zipmap() needs as many keys as values")
    pairs = dict(zip(keys, values, strict=True))
    return Map(pairs) if isinstance(values, List) else Object(pairs)


def _slice(value: Any, start: Any, end: Any) -> Any:
    if isinstance(value, Set) or Fraction in (type(start), type(end)):
        raise WrongError("slice() needs a list and whole numbers")
    if not 0 <= start <= end <= len(value):
        raise WrongError("slice() goes beyond the list")
    return type(value)(value[start:end])


def _reverse(value: Any) -> Any:
    items = list(value)[::-1]
    return Tuple(items) if isinstance(value, Tuple) else List(items)


def _range(*found: Any) -> Any:
    start, end = (0, found[0]) if len(found) == 1 else found[:2]
    step = found[2] if len(found) > 2 else 1 if start <= end else -1  # noqa: PLR2004
    if not step or ((start < end) != (step > 0) and start != end):
        raise WrongError("range() never ends")
    items: list[Any] = []
    while start < end if step > 0 else start > end:
        items.append(start)
        if len(items) > LONGEST_RANGE:
            raise WrongError(f"range() gives at most {LONGEST_RANGE} numbers")
        start = numbers.rounded(start + step)
    return List(items)


def _chunklist(value: Any, size: Any) -> Any:
    size = int(size) or len(value) or 1
    if size < 0:
        raise WrongError("chunklist() needs a size")
    return List(List(value[at : at + size]) for at in range(0, len(value), size))


def _sum(values: Any) -> Any:
    found = [types.converted(value, "number") for value in values]
    if not found or None in found:
        raise WrongError("sum() needs numbers")
    total: Any = 0
    for one in found:
        total = numbers.rounded(total + one)
    return total


def _index(values: Any, value: Any) -> Any:
    for at, item in enumerate(values):
        same = equality.equal(item, value)
        if same is None:
            return _NOT_COMPARED
        if same:
            return at
    raise WrongError("index() finds nothing")


def _truths(values: Any) -> list[bool]:
    return [types.converted(value, "bool") or False for value in values]


def _to(kind: Any) -> Callable[[Any], Any]:
    return lambda value: types.converted(value, kind)


TABLE: dict[str, tuple[str, Callable[..., Any]]] = {
    "alltrue": ("q", lambda values: all(_truths(values))),
    "anytrue": ("q", lambda values: any(_truths(values))),
    "chunklist": ("Ln", _chunklist),
    "coalescelist": ("v*", _coalescelist),
    "compact": ("S", lambda value: List(item for item in value if item)),
    "concat": ("q*", _concat),
    "contains": ("qv", _contains),
    "distinct": ("L", _distinct),
    "element": ("qn", _element),
    "flatten": ("q", _flatten),
    "index": ("qv", _index),
    "jsondecode": ("v", texts.decoded),
    "jsonencode": ("v", texts.encoded),
    "keys": ("m", _keys),
    "length": ("v", _length),
    "lookup": ("msv?", _lookup),
    "merge": ("v*", _merge),
    "one": ("q", _one),
    "range": ("n*", _range),
    "reverse": ("q", _reverse),
    "slice": ("qnn", _slice),
    "sort": ("S", lambda value: List(sorted(value, key=str.encode))),
    "sum": ("q", _sum),
    "tobool": ("v", _to("bool")),
    "tolist": ("v", _to(("list", kinds.ANY))),
    "tomap": ("v", _to(("map", kinds.ANY))),
    "tonumber": ("v", _to("number")),
    "toset": ("v", _to(("set", kinds.ANY))),
    "tostring": ("v", _to("string")),
    "values": ("m", _values),
    "zipmap": ("Sq", _zipmap),
}
