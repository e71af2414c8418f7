"""What instruments container definitions at plan time; nothing counts by its looks.

A module counts by its source's whole address, a program by being the one that runs
now. What lies in the audited tree cannot vouch for itself: it is read.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import foreign
from fargate_instrument.audit.unknown import Instrumented
from fargate_instrument.core.known import AGENTS
from fargate_instrument.hcl import files, syntax, texts
from fargate_instrument.hcl.evaluate import Run
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    Map,
    Object,
    Unknown,
    WrongError,
    first_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fargate_instrument.hcl.world import Call

GENERAL = "instrument"
"""The module of this project that is told which agents it puts in."""

MODULES = {GENERAL: ""} | {
    module: agent
    for agent, known in AGENTS.items()
    for module in known.get("modules", ())
}
"""Module of this project -> the agent it puts in; ``""``: it is told which."""

DATA_SOURCES = {
    source: agent
    for agent, known in AGENTS.items()
    for source in known.get("data_sources", ())
}
"""Data source of a vendor's provider -> agent."""

OUTPUTS = frozenset({"container_definitions", "output_container_definitions"})
"""What those modules and data sources give out that is a text of containers."""

HOME = "github.com/fargate-instrument/fargate-instrument"
"""Where this project is at home; forges compare names without their case."""

PROGRAM = Path(__file__).resolve().parents[1] / "__main__.py"
"""The program that runs now."""

_INTERPRETER = re.compile(r"python(?:3(?:\.[0-9]{1,2})?)?|py")
_FLAGS = frozenset({"-I", "-S", "-3"})
_HOST = re.compile(
    r"(?:git::)?(?:https://(?:[^@/]*@)?|ssh://git@|git@)?"
    r"(?P<place>github\.com[/:][^/]+/[^/]+?)(?:\.git)?"
)
_MODULE = re.compile(r"(?P<package>.+?)//modules/(?P<name>[a-z-]+)/?(?:\?ref=[^/?&]+)?")


def module(source: object, trusted: Iterable[str] = ()) -> str | None:
    """Name this project's module that a source means, or give None.

    ``trusted``: shell-style patterns of further packages, such as a mirror.
    """
    found = _MODULE.fullmatch(source) if isinstance(source, str) else None
    if found is None or found["name"] not in MODULES:
        return None
    package = found["package"]
    host = _HOST.fullmatch(package)
    at_home = host is not None and host["place"].replace(":", "/").lower() == HOME
    if at_home or any(fnmatchcase(package, pattern) for pattern in trusted):
        return found["name"]
    return None


def runs_program(words: Any, folder: Path) -> bool:
    """Tell whether a command is an interpreter that starts this program."""
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        return False
    *before, program = words or [""]
    if not before or not _INTERPRETER.fullmatch(before[0]):
        return False
    if not set(before[1:]) <= _FLAGS:
        return False
    return files.real(folder / program) == PROGRAM


class Tooling:
    """What the audit knows of modules and data sources; see ``instance.Knowledge``."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self.trusted = tuple(trusted)

    def module(self, call: Call) -> Any:
        """Give the outputs of a module that is known by its address, or None."""
        name = module(call.source, self.trusted)
        if name is not None:
            return result(dict(call.arguments.forced()), call.by, MODULES[name])
        return foreign.outputs(call)

    def data(self, call: Call) -> Any:
        """Give what a data source of a vendor's, or this program, writes; or None."""
        kind, given = call.source, call.arguments
        if kind in DATA_SOURCES:
            return _vendor(call.by, given, DATA_SOURCES[kind])
        if kind == "external" and "program" in given:
            if not runs_program(call.assumed("program"), call.instance.folder):
                return None
            query = given["query"] if "query" in given else Object()
            return Object({"result": _answer(query, call.by)})
        if kind == "template_file" and "template" in given:
            return _template_file(given, call)
        return None


def _vendor(by: str, attributes: Any, agent: str) -> Any:
    given = {name: attributes[name] for name in attributes}
    made = _instrumented(given, by, agent)
    return Object({"output_container_definitions": _text(made)})


