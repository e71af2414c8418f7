"""Writes docs/reference/cli.md from the commands' own parsers. No help text is copied.

python tests/generate/cli_reference.py --write | --check
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from fargate_instrument import commands  # noqa: E402  (the path above comes first)

PAGE = CHECKOUT / "docs" / "reference" / "cli.md"
HEAD = """\
<!-- Written by tests/generate/cli_reference.py; not to be edited. -->

# Commands

`fargate-instrument` without arguments speaks the external protocol: a query on standard
input, a result on standard output ([query](schemas/query.json),
[result](schemas/result.json)). With a command it works on files; `-` is standard input.

Exit status: 0 done; 1 something you can fix, or a gate that says no; 2 usage; 3 a bug
of the program; 130 interrupted. Where a command fails, standard output is empty. Where
it succeeds, standard error is empty, unless `--warnings` asks for more or a secret was
typed where other users of the machine can read it.

Files with a task definition come in three forms: a list of container definitions, a
task definition as `register-task-definition` takes it, and what
`describe-task-definition` prints. Keys may be in any case.
"""


def page() -> str:
    """Give the text of the page."""
    parts = [HEAD]
    for name in commands.TABLE:
        module = commands.load(name)
        parts.append(section(name, commands.parser_of(name, module)))
    return "\n".join(parts)


def section(name: str, parser: argparse.ArgumentParser) -> str:
    """Give the section of one command."""
    words = " ".join(str(parser.description or "").split())
    lines = [f"## `{name}`\n", f"{words}\n", "| argument | meaning |", "|---|---|"]
    lines += [row(action) for action in parser._actions if shown(action)]  # noqa: SLF001  (there is no public list)
    return "\n".join(lines) + "\n"


def shown(action: argparse.Action) -> bool:
    """Leave out --help and what is hidden."""
    return action.help != argparse.SUPPRESS and "--help" not in action.option_strings


def row(action: argparse.Action) -> str:
    """Write one argument as a row."""
    meaning = " ".join(expanded(action).split()).replace("|", "\\|")
    return f"| {spelling(action)} | {meaning}{required(action)} |"


def spelling(action: argparse.Action) -> str:
    """Write how an argument is given."""
    value = values(action)
    if not action.option_strings:
        many = action.nargs in ("*", "+")
        return f"`{value.strip()}{'...' if many else ''}`".replace("|", "\\|")
    return ", ".join(f"`{flag}{value}`" for flag in action.option_strings).replace(
        "|", "\\|"
    )


def values(action: argparse.Action) -> str:
    """Name the value of an argument."""
    if action.nargs == 0:
        return ""
    if action.metavar:
        return f" {action.metavar}"
    if action.choices:
        return " " + "|".join(str(choice) for choice in action.choices)
    return f" {action.dest.upper()}"


def expanded(action: argparse.Action) -> str:
    """Fill a default into the help."""
    text = action.help or ""
    return text % {"default": action.default} if "%(" in text else text


def required(action: argparse.Action) -> str:
    """Say that an option has to be given."""
    return " (required)" if action.option_strings and action.required else ""


def main(arguments: list[str]) -> int:
    """Write the page, or check that it is what would be written."""
    text = page()
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    if "--write" not in arguments:
        print("stale:", PAGE.relative_to(CHECKOUT))
        return 1
    PAGE.write_text(text, encoding="utf-8")
    print("wrote", PAGE.relative_to(CHECKOUT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
