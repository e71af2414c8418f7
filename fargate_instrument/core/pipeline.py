"""The whole program as a function: a query in, a result out; no I/O of any kind.

read -> peel -> lay -> check -> render.
"""

from __future__ import annotations

from fargate_instrument.core import render
from fargate_instrument.core.definition import PLATFORM_FACTS, TASK_FACTS
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import place
from fargate_instrument.core.lay import lay
from fargate_instrument.core.marks import chain, wraps_of
from fargate_instrument.core.peel import peel, require_values
from fargate_instrument.core.request import read_request
from fargate_instrument.core.rules import check, whole_task
from fargate_instrument.core.targets import Reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.definition import Definition
    from fargate_instrument.core.lay import Result
    from fargate_instrument.core.peel import Peeled
    from fargate_instrument.core.recipe import Layer
    from fargate_instrument.core.request import Ask, Request
    from fargate_instrument.core.rules import Finding

_SNAKE = {name: key for key, name in (TASK_FACTS | PLATFORM_FACTS).items()}
_SNAKE["runtimePlatform"] = "runtime_platform"


QUIET = frozenset({"E4", "F13", "H13", "H17", "H20"})
"""Notes, and hazards that are a matter of policy or of the vendor's ways: `check` says
them, a plan, which would say them again each time, does not."""

EXPECTED = frozenset({"N6", "H12"})
"""Hazards that what an agent puts in may have by the vendor's design."""


class Outcome(Frozen):
    """What became of one task definition, with everything there is to say.

    ``done``: what the layers did. ``warnings``: (address, text), sorted.
    """

    name: str
    ask: Ask
    done: Result
    warnings: tuple[tuple[str, str], ...]


def run(query: Mapping[str, str]) -> dict[str, str]:
    """Instrument what a query asks for and give the result to write.

    Raises Failure with every problem. The query is not changed.
    """
    request = read_request(query)
    return render.result(outcomes(request), request.batch)


def outcomes(request: Request) -> list[Outcome]:
    """Do every ask of a request. Raises Failure with the problems of all of them."""
    problems = list(request.problems)
    done = [_outcome(ask, request, problems) for ask in request.asks]
    if problems:
        raise Failure(problems)
    return done


def instrument(
    definition: Definition,
    layers: Sequence[Layer],
    record: bool,
) -> tuple[Peeled, Result]:
    """Put layers on a definition whose containers have names: peel, then lay."""
    reaches = {
        layer.recipe.agent: Reach(
            definition.include, definition.exclude, layer.include, layer.exclude
        )
        for layer in layers
    }
    left_out = {layer.recipe.agent: {*layer.recipe.exclude} for layer in layers}
    wraps = {
        layer.recipe.agent: wraps_of(layer.recipe.agent, layer.recipe.steps)
        for layer in layers
        if _is_for_any(definition, reaches[layer.recipe.agent], layer)
    }

    def scope(agent: str, name: str) -> bool:
        return reaches[agent].admits(name) and name not in left_out[agent]

    unwritten = {one.recipe.agent for one in layers if not one.recipe.recorded}
    peeled = peel(definition.containers, wraps, scope, definition.address, unwritten)
    return peeled, lay(definition, peeled, layers, record)


def _is_for_any(definition: Definition, reach: Reach, layer: Layer) -> bool:
    """Tell whether the user's word lets a layer have any application at all.

    Where it does not, what the layer has there stays, its own containers included.
    """
    recipe = layer.recipe
    left = {*recipe.exclude, *(added.name for added in recipe.containers)}
    return any(
        container["name"] not in left and reach.admits(container["name"])
        for container in definition.containers
    )


def _outcome(ask: Ask, request: Request, problems: list[Problem]) -> Outcome | Any:
    definition, layers = ask.definition, ask.layers
    left_out = [name for layer in layers for name in layer.recipe.exclude]
    unnamed = definition.named(left_out)
    if unnamed:
        problems += unnamed
        return None
    peeled, done = instrument(definition, layers, request.record)
    found = [*peeled.problems, *done.notes.problems]
    if not found:
        found = require_values(done.containers, definition.address)
    claimed = _conflicts(definition, peeled, done)
    places = {problem.address for problem in claimed}
    beneath = [one for one in peeled.problems if one.address in places]
    found = [*claimed, *(one for one in found if one not in beneath)]
    problems += found
    said = [warning for layer in layers for warning in layer.recipe.warnings]
    warnings = [*said, *done.notes.warnings]
    if not request.problems:
        _check(ask, request, done, problems, warnings, bool(found))
    return Outcome(ask.name, ask, done, tuple(sorted(set(warnings))))


