"""Which values Terraform takes for the same, and sets, which hold each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers
from fargate_instrument.hcl.kinds import SEQUENCES, of
from fargate_instrument.hcl.values import Encoded, Lazy, List, Map, Object, Set, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence


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
