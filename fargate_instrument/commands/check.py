"""``check``: the rules of ECS and Fargate over files; it changes nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fargate_instrument.commands import documents
from fargate_instrument.core import ecs, jsontext
from fargate_instrument.core.definition import FORMS, description_key
from fargate_instrument.core.ecs_model import DESCRIBE_ONLY, SHAPES
from fargate_instrument.core.errors import Failure, fail, nearest
from fargate_instrument.core.rules import SEVERITIES, UNSURE, check, whole_task
from fargate_instrument.core.rules.finding import Report
from fargate_instrument.core.rules.table import FARGATE

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.rules import Finding
    from fargate_instrument.streams import Streams

    Value = dict[str, Any]
    Document = dict[str, Any] | list[Any]

NAME = "check"
HELP = "check task definitions against the rules of ECS and Fargate"
DESCRIPTION = """\
Check task definitions against what ECS and Fargate refuse, and against what they
accept and what then fails at run time. FILE holds a list of container definitions, a
task definition, or what aws ecs describe-task-definition prints; a folder, or a file
that ends in .tf, is read as Terraform. Exit status 1 if there is an error; warnings
and notes alone, and what cannot be told from Terraform's text, give 0."""
ASSUMING = frozenset({"R30", "R31", "R74", "F1", "F16"})
"""Rules beside those of Fargate's own table that an EC2 task need not keep."""

ABSENCE = UNSURE | {"F17", "H4", "H11", "R68", "R69", "R70", "R71", "R76"}
"""Rules that speak of something missing, which may be what could not be read."""

STRUCTURED = {"[": list, "{": dict}
FACTS = {
    **{name.lower(): name for name in SHAPES["TaskDefinition"]},
    "platformversion": "platformVersion",
}
del FACTS["containerdefinitions"]
PLATFORM = {name.lower(): name for name in SHAPES["RuntimePlatform"]}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    parser.set_defaults(refuse=parser.error)
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="a JSON file, or Terraform; -: stdin")
    add(
        "--task",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a task-level fact, such as cpu=512, network_mode=awsvpc or"
        " cpu_architecture=ARM64; lists and objects as JSON; nothing after the = says"
        " that it is absent",
    )
    add(
        "--image-configs",
        metavar="FILE",
        help="what is known of the images: a file that lock has written",
    )
    add("--strict", action="store_true", help="exit 1 for warnings, too")
    add("--format", choices=("text", "json"), default="text", help="of the report")


def run(args: argparse.Namespace, io: Streams) -> int:
    """Check every file and report. Raises Failure for files that cannot be read."""
    facts = _facts(args)
    if [*args.files, args.image_configs].count(documents.STDIN) > 1:
        args.refuse("- can be given once")
    if args.image_configs:
        facts["imageConfigs"] = _image_configs(args.image_configs, io)
    reports: list[Checked] = []
    problems: list[Problem] = []
    for name in args.files:
        reports += _reports(name, facts, io, problems)
    if problems:
        raise Failure(problems)
    io.out(_json(reports) if args.format == "json" else _text(reports))
    bad = {"error", "warning"} if args.strict else {"error"}
    found = [one for report in reports for one in report.findings]
    return 1 if any(one.severity in bad for one in found) else 0


class Checked(NamedTuple):
    """One task definition that was checked.

    ``name``: where it stands. ``unread``: what of it could not be told, and why.
    """

    name: str
    findings: list[Finding]
    unread: str = ""


def _reports(
    name: str, facts: Mapping[str, Any], io: Streams, problems: list[Problem]
) -> list[Checked]:
    """Check one argument; what cannot be read becomes problems."""
    try:
        if _is_terraform(name):
            return _terraform(name, facts)
        document = documents.json_file(name, io)
        shown = documents.shown(name)
        return [Checked(shown, check_document(document, shown, facts))]
    except Failure as failure:
        problems += failure.problems
        return []


def _is_terraform(name: str) -> bool:
    return name.endswith(".tf") or (name != documents.STDIN and Path(name).is_dir())


def _terraform(name: str, facts: Mapping[str, Any]) -> list[Checked]:
    """Check what Terraform's text says of task definitions, and no more."""
    from fargate_instrument.audit import terraform  # noqa: PLC0415  (for Terraform alone)

    found = terraform.task_definitions(name)
    if not found:
        raise fail(name, "holds no task definition", FORMS)
    return [
        Checked(
            one.where,
            _sure(one.containers, {**one.task, **facts}, one.reason),
            one.reason,
        )
        for one in found
    ]


def _sure(containers: list[Any] | None, task: Value, reason: str) -> list[Finding]:
    """Check what is known; where parts are not, say nothing of what is missing."""
    if containers is None:
        return []
    found = check(containers, task)
    return [one for one in found if not reason or one.rule not in ABSENCE]


