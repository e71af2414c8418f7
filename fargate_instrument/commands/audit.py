"""``audit``: which task definitions run uninstrumented, as a table or as a gate."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import (
    baseline,
    exemptions,
    marks,
    sources,
    tables,
    terraform,
    variables,
    writing,
)
from fargate_instrument.audit.report import Demand, report
from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import fail, nearest
from fargate_instrument.core.known import AGENTS
from fargate_instrument.hcl import budget

if TYPE_CHECKING:
    from fargate_instrument.audit.definition import Definition
    from fargate_instrument.audit.report import Report
    from fargate_instrument.streams import Streams

NAME = "audit"
HELP = "find task definitions that run without an agent"
DESCRIPTION = """\
Find task definitions whose containers run without a runtime-security agent: in JSON
files, in folders with Terraform or JSON files, in plans (terraform show -json), or in
live accounts through the ECS API. The exit status is 1 if any is found, if something
could not be read or told, if there is nothing to audit, or if an exemption has
expired."""
EXAMPLES = (
    "fargate-instrument audit .",
    "fargate-instrument audit plan.json --agent sysdig",
    "fargate-instrument audit deploy --var-file prod.tfvars --baseline known.json",
    "fargate-instrument audit --cluster shop --region eu-west-1 --format sarif",
)
FORMATS = ("table", "text", "json", "sarif", "junit")
ANY = "any"
DEFAULT_PATIENCE = 300.0
DEFAULT_WORKERS = 8
MOST_WORKERS = 64


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a JSON file with container definitions, a task definition, or a plan; a"
        " Terraform file; a folder, with those below it; - for standard input",
    )
    _gate(parser.add_argument_group("what is demanded"))
    _reading(parser.add_argument_group("reading Terraform"))
    _account(parser.add_argument_group("live accounts"))
    output = parser.add_argument_group("output")
    output.add_argument(
        "--format", choices=FORMATS, default="table", help="default: %(default)s"
    )
    output.add_argument("--output", metavar="FILE", help="write the report there")


def _gate(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--agent", metavar="NAME", help="only this agent counts, such as sysdig")
    add(
        "--require",
        metavar="NAME,…|any",
        help="one of these agents counts; any: every agent that watches what a"
        " container runs (the default)",
    )
    add(
        "--cannot-tell",
        choices=("fail", "warn"),
        default="fail",
        help="what cannot be told makes the audit fail (the default), or warns",
    )
    add("--fail-on-cannot-tell", action="store_true",
        help="means nothing now: it is the default")  # fmt: skip
    add("--allow-empty", action="store_true",
        help="finding no task definition is expected")  # fmt: skip
    add("--baseline", metavar="FILE",
        help="what stands in it is reported and does not fail")  # fmt: skip
    add("--write-baseline", metavar="FILE",
        help="write what fails now, for --baseline")  # fmt: skip
    add("--image-configs", metavar="FILE",
        help="what is known of the images: a file that lock has written")  # fmt: skip
    add(
        "--exemptions",
        metavar="FILE",
        help="JSON: containers that may run bare, each with a reason and a last day",
    )


def _reading(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--var", action="append", default=[], metavar="NAME=VALUE",
        help="a root module's variable, as for terraform; repeatable")  # fmt: skip
    add("--var-file", action="append", default=[], metavar="FILE",
        help="a file of such values; repeatable, the last one wins")  # fmt: skip
    add("--var-environment", action="store_true",
        help="take values from TF_VAR_… in the environment, too")  # fmt: skip
    add("--assume-defaults", action="store_true",
        help="no variable is given another value than its default")  # fmt: skip
    add("--trust-source", action="append", default=[], metavar="PATTERN",
        help="a package that is this project's, too, such as a mirror:"
        " git::https://git.example.com/fargate-instrument.git")  # fmt: skip
    add("--downloaded-modules", action="store_true",
        help="read .terraform/modules: terraform init ran here just now")  # fmt: skip
    add("--most-steps", type=_most, default=budget.STEPS, metavar="N",
        help="parts of expressions to work out for one root module"
        " (default: %(default)d)")  # fmt: skip
    add("--most-bytes", type=_most, default=budget.BYTES, metavar="N",
        help="bytes of files to read (default: %(default)d)")  # fmt: skip
    add("--most-seconds", type=_seconds, default=budget.SECONDS, metavar="SECONDS",
        help="how long reading may take (default: %(default)g)")  # fmt: skip


def _account(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--cluster", action="append", default=[], metavar="ARN|NAME",
        help="what the services of this cluster run; repeatable")  # fmt: skip
    add("--all-clusters", action="store_true", help="of every cluster")
    add("--task-definitions", action="store_true",
        help="every active task definition, run or not")  # fmt: skip
    add("--any-launch-type", action="store_true",
        help="also what runs on EC2 or on premises")  # fmt: skip
    add("--region", action="append", default=[], metavar="REGION", help="repeatable")
    add("--role-arn", action="append", default=[], metavar="ARN",
        help="a role to assume, such as one of each account; repeatable")  # fmt: skip
    add("--external-id", default="", metavar="ID", help="for assuming the roles")
    add("--profile", default="", metavar="NAME", help="of the AWS CLI's configuration")
    add("--workers", type=_workers, default=DEFAULT_WORKERS, metavar="N",
        help="calls at a time (default: %(default)d)")  # fmt: skip
    add("--patience", type=_seconds, default=DEFAULT_PATIENCE, metavar="SECONDS",
        help="how long to go on without any answer (default: %(default)g)")  # fmt: skip


def run(args: argparse.Namespace, io: Streams, today: dt.date | None = None) -> int:
    """Audit and report; 0 when every container is as demanded.

    ``today``: the day against which exemptions are held; the machine's, in UTC.
    """
    live = args.cluster or args.all_clusters or args.task_definitions
    if not args.paths and not live:
        args.refuse("give a PATH, --cluster, --all-clusters or --task-definitions")
    if args.fail_on_cannot_tell:
        io.err("--fail-on-cannot-tell means nothing now: it is the default\n")
    settings = _settings(args)
    demand = _demand(args, today or dt.datetime.now(dt.timezone.utc).date())
    stdin = io.read() if "-" in args.paths else None
    found = sources.definitions(args.paths, stdin, settings).definitions
    if live:
        found += _live(args)
    made = report(found, demand)
    if args.write_baseline is not None:
        _save(Path(args.write_baseline), baseline.written(made.rows))
        io.err(f"{args.write_baseline}: written\n")
    text = _written(made, args, io)
    if args.output is None:
        io.out(text)
    else:
        _save(Path(args.output), text)
        io.out(f"{made.summary()}; {args.output}: written\n")
    return 1 if made.failed else 0


def _settings(args: argparse.Namespace) -> terraform.Settings:
    spent = budget.Budget(args.most_steps, args.most_bytes, args.most_seconds)
    environment = os.environ if args.var_environment else {}
    given = variables.given(args.var, args.var_file, environment)
    return terraform.Settings(
        given, args.assume_defaults, tuple(args.trust_source),
        args.downloaded_modules, spent,
    )  # fmt: skip


def _demand(args: argparse.Namespace, today: dt.date) -> Demand:
    accepted = _accepted(args)
    found: tuple[exemptions.Exemption, ...] = ()
    if args.exemptions is not None:
        found = tuple(exemptions.read(_content(args.exemptions), args.exemptions))
    before = None
    if args.baseline is not None:
        before = baseline.read(_content(args.baseline), args.baseline)
    return Demand(
        today, accepted, args.cannot_tell == "fail", found, args.exemptions or "",
        before, None if args.allow_empty else _looked_at(args), _image_configs(args),
    )  # fmt: skip


def _image_configs(args: argparse.Namespace) -> dict[str, Any]:
    path = args.image_configs
    if path is None:
        return {}
    try:
        value = jsontext.parse(_content(path).decode(), path)
    except UnicodeDecodeError:
        raise fail(path, "is not UTF-8 text", fault="request") from None
    if not isinstance(value, dict):
        fix = "write it with fargate-instrument lock"
        raise fail(path, "is no object of image configurations", fix, fault="request")
    return value


def _looked_at(args: argparse.Namespace) -> tuple[str, ...]:
    regions = [f"region {name}" for name in args.region]
    clusters = [f"cluster {name}" for name in args.cluster]
    whole = ["every cluster"] if args.all_clusters else []
    whole += ["every task definition"] if args.task_definitions else []
    return (*args.paths, *clusters, *whole, *regions)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise fail(path, reason, fault="request") from None


def _accepted(args: argparse.Namespace) -> tuple[str, ...]:
    if args.agent is not None and args.require is not None:
        args.refuse("--agent and --require exclude each other")
    asked = args.agent if args.agent is not None else args.require
    if asked is None or (asked == ANY and args.agent is None):
        return ()
    names = [asked] if args.agent is not None else asked.split(",")
    found = [marks.agent_named(name.strip()) for name in names]
    for name in found:
        if name not in AGENTS:
            option = "--agent" if args.agent is not None else "--require"
            args.refuse(f"{option} {name}: is no known agent; {nearest(name, AGENTS)}")
    return tuple(sorted(set(found)))


def _live(args: argparse.Namespace) -> list[Definition]:
    try:
        from fargate_instrument.audit import account, patience  # noqa: PLC0415
    except ImportError:
        what = "needs boto3: pip install 'fargate-instrument[aws]'"
        raise fail("audit of an account", what, fault="request") from None
    from fargate_instrument.audit import waiting  # noqa: PLC0415  (costs rich)

    wanted = account.Wanted(
        clusters=tuple(args.cluster),
        all_clusters=args.all_clusters,
        everything=args.task_definitions,
        regions=tuple(args.region),
        roles=tuple(args.role_arn),
        external_id=args.external_id,
        profile=args.profile,
        any_launch_type=args.any_launch_type,
        workers=args.workers,
    )
    with waiting.progress() as progress:
        waits = patience.Patience(args.patience)
        return account.definitions(wanted, waits, progress)


def _written(made: Report, args: argparse.Namespace, io: Streams) -> str:
    if args.format == "json":
        return writing.as_json(made)
    if args.format == "sarif":
        return writing.as_sarif(made)
    if args.format == "junit":
        return writing.as_junit(made)
    if io.out_is_terminal and args.output is None:
        return tables.rich(made, shutil.get_terminal_size().columns)
    return tables.plain(made)


def _save(path: Path, text: str) -> None:
    """Write a file; a link may be one of the audited tree's, and is not followed."""
    if path.is_symlink():
        raise fail(str(path), "is a link, which is not followed", fault="request")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise fail(
            str(path), f"cannot be written: {error.strerror}", fault="request"
        ) from None


def _workers(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_WORKERS} is needed")
    return number


def _most(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1 is needed")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds above 0 is needed")
    return seconds
