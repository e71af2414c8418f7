"""Terraform's functions on texts and numbers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
import urllib.parse
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import numbers, regexes, texts
from fargate_instrument.hcl.templates import SPACES
from fargate_instrument.hcl.values import (
    LONGEST,
    BudgetError,
    Encoded,
    List,
    Tuple,
    Unknown,
    WrongError,
    is_whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_SPACES = 1024
_VERB = re.compile(r"%(?:%|([-+0 #]*)([0-9]{0,3})(?:\.([0-9]{0,3}))?([a-zA-Z]))")
_JOINS = frozenset({"\u200d", "\r"})


class NotComputedError(Exception):
    """Arguments for which a function is not computed here; the text says which."""


def clusters(text: str) -> list[str]:
    """Split a text into what people call characters (grapheme clusters)."""
    if text.isascii() and "\r" not in text:
        return list(text)
    made: list[str] = []
    for char in text:
        if char in _JOINS or _is_special(char):
            raise NotComputedError("joined characters")
        if made and unicodedata.category(char).startswith("M"):
            made[-1] += char
        else:
            made.append(char)
    return made


def _is_special(char: str) -> bool:
    """Tell flags, skin tones, Hangul's parts and prefixed marks apart."""
    code = ord(char)
    return (
        0x1100 <= code <= 0x11FF  # noqa: PLR2004
        or 0x1F1E6 <= code <= 0x1F1FF  # noqa: PLR2004
        or 0x1F3FB <= code <= 0x1F3FF  # noqa: PLR2004
        or (unicodedata.category(char) in ("Cf", "Cc") and char not in "\n\t")
    )


def _case(change: Callable[[str], str]) -> Callable[[str], str]:
    def one(text: str) -> str:
        changed = [change(char) for char in text]
        if not text.isascii() and any(len(char) != 1 for char in changed):
            raise NotComputedError("such characters")
        return "".join(changed)

    return one


def _title(text: str) -> str:
    if not text.isascii():
        raise NotComputedError("such characters")
    return re.sub(r"(?<![A-Za-z0-9_])[a-z]", lambda found: found[0].upper(), text)


def _substr(text: str, offset: Any, length: Any) -> str:
    pieces = clusters(text)
    at, size = _whole(offset), _whole(length)
    if at < 0:
        at += len(pieces)
    end = len(pieces) if size < 0 else at + size
    return "".join(pieces[max(at, 0) : max(end, 0)])


def _whole(number: Any) -> int:
    if isinstance(number, Fraction):
        raise WrongError("a whole number is needed")
    return int(number)


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        pattern = regexes.compiled(old[1:-1], text)
        _check_length(len(text) + (len(text) + 1) * len(new))
        try:
            return pattern.sub(regexes.replacement(new), text)
        except (re.error, IndexError):
            raise regexes.NotComputedError from None
    count = text.count(old) if old else len(text) + 1
    _check_length(len(text) + count * len(new))
    return text.replace(old, new)


def _check_length(length: int) -> None:
    if length > LONGEST:
        raise BudgetError(f"a text would have more than {LONGEST} characters")


def _matched(found: re.Match[str]) -> Any:
    return Tuple(found.groups()) if found.re.groups else found[0]


def _regex(pattern: str, text: str) -> Any:
    found = regexes.compiled(pattern, text).search(text)
    if found is None:
        raise WrongError("its pattern matches nothing")
    return _matched(found)


def _regexall(pattern: str, text: str) -> Any:
    found = regexes.compiled(pattern, text).finditer(text)
    return List(_matched(one) for one in found)


def _split(separator: str, text: str) -> List:
    return List(text.split(separator) if separator else list(text))


def _join(separator: str, *lists: Any) -> Any:
    items = [item for one in lists for item in one]
    if any(item is None for item in items):
        raise WrongError("join() takes no null")
    known = sum(len(item) for item in items if isinstance(item, str))
    _check_length(known + len(separator) * len(items))
    pieces = [piece for item in items for piece in (separator, item)]
    return texts.joined(pieces[1:])


def format_(pattern: str, *values: Any) -> Any:
    """Format values as Terraform's ``format`` does; ``%s`` takes a hole, too."""
    if "%" in _VERB.sub("", pattern):
        raise NotComputedError("this pattern")
    waiting, pieces, at = list(values), [], 0
    for found in _VERB.finditer(pattern):
        pieces.append(pattern[at : found.start()])
        at = found.end()
        if found[0] == "%%":
            pieces.append("%")
        elif waiting:
            pieces.append(_formatted(found, waiting.pop(0)))
        else:
            raise WrongError("format has too few arguments")
    if waiting:
        raise WrongError("format has too many arguments")
    return texts.joined([*pieces, pattern[at:]])


