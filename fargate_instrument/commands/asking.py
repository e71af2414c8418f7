"""Arguments of patch, diff, explain and recipe -> a query; shows nothing.

With one agent, options stand where they like; with several, behind their own agent.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core import agents, answer, jsontext, secrecy
from fargate_instrument.core.declared import SCHEMAS
from fargate_instrument.core.definition import PLATFORM_FACTS, TASK_FACTS
from fargate_instrument.core.errors import Failure, nearest
from fargate_instrument.core.options import schema
from fargate_instrument.core.request import secret_values
from fargate_instrument.core.validate import validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_instrument.core.answer import Answer
    from fargate_instrument.core.definition import Document
    from fargate_instrument.streams import Streams


@dataclass(slots=True)
class Layer:
    """One agent of the command line and the options that stand behind it."""

    agent: str = ""
    assignments: list[str] = field(default_factory=list)
    file: str = ""


class _Layered(argparse.Action):
    """Keeps the order of --agent, -o and --options: an option is its agent's."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002  (argparse's own form)
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        layers: list[Layer] = list(namespace.layers or ())
        if self.dest == "agent" or not layers:
            layers.append(Layer())
        if self.dest == "agent":
            layers[-1].agent = values
        elif self.dest == "options":
            layers[-1].file = values
        else:
            layers[-1].assignments.append(values)
        namespace.layers = layers


