"""The stack whose agent speaks to the collector itself, applied to the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from pytest_terraform import terraform  # type: ignore[import-untyped]

from tests.terraform import checks

if TYPE_CHECKING:
    from pytest_terraform.tf import (  # type: ignore[import-untyped]
        TerraformTestApi,
    )

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.workspace import Workspace

STACK: Final = "direct-collector"


@pytest.fixture(scope="module", autouse=True)
def _first(before: dict[str, list[str]]) -> dict[str, list[str]]:
    return before


@terraform(
    STACK, scope="module", name="direct_collector", teardown=terraform.TEARDOWN_OFF
)  # type: ignore[untyped-decorator]
def test_registered_definition_is_the_programs_output(
    direct_collector: TerraformTestApi, cloud: Emulator
) -> None:
    checks.registered_is_the_programs_output(cloud, direct_collector)


def test_agent_speaks_to_the_collector_without_an_orchestrator(
    direct_collector: TerraformTestApi, cloud: Emulator
) -> None:
    definition = checks.registered(cloud, direct_collector)
    application, sidecar = definition["containerDefinitions"]
    variables = {item["name"]: item["value"] for item in application["environment"]}
    assert variables["SYSDIG_COLLECTOR"] == "ingest.au1.sysdig.com"
    assert "SYSDIG_ORCHESTRATOR" not in variables
    assert sidecar["image"] == "quay.io/sysdig/workload-agent:6.2.1"
    assert definition["pidMode"] == "task"


def test_nothing_is_to_be_warned_of(direct_collector: TerraformTestApi) -> None:
    assert checks.outputs(direct_collector)["warnings"] == []


def test_second_plan_is_empty(
    direct_collector: TerraformTestApi, place: Workspace
) -> None:
    checks.second_plan_is_empty(direct_collector, place)


def test_pending_change_elsewhere_leaves_the_task_definition_alone(
    direct_collector: TerraformTestApi, place: Workspace
) -> None:
    checks.task_definition_survives(direct_collector, place, log_retention_in_days=30)


def test_change_of_the_agent_replaces_the_task_definition(
    direct_collector: TerraformTestApi, place: Workspace
) -> None:
    newer = "quay.io/sysdig/workload-agent:6.3.0"
    planned = checks.plan(direct_collector, place, workload_agent_image=newer)
    found = checks.beyond_gaps(planned)
    address = "module.event_generator.aws_ecs_task_definition.this[0]"
    assert found[address][0] == "delete/create"
    output = planned["output_changes"]["container_definitions"]["after"]
    assert json.loads(output)[1]["image"] == newer


def test_no_secret_anywhere(
    direct_collector: TerraformTestApi, place: Workspace
) -> None:
    checks.no_secret_anywhere(direct_collector, place)


def test_services_go_before_their_network(direct_collector: TerraformTestApi) -> None:
    checks.services_go_first(direct_collector)


def test_destroy_leaves_nothing(
    direct_collector: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    checks.destroy_leaves_nothing(direct_collector, cloud, before)


def test_the_gaps_excuse_nothing_else() -> None:
    planned: dict[str, Any] = {
        "resource_changes": [
            {
                "address": "aws_ecs_service.a",
                "type": "aws_ecs_service",
                "change": {
                    "actions": ["update"],
                    "before": {"desired_count": 1},
                    "after": {"desired_count": 2},
                },
            }
        ]
    }
    assert checks.beyond_gaps(planned) == {
        "aws_ecs_service.a": ("update", {"desired_count"})
    }
