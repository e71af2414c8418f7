"""The READMEs of modules and stacks: fresh tables, fences that fit the module."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.modules import fences, readme_tables
from tests.modules.configuration import CHECKOUT, Configuration, modules, parse, stacks

if TYPE_CHECKING:
    from pathlib import Path

ALL: Final = [*modules(), *stacks()]
SOURCE: Final = re.compile(r"(?:/modules/|^\.\./)(?P<module>[a-z-]+)")
PAGES: Final = sorted(
    page
    for folder in ("modules/*", "terraform/*", "docs/*")
    for page in CHECKOUT.glob(f"{folder}/*.md")
    if fences.FENCE.search(page.read_text(encoding="utf-8"))
)


def test_tables_are_fresh() -> None:
    run = subprocess.run(
        [sys.executable, readme_tables.__file__, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("configuration", ALL, ids=lambda c: c.name)
def test_every_readme_has_its_tables(configuration: Configuration) -> None:
    text = (configuration.folder / "README.md").read_text(encoding="utf-8")
    assert text.count(readme_tables.BEGIN) == text.count(readme_tables.END) == 1
    for name in (*configuration.variables, *configuration.outputs):
        assert f"| `{name}` |" in text


def test_a_stale_table_is_found() -> None:
    vpc = next(c for c in modules() if c.folder.name == "vpc")
    fresh = readme_tables.tables(vpc)
    assert "| `nat_gateway` |" in fresh
    vpc.texts["variables.tf"] += (
        'variable "zone" {\n  description = "New."\n  type = string\n}\n'
    )
    changed = Configuration.__new__(Configuration)
    changed.folder, changed.texts = vpc.folder, vpc.texts
    assert readme_tables.tables(changed) != fresh
    assert "| `zone` | New. | `string` | required |" in readme_tables.tables(changed)


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: str(page.relative_to(CHECKOUT))
)
def test_fences_call_modules_as_they_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = {c.folder.name: c for c in modules()}
    calls = 0
    for fence in fences.FENCE.finditer(text):
        for block in parse(fence["text"]).get("module", []):
            for name, body in block.items():
                found = SOURCE.search(str(body.get("source", "")))
                if name.startswith("__") or not found or found["module"] not in known:
                    continue
                _fits(known[found["module"]], body)
                calls += 1
    print(f"\n{calls} module calls in {page}")


def _fits(module: Configuration, body: dict[str, object]) -> None:
    meta = {"source", "version", "count", "for_each", "providers"}
    given = {key for key in body if not key.startswith("__")} - meta
    required = {n for n, v in module.variables.items() if "default" not in v}
    assert given <= module.variables.keys()
    assert required <= given
