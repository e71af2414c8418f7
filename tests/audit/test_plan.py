"""Plans and states as ``terraform show -json`` writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.audit import plan
from tests.terraform_rig import engines, mirror, workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.audit.conftest import Outcome

    Audit = Callable[..., Outcome]

TEXT = json.dumps([{"name": "web", "image": "w:1"}])


def change(
    address: str,
    after: dict[str, Any] | None = None,
    unknown: dict[str, Any] | None = None,
    actions: tuple[str, ...] = ("create",),
) -> dict[str, Any]:
    return {
        "address": address,
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "change": {
            "actions": list(actions),
            "after": after,
            "after_unknown": unknown or {},
        },
    }


def read(*changes: dict[str, Any], root: Any = None) -> list[Any]:
    value = {
        "format_version": "1.2",
        "resource_changes": list(changes),
        "configuration": {"root_module": root or {}},
    }
    assert plan.is_plan(value)
    return plan.definitions(value, "plan.json")


def test_containers_and_facts_of_a_change() -> None:
    after = {
        "container_definitions": TEXT,
        "family": "web",
        "cpu": "256",
        "pid_mode": None,
        "runtime_platform": [{"cpu_architecture": "X86_64"}],
        "volume": [{"name": "data"}],
    }
    unknown = {"execution_role_arn": True, "volume": [{}], "tags_all": {}}
    (found,) = read(change("module.a.aws_ecs_task_definition.x[0]", after, unknown))
    assert found.containers == [{"name": "web", "image": "w:1"}]
    assert found.family == "web"
    assert found.task["cpu"] == "256"
    assert found.task["pidMode"] is None
    assert found.task["runtimePlatform"] == {"cpuArchitecture": "X86_64"}
    assert found.task["volumes"] == [{"name": "data"}]
    assert "executionRoleArn" not in found.task


def test_what_is_deleted_does_not_count_and_what_stays_does() -> None:
    after = {"container_definitions": TEXT}
    found = read(
        change("aws_ecs_task_definition.gone", None, actions=("delete",)),
        change("aws_ecs_task_definition.kept", after, actions=("no-op",)),
        change("aws_ecs_task_definition.new", after, actions=("delete", "create")),
    )
    assert [one.name.rpartition(".")[2] for one in found] == ["kept", "new"]


@pytest.mark.parametrize(
    ("after", "unknown", "reason"),
    [
        ({}, {"container_definitions": True}, "known after apply"),
        ({"container_definitions": "{"}, {}, "are not JSON"),
        ({"container_definitions": "{}"}, {}, "are no list"),
    ],
)
def test_what_a_plan_does_not_tell(
    after: dict[str, Any], unknown: dict[str, Any], reason: str
) -> None:
    (found,) = read(change("aws_ecs_task_definition.x", after, unknown))
    assert found.containers is None
    assert reason in found.reason


def test_planned_values_of_nested_modules_are_read() -> None:
    resource = {
        "address": "module.a.module.b.aws_ecs_task_definition.x",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "values": {"container_definitions": TEXT},
    }
    inner = {"child_modules": [{"resources": [resource]}]}
    state = {"format_version": "1.0", "values": {"root_module": inner}}
    assert plan.is_plan(state)
    (found,) = plan.definitions(state, "state.json")
    assert found.containers == [{"name": "web", "image": "w:1"}]


def configured(source: str, references: list[str]) -> dict[str, Any]:
    service = {
        "resources": [
            {
                "address": "aws_ecs_task_definition.this",
                "expressions": {"container_definitions": {"references": ["var.c"]}},
            }
        ]
    }
    return {
        "module_calls": {
            "agent": {"source": source, "expressions": {}},
            "service": {
                "source": "./service",
                "expressions": {"c": {"references": references}},
                "module": service,
            },
        }
    }


REFERENCE = ["module.agent.container_definitions", "module.agent"]


def test_an_unknown_value_proves_nothing_wherever_it_comes_from() -> None:
    """A plan names what an expression refers to, not what it does with it."""
    address = "module.service.aws_ecs_task_definition.this[0]"
    waiting = change(address, {}, {"container_definitions": True})
    source = "git::https://github.com/fargate-instrument/fargate-instrument.git"
    root = configured(f"{source}//modules/sysdig-workload-agent?ref=v1", REFERENCE)
    (found,) = read(waiting, root=root)
    assert found.containers is None
    assert "known after apply" in found.reason


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"resource_changes": 7}, "resource_changes"),
        ({"resource_changes": [7]}, "resource_changes[0]"),
        ({"resource_changes": [{"change": []}]}, "resource_changes[0].change"),
        ({"resource_changes": [change("a.b", 7)]}, "resource_changes[0].change.after"),  # type: ignore[arg-type]
        ({"planned_values": []}, "planned_values"),
        ({"planned_values": {"root_module": 1}}, "planned_values.root_module"),
        (
            {"planned_values": {"root_module": {"resources": {}}}},
            "planned_values.root_module.resources",
        ),
        (
            {"values": {"root_module": {"child_modules": ["x"]}}},
            "values.root_module.child_modules[0]",
        ),
        ({"resource_changes": [], "deferred_changes": "x"}, "deferred_changes"),
    ],
)
def test_a_plan_of_any_shape_is_answered(
    audit: Audit, tmp_path: Path, members: dict[str, Any], where: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"format_version": "1.2", **members}))
    done = audit(file)
    assert (done.status, done.out) == (1, "")
    assert f"{file}: {where}: is " in done.err


@pytest.mark.parametrize(("name", "value"), [("errored", True), ("complete", False)])
def test_a_plan_that_is_not_whole_fails(
    audit: Audit, tmp_path: Path, name: str, value: bool
) -> None:
    file = tmp_path / "plan.json"
    plan_ = {"format_version": "1.2", "resource_changes": [], name: value}
    file.write_text(json.dumps(plan_))
    done = audit(file, "--format", "json")
    assert (done.status, done.rules()) == (1, ["not-read"])


def test_what_a_plan_defers_is_told() -> None:
    deferred = {
        "reason": "instance_count_unknown",
        "resource_change": change("aws_ecs_task_definition.x", {}),
    }
    value = {"format_version": "1.2", "deferred_changes": [deferred],
             "resource_changes": []}  # fmt: skip
    (found,) = plan.definitions(value, "plan.json")
    assert found.containers is None


ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-west-1"
}
resource "aws_ecs_task_definition" "bare" {
  family                = "bare"
  container_definitions = jsonencode([{ name = "web", image = "w", essential = true }])
}
resource "aws_ecs_task_definition" "later" {
  family                = "later"
  container_definitions = jsonencode([{ name = aws_ecs_cluster.x.arn, image = "w:1" }])
}
resource "aws_ecs_cluster" "x" {
  name = "x"
}
"""


