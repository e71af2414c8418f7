"""``lock``: image configurations from registries into the lock file, or checked."""

from __future__ import annotations

import argparse
import json
import math
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import images
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.registry import lockfile
from fargate_instrument.registry.asking import Login, Means, ask_all
from fargate_instrument.registry.credentials import Trust
from fargate_instrument.registry.image import PLATFORMS
from fargate_instrument.registry.reference import registry_name, shown
from fargate_instrument.registry.trouble import RegistryTrouble

if TYPE_CHECKING:
    from fargate_instrument.registry.image import Entry
    from fargate_instrument.registry.wanted import Wanted
    from fargate_instrument.streams import Streams

NAME = "lock"
HELP = "ask registries for images' entry points and write image-configs.lock.json"
DESCRIPTION = """\
Ask registries for the ENTRYPOINT, CMD, ENV, USER, working directory and digest of
images and write them to a lock file, which the query's image_configs takes as it is.
Of a file or a folder with task definitions, the images are taken of those containers
that leave entryPoint or command to the image. An entry that is locked already changes
only with --update. Without arguments, --check and --update take every locked image."""
DEFAULT_SECONDS = 60.0
FINE = frozenset({"added", "unchanged", "updated"})
NOT_FINE = frozenset({"missing", "moved", "differs", "platform"})


@dataclass(frozen=True, slots=True)
class Line:
    """One image of the report: what became of it.

    ``status``: one of FINE or NOT_FINE. ``changed``: the members in which the entry
    is not as locked.
    """

    wanted: Wanted
    status: str
    entry: Entry
    locked: dict[str, Any] | None
    changed: tuple[str, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add(
        "images",
        nargs="*",
        metavar="IMAGE|PATH",
        help="an image reference; a file with a list of container definitions, a task"
        " definition, the output of describe-task-definition or a plan; a Terraform"
        " file; a folder, with those below it; - for standard input",
    )
    add(
        "--output",
        default=lockfile.DEFAULT_PATH,
        metavar="FILE",
        help="the lock file (default: %(default)s)",
    )
    add(
        "--platform",
        choices=sorted(PLATFORMS),
        help="default: the task definition's runtimePlatform, else linux/amd64",
    )
    add("--all", action="store_true", help="take every container of a PATH")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 where a tag has moved or an entry is missing",
    )
    mode.add_argument(
        "--update", action="store_true", help="accept what has changed since"
    )
    add("--username", metavar="NAME", help="log in with this name; one registry only")
    add(
        "--password-stdin",
        action="store_true",
        help="read the password for --username from standard input",
    )
    add(
        "--use-repository-credentials",
        action="store_true",
        help="where a registry asks for a login, read the secret that a container's"
        " repositoryCredentials names and send it there. Only for documents you"
        " trust: they name both the secret and the registry",
    )
    add(
        "--registry",
        action="append",
        type=_registry,
        default=[],
        metavar="HOST",
        help="the same for this registry alone, such as registry.example:5000;"
        " repeatable",
    )
    add(
        "--timeout",
        type=_seconds,
        default=DEFAULT_SECONDS,
        metavar="SECONDS",
        help="for each image, everything included (default: %(default)g)",
    )
    add("--format", choices=("text", "json"), default="text", help="of the report")


def run(args: argparse.Namespace, io: Streams) -> int:
    """Lock, or check what is locked; 0 when all is as it should be."""
    _require_sense(args)
    path = Path(args.output)
    locked = lockfile.read(path)
    wanted = images.wanted(args, io, locked)
    means = Means(dict(os.environ), args.timeout, _login(args, io), _trust(args))
    entries = ask_all(wanted, means)
    lines = [_compare(one, entries, locked or {}, args) for one in wanted]
    wrong = [line for line in lines if line.status in NOT_FINE]
    changed = False
    if not args.check and not wrong:
        changed = lockfile.write(path, {**(locked or {}), **entries})
    if args.format == "json":
        io.out(_json_report(args.output, lines))
    elif wrong:
        raise Failure(_problem(line, args) for line in wrong)
    else:
        io.out(_text_report(args, lines, changed=changed))
    return 1 if wrong else 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 24 * 60 * 60:
        raise argparse.ArgumentTypeError("a number of seconds above 0 is needed")
    return seconds


def _registry(text: str) -> str:
    try:
        return registry_name(text)
    except RegistryTrouble:
        raise argparse.ArgumentTypeError("a registry's host name is needed") from None


