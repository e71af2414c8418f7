"""Root modules that a user might write, made in a folder. Not stacks of the project.

They need the external provider alone, so they are quick, and every engine runs them.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from tests.terraform_rig import mirror, workspace
from tests.terraform_rig.workspace import Stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.terraform_rig.engines import Engine

# The interpreter beneath the environment, without any installed package.
BARE_PYTHON: Final = [getattr(sys, "_base_executable", sys.executable), "-S"]
SECRET_ARN: Final = (
    "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf"  # noqa: S105 - a name
)
TAG: Final = "v0.0.1-consumer"


def root(
    folder: Path, engine: Engine, environment: Mapping[str, str], **files: str
) -> Stack:
    """Write a root module, each keyword a file, and make it ready."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.tf").write_text(text)
    stack = Stack(folder, engine.command, environment)
    stack.init()
    return stack


def tagged_clone(folder: Path) -> str:
    """Make a repository of the checkout as it is, with a tag; return its address."""
    repository = workspace.copy_checkout(folder)
    settings = ("-c", "user.name=Consumer", "-c", "user.email=consumer@example.org")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "--all"),
        (*settings, "commit", "--quiet", "--message=State of the checkout"),
        ("tag", TAG),
    ):
        subprocess.run(["git", *words], cwd=repository, check=True)
    return f"git::file://{repository}"


def main_module() -> Path:
    """Give the module that every face stands on, in this checkout."""
    return mirror.CHECKOUT / "modules" / "instrument"
