"""``agents``: the catalogue of agents; an agent's options are ``schema``'s affair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core.agents import NAMES, load

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.streams import Streams

NAME = "agents"
HELP = "list the agents"
DESCRIPTION = """\
List the agents that can be put into a task definition, and what else people call
them."""
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
    lines = [
        f"{agent['name']:<{width}}  {agent['title']}{_also(agent['aliases'])}"
        for agent in found
    ]
    more = "\nIts options: fargate-instrument schema NAME --format text\n"
    io.out("\n".join(lines) + "\n" + more)
    return 0


def _also(aliases: list[str]) -> str:
    return f" (also: {', '.join(aliases)})" if aliases else ""


def catalogue() -> list[dict[str, Any]]:
    """Give every agent, in order of name."""
    return [
        {
            "name": agent.name,
            "title": agent.title,
            "aliases": list(agent.aliases),
            "options": [option.name for option in agent.options],
            "secret_options": [o.name for o in agent.options if o.secret],
        }
        for agent in map(load, sorted(NAMES))
    ]
