"""The pre-commit hooks and the GitHub action: sound, and they run what they name."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml  # type: ignore[import-untyped]

from tests.audit.test_writing import store

if TYPE_CHECKING:
    from collections.abc import Mapping

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HOOKS: list[dict[str, Any]] = yaml.safe_load(
    (CHECKOUT / ".pre-commit-hooks.yaml").read_text()
)
ACTION: dict[str, Any] = yaml.safe_load((CHECKOUT / "action.yml").read_text())
BY_ID = {hook["id"]: hook for hook in HOOKS}
FACTS = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
}
BARE = {
    **FACTS,
    "containerDefinitions": [{"name": "web", "image": "w:1", "entryPoint": ["/app"]}],
}
GOOD = {
    **FACTS,
    "containerDefinitions": [
        {
            "name": "web",
            "image": "w:1",
            "entryPoint": ["/opt/draios/bin/instrument", "/app"],
            "volumesFrom": [{"sourceContainer": "agent"}],
        },
        {"name": "agent", "image": "quay.io/sysdig/workload-agent:6"},
    ],
    "pidMode": "task",
}
BROKEN = {**GOOD, "cpu": "7"}


def test_the_hooks_are_sound() -> None:
    schema = store("https://json.schemastore.org/pre-commit-hooks.json")
    jsonschema.Draft7Validator(schema).validate(HOOKS)
    assert set(BY_ID) == {"fargate-instrument-check", "fargate-instrument-audit"}


def hook(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Do what pre-commit does with a hook: its entry, its arguments, the files."""
    one = BY_ID[name]
    files = sorted(path.name for path in folder.iterdir())
    chosen = [file for file in files if re.search(one["files"], file)]
    assert chosen, f"{name} would not run on {files}"
    passed = chosen if one.get("pass_filenames", True) else []
    assert one["language"] == "script"
    arguments: list[str] = one.get("args", [])
    program, *words = [*shlex.split(one["entry"]), *arguments, *passed]
    return subprocess.run(
        [str(CHECKOUT / program), *words],
        cwd=folder,
        env=runners(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "definition", "status"),
    [
        ("fargate-instrument-audit", BARE, 1),
        ("fargate-instrument-audit", GOOD, 0),
        ("fargate-instrument-check", BROKEN, 1),
        ("fargate-instrument-check", BARE, 0),
    ],
)
def test_what_a_hook_runs(
    tmp_path: Path, name: str, definition: Mapping[str, Any], status: int
) -> None:
    (tmp_path / "web.task-definition.json").write_text(json.dumps(definition))
    done = hook(name, tmp_path)
    assert done.returncode == status, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "meant"),
    [
        ("taskdef.json", True),
        ("deploy/task-definition.prod.json", True),
        ("container_definitions.json", True),
        ("package.json", False),
        ("defunct.json", False),
    ],
)
def test_which_files_are_checked(file: str, meant: bool) -> None:
    found = re.search(BY_ID["fargate-instrument-check"]["files"], file)
    assert bool(found) is meant


def test_the_action_is_sound() -> None:
    schema = store("https://json.schemastore.org/github-action.json")
    jsonschema.Draft7Validator(schema).validate(ACTION)
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"], "an input in a script would be run as code"
        checked = subprocess.run(
            ["bash", "-n", "-c", step["run"]], capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stderr


def runners(**more: str) -> dict[str, str]:
    """Give the environment of a machine without this project's own one."""
    kept = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(folder for folder in kept if folder != str(BIN))
    return {**os.environ, "PATH": path, "GITHUB_ACTION_PATH": str(CHECKOUT), **more}


def action(
    folder: Path, environment: Mapping[str, str] | None = None, **inputs: str
) -> subprocess.CompletedProcess[str]:
    """Run the action's steps with inputs, in a folder, as a runner does.

    Gives how the last one ended; the ones before it end well.
    """
    values = {name: spec["default"] for name, spec in ACTION["inputs"].items()}
    values.update(inputs)
    bash = shutil.which("bash")
    assert bash
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        given = {
            name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, text in step.get("env", {}).items()
        }
        done = subprocess.run(
            [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env={**(environment or runners()), **given},
            capture_output=True,
            text=True,
            check=False,
        )
        if step is not ACTION["runs"]["steps"][-1]:
            assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sp ace"
    made.mkdir()
    (made / "good def.json").write_text(json.dumps(GOOD))
    return made


def test_the_action_by_its_defaults(folder: Path) -> None:
    assert action(folder).returncode == 0
    (folder / "bare.json").write_text(json.dumps(BARE))
    done = action(folder)
    assert done.returncode == 1
    assert "not-instrumented" in done.stdout


def test_the_action_with_every_input(folder: Path) -> None:
    entry = {"task_definition": "*", "reason": "x", "expires": "2999-01-01"}
    (folder / "exempt").write_text(json.dumps({"exemptions": [entry]}))
    done = action(
        folder,
        paths="good def.json\n\n",
        agent="prisma_cloud",
        format="sarif",
        exemptions="exempt",
        output="out.sarif",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads((folder / "out.sarif").read_text())["runs"]
    assert run["results"][0]["suppressions"]


def test_the_action_can_check(folder: Path) -> None:
    assert action(folder, command="check", paths="good def.json").returncode == 0
    (folder / "good def.json").write_text(json.dumps(BROKEN))
    assert action(folder, command="check", paths="good def.json").returncode == 1


def test_no_input_is_run_as_code(folder: Path) -> None:
    done = action(folder, paths="$(touch ran)\n`touch ran`\n; touch ran\n--help")
    assert done.returncode == 1
    assert not (folder / "ran").exists()
