"""What is started in a folder full of traps runs none of them.

A trap is a file that Python, pip or a shell would take from the current folder or by a
variable of the environment; each leaves a mark when it runs. The action's steps and the
hooks are run as they stand, from a copy of the clone, so that they install too.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from locked import installing
from tests.audit import test_gates as gates

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT: Final = Path(__file__).resolve().parents[2]
TRAP: Final = (
    "import os\n"
    "open(os.path.join({place!r}, {name!r}), 'w').close()\n"
    "raise SystemExit('a trap ran: ' + {name!r})\n"
)
MODULES: Final = (
    *("argparse", "ast", "boto3", "hashlib", "hcl2", "html", "json", "lark"),
    *("logging", "pathlib", "pip", "platform", "pydantic", "re", "rich", "shutil"),
    *("sitecustomize", "ssl", "subprocess", "tempfile", "typing", "urllib"),
    *("urllib3", "usercustomize", "uv", "venv", "setup", "conftest", "ensurepip"),
)
PACKAGES: Final = ("fargate_instrument", "locked", "pip", "tests", "venv")
HOSTILE: Final = {
    "PYTHONPATH": ".",
    "PYTHONHOME": "/nonexistent",
    "PYTHONSTARTUP": "sitecustomize.py",
    "PYTHONUSERBASE": ".",
    "PYTHONINSPECT": "1",
    "PYTHONWARNINGS": "error",
    "PIP_CONFIG_FILE": "pip.conf",
    "PIP_REQUIREMENT": "evil.txt",
    "PIP_TARGET": ".",
    "PIP_NO_DEPS": "0",
}


class Traps:
    """A folder of traps, and the marks of those that have run."""

    def __init__(self, top: Path) -> None:
        self.folder = top / "hostile checkout"
        self.marks = top / "marks"
        self.folder.mkdir()
        self.marks.mkdir()
        for name in MODULES:
            self._trap(self.folder / f"{name}.py")
        for name in PACKAGES:
            (self.folder / name).mkdir()
            for part in ("__init__.py", "__main__.py"):
                self._trap(self.folder / name / part)
        for name in ("python3", "python", "pip3", "env", "dirname", "uv"):
            program = self.folder / name
            place = shlex.quote(str(self.marks / name))
            program.write_text(f"#!/bin/sh\ntouch {place}\n")
            program.chmod(0o755)
        (self.folder / "evil.txt").write_text("./evil-1.0-py3-none-any.whl\n")
        (self.folder / "pip.conf").write_text(
            "[global]\nindex-url = http://127.0.0.1:9/\nno-deps = false\n"
            "[install]\nrequirement = evil.txt\ntarget = .\n"
        )
        (self.folder / "pyvenv.cfg").write_text("home = /nonexistent\n")

    def _trap(self, path: Path) -> None:
        name = str(path.relative_to(self.folder)).replace("/", "+")
        path.write_text(TRAP.format(place=str(self.marks), name=name))

    def sprung(self) -> list[str]:
        """List the traps that have run."""
        return sorted(path.name for path in self.marks.iterdir())

    def left(self) -> set[str]:
        """List what stands in the folder, compiled files included."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


@pytest.fixture
def traps(tmp_path: Path) -> Traps:
    return Traps(tmp_path)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy what a clone at a tag has, without anything that is installed already."""
    made = tmp_path_factory.mktemp("clone") / "fargate instrument"
    for name in ("fargate_instrument", "locked"):
        shutil.copytree(
            CHECKOUT / name, made / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    yield made
    shutil.rmtree(made)


def hostile(clone: Path) -> dict[str, str]:
    """Give an environment that leads into the current folder wherever it can."""
    return {**gates.runners(), **HOSTILE, "GITHUB_ACTION_PATH": str(clone)}


def ran(
    words: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("name", MODULES)
def test_the_traps_work(traps: Traps, tmp_path: Path, name: str) -> None:
    """The twin: each, alone in a folder and without isolation, is what is imported."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(traps.folder / f"{name}.py", alone)
    code = f"import sys; sys.modules.pop({name!r}, None); import {name}"
    environment = {**os.environ, "PYTHONPATH": "."}
    done = ran([sys.executable, "-c", code], alone, environment)
    assert (done.returncode, traps.sprung()) == (1, [f"{name}.py"])
    shutil.rmtree(traps.marks)
    traps.marks.mkdir()
    ran([sys.executable, "-I", "-c", code], alone, environment)
    assert traps.sprung() == []


def test_the_action_s_steps_run_nothing_of_the_checkout(
    traps: Traps, clone: Path
) -> None:
    bare = {"name": "web", "image": "w:1", "entryPoint": ["/app"]}
    (traps.folder / "task.json").write_text(json.dumps([bare]))
    (traps.folder / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "good" {\n  family = "good"\n'
        f"  container_definitions = {json.dumps(json.dumps(good()))}\n}}\n"
    )
    before = traps.left()
    done = gates.action(traps.folder, hostile(clone), output="report.txt")
    assert traps.sprung() == []
    assert done.returncode == 1, done.stderr
    assert traps.left() - before == {"report.txt"}
    report = (traps.folder / "report.txt").read_text()
    assert "FIA001 not-instrumented" in report
    assert "aws_ecs_task_definition.good (main.tf:3)" in report
    assert "1 not instrumented" in report
    passed = gates.action(traps.folder, hostile(clone), paths="main.tf")
    assert (passed.returncode, traps.sprung()) == (0, []), passed.stdout


def good() -> list[object]:
    return list(gates.GOOD["containerDefinitions"])


@pytest.mark.parametrize("name", gates.BY_ID)
def test_the_hooks_run_nothing_of_the_checkout(
    traps: Traps, clone: Path, name: str
) -> None:
    (traps.folder / "task-definition.json").write_text(json.dumps(gates.BARE))
    hook = gates.BY_ID[name]
    arguments: list[str] = hook.get("args", [])
    program, *words = [*shlex.split(hook["entry"]), *arguments]
    files = ["task-definition.json"] if hook.get("pass_filenames", True) else []
    done = ran([str(clone / program), *words, *files], traps.folder, hostile(clone))
    assert traps.sprung() == []
    assert done.returncode == (1 if "audit" in name else 0), done.stdout + done.stderr


@pytest.mark.parametrize(
    "program", ["tests/environment.py", "tests/run.py", "terraform/demo.py"]
)
def test_what_the_docs_tell_to_run_runs_nothing_of_the_current_folder(
    traps: Traps, program: str
) -> None:
    words = ["--version"] if program.endswith("run.py") else ["--help"]
    interpreter = getattr(sys, "_base_executable", sys.executable)
    done = ran(
        [interpreter, "-I", str(CHECKOUT / program), *words],
        traps.folder,
        hostile(CHECKOUT),
    )
    assert traps.sprung() == []
    assert done.returncode == 0, done.stdout + done.stderr


def test_pip_is_told_where_the_index_is_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    made = installing.clean_environment()
    steered = {key for key in made if key.upper().startswith(("PYTHON", "PIP_"))}
    assert steered <= {*installing.HEEDED, "PIP_CONFIG_FILE"}
    assert made["PIP_INDEX_URL"] == "https://index.example/simple"
    assert made["PIP_CONFIG_FILE"] == os.devnull
