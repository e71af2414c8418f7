"""Writes into the READMEs what Terraform says where Python is missing or too old.

python tests/generate/python_on_runners.py --write | --check

A module cannot change the provider's words, so the READMEs hold them: who searches for
the text finds the remedy. They stand between two marks, in one form for all pages: the
README and those modules that take ``python_command``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BEGIN = "<!-- BEGIN_PYTHON: written by tests/generate/python_on_runners.py -->\n"
END = "<!-- END_PYTHON -->\n"
MISSING = 'exec: "python3": executable file not found in $PATH'
TOO_OLD = "fargate-instrument: Python 3.10 or later is needed"
PYTHON_2 = "Unknown option: -I"
ROWS = (
    (
        f"`External Program Lookup Failed`, and at its end `{MISSING}`",
        "the runner has no Python, or not under this name",
        "install Python 3.10 or newer, name its command in `python_command`, or give"
        " the result made beforehand as `rendered`",
    ),
    (
        f"`External Program Execution Failed`, with `Error Message: {PYTHON_2}`",
        "the command starts Python 2.7",
        'name a newer one: `python_command = ["python3"]`',
    ),
    (
        f"`{TOO_OLD}`",
        "the command starts Python 3.4 to 3.9; the message names its path",
        'name a newer one: `python_command = ["python3.12"]`',
    ),
    (
        '`exec: "python": executable file not found in %PATH%`, or'
        " `State: exit status 9009`",
        "Windows has no Python, or the Store's placeholder for it",
        'install Python and set `python_command = ["py", "-3"]`',
    ),
)


def section() -> str:
    """Give the text between the marks."""
    head = "| where | Terraform says | what to do |\n| --- | --- | --- |\n"
    rows = "".join(f"| {where} | {says} | {what} |\n" for says, where, what in ROWS)
    return f"{BEGIN}{head}{rows}{END}"


def pages() -> list[Path]:
    """List the pages that need it."""
    modules = (CHECKOUT / "modules").glob("*/variables.tf")
    asking = [
        path.with_name("README.md")
        for path in sorted(modules)
        if 'variable "python_command"' in path.read_text(encoding="utf-8")
    ]
    return [CHECKOUT / "README.md", *asking]


def renewed(text: str) -> str:
    """Give a page's text with today's section. Raises ValueError without the marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("the page has no place for it")
    return before + section() + after


def main(words: list[str]) -> int:
    """Write the sections, or say which are stale and exit 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    stale = 0
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = renewed(old)
        if new == old:
            continue
        if options.write:
            page.write_text(new, encoding="utf-8")
            print(f"wrote {page}")
        else:
            stale += 1
            print(f"stale: {page}; run: {Path(__file__).name} --write")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
