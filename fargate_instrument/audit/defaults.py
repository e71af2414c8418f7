"""Two verdicts on one definition to one: with the defaults, and with any other values.

What Terraform does may hang on a variable that somebody gives another value. So what
is fine with the defaults must be fine without knowing them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_instrument.audit.verdict import (
    INSTRUMENTED,
    SKIPPED,
    UNSURE,
    Judged,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_FINE = (INSTRUMENTED, SKIPPED)


def judged(sure: Verdict, other: Verdict | None, reason: str) -> Verdict:
    """Give the verdict that holds for both; ``reason``: why there is no other."""
    if other is None:
        made = [_doubted(one, reason) for one in sure.containers]
        return Verdict(tuple(made), sure.findings)
    if all(one.status in _FINE for one in other.containers):
        return sure
    made = [_against(one, other.containers) for one in sure.containers]
    if len(other.containers) != len(sure.containers):
        made += [one for one in other.containers if one.status not in _FINE]
    return Verdict(tuple(made), sure.findings)


def _doubted(one: Judged, reason: str) -> Judged:
    if one.status not in _FINE:
        return one
    message = f"{one.reason}, with the defaults of its variables; {reason}"
    return Judged(one.index, one.name, UNSURE, message, "cannot-tell")


def _against(one: Judged, others: Sequence[Judged]) -> Judged:
    beside = [o for o in others if o.index == one.index and o.status not in _FINE]
    if not beside:
        return one
    return _doubted(one, f"with others, {beside[0].reason}")
