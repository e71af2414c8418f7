"""JSON text to values and back, with nothing lost; knows nothing of ECS or Terraform.

Python's ``json`` rounds ``1.10``, keeps one of two equal keys and reads ``NaN``.
Here a number that Python would not write back as it stood is carried as its text,
and everything that is not plain JSON is an error with its place.

``json`` imports ``re``, which costs more than the rest of a run, so its compiled core
is used directly. The core has no promised interface: it is tried at import, and
``json`` does the work where there is none or it does otherwise. What is wrong with a
text ``jsonfault`` says, so that every Python says the same.
"""

from __future__ import annotations

from fargate_instrument.core.errors import Failure, Problem, fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

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
        what = f"is not JSON: {error}" if text.strip() else "is empty, JSON is expected"
        raise fail(address, what, *_hint(text), fault=fault) from None
    if repeated or has_lone_surrogate(text) or "\\ud" in text or "\\uD" in text:
        problems = list(_faults(value, address, fault))
        if problems:
            raise Failure(problems)
    return value


class _Hooks:
    """What makes values while a text is read; the names are those of ``json``."""

    strict = True
    object_hook = None
    array_hook = None
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
            hooks = _Hooks()
    return _read_without_core(text, hooks)


def _read_without_core(text: str, hooks: _Hooks) -> tuple[Any, bool]:
    from json import loads  # noqa: PLC0415  (see the head of this module)

    from fargate_instrument.core.jsonfault import first  # noqa: PLC0415  (as above)

    wrong = first(text, MAX_DEPTH)
    if wrong:
        raise ValueError(wrong)
    value = loads(
        text,
        object_pairs_hook=hooks.object_pairs_hook,
        parse_float=hooks.parse_float,
        parse_int=hooks.parse_int,
        parse_constant=hooks.parse_constant,
    )
    return value, hooks.repeated


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


_SAMPLE = '{"a":[1,-0,1.50,true,null,"\\u00e9\\n"],"b":{},"b":1}'


def _core() -> tuple[Any, Any]:
    """Give the compiled core's scanner and our encoder, if they do as expected."""
    try:
        from _json import (  # noqa: PLC0415  (it may not be there)
            encode_basestring_ascii,
            make_encoder,
            make_scanner,
        )

        encode = make_encoder(
            None, _carried, encode_basestring_ascii, None, ":", ",", True, False, True
        )
        hooks: Any = _Hooks()
        value, end = make_scanner(hooks)(_SAMPLE, 0)
        numbers = [Number("-0"), Number("1.50")]
        read = {"a": [1, *numbers, True, None, "\u00e9\n"], "b": 1}
        written = "".join(encode({"b": {}, "a": [1, True, None, "\u00e9\n"]}, 0))
    except Exception:  # noqa: BLE001  (whatever it is, json does the work then)
        return None, None
    known = value == read and end == len(_SAMPLE) and hooks.repeated
    if not known or written != '{"a":[1,true,null,"\\u00e9\\n"],"b":{}}':
        return None, None
    return make_scanner, encode


make_scanner, _ENCODE = _core()


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
