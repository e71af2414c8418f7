"""The commands for people and CI: which there are and how one is run; not their work.

Off the plan path. Only the module of the command that is asked for is imported.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from fargate_instrument.core.errors import fail, nearest
from fargate_instrument.streams import OK, USAGE
from fargate_instrument.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_instrument.streams import Streams

PROGRAM = "fargate-instrument"
TABLE: dict[str, tuple[str, str]] = {
    "patch": ("patch", "put agents into a task definition"),
    "diff": ("diff", "show what patch would change"),
    "explain": ("explain", "say what is added where and why, and what is left alone"),
    "remove": ("remove", "take an agent out of a task definition again"),
    "check": ("check", "check task definitions against the rules of ECS and Fargate"),
    "audit": ("audit", "find task definitions that run without an agent"),
    "lock": (
        "lock",
        "ask registries for images' entry points and write image-configs.lock.json",
    ),
    "agents": ("agents", "list the agents"),
    "recipe": ("recipe", "print what an agent asks for, as the agent custom takes it"),
    "schema": ("schema", "print JSON Schemas, or check a file against one"),
}
"""Command -> module in this package, one line of help."""

_EXAMPLES = "examples:\n"

_HEAD = f"""\
usage: {PROGRAM} COMMAND [ARGUMENT...]
       {PROGRAM} < query.json     (what Terraform's data "external" does)

Puts runtime-security agents into ECS Fargate task definitions, and takes them out.

commands:
"""
_TAIL = f"""
options:
  -h, --help  show this help, or that of a command: {PROGRAM} COMMAND --help
  --version   show the version

try it:
  {PROGRAM} agents
  {PROGRAM} schema sysdig --format text
  aws ecs describe-task-definition --task-definition web > web.json
  {PROGRAM} diff --agent sysdig --options sysdig.json web.json

exit status: 0 done; 1 something you can fix, or a gate that says no; 2 usage;
3 a bug of the program; 130 interrupted
"""


class Formatter(argparse.HelpFormatter):
    """Help whose examples keep their lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith(_EXAMPLES):
            return text
        return super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks through the program's streams."""

    def __init__(self, streams: Streams | None, **settings: Any) -> None:
        super().__init__(**settings)
        self.streams = streams
        self.color = False

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, then how they go, in a line each."""
        self._print_message(f"{self.prog}: {message}\n{self.synopsis()}", sys.stderr)
        raise SystemExit(USAGE)

    def refuse_unknown(self, arguments: Sequence[str]) -> None:
        """Refuse the first option that is none, before anything that is missing."""
        known = self._option_string_actions
        for argument in arguments:
            if argument == "--":
                return
            name = argument.partition("=")[0]
            short = not argument.startswith("--") and argument[:2] in known
            if argument[:1] != "-" or argument == "-" or " " in argument or short:
                continue
            if name not in known:
                self.error(f"{name} is no option; {nearest(name, known)}")

    def synopsis(self) -> str:
        """Say in one line what a command needs."""
        needed = [self.get_default("usage")] if self.get_default("usage") else []
        needed += [
            f"{action.option_strings[0]} {action.metavar}"
            for action in self._actions
            if action.option_strings and action.required
        ]
        named = [
            {
                "*": f"[{a.metavar}...]",
                "+": f"{a.metavar}...",
                "?": f"[{a.metavar}]",
            }.get(str(a.nargs), str(a.metavar))
            for a in self._actions
            if not a.option_strings
        ]
        words = " ".join([self.prog, *needed, "[OPTION...]", *named])
        return f"usage: {words}   (--help lists the options)\n"

    def _print_message(self, message: str, file: Any = None) -> None:
        if not message or self.streams is None:
            return
        if file is sys.stderr and file is not sys.stdout:
            self.streams.err(message)
        else:
            self.streams.out(message)


def run(arguments: list[str], streams: Streams) -> int:
    """Run one command and give its exit status. Failure is the caller's to show."""
    first, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if first in ("-h", "--help"):
        streams.out(help_text())
        return OK
    if first == "--version":
        streams.out(f"{PROGRAM} {__version__}\n")
        return OK
    if not first:
        streams.err(help_text())
        return USAGE
    if first not in TABLE:
        what = "option" if first.startswith("-") else "command"
        known = ["--help", "--version"] if what == "option" else TABLE
        streams.err(
            f"{PROGRAM}: {first} is no {what}; {nearest(first, known)}\n"
            f"  {PROGRAM} --help lists the commands\n"
        )
        return USAGE
    try:
        command = load(first)
        parser = parser_of(first, command, streams)
        parser.refuse_unknown(rest)
        status: int = command.run(parser.parse_args(rest), streams)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        if package == __name__.partition(".")[0]:
            raise
        raise fail(
            first,
            f"needs the package {package}, which is not installed",
            "install the program with what it needs: pip install in its checkout",
            fault="request",
        ) from None
    return status


def load(name: str) -> Any:
    """Import a command's module."""
    return importlib.import_module(f"{__name__}.{TABLE[name][0]}")


def parser_of(name: str, command: Any, streams: Streams | None = None) -> Parser:
    """Make a command's argument parser."""
    examples = "".join(f"  {line}\n" for line in getattr(command, "EXAMPLES", ()))
    parser = Parser(
        streams,
        prog=f"{PROGRAM} {name}",
        description=command.HELP,
        epilog=_EXAMPLES + examples if examples else None,
        formatter_class=Formatter,
        allow_abbrev=False,
    )
    parser.set_defaults(refuse=parser.error)
    command.configure(parser)
    return parser


def help_text() -> str:
    """Give the help of the whole program."""
    width = max(map(len, TABLE)) + 2
    lines = [f"  {name:<{width}}{text}\n" for name, (_, text) in TABLE.items()]
    return _HEAD + "".join(lines) + _TAIL
