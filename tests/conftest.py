"""Options and settings of all suites; fixtures belong to the suite that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    import pytest

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
