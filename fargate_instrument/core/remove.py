"""Takes instrumentation out for good: by its records exactly, by its marks whole.

Where there is no record the text must say everything; what it does not say is asked
for, and half a removal is never made.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, marks, provenance, traces
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.peel import peel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.recipe import Recipe


class Removed(Frozen):
    """What is left when an instrumentation is out.

    ``containers``: the definitions without it. ``task``: the task's other members.
    ``agents``: what was taken out, by name. ``lost``: (container, variable) pairs whose
    plain values were not recorded, since they are secrets; they are left out.
    """

    containers: list[Any]
    task: dict[str, Any]
    agents: tuple[str, ...]
    lost: tuple[tuple[str, str], ...]


def remove(
    containers: Sequence[Any],
    task: Mapping[str, Any],
    agent: str | None = None,
    splits: Mapping[str, int] | None = None,
    address: str = "container_definitions",
) -> Removed:
    """Take every agent out of canonical containers of sound shape, or only one.

    ``task``: the task definition's other members. ``splits``: container name -> how
    many items of its command are the original entry point, where no text says. Nothing
    that goes in is changed. Raises Failure with every reason why not.
    """
    done = recorded(containers, task, agent, address)
    left = {
        name: recipes
        for name, recipes in traces.known().items()
        if name not in done.agents and agent in (None, name)
    }
    while left:
        tried = [
            (name, *_unmarked(name, recipes, done, splits or {}, address))
            for name, recipes in left.items()
        ]
        outermost = [(n, made) for n, made, found in tried if made and not found]
        if not outermost:
            problems = [problem for _, _, found in tried for problem in found]
            if problems:
                raise Failure(problems)
            break
        name, done = outermost[0]
        del left[name]
    return done


def _unmarked(
    name: str,
    recipes: Sequence[Recipe],
    done: Removed,
    splits: Mapping[str, int],
    address: str,
) -> tuple[Removed | None, list[Problem]]:
    """Take one agent out by its marks; None if there is nothing of it."""
    work = traces.Unmarking(name, recipes, splits, address)
    made, task = work.remove(done.containers, done.task)
    if made == done.containers and not work.problems:
        return None, []
    agents = tuple(sorted({*done.agents, name}))
    return Removed(made, task, agents, done.lost), work.problems


def recorded(
    containers: Sequence[Any],
    task: Mapping[str, Any],
    agent: str | None = None,
    address: str = "container_definitions",
) -> Removed:
    """Take recorded agents out, every one or only one.

    Raises Failure where a record cannot be read, where another agent stands on top of
    the one to be taken out, and where a container that stays needs one that goes.
    """
    there = _recorded_agents(containers, address)
    going = [name for name in there if agent in (None, name)]
    if not going:
        return Removed(list(containers), dict(task), (), ())
    peeled = peel(
        containers, dict.fromkeys(going, ()), lambda _agent, _name: True, address
    )
    if peeled.problems:
        raise Failure(peeled.problems)
    made, undo = _handed_on(peeled.containers, peeled.task)
    made = [provenance.without_missing(container) for container in made]
    problems = dangling(containers, made, address)
    if problems:
        raise Failure(problems)
    around = provenance.task_restored(task, undo)
    return Removed(made, around, tuple(sorted(peeled.agents)), peeled.lost)


def _recorded_agents(containers: Sequence[Any], address: str) -> list[str]:
    found: list[str] = []
    for index, container in enumerate(containers):
        if isinstance(container, dict):
            place = f"{address}[{index}].dockerLabels"
            found += [record.agent for record in provenance.read(container, place)]
    return list(dict.fromkeys(found))


def _handed_on(
    containers: list[Any], task: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Leave what the task must stay like to the agents that stay."""
    undo, made = dict(task), []
    for container in containers:
        heir, undo = provenance.heirs(container, undo) if undo else (container, undo)
        made.append(heir)
    return made, undo


def dangling(
    before: Sequence[Any], after: Sequence[Any], address: str
) -> list[Problem]:
    """Find containers that stay and still wait for, or mount, one that went."""
    left = {container["name"] for container in after}
    gone = {container["name"] for container in before} - left
    places = {container["name"]: index for index, container in enumerate(before)}
    return [
        Problem(
            f"{address}[{places[container['name']]}].{member}[{at}]",
            f"{ecs.describe(container, 0)} needs {dump(entry[key])}, which goes with"
            " the agent, and it was not the agent that said so",
            ("take this entry out first",),
        )
        for container in after
        for member, key in marks.REFERENCES
        for at, entry in enumerate(ecs.known_argv(container.get(member)))
        if isinstance(entry, dict) and entry.get(key) in gone
    ]
