"""Outcomes -> result: the flat map of strings that goes back to Terraform."""

from __future__ import annotations

from fargate_instrument.core.errors import shown
from fargate_instrument.core.jsontext import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.pipeline import Outcome
    from fargate_instrument.core.recipe import Recipe

    Known = list[tuple[list[Recipe], dict[str, str]]]


def result(outcomes: Sequence[Outcome], batch: bool) -> dict[str, str]:
    """Write the result of a run that succeeded."""
    known: Known = []
    if not batch:
        return {**_members(outcomes[0], known), "task_definitions": "{}"}
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    return {
        "container_definitions": "",
        "task_definitions": dump({o.name: _members(o, known) for o in outcomes}),
        "pid_mode": max(pid_mode(outcome) for outcome in outcomes),
        "policies": dump(policies(outcomes)),
        "tags": dump({key: t for o in outcomes for key, t in tags(o).items()}),
        "volumes": dump(_once(v for o in outcomes for v in volumes(o))),
        "secret_arns": dump(_once(arn for o in outcomes for arn in secret_arns(o))),
        "instrumented": dump(
            [f"{o.name}/{name}" for o in outcomes for name in instrumented(o)]
        ),
        "skipped": dump(
            [
                {"name": f"{o.name}/{name}", "reason": reason}
                for o in outcomes
                for name, reason in skipped(o)
            ]
        ),
        "warnings": dump(_texts(_once(warnings))),
        "errors": "[]",
    }


def failed(problems: Iterable[Problem]) -> dict[str, str]:
    """Write the result of a run that failed and was asked to report."""
    return {
        "container_definitions": "",
        "task_definitions": "{}",
        "pid_mode": "",
        "policies": dump({"execution_role": [], "task_role": []}),
        "tags": "{}",
        "volumes": "[]",
        "secret_arns": "[]",
        "instrumented": "[]",
        "skipped": "[]",
        "warnings": "[]",
        "errors": dump([problem.one_line() for problem in problems]),
    }


def _members(outcome: Outcome, known: Known) -> dict[str, str]:
    left = skipped(outcome)
    return {
        "container_definitions": dump(outcome.done.containers),
        **_of_layers(outcome, known),
        "volumes": _list(volumes(outcome)),
        "instrumented": _list(instrumented(outcome)),
        "skipped": _list([{"name": n, "reason": r} for n, r in left]),
        "warnings": _list(_texts(outcome.warnings)),
        "errors": "[]",
    }


def _of_layers(outcome: Outcome, known: Known) -> dict[str, str]:
    """Write what the layers say whatever the definition, once for all of a batch."""
    recipes = working(outcome)
    for theirs, text in known[-1:]:
        if len(theirs) == len(recipes) and all(map(_is, theirs, recipes)):
            return text
    text = {
        "pid_mode": pid_mode(outcome),
        "policies": dump(policies([outcome])),
        "tags": dump(tags(outcome)),
        "secret_arns": dump(secret_arns(outcome)),
    }
    known.append((recipes, text))
    return text


def _is(one: object, other: object) -> bool:
    return one is other


def _list(items: Sequence[Any]) -> str:
    return dump(items) if items else "[]"


def working(outcome: Outcome) -> list[Recipe]:
    """List the recipes of the layers that instrumented anything."""
    return [done.layer.recipe for done in outcome.done.layers if done.targets]


def instrumented(outcome: Outcome) -> list[str]:
    """Name the containers that any layer instrumented, in the document's order."""
    names = {name for done in outcome.done.layers for name in done.targets}
    order = [container["name"] for container in outcome.ask.definition.containers]
    if len(names) == len(order):
        return order
    return [name for name in order if name in names] + sorted(names - {*order})


def skipped(outcome: Outcome) -> list[tuple[str, str]]:
    """Name the input's containers that no layer instrumented, and say why."""
    if not any(layer.reasons for layer in outcome.done.layers):
        return []
    done = {name for layer in outcome.done.layers for name in layer.targets}
    found = []
    for container in outcome.ask.definition.containers:
        name = container["name"]
        if name not in done:
            told = [layer.reasons.get(name, "") for layer in outcome.done.layers]
            found.append((name, _reason(told)))
    return found


def _reason(told: list[str]) -> str:
    """Join the layers' reasons; what is a layer's own container is that first."""
    own = "is the agent's own container"
    if own in told or not any(told):
        return own
    return "; ".join(dict.fromkeys(reason for reason in told if reason))


def pid_mode(outcome: Outcome) -> str:
    """Give the pidMode that the layers need, or the empty text."""
    return max((recipe.task.pid_mode for recipe in working(outcome)), default="")


def volumes(outcome: Outcome) -> list[dict[str, str]]:
    """List the task volumes that the layers mount."""
    names = (name for done in outcome.done.layers for name in done.volumes)
    return [{"name": name} for name in dict.fromkeys(names)]


def secret_arns(outcome: Outcome) -> list[str]:
    """List what the execution role must be able to read."""
    return _once(arn for recipe in working(outcome) for arn in recipe.secret_arns)


def policies(outcomes: Iterable[Outcome]) -> dict[str, list[Any]]:
    """List the IAM statements that the layers need, for each role."""
    recipes = [recipe for outcome in outcomes for recipe in working(outcome)]
    return {
        role: _once(s for recipe in recipes for s in getattr(recipe.policies, role))
        for role in ("execution_role", "task_role")
    }


def tags(outcome: Outcome) -> dict[str, str]:
    """Give the tags that the layers ask for on the task definition."""
    return {k: v for recipe in working(outcome) for k, v in recipe.tags.items()}


def _texts(warnings: Iterable[tuple[str, str]]) -> list[str]:
    return [shown(f"{address}: {text}") for address, text in warnings]


def _once(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
