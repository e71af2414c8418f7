"""The verdict on what an instrumentation will write when Terraform runs; no I/O.

It knows what goes in and which agents are put on it, layer by layer, and leaves the
choice of containers to ``core.targets``, as the program itself does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import marks, verdict
from fargate_instrument.audit.unknown import Instrumented, first_unknown
from fargate_instrument.audit.verdict import (
    BARE,
    INSTRUMENTED,
    SKIPPED,
    UNSURE,
    Judged,
    Verdict,
)
from fargate_instrument.core import agents, targets
from fargate_instrument.core import marks as recogniser
from fargate_instrument.core.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

EVERY = "*"
"""Name of the row for containers that are not known."""


def foretold(made: Instrumented, accepted: Collection[str] = ()) -> Verdict:
    """Judge a definition that an instrumentation will write when Terraform runs."""
    layers = [made]
    while isinstance(layers[0].containers, Instrumented):
        layers.insert(0, layers[0].containers)
    given = layers[0].containers
    known = isinstance(given, list)
    judged = (
        verdict.verdict(given, {}, accepted).containers
        if known
        else (Judged(0, EVERY, BARE, "it is not known", "not-instrumented"),)
    )
    for layer in layers:
        reasons = _left_alone(layer, given if known else None)
        judged = tuple(
            _laid(one, layer, reasons.get(one.index, ""), accepted) for one in judged
        )
    return Verdict(judged)


class _Doubt(str):
    """A reason that does not say which way it goes."""

    __slots__ = ()


def _left_alone(made: Instrumented, given: Sequence[Any] | None) -> Mapping[int, str]:
    """Say of each container why an instrumentation leaves it alone, if it does."""
    places = range(len(given)) if given is not None else (0,)
    hole = first_unknown([made.include, made.own_include, made.exclude])
    if hole is not None:
        said = _Doubt(f"{made.by} may leave containers alone: {hole.reason}")
        return dict.fromkeys(places, said)
    chosen = bool(made.include or made.exclude or made.own_include)
    unread = _Doubt(f"{made.by} may leave containers alone: its name is not known")
    if given is None:
        return {0: unread} if chosen else {}
    named = [_named(one, index) for index, one in enumerate(given)]
    doubts: list[tuple[int, str]] = []
    around = targets.Around((), {}, recogniser.owners(named), recogniser.routers(named))
    reach = targets.Reach(
        *(
            tuple(targets.Pattern(str(text), "") for text in texts)
            for texts in (made.include, made.exclude, made.own_include)
        )
    )
    found = targets.select(named, _recipe(made.agent), reach, around, doubts)
    for index, one in enumerate(given):
        if chosen and not isinstance(_name(one), str):
            found[index] = unread
    return {
        index: _Doubt(f"{made.by} refuses it: it {reason}")
        if (index, reason) in doubts
        else reason
        for index, reason in found.items()
    }


def _name(container: object) -> object:
    return container.get("name") if isinstance(container, dict) else None


def _named(container: object, index: int) -> dict[str, Any]:
    """Give a container what selection reads, whatever is known of it."""
    known = marks.known_part(container) if isinstance(container, dict) else {}
    name = _name(container)
    return {**known, "name": marks.shown(name) if name is not None else f"#{index}"}


def _recipe(agent: str) -> Recipe:
    """Give an agent's recipe, as far as it says what it is for."""
    if agent in agents.NAMES:
        loaded = agents.load(agent)
        if loaded.recipe is not None and loaded.samples:
            return loaded.recipe(loaded.samples[0], {"family": "f"})
    return Recipe(agent)


def _laid(
    one: Judged, made: Instrumented, left: str, accepted: Collection[str]
) -> Judged:
    """Judge one container after one more layer; ``left``: why it passes that by."""
    if left:
        return _passed_by(one, left, made.by)
    if one.status == SKIPPED:
        return one
    mark = marks.Mark(made.agent, "module", f"is put in by {made.by}")
    if not made.agent and accepted:
        if one.status == INSTRUMENTED and not one.rule:
            return one
        reason = f"{made.by} instruments it, with an agent that is not known here"
        return _said(one, UNSURE, reason, "cannot-tell")
    found = (*one.marks, mark)
    if any(verdict.counts(m, accepted) for m in found):
        return verdict.instrumented(one.index, one.name, found, accepted)
    if accepted:
        return verdict.other(one.index, one.name, found, accepted)
    reason = f"{mark}, which does not watch what it runs"
    return Judged(one.index, one.name, BARE, reason, "not-instrumented", (), found)


def _passed_by(one: Judged, left: str, by: str) -> Judged:
    if isinstance(left, _Doubt) and one.status in (BARE, UNSURE):
        return _said(one, UNSURE, left, "cannot-tell")
    if one.status != BARE or isinstance(left, _Doubt):
        return one
    return _said(one, BARE, f"{by} leaves it alone: it {left}", "not-instrumented")


def _said(one: Judged, status: str, reason: str, rule: str) -> Judged:
    return Judged(one.index, one.name, status, reason, rule, (), one.marks)
