"""No two rules of a security group are the same to EC2, in any stack, with any ports.

EC2 knows a rule by protocol, ports and the other side; of two that differ in their
descriptions alone it refuses the second: ``InvalidPermission.Duplicate``.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
The stacks are applied with a mocked AWS provider, with ports and ranges that meet.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.modules.configuration import stacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.modules.conftest import Terraform

    Identity = tuple[Any, ...]

SECRET: Final = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:k-AbCdEf"  # noqa: S105 - a name
RANGES: Final = (
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["10.1.2.3/8", "10.0.0.0/8", "192.0.2.0/24"],
)
REGISTRY: Final = "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com"
AGENT: Final = {"sysdig_access_key_secret_arn": SECRET}
EXISTING: Final = {**AGENT, "vpc_id": "vpc-1", "subnet_ids": ["subnet-1"]}
PROXIED: Final = {
    **AGENT,
    "application_image": f"{REGISTRY}/a:1",
    "proxy_host": "proxy",
}
DEFENDER: Final = {
    "application_image": "registry.example/web:1",
    "defender_image": "registry.example/defender:defender_34_03_138",
    "install_bundle_secret_arn": SECRET,
}
# Where ports and ranges meet, and where ranges overlap.
POINTS: Final[Mapping[str, list[dict[str, Any]]]] = {
    "terraform/direct-collector": [
        {**AGENT, "collector_port": 443, "collector_cidr_blocks": RANGES[0]},
        {**AGENT, "collector_port": 6443, "collector_cidr_blocks": RANGES[1]},
    ],
    "terraform/existing-vpc": [
        {**EXISTING, "collector_port": 443},
    ],
    "terraform/no-nat": [
        {**PROXIED, "proxy_port": 443, "proxy_cidr_blocks": RANGES[1]},
    ],
    "terraform/prisma-cloud": [
        {**DEFENDER, "ws_address": "wss://console.example:443"},
    ],
    "terraform/walkthrough": [
        {**AGENT, "collector_port": 443, "orchestrator_port": 443},
    ],
}
MOCKS: Final = """
mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = {
      names    = ["ap-northeast-1a", "ap-northeast-1c"]
      zone_ids = ["apne1-az4", "apne1-az1"]
    }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_region" {
    defaults = { id = "ap-northeast-1" }
  }
  mock_data "aws_vpc" {
    defaults = { cidr_block = "10.0.0.0/16" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-northeast-1:111122223333:log-group:mock" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/mock" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:task-definition/a:1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:lb/a" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:group/a" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock" }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:eu-west-1:111122223333:service/a" }
  }
  mock_resource "aws_vpc" {
    defaults = { id = "vpc-1" }
  }
}
"""
_RULES: Final = (
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
_SIDES: Final = (
    *("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),
)


# What the program answers does not matter here, and its warnings would fail a run.
ANSWER: Final = """
override_module {
  target = module.%s
  outputs = {
    container_definitions = "[{\\"name\\":\\"a\\",\\"image\\":\\"a:1\\"}]"
    instrumented          = ["a"]
    pid_mode              = "task"
    secret_arns           = []
    volumes               = []
    warnings              = []
  }
}
"""


def identities(state: Mapping[str, Any]) -> list[Identity]:
    """List what EC2 knows each rule by: group, direction, protocol, ports, side."""
    return [
        (
            values["security_group_id"],
            resource["type"],
            values["ip_protocol"],
            values["from_port"],
            values["to_port"],
            *(values[side] for side in _SIDES),
        )
        for resource in _resources(state["root_module"])
        if resource["type"] in _RULES
        for values in [resource["values"]]
    ]


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def applied(terraform: Terraform, stack: str) -> list[Mapping[str, Any]]:
    """Apply a stack with all its options; give the states."""
    runs = [
        f'run "point_{number}" {{\n  variables {{\n'
        + "".join(f"    {name} = {json.dumps(v)}\n" for name, v in point.items())
        + "  }\n}\n"
        for number, point in enumerate(POINTS[stack])
    ]
    folder = terraform.copy / stack / "tests"
    folder.mkdir(exist_ok=True)
    agent = "defender" if stack.endswith("prisma-cloud") else "workload_agent"
    grid = folder / "grid.tftest.hcl"
    grid.write_text(MOCKS + ANSWER % agent + "".join(runs))
    terraform.init(stack)
    done = terraform.run(stack, "test", "-json", "-verbose")
    grid.unlink()  # others ask of this copy whether all of it is formatted
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, "\n".join(
        json.dumps(line["diagnostic"]) for line in lines if "diagnostic" in line
    )
    return [line["test_state"] for line in lines if "test_state" in line]


@pytest.mark.parametrize("stack", [c.name for c in stacks()])
def test_no_two_rules_are_the_same(terraform: Terraform, stack: str) -> None:
    states = applied(terraform, stack)
    counted = 0
    for state, point in zip(states, POINTS[stack], strict=True):
        found = Counter(identities(state))
        counted += found.total()
        assert [rule for rule, times in found.items() if times > 1] == [], point
    print(f"\n{stack}: {counted} rules with {len(states)} sets of options")
    assert counted >= len(states)