def check_document(
    document: object, where: str, facts: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Check one parsed document in any of the three forms.

    ``where``: how messages name it. ``facts``: task-level facts under ECS's names;
    they win over the document's own. A task definition is taken to be whole: what it
    does not say is absent. Raises Failure if it is in none of the forms.
    """
    inner, described = _unwrap(document)
    if isinstance(inner, list):
        raw: Value = {"containerDefinitions": inner}
    elif isinstance(inner, dict) and _has_containers(inner):
        raw = inner
    else:
        what = jsontext.kind(document)
        raise fail(where, f"{what} that is no task definition", FORMS)
    report = Report()
    _spelling(raw, report, described=described)
    definition = ecs.recase(raw, "TaskDefinition", "", [])
    task = dict(facts or {})
    if not isinstance(inner, list):
        task = _task(definition, task, report)
    found = check(definition.get("containerDefinitions", []), task)
    if not task.get("requiresCompatibilities") and any(
        one.rule in FARGATE or one.rule in ASSUMING for one in found
    ):
        message = "no launch type is given, and Fargate is assumed"
        report.add("S11", ("requiresCompatibilities",), message)
    clashes = {one.address for one in report.findings if one.rule == "S10"}
    return report.findings + [one for one in found if one.address not in clashes]


def _has_containers(value: Value) -> bool:
    return any(key.lower() == "containerdefinitions" for key in value)


def _unwrap(document: object) -> tuple[object, bool]:
    """Take describe-task-definition's answer apart; tell whether it was one."""
    key = description_key(document)
    if isinstance(document, dict) and key:
        return document[key], True
    return document, False


def _task(definition: Value, facts: Value, report: Report) -> Value:
    """Give the facts of a task definition: a member that is not there is absent."""
    known = {name: definition.get(name) for name in SHAPES["TaskDefinition"]}
    able = definition.get("compatibilities")
    if not known["requiresCompatibilities"] and isinstance(able, list):
        known["requiresCompatibilities"] = able if "FARGATE" not in able else None
    for member in ("cpu", "memory"):
        if known[member].__class__ is int:
            message = f"the task's {member} is a number, it must be a text"
            report.add("S2", (member,), message, expected=f'"{known[member]}"')
    for member in definition:
        if member not in known and member not in DESCRIBE_ONLY:
            message = f'has "{member}", which ECS does not know in a task definition'
            hint = nearest(member, known)
            report.add("S1", (member,), message, hint=hint)
    return whole_task(known | facts)


def _spelling(raw: Value, report: Report, *, described: bool) -> None:
    """Note keys in another case, all at once, and what registration refuses."""
    folded = ecs.misspelled(raw, "TaskDefinition")
    for path, canonical in folded:
        _clash(raw, path, canonical, report)
    if folded:
        times = Counter((str(path[-1]), canonical) for path, canonical in folded)
        shown = (
            f'"{written}" for "{canonical}"'
            + (f" ({count} times)" if count > 1 else "")
            for (written, canonical), count in times.items()
        )
        report.add("S8", folded[0][0], "has " + ", ".join(shown))
    for member in () if described else raw:
        if member in DESCRIBE_ONLY:
            message = f'has "{member}", which only a description has'
            report.add("S9", (member,), message)


def _clash(
    raw: Value, path: tuple[str | int, ...], canonical: str, report: Report
) -> None:
    holder: Any = raw
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    for key, other in holder.items():
        same = key.lower() == canonical.lower() and key != path[-1]
        if same and None not in (value, other) and other != value:
            message = f'has "{path[-1]}" and "{key}", with two values'
            report.add("S10", path, message, canonical=canonical)
            return


def _facts(args: argparse.Namespace) -> Value:
    """Read --task; refuses, as usage, what is no fact."""
    facts: Value = {}
    for argument in args.task:
        key, equals, text = argument.partition("=")
        folded = key.replace("_", "").lower()
        if not equals or folded not in FACTS | PLATFORM:
            known = nearest(key, [*FACTS.values(), *PLATFORM.values()])
            args.refuse(f"--task {argument}: KEY=VALUE with a known key ({known})")
        kind = SHAPES["TaskDefinition"].get(FACTS.get(folded, ""), "")
        value = _fact(text, kind, argument, args)
        if folded in PLATFORM:
            platform = facts.get("runtimePlatform") or {}
            facts["runtimePlatform"] = {**platform, PLATFORM[folded]: value}
        else:
            name = FACTS[folded]
            single = isinstance(kind, list) and isinstance(value, str)
            facts[name] = [value] if single else value
    return facts


def _fact(text: str, kind: object, argument: str, args: argparse.Namespace) -> object:
    if text[:1] not in STRUCTURED:
        return text or None
    try:
        value = jsontext.parse(text, "--task")
    except Failure as failure:
        args.refuse(f"--task {argument}: {failure.problems[0].message}")
    return ecs.recase(value, kind, "", [])


def _image_configs(path: str, io: Streams) -> Value:
    value = documents.json_file(path, io)
    if not isinstance(value, dict):
        raise fail(path, "is no object of image configurations", "write it with lock")
    return value


def address(finding: Finding) -> str:
    """Write where a finding stands, as every message of the program does."""
    path: Sequence[str | int] = finding.address
    if path[:1] == ("containerDefinitions",):
        return ecs.address("container_definitions", *path[1:])
    return ecs.address("task", *path)


def _count(findings: Iterable[Finding]) -> dict[str, int]:
    counted = Counter(one.severity for one in findings)
    return {f"{severity}s": counted[severity] for severity in SEVERITIES}


def _text(reports: Sequence[Checked]) -> str:
    rows = []
    for name, findings, unread in reports:
        if unread:
            rows.append(f"{name}: cannot tell: {unread}")
        for one in findings:
            place = f"{name}: {address(one)}"
            rows.append(f"{place}: {one.severity} {one.rule}: {one.message}")
            rows.append(f"  {one.fix}")
        counted = (
            f"{count} {word if count != 1 else word[:-1]}"
            for word, count in _count(findings).items()
        )
        rows.append(f"{name}: " + ", ".join(counted))
    return "\n".join(rows) + "\n"


def _json(reports: Sequence[Checked]) -> str:
    files = [
        {
            "file": name,
            "cannot_tell": unread,
            **_count(findings),
            "findings": [
                {
                    "rule": one.rule,
                    "severity": one.severity,
                    "address": address(one),
                    "container": one.container,
                    "message": one.message,
                    "fix": one.fix,
                }
                for one in findings
            ],
        }
        for name, findings, unread in reports
    ]
    return json.dumps({"files": files}, indent=2, sort_keys=True) + "\n"
