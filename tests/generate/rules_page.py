"""Writes docs/reference/rules.md from the table of rules; no part of the program.

python tests/generate/rules_page.py --write    write the page
python tests/generate/rules_page.py --check    exit 1 if it is stale
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from fargate_instrument.core.ecs_model import SOURCE  # noqa: E402 - the path comes first
from fargate_instrument.core.rules import table  # noqa: E402 - the path comes first

TARGET = ROOT / "docs" / "reference" / "rules.md"

HEAD = f"""\
<!-- Written by tests/generate/rules_page.py; edit core/rules/table.py -->
# Rules

`fargate-instrument check FILE…` asks every rule on this page about a task definition.
`patch` and the Terraform module ask them too, before and after instrumenting: what was
wrong in the input is told apart from what instrumenting would break.

* An **error** is something that ECS refuses, by its own words or its documentation.
* A **warning** is accepted by ECS and goes wrong later, or is documented as not allowed
  without ever having been seen refused.
* A **note** is worth knowing and needs no action.

"Words of ECS" are what RegisterTaskDefinition was seen to answer; words in braces
stand for the values at hand. Where the column is empty, the refusal is documented or
follows from the shape, and its wording is not known.

"Needs" names the task-level facts without which a rule is silent. A list of container
definitions carries none of them; `--task key=value` (or the query's `task`) supplies
them. A whole task definition carries all: what it does not say is absent. Rules that
need no fact assume a Fargate task, unless `requiresCompatibilities` is given without
`FARGATE`.

Shapes, members and enumerations come from AWS's service model ({SOURCE}).
"""

SECTIONS = (
    ("Shape", "Members and JSON types, asked first.", table.SHAPE),
    ("Structure and references", "", table.STRUCTURE),
    ("Sizes and ranges", "", table.RESOURCES),
    ("Fargate and awsvpc", "", table.FARGATE),
    ("By documentation or logic", "", table.LOGIC),
    ("Documented limits", "Not seen refused, hence no errors.", table.DOCUMENTED),
    (
        "Hazards",
        "ECS accepts these, and the task fails or misleads when it runs.",
        table.HAZARDS,
    ),
)


def page() -> str:
    """Write the whole page."""
    parts = [HEAD]
    for title, about, rules in SECTIONS:
        parts.append(f"\n## {title}\n\n" + (f"{about}\n\n" if about else ""))
        parts.append("| Rule | Severity | Broken by | Words of ECS | Fix | Needs |\n")
        parts.append("|---|---|---|---|---|---|\n")
        parts += [
            "| " + " | ".join((rule, *map(_cell, _columns(row)))) + " |\n"
            for rule, row in sorted(rules.items(), key=lambda item: _number(item[0]))
        ]
    return "".join(parts)


def _columns(row: table.Row) -> tuple[str, ...]:
    severity, facts, when, aws, fix = row
    if aws == "{text}":
        aws = "Container.name contains invalid characters. (for a container)"
    return (severity, when, aws, _without_blanks(fix), facts)


def _without_blanks(fix: str) -> str:
    """Leave out a fix that only the finding can tell."""
    return "(told with the finding)" if fix.startswith("{hint}") else fix


def _number(rule: str) -> tuple[str, int]:
    letter, digits = re.fullmatch(r"([A-Z])([0-9]+)", rule).groups()  # type: ignore[union-attr]  # every id is so
    return letter, int(digits)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="write the page")
    mode.add_argument("--check", action="store_true", help="exit 1 if it is stale")
    wanted = parser.parse_args(arguments)
    if wanted.write:
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        TARGET.write_text(page(), encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page():
        print(f"{TARGET.name} is fresh")
        return 0
    print(f"{TARGET.name} is stale: run tests/generate/rules_page.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
