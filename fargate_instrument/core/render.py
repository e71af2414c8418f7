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


def result(outcomes: Sequence[Outcome], batch: bool) -> dict[str, str]:
    """Write the result of a run that succeeded."""
    if not batch:
        return {**_members(outcomes[0]), "task_definitions": "{}"}
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    return {
        "container_definitions": "",
        "task_definitions": dump({o.name: _members(o) for o in outcomes}),
        "pid_mode": max(_pid_mode(outcome) for outcome in outcomes),
        "volumes": dump(_once(v for o in outcomes for v in _volumes(o))),
        "secret_arns": dump(_once(arn for o in outcomes for arn in _secret_arns(o))),
        "instrumented": dump(
            [f"{o.name}/{name}" for o in outcomes for name in o.done.instrumented]
        ),
        "skipped": dump(
            [
                {"name": f"{o.name}/{name}", "reason": reason}
                for o in outcomes
                for name, reason in o.done.skipped
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
        "volumes": "[]",
        "secret_arns": "[]",
        "instrumented": "[]",
        "skipped": "[]",
        "warnings": "[]",
        "errors": dump([problem.one_line() for problem in problems]),
    }


def _members(outcome: Outcome) -> dict[str, str]:
    done = outcome.done
    return {
        "container_definitions": dump(done.containers),
        "pid_mode": _pid_mode(outcome),
        "volumes": dump(_volumes(outcome)),
        "secret_arns": dump(_secret_arns(outcome)),
        "instrumented": dump(done.instrumented),
        "skipped": dump([{"name": n, "reason": r} for n, r in done.skipped]),
        "warnings": dump(_texts(outcome.warnings)),
        "errors": "[]",
    }


def _pid_mode(outcome: Outcome) -> str:
    return outcome.recipe.task.pid_mode if outcome.done.instrumented else ""


def _volumes(outcome: Outcome) -> list[Any]:
    return list(outcome.recipe.volumes) if outcome.done.instrumented else []


def _secret_arns(outcome: Outcome) -> list[str]:
    return list(outcome.recipe.secret_arns) if outcome.done.instrumented else []


def _texts(warnings: Iterable[tuple[str, str]]) -> list[str]:
    return [shown(f"{address}: {text}") for address, text in warnings]


def _once(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found
