"""Writes docs/index.md: every page by its kind and title. It writes no other page.

python tests/generate/docs_index.py --write | --check
"""

from __future__ import annotations

import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
PAGE = DOCS / "index.md"
HEAD = """\
<!-- Written by tests/generate/docs_index.py; not to be edited. -->

# Documentation

New here? Begin with [your first instrumentation](tutorial/first-instrumentation.md).
"""
KINDS = {
    "tutorial": "Tutorials: learn it by doing",
    "how-to": "How-to guides: get something done",
    "reference": "Reference: look it up",
    "explanation": "Explanation: understand it",
    "decisions": "Decisions: why it is as it is",
}


def title(page: Path) -> str:
    """Give a page's first heading."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return next(line[2:].strip() for line in lines if line.startswith("# "))


def page() -> str:
    """Give the text of the index."""
    parts = [HEAD]
    for folder, heading in KINDS.items():
        pages = sorted((DOCS / folder).glob("*.md"))
        entries = [f"- [{title(one)}]({one.relative_to(DOCS)})\n" for one in pages]
        if entries:
            parts.append(f"## {heading}\n\n{''.join(entries)}")
    schemas = sorted((DOCS / "reference" / "schemas").glob("*.json"))
    links = [f"[{one.stem}]({one.relative_to(DOCS)})" for one in schemas]
    parts.append(f"## JSON Schemas\n\n{', '.join(links)}\n")
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the index, or check that it is what would be written."""
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
