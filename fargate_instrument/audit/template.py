"""Terraform's template syntax to its parts, and texts out of parts; no evaluation."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from fargate_instrument.audit.unknown import Encoded, Instrumented, Unknown, origins
from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import Failure

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_MARK = re.compile("(\ue000[0-9]+\ue001)")
_BARE = re.compile("([:\\[,]\\s*)(\ue000[0-9]+\ue001)(?=\\s*[,\\]}])")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_START = re.compile(r"\$\$\{|%%\{|\$\{~?|%\{")


@dataclass(frozen=True, slots=True)
class Interpolation:
    """The text between ``${`` and ``}``."""

    text: str


class DirectiveError(Exception):
    """A template uses ``%{ … }``, which is not read statically."""


def unescaped(text: str) -> str:
    """Undo the escapes of a quoted string."""

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPES.get(match[3], match[0])

    return _ESCAPE.sub(one, text)


def heredoc(token: str, *, trim: bool) -> str:
    """Give the template inside a heredoc; ``trim`` takes the common indent off."""
    lines = token.splitlines(keepends=True)
    while lines and not lines[-1].strip():
        lines.pop()
    body = lines[1:-1]
    if trim:
        indents = [len(line) - len(line.lstrip(" \t")) for line in body if line.strip()]
        indent = min(indents, default=0)
        body = [line[indent:] if line.strip() else line for line in body]
    return "".join(body)


def split(text: str) -> list[str | Interpolation]:
    """Split a template at its interpolations. Raises DirectiveError."""
    parts: list[str | Interpolation] = []
    literal, at = "", 0
    while True:
        match = _START.search(text, at)
        if match is None:
            return [*parts, literal + text[at:]]
        literal += text[at : match.start()]
        mark, at = match.group(), match.end()
        if mark in ("$${", "%%{"):
            literal += mark[1:]
            continue
        if mark == "%{":
            raise DirectiveError
        end = _closing(text, at)
        parts += [literal, Interpolation(text[at:end].rstrip("~"))]
        literal, at = "", end + 1


def _closing(text: str, at: int) -> int:
    depth, quote = 0, False
    while at < len(text):
        char = text[at]
        if quote and char == "\\":
            at += 1
        elif char == '"':
            quote = not quote
        elif not quote and char == "{":
            depth += 1
        elif not quote and char == "}":
            if not depth:
                return at
            depth -= 1
        at += 1
    return at


def joined(parts: list[Any]) -> Any:
    """Join the parts of a template; a single interpolation keeps its value's type."""
    kept = [part for part in parts if part != ""]
    if len(kept) == 1:
        return kept[0]
    texts: list[Any] = [as_text(part) for part in kept]
    unknown = [part for part in texts if isinstance(part, Unknown)]
    if not unknown:
        return "".join(texts)
    sources = origins(texts)
    return Unknown(
        unknown[0].reason,
        "".join(p.text or "${…}" if isinstance(p, Unknown) else p for p in texts),
        sources.pop() if len(sources) == 1 else None,
        tuple(inner for p in texts for inner in _inner(p)),
    )


def _inner(part: Any) -> tuple[Any, ...]:
    return part.parts or (part,) if isinstance(part, Unknown) else (part,)


def as_text(value: Any) -> Any:
    """Turn a value into text as Terraform does, or into an unknown one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instrumented):
        return Unknown(f"it is made by {value.by} at plan time", "", value)
    if isinstance(value, Encoded):
        return Unknown("it holds parts that are not known", "", None, (value,))
    return Unknown(f"{jsontext.kind(value)} stands where a text is needed")


def decoded(value: Any) -> Any:
    """Read a JSON text that may hold unknown parts. Raises Failure."""
    if isinstance(value, Encoded):
        return value.value
    if not isinstance(value, Unknown):
        return jsontext.parse(value, "its text") if isinstance(value, str) else value
    if not value.parts:
        return value
    text, held = marked(value)
    try:
        read = jsontext.parse(text, "its text")
    except Failure:
        text = _BARE.sub(
            lambda m: f"{m[1]}{json.dumps(m[2], ensure_ascii=False)}", text
        )
        read = jsontext.parse(text, "its text")
    return _filled(read, held)


def marked(value: Any) -> tuple[str, dict[str, Any]]:
    """Write a text with a mark for each part that is not known, and what they are."""
    held: dict[str, Any] = {}
    if isinstance(value, Encoded):
        parts: tuple[Any, ...] = (_marks(value.value, held),)
        text = json.dumps(parts[0], separators=(",", ":"), ensure_ascii=False)
        return text, held
    texts = []
    for part in value.parts:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, Encoded):
            inner = _marks(part.value, held)
            texts.append(json.dumps(inner, separators=(",", ":"), ensure_ascii=False))
        else:
            texts.append(_mark(part, held))
    return "".join(texts), held


def unmarked(text: str, held: dict[str, Any]) -> Any:
    """Give the text back with its unknown parts in place."""
    pieces = _MARK.split(text)
    parts = tuple(held.get(piece, piece) for piece in pieces if piece)
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    if unknown is None and all(isinstance(part, str) for part in parts):
        return text
    reason = unknown.reason if unknown else "it holds parts that are not known"
    sources = origins(list(parts))
    return Unknown(reason, "", sources.pop() if len(sources) == 1 else None, parts)


def _mark(part: Any, held: dict[str, Any]) -> str:
    name = f"\ue000{len(held)}\ue001"
    held[name] = part
    return name


def _marks(value: Any, held: dict[str, Any]) -> Any:
    if isinstance(value, (Unknown, Instrumented, Encoded)):
        return _mark(value, held)
    if isinstance(value, dict):
        return {key: _marks(item, held) for key, item in value.items()}
    if isinstance(value, list):
        return [_marks(item, held) for item in value]
    return value


def _filled(value: Any, held: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {_key(k, held): _filled(v, held) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(item, held) for item in value]
    if isinstance(value, str) and "\ue000" in value:
        pieces = _MARK.split(value)
        return joined([held.get(piece, piece) for piece in pieces])
    return value


def _key(key: str, held: dict[str, Any]) -> str:
    value = _filled(key, held)
    return value.text if isinstance(value, Unknown) else str(value)