def _template_file(attributes: Any, call: Call) -> Any:
    text = attributes["template"]
    given = attributes["vars"] if "vars" in attributes else Object()
    if not isinstance(text, str):
        return Object({"rendered": Unknown("its template is not known")})
    node = syntax.Node(0, 0)
    walk = Run(call.reader, syntax.Expression(node, "", 0))
    try:
        return Object(
            {"rendered": files.rendered(walk, node, text, given, "its template")}
        )
    except WrongError as error:
        return Object({"rendered": Unknown(str(error))})


def _text(made: Instrumented) -> Unknown:
    """Stand for the text that an instrumentation writes."""
    return Unknown(f"it is made by {made.by} at plan time", f"${{{made.by}}}", made)


def _answer(query: Any, by: str) -> Any:
    """Give what the program answers to a query: a map of texts."""
    if not isinstance(query, dict) or getattr(query, "loose", False):
        return Unknown(f"what {by} is asked is not known")
    values = {name: query[name] for name in query}
    made = result(values, by, "")
    if isinstance(made, Unknown):
        return made
    answer = {name: made[name] for name in made}
    answer["task_definitions"] = (
        Encoded(made["task_definitions"]) if made["task_definitions"] else ""
    )
    waiting = Unknown(f"{by} gives it at plan time")
    for name in ("errors", "instrumented", "secret_arns", "skipped", "volumes",
                 "warnings", "pid_mode"):  # fmt: skip
        answer[name] = waiting
    return Map(answer)


def result(values: dict[str, Any], by: str, agent: str) -> Any:
    """Give what this project's module or program puts out for its inputs."""
    created = values.get("create", True)
    created = True if created is None else created
    if isinstance(created, Unknown):
        return Unknown(f"{by} may be switched off: {created.reason}")
    if created in (False, "false"):
        return _switched_off()
    if values.get("rendered") is not None:
        return _rendered(values["rendered"], by)
    made = _instrumented(values, by, agent)
    entries = _decoded(values.get("task_definitions"))
    if isinstance(entries, Unknown):
        return Unknown(f"what {by} is asked is not known: {entries.reason}")
    batch = bool(entries)
    waiting = Unknown(f"{by} gives it at plan time")
    names = ("errors", "instrumented", "secret_arns", "skipped", "volumes", "warnings")
    return Object({
        **dict.fromkeys(names, waiting),
        **dict.fromkeys(OUTPUTS, "" if batch else _text(made)),
        "pid_mode": _pid_mode(made, by),
        "task_definitions": _batch(entries if batch else {}, values, by, agent),
    })  # fmt: skip


def _switched_off() -> Object:
    names = ("errors", "instrumented", "secret_arns", "skipped", "volumes", "warnings")
    return Object({
        **dict.fromkeys(names, Unknown("it is switched off")),
        **dict.fromkeys(OUTPUTS, ""),
        "pid_mode": None,
        "task_definitions": Object(),
    })  # fmt: skip


def _rendered(given: Any, by: str) -> Any:
    read = _decoded(given)
    waiting = Unknown(f"{by} gives what was rendered before")
    if isinstance(read, dict):
        text = read.get("container_definitions", "")
        return Object(
            {"container_definitions": text, "output_container_definitions": text,
             "task_definitions": waiting, "pid_mode": waiting}
        )  # fmt: skip
    return Object({**dict.fromkeys(OUTPUTS, given), "pid_mode": waiting})


def _batch(entries: Any, values: dict[str, Any], by: str, agent: str) -> Object:
    if not isinstance(entries, dict):
        return Object()
    made = {}
    for name in entries:
        entry = entries[name]
        merged = _merged(values, entry) if isinstance(entry, dict) else values
        layers = _instrumented(merged, f'{by}["{name}"]', agent)
        text = _text(layers)
        if not isinstance(entry, dict):
            text = Unknown(f"what {by} is asked is not known")
        made[name] = Object({
            "container_definitions": text,
            "pid_mode": _pid_mode(layers, by),
            "volumes": Unknown(f"{by} gives it at plan time"),
            "secret_arns": Unknown(f"{by} gives it at plan time"),
        })  # fmt: skip
    return Object(made)


