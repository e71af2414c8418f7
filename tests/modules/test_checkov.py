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
BROKEN: Final = """
resource "aws_security_group" "broken" {
  name = "open"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def _runner() -> list[str]:
    """Find uv, which runs checkov in an environment of its own (it pins much)."""
    if importlib.util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv", "tool", "run"]
    if found := shutil.which("uvx"):
        return [found]
    pytest.skip("no uv: checkov needs an environment of its own, and uv makes it")


def _report(folder: Path) -> dict[str, Any]:
    """Run checkov once; it takes some seconds to start."""
    command = [*_runner(), "--quiet", "--from", f"checkov=={VERSION}", "checkov"]
    arguments = ["--framework", "terraform", "--skip-download", "--output", "json"]
    run = subprocess.run(
        [*command, "--directory", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
    )
    if not run.stdout.startswith("{"):
        pytest.skip(f"checkov {VERSION} cannot be had: {run.stderr.strip()[-300:]}")
    report: dict[str, Any] = json.loads(run.stdout)
    return report


def test_nothing_fails_but_what_is_broken_on_purpose(tmp_path: Path) -> None:
    for folder in FOLDERS:
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=LEFT_OUT)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/main.tf").write_text(BROKEN)
    report = _report(tmp_path)
    results = report["results"]
    summary = report["summary"]
    failed = {
        (f["check_id"], f["resource"], f["file_path"].startswith("/broken/"))
        for f in results["failed_checks"]
    }
    ours = sorted(f"{check} {where}" for check, where, broken in failed if not broken)
    print(
        f"\ncheckov {summary['checkov_version']}: {summary['passed']} passed, "
        f"{len(ours)} failed, {summary['skipped']} skipped, "
        f"{summary['resource_count']} resources; of the broken one {len(failed)} failed"
    )
    assert ours == []
    assert ("CKV_AWS_24", "aws_security_group.broken", True) in failed
    assert results["parsing_errors"] == []
    assert summary["passed"] > 100
    assert summary["resource_count"] > 60
    page = SKIPS_PAGE.read_text(encoding="utf-8")
    for skipped in results["skipped_checks"]:
        reason = skipped["check_result"]["suppress_comment"]
        assert len(reason.split()) > 4
        assert reason.strip() in page


def test_no_skip_stands_outside_the_code() -> None:
    assert [*CHECKOUT.glob("**/.checkov.y*ml")] == []
    skips = sum(c.text.count("checkov:skip=") for c in (*modules(), *stacks()))
    page = SKIPS_PAGE.read_text(encoding="utf-8")
    table = page.split(readme_tables.BEGIN)[1].split(readme_tables.END)[0]
    print(f"\n{skips} skips in the code")
    assert table.count("| CKV") == skips
