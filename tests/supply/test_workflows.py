"""The workflows: sound, pinned by commit, with the rights they need and no more."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are no dependency

from tests.audit.test_writing import store
from tests.generate.locked import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKFLOWS: Final = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
SCRIPTS: Final = sorted((CHECKOUT / ".ci").iterdir())
PINNED: Final = re.compile(
    r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+"
)
WRITES: Final = {
    "ci.yml": {},
    "release.yml": {
        "attest": {"attestations", "id-token"},
        "pypi": {"id-token"},
        "github": {"contents"},
    },
}


def read(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return made


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_there_are_workflows() -> None:
    assert {path.name for path in WORKFLOWS} == WRITES.keys()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_sound(path: Path) -> None:
    workflow = read(path)
    # YAML 1.1, which PyYAML reads, takes the key `on` for a truth.
    workflow["on"] = workflow.pop(True)  # type: ignore[call-overload]
    for job in workflow["jobs"].values():  # the schema's lists are of 2022
        job["runs-on"] = "ubuntu-latest"
        job.get("permissions", {}).pop("attestations", None)
    schema = store("https://json.schemastore.org/github-workflow.json")
    jsonschema.Draft7Validator(schema).validate(workflow)
    for step in steps(workflow):
        if "run" in step:
            assert "${{" not in step["run"], "what others write would be run as code"
            words = ["bash", "-n", "-c", step["run"]]
            subprocess.run(words, check=True, capture_output=True)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [line.strip().removeprefix("- ") for line in lines if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []
    assert not PINNED.fullmatch("uses: actions/checkout@v7 # v7.0.1")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_write_only_what_it_must(path: Path) -> None:
    workflow = read(path)
    general = workflow["permissions"]
    assert set(general.values()) <= {"read"}
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions", general)
        writes = {right for right, how in rights.items() if how != "read"}
        assert writes == WRITES[path.name].get(name, set()), name


def test_nothing_is_kept_that_a_later_step_could_use() -> None:
    for path in WORKFLOWS:
        for step in steps(read(path)):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
        assert "secrets." not in path.read_text(encoding="utf-8")


def test_ci_runs_what_anybody_can_run() -> None:
    runs = [step.get("run") for step in steps(read(WORKFLOWS[0]))]
    assert ".ci/run" in runs


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_of_ci_parse(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True, capture_output=True)
    text = path.read_text(encoding="utf-8")
    started = re.findall(r'(?m)(?:^|[(&] ?)(?:python3|"\$\w+") (?!-I )\S+', text)
    assert started == []
