"""What the audit suite shares: the command with its streams in memory."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument import commands
from fargate_instrument.core.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SENSITIVE = ("AWS_", "HTTP_", "HTTPS_", "NO_", "ALL_", "FORCE_COLOR")


@dataclass
class Streams:
    """The shell's streams, in memory."""

    stdin: io.BytesIO
    out_is_terminal: bool = False
    in_is_terminal: bool = False
    written: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def read(self) -> bytes:
        return self.stdin.read()

    def out(self, text: str) -> None:
        self.written.append(text)

    def err(self, text: str) -> None:
        self.complaints.append(text)


@dataclass
class Outcome:
    """What a run of the command left."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value

    def verdicts(self) -> dict[str, str]:
        """Give the verdict on each container, by its name."""
        rows = self.report["results"]
        return {row["container"]: row["verdict"] for row in rows if row["verdict"]}

    def rules(self) -> list[str]:
        """Give the rules that are broken, in order."""
        return [row["rule"] for row in self.report["results"] if row["rule"]]


@pytest.fixture
def audit() -> Callable[..., Outcome]:
    """Run the command in this process, as the shell does."""

    def run(*words: str | Path, stdin: bytes = b"", terminal: bool = False) -> Outcome:
        streams = Streams(io.BytesIO(stdin), terminal)
        arguments = ["audit", *map(str, words)]
        try:
            status = commands.run(arguments, streams)  # type: ignore[arg-type]
        except Failure as failure:
            return Outcome(1, "".join(streams.written), str(failure))
        return Outcome(status, "".join(streams.written), "".join(streams.complaints))

    return run


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, far from the machine's own AWS settings."""
    for name in list(os.environ):
        if name.upper().startswith(SENSITIVE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path
