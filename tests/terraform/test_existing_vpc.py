"""The stack that takes a VPC and subnets that exist, applied to the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from pytest_terraform import terraform  # type: ignore[import-untyped]

from tests.terraform import checks
from tests.terraform_rig import situations

if TYPE_CHECKING:
    from pytest_terraform.tf import (  # type: ignore[import-untyped]
        TerraformTestApi,
    )

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.workspace import Workspace

STACK: Final = "existing-vpc"


@pytest.fixture(scope="module", autouse=True)
def _first(before: dict[str, list[str]]) -> dict[str, list[str]]:
    return before


@terraform(STACK, scope="module", name="existing_vpc", teardown=terraform.TEARDOWN_OFF)  # type: ignore[untyped-decorator]
def test_registered_definition_is_the_programs_output(
    existing_vpc: TerraformTestApi, cloud: Emulator
) -> None:
    checks.registered_is_the_programs_output(cloud, existing_vpc)


def test_service_runs_in_the_given_subnets(
    existing_vpc: TerraformTestApi, cloud: Emulator, situation: dict[str, Any]
) -> None:
    found = checks.outputs(existing_vpc)
    ecs = situations.client(cloud, "ecs")
    service = ecs.describe_services(
        cluster=found["cluster_name"], services=[found["service_name"]]
    )["services"][0]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert sorted(network["subnets"]) == sorted(situation["subnet_ids"])
    assert network["assignPublicIp"] == "DISABLED"


def test_no_vpc_was_made(
    existing_vpc: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    assert checks.outputs(existing_vpc)["instrumented"] == ["event-generator"]
    assert checks.inventory(cloud)["VPCs"] == before["VPCs"]


def test_second_plan_is_empty(existing_vpc: TerraformTestApi, place: Workspace) -> None:
    checks.second_plan_is_empty(existing_vpc, place)


def test_no_secret_anywhere(existing_vpc: TerraformTestApi, place: Workspace) -> None:
    checks.no_secret_anywhere(existing_vpc, place)


def test_services_go_before_their_network(existing_vpc: TerraformTestApi) -> None:
    checks.services_go_first(existing_vpc)


def test_destroy_leaves_nothing(
    existing_vpc: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    checks.destroy_leaves_nothing(existing_vpc, cloud, before)
