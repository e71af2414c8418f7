"""Terraform's operators on known values; what it would refuse raises WrongError."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers, types
from fargate_instrument.hcl.values import WrongError

if TYPE_CHECKING:
    from collections.abc import Callable


def _divided(left: Any, right: Any) -> Any:
    return Fraction(left) / Fraction(right)


def _remainder(left: Any, right: Any) -> Any:
    quotient = Fraction(left) / Fraction(right)
    whole = int(quotient)
    return Fraction(left) - Fraction(right) * whole


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "%": _remainder,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def truth(value: Any) -> bool:
    """Take a value as a condition. Raises WrongError."""
    made = types.converted(value, "bool")
    if not isinstance(made, bool):
        raise WrongError("a condition needs true or false")
    return made


def arithmetic(sign: str, left: Any, right: Any) -> Any:
    """Compute with two numbers; texts that are numbers count. Raises WrongError."""
    pair = [types.converted(value, "number") for value in (left, right)]
    if None in pair:
        raise WrongError(f"{sign} needs numbers")
    compare = _COMPARISONS.get(sign)
    if compare:
        return compare(*pair)
    try:
        return numbers.rounded(_OPERATORS[sign](*pair))
    except ZeroDivisionError:
        raise WrongError(f"{sign} by zero") from None
