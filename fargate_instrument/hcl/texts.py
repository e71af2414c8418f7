"""Texts out of values, with holes where a part is not known; JSON both ways.

Reading JSON with holes takes a hole inside a quoted text to stay inside it: what fills
an image's tag does not end the text it stands in.
"""

from __future__ import annotations

import json
import re
import unicodedata
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    Object,
    Tuple,
    Unknown,
    WrongError,
    is_whole,
    limited,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = re.compile("(\ue000[0-9]+\ue001)")
_BARE = re.compile("([:\\[,]\\s*|^\\s*)(\ue000[0-9]+\ue001)(?=\\s*(?:[,\\]}]|$))")
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_SEPARATORS = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})
DEEPEST_JSON = 200


def as_text(value: Any) -> str | None:
    """Write a plain value as Terraform does; None if it is no plain value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if numbers.is_number(value):
        return numbers.text(value)
    return None


def joined(parts: Sequence[Any]) -> Any:
    """Join the parts of a template; parts that are not known become holes.

    Raises WrongError where a part is null or no plain value.
    """
    made: list[Any] = []
    for part in parts:
        if isinstance(part, Unknown):
            made += part.parts or (part,)
        elif isinstance(part, Encoded):
            made.append(part)
        else:
            text = as_text(part)
            if text is None:
                raise WrongError("a template takes plain values only")
            made.append(text)
    if all(isinstance(part, str) for part in made):
        return limited(unicodedata.normalize("NFC", "".join(made)))
    return with_holes(made)


def with_holes(parts: Sequence[Any]) -> Unknown:
    """Make a text of which parts are not known."""
    hole = next(part for part in parts if not isinstance(part, str))
    reason = hole.reason if isinstance(hole, Unknown) else "a part of it is not known"
    shown = "".join(
        part
        if isinstance(part, str)
        else (part.text or "${…}")
        if isinstance(part, Unknown)
        else "${…}"
        for part in parts
    )
    return Unknown(reason, limited(shown), parts=tuple(parts))


# JSON


def encoded(value: Any) -> Any:
    """Write JSON as ``jsonencode`` does; a value with holes is kept to be read back."""
    if isinstance(value, Lazy):
        value = value.forced()
    if is_whole(value):
        return limited(written(value))
    if isinstance(value, Unknown):
        if value.origin is not None and value.decoded:
            return Unknown(value.reason, value.text, value.origin)
        return Encoded(value)
    return Encoded(value)


def written(value: Any) -> str:
    """Write a known value as Go's ``encoding/json`` does: keys sorted, HTML escaped."""
    if isinstance(value, dict):
        pairs = [
            f"{_quoted(key)}:{written(value[key])}"
            for key in sorted(value, key=str.encode)
        ]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, str):
        return _quoted(value)
    return as_text(value) or ""


def _quoted(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False).translate(_HTML)
    shown = shown.translate(_SEPARATORS).replace("\x7f", "\x7f")
    return shown.replace("\\b", "\\b").replace("\\f", "\\f")


def decoded(value: Any) -> Any:
    """Read JSON as ``jsondecode`` does, holes and all. Raises WrongError."""
    if isinstance(value, Encoded):
        return value.value
    if isinstance(value, Unknown):
        if value.origin is not None and not value.decoded:
            return Unknown(value.reason, value.text, value.origin, decoded=True)
        if not value.parts:
            return Unknown(value.reason, value.text)
        return _decoded_parts(value)
    if not isinstance(value, str):
        raise WrongError("JSON text is needed")
    return _parsed(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
            cls=_Decoder,
        )
    except WrongError:
        raise
    except (ValueError, RecursionError):
        raise WrongError("its text is not JSON") from None


class _Decoder(json.JSONDecoder):
    """Lists become tuples; the pure scanner is needed for that."""

    def decode(self, s: str, _w: Any = None) -> Any:
        return _tuples(super().decode(s))


def _tuples(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST_JSON:
        raise WrongError("its JSON is nested too deeply")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return Tuple(_tuples(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return Object({
            unicodedata.normalize("NFC", key): _tuples(item, depth + 1)
            for key, item in value.items()
        })  # fmt: skip
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(pairs)


def _number(text: str) -> int | Fraction:
    value = numbers.parsed(text)
    if value is None:
        raise WrongError("its JSON holds a number beyond what is read")
    made: int | Fraction = value
    return made


def _no_constant(text: str) -> Any:
    raise WrongError(f"its JSON holds {text}")


def _decoded_parts(value: Unknown) -> Any:
    held: dict[str, Any] = {}
    pieces = []
    for part in value.parts:
        if isinstance(part, str):
            if "\ue000" in part:
                return Unknown(value.reason)
            pieces.append(part)
        elif isinstance(part, Encoded):
            pieces.append(json.dumps(_marks(part.value, held), ensure_ascii=False))
        else:
            pieces.append(_mark(part, held))
    text = "".join(pieces)
    try:
        read = _parsed(text)
    except WrongError:
        read = _parsed(_BARE.sub(_in_quotes, text))
    return _filled(read, held)


def _in_quotes(match: re.Match[str]) -> str:
    return f'{match[1]}"{match[2]}"'


def _mark(part: Any, held: dict[str, Any]) -> str:
    name = f"\ue000{len(held)}\ue001"
    held[name] = part
    return name


def _marks(value: Any, held: dict[str, Any]) -> Any:
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, (Unknown, Encoded)):
        return _mark(value, held)
    if isinstance(value, dict):
        return {key: _marks(item, held) for key, item in value.items()}
    if isinstance(value, list):
        return [_marks(item, held) for item in value]
    if isinstance(value, Fraction):
        return _mark(value, held)
    return value


def _filled(value: Any, held: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return Object({_key(k): _filled(v, held) for k, v in value.items()})
    if isinstance(value, list):
        return Tuple(_filled(item, held) for item in value)
    if isinstance(value, str) and "\ue000" in value:
        pieces = [held.get(piece, piece) for piece in _MARK.split(value) if piece]
        if len(pieces) == 1:
            return pieces[0]
        return joined(pieces)
    return value


def _key(key: str) -> str:
    if "\ue000" in key:
        raise WrongError("a key is not known")
    return key
