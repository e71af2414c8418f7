"""What the registry suite shares: servers, a clean environment, the command."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument import commands, streams
from fargate_instrument.core.errors import Failure
from tests.registry import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER, PASSWORD = "carla", "pass:word/with=signs"
SENSITIVE = ("AWS_", "DOCKER_", "HTTP_", "HTTPS_", "NO_", "ALL_", "REGISTRY_", "SSL_")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's own logins, proxies and AWS credentials out."""
    import os  # noqa: PLC0415  (nothing else here may look at it)

    for name in list(os.environ):
        if name.upper().startswith(SENSITIVE):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)


@dataclass
class Outcome:
    """What a run of ``lock`` left: its status, report and problems."""

    status: int
    out: str
    problems: tuple[Any, ...] = ()
    usage: str = ""

    @property
    def err(self) -> str:
        return "\n".join(problem.lines() for problem in self.problems)


class Streams(streams.Streams):
    """The shell's streams, in memory."""

    def __init__(self, stdin: bytes) -> None:
        super().__init__()
        self.stdin = io.BytesIO(stdin)
        self.written = b""
        self.complaint = ""

    def write(self, data: bytes) -> None:
        self.written += data

    def err(self, text: str) -> None:
        self.complaint += text


def run_lock(*arguments: str, stdin: bytes = b"") -> Outcome:
    streams = Streams(stdin)
    try:
        status = commands.run(["lock", *arguments], streams)
    except Failure as failure:
        return Outcome(1, streams.written.decode(), failure.problems)
    return Outcome(status, streams.written.decode(), usage=streams.complaint)


@pytest.fixture
def lock() -> Callable[..., Outcome]:
    return run_lock


@pytest.fixture
def locked(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Read the lock file that a run has left in the working directory."""

    def read() -> dict[str, Any]:
        text = (tmp_path / "image-configs.lock.json").read_text(encoding="ascii")
        value: dict[str, Any] = json.loads(text)
        assert text == json.dumps(value, indent=2, sort_keys=True) + "\n"
        return value

    return read


@pytest.fixture
def registry() -> Iterator[servers.Scripted]:
    with servers.scripted() as running:
        yield running


def _require_programs() -> None:
    missing = servers.missing_programs()
    if missing:
        pytest.skip(
            f"the real registry needs {', '.join(missing)}:"
            " apt-get install docker-registry skopeo apache2-utils"
        )


@pytest.fixture(scope="session")
def open_registry(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[servers.RealRegistry]:
    """Run a real registry that lets everybody in."""
    _require_programs()
    with servers.real_registry(tmp_path_factory.mktemp("open")) as running:
        yield running


@pytest.fixture(scope="session")
def closed_registry(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[servers.RealRegistry]:
    """Run a real registry that wants a user and a password."""
    _require_programs()
    folder = tmp_path_factory.mktemp("closed")
    with servers.real_registry(folder, USER, PASSWORD) as running:
        yield running
