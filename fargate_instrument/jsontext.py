"""JSON text to values and back, with nothing lost; knows nothing of ECS or Terraform.

Python's ``json`` rounds ``1.10``, keeps one of two equal keys and reads ``NaN``.
Here a number that Python would not write back as it stood is carried as its text,
and everything that is not plain JSON is an error with its place.
"""

from __future__ import annotations

import json
import re

from fargate_instrument.errors import Failure, Problem, fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

MAX_DEPTH = 64
"""Deepest nesting read; a task definition nests to about eight."""

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_DIGITS = 300  # Python refuses to convert more than 4300


class Number:
    """A JSON number that is carried as the text it was written in."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Number({self.text})"


class _Repeated(dict):  # type: ignore[type-arg]  # subscripting costs at import
    """An object in which ``keys`` stood more than once."""

    keys_twice: list[str]


def parse(text: str, address: str, fault: str = "document") -> Any:
    """Read one JSON text.

    Raises Failure, with the line and column or the path below ``address``, on
    anything that is not exactly one JSON value, on an object that holds a key
    twice, on a lone surrogate and on nesting deeper than ``MAX_DEPTH``.
    """
    seen: list[_Repeated] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        if len(made) == len(members):
            return made
        names = [name for name, _ in members]
        repeated = _Repeated(made)
        repeated.keys_twice = sorted({n for n in names if names.count(n) > 1})
        seen.append(repeated)
        return repeated

    try:
        value = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_float=Number,
            parse_int=_integer,
            parse_constant=_not_json,
        )
        if _may_be_deep(text):
            _check_depth(value, address, fault)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        what = "is empty, JSON is expected" if not text.strip() else "is not JSON"
        raise fail(
            address, f"{what}: {error.msg} ({where})", *_hint(text), fault=fault
        ) from None
    except RecursionError:
        raise _too_deep(address, fault) from None
    if seen or _SURROGATE.search(text) or _SURROGATE_ESCAPE.search(text):
        problems = list(_faults(value, address, fault))
        if problems:
            raise Failure(problems)
    return value


def dump(value: Any, indent: int | None = None) -> str:
    """Write JSON: ASCII, keys sorted, compact, or indented for people."""
    numbers: list[str] = []
    mark = "#"

    def number(item: Number) -> str:
        numbers.append(item.text)
        return f"{mark}{len(numbers) - 1}{mark}"

    separators = (",", ":") if indent is None else (",", ": ")
    while True:
        numbers.clear()
        text = json.dumps(
            value, sort_keys=True, separators=separators, default=number, indent=indent
        )
        if not numbers:
            return text
        parts = re.split(f'"{mark}[0-9]+{mark}"', text)
        if len(parts) == len(numbers) + 1:
            return "".join(
                part + item for part, item in zip(parts, [*numbers, ""], strict=True)
            )
        mark += "#"


def kind(value: object) -> str:
    """Name a value's JSON type, as a person would."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float, Number)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def place(address: str, key: str | int) -> str:
    """Extend an address by a member or an index."""
    if isinstance(key, int):
        return f"{address}[{key}]"
    if key.isidentifier():
        return f"{address}.{key}" if address else key
    return f"{address}[{json.dumps(key)}]"


def has_lone_surrogate(text: str) -> bool:
    """Tell whether a text holds half a character, which no encoding can write."""
    return _SURROGATE.search(text) is not None


def _integer(text: str) -> int | Number:
    return Number(text) if len(text) > _MOST_DIGITS or text == "-0" else int(text)


def _not_json(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON number", "", 0)


def _hint(text: str) -> tuple[str, ...]:
    if text.startswith("\ufeff"):
        return ("remove the byte order mark at its start",)
    return ()


def _may_be_deep(text: str) -> bool:
    return text.count("[") + text.count("{") > MAX_DEPTH


def _check_depth(value: object, address: str, fault: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise _too_deep(address, fault)


def _too_deep(address: str, fault: str) -> Failure:
    return fail(address, f"is nested deeper than {MAX_DEPTH} levels", fault=fault)


def _faults(value: object, address: str, fault: str) -> list[Problem]:
    found: list[Problem] = []
    if isinstance(value, str):
        if has_lone_surrogate(value):
            found.append(
                Problem(address, "holds half of a surrogate pair", fault=fault)
            )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += _faults(item, place(address, index), fault)
    elif isinstance(value, dict):
        if isinstance(value, _Repeated):
            found += [
                Problem(
                    place(address, key.encode("ascii", "backslashreplace").decode()),
                    "this key stands twice in one object",
                    ("keep one of the two",),
                    fault,
                )
                for key in value.keys_twice
            ]
        for key, item in value.items():
            shown = key.encode("ascii", "backslashreplace").decode()
            if has_lone_surrogate(key):
                found.append(
                    Problem(
                        place(address, shown),
                        "its key holds half of a surrogate pair",
                        fault=fault,
                    )
                )
            found += _faults(item, place(address, shown), fault)
    return found