def _conflicts(definition: Definition, peeled: Peeled, done: Result) -> list[Problem]:
    """Hold the layers against each other, and against those that are there already."""
    if len(done.layers) == 1 and not peeled.records and not _others(peeled, done):
        return []
    from fargate_instrument.core import claims  # noqa: PLC0415  (it takes two)

    return claims.conflicts(definition, peeled, done)


def _others(peeled: Peeled, done: Result) -> bool:
    """Tell at a glance whether another agent can be there already."""
    return bool(done.owners) or any(chain(c) for c in peeled.containers)


def _check(
    ask: Ask,
    request: Request,
    done: Result,
    problems: list[Problem],
    warnings: list[tuple[str, str]],
    failed: bool,
) -> None:
    """Hold input and output against ECS's rules."""
    definition = ask.definition
    default = {layer.recipe.checks for layer in ask.layers}
    checks = request.checks or ("error" if default != {"warn"} else "warn")
    names = [container.get("name") for container in definition.containers]
    if not failed and done.containers != list(definition.containers):
        found, caused = _compared(definition, done)
        made = [container.get("name") for container in done.containers]
        _sort(caused, definition, made, "caused", problems, warnings)
    else:
        found = _findings(definition, definition.containers, definition.task)
    if checks != "off":
        _sort(found, definition, names, checks, problems, warnings)


def _compared(
    definition: Definition, done: Result
) -> tuple[list[Finding], list[Finding]]:
    """Tell what the user's input breaches and still does from what is new.

    What instrumenting repairs is not said, so nothing left means nothing to compare.
    """
    after = [
        finding
        for finding in _findings(definition, done.containers, done.task)
        if not (
            finding.severity != "error"
            and finding.rule in EXPECTED
            and _is_new(finding.address[1:], definition.containers, done.containers)
        )
    ]
    if not after:
        return [], []
    before = _findings(definition, definition.containers, definition.task)
    left, known = {_key(f) for f in after}, {_key(f) for f in before}
    caused = [
        finding
        for finding in after
        if _key(finding) not in known
        and (finding.severity == "error" or finding.rule not in EXPECTED)
    ]
    return [finding for finding in before if _key(finding) in left], caused


def _is_new(path: tuple[Any, ...], before: Any, after: Any) -> bool:
    """Tell whether what stands at a place is certainly not the user's."""
    for step in path:
        before, after = _at(before, step), _at(after, step)
        names = [c.get("name") for c in (before, after) if isinstance(c, dict)]
        if len(names) > 1 and names[0] != names[1]:
            return False
    return bool(before != after)


def _at(value: Any, step: Any) -> Any:
    if isinstance(value, list) and isinstance(step, int):
        return value[step] if step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def _findings(
    definition: Definition, containers: Any, task: Mapping[str, Any]
) -> list[Finding]:
    if not containers:
        return []
    facts = whole_task(task) if definition.whole else dict(task)
    if definition.image_configs:
        facts["imageConfigs"] = definition.image_configs
    return check(list(containers), facts, unsaid=QUIET)


def _key(finding: Finding) -> tuple[Any, ...]:
    return (finding.rule, finding.container, *finding.address[2:])


def _sort(
    findings: list[Finding],
    definition: Definition,
    names: Sequence[Any],
    checks: str,
    problems: list[Problem],
    warnings: list[tuple[str, str]],
) -> None:
    """Turn findings into problems and warnings, as ``checks`` has it.

    A place that has a problem already needs no second one.
    """
    taken = {problem.address for problem in problems}
    for finding in findings:
        address = _address(finding, definition, names)
        if address in taken:
            continue
        message = f"{finding.message} ({finding.rule})"
        if checks == "caused":
            message = f"instrumenting would break it: {message}"
        if finding.severity == "error" and checks != "warn":
            fixes = (finding.fix,) if finding.fix else ()
            problems.append(Problem(address, message, fixes))
        else:
            text = f"{finding.message} ({finding.rule})"
            warnings.append((address, text))


def _address(finding: Finding, definition: Definition, names: Sequence[Any]) -> str:
    """Write a finding's address as the user knows it: by the place in the input."""
    path = finding.address
    if path[:1] == ("containerDefinitions",):
        root, path = definition.address, path[1:]
        if path and isinstance(path[0], int):
            there = [container.get("name") for container in definition.containers]
            name = names[path[0]]
            path = (there.index(name) if name in there else path[0], *path[1:])
    else:
        root = definition.address.rpartition("container_definitions")[0] + "task"
        path = tuple(_SNAKE.get(str(step), step) for step in path)
    for step in path:
        root = place(root, step)
    return root
