"""A temporary copy of the checkout in which Terraform may write. Not a Terraform API.

The stacks and modules are copied as they are; nothing in them is changed, so what
runs here is what a user runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.terraform_rig import emulator, engines, mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PARTS: Final = ("fargate_instrument", "modules", "terraform")
LEFT_OUT: Final = shutil.ignore_patterns(
    ".terraform", "__pycache__", "*.tfstate", "*.tfstate.*", ".terraform.lock.hcl"
)
NO_CHANGES: Final = 0
CHANGES: Final = 2


class TerraformError(RuntimeError):
    """Terraform ended with an error; the text is what it printed."""


class Run(NamedTuple):
    """One finished command: its exit status and all it printed."""

    status: int
    text: str


class Stack:
    """A root module, the engine that runs it, and the environment it runs in."""

    def __init__(
        self, folder: Path, command: str, environment: Mapping[str, str]
    ) -> None:
        self.folder = folder
        self.command = command
        self.environment = dict(environment)
        # Seconds that an interrupted run may take to end by itself.
        self.patience = 5.0

    def run(self, *words: str, variables: Mapping[str, Any] | None = None) -> Run:
        """Run one Terraform command and keep what it prints."""
        done = subprocess.run(
            [self.command, *words, *_assignments(variables)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode("utf-8", errors="replace"))

    def must(self, *words: str, variables: Mapping[str, Any] | None = None) -> str:
        """Run one command that has to succeed."""
        done = self.run(*words, variables=variables)
        if done.status:
            raise TerraformError(f"terraform {' '.join(words)}:\n{done.text}")
        return done.text

    def init(self) -> str:
        """Make the folder ready."""
        return self.must("init", "-input=false", "-no-color")

    def plan(self, *words: str, variables: Mapping[str, Any] | None = None) -> Run:
        """Plan; the status is 0 without changes, 2 with changes, 1 on errors."""
        flags = ("-detailed-exitcode", "-input=false", "-no-color", "-lock=false")
        return self.run("plan", *flags, *words, variables=variables)

    def apply(self, *words: str, variables: Mapping[str, Any] | None = None) -> str:
        """Apply without asking."""
        flags = ("-auto-approve", "-input=false", "-no-color")
        return self.must("apply", *flags, *words, variables=variables)

    def destroy(self, variables: Mapping[str, Any] | None = None) -> str:
        """Destroy without asking."""
        flags = ("-auto-approve", "-input=false", "-no-color")
        return self.must("destroy", *flags, variables=variables)

    def outputs(self) -> dict[str, Any]:
        """Read the root module's outputs."""
        printed = json.loads(self.must("output", "-json", "-no-color"))
        return {name: output["value"] for name, output in printed.items()}

    def state(self) -> dict[str, Any]:
        """Read the state as ``terraform show`` gives it."""
        shown: dict[str, Any] = json.loads(self.must("show", "-json", "-no-color"))
        return shown

    def planned(self, file: str = "saved.tfplan", **variables: str) -> dict[str, Any]:
        """Plan into a file and read it as JSON."""
        done = self.plan(f"-out={file}", variables=variables)
        if done.status == 1:
            raise TerraformError(done.text)
        shown: dict[str, Any] = json.loads(self.must("show", "-json", file))
        return shown


def copy_checkout(directory: Path) -> Path:
    """Copy what a stack needs to run; return the copy's root."""
    root = directory / "checkout"
    for part in PARTS:
        shutil.copytree(mirror.CHECKOUT / part, root / part, ignore=LEFT_OUT)
    return root


class Workspace(NamedTuple):
    """A copy of the checkout, an engine, and the environment to run stacks in."""

    root: Path
    engine: engines.Engine
    environment: dict[str, str]

    def stack(self, name: str) -> Stack:
        """Take one of the stacks under ``terraform/``."""
        return Stack(
            self.root / "terraform" / name, self.engine.command, self.environment
        )

    def elsewhere(self, folder: Path) -> Stack:
        """Take a root module outside the copy."""
        return Stack(folder, self.engine.command, self.environment)


@contextlib.contextmanager
def workspace(
    region: str, engine: engines.Engine | None = None
) -> Iterator[tuple[Workspace, emulator.Emulator]]:
    """Copy the checkout, start an emulator, and take both away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="fargate-instrument-") as name,
        emulator.running() as cloud,
    ):
        directory = Path(name)
        chosen = engine or engines.engine(directory)
        environment = {
            **emulator.clean_environment(),
            **mirror.cli_configuration(directory / "cli", chosen.command),
            **cloud.environment(region),
        }
        yield Workspace(copy_checkout(directory), chosen, environment), cloud


def _assignments(variables: Mapping[str, Any] | None) -> list[str]:
    return [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in (variables or {}).items()
    ]


def path_with(folder: str) -> str:
    """Give a PATH that begins with the folder."""
    return os.pathsep.join([folder, os.environ.get("PATH", "")])