def _pid_mode(made: Any, by: str) -> Any:
    """Give the task's pidMode that some layer needs; what it is else is not known."""
    while isinstance(made, Instrumented):
        needed = AGENTS.get(made.agent, {}).get("pid_mode")
        if needed:
            return needed
        made = made.containers
    return Unknown(f"it depends on {by}")


def _merged(values: dict[str, Any], entry: Any) -> dict[str, Any]:
    """Lay an entry of a batch over what is asked for all; options by their names."""
    made = {**values, **entry}
    options, own = _decoded(values.get("options")), _decoded(entry.get("options"))
    for hole in (options, own):
        if isinstance(hole, Unknown):
            made["options"] = hole
            return made
    if isinstance(options, dict) and isinstance(own, dict):
        loose = getattr(options, "loose", False) or getattr(own, "loose", False)
        made["options"] = Object({**options, **own}, loose=loose)
    return made


def _instrumented(values: dict[str, Any], by: str, agent: str) -> Instrumented:
    """Give what is asked for, layer by layer, the last outermost."""
    containers = given_containers(values.get("container_definitions"))
    asked = values.get("agent")
    agent = agent or (asked if isinstance(asked, str) else "")
    include = _chosen(values, "include")
    exclude = _joined([_chosen(values, "exclude"), *_left_out(values)])
    stack = _decoded(values.get("agents"))
    if stack is None or stack in ("", []):
        return Instrumented(agent, by, containers, include, exclude)
    if not isinstance(stack, list):
        reason = stack.reason if isinstance(stack, Unknown) else "they are no list"
        hole = Unknown(f"its agents are not known: {reason}")
        return Instrumented("", by, containers, hole, hole)
    made: Any = containers
    for item in stack:
        layer = {name: item[name] for name in item} if isinstance(item, dict) else {}
        name = layer.get("agent")
        left = [exclude, _chosen(layer, "exclude"), *_left_out(layer)]
        if not isinstance(item, dict):
            left.append(Unknown("one of its agents is not known"))
        made = Instrumented(
            name if isinstance(name, str) else "", by, made, include,
            _joined(left), _chosen(layer, "include"),
        )  # fmt: skip
    return made if isinstance(made, Instrumented) else Instrumented("", by, containers)


def _joined(lists: Iterable[Any]) -> Any:
    """Join lists of names; what holds one that is not known is not known."""
    found: tuple[str, ...] = ()
    for named in lists:
        if isinstance(named, Unknown):
            return named
        found = (*found, *named)
    return found


def _left_out(values: dict[str, Any]) -> Iterable[Any]:
    """Give the other lists of containers to leave alone, wherever they are given."""
    yield _chosen(values, "ignore_containers")
    options = _decoded(values.get("options"))
    if isinstance(options, Unknown):
        yield Unknown(f"its options are not known: {options.reason}")
    elif isinstance(options, dict):
        if getattr(options, "loose", False) and "ignore_containers" not in options:
            return
        yield _names(options.get("ignore_containers"))


def _chosen(values: dict[str, Any], name: str) -> Any:
    return _names(values.get(name))


def _decoded(value: Any) -> Any:
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, (str, Encoded, Unknown)) and value != "":
        try:
            return texts.decoded(value)
        except WrongError:
            return Unknown("its text is not JSON")
    return value


def _names(value: Any) -> Any:
    read = _decoded(value)
    if read is None or read == "":
        return ()
    if isinstance(read, str):
        return (read,)
    hole = first_unknown(read)
    if hole is not None:
        return Unknown(hole.reason)
    if isinstance(read, list) and all(isinstance(item, str) for item in read):
        return tuple(read)
    return Unknown("its names are not known")


def given_containers(value: Any) -> Any:
    """Bring an input to a list of containers, to what makes it, or to Unknown."""
    if value is None or isinstance(value, Instrumented):
        return value
    if isinstance(value, Unknown) and value.origin is not None:
        return value.origin
    read = _decoded(value)
    if isinstance(read, dict):
        inner = [read[k] for k in read if k.lower() == "containerdefinitions"]
        read = inner[0] if inner else None
    if isinstance(read, list):
        from fargate_instrument.audit.containers import plain  # noqa: PLC0415

        return plain(read)
    return read if isinstance(read, Unknown) else Unknown("it is no list of containers")
