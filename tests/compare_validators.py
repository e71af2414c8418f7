"""Counts which broken definitions each validator catches; not a test.

    python tests/compare_validators.py           print the page
    python tests/compare_validators.py --write   write it to docs/reference
    python tests/compare_validators.py --check   exit 1 if it is stale there

The definitions are those of ``tests/rule_cases.py``: each breaks one rule, and each
has sound twins. A tool catches a definition if it says anything about it that it does
not say about the plain definition from which all of them are made. cfn-lint is no
dependency: it is run from PATH or from ``--cfn-lint`` (for example
``uvx cfn-lint@1.51.0``), and gets each definition as a CloudFormation template.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import boto3  # noqa: E402 - the path comes first
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402
from botocore.validate import ParamValidator  # noqa: E402
from moto import mock_aws  # noqa: E402

from fargate_instrument.commands.check import check_document  # noqa: E402
from fargate_instrument.core.ecs_model import SHAPES  # noqa: E402
from fargate_instrument.core.rules.table import RULES  # noqa: E402
from tests import rule_cases  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Value = dict[str, Any]
    Said = set[str]
    Tool = Callable[[list[Value]], list[Said]]

TARGET = ROOT / "docs" / "reference" / "validators-compared.md"
CLOUDFORMATION = {
    "efsVolumeConfiguration": "EFSVolumeConfiguration",
    "s3filesVolumeConfiguration": "S3FilesVolumeConfiguration",
    "fileSystemId": "FilesystemId",
    "iam": "IAM",
    "properties": "ProxyConfigurationProperties",
}
"""ECS member -> CloudFormation property, where it is not the same in upper case."""

GROUPS = (
    ("Shape", rule_cases.SHAPE),
    ("Structure and references", rule_cases.STRUCTURE),
    ("Sizes and ranges", rule_cases.RESOURCES),
    ("Fargate and awsvpc", rule_cases.FARGATE),
    ("By documentation or logic", rule_cases.LOGIC),
    (
        "Documented limits",
        {**rule_cases.DOCUMENTED, "F15": rule_cases.CASES["F15"]},
    ),
    ("Hazards", rule_cases.HAZARDS),
)
PLAIN = rule_cases.task(rule_cases.web()).definition


class Count(NamedTuple):
    """One row: a group, how many definitions, and how many each tool speaks about."""

    title: str
    broken: int
    sound: int
    caught: dict[str, int]
    alarms: dict[str, int]
    missed: dict[str, list[str]]


def ours(definitions: list[Value]) -> list[Said]:
    """Ask this program, as its command does, without any fact beside the text."""
    return [
        {
            one.rule
            for one in check_document(definition, "definition")
            if one.severity != "note"
        }
        for definition in definitions
    ]


def botocore(definitions: list[Value]) -> list[Said]:
    """Ask the validator that every AWS SDK for Python runs before a request."""
    client = boto3.client("ecs", region_name="eu-west-1")
    service = client.meta.service_model
    shape = service.operation_model("RegisterTaskDefinition").input_shape
    if shape is None:
        raise SystemExit("botocore has no shape for RegisterTaskDefinition")
    reports = (ParamValidator().validate(one, shape) for one in definitions)
    return [{"invalid"} if report.has_errors() else set() for report in reports]


def moto(definitions: list[Value]) -> list[Said]:
    """Ask the AWS emulator, with botocore's own validator switched off.

    An emulator that fails in itself over a definition has not refused it.
    """
    with mock_aws():
        client = boto3.client(
            "ecs",
            region_name="eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106 - the emulator takes any
            config=Config(parameter_validation=False, retries={"max_attempts": 1}),
        )
        return [_refused(client, definition) for definition in definitions]


def _refused(client: Any, definition: Value) -> Said:
    try:
        client.register_task_definition(**definition)
    except ClientError as error:
        code = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"refused"} if code < 500 else set()
    except Exception:  # noqa: BLE001 - the emulator's own failures are of any kind
        return set()
    return set()


def cfn_lint(command: list[str]) -> Tool:
    """Make the tool that asks cfn-lint about templates, all in one run."""

    def ask(definitions: list[Value]) -> list[Said]:
        with tempfile.TemporaryDirectory() as folder:
            for index, definition in enumerate(definitions):
                template = json.dumps(cloudformation(definition))
                Path(folder, f"{index}.json").write_text(template, encoding="utf-8")
            run = [*command, "--format", "json", "--regions", "eu-west-1", "--"]
            done = subprocess.run(
                [*run, *sorted(str(path) for path in Path(folder).iterdir())],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"},
            )
        if not done.stdout.strip().startswith("["):
            raise SystemExit(f"cfn-lint gave no report: {done.stderr[-2000:]}")
        said: list[Said] = [set() for _ in definitions]
        for match in json.loads(done.stdout):
            said[int(Path(match["Filename"]).stem)].add(match["Rule"]["Id"])
        return said

    return ask


def cloudformation(definition: Value) -> Value:
    """Write a task definition as a template."""
    properties = _renamed(definition, "TaskDefinition")
    task = {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Task": task}}


def _renamed(value: Any, kind: Any) -> Any:
    if isinstance(value, list) and isinstance(kind, list):
        return [_renamed(item, kind[0]) for item in value]
    if isinstance(value, dict) and isinstance(kind, str) and kind in SHAPES:
        members = SHAPES[kind]
        return {
            CLOUDFORMATION.get(key, key[:1].upper() + key[1:]): _renamed(
                item, members.get(key)
            )
            for key, item in value.items()
        }
    return value


def count(tools: dict[str, Tool]) -> list[Count]:
    """Ask every tool about every definition."""
    rows = [(title, *_definitions(cases)) for title, cases in GROUPS]
    everything = [PLAIN, *(d for _, broken, sound, _ in rows for d in broken + sound)]
    said = {name: tool(everything) for name, tool in tools.items()}
    counts, at = [], 1
    for title, broken, sound, rules in rows:
        middle, end = at + len(broken), at + len(broken) + len(sound)
        spoken = {
            name: [bool(one - answers[0]) for one in answers]
            for name, answers in said.items()
        }
        missed = {
            name: sorted(
                {r for r, yes in zip(rules, talk[at:middle], strict=True) if not yes}
            )
            for name, talk in spoken.items()
        }
        counts.append(
            Count(
                title,
                len(broken),
                len(sound),
                {name: sum(talk[at:middle]) for name, talk in spoken.items()},
                {name: sum(talk[middle:end]) for name, talk in spoken.items()},
                missed,
            )
        )
        at = end
    return counts


def _definitions(
    cases: dict[str, rule_cases.Pair],
) -> tuple[list[Value], list[Value], list[str]]:
    """Give a group's broken and sound definitions, and the rules of the broken ones.

    What shows only beside a fact (a platform version, an image's configuration), no
    other tool can be asked about; and a note is no fault.
    """
    told = {rule: case for rule, case in cases.items() if RULES[rule][0] != "note"}
    broken = [(c, r) for r, pair in told.items() for c in pair[0] if not c.facts]
    sound = [c.definition for pair in told.values() for c in pair[1] if not c.facts]
    return [c.definition for c, _ in broken], sound, [rule for _, rule in broken]


HEAD = """\
<!-- Written by tests/compare_validators.py --write -->
# Validators compared

How many of the same broken task definitions each tool catches, and how many sound
ones it objects to. The definitions are those with which this project tests its own
rules (`tests/rule_cases.py`): each breaks one rule of [the rules](rules.md) and no
other, and each has sound twins that stand as close to the border as they can. So
this program catches all of them by construction; what the table shows is which
faults the other tools leave to the deployment.

A tool catches a definition if it reports anything, error or warning, that it does not
report for the plain definition from which all of them are made. Only definitions
whose fault stands in the text are counted: what shows beside a platform version or an
image's configuration, no other tool can be asked about.

The tools have other aims. cfn-lint reads CloudFormation templates, so each definition
is written as one for it; there a number may stand in quotes, and some faults of the
shape are none. botocore's validator knows members, types and what is required, and
means to know no more. moto stands in for the service in tests.

"""


def page(counts: list[Count], versions: dict[str, str]) -> str:
    """Write the page."""
    names = list(versions)
    header = ["Broken definitions", "Number", *names]
    lines = [
        "Versions: " + ", ".join(f"{name} {word}" for name, word in versions.items()),
        "",
        *_table(
            header, ((c.title, c.broken, *(c.caught[n] for n in names)) for c in counts)
        ),
        "",
        "Objections to sound definitions:",
        "",
        *_table(
            ["Sound definitions", *header[1:]],
            ((c.title, c.sound, *(c.alarms[n] for n in names)) for c in counts),
        ),
        "",
        "## What each tool misses",
        "",
        "Rules of which at least one broken definition passes.",
    ]
    for name in names:
        rules = [rule for row in counts for rule in row.missed[name]]
        words = ", ".join(sorted(rules, key=_rule_number)) or "none"
        lines += ["", f"* {name}: {words}"]
    return HEAD + "\n".join(lines) + "\n"


def _rule_number(rule: str) -> tuple[str, int]:
    return rule[0], int(rule[1:])


def _table(header: list[str], rows: Iterable[tuple[Any, ...]]) -> list[str]:
    body = list(rows)
    total = ("**All**", *(sum(row[i] for row in body) for i in range(1, len(header))))
    return [
        "| " + " | ".join(header) + " |",
        "|---|" + "--:|" * (len(header) - 1),
        *("| " + " | ".join(map(str, row)) + " |" for row in [*body, total]),
    ]


def main(arguments: list[str]) -> int:
    """Count, and print, write or check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cfn-lint", default="cfn-lint", metavar="COMMAND")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="write the page")
    mode.add_argument("--check", action="store_true", help="exit 1 if it is stale")
    wanted = parser.parse_args(arguments)
    command = shlex.split(wanted.cfn_lint)
    shown = subprocess.run(
        [*command, "--version"], capture_output=True, text=True, check=True
    )
    tools: dict[str, Tool] = {
        "fargate-instrument": ours,
        "cfn-lint": cfn_lint(command),
        "botocore": botocore,
        "moto": moto,
    }
    versions = {
        "fargate-instrument": "(this version)",
        "cfn-lint": shown.stdout.split()[-1],
        "botocore": version("botocore"),
        "moto": version("moto"),
    }
    text = page(count(tools), versions)
    if wanted.write:
        TARGET.write_text(text, encoding="utf-8")
    elif not wanted.check:
        print(text, end="")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        print(f"{TARGET.name} is stale: run tests/compare_validators.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
