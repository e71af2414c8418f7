"""What Terraform itself says: format, validity, tests with mocked providers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.modules import fences
from tests.modules.configuration import CHECKOUT, modules, stacks
from tests.modules.conftest import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.modules.conftest import Terraform

MODULES: Final = [c.name for c in modules()]
STACKS: Final = [c.name for c in stacks()]
SUMMARY: Final = re.compile(r"(?P<passed>\d+) passed, (?P<failed>\d+) failed")


def test_format(terraform: Terraform) -> None:
    for folder in ("modules", "terraform"):
        run = terraform.run(folder, "fmt", "-check", "-recursive", "-diff")
        assert (run.returncode, run.stdout) == (0, "")


def test_format_finds_what_is_not_formatted(terraform: Terraform) -> None:
    folder = terraform.copy / "unformatted"
    folder.mkdir()
    (folder / "main.tf").write_text("locals{\na=1\n}\n")
    assert terraform.run("unformatted", "fmt", "-check").returncode == 3


@pytest.mark.parametrize("name", [*MODULES, *STACKS])
def test_valid_without_a_warning(terraform: Terraform, name: str) -> None:
    terraform.init(name)
    run = terraform.run(name, "validate", "-json")
    report = json.loads(run.stdout)
    print(f"\n{name}: valid {report['valid']}, warnings {report['warning_count']}")
    assert report["diagnostics"] == []
    assert report["valid"]


@pytest.mark.parametrize("name", MODULES)
def test_with_mocked_providers(terraform: Terraform, name: str) -> None:
    runs = next(len(c.tests) for c in modules() if c.name == name)
    assert runs > 0
    terraform.init(name)
    run = terraform.run(name, "test", "-no-color")
    found = SUMMARY.search(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert found is not None
    print(f"\n{name}: {found[0]}")
    assert (int(found["passed"]), int(found["failed"])) == (runs, 0)


def test_inputs_that_are_unknown_at_plan(terraform: Terraform) -> None:
    """No count and no for_each hangs on what another resource gives."""
    terraform.init(UNKNOWN)
    run = terraform.run(UNKNOWN, "test", "-no-color")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed, 0 failed" in run.stdout


def test_calls_in_the_pages_are_valid(terraform: Terraform) -> None:
    """Every module call in a README or page, against the module as it is."""
    known = {c.folder.name for c in modules()}
    pages = sorted(
        page
        for pattern in ("modules/*/*.md", "terraform/*/*.md", "docs/*/*.md")
        for page in CHECKOUT.glob(pattern)
    )
    found = [call for page in pages for call in fences.calls(page, known)]
    folder = terraform.copy / "fences"
    folder.mkdir()
    (folder / "main.tf").write_text(fences.numbered(found))
    terraform.init("fences")
    run = terraform.run("fences", "validate", "-json")
    print(f"\n{len(found)} module calls in {len(pages)} pages")
    diagnostics = json.loads(run.stdout)["diagnostics"]
    assert [(d["summary"], d["detail"]) for d in diagnostics] == []
    assert len(found) > 14


def test_a_wrong_call_in_a_page_is_found(terraform: Terraform, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '```hcl\nmodule "vpc" {\n  source = "../vpc"\n  name = module.a.b\n'
        "  nat_gateway = { none = true }\n}\n```\n"
    )
    folder = terraform.copy / "wrong"
    folder.mkdir()
    (folder / "main.tf").write_text(fences.numbered(fences.calls(page, {"vpc"})))
    terraform.init("wrong")
    report = json.loads(terraform.run("wrong", "validate", "-json").stdout)
    assert [d["summary"] for d in report["diagnostics"]] == [
        "Invalid value for input variable"
    ]
