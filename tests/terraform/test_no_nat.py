"""The stack without a way out, applied to the emulator.

The emulator knows no pull-through cache, so the stack is applied as where the rule
exists already, and planned with the rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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

STACK: Final = "no-nat"
ENDPOINTS: Final = {"ecr.api", "ecr.dkr", "logs", "s3", "secretsmanager", "ssm"}


@pytest.fixture(scope="module", autouse=True)
def _first(before: dict[str, list[str]]) -> dict[str, list[str]]:
    return before


@terraform(STACK, scope="module", name="no_nat", teardown=terraform.TEARDOWN_OFF)  # type: ignore[untyped-decorator]
def test_registered_definition_is_the_programs_output(
    no_nat: TerraformTestApi, cloud: Emulator
) -> None:
    checks.registered_is_the_programs_output(cloud, no_nat)


def test_there_is_no_way_out_but_the_endpoints(
    no_nat: TerraformTestApi, cloud: Emulator
) -> None:
    ec2 = situations.client(cloud, "ec2")
    mine = [{"Name": "vpc-id", "Values": [checks.outputs(no_nat)["vpc_id"]]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    ways_out = {
        route.get("DestinationCidrBlock")
        for table in tables
        for route in table["Routes"]
    }
    assert "0.0.0.0/0" not in ways_out
    services = {
        endpoint["ServiceName"].partition(f"{situations.REGION}.")[2]
        for endpoint in ec2.describe_vpc_endpoints(Filters=mine)["VpcEndpoints"]
    }
    assert services >= ENDPOINTS


def test_tasks_may_go_to_the_endpoints_and_to_one_another_alone(
    no_nat: TerraformTestApi, cloud: Emulator
) -> None:
    ec2 = situations.client(cloud, "ec2")
    found = checks.outputs(no_nat)
    mine = [{"Name": "vpc-id", "Values": [found["vpc_id"]]}]
    groups = ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    ranges = {
        entry["CidrIp"]
        for group in groups
        for rule in group["IpPermissionsEgress"]
        for entry in rule["IpRanges"]
    }
    assert ranges == {"192.0.2.0/24"}, "the proxy"
    assert len(found["private_route_table_ids"]) == 2


def test_agents_find_the_orchestrator_by_a_name_known_at_plan(
    no_nat: TerraformTestApi, cloud: Emulator
) -> None:
    host = "orchestrator.sysdig-no-nat.internal"
    definition = checks.registered(cloud, no_nat)
    variables = {
        item["name"]: item["value"]
        for item in definition["containerDefinitions"][0]["environment"]
    }
    assert variables["SYSDIG_ORCHESTRATOR"] == host
    namespaces = situations.client(cloud, "servicediscovery").list_namespaces()
    assert "sysdig-no-nat.internal" in [
        namespace["Name"] for namespace in namespaces["Namespaces"]
    ]


def test_images_come_through_the_cache(
    no_nat: TerraformTestApi, cloud: Emulator
) -> None:
    images = [
        container["image"]
        for container in checks.registered(cloud, no_nat)["containerDefinitions"]
    ]
    assert all(image.startswith(situations.REGISTRY) for image in images), images


def test_rule_of_the_cache_is_planned(
    no_nat: TerraformTestApi, place: Workspace
) -> None:
    planned = checks.plan(no_nat, place, create_pull_through_cache=True)
    found = checks.beyond_gaps(planned)
    assert [*found] == ["aws_ecr_pull_through_cache_rule.quay[0]"]


def test_second_plan_is_empty(no_nat: TerraformTestApi, place: Workspace) -> None:
    checks.second_plan_is_empty(no_nat, place)


def test_no_secret_anywhere(no_nat: TerraformTestApi, place: Workspace) -> None:
    checks.no_secret_anywhere(no_nat, place)


def test_services_go_before_their_network(no_nat: TerraformTestApi) -> None:
    checks.services_go_first(no_nat)


def test_destroy_leaves_nothing(
    no_nat: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    checks.destroy_leaves_nothing(no_nat, cloud, before)
