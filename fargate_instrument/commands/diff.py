"""``diff``: what patch would change, as a readable difference; it writes nothing."""

from __future__ import annotations

import io as text_io
import os
from difflib import unified_diff
from typing import TYPE_CHECKING

from fargate_instrument.commands import asking, documents
from fargate_instrument.core import compare
from fargate_instrument.core.answer import authors, stages
from fargate_instrument.core.provenance import LABEL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from typing import Any

    from fargate_instrument.core.answer import Answer
    from fargate_instrument.streams import Streams

NAME = "diff"
HELP = "show what patch would change"
DESCRIPTION = """\
Show what patch would change in FILE, before and after, both in ECS's spelling with
sorted keys. In colour on a terminal. With several agents, each line that comes or goes
says whose it is."""
EXAMPLES = (
    "fargate-instrument diff --agent sysdig --options sysdig.json web.json",
    "fargate-instrument diff --agent sysdig --options sysdig.json --exit-code web.json",
)
_WIDE = 100
"""Longer lines do not push the agents' names out."""

_STYLES = {"---": "bold", "+++": "bold", "@": "cyan", "+": "green", "-": "red"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    asking.configure(parser)
    add = parser.add_argument
    add("--exit-code", action="store_true", help="exit 1 if there is a difference")
    add(
        "--full",
        action="store_true",
        help="show the provenance label's whole text, not only that it is there",
    )
    add(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text: a unified diff (default); json: JSON Patch operations, with what"
        " stood there before and the agents that change it",
    )


def run(args: argparse.Namespace, io: Streams) -> int:
    """Show the difference; 0, or 1 with --exit-code where there is one."""
    ask = asking.read(args, io)
    answer = ask.answer()
    before, after = answer.before.value(), answer.after.value()
    if args.format == "json":
        told = [
            {**one, "agents": authors(answer, one)}
            for one in compare.operations(before, after)
        ]
        text = documents.pretty(ask.concealed(told, answer))
    else:
        text = _text(ask, answer, full=args.full)
        if io.out_is_terminal and "NO_COLOR" not in os.environ:
            text = coloured(text)
    io.out(text)
    return 1 if args.exit_code and not compare.same(before, after) else 0


def _text(ask: asking.Ask, answer: Answer, *, full: bool) -> str:
    """Write the difference; with several agents, with their names."""

    def lines(value: Any) -> list[str]:
        shown = ask.concealed(value, answer)
        text = documents.pretty(shown if full else shortened(shown))
        return text.splitlines()

    name = ask.document.name
    heads = name, f"{name} with {', '.join(answer.agents)}"
    before = lines(answer.before.value())
    if len(answer.layers) == 1:
        return _written(unified(before, lines(answer.after.value()), heads))
    chain = [before, *(lines(document.value()) for _, document in stages(answer))]
    said = ["an earlier run", *answer.agents, "the record"]
    gone, came = compare.blame(chain, said)
    return _written(signed(unified(before, chain[-1], heads), gone, came))


def _written(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def unified(before: list[str], after: list[str], heads: tuple[str, str]) -> list[str]:
    """Give the lines of a unified diff; none if nothing differs."""
    return list(unified_diff(before, after, *heads, lineterm=""))


def signed(lines: list[str], gone: list[str], came: list[str]) -> list[str]:
    """Write behind each line that comes or goes whose doing that is.

    ``gone``, ``came``: of each line of the text before and after.
    """
    width = max((len(line) for line in lines if len(line) <= _WIDE), default=0)
    made, at = [], [0, 0]
    for line in lines:
        mark = line[:1]
        if line.startswith(("---", "+++")) and at == [0, 0]:
            made.append(line)
            continue
        if mark == "@":
            at = [int(part[1:].split(",")[0]) - 1 for part in line.split()[1:3]]
            made.append(line)
            continue
        who = {"-": gone, "+": came}.get(mark, [])
        whose = who[at[mark == "+"]] if who else ""
        made.append(f"{line:<{width}}  <- {whose}" if whose else line)
        at = [at[0] + (mark != "+"), at[1] + (mark != "-")]
    return made


def shortened(value: Any) -> Any:
    """Put a note in the place of every provenance label's text."""
    if isinstance(value, dict):
        return {
            key: f"how to take this out again ({len(item)} characters)"
            if key == LABEL and isinstance(item, str)
            else shortened(item)
            for key, item in value.items()
        }
    return [shortened(item) for item in value] if isinstance(value, list) else value


def coloured(text: str) -> str:
    """Colour a unified diff for a terminal."""
    from rich.console import Console  # noqa: PLC0415  (only on a terminal)
    from rich.text import Text  # noqa: PLC0415

    made = Text()
    for line in text.splitlines(keepends=True):
        style = next((s for mark, s in _STYLES.items() if line.startswith(mark)), "")
        made.append(line, style)
    out = text_io.StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", highlight=False
    )
    console.print(made, end="", soft_wrap=True)
    return out.getvalue()
