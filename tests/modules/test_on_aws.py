"""What the stacks ask for and say where an account differs from an emulator."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from tests.modules.configuration import CHECKOUT, Configuration, modules, stacks

STACKS: Final = {c.folder.name: c for c in stacks()}
MODULES: Final = {c.folder.name: c for c in modules()}
AWS: Final = ">= 5.77, < 7.0"
PAGE: Final = CHECKOUT / "docs" / "how-to" / "first-apply-on-aws.md"


def readme(configuration: Configuration) -> str:
    return (configuration.folder / "README.md").read_text(encoding="utf-8")


def asked(configuration: Configuration, module: str) -> dict[str, Any]:
    """Give what a stack asks of one of its modules."""
    found = [body for _, name, body in configuration.blocks("module") if name == module]
    return found[0]


@pytest.mark.parametrize("stack", STACKS)
def test_no_zone_is_named_in_a_stack(stack: str) -> None:
    configuration = STACKS[stack]
    assert re.findall(r"var\.region\}[a-z]\b", configuration.text) == []
    if stack != "existing-vpc":
        assert asked(configuration, "vpc")["availability_zones"] == (
            "${var.availability_zones}"
        )


@pytest.mark.parametrize("stack", STACKS)
def test_a_secret_is_stored_without_its_line_break(stack: str) -> None:
    lines = [
        line for line in readme(STACKS[stack]).splitlines() if "/dev/stdin" in line
    ]
    assert lines
    for line in lines:
        assert line.startswith('$ printf %s "$KEY" | aws secretsmanager'), line


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_leads_to_the_page(stack: str) -> None:
    assert "../../docs/how-to/first-apply-on-aws.md" in readme(STACKS[stack])


def test_versions_of_the_provider_are_said_once_and_everywhere() -> None:
    for configuration in (*STACKS.values(), *MODULES.values()):
        required = configuration.settings["required_providers"]
        needed = required[0] if isinstance(required, list) else required
        if "aws" not in needed:  # rewrites definitions alone
            continue
        assert needed["aws"]["version"] == AWS, configuration.name
    for text in (PAGE.read_text(encoding="utf-8"), readme(MODULES["flow-log-bucket"])):
        assert "6.22 to 6.39" in text


def test_names_of_the_walkthrough_hold_in_two_regions() -> None:
    stack = STACKS["walkthrough"]
    bucket = asked(stack, "flow_log_bucket")["name"]
    role = asked(stack, "event_generator")["execution_role"]["name"]
    assert bucket.endswith("-${var.region}")
    assert role.endswith("-${var.region}")


def test_prisma_clouds_image_is_the_users() -> None:
    assert "default" not in STACKS["prisma-cloud"].variables["application_image"]


def test_public_subnets_of_an_existing_vpc_get_their_addresses() -> None:
    stack = STACKS["existing-vpc"]
    given = asked(stack, "event_generator")["assign_public_ip"]
    assert given == "${var.assign_public_ip}"


def test_a_listener_that_writes_no_access_log_offers_none() -> None:
    orchestrator = MODULES["orchestrator-agent"]
    assert "access_logs" not in orchestrator.text
    _, _, listener = next(
        block for block in orchestrator.blocks("resource") if "listener" in block[1]
    )
    assert listener["protocol"] == "TCP"


def test_the_way_without_nat_says_what_it_takes() -> None:
    text = readme(STACKS["no-nat"])
    assert text.index("docker pull") < text.index("$ terraform apply\n")
    for word in ("private_route_table_ids", "Resolver", "stay"):
        assert word in text
    assert "private_route_table_ids" in STACKS["no-nat"].outputs
    assert asked(STACKS["no-nat"], "vpc")["interface_endpoints"] == (
        "${var.interface_endpoints}"
    )


@pytest.mark.parametrize("name", ["aws-us-gov-west-1", "eusc-de-east-1", "cn-north-1"])
def test_regions_of_every_partition_are_taken(name: str) -> None:
    region = name.removeprefix("aws-")
    for stack in STACKS.values():
        condition = stack.variables["region"]["validation"][0]["condition"]
        pattern = re.search(r'regex\("([^"]+)"', condition)
        assert pattern is not None, stack.name
        assert re.match(pattern[1], region), stack.name


def test_the_page_names_what_stays_and_what_a_stall_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for word in (
        *("GuardDuty", "Docker Hub", "inactive revisions", "force-new-deployment"),
        *("terraform/smoke.py", "aws_s3_bucket_policy", "service-linked roles"),
    ):
        assert word in text
