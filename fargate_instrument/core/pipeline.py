"""The whole program as a function: a query in, a result out; no I/O of any kind."""

from __future__ import annotations

from fargate_instrument.core import render
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.instrumentation import instrument
from fargate_instrument.core.jsontext import place
from fargate_instrument.core.request import PLATFORM_FACTS, TASK_FACTS, read_request
from fargate_instrument.core.rules import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.instrumentation import Definition, Instrumented, Ready
    from fargate_instrument.core.recipe import Recipe
    from fargate_instrument.core.request import Ask, Request
    from fargate_instrument.core.rules import Finding

_SNAKE = {name: key for key, name in (TASK_FACTS | PLATFORM_FACTS).items()}
_SNAKE["runtimePlatform"] = "runtime_platform"


QUIET = frozenset({"F13", "H17", "H20"})
"""Hazards that are a matter of policy or of the vendor's ways: `check` says them, a
plan, which would say them again each time, does not."""

EXPECTED = frozenset({"N6"})
"""Hazards that an agent's own containers may have by the vendor's design."""


class Outcome(Frozen):
    """What became of one task definition, with everything there is to say."""

    name: str
    recipe: Recipe
    done: Instrumented
    warnings: tuple[tuple[str, str], ...]


def run(query: Mapping[str, str]) -> dict[str, str]:
    """Instrument what a query asks for and give the result to write.

    Raises Failure with every problem. The query is not changed.
    """
    request = read_request(query)
    return render.result(outcomes(request), request.batch)


def outcomes(request: Request) -> list[Outcome]:
    """Do every ask of a request. Raises Failure with the problems of all of them."""
    problems: list[Problem] = []
    ready: Ready = {}
    done = [_outcome(ask, request, problems, ready) for ask in request.asks]
    if problems:
        raise Failure(problems)
    return done


def _outcome(
    ask: Ask, request: Request, problems: list[Problem], ready: Ready
) -> Outcome:
    definition, recipe = ask.definition, ask.recipe
    checks = request.checks or ("warn" if recipe.exact else "error")
    done = instrument(definition, recipe, request.record, ready)
    problems += done.notes.problems
    warnings = [*recipe.warnings, *done.notes.warnings]
    if not done.notes.problems and done.containers != list(definition.containers):
        found, caused = _compared(definition, recipe, done)
        _sort(caused, definition, "caused", problems, warnings)
    else:
        found = _findings(definition, definition.containers, definition.task)
    if checks != "off":
        _sort(found, definition, checks, problems, warnings)
    unique = tuple(sorted(set(warnings)))
    return Outcome(ask.name, recipe, done, unique)


def _compared(
    definition: Definition, recipe: Recipe, done: Instrumented
) -> tuple[list[Finding], list[Finding]]:
    """Tell what the user's input breaches and still does from what is new.

    What instrumenting repairs is not said, so nothing left means nothing to compare.
    """
    task = dict(definition.task)
    if recipe.task.pid_mode:
        task["pidMode"] = recipe.task.pid_mode
    if recipe.volumes:
        task["volumes"] = [*task.get("volumes", ()), *recipe.volumes]
    after = [
        finding
        for finding in _findings(definition, done.containers, task)
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
    if not containers or not all(isinstance(c, dict) for c in containers):
        return []
    facts = dict(task)
    if definition.image_configs:
        facts["imageConfigs"] = definition.image_configs
    return check(list(containers), facts, unsaid=QUIET, notes=False)


def _key(finding: Finding) -> tuple[Any, ...]:
    return (finding.rule, finding.container, *finding.address[2:])


def _sort(
    findings: list[Finding],
    definition: Definition,
    checks: str,
    problems: list[Problem],
    warnings: list[tuple[str, str]],
) -> None:
    """Turn findings into problems and warnings, as ``checks`` has it.

    A place that has a problem already needs no second one.
    """
    taken = {problem.address for problem in problems}
    for finding in findings:
        address = _address(finding, definition)
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


def _address(finding: Finding, definition: Definition) -> str:
    path = finding.address
    if path[:1] == ("containerDefinitions",):
        root, path = definition.address, path[1:]
    else:
        root = definition.address.rpartition("container_definitions")[0] + "task"
        path = tuple(_SNAKE.get(str(step), step) for step in path)
    for step in path:
        root = place(root, step)
    return root
