"""``explain``: what is added where, and which rule of the recipe says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import asking, compare, documents
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.recipe import Fact

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.cli import Streams
    from fargate_instrument.commands.asking import Answer
    from fargate_instrument.core.frozen import Frozen
    from fargate_instrument.core.recipe import AddContainer

NAME = "explain"
HELP = "say what is added where and why, and what is left alone"
DESCRIPTION = """\
Say for each container of FILE what patch would change, and which step of the agent's
recipe says so; for each container that is left alone, why. Nothing is written."""
EXAMPLES = (
    "fargate-instrument explain --agent sysdig --options sysdig.json web.json",
    "fargate-instrument explain --agent prisma_cloud --options p.json web.json",
)
_BRIEF = ("prefix", "launcher", "name", "container", "source", "condition", "volume")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    asking.configure(parser)
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace, io: Streams) -> int:
    """Explain one file. Raises Failure with every problem."""
    ask = asking.read(args, io)
    answer = asking.answer(ask)
    told = asking.knowing(ask, answer).concealed(explanation(answer))
    io.out(documents.pretty(told) if args.format == "json" else text(told))
    return 0


def explanation(answer: Answer) -> dict[str, Any]:
    """Say everything that there is to say, as data."""
    outcome = answer.outcome
    skipped = dict(outcome.done.skipped)
    containers = [
        {"name": container["name"], **_container(answer, index, skipped)}
        for index, container in enumerate(answer.before.containers)
    ]
    return {
        "agent": outcome.recipe.agent,
        "containers": containers,
        "added": _added(answer),
        "task": {
            "needs": _requirements(answer),
            "changes": compare.operations(answer.before.task, answer.after.task),
            "secret_arns": list(outcome.recipe.secret_arns),
        },
        "warnings": [f"{address}: {said}" for address, said in outcome.warnings],
    }


def _container(answer: Answer, index: int, skipped: dict[str, str]) -> dict[str, Any]:
    name = answer.before.containers[index]["name"]
    own = _own(answer, name)
    if own is not None:
        after = {c["name"]: c for c in answer.after.containers}[name]
        before = answer.before.containers[index]
        step = {"rule": rule(own), "changes": compare.operations(before, after)}
        return {"outcome": "the agent's own", "steps": [step]}
    if name in skipped:
        return {"outcome": "skipped", "reason": skipped[name], "steps": []}
    steps = [
        {"rule": rule(step), "changes": compare.operations(before, after)}
        for at, step, before, after in answer.outcome.done.trace
        if at == index
    ]
    after = {c["name"]: c for c in answer.after.containers}[name]
    if dump(after) == dump(answer.before.containers[index]):
        return {"outcome": "instrumented already, nothing changes", "steps": []}
    return {"outcome": "instrumented", "steps": steps}


def _own(answer: Answer, name: str) -> AddContainer | None:
    """Find the recipe's rule for a container that is the agent's own already."""
    reason = dict(answer.outcome.done.skipped).get(name, "")
    rules = answer.outcome.recipe.containers
    if "agent's own" not in reason:
        return None
    named = [one for one in rules if name in (one.name, *one.aliases)]
    return (named or list(rules))[0]


def _added(answer: Answer) -> list[dict[str, Any]]:
    there = {container["name"] for container in answer.before.containers}
    rules = {one.name: one for one in answer.outcome.recipe.containers}
    return [
        {
            "name": container["name"],
            "rule": rule(rules[container["name"]]),
            "role": rules[container["name"]].role,
            "definition": {k: v for k, v in container.items() if k != "dockerLabels"},
        }
        for container in answer.after.containers
        if container["name"] not in there  # the label is the record, no rule's doing
    ]


def _requirements(answer: Answer) -> list[str]:
    task, found = answer.outcome.recipe.task, []
    if task.pid_mode:
        found.append(f"pidMode {task.pid_mode}")
    if task.platform_version:
        found.append(f"Fargate platform version {task.platform_version} or later")
    if task.linux_only:
        found.append("Linux")
    found += [f"volume {volume['name']}" for volume in answer.outcome.recipe.volumes]
    return found


def rule(step: Frozen) -> str:
    """Name a step of a recipe as a person would look it up."""
    shown = [
        _value(getattr(step, field)) for field in _BRIEF if getattr(step, field, None)
    ]
    return " ".join([type(step).__name__, *shown])


def _value(value: object) -> str:
    if isinstance(value, Fact):
        return {"sidecar.name": "the agent's container"}.get(value.name, value.name)
    if isinstance(value, tuple):
        return " ".join(map(_value, value))
    return str(value)


def text(told: dict[str, Any]) -> str:
    """Write an explanation for people."""
    lines: list[str] = []
    for container in told["containers"]:
        reason = f": {container['reason']}" if "reason" in container else ""
        named = f"container {dump(container['name'])}"
        lines.append(f"{named}: {container['outcome']}{reason}")
        lines += _steps(container["steps"])
    for added in told["added"]:
        lines.append(f"container {dump(added['name'])}: added as {added['role']}")
        lines.append(f"  {added['rule']}")
        lines += [f"    {line}" for line in compare.sentences({}, added["definition"])]
    lines += _task(told["task"])
    lines += [f"warning: {warning}" for warning in told["warnings"]]
    return "\n".join(lines) + "\n"


def _steps(steps: list[dict[str, Any]]) -> list[str]:
    lines = []
    idle = [step["rule"] for step in steps if not step["changes"]]
    for step in steps:
        if step["changes"]:
            lines.append(f"  {step['rule']}")
            lines += [f"    {compare.sentence(one)}" for one in step["changes"]]
    if idle:
        lines.append("  nothing to do: " + ", ".join(idle))
    return lines


def _task(task: dict[str, Any]) -> list[str]:
    lines = ["task: needs " + ", ".join(task["needs"])] if task["needs"] else []
    lines += [f"  {compare.sentence(one)}" for one in task["changes"]]
    lines += [f"  the execution role must read {arn}" for arn in task["secret_arns"]]
    return lines
