"""JSON text to values and back, with nothing lost; knows nothing of ECS or Terraform.

Python's ``json`` rounds ``1.10``, keeps one of two equal keys and reads ``NaN``.
Here a number that Python would not write back as it stood is carried as its text,
and everything that is not plain JSON is an error with its place.

``json`` imports ``re``, which costs more than the rest of a run, so its compiled core
is used directly on the versions of CPython whose core is known and tested; ``json``
itself only says what is wrong with a text, and does the work everywhere else.
"""

from __future__ import annotations

import sys

from fargate_instrument.core.errors import Failure, Problem, fail

CORE_UNTIL = (3, 14)
"""The core has no promised interface: it is not relied on from this version on."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    make_scanner: Any
    make_encoder: Any
    encode_basestring_ascii: Any
else:
    make_scanner = None
    if sys.implementation.name == "cpython" and sys.version_info < CORE_UNTIL:
        try:
            from _json import encode_basestring_ascii, make_encoder, make_scanner
        except ImportError:
            make_scanner = None

MAX_DEPTH = 64
"""Deepest nesting read; a task definition nests to about eight."""

_SPACE = " \t\n\r"
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
    try:
        value, repeated = _read(text)
        if _may_be_deep(text):
            _check_depth(value, address, fault)
    except RecursionError:
        raise _too_deep(address, fault) from None
    except ValueError as error:
        raise _not_read(text, error, address, fault) from None
    if repeated or has_lone_surrogate(text) or "\\ud" in text or "\\uD" in text:
        problems = list(_faults(value, address, fault))
        if problems:
            raise Failure(problems)
    return value


class _Hooks:
    """What makes values while a text is read; the names are those of ``json``."""

    strict = True
    object_hook = None
    memo: dict[str, str] = {}  # noqa: RUF012  (json's name for the keys it has seen)

    def __init__(self) -> None:
        self.repeated = False

    def object_pairs_hook(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        """Make an object; one that holds a key twice says so."""
        made = dict(members)
        if len(made) == len(members):
            return made
        self.repeated = True
        names = [name for name, _ in members]
        repeated = _Repeated(made)
        repeated.keys_twice = sorted({n for n in names if names.count(n) > 1})
        return repeated

    @staticmethod
    def parse_float(text: str) -> Number:
        """Carry a number with a fraction or an exponent as its text."""
        return Number(text)

    @staticmethod
    def parse_int(text: str) -> int | Number:
        """Read a whole number that Python writes back as it stood."""
        long = len(text) > _MOST_DIGITS
        return Number(text) if long or text == "-0" else int(text)

    @staticmethod
    def parse_constant(name: str) -> NoReturn:
        """Refuse what JSON does not know: NaN and Infinity."""
        raise ValueError(f"{name} is no JSON number")


def _read(text: str) -> tuple[Any, bool]:
    """Read a text; also tell whether a key stands twice. Raises ValueError."""
    hooks = _Hooks()
    if make_scanner is not None:
        try:
            start = len(text) - len(text.lstrip(_SPACE))
            value, end = make_scanner(hooks)(text, start)
            if not text[end:].strip(_SPACE):
                return value, hooks.repeated
        except (StopIteration, SystemError, ValueError):
            hooks = _Hooks()  # json says below what is wrong
    from json import loads  # noqa: PLC0415  (see the head of this module)

    value = loads(
        text,
        object_pairs_hook=hooks.object_pairs_hook,
        parse_float=hooks.parse_float,
        parse_int=hooks.parse_int,
        parse_constant=hooks.parse_constant,
    )
    return value, hooks.repeated


def _not_read(text: str, error: ValueError, address: str, fault: str) -> Failure:
    what = "is not JSON"
    if not text.strip():
        what = "is empty, JSON is expected"
    line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
    where = f" (line {line}, column {column})" if line else ""
    message = f"{what}: {getattr(error, 'msg', error)}{where}"
    return fail(address, message, *_hint(text), fault=fault)


def dump(value: Any, indent: int | None = None) -> str:
    """Write JSON: ASCII, keys sorted, compact, or indented for people."""
    if indent is None and make_scanner is not None:
        try:
            return "".join(_ENCODE(value, 0))
        except _CarriedError:
            pass
    from json import dumps  # noqa: PLC0415  (see the head of this module)

    return _written(
        value, dumps, " " * indent if indent else "", "\n" if indent else ""
    )


class _CarriedError(TypeError):
    """A number is carried as its text; the compiled core cannot write it."""


def _carried(item: object) -> NoReturn:
    if isinstance(item, Number):
        raise _CarriedError
    raise TypeError(f"{type(item).__name__} is no JSON value")


_ENCODE: Any = make_scanner and make_encoder(
    None, _carried, encode_basestring_ascii, None, ":", ",", True, False, True
)


def _written(value: Any, scalar: Callable[[Any], str], step: str, line: str) -> str:
    """Write a value; ``line`` is what begins a line at its level, if any are wanted."""
    if isinstance(value, Number):
        return value.text
    if not value or not isinstance(value, (dict, list, tuple)):
        return scalar(value)
    inner = line and line + step
    if isinstance(value, dict):
        colon = ": " if line else ":"
        items = [
            scalar(key) + colon + _written(value[key], scalar, step, inner)
            for key in sorted(value)
        ]
        return "{" + inner + ("," + inner).join(items) + line + "}"
    items = [_written(item, scalar, step, inner) for item in value]
    return "[" + inner + ("," + inner).join(items) + line + "]"


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
    return f"{address}[{dump(key)}]"


def has_lone_surrogate(text: str) -> bool:
    """Tell whether a text holds half a character, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _hint(text: str) -> tuple[str, ...]:
    if text.startswith("\ufeff"):
        return ("remove the byte order mark at its start",)
    return ()


def _may_be_deep(text: str) -> bool:
    return text.count("[") + text.count("{") > MAX_DEPTH


def _check_depth(value: object, address: str, fault: str) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
            if isinstance(child, (dict, list))
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