def test_a_plan_that_terraform_made(audit: Audit, tmp_path: Path) -> None:
    try:
        engines.engine(tmp_path / "engine")
    except engines.NoEngineError as reason:
        pytest.skip(str(reason))
    with workspace.workspace("eu-west-1") as (space, _):
        folder = space.root / "terraform" / "audited"
        folder.mkdir()
        (folder / "main.tf").write_text(ROOT)
        stack = space.elsewhere(folder)
        try:
            stack.init()
        except (workspace.TerraformError, mirror.NoProviderError) as reason:
            pytest.skip(f"no AWS provider here: {reason}")
        file = tmp_path / "plan.json"
        file.write_text(json.dumps(stack.planned()))
        stack_plan = space.stack("direct-collector")
        stack_plan.init()
        own = tmp_path / "own.json"
        own.write_text(json.dumps(stack_plan.planned(**OWN)))
    rows = audit(file, "--format", "json").report["results"]
    verdicts = {row["task_definition"]: row["verdict"] for row in rows}
    assert verdicts == {
        "aws_ecs_task_definition.bare": "not instrumented",
        "aws_ecs_task_definition.later": "cannot tell",
    }
    done = audit(own, "--format", "json", "--agent", "sysdig")
    assert done.status == 0, done.out
    assert done.verdicts() == {
        "event-generator": "instrumented",
        "SysdigInstrumentation": "skipped",
    }


OWN = {
    "sysdig_access_key_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:"
    "secret:key-AbCdEf",
    "collector_host": "collector.example.com",
    "region": "eu-west-1",
}
