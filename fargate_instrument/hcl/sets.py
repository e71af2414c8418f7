"""Terraform's functions on sets."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import equality, kinds, types
from fargate_instrument.hcl.values import (
    HEAVIEST,
    BudgetError,
    List,
    Set,
    Tuple,
    Unknown,
    WrongError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 1024
"""Values of all sets together that are compared with one another."""

NOT_COMPARED = Unknown("it compares what cannot be compared here")


def _setproduct(*sets: Any) -> Any:
    count = 1
    for one in sets:
        count *= len(one)
    if count * len(sets) > HEAVIEST:
        raise BudgetError(f"a value would have more than {HEAVIEST} parts")
    pairs = [Tuple(pair) for pair in product(*sets)]
    return Set(pairs) if all(isinstance(s, Set) for s in sets) else List(pairs)


def _sets(wanted: bool | None) -> Callable[..., Any]:
    """Combine sets: keep what is in the others, what is not, or (None) everything."""

    def one(*sets: Any) -> Any:
        if not sets:
            raise WrongError("sets are needed")
        kind = kinds.unified([kinds.of(equality.as_set(one)) for one in sets])
        if kind is None or sum(map(len, sets)) > LARGEST:
            return Unknown("sets of such values are not computed here")
        made, *others = [list(types.converted(one, kind)) for one in sets]
        for other in others:
            found = [equality.found_in(item, other) for item in made]
            if None in found:
                return NOT_COMPARED
            if wanted is None:
                made += other
            else:
                made = [
                    i for i, is_in in zip(made, found, strict=True) if is_in is wanted
                ]
        return equality.as_set(made)

    return one


TABLE: dict[str, tuple[str, Callable[..., Any]]] = {
    "setintersection": ("q*", _sets(wanted=True)),
    "setproduct": ("q*", _setproduct),
    "setsubtract": ("qq", _sets(wanted=False)),
    "setunion": ("q*", _sets(wanted=None)),
}
