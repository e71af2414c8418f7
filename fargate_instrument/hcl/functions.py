"""The functions of Terraform's language that can be computed without Terraform.

Each takes known values, inside which parts may be unknown, and gives a value or
raises WrongError, as Terraform would give an error. What is in no table is unknown to
the caller. A function is a row: what its parameters take, and what computes it.

| letter | a parameter takes |
|---|---|
| s, n, b | a string, a number, true or false: converted |
| S | a list of strings: converted |
| L | a list, all of one type: converted |
| q | a list, tuple or set, as it is |
| m | a map or an object |
| v | anything known; null too |

A ``*`` behind the last letter lets it stand for any number of arguments, ``?`` for
one or none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import collections, kinds, regexes, sets, strings, types
from fargate_instrument.hcl.collections import HOLES
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    Unknown,
    WrongError,
    first_unknown,
    is_whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE: dict[str, tuple[str, Callable[..., Any]]] = {
    **strings.TABLE,
    **collections.TABLE,
    **sets.TABLE,
}
"""Function -> its parameters, and what computes it."""

_KINDS = {"s": "string", "n": "number", "b": "bool", "S": ("list", "string")}
_FORM = re.compile(r"([a-zA-Z]*?)([a-zA-Z])?([*?]?)")


def call(name: str, arguments: list[Any]) -> Any:
    """Compute a function. Raises WrongError; what is not in the table is a KeyError."""
    parameters, function = TABLE[name]
    letters = _letters(name, parameters, len(arguments))
    given = [
        _converted(name, value, letter)
        for value, letter in zip(arguments, letters, strict=True)
    ]
    for value in given:
        if isinstance(value, Unknown) and name != "format":
            return Unknown(value.reason)
        if name not in HOLES and not is_whole(value):
            hole = first_unknown(value)
            return Unknown(hole.reason if hole else "its members are not all known")
    try:
        return function(*given)
    except regexes.NotComputedError:
        return Unknown(f"{name}() has a regular expression that is not computed here")
    except strings.NotComputedError as reason:
        return Unknown(f"{name}() is not computed here for {reason}")


def _letters(name: str, parameters: str, number: int) -> str:
    last = parameters[-1:]
    fixed = parameters.rstrip("*?")
    if last == "*":
        fixed = fixed[:-1] + fixed[-1] * max(0, number - len(fixed) + 1)
    elif last == "?" and number < len(fixed):
        fixed = fixed[:-1]
    if len(fixed) != number:
        raise WrongError(f"{name}() takes another number of arguments")
    return fixed


def _converted(name: str, value: Any, letter: str) -> Any:
    if letter == "v":
        return value
    if isinstance(value, Unknown):
        if value.is_text and letter in "qmLS":
            raise WrongError(f"{name}() takes no text")
        return value
    if value is None:
        raise WrongError(f"an argument of {name}() is null")
    if isinstance(value, Lazy):
        value = value.forced()
    if letter in _KINDS:
        if isinstance(value, Encoded):
            return Unknown("it is a text with unknown parts")
        return types.converted(value, _KINDS[letter])
    if letter == "L":
        return types.converted(value, ("list", kinds.ANY))
    wanted: Any = kinds.SEQUENCES if letter == "q" else dict
    if not isinstance(value, wanted):
        what = "a list" if letter == "q" else "an object"
        raise WrongError(f"{name}() needs {what}")
    return value
