"""One emulator for the suite of its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terraform_rig import emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terraform_rig.emulator import Emulator


@pytest.fixture(scope="module")
def cloud() -> Iterator[Emulator]:
    """Run an emulator that this module has for itself."""
    with emulator.running() as running:
        yield running
