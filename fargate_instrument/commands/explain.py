"""``explain``: what is added where, and which rule of the recipe says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import asking, documents
from fargate_instrument.core import compare
from fargate_instrument.core.explanation import explanation
from fargate_instrument.core.jsontext import dump

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.streams import Streams

NAME = "explain"
HELP = "say what is added where and why, and what is left alone"
DESCRIPTION = """\
Say for each container of FILE what patch would change, and which step of which agent's
recipe says so; for each container that is left alone, why. Nothing is written."""
EXAMPLES = (
    "fargate-instrument explain --agent sysdig --options sysdig.json web.json",
    "fargate-instrument explain --agent prisma_cloud --options p.json web.json",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    asking.configure(parser)
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace, io: Streams) -> int:
    """Explain one file. Raises Failure with every problem."""
    ask = asking.read(args, io)
    answer = ask.answer()
    told = ask.concealed(explanation(answer), answer)
    io.out(documents.pretty(told) if args.format == "json" else text(told))
    return 0


def text(told: dict[str, Any]) -> str:
    """Write an explanation for people; with several agents, each is named."""
    lines: list[str] = []
    several = len(told["agents"]) > 1
    for container in told["containers"]:
        reason = f": {container['reason']}" if "reason" in container else ""
        named = f"container {dump(container['name'])}"
        lines.append(f"{named}: {container['outcome']}{reason}")
        lines += _steps(container["steps"], several=several)
        for one in container.get("left_alone", ()):
            lines.append(f"  {one['agent']} leaves it alone: {one['reason']}")
    for added in told["added"]:
        whose = f" of {added['agent']}" if several else ""
        named = f"container {dump(added['name'])}"
        lines.append(f"{named}: added as {added['role']}{whose}")
        lines.append(f"  {added['rule']}")
        lines += [f"    {line}" for line in compare.sentences({}, added["definition"])]
    lines += _task(told["task"], several=several)
    lines += [f"warning: {warning}" for warning in told["warnings"]]
    return "\n".join(lines) + "\n"


def _steps(steps: list[dict[str, Any]], *, several: bool) -> list[str]:
    lines = []
    idle: dict[str, list[str]] = {}
    for step in steps:
        whose = f"{step['agent']}: " if several and step["agent"] else ""
        if step["changes"]:
            lines.append(f"  {whose}{step['rule']}")
            lines += [f"    {compare.sentence(one)}" for one in step["changes"]]
        else:
            idle.setdefault(whose, []).append(step["rule"])
    lines += [
        f"  {whose}nothing to do: {', '.join(rules)}" for whose, rules in idle.items()
    ]
    return lines


def _task(task: dict[str, Any], *, several: bool) -> list[str]:
    needs: dict[str, list[str]] = {}
    for one in task["needs"]:
        needs.setdefault(one["agent"], []).append(one["need"])
    lines = [
        f"task: {f'{agent} ' if several else ''}needs {', '.join(said)}"
        for agent, said in needs.items()
    ]
    for one in task["changes"]:
        whose = f"{', '.join(one['agents'])}: " if several and one["agents"] else ""
        lines.append(f"  {whose}{compare.sentence(one)}")
    lines += [f"  the execution role must read {arn}" for arn in task["secret_arns"]]
    lines += [f"  tag {name} = {value}" for name, value in task["tags"].items()]
    return lines
