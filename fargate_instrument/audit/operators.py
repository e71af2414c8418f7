"""Terraform's operators on known values; what it would refuse raises WrongError."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import functions
from fargate_instrument.audit.functions import WrongError

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def truth(value: Any) -> bool:
    """Take a value as a condition. Raises WrongError."""
    truth = {"true": True, "false": False}.get(value) if _is_text(value) else value
    if not isinstance(truth, bool):
        raise WrongError("a condition needs true or false")
    return truth


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def arithmetic(sign: str, left: Any, right: Any) -> Any:
    """Compute with two numbers; texts that are numbers count. Raises WrongError."""
    numbers = []
    for value in (left, right):
        number = functions.call("tonumber", [value])
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise WrongError(f"{sign} needs numbers")
        numbers.append(number)
    try:
        made = _OPERATORS[sign](*numbers)
    except (ArithmeticError, ValueError):
        raise WrongError(f"{sign} cannot take these numbers") from None
    return int(made) if isinstance(made, float) and made.is_integer() else made
