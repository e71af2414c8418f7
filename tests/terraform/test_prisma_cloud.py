"""The web server behind a Prisma Cloud Defender, applied to the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from pytest_terraform import terraform  # type: ignore[import-untyped]

from tests.terraform import checks

if TYPE_CHECKING:
    from pytest_terraform.tf import (  # type: ignore[import-untyped]
        TerraformTestApi,
    )

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.workspace import Workspace

STACK: Final = "prisma-cloud"


@pytest.fixture(scope="module", autouse=True)
def _first(before: dict[str, list[str]]) -> dict[str, list[str]]:
    return before


@terraform(STACK, scope="module", name="prisma_cloud", teardown=terraform.TEARDOWN_OFF)  # type: ignore[untyped-decorator]
def test_registered_definition_is_the_programs_output(
    prisma_cloud: TerraformTestApi, cloud: Emulator
) -> None:
    checks.registered_is_the_programs_output(cloud, prisma_cloud)


def test_task_is_the_web_server_behind_the_defender(
    prisma_cloud: TerraformTestApi, cloud: Emulator
) -> None:
    definition = checks.registered(cloud, prisma_cloud)
    web, defender = definition["containerDefinitions"]
    assert (definition["family"], definition["cpu"], definition["memory"]) == (
        "webserver",
        "256",
        "512",
    )
    assert web["entryPoint"] == [
        "/var/lib/twistlock/fargate/defender",
        "fargate",
        "entrypoint",
        "/http_server",
    ]
    assert web["dependsOn"] == [
        {"containerName": "TwistlockDefender", "condition": "HEALTHY"}
    ]
    assert defender["essential"] is True
    assert [secret["name"] for secret in defender["secrets"]] == ["INSTALL_BUNDLE"]
    assert "pidMode" not in definition


def test_execution_role_may_read_the_bundle_and_no_other_secret(
    prisma_cloud: TerraformTestApi, cloud: Emulator
) -> None:
    definition = checks.registered(cloud, prisma_cloud)
    wanted = definition["containerDefinitions"][1]["secrets"][0]["valueFrom"]
    statements = checks.role_policy(cloud, definition["executionRoleArn"])
    reads = [
        statement
        for statement in statements
        if "secretsmanager:GetSecretValue" in statement["Action"]
    ]
    assert [checks.as_list(statement["Resource"]) for statement in reads] == [
        [wanted, f"{wanted}-??????"]
    ]
    assert "*" not in json.dumps([statement["Action"] for statement in statements])


def test_second_plan_is_empty(prisma_cloud: TerraformTestApi, place: Workspace) -> None:
    checks.second_plan_is_empty(prisma_cloud, place)


def test_no_secret_anywhere(prisma_cloud: TerraformTestApi, place: Workspace) -> None:
    checks.no_secret_anywhere(prisma_cloud, place)


def test_services_go_before_their_network(prisma_cloud: TerraformTestApi) -> None:
    checks.services_go_first(prisma_cloud)


def test_destroy_leaves_nothing(
    prisma_cloud: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    checks.destroy_leaves_nothing(prisma_cloud, cloud, before)
