"""``remove``: a file's task definition without its instrumentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_instrument.commands import documents, patch
from fargate_instrument.core import remove
from fargate_instrument.core.definition import ADDRESS
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.core.jsontext import dump, kind
from fargate_instrument.core.shape import ContainerCheck

if TYPE_CHECKING:
    import argparse
    from typing import Any

    from fargate_instrument.cli import Streams
    from fargate_instrument.core.definition import Document

    Lost = tuple[tuple[str, str], ...]

NAME = "remove"
HELP = "take an agent out of a task definition again"
DESCRIPTION = """\
Take every agent out of FILE, or one, and print what is left in the form in which it
came. Where the containers carry the label that patch and the modules write, this gives
back exactly what went in. Where they do not, agents are known by their marks, and what
the text does not say is asked for instead of guessed."""
EXAMPLES = (
    "fargate-instrument remove web.json",
    "fargate-instrument remove --agent sysdig --in-place web.json",
    "fargate-instrument remove --entry-point-items web=1 web.json",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    add = parser.add_argument
    add(
        "file",
        metavar="FILE",
        help="a list of container definitions, a task definition, or what aws ecs"
        " describe-task-definition prints; - for standard input",
    )
    add("--agent", metavar="NAME", help="take out this agent only (default: all)")
    add(
        "--allow-missing",
        action="store_true",
        help="go on where a variable's plain value was a secret and is not recorded;"
        " the variable is left out",
    )
    add(
        "--entry-point-items",
        action="append",
        default=[],
        metavar="NAME=N",
        help="without a label: how many items of container NAME's command were its"
        " entryPoint",
    )
    patch.target(parser)
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text: the document (default); json: it and what was taken out",
    )


def run(args: argparse.Namespace, io: Streams) -> int:
    """Take the instrumentation out. Raises Failure with every problem."""
    patch.check_target(args)
    splits = _splits(args)
    document = documents.read(args.file, io)
    after, agents, lost = without(document, args.agent, splits)
    if not agents:
        whose = f"of {args.agent} " if args.agent else ""
        raise fail(
            ADDRESS,
            f"no instrumentation {whose}is found in {document.name}",
            "explain and audit say what a definition holds",
            fault="request",
        )
    problems = [] if args.allow_missing else [_problem(*one) for one in lost]
    if problems:
        raise Failure(problems)
    value = after.registrable() if args.register else after.value()
    if args.format == "json":
        missing = [{"container": name, "variable": key} for name, key in lost]
        value = {"agents": list(agents), "missing": missing, "document": value}
    said = f"{', '.join(agents)} taken out"
    said += "".join(f"; {name} lacks {variable} now" for name, variable in lost)
    patch.emit(args, io, documents.pretty(value), said)
    return 0


def without(
    document: Document, agent: str | None, splits: dict[str, int]
) -> tuple[Document, tuple[str, ...], Lost]:
    """Take agents out of a document: by their records, else whole by their marks.

    Gives the document, the agents and what is missing. Raises Failure.
    """
    _require_shapes(document)
    done = remove.remove(document.containers, document.task, agent, splits)
    return document.changed(done.containers, done.task), done.agents, done.lost


def _require_shapes(document: Document) -> None:
    """Refuse containers in which an agent's traces could not even be looked for."""
    problems: list[Problem] = []
    for index, container in enumerate(document.containers):
        place = f"{ADDRESS}[{index}]"
        if isinstance(container, dict):
            check = ContainerCheck(container, index, place, problems, loose_argv=True)
            check.run()
        else:
            what = f"is {kind(container)}, an object is needed"
            problems.append(Problem(place, what))
    if problems:
        raise Failure(problems)


def _problem(name: str, variable: str) -> Problem:
    return Problem(
        ADDRESS,
        f"container {dump(name)} had {variable} in plain text, a secret that is"
        " recorded nowhere",
        (
            "go on without the variable: --allow-missing; then write it by hand, or"
            " better take it from a secret",
        ),
    )


def _splits(args: argparse.Namespace) -> dict[str, int]:
    made = {}
    for assignment in args.entry_point_items:
        name, _, number = assignment.rpartition("=")
        if not name or not number.isdecimal():
            args.refuse(f"--entry-point-items {assignment}: NAME=N is needed")
        made[name] = int(number)
    return made
