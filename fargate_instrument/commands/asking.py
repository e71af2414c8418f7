"""Arguments of patch, diff and explain -> a query, and its outcome; shows nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fargate_instrument import agents, ecs, jsontext, pipeline, removal
from fargate_instrument.cli import HIDDEN, hidden
from fargate_instrument.commands import documents
from fargate_instrument.declared import SCHEMAS
from fargate_instrument.errors import Failure, nearest
from fargate_instrument.models import published
from fargate_instrument.request import (
    PLATFORM_FACTS,
    TASK_FACTS,
    read_request,
    secret_values,
)
from fargate_instrument.validate import validate

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.cli import Streams
    from fargate_instrument.forms import Document
    from fargate_instrument.pipeline import Outcome

TYPED = (
    "-o {0}=VALUE: stands in the list of processes and in the shell's history;"
    " give it as {0}=@FILE\n"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what is asked of an agent, and of which file."""
    add = parser.add_argument
    add(
        "file",
        metavar="FILE",
        help="a list of container definitions, a task definition, or what aws ecs"
        " describe-task-definition prints; - for standard input",
    )
    add("--agent", required=True, metavar="NAME", help="one that agents lists")
    add(
        "-o",
        "--option",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="an option of the agent; JSON where the option takes it, else text;"
        " KEY=@FILE reads the value from a file, as secrets should be given",
    )
    add(
        "--options",
        metavar="FILE",
        help="a JSON object of options; what -o says wins over it",
    )
    add(
        "--task",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a task-level fact that FILE does not hold, such as family=web",
    )
    for name, what in (("include", "only these"), ("exclude", "not these")):
        add(
            f"--{name}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"{what} containers: a name or a shell-style pattern; repeatable",
        )
    add("--image-configs", metavar="FILE", help="the file that lock has written")
    add(
        "--provenance",
        choices=("label", "off"),
        default="label",
        help="record in a Docker label what was put where (default), or do not",
    )
    add(
        "--checks",
        choices=("error", "warn", "off"),
        help="what a breach of ECS's rules in FILE does (default: error)",
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: the query, its document, and the values that nobody may see."""

    query: dict[str, str]
    document: Document
    secrets: list[str]

    def conceal(self, text: str) -> str:
        """Take the values of secret options out of a text."""
        escaped = {json.dumps(s)[1:-1] for s in self.secrets} | {*self.secrets}
        return hidden(text, sorted(escaped, key=len, reverse=True))

    def concealed(self, value: Any) -> Any:
        """Take the values of secret options out of every text of a JSON value."""
        if isinstance(value, str):
            return HIDDEN if value in self.secrets else self.conceal(value)
        if isinstance(value, dict):
            return {key: self.concealed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.concealed(item) for item in value]
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a document."""

    before: Document
    after: Document
    outcome: Outcome


def read(args: argparse.Namespace, io: Streams) -> Ask:
    """Read the arguments and the files they name. Raises Failure."""
    _refuse_two_stdins(args)
    options, task = _options(args, io), _task(args)
    document = documents.read(args.file, io)
    query = {
        "agent": args.agent,
        "options": jsontext.dump(options),
        "container_definitions": document.text,
        "provenance": args.provenance,
    }
    optional = {
        "task": jsontext.dump(task) if task else "",
        "include": jsontext.dump(args.include) if args.include else "",
        "exclude": jsontext.dump(args.exclude) if args.exclude else "",
        "checks": args.checks or "",
    }
    if args.image_configs:
        configs = documents.json_file(args.image_configs, io)
        problems = published.problems(configs, "image_configs", args.image_configs)
        if problems:
            raise Failure(problems)
        optional["image_configs"] = jsontext.dump(configs)
    query |= {key: value for key, value in optional.items() if value}
    return Ask(query, document, secret_values(query))


def answer(ask: Ask) -> Answer:
    """Do what is asked. Raises Failure with every problem, no secret in any."""
    problems = list(_schema_problems(ask))
    try:
        outcome = pipeline.outcomes(read_request(ask.query))[0]
    except Failure as failure:
        told = {problem.address for problem in failure.problems}
        found = [p for p in problems if p.address not in told]
        raise _concealed(ask, [*failure.problems, *found]) from None
    if problems:
        raise _concealed(ask, problems)
    return Answer(ask.document, instrumented(ask.document, outcome, ask.query), outcome)


def knowing(ask: Ask, answer: Answer) -> Ask:
    """Add to what nobody may see the plain secrets that the document itself holds."""
    names = answer.outcome.recipe.secret_names
    found = [
        value
        for container in answer.before.containers
        if isinstance(container.get("environment"), list)
        for name, value in ecs.variables(container).items()
        if name in names and isinstance(value, str) and value
    ]
    return replace(ask, secrets=[*ask.secrets, *found])


def instrumented(
    document: Document, outcome: Outcome, query: dict[str, str]
) -> Document:
    """Put an outcome into its document: containers, and what the agent needs around.

    Where there is a record it also says how to take back the latter.
    """
    containers, recipe = outcome.done.containers, outcome.recipe
    task = dict(document.task)
    if document.form == "list" or not outcome.done.instrumented:
        return document.changed(containers, task)
    if recipe.task.pid_mode:
        task["pidMode"] = recipe.task.pid_mode
    known = removal.volume_names(task.get("volumes"))
    missing = [dict(v) for v in recipe.volumes if v["name"] not in known]
    if missing:
        task["volumes"] = [*(task.get("volumes") or ()), *missing]
    if query.get("provenance", "label") == "label" and not recipe.exact:
        undo = removal.task_difference(document.task, task)
        pid_mode = recipe.task.pid_mode
        needed = {"pidMode": pid_mode} if pid_mode else {}
        containers = removal.recorded(containers, recipe.agent, undo, needed)
    return document.changed(containers, task)


def _concealed(ask: Ask, problems: list[Any]) -> Failure:
    return Failure(
        problem.replace(
            address=ask.conceal(problem.address),
            message=ask.conceal(problem.message),
            fixes=tuple(map(ask.conceal, problem.fixes)),
        )
        for problem in problems
    )


def _schema_problems(ask: Ask) -> list[Any]:
    """Hold the options against the published schema of the agent."""
    if ask.query["agent"] not in agents.TABLE:
        return []
    options = jsontext.parse(ask.query["options"], "options")
    return published.problems(options, f"options.{ask.query['agent']}", "options")


def _refuse_two_stdins(args: argparse.Namespace) -> None:
    given = [args.file, args.options, args.image_configs]
    if given.count(documents.STDIN) > 1:
        args.refuse("- can be given once")


def _options(args: argparse.Namespace, io: Streams) -> dict[str, Any]:
    options: Any = {}
    if args.options:
        options = documents.json_file(args.options, io)
        if not isinstance(options, dict):
            args.refuse(f"--options {args.options}: a JSON object is needed")
    schema = SCHEMAS.get(f"options.{args.agent}", {}).get("properties", {})
    made = dict(options)
    for assignment in args.assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key:
            args.refuse("-o needs KEY=VALUE")
        if key in agents.SECRET_OPTIONS and text and not text.startswith("@"):
            io.err(TYPED.format(key))
        made[key] = _value(key, text, schema.get(key), io)
    return made


def _value(key: str, text: str, schema: Any, io: Streams) -> Any:
    """Read the value of an option: JSON where the option takes it, else the text."""
    if text.startswith("@"):
        return documents.text(text[1:], io).removesuffix("\n").removesuffix("\r")
    try:
        value = jsontext.parse(text, f"options.{key}")
    except Failure:
        return text
    if schema and validate(value, schema, "") and not validate(text, schema, ""):
        return text
    return value


def _task(args: argparse.Namespace) -> dict[str, Any]:
    """Read the facts of --task; the two of the platform stand on their own here."""
    facts: dict[str, Any] = {}
    for assignment in args.task:
        key, equals, text = assignment.partition("=")
        if not equals or key not in {*TASK_FACTS, *PLATFORM_FACTS}:
            known = nearest(key, [*TASK_FACTS, *PLATFORM_FACTS])
            args.refuse(f"--task {assignment}: KEY=VALUE with a known key; {known}")
        value: Any = text
        if text[:1] in ("[", "{"):
            value = jsontext.parse(text, f"task.{key}")
        if key in PLATFORM_FACTS:
            facts.setdefault("runtime_platform", {})[key] = value
        elif key == "requires_compatibilities" and isinstance(value, str):
            facts[key] = [value]
        else:
            facts[key] = value
    return facts
