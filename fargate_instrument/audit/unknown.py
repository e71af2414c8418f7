"""Values that static reading cannot give, with the reason; not an evaluator.

A document may hold such a value in any place. Where an instrumentation makes the
text, that is kept too: it is all there is to know before a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Instrumented:
    """A text of container definitions that an instrumentation writes at plan time.

    ``agent``: its name, or ``""`` if that is not known. ``by``: what writes it, such
    as ``module.workload_agent``. ``containers``: what goes in, a list, or Unknown.
    ``include`` and ``exclude``: names and patterns, or Unknown.
    """

    agent: str
    by: str
    containers: Any = None
    include: Any = ()
    exclude: Any = ()

    def __hash__(self) -> int:
        return hash((self.agent, self.by))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only a plan, an apply or another file would give.

    ``reason``: why, one line. ``text``: how it would look inside a template, with
    the parts that are known. ``origin``: the instrumentation it is made from.
    ``parts``: of a text, the known ones as they are.
    """

    reason: str
    text: str = ""
    origin: Instrumented | None = None
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoded:
    """The JSON text of a value that holds unknown parts."""

    value: Any

    def __hash__(self) -> int:
        return id(self)


class Loose(dict[str, Any]):
    """An object of which some members, Unknown here, may not be there at all."""


def first_unknown(value: object) -> Unknown | None:
    """Find the first unknown value in a document, depth first."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Instrumented):
        return Unknown(f"it is made by {value.by} at plan time", "", value)
    if isinstance(value, Encoded):
        return first_unknown(value.value)
    if isinstance(value, dict):
        items: Any = (*value.keys(), *value.values())
    elif isinstance(value, (list, tuple)):
        items = value
    else:
        return None
    for item in items:
        found = first_unknown(item)
        if found is not None:
            return found
    return None


def origins(value: object) -> set[Instrumented]:
    """Collect the instrumentations that a value is made from."""
    if isinstance(value, Instrumented):
        return {value}
    if isinstance(value, Unknown):
        return {value.origin} if value.origin else set()
    if isinstance(value, Encoded):
        return origins(value.value)
    if isinstance(value, dict):
        return set().union(*map(origins, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(origins, value))
    return set()
