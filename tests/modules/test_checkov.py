"""checkov over modules and stacks: nothing fails, and every skip has its reason."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.modules import readme_tables
from tests.modules.configuration import CHECKOUT, modules, stacks
from tests.modules.conftest import LEFT_OUT
from tests.modules.readme_tables import SKIPS_PAGE

if TYPE_CHECKING:
    from pathlib import Path

VERSION: Final = "3.3.30"
FOLDERS: Final = ("modules", "terraform")


def _runner() -> list[str]:
    """Find uv, which runs checkov in an environment of its own (it pins much)."""
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv", "tool", "run"]
    if found := shutil.which("uvx"):
        return [found]
    pytest.skip("no uv: checkov needs an environment of its own, and uv makes it")


def _report(folder: Path) -> dict[str, Any]:
    command = [*_runner(), "--quiet", "--from", f"checkov=={VERSION}", "checkov"]
    here = subprocess.run(
        [*command, "--version"], capture_output=True, text=True, check=False
    )
    if here.returncode != 0:
        pytest.skip(f"checkov {VERSION} cannot be had: {here.stderr.strip()[-200:]}")
    arguments = ["--framework", "terraform", "--skip-download", "--output", "json"]
    run = subprocess.run(
        [*command, "--directory", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
    )
    report: dict[str, Any] = json.loads(run.stdout)
    return report


def test_nothing_fails(tmp_path: Path) -> None:
    for folder in FOLDERS:
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=LEFT_OUT)
    report = _report(tmp_path)
    results = report["results"]
    summary = report["summary"]
    print(
        f"\ncheckov {summary['checkov_version']}: {summary['passed']} passed, "
        f"{summary['failed']} failed, {summary['skipped']} skipped, "
        f"{summary['resource_count']} resources"
    )
    failed = [(f["check_id"], f["resource"]) for f in results["failed_checks"]]
    assert failed == []
    assert results["parsing_errors"] == []
    assert summary["passed"] > 100
    assert summary["resource_count"] > 60
    page = SKIPS_PAGE.read_text(encoding="utf-8")
    for skipped in results["skipped_checks"]:
        reason = skipped["check_result"]["suppress_comment"]
        assert len(reason.split()) > 4
        assert reason.strip() in page


def test_a_failure_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'resource "aws_security_group" "a" {\n  name = "a"\n'
        '  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n'
        '    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
    )
    assert _report(tmp_path)["summary"]["failed"] > 0


def test_no_skip_stands_outside_the_code() -> None:
    assert [*CHECKOUT.glob("**/.checkov.y*ml")] == []
    skips = sum(c.text.count("checkov:skip=") for c in (*modules(), *stacks()))
    page = SKIPS_PAGE.read_text(encoding="utf-8")
    table = page.split(readme_tables.BEGIN)[1].split(readme_tables.END)[0]
    print(f"\n{skips} skips in the code")
    assert table.count("| CKV") == skips
