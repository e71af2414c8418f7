"""A value of ``container_definitions`` to containers, or the reason why not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from fargate_instrument.audit.definition import canonical
from fargate_instrument.audit.unknown import Instrumented
from fargate_instrument.hcl import texts
from fargate_instrument.hcl.values import Encoded, Lazy, Unknown, WrongError


def read(value: Any) -> tuple[list[Any] | Instrumented | None, str]:
    """Bring a text of container definitions to containers, or give the reason."""
    if isinstance(value, Unknown) and not value.parts:
        return _made(value)
    if not isinstance(value, (str, Encoded, Unknown)):
        return None, "its container definitions are no text"
    try:
        found = texts.decoded(value)
    except WrongError as error:
        return None, f"its container definitions are not JSON: {error}"
    if isinstance(found, Unknown):
        return _made(found)
    if not isinstance(found, list):
        return None, "its container definitions are no list"
    if not found:
        return None, "its list of container definitions is empty"
    return canonical(plain(found)), ""


def _made(value: Unknown) -> tuple[Instrumented | None, str]:
    """Give what writes a text that is not known, if anything is known to."""
    if isinstance(value.origin, Instrumented):
        return value.origin, ""
    return None, value.reason


def plain(value: Any) -> Any:
    """Write a value with Python's own lists and objects; holes stay."""
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.text)
    if isinstance(value, Encoded):
        return Unknown("it is a text with parts that are not known")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value
