"""What is there and was not read is told; no gate counts it as nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.audit import sources, terraform
from fargate_instrument.hcl.files import LARGEST

CONTAINERS = [{"name": "web", "image": "nginx"}]
SOUND = """
resource "aws_ecs_task_definition" "sound" {
  family                = "sound"
  container_definitions = jsonencode([{ name = "web", image = "nginx" }])
}
"""


def reasons(folder: Path) -> dict[str, str]:
    """Read a folder; give the reason of each thing that was not read, by file."""
    found = sources.definitions([str(folder)], None).definitions
    return {one.address: one.reason for one in found if one.unread}


def test_a_json_file_too_large_to_read(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SOUND)
    large = tmp_path / "task.json"
    with large.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    told = reasons(tmp_path)
    assert list(told) == [str(large)]
    assert "it is larger than" in told[str(large)]


def test_a_json_file_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "main.tf").write_text(SOUND)
    task = tmp_path / "task.json"
    task.write_text(json.dumps(CONTAINERS))
    opened = os.open

    def denied(path: Any, *words: Any, **more: Any) -> int:
        if Path(path) == task:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *words, **more)

    monkeypatch.setattr(os, "open", denied)
    assert reasons(tmp_path) == {str(task): "it cannot be read"}


def test_a_called_module_that_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = tmp_path / "node_modules" / "tasks"
    called.mkdir(parents=True)
    (called / "main.tf").write_text(SOUND)
    (tmp_path / "main.tf").write_text(
        'module "tasks" {\n  source = "./node_modules/tasks"\n}\n'
    )
    assert reasons(tmp_path) == {}
    listed = os.listdir

    def denied(path: Any = ".") -> Any:
        if Path(path) == called:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "listdir", denied)
    told = reasons(tmp_path)
    assert list(told) == [str(called)]
    assert "cannot be listed: Permission denied" in told[str(called)]


def test_a_plan_whose_containers_are_not_known_yet_and_that_terraform_reads(
    tmp_path: Path,
) -> None:
    kind = "aws_ecs_task_definition"
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": [
            {
                "address": f"{kind}.later",
                "mode": "managed",
                "type": kind,
                "name": "later",
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": {"family": "later"},
                    "after_unknown": {"container_definitions": True},
                },
            }
        ],
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    read = '[file("${path.module}/plan.json")]'
    for command in ("[]", read):
        (tmp_path / "main.tf").write_text(
            SOUND.replace('image = "nginx"', f'image = "nginx", command = {command}')
        )
        found = sources.definitions([str(tmp_path)], None).definitions
        names = [one.name for one in found if one.containers is None]
        assert f"{kind}.later" in names, command


@pytest.mark.parametrize("name", ["main.tf.json", "terraform.tfvars.json"])
def test_json_that_nests_too_deeply(tmp_path: Path, name: str) -> None:
    deep = "[" * 5000 + "]" * 5000
    (tmp_path / "main.tf").write_text(SOUND)
    (tmp_path / name).write_text(f'{{"locals": {{"deep": {deep}}}}}')
    (told,) = [one for one in terraform.definitions(tmp_path) if one.unread]
    assert name in told.reason


@pytest.mark.parametrize("depth", [400, 900])
def test_json_that_nests_deeper_than_the_reader_goes(
    tmp_path: Path, depth: int
) -> None:
    deep = "[" * depth + "]" * depth
    (tmp_path / "main.tf").write_text(SOUND)
    (tmp_path / "more.tf.json").write_text(f'{{"locals": {{"deep": {deep}}}}}')
    told = [one.reason for one in terraform.definitions(tmp_path) if one.unread]
    assert told == [f"{tmp_path / 'more.tf.json'} is not read: it nests too deeply"]
