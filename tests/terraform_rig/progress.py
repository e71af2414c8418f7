"""Terraform's machine-readable log as something a person can follow. Not a logger.

On a terminal one line moves; elsewhere each finished resource is a line of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any, Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

if TYPE_CHECKING:
    from rich.console import Console

    from tests.terraform_rig.workspace import Stack

_PATIENCE: Final = 5.0


class FailedError(RuntimeError):
    """Terraform reported errors; the text holds each of them."""


class Follower:
    """Counts what is planned and done, and keeps the diagnostics."""

    def __init__(self, console: Console, progress: Progress, title: str) -> None:
        self.console = console
        self.progress = progress
        self.task = progress.add_task(title, total=None, what="reading the account")
        self.done = 0
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def take(self, line: str) -> None:
        """Take one line of the log; what is no event is passed over."""
        try:
            event = json.loads(line)
        except ValueError:
            return
        match event.get("type"):
            case "change_summary":
                self._planned(event["changes"])
            case "apply_start" | "apply_progress":
                self._show(event["hook"]["resource"]["addr"])
            case "apply_complete":
                self._finished(event["hook"])
            case "diagnostic":
                self._diagnosed(event["diagnostic"])
            case _:
                pass

    def _planned(self, changes: dict[str, Any]) -> None:
        if changes["operation"] == "plan":
            total = sum(changes[kind] for kind in ("add", "change", "remove"))
            self.progress.update(self.task, total=total)

    def _show(self, address: str) -> None:
        self.progress.update(self.task, what=_short(address))

    def _finished(self, hook: dict[str, Any]) -> None:
        address = hook["resource"]["addr"]
        if hook["action"] == "read":
            self._show(address)
            return
        self.done += 1
        self.progress.update(self.task, completed=self.done, what=_short(address))
        if not self.console.is_terminal:
            self.console.print(f"  {hook['action']} {address}", soft_wrap=True)

    def _diagnosed(self, diagnostic: dict[str, Any]) -> None:
        text = "\n".join(filter(None, [diagnostic["summary"], diagnostic["detail"]]))
        severe = diagnostic["severity"] == "error"
        (self.errors if severe else self.warnings).append(text)


def follow(stack: Stack, console: Console, title: str, words: list[str]) -> Follower:
    """Run one Terraform command with ``-json`` and show how it goes.

    Raises FailedError with all that went wrong. An interrupt ends Terraform first.
    """
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        follower = Follower(console, progress, title)
        status = _stream(stack, words, follower)
    if status or follower.errors:
        raise FailedError("\n\n".join(follower.errors) or f"exit status {status}")
    return follower


def _stream(stack: Stack, words: list[str], follower: Follower) -> int:
    process = subprocess.Popen(
        [stack.command, *words],
        cwd=stack.folder,
        env=stack.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    with process:
        try:
            for line in process.stdout or ():
                follower.take(line)
            return process.wait()
        except KeyboardInterrupt:
            end(process, stack.patience)
            raise


def end(process: subprocess.Popen[str], patience: float = _PATIENCE) -> None:
    """Ask Terraform to end; end it and its providers if it does not."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _short(address: str) -> str:
    return address.removeprefix("module.").replace(".module.", ".")
