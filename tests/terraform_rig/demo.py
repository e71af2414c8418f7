"""The main job: applies a stack, shows what was built, takes it away again. Not a test.

By default the account is an emulator on loopback. A real account needs ``--aws`` and
its number typed in, and no other flag leads there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from rich.console import Console

from tests.terraform_rig import (
    emulator,
    engines,
    mirror,
    progress,
    situations,
    summary,
    workspace,
)
from tests.terraform_rig.workspace import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT: Final = mirror.CACHE / "demo"
SESSION: Final = KEPT / "session.json"
INTERRUPTED: Final = 130
_REAL_PATIENCE: Final = 1800.0


class DemoError(RuntimeError):
    """Something the user can put right; the text says what."""


def main(words: list[str]) -> int:
    """Run the command line; give the exit status."""
    options = _parser().parse_args(words)
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        if options.destroy:
            return _destroy_kept(console)
        return _run(options, console)
    except KeyboardInterrupt:
        console.print("interrupted", style="yellow")
        return INTERRUPTED
    except (
        DemoError,
        emulator.EmulatorError,
        engines.NoEngineError,
        mirror.NoProviderError,
        progress.FailedError,
        workspace.TerraformError,
    ) as error:
        Console(stderr=True, highlight=False, markup=False, emoji=False).print(
            str(error), soft_wrap=True
        )
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -I terraform/demo.py",
        description="Applies a stack to an AWS emulator on this machine, shows the "
        "instrumented service, and destroys everything again.",
    )
    parser.add_argument(
        "--stack",
        default="walkthrough",
        choices=sorted(situations.SITUATIONS),
        help="the folder under terraform/ to apply (default: walkthrough)",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave it up; --destroy takes it away"
    )
    parser.add_argument(
        "--destroy", action="store_true", help="destroy what --keep has left up"
    )
    parser.add_argument(
        "--aws",
        action="store_true",
        help="apply to the AWS account of your own credentials; asks for its number",
    )
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the stack, as Terraform takes it; may be repeated",
    )
    return parser


def _run(options: argparse.Namespace, console: Console) -> int:
    if SESSION.exists():
        raise DemoError("A stack is still up: run with --destroy first.")
    began = time.monotonic()
    with _account(options, console) as (stack, ecs, flags):
        _say_what_runs(stack, console)
        try:
            progress.follow(stack, console, "apply", ["apply", *flags])
            summary.show(console, stack, summary.read_back(stack, ecs))
            if options.keep:
                _keep(stack, flags, console)
                return 0
        except (progress.FailedError, KeyboardInterrupt):
            if options.aws:
                _destroy(stack, console, flags)
            raise
        _destroy(stack, console, flags)
    took = time.monotonic() - began
    console.print(f"Applied, read back and destroyed in {took:.0f} s.", style="bold")
    return 0


@contextlib.contextmanager
def _account(
    options: argparse.Namespace, console: Console
) -> Iterator[tuple[Stack, Any, list[str]]]:
    """Give the stack in its account, an ECS client for it, and Terraform's flags."""
    kept = options.keep or options.aws
    with contextlib.ExitStack() as cleanup:
        if kept:
            KEPT.mkdir(parents=True, exist_ok=True)
            cleanup.callback(_forget_unless_kept)
            folder = KEPT
        else:
            name = tempfile.TemporaryDirectory(prefix="fargate-instrument-")
            folder = Path(cleanup.enter_context(name))
        engine = engines.engine(folder)
        shared = mirror.cli_configuration(folder / "cli", engine.command)
        root = workspace.copy_checkout(folder)
        place = root / "terraform" / options.stack
        if options.aws:
            yield _real(options, console, Stack(place, engine.command, shared))
            return
        cloud = _emulator(options.keep, cleanup)
        environment = {
            **emulator.clean_environment(),
            **shared,
            **cloud.environment(situations.REGION),
        }
        stack = Stack(place, engine.command, environment)
        variables = situations.prepare(options.stack, cloud)
        if options.keep:
            (KEPT / "emulator.json").write_text(json.dumps(cloud._asdict()))
        console.print(f"AWS emulator on {cloud.url}; nothing leaves this machine")
        yield stack, situations.client(cloud, "ecs"), _flags(variables, options.var)


def _emulator(keep: bool, cleanup: contextlib.ExitStack) -> emulator.Emulator:
    if not keep:
        return cleanup.enter_context(emulator.running())
    cloud = emulator.detached()
    cleanup.callback(lambda: None if SESSION.exists() else cloud.stop())
    return cloud


def _real(
    options: argparse.Namespace, console: Console, stack: Stack
) -> tuple[Stack, Any, list[str]]:
    stack.environment = {**os.environ, **stack.environment}
    stack.patience = _REAL_PATIENCE
    given = dict(word.partition("=")[::2] for word in options.var)
    region = given.get("region", situations.REGION)
    account = boto3.client("sts").get_caller_identity()["Account"]
    console.print(
        f"This builds real resources, which cost money, in AWS account {account}, "
        f"region {region}.",
        style="bold yellow",
    )
    if _typed(console, "Type the account's number to go on: ") != account:
        raise DemoError("Nothing was done.")
    return stack, boto3.client("ecs", region_name=region), _flags({}, options.var)


def _typed(console: Console, question: str) -> str:
    try:
        return console.input(question).strip()
    except EOFError:
        return ""


def _flags(variables: dict[str, Any], words: list[str]) -> list[str]:
    given = [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in variables.items()
    ]
    named = [f"-var={word}" for word in words]
    return ["-json", "-auto-approve", "-input=false", *given, *named]


def _say_what_runs(stack: Stack, console: Console) -> None:
    version = engines.version(stack.command)
    provider = (
        "a stand-in for the external provider (no registry, no mirror has the real one)"
        if mirror.external_is_stand_in()
        else "the external provider"
    )
    console.print(f"Terraform {version}, the AWS provider, {provider}")
    with console.status("terraform init"):
        stack.init()


def _destroy(stack: Stack, console: Console, flags: list[str]) -> None:
    progress.follow(stack, console, "destroy", ["destroy", *flags])
    left = stack.state().get("values", {}).get("root_module", {}).get("resources", [])
    if left:
        raise DemoError(f"{len(left)} resources are left in the state")


def _keep(stack: Stack, flags: list[str], console: Console) -> None:
    session = {"folder": str(stack.folder), "command": stack.command, "flags": flags}
    SESSION.write_text(json.dumps(session))
    console.print(
        "It stays up. Take it away with: python3 -I terraform/demo.py --destroy"
    )


def _forget_unless_kept() -> None:
    if not SESSION.exists():
        shutil.rmtree(KEPT, ignore_errors=True)


def _destroy_kept(console: Console) -> int:
    if not SESSION.exists():
        raise DemoError("Nothing is up.")
    session = json.loads(SESSION.read_text())
    folder = Path(session["folder"])
    shared = mirror.cli_configuration(KEPT / "cli", session["command"])
    stack = Stack(folder, session["command"], {**os.environ, **shared})
    recorded = KEPT / "emulator.json"
    cloud = None
    if recorded.exists():
        cloud = emulator.Emulator(**json.loads(recorded.read_text()))
        stack.environment = {
            **emulator.clean_environment(),
            **shared,
            **cloud.environment(situations.REGION),
        }
    if cloud is None or cloud.answers():
        _destroy(stack, console, session["flags"])
    if cloud is not None:
        cloud.stop()
    shutil.rmtree(KEPT)
    console.print("Destroyed; nothing is left.", style="bold")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
