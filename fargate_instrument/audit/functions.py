"""The functions of Terraform's language that can be computed without Terraform.

Each takes known values, inside which parts may be unknown, and gives a value or
raises WrongError, as Terraform would give an error. What is not in the table is
unknown to the caller.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.template import as_text, decoded, marked, unmarked
from fargate_instrument.audit.unknown import Encoded, Loose, Unknown, first_unknown
from fargate_instrument.core.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable


LONGEST_RANGE = 1024
"""As in Terraform."""


class WrongError(Exception):
    """Terraform would refuse this expression; the text says why."""


def _need(value: Any, kind: type | tuple[type, ...], what: str) -> Any:
    if not isinstance(value, kind):
        raise WrongError(f"{what} is needed")
    return value


def jsonencode(value: Any) -> Any:
    """Write JSON; a value with unknown parts is kept to be read back."""
    if first_unknown(value) is not None:
        return Encoded(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def jsondecode(text: Any) -> Any:
    """Read JSON."""
    try:
        return decoded(text)
    except Failure:
        raise WrongError("its text is not JSON") from None


def _merge(*maps: Any) -> Any:
    made: dict[str, Any] = {}
    for one in maps:
        if one is not None:
            made.update(_need(one, dict, "an object"))
    return Loose(made) if any(isinstance(one, Loose) for one in maps) else made


def _concat(*lists: Any) -> Any:
    return [item for one in lists for item in _need(one, list, "a list")]


def _flatten(value: Any) -> Any:
    made: list[Any] = []
    for item in _need(value, list, "a list"):
        made += _flatten(item) if isinstance(item, list) else [item]
    return made


def _unique(value: Any) -> Any:
    made: list[Any] = []
    for item in _need(value, list, "a list"):
        if item not in made:
            made.append(item)
    return made


def _coalesce(*values: Any) -> Any:
    for value in values:
        if value is not None and value != "":
            return value
    raise WrongError("no argument has a value")


def _one(value: Any) -> Any:
    _need(value, list, "a list")
    if len(value) > 1:
        raise WrongError("a list of at most one item is needed")
    return value[0] if value else None


def _element(value: Any, index: Any) -> Any:
    _need(value, list, "a list")
    if not value:
        raise WrongError("the list is empty")
    return value[int(index) % len(value)]


def _lookup(value: Any, key: Any, *default: Any) -> Any:
    _need(value, dict, "an object")
    if key in value:
        return value[key]
    if default:
        return default[0]
    raise WrongError(f"there is no {key}")


def _join(separator: Any, *lists: Any) -> Any:
    items = [as_text(item) for one in lists for item in _need(one, list, "a list")]
    unknown = first_unknown(items)
    return unknown or separator.join(items)


def _format(pattern: Any, *values: Any) -> Any:
    waiting = list(values)

    def one(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if not waiting:
            raise WrongError("format has too few arguments")
        value = waiting.pop(0)
        if match[2] in "sv":
            text = as_text(value)
            if isinstance(text, Unknown):
                raise WrongError(text.reason)
            padded: str = ("%" + match[1] + "s") % text
            return padded
        if match[2] == "q":
            return json.dumps(value)
        return ("%" + match[1] + "d") % int(value)

    whole: str = _need(pattern, str, "a text")
    return re.sub(r"%%|%([-0-9.+]{0,4})([svdq])", one, whole)


def _replace(text: Any, old: Any, new: Any) -> Any:
    _need(text, str, "a text")
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        try:
            pattern = re.compile(old[1:-1])
        except re.error:
            return Unknown("it is made by a regular expression that is not read")
        return pattern.sub(re.sub(r"\$\{?([0-9]+)\}?", r"\\\1", new), text)
    return text.replace(old, new)


def replaced_around(value: Any, old: Any, new: Any) -> Any:
    """Replace in the known parts of a text; the unknown ones stay what they are."""
    text, held = marked(value)
    made = _replace(text, old, new)
    return made if isinstance(made, Unknown) else unmarked(made, held)


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise WrongError("a number is needed") from None
        if not math.isfinite(number):
            raise WrongError("a number is needed")
        return int(number) if number.is_integer() else number
    return value


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value)


def _length(value: Any) -> Any:
    return len(_need(value, (list, dict, str), "a list"))


def _zipmap(keys: Any, values: Any) -> Any:
    return dict(zip(keys, values, strict=True))


def _contains(values: Any, value: Any) -> Any:
    if value in _need(values, list, "a list"):
        return True
    return first_unknown(values) or False


def _b64decode(text: Any) -> Any:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise WrongError("its text is not base64") from None


def _same(value: Any) -> Any:
    return value


def _range(*numbers: Any) -> Any:
    made = range(*map(int, numbers))
    if len(made) > LONGEST_RANGE:
        raise WrongError(f"range() gives at most {LONGEST_RANGE} numbers")
    return list(made)


def _indent(spaces: Any, text: Any) -> Any:
    if not 0 <= spaces <= LONGEST_RANGE:
        raise WrongError("indent() needs a small number")
    return text.replace("\n", "\n" + " " * int(spaces))


TABLE: dict[str, Callable[..., Any]] = {
    "alltrue": all,
    "anytrue": any,
    "base64decode": _b64decode,
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "chomp": lambda text: text.rstrip("\r\n"),
    "coalesce": _coalesce,
    "coalescelist": lambda *lists: next(filter(None, lists), []),
    "compact": lambda value: [item for item in value if item not in ("", None)],
    "concat": _concat,
    "contains": _contains,
    "distinct": _unique,
    "element": _element,
    "endswith": lambda text, end: text.endswith(end),
    "flatten": _flatten,
    "format": _format,
    "indent": _indent,
    "join": _join,
    "jsondecode": jsondecode,
    "jsonencode": jsonencode,
    "keys": lambda value: sorted(_need(value, dict, "an object")),
    "length": _length,
    "lookup": _lookup,
    "lower": lambda text: text.lower(),
    "max": max,
    "merge": _merge,
    "min": min,
    "nonsensitive": _same,
    "one": _one,
    "range": _range,
    "replace": _replace,
    "reverse": lambda value: value[::-1],
    "sensitive": _same,
    "slice": lambda value, start, end: value[int(start) : int(end)],
    "sort": sorted,
    "split": lambda separator, text: text.split(separator),
    "startswith": lambda text, start: text.startswith(start),
    "substr": lambda t, o, n: t[int(o) :] if n < 0 else t[int(o) : int(o) + int(n)],
    "title": lambda text: text.title(),
    "tobool": _boolean,
    "tolist": _same,
    "tomap": _same,
    "tonumber": _number,
    "toset": _unique,
    "tostring": lambda value: None if value is None else as_text(value),
    "trim": lambda text, chars: text.strip(chars),
    "trimprefix": lambda text, start: text.removeprefix(start),
    "trimspace": lambda text: text.strip(),
    "trimsuffix": lambda text, end: text.removesuffix(end),
    "upper": lambda text: text.upper(),
    "values": lambda value: [value[key] for key in sorted(value)],
    "zipmap": _zipmap,
}
"""Function -> what computes it."""


def call(name: str, arguments: list[Any]) -> Any:
    """Compute a function. Raises WrongError; what is not in the table is a KeyError."""
    function = TABLE[name]
    try:
        return function(*arguments)
    except (TypeError, ValueError, AttributeError, IndexError, OverflowError):
        raise WrongError(f"{name}() cannot take these arguments") from None
