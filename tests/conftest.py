"""Options and settings of all suites; fixtures belong to the suite that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import pytest

settings.register_profile(
    "project",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one way to write goldens."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the program gives into tests/golden; every written case fails",
    )
