"""``agents``: the catalogue of agents; an agent's options are ``schema``'s affair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core.agents import SECRET_OPTIONS, TABLE
from fargate_instrument.models.options import OPTIONS

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.cli import Streams

NAME = "agents"
HELP = "list the agents"
DESCRIPTION = """\
List the agents that can be put into a task definition."""
EXAMPLES = (
    "fargate-instrument agents",
    "fargate-instrument agents --format json",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace, io: Streams) -> int:
    """Print the catalogue."""
    found = catalogue()
    if args.format == "json":
        io.out(documents.pretty(found))
        return 0
    width = max(len(agent["name"]) for agent in found)
    lines = [f"{agent['name']:<{width}}  {agent['title']}" for agent in found]
    more = "\nIts options: fargate-instrument schema NAME --format text\n"
    io.out("\n".join(lines) + "\n" + more)
    return 0


def catalogue() -> list[dict[str, Any]]:
    """Give every agent, in order of name."""
    return [
        {
            "name": name,
            "title": TABLE[name],
            "options": _options(name),
            "secret_options": [o for o in _options(name) if o in SECRET_OPTIONS],
        }
        for name in sorted(TABLE)
    ]


def _options(name: str) -> list[str]:
    model = OPTIONS.get(name)
    return list(model.model_fields) if model else []
