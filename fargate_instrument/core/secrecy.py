"""Keeps the values of secret options out of what is shown; says not which they are."""

from __future__ import annotations

from fargate_instrument.core.errors import Said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from fargate_instrument.core.errors import Problem

HIDDEN = "(hidden)"
_SHORTEST_SECRET = 6
"""Shorter values are not looked for in texts: they would hide ordinary words."""


def hidden(text: str, secrets: Sequence[str]) -> str:
    """Take the values of secret options out of a text."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    return text


def problem(found: Problem, secrets: Sequence[str]) -> Problem:
    """Take the values of secret options out of a problem."""
    return found.replace(
        address=hidden(found.address, secrets),
        message=hidden(found.message, secrets),
        fixes=tuple(_fix(fix, secrets) for fix in found.fixes),
    )


def _fix(fix: str, secrets: Sequence[str]) -> str:
    if isinstance(fix, Said):
        return Said(hidden(fix, secrets), hidden(fix.command, secrets))
    return hidden(fix, secrets)


def value(found: Any, secrets: Sequence[str]) -> Any:
    """Take the values of secret options out of every text of a JSON value."""
    if isinstance(found, str):
        return HIDDEN if found in secrets else hidden(found, secrets)
    if isinstance(found, dict):
        return {key: value(item, secrets) for key, item in found.items()}
    if isinstance(found, list):
        return [value(item, secrets) for item in found]
    return found
