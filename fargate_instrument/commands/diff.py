"""``diff``: what patch would change, as a readable difference; it writes nothing."""

from __future__ import annotations

import io as text_io
import os
from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING

from fargate_instrument.commands import asking, documents
from fargate_instrument.core import compare
from fargate_instrument.core.answer import authors, stages
from fargate_instrument.core.provenance import LABEL

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from typing import Any

    from fargate_instrument.core.answer import Answer
    from fargate_instrument.streams import Streams

    _Owned = tuple[list[str], list[str]]

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
    before, after = lines(answer.before.value()), lines(answer.after.value())
    if len(answer.layers) == 1:
        found = unified_diff(before, after, *heads, lineterm="")
    else:
        gone, came = _owners(answer, lines)
        found = iter(signed((before, gone), (after, came), heads))
    return "".join(f"{line}\n" for line in found)


def _owners(
    answer: Answer, lines: Callable[[Any], list[str]]
) -> tuple[list[str], list[str]]:
    """Say of each line of the document before and after whose doing it is.

    What is around the containers and each container is looked at by itself, so that
    no line is taken for its like in another; commas at the ends of lines do not count.
    """

    def bare(value: Any) -> list[str]:
        return [line.rstrip(",") for line in lines(value)]

    said = ["an earlier run", *answer.agents, "the record"]
    chain = [answer.before, *(document for _, document in stages(answer))]
    around = [bare(one.changed([], one.task).value()) for one in chain]
    versions = [{c["name"]: bare(c) for c in one.containers} for one in chain]
    parts = {
        name: compare.blame([one.get(name, []) for one in versions], said)
        for name in {**versions[0], **versions[-1]}
    }
    shell = compare.blame(around, said)
    gone, came = (
        _put_together(around[at], shell[at], [parts[name][at] for name in versions[at]])
        for at in (0, -1)
    )
    return gone, came


def _put_together(
    around: list[str], owners: list[str], containers: list[list[str]]
) -> list[str]:
    """Put the owners of the containers' lines in the place of an empty list."""
    empty = ("[]", '"containerDefinitions": []')
    at = next(i for i, line in enumerate(around) if line.strip() in empty)
    inner = [owner for container in containers for owner in container]
    filled = ["", *inner, ""] if containers else [""]
    return [*owners[:at], *filled, *owners[at + 1 :]]


def signed(old: _Owned, new: _Owned, heads: tuple[str, str]) -> list[str]:
    """Write a unified diff in which each line that comes or goes says whose it is.

    ``old``, ``new``: the lines of both texts, and the owner of each.
    """
    matcher = SequenceMatcher(None, old[0], new[0])
    groups = [
        (_range(group), list(_rows(old, new, group)))
        for group in matcher.get_grouped_opcodes()
    ]
    shown = [line for _, rows in groups for line, _ in rows]
    width = max((len(line) for line in shown if len(line) <= _WIDE), default=0)
    made = [f"--- {heads[0]}", f"+++ {heads[1]}"] if groups else []
    for place, rows in groups:
        made.append(place)
        made += [f"{line:<{width}}  <- {who}" if who else line for line, who in rows]
    return made


def _rows(old: _Owned, new: _Owned, group: list[Any]) -> Iterator[tuple[str, str]]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from ((f" {line}", "") for line in old[0][i1:i2])
            continue
        rows = [
            *((f"-{old[0][i]}", old[1][i]) for i in range(i1, i2)),
            *((f"+{new[0][j]}", new[1][j]) for j in range(j1, j2)),
        ]
        last = next((owner for _, owner in rows if owner), "")
        for line, owner in rows:
            last = owner or last  # a line that only looks changed is its neighbour's
            yield line, last


def _range(group: list[Any]) -> str:
    """Write the head of a part of a unified diff."""
    starts, ends = (group[0][1], group[0][3]), (group[-1][2], group[-1][4])
    old, new = (
        f"{start + 1 if end > start else start},{end - start}"
        for start, end in zip(starts, ends, strict=True)
    )
    return f"@@ -{old} +{new} @@"


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
