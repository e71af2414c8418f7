"""The pages of the documentation and what their fences promise. No tests.

A page's fences are read in order. What stands in a comment right above one says what
becomes of it:

``<!-- file: NAME -->``           its text is a file for the commands of the page
``<!-- output of: COMMAND -->``   COMMAND prints exactly this
``<!-- run -->``                  ``sh`` and ``python`` are run, and end well; of
                                  ``console`` what the commands show is compared, too

Commands that are not run have at least their arguments read by the program's own
parsers.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
OPENING = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^(?P=indent)```\s*$",
    re.MULTILINE | re.DOTALL,
)
COMMENT = re.compile(
    r"<!-- (?P<what>file|output of|run):? ?(?P<argument>.*?) ?-->\s*\Z"
)
PROGRAM = "fargate-instrument"


class Fence(NamedTuple):
    """One fence: its language, its text, the comment above it and its line."""

    language: str
    text: str
    what: str
    argument: str
    line: int


def pages() -> list[Path]:
    """List the pages: README, change log, and everything under docs."""
    found = [CHECKOUT / f"{name}.md" for name in ("README", "CHANGELOG", "SECURITY")]
    return [*found, *sorted((CHECKOUT / "docs").rglob("*.md"))]


def fences(text: str) -> list[Fence]:
    """Read the fences of a page, in order."""
    found = []
    for match in OPENING.finditer(text):
        indent = match["indent"]
        lines = match["text"].splitlines(keepends=True)
        inner = "".join(line.removeprefix(indent) for line in lines)
        above = COMMENT.search(text[: match.start()].rstrip(" "))
        found.append(
            Fence(
                match["language"],
                inner,
                above["what"] if above else "",
                above["argument"] if above else "",
                text.count("\n", 0, match.start()) + 1,
            )
        )
    return found


def program_calls(text: str) -> list[list[str]]:
    """List the arguments of every call of the program in shell text."""
    joined = text.replace("\\\n", " ")
    calls = []
    for line in joined.splitlines():
        words = _words(line.removeprefix("$ "))
        for at, word in enumerate(words):
            if word == PROGRAM and (at == 0 or words[at - 1] in ("|", "&&", ";", "if")):
                calls.append(_until_operator(words[at + 1 :]))
    return calls


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    reader.commenters = "#"
    try:
        return list(reader)
    except ValueError:
        return []


def _until_operator(words: list[str]) -> list[str]:
    for at, word in enumerate(words):
        if word and set(word) <= set("|&;<>()"):
            return words[:at]
    return words


def console(text: str) -> list[tuple[str, str]]:
    """Split a console fence into commands and what each prints."""
    steps: list[tuple[str, str]] = []
    command = ""
    for line in text.splitlines(keepends=True):
        if command.endswith("\\\n"):
            command += line
            steps[-1] = (command, "")
        elif line.startswith("$ "):
            command = line[2:]
            steps.append((command, ""))
        else:
            shown = steps[-1][1] + line
            steps[-1] = (steps[-1][0], shown)
    return steps
