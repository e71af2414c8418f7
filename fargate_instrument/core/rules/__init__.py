"""ECS and Fargate rules over one task definition: findings, never a change to it."""

from __future__ import annotations

from fargate_instrument.core.ecs_model import SHAPES
from fargate_instrument.core.jsontext import kind as kind_of
from fargate_instrument.core.rules import (
    fargate,
    hazards,
    instrumented,
    references,
    resources,
    schema,
    values,
)
from fargate_instrument.core.rules.finding import SEVERITIES, Finding, Report
from fargate_instrument.core.rules.subject import Subject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from fargate_instrument.core.rules.finding import Path

    Value = dict[str, Any]

__all__ = ["SEVERITIES", "UNSURE", "Finding", "check", "whole_task"]

UNSURE = frozenset({"R1", "R3", "R9", "R14", "R15", "R27", "S4", "S5", "N6"})
"""Rules that speak of something missing: off where a value was unreadable."""

OWN_FACTS: dict[str, type] = {
    "imageConfigs": dict,
    "instrumentation": list,
    "platformVersion": str,
}
NUMBERS_TOO = ("cpu", "memory")


def check(
    containers: object,
    task: Mapping[str, Any],
    unsaid: Collection[str] = (),
) -> list[Finding]:
    """Ask every rule about one task definition.

    ``containers``: canonical container definitions, null-free; types are checked.
    ``task``: canonical task-level members, of which only those that are known are
    there; one that is known to be absent is None (see ``whole_task``). Beside ECS's
    own it may hold ``platformVersion`` (of the service), ``imageConfigs`` (image
    reference -> ``Entrypoint``, ``Cmd``, ``Env``, ``User``, ``Architecture``) and
    ``instrumentation``: a list of what is known of agents, each with ``agent``,
    ``containers`` (names) and any of ``ptrace``, ``rootOnly``, ``writes`` (a path),
    ``architectures``.

    The order of the findings: shape, enumerations and ranges, references, Fargate
    and awsvpc, sizes, hazards. A fact that is not there switches off only the rules
    that need it. Fargate is assumed unless requiresCompatibilities says otherwise.
    """
    report = Report(unsaid)
    facts = _facts(task, report)
    subject = Subject(_containers(containers, report), facts, report)
    if report.findings:
        report.findings.sort(key=lambda finding: finding.rule == "R78")
    values.check(subject)
    references.check(subject)
    fargate.check(subject)
    resources.check(subject)
    hazards.check(subject)
    instrumented.check(subject)
    if report.damaged:
        return [found for found in report.findings if found.rule not in UNSURE]
    return report.findings


def whole_task(task: Mapping[str, Any]) -> Value:
    """Say of task-level members that what is not there is known to be absent."""
    return {**dict.fromkeys(SHAPES["TaskDefinition"]), **task}


def _facts(task: Mapping[str, Any], report: Report) -> Value:
    members = SHAPES["TaskDefinition"]
    known = {
        member: value
        for member, value in task.items()
        if member in members and member != "containerDefinitions"
    }
    given = {
        member: value
        for member, value in known.items()
        if value not in (None, "")
        and not (member in NUMBERS_TOO and value.__class__ is int)
    }
    checked = schema.admit(given, "TaskDefinition", (), report)
    facts = {
        member: checked.get(member, value)
        for member, value in known.items()
        if member not in given or member in checked
    }
    for member, kind in OWN_FACTS.items():
        value = task.get(member)
        if value.__class__ is kind:
            facts[member] = value
        elif value is not None:
            message = f"{member} is {kind_of(value)}"
            report.add("S2", (member,), message, expected=kind_of(kind()))
    return facts


def _containers(containers: object, report: Report) -> list[tuple[Path, Value]]:
    root: Path = ("containerDefinitions",)
    if containers.__class__ is not list:
        report.damaged = True
        message = "the container definitions are no list"
        report.add("S2", root, message, expected="a list of objects")
        return []
    found: list[tuple[Path, Value]] = []
    for index, container in enumerate(containers):
        path = (*root, index)
        if container.__class__ is dict:
            kept = schema.admit(
                container, "ContainerDefinition", path, report, container
            )
            found.append((path, kept))
        else:
            report.damaged = True
            message = "a container definition is no object"
            report.add("S2", path, message, expected="an object")
    return found
