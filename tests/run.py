"""Runs the tests in the project's environment. Not a test: it chooses and reports.

    python3 -I tests/run.py [arguments of pytest]

Two processes side by side: everything but Terraform, and the suites that apply the
stacks, which need pytest-terraform's plugin. Arguments go to both; where they name
files or folders, only the process that owns them runs.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent
sys.path.insert(0, str(TESTS.parent))

from locked import installing  # noqa: E402 - the path above comes first
from tests import environment  # noqa: E402

TERRAFORM = TESTS / "terraform"
# Four stacks at a time: an apply waits more than it works.
APPLY = ("-p", "terraform", "-n", "4", "--dist", "loadfile")
NOTHING_COLLECTED = 5


def main(words: list[str]) -> int:
    """Run both halves and give the worse exit status."""
    named = [word for word in words if _is_path(word)]
    flags = [word for word in words if word not in named]
    applies = [word for word in named if _applies(word)]
    others = [word for word in named if word not in applies]
    halves: dict[str, list[str]] = {}
    if others or not named:
        places = others or [str(TESTS), f"--ignore={TERRAFORM}"]
        halves["tests"] = ["-n", "2", *flags, *places]
    if applies or not named:
        places = applies or [str(TERRAFORM)]
        halves["terraform"] = [*APPLY, *flags, *places]
    runs = [_Half(name, arguments) for name, arguments in halves.items()]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
        print(run.report, flush=True)
    failed = [run.status for run in runs if run.status not in (0, NOTHING_COLLECTED)]
    return max(failed, default=0)


class _Half(threading.Thread):
    """One pytest process whose output is kept and shown at its end."""

    def __init__(self, title: str, arguments: list[str]) -> None:
        super().__init__()
        self.title = title
        self.arguments = arguments
        self.status = 0
        self.report = ""

    def run(self) -> None:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-I", "-m", "pytest", *self.arguments],
            cwd=TESTS.parent,
            env=installing.clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.status = done.returncode
        took = time.monotonic() - began
        self.report = f"{done.stdout}[{self.title}: {took:.0f} s]"


def _is_path(word: str) -> bool:
    return not word.startswith("-") and Path(word.partition("::")[0]).exists()


def _applies(word: str) -> bool:
    place = Path(word.partition("::")[0]).resolve()
    return TERRAFORM in [place, *place.parents]


if __name__ == "__main__":
    environment.enter(__file__)
    sys.exit(main(sys.argv[1:]))