def _formatted(found: re.Match[str], value: Any) -> Any:
    if not is_whole(value):
        if found[0] == "%s" and isinstance(value, (Unknown, Encoded)):
            return value
        raise NotComputedError("what is not known")
    flags, width, places, verb = found[1] or "", found[2] or "", found[3], found[4]
    if verb in "sv" and places is None and not set(flags) - {"-"}:
        text = _shown(value, plain=verb == "s")
        size = int(width or 0)
        pad = " " * (size - len(clusters(text)))
        return text + pad if "-" in flags else pad + text
    if verb == "q" and not (flags or width or places):
        return json.dumps(_shown(value, plain=True), ensure_ascii=False)
    if verb == "d" and places is None and set(flags) <= set("-0+ "):
        number = _number(value)
        if isinstance(number, Fraction):
            raise NotComputedError("%d of what is not whole")
        shown: str = f"%{flags}{width}d" % number
        return shown
    if verb == "t" and not (flags or width) and isinstance(value, bool):
        return "true" if value else "false"
    raise NotComputedError(f"%{verb}")


def _number(value: Any) -> Any:
    number = numbers.parsed(value) if isinstance(value, str) else value
    if not numbers.is_number(number):
        raise WrongError("a number is needed")
    return number


def _shown(value: Any, *, plain: bool) -> str:
    text = texts.as_text(value)
    if text is not None:
        return text
    if plain:
        raise WrongError("a plain value is needed")
    return texts.written(value)


def _b64decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise WrongError("its text is not base64") from None


def _indent(spaces: Any, text: str) -> str:
    if not 0 <= spaces <= _MOST_SPACES:
        raise NotComputedError("so many spaces")
    _check_length(len(text) + text.count("\n") * _whole(spaces))
    return text.replace("\n", "\n" + " " * _whole(spaces))


def _parseint(text: str, base: Any) -> int:
    if not re.fullmatch(r"[+-]?[0-9a-zA-Z]{1,99}", text) or not 2 <= base <= 36:  # noqa: PLR2004
        raise WrongError("parseint() needs a number's text")
    try:
        return int(text, _whole(base))
    except ValueError:
        raise WrongError("parseint() needs a number's text") from None


def _pow(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int) or not 0 <= exponent <= _MOST_SPACES // 2:
        raise NotComputedError("this exponent")
    made: Any = 1
    for _ in range(exponent):
        made = numbers.rounded(Fraction(made) * Fraction(base))
    return made


def _hashed(name: str) -> tuple[str, Callable[..., Any]]:
    return "s", lambda text: hashlib.new(name, text.encode()).hexdigest()


TABLE: dict[str, tuple[str, Callable[..., Any]]] = {
    "abs": ("n", abs),
    "base64decode": ("s", _b64decode),
    "base64encode": ("s", lambda text: base64.b64encode(text.encode()).decode()),
    "basename": ("s", lambda text: text.rstrip("/").rpartition("/")[2] or "/"),
    "ceil": ("n", lambda number: -(-number // 1)),
    "chomp": ("s", lambda text: text.rstrip("\r\n")),
    "endswith": ("ss", lambda text, end: text.endswith(end)),
    "floor": ("n", lambda number: number // 1),
    "format": ("sv*", format_),
    "indent": ("ns", _indent),
    "join": ("sS*", _join),
    "lower": ("s", _case(str.lower)),
    "max": ("n*", lambda *found: max(found)),
    "min": ("n*", lambda *found: min(found)),
    "parseint": ("sn", _parseint),
    "pow": ("nn", _pow),
    "regex": ("ss", _regex),
    "regexall": ("ss", _regexall),
    "replace": ("sss", _replace),
    "sha256": _hashed("sha256"),
    "signum": ("n", lambda number: (number > 0) - (number < 0)),
    "split": ("ss", _split),
    "startswith": ("ss", lambda text, start: text.startswith(start)),
    "strcontains": ("ss", lambda text, part: part in text),
    "strrev": ("s", lambda text: "".join(clusters(text)[::-1])),
    "substr": ("snn", _substr),
    "title": ("s", _title),
    "trim": ("ss", lambda text, chars: text.strip(chars) if chars else text),
    "trimprefix": ("ss", lambda text, start: text.removeprefix(start)),
    "trimspace": ("s", lambda text: text.strip(SPACES)),
    "trimsuffix": ("ss", lambda text, end: text.removesuffix(end)),
    "upper": ("s", _case(str.upper)),
    "urlencode": ("s", lambda text: urllib.parse.quote_plus(text, safe="-_.~")),
}
