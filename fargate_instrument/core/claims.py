"""What only one layer can have, and two layers that want it: an error before any word.

A tracer on a container, a variable with one value, a path, a port, a log router, a
name. A layer that the definition carries already, recorded or recognised, counts.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, marks, steps
from fargate_instrument.core.errors import Problem, Said
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.own import REUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from fargate_instrument.core.definition import Definition
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.lay import Laid, Result
    from fargate_instrument.core.peel import Peeled
    from fargate_instrument.core.provenance import Record
    from fargate_instrument.core.recipe import AddContainer

    Claim: TypeAlias = tuple[str, str, str, str, str]
    """Container or the empty text, kind, name, value, agent."""

EXCLUSIVE = ("tracer", "port", "log router", "container name", "volume")
"""Kinds of which no two layers may have the same, whatever the value."""

WHY = {
    "tracer": "a process can have one tracer",
    "port": "the containers of a task share their ports",
    "log router": "a task has one",
    "container name": "names are unique in a task",
    "volume": "each agent fills its own volume",
}


THINGS = {"tracer": "a tracer", "log router": "the task's log router"}
"""Kinds that have no name of their own, in words."""


def conflicts(definition: Definition, peeled: Peeled, result: Result) -> list[Problem]:
    """List what two layers of a definition both lay claim to.

    ``result``: of laying, whose sites say where each layer works.
    """
    carried = list(_carried(peeled, result))
    if len(result.layers) + len(carried) < 2:  # noqa: PLR2004  (it takes two)
        return []
    found: list[Problem] = []
    first: dict[tuple[str, str, str], tuple[str, str]] = {}
    asked = (claim for done in result.layers for claim in _asked(done))
    for container, kind, name, value, agent in (*carried, *asked):
        known = first.setdefault((container, kind, name), (value, agent))
        if known[1] != agent and (kind in EXCLUSIVE or known[0] != value):
            place = _place(definition, container)
            found.append(_problem(place, container, kind, name, known[1], agent))
    return [*found, *_cycles(definition, result)]


def _asked(done: Laid) -> Iterator[Claim]:
    recipe = done.layer.recipe
    agent = recipe.agent
    for container, site in done.sites:
        for kind, name, value in steps.claims(recipe.steps, container, site):
            where = "" if kind == "volume" else str(site.name)
            yield where, kind, name, value, agent
    if done.targets:
        for port in recipe.task.ports:
            yield "", "port", str(port), "", agent
        for name in done.own:
            yield "", "container name", name, "", agent
        if any(
            added.role == "router" and not _spared(added, done)
            for added in recipe.containers
        ):
            yield "", "log router", "", "", agent


def _spared(added: AddContainer, done: Laid) -> bool:
    """Tell whether the task's own log router serves in place of a layer's."""
    return added.unless is not None and any(REUSED in s.facts for _, s in done.sites)


def _carried(peeled: Peeled, result: Result) -> Iterator[Claim]:
    """List the claims of layers that are there and not asked for."""
    asked = {done.layer.recipe.agent for done in result.layers}
    laid = {(d.layer.recipe.agent, name) for d in result.layers for name in d.targets}
    working = {name for _, name in laid}
    if not working:
        return
    owners = marks.owners(peeled.containers)
    for index, container in enumerate(peeled.containers):
        name = container["name"]
        if name in working:
            for agent, _ in marks.chain(container):
                if (agent, name) not in laid and marks.marks(agent).get("ptrace"):
                    yield name, "tracer", "ptrace", "", agent
            for record in peeled.records.get(name, ()):
                yield from _recorded(name, container, record.agent, record.undo)
        yield from _router(container, peeled.records.get(name, ()))
        owner = owners.get(index)
        if owner and owner.proven and owner.agent not in asked:
            for port in marks.marks(owner.agent).get("ports", ()):
                yield "", "port", str(port), "", owner.agent
            yield "", "container name", name, "", owner.agent


def _router(container: Container, records: Sequence[Record]) -> Iterator[Claim]:
    """Tell of a log router that a layer has put there."""
    if records and records[0].added and container.get("firelensConfiguration"):
        yield "", "log router", "", "", records[0].agent


def _recorded(
    name: str, container: Mapping[str, Any], agent: str, undo: Mapping[str, Any]
) -> Iterator[Claim]:
    """Read a layer's claims from the record of what it did to a container."""
    touched = undo.get("environment", {})
    changed = {entry.get("name") for entry in touched.get("was", ())}
    values = ecs.variables(dict(container))
    for variable in {*touched.get("cut", ()), *changed}:
        if variable in values:
            yield name, "variable", variable, values[variable], agent
    for entry in undo.get("secrets", {}).get("cut", ()):
        for secret in ecs.known_argv(container.get("secrets")):
            if isinstance(secret, dict) and secret.get("name") == entry:
                yield name, "variable", entry, str(secret.get("valueFrom")), agent
    capabilities = undo.get("linuxParameters", {}).get("in", {}).get("capabilities", {})
    if "SYS_PTRACE" in capabilities.get("in", {}).get("add", {}).get("cut", ()):
        yield name, "tracer", "ptrace", "", agent


def _place(definition: Definition, container: str) -> str:
    names = [item["name"] for item in definition.containers]
    if container in names:
        return f"{definition.address}[{names.index(container)}]"
    return definition.address


def _problem(
    place: str, container: str, kind: str, name: str, one: str, other: str
) -> Problem:
    thing = THINGS.get(kind) or f"the {kind} {dump(name)}"
    who = f"{thing} is claimed by"
    if container:
        who = f"container {dump(container)} would get {thing} from"
    out = f"or take {one} out of the definition first"
    why = f"; {WHY[kind]}" if kind in WHY else ", with two values"
    return Problem(
        place,
        f"{who} both {one} and {other}{why}",
        (
            Said(
                f"ask for {one} or {other}, not both",
                f"ask for --agent {one} or --agent {other}, not both",
            ),
            Said(
                f"or give them different containers with include and exclude, {out}",
                "or give them different containers with include and exclude in a file"
                f" for --agents, {out}",
            )
            if container
            else "or give one of them another by its options",
        ),
        "request",
    )


def _cycles(definition: Definition, result: Result) -> list[Problem]:
    """Find containers that would wait for each other in a ring across layers."""
    waits = {
        container["name"]: [
            str(entry.get("containerName"))
            for entry in ecs.known_argv(container.get("dependsOn"))
            if isinstance(entry, dict)
        ]
        for container in result.containers
        if isinstance(container, dict)
    }
    ring = _ring(waits)
    if not ring:
        return []
    agents = sorted(
        done.layer.recipe.agent
        for done in result.layers
        if {*done.own, *done.targets} & {*ring}
    )
    said = " -> ".join(map(dump, [*ring, ring[0]]))
    return [
        Problem(
            _place(definition, ring[0]),
            f"would wait for itself: {said}, as {' and '.join(agents)} ask for it",
            ("take one of these dependencies or one of the agents out",),
            "request",
        )
    ]


def _ring(waits: Mapping[str, Sequence[str]]) -> list[str]:
    """Give one ring of names that wait for each other, or nothing."""
    done: set[str] = set()
    for start in waits:
        path: list[str] = []
        stack = [(start, iter(waits[start]))]
        while stack:
            name, rest = stack[-1]
            if name not in path:
                path.append(name)
            following = next((n for n in rest if n in waits and n not in done), None)
            if following is None:
                done.add(name)
                stack.pop()
                path.pop()
            elif following in path:
                return path[path.index(following) :]
            else:
                stack.append((following, iter(waits[following])))
    return []
