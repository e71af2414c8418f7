"""One emulator and one copy of the checkout for this process. Not a test.

No stack is destroyed at a module's end, save by the test of just that: the emulator
ends, and the account with it. The suites need pytest-terraform's plugin, which is off
by default because it ends every run on a machine without Terraform:
``pytest -p terraform tests/terraform``.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

pytest.register_assert_rewrite("tests.terraform.checks")

from tests.terraform import checks  # noqa: E402 - after the line above
from tests.terraform_rig import (  # noqa: E402
    emulator,
    engines,
    mirror,
    situations,
    workspace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terraform_rig.emulator import Emulator

PLUGIN: Final = "terraform"
REASON: Final = "tests/terraform: not collected, it needs `-p terraform`"
collect_ignore_glob: list[str] = []
_cleanup = contextlib.ExitStack()
_shared: dict[str, Any] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Start the emulator and point pytest-terraform at the copy, before it looks."""
    if not config.pluginmanager.hasplugin(PLUGIN):
        collect_ignore_glob.append("test_*.py")
        return
    if config.option.collectonly or _is_controller(config):
        config.option.dest_tf_binary = config.option.dest_tf_binary or "terraform"
        return
    place, cloud = _cleanup.enter_context(workspace.workspace(situations.REGION))
    _shared.update(place=place, cloud=cloud)
    config.option.dest_tf_binary = place.engine.command
    config.option.dest_tf_mod_dir = str(place.root / "terraform")
    for name in set(os.environ) - set(place.environment):
        os.environ.pop(name)
    os.environ.update(place.environment)


def pytest_unconfigure() -> None:
    """Stop the emulator and take the copy away."""
    _cleanup.close()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which engine and which provider these results speak of."""
    if not config.pluginmanager.hasplugin(PLUGIN):
        return [REASON]
    if "place" not in _shared:
        return []
    engine = _shared["place"].engine
    external = mirror.external_name()
    return [f"terraform {engine.version} ({engine.origin}); external: {external}"]


def _is_controller(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "numprocesses", None)) and not hasattr(
        config, "workerinput"
    )


@pytest.fixture(scope="session")
def place() -> workspace.Workspace:
    """Give the copy of the checkout, the engine and the environment."""
    found: workspace.Workspace = _shared["place"]
    return found


@pytest.fixture(scope="session")
def cloud() -> Emulator:
    """Give the emulator of this process."""
    found: Emulator = _shared["cloud"]
    return found


@pytest.fixture(scope="module")
def situation(
    request: pytest.FixtureRequest, place: workspace.Workspace, cloud: Emulator
) -> Iterator[dict[str, Any]]:
    """Make what the module's stack expects, and set its variables."""
    name = request.module.STACK
    variables = situations.prepare(name, cloud)
    file = place.root / "terraform" / name / "test.auto.tfvars.json"
    file.write_text(json.dumps(variables))
    yield variables
    file.unlink()


@pytest.fixture(scope="module")
def before(cloud: Emulator, situation: dict[str, Any]) -> dict[str, list[str]]:
    """Take stock of the account once the situation is made and nothing is applied."""
    assert situation
    return checks.inventory(cloud)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for an engine on every one that this machine has."""
    if "engine" in metafunc.fixturenames:
        name = tempfile.TemporaryDirectory(prefix="fargate-instrument-engine-")
        folder = Path(_cleanup.enter_context(name))
        found = engines.engines(folder)
        names = [f"terraform-{engine.version}" for engine in found]
        metafunc.parametrize("engine", found, ids=names, scope="session")


@pytest.fixture(scope="session")
def cli(
    tmp_path_factory: pytest.TempPathFactory, engine: engines.Engine
) -> dict[str, str]:
    """Give the environment of a root module that needs no account."""
    folder = tmp_path_factory.mktemp("cli")
    return {
        **emulator.clean_environment(),
        **mirror.cli_configuration(folder, engine.command),
    }


@pytest.fixture(scope="session")
def cloud_environment(cloud: Emulator) -> dict[str, str]:
    """Give what points an AWS client at the emulator of this process."""
    return cloud.environment(situations.REGION)
