"""The main job as a person runs it: one command, progress, a summary, nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests import environment
from tests.terraform_rig import demo, mirror

DEMO: Final = mirror.CHECKOUT / "terraform" / "demo.py"
QUICK: Final = ("--stack", "existing-vpc")
PATIENCE: Final = 1800  # seconds until a hang fails; no measure of anything


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the command a folder for temporary files that is its alone."""
    environment.ensure()  # here, so that making it leaves nothing in the folder
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in ("AWS_ENDPOINT_URL", "TF_CLI_CONFIG_FILE", "TF_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(DEMO), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _processes(mark: str) -> list[str]:
    """List the processes whose command line or environment holds the mark."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in text and int(entry.name) != os.getpid():
            found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


def _nothing_left(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while (running := _processes(str(folder))) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert running == []
    assert [item.name for item in folder.iterdir()] == []
    assert not demo.KEPT.exists()


def test_applies_shows_and_destroys(folder: Path) -> None:
    process = _start(*QUICK)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, printed
    assert re.search(r"AWS emulator on http://127\.0\.0\.1:\d+", printed)
    assert "create module.event_generator.aws_ecs_service.this[0]" in printed
    assert "pid mode" in printed
    before, _, after = printed.partition("container event-generator: before and after")
    assert "event_generator" in before
    assert '-     "/bin/event-generator"' in after
    assert '+     "/opt/draios/bin/instrument"' in after
    assert "container SysdigInstrumentation: added" in after
    assert "delete module.event_generator.aws_ecs_service.this[0]" in after
    assert re.search(r"Applied, read back and destroyed in \d+ s\.", after)
    _nothing_left(folder)


def test_interrupt_leaves_nothing_behind(folder: Path) -> None:
    process = _start(*QUICK)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("  create "):
            break
    os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == demo.INTERRUPTED, printed
    assert "Traceback" not in printed
    _nothing_left(folder)


def test_kept_stack_is_destroyed_by_the_other_flag(folder: Path) -> None:
    if demo.SESSION.exists():
        pytest.fail("a kept stack is up: python3 -I terraform/demo.py --destroy")
    process = _start("--keep", *QUICK)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, printed
    assert demo.SESSION.exists()
    again = _start(*QUICK)
    refused, _ = again.communicate(timeout=PATIENCE)
    assert again.returncode == 1
    assert "--destroy" in refused
    taken = _start("--destroy")
    printed, _ = taken.communicate(timeout=PATIENCE)
    assert taken.returncode == 0, printed
    assert "nothing is left" in printed
    _nothing_left(folder)


def test_real_account_needs_its_number(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cloud_environment: dict[str, str]
) -> None:
    for name, value in cloud_environment.items():
        monkeypatch.setenv(name, value)
    process = _start("--aws", *QUICK)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "real resources, which cost money, in AWS account 123456789012" in printed
    assert "create " not in printed
    _nothing_left(folder)
