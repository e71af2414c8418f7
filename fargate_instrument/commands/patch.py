"""``patch``: a file's task definition with an agent in it, in the form it came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fargate_instrument.commands import asking, documents, laws
from fargate_instrument.core import answer as answers
from fargate_instrument.core import protocol, render
from fargate_instrument.streams import BUG, REPORT_AT

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.core.answer import Answer
    from fargate_instrument.streams import Streams

NAME = "patch"
HELP = "put agents into a task definition"
DESCRIPTION = """\
Put one or more agents into a task definition and print it, in the form in which it
came: a list of container definitions, a task definition, or a description with
taskDefinition around it. Instrumenting it again changes nothing, and remove gives back
what went in; both are proved for this document before anything is written."""
EXAMPLES = (
    "fargate-instrument patch --agent sysdig --options sysdig.json web.json",
    "fargate-instrument patch --agent sysdig --options sysdig.json --in-place web.json",
    'fargate-instrument patch --agent sysdig --options sysdig.json --exclude "job-*" -',
    "fargate-instrument patch --agent sysdig --options sysdig.json --register web.json",
    "fargate-instrument patch --agents layers.json web.json",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    asking.configure(parser)
    target(parser)
    parser.add_argument(
        "--warnings", action="store_true", help="print warnings to standard error"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text: the document (default); json: the result as the external protocol"
        " writes it, warnings included, which the module's input rendered takes",
    )


def target(parser: argparse.ArgumentParser) -> None:
    """Declare where a document goes, for every command that makes one."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--in-place", action="store_true", help="write the document back to FILE"
    )
    place.add_argument("--output", metavar="FILE", help="write to FILE instead")
    parser.add_argument(
        "--register",
        action="store_true",
        help="give what aws ecs register-task-definition --cli-input-json takes",
    )


def run(args: argparse.Namespace, io: Streams) -> int:
    """Instrument a file. Raises Failure with every problem."""
    check_target(args)
    ask = asking.read(args, io)
    answer = ask.answer()
    broken = laws.broken(ask, answer)
    if broken:
        return refuse(broken, io)
    if args.warnings:
        for address, text in answer.outcome.warnings:
            io.err(ask.concealed(f"{address}: {text}\n"))
    private = bool(answers.secrets(answer, ask.query))
    emit(args, io, text_of(args, answer), summary(answer), private=private)
    return 0


def refuse(broken: list[str], io: Streams) -> int:
    """Say which laws do not hold for the document, and whose fault that is."""
    for law in broken:
        io.err(f"fargate-instrument patch: {law}\n")
    io.err("  nothing was written; this is a bug of the program, please report it at\n")
    io.err(f"  {REPORT_AT}\n")
    return BUG


def check_target(args: argparse.Namespace) -> None:
    """Refuse combinations that argparse cannot see to be wrong."""
    if args.in_place and args.file == documents.STDIN:
        args.refuse("--in-place needs a file, not standard input")
    if args.format == "json" and (args.in_place or args.register):
        args.refuse("--format json gives a result, which is no document to write back")


def text_of(args: argparse.Namespace, answer: Answer) -> str:
    """Write what was asked for."""
    if args.format == "json":
        result = render.result([answer.outcome], batch=False)
        return protocol.write_result(result).decode()
    after = answer.after
    return documents.pretty(after.registrable() if args.register else after.value())


def summary(answer: Answer) -> str:
    """Say in a line what was done, where the document itself goes to a file."""
    said: dict[str, list[str]] = {}
    for done in answer.layers:
        names = ", ".join(done.targets) or "no container"
        said.setdefault(names, []).append(done.layer.recipe.agent)
    done_ = "; ".join(f"{', '.join(who)} in {names}" for names, who in said.items())
    skipped = render.skipped(answer.outcome)
    return done_ + "".join(f"; {name} {reason}" for name, reason in skipped)


def emit(
    args: argparse.Namespace,
    io: Streams,
    text: str,
    said: str,
    *,
    private: bool = False,
) -> None:
    """Print the document, or write it to its file and say so.

    ``private``: it holds a plain secret, so a new file is for its owner alone.
    """
    path = args.file if args.in_place else args.output
    if path is None or path == documents.STDIN:
        io.out(text)
        return
    documents.write(path, text, private=private)
    io.out(f"{path}: {said}\n")
