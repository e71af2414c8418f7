"""``schema``: the published JSON Schemas, printed or put to use on a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core import agents
from fargate_instrument.core.errors import Failure, nearest
from fargate_instrument.models import published, tables
from fargate_instrument.models.generate import schemas

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.streams import Streams

NAME = "schema"
HELP = "print JSON Schemas, or check a file against one"
DESCRIPTION = """\
Print the JSON Schema (2020-12) of an agent's options, or of what goes in and comes out:
query, task, agents, include, image_configs, task_definitions, recipe, result. Without a
name, all of them in one object."""
EXAMPLES = (
    "fargate-instrument schema sysdig --format text",
    "fargate-instrument schema sysdig --check sysdig.json",
    "fargate-instrument schema query",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="an agent, or one of the names above")
    add("--check", metavar="FILE", help="hold a JSON file against the schema instead")
    add(
        "--format",
        choices=("text", "json"),
        default="json",
        help="json: the schema (default); text: its members, to read",
    )


def run(args: argparse.Namespace, io: Streams) -> int:
    """Print a schema or all, or check a file. Raises Failure for a file that fails."""
    known = schemas()
    name = None if args.name is None else _name(args, known)
    if args.check is not None:
        if name is None:
            args.refuse("--check needs the name of a schema")
        return _check(str(name), args.check, io)
    chosen = known if name is None else {name: known[name]}
    if args.format == "text":
        io.out("\n".join(tables.plain(schema) for schema in chosen.values()))
    else:
        io.out(documents.pretty(chosen if name is None else known[name]))
    return 0


def _name(args: argparse.Namespace, known: dict[str, Any]) -> str:
    name: str = args.name
    full = f"options.{name}" if name in agents.NAMES else name
    if full not in known:
        names = [*agents.NAMES, *(one for one in known if "." not in one)]
        args.refuse(f"{name} is no schema; {nearest(name, names)}")
    return full


def _check(name: str, path: str, io: Streams) -> int:
    value = documents.json_file(path, io)
    shown = documents.shown(path)
    problems = published.problems(value, name, name.partition(".")[0])
    if problems:
        raise Failure(p.replace(address=f"{shown}: {p.address}") for p in problems)
    io.out(f"{shown}: fits\n")
    return 0
