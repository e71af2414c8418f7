"""Options and settings of all suites; fixtures belong to the suite that needs them."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "shrink",
    parent=settings.get_profile("project"),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("project")
"""``--hypothesis-profile=shrink`` makes a failing example small, which takes longer."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one way to write goldens."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the program gives into tests/golden; every written case fails",
    )


INSTALLED = ("registry needs", "no Terraform", "no uv", "checkov", "no bindings")
"""Reasons that name what CI installs: there, such a skip hides a broken set-up."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a strict run that lacks a tool which was to be installed."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if not reporter or not os.environ.get("FARGATE_INSTRUMENT_STRICT"):
        return
    reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", ())]
    lacking = [one for one in reasons if any(word in one for word in INSTALLED)]
    if lacking:
        reporter.write_line(f"strict: {len(lacking)} tests lack what CI installs")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
