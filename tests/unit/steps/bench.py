"""One container under one step, as the tests of steps do it. No tests."""

from __future__ import annotations

import copy
from typing import Any

from fargate_instrument.core.steps import WORK, Notes, Site

WEB: dict[str, Any] = {"name": "web", "image": "web:1"}
FACTS = {"sidecar.name": "agent", "router.name": "logs", "target.name": "web"}


def site(
    raw: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    **known: Any,
) -> Site:
    """Give the place of a container; ``known``: more of what is known there."""
    facts = known.pop("facts", FACTS)
    return Site("c[0]", 0, "web", raw or WEB, config, facts, Notes(), **known)


def done(
    step: Any,
    members: dict[str, Any],
    config: dict[str, Any] | None = None,
    **known: Any,
) -> tuple[Any, Notes]:
    """Do a step to a container with some members; check that this stays as it was."""
    container = {**WEB, **members}
    before = copy.deepcopy(container)
    here = site(container, config, **known)
    made = WORK[type(step)].apply(container, step, here)
    assert container == before
    return made, here.notes


def changed(
    step: Any,
    members: dict[str, Any],
    config: dict[str, Any] | None = None,
    **known: Any,
) -> Any:
    """Do a step that says nothing; give the members that it changed, None for gone."""
    made, notes = done(step, members, config, **known)
    assert (notes.problems, notes.warnings) == ([], [])
    before = {**WEB, **members}
    return {k: made.get(k) for k in {*made, *before} if made.get(k) != before.get(k)}


def untouched(step: Any, members: dict[str, Any], **known: Any) -> None:
    """Do a step that finds nothing to do: the same object comes back, in silence."""
    container = {**WEB, **members}
    here = site(container, **known)
    assert WORK[type(step)].apply(container, step, here) is container
    assert (here.notes.problems, here.notes.warnings) == ([], [])


def warning(
    step: Any,
    members: dict[str, Any],
    config: dict[str, Any] | None = None,
    **known: Any,
) -> tuple[Any, str, str]:
    """Do a step that says one warning: the container, its address and its text."""
    made, notes = done(step, members, config, **known)
    assert notes.problems == []
    ((place, said),) = notes.warnings
    return made, place, said


def problem(
    step: Any,
    members: dict[str, Any],
    config: dict[str, Any] | None = None,
    **known: Any,
) -> tuple[str, str]:
    """Do a step that cannot be done; nothing changes: the address and the text."""
    made, notes = done(step, members, config, **known)
    assert made == {**WEB, **members}
    assert notes.warnings == []
    (found,) = notes.problems
    assert found.fault == "patch"
    return found.address, found.lines()


def env(**pairs: str) -> list[dict[str, str]]:
    """List plain variables."""
    return [{"name": name, "value": value} for name, value in pairs.items()]


def secrets(**pairs: str) -> list[dict[str, str]]:
    """List variables from secrets."""
    return [{"name": name, "valueFrom": value} for name, value in pairs.items()]
