"""What several branches have in common: the one value they all are, or none."""

from __future__ import annotations

from typing import Any

from fargate_instrument.hcl import equality
from fargate_instrument.hcl.values import Unknown, is_whole


def agreed(values: list[Any]) -> tuple[Any] | None:
    """Give the one value that all of these are, or that has the origin of all."""
    first = values[0] if values else None
    if isinstance(first, Unknown):
        if first.origin is not None and all(
            isinstance(one, Unknown)
            and one.origin == first.origin
            and one.decoded == first.decoded
            for one in values
        ):
            return (first,)
        return None
    if values and is_whole(first) and all(equality.equal(first, v) for v in values[1:]):
        return (first,)
    return None