def _require_sense(args: argparse.Namespace) -> None:
    """Refuse, as usage, what argparse cannot see to be wrong."""
    if not args.images and not (args.check or args.update):
        args.refuse("name images or files; --check and --update can do without")
    if bool(args.username) != args.password_stdin:
        args.refuse("--username and --password-stdin go together")
    if args.password_stdin and "-" in args.images:
        args.refuse("--password-stdin and - both want standard input")


def _trust(args: argparse.Namespace) -> Trust:
    return Trust(args.use_repository_credentials, frozenset(args.registry))


def _login(args: argparse.Namespace, io: Streams) -> Login | None:
    if not args.username:
        return None
    try:
        line = io.read().decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise fail(
            "--password-stdin",
            "there is no password on standard input",
            "pipe it in as one line of UTF-8 text",
            fault="request",
        )
    return Login(args.username, line)


def _compare(
    one: Wanted,
    entries: dict[str, Entry],
    locked: dict[str, Any],
    args: argparse.Namespace,
) -> Line:
    """Hold what the registry says against what is locked."""
    entry, old = entries[one.reference], locked.get(one.reference)
    if old is None:
        return Line(one, "missing" if args.check else "added", entry, None, ())
    changed = tuple(lockfile.differences(old, entry))
    status = "unchanged"
    if changed:
        status = "updated" if args.update else _wrong(old, changed)
    return Line(one, status, entry, old, changed)


def _wrong(old: dict[str, Any], changed: tuple[str, ...]) -> str:
    """Name what is wrong with a locked entry, the weightiest first."""
    for member, status in (("Architecture", "platform"), ("Digest", "moved")):
        if member in changed and isinstance(old.get(member), str):
            return status
    return "differs"


def _problem(line: Line, args: argparse.Namespace) -> Problem:
    """Word what is wrong with a locked image."""
    one, old = line.wanted, line.locked or {}
    output = (
        ""
        if args.output == lockfile.DEFAULT_PATH
        else f" --output {shlex.quote(args.output)}"
    )
    command = f"fargate-instrument lock{output} {{}}{shlex.quote(one.reference)}"
    named = f"{one.who} has image {one.reference}, which" if one.who else "it"
    inner = [name for name in line.changed if name != "Digest"]
    if line.status == "missing":
        message = f"{named} is not in {args.output}"
        fix = f"add it: {command.format('')}"
    elif line.status == "platform":
        message = (
            f"{named} is locked for {shown(old['Architecture'])} in {args.output}, and"
            f" wanted for {line.entry['Architecture']}"
        )
        fix = "keep a lock file for each platform: --output FILE"
    elif line.status == "moved":
        same = "the configuration is the same"
        what = f"{', '.join(inner)} changed" if inner else same
        message = (
            f"{named} has moved since it was locked: from {shown(old['Digest'])} to"
            f" {line.entry['Digest']} ({what})"
        )
        fix = f"look at what changed, then accept it: {command.format('--update ')}"
    else:
        message = (
            f"{named} is not locked as the registry has it, though it has not moved:"
            f" what differs is {', '.join(line.changed)}"
        )
        fix = f"take the registry's word for it: {command.format('--update ')}"
    return Problem(one.address, message, (fix,))


def _text_report(args: argparse.Namespace, lines: list[Line], *, changed: bool) -> str:
    width = max((len(line.status) for line in lines), default=0)
    rows = [
        f"{line.status:<{width}}  {line.wanted.reference}"
        f"  {line.wanted.platform}  {line.entry['Digest']}"
        for line in lines
    ]
    if args.check:
        count = "1 image is" if len(lines) == 1 else f"{len(lines)} images are"
        rows.append(f"{args.output}: {count} as locked")
    else:
        state = "written" if changed else "is up to date"
        rows.append(f"{args.output}: {state}")
    return "\n".join(rows) + "\n"


def _json_report(output: str, lines: list[Line]) -> str:
    rows = [
        {
            "reference": line.wanted.reference,
            "platform": str(line.wanted.platform),
            "address": line.wanted.address,
            "status": line.status,
            "digest": line.entry["Digest"],
            "locked_digest": (line.locked or {}).get("Digest"),
            "changed": list(line.changed),
        }
        for line in lines
    ]
    report = {"lock_file": output, "images": rows}
    return json.dumps(report, indent=2, sort_keys=True) + "\n"
