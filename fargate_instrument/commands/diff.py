"""``diff``: what patch would change, as a readable difference; it writes nothing."""

from __future__ import annotations

import io as text_io
import os
from difflib import unified_diff
from typing import TYPE_CHECKING

from fargate_instrument.commands import asking, compare, documents
from fargate_instrument.core import jsontext
from fargate_instrument.core.provenance import LABEL

if TYPE_CHECKING:
    import argparse
    from typing import Any

    from fargate_instrument.cli import Streams

NAME = "diff"
HELP = "show what patch would change"
DESCRIPTION = """\
Show what patch would change in FILE, before and after, both in ECS's spelling with
sorted keys. In colour on a terminal."""
EXAMPLES = (
    "fargate-instrument diff --agent sysdig --options sysdig.json web.json",
    "fargate-instrument diff --agent sysdig --options sysdig.json --exit-code web.json",
)
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
        " stood there before",
    )


def run(args: argparse.Namespace, io: Streams) -> int:
    """Show the difference; 0, or 1 with --exit-code where there is one."""
    ask = asking.read(args, io)
    answer = asking.answer(ask)
    ask = asking.knowing(ask, answer)
    different = jsontext.dump(answer.before.value()) != jsontext.dump(
        answer.after.value()
    )
    before = ask.concealed(answer.before.value())
    after = ask.concealed(answer.after.value())
    if args.format == "json":
        text = documents.pretty(compare.operations(before, after))
    else:
        if not args.full:
            before, after = shortened(before), shortened(after)
        text = unified(before, after, ask.document.name, args.agent)
        if io.out_is_terminal and "NO_COLOR" not in os.environ:
            text = coloured(text)
    io.out(text)
    return 1 if different and args.exit_code else 0


def unified(before: Any, after: Any, name: str, agent: str) -> str:
    """Write a unified diff of two JSON values; empty if they are the same."""
    lines = unified_diff(
        documents.pretty(before).splitlines(keepends=True),
        documents.pretty(after).splitlines(keepends=True),
        name,
        f"{name} with {agent}",
    )
    return "".join(lines)


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