TYPED = (
    "-o {0}=VALUE: stands in the list of processes and in the shell's history;"
    " give it as {0}=@FILE\n"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what is asked of which agents, and of which file."""
    parser.set_defaults(layers=None, usage="--agent NAME")
    add = parser.add_argument
    add(
        "file",
        metavar="FILE",
        help="a list of container definitions, a task definition, or what aws ecs"
        " describe-task-definition prints; - for standard input",
    )
    add(
        "--agent",
        action=_Layered,
        metavar="NAME",
        help="one that agents lists; repeatable, the last is outermost: its launcher"
        " runs first",
    )
    options(parser)
    add(
        "--agents",
        metavar="FILE",
        help="in place of --agent: a JSON list of {agent, options, include, exclude},"
        " as the query's agents",
    )
    task(parser)
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


def options(parser: argparse.ArgumentParser) -> None:
    """Declare how an agent's options are given."""
    parser.add_argument(
        "-o",
        "--option",
        action=_Layered,
        dest="option",
        metavar="KEY=VALUE",
        help="an option of the agent before it; JSON where the option takes it, else"
        " text; KEY=@FILE reads the value from a file, as secrets should be given",
    )
    parser.add_argument(
        "--options",
        action=_Layered,
        metavar="FILE",
        help="a JSON object of options of the agent before it; what -o says wins",
    )


def task(parser: argparse.ArgumentParser) -> None:
    """Declare how facts of the task are given."""
    parser.add_argument(
        "--task",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a task-level fact that FILE does not hold, such as family=web",
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: the query without its document, and the document."""

    query: dict[str, str]
    document: Document

    def answer(self) -> Answer:
        """Do what is asked. Raises Failure with every problem, no secret in any."""
        return answer.answer(self.document, self.query)

    def concealed(self, value: Any, answered: Answer | None = None) -> Any:
        """Take secrets out of a JSON value, also in the form that JSON gives them.

        ``answered``: then those that its document holds, too.
        """
        found = (
            secret_values(self.query)
            if answered is None
            else answer.secrets(answered, self.query)
        )
        escaped = {jsontext.dump(s)[1:-1] for s in found} | {*found}
        return secrecy.value(value, sorted(escaped, key=len, reverse=True))


def read(args: argparse.Namespace, io: Streams) -> Ask:
    """Read the arguments and the files they name. Raises Failure."""
    layers = _layers(args)
    _refuse_two_stdins(args, layers)
    optional = {
        **_asked(args, layers, io),
        "task": facts(args),
        "include": args.include,
        "exclude": args.exclude,
    }
    document = documents.read(args.file, io)
    query = {key: jsontext.dump(value) for key, value in optional.items() if value}
    if len(layers) == 1:
        query["agent"] = layers[0].agent
    query["provenance"] = args.provenance
    if args.checks:
        query["checks"] = args.checks
    if args.image_configs:
        configs = documents.json_file(args.image_configs, io)
        problems = validate(configs, SCHEMAS["image_configs"], args.image_configs)
        if problems:
            raise Failure(problems)
        query["image_configs"] = jsontext.dump(configs)
    return Ask(query, document)


def _layers(args: argparse.Namespace) -> list[Layer]:
    """Give the layers of the command line; refuses, as usage, what is ambiguous."""
    layers: list[Layer] = list(args.layers or ())
    if args.agents:
        if layers:
            args.refuse("--agents is given beside --agent, -o or --options")
        return []
    if len(layers) > 1 and not layers[0].agent:
        first, *rest = layers
        if len(rest) > 1:
            given = "-o" if first.assignments else "--options"
            args.refuse(f"{given} before the first --agent: put it behind its own")
        rest[0].assignments = [*first.assignments, *rest[0].assignments]
        rest[0].file = rest[0].file or first.file
        layers = rest
    if not layers or not layers[0].agent:
        args.refuse("--agent NAME is needed")
    return layers


def _refuse_two_stdins(args: argparse.Namespace, layers: Sequence[Layer]) -> None:
    files = [args.file, args.agents, args.image_configs, *(one.file for one in layers)]
    if files.count(documents.STDIN) > 1:
        args.refuse("- can be given once")


def _asked(
    args: argparse.Namespace, layers: Sequence[Layer], io: Streams
) -> dict[str, Any]:
    """Write the layers as the query has them."""
    if args.agents:
        return {"agents": documents.json_file(args.agents, io)}
    read_ = [given(args, layer, io) for layer in layers]
    if len(layers) == 1:
        return {"options": read_[0]}
    return {
        "agents": [
            {"agent": layer.agent, "options": one}
            for layer, one in zip(layers, read_, strict=True)
        ]
    }


def given(args: argparse.Namespace, layer: Layer, io: Streams) -> dict[str, Any]:
    """Read one agent's options: its file, and what -o says over it."""
    found: Any = documents.json_file(layer.file, io) if layer.file else {}
    if not isinstance(found, dict):
        args.refuse(f"--options {layer.file}: a JSON object is needed")
    known = _schemas(layer.agent)
    made = dict(found)
    for assignment in layer.assignments:
        key, equals, text = assignment.partition("=")
        if not equals or not key:
            args.refuse("-o needs KEY=VALUE")
        secret = known.get(key, {}).get("anyOf", ({},))[0].get("secret")
        if secret and text and not text.startswith("@"):
            io.err(TYPED.format(key))
        made[key] = _value(key, text, known.get(key), io)
    return made


def _schemas(agent: str) -> dict[str, Any]:
    """Give the schemas of an agent's options; of one that is none, nothing."""
    try:
        made: dict[str, Any] = schema(agents.load(agent).options)["properties"]
    except Failure:
        return {}
    return made


def _value(key: str, text: str, known: Any, io: Streams) -> Any:
    """Read the value of an option: JSON where the option takes it, else the text."""
    if text.startswith("@"):
        text = documents.text(text[1:], io).removesuffix("\n").removesuffix("\r")
        if not known or not validate(text, known, ""):
            return text
    try:
        value = jsontext.parse(text, f"options.{key}")
    except Failure:
        return text
    if known and validate(value, known, "") and not validate(text, known, ""):
        return text
    return value


def facts(args: argparse.Namespace) -> dict[str, Any]:
    """Read the facts of --task; the two of the platform stand on their own here."""
    found: dict[str, Any] = {}
    for assignment in args.task:
        key, equals, text = assignment.partition("=")
        if not equals or key not in {*TASK_FACTS, *PLATFORM_FACTS}:
            known = nearest(key, [*TASK_FACTS, *PLATFORM_FACTS])
            args.refuse(f"--task {assignment}: KEY=VALUE with a known key; {known}")
        value: Any = text
        if text[:1] in ("[", "{"):
            value = jsontext.parse(text, f"task.{key}")
        if key in PLATFORM_FACTS:
            found.setdefault("runtime_platform", {})[key] = value
        elif key == "requires_compatibilities" and isinstance(value, str):
            found[key] = [value]
        else:
            found[key] = value
    return found
