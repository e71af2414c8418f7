"""Every argument of every resource, against the oldest and newest provider at hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.modules import provider_schema
from tests.modules.configuration import Configuration, modules, parse, stacks
from tests.modules.provider_schema import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.modules.conftest import Terraform
    from tests.modules.provider_schema import Block

    Schema = Callable[[str, str], Block | None]


@pytest.fixture(scope="module")
def mirrored(terraform: Terraform) -> Schema:
    """Give the schema of the provider that Terraform runs with here."""
    terraform.init("modules/ecs-service")
    printed = terraform.run("modules/ecs-service", "providers", "schema", "-json")
    assert printed.returncode == 0, printed.stderr
    return provider_schema.of_provider(json.loads(printed.stdout))


@pytest.fixture(scope="module")
def newest() -> Schema:
    """Give the schema of the newest provider that a package carries."""
    version = provider_schema.version_of_bindings()
    if version is None:
        pytest.skip("no bindings of the AWS provider: dependency group `schemas`")
    print(f"\nbindings of the AWS provider {version}")
    assert version.startswith("6.")
    return provider_schema.of_bindings


def blocks(configuration: Configuration) -> Iterator[tuple[str, str, Any]]:
    """Give the blocks of the AWS provider: kind, ``type.name``, body."""
    for kind in ("resource", "data"):
        for _, name, body in configuration.blocks(kind):
            if name.startswith("aws_"):
                yield kind, name, body


def strange(configurations: list[Configuration], schema: Schema) -> list[str]:
    """List what the schema does not have; print how much was looked at."""
    found: list[str] = []
    seen = 0
    for configuration in configurations:
        for kind, name, body in blocks(configuration):
            seen += 1
            block = schema(kind, name.partition(".")[0])
            at = f"{configuration.name}: {name}"
            found += [at] if block is None else unknown(body, block, at)
    print(f"\n{seen} blocks, {len(found)} arguments that the provider does not take")
    assert seen
    return found


@pytest.mark.parametrize("schema", ["mirrored", "newest"])
def test_no_argument_is_unknown(request: pytest.FixtureRequest, schema: str) -> None:
    found = strange([*modules(), *stacks()], request.getfixturevalue(schema))
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('resource "aws_eip" "a" {\n  vpc = true\n}', "aws_eip.a.vpc"),
        ('resource "aws_none" "a" {\n  name = "x"\n}', "aws_none.a"),
        (
            'resource "aws_ecs_service" "a" {\n  network_configuration {\n'
            "    subnet = []\n  }\n}",
            "aws_ecs_service.a.network_configuration.subnet",
        ),
        (
            'resource "aws_ecs_service" "a" {\n  dynamic "load_balancer" {\n'
            "    for_each = {}\n    content {\n      port = 1\n    }\n  }\n}",
            "aws_ecs_service.a.load_balancer.port",
        ),
    ],
    ids=["argument", "type", "block", "dynamic"],
)
def test_what_the_newest_does_not_take_is_found(
    newest: Schema, text: str, expected: str
) -> None:
    document = parse(text + "\n")
    kind, body = next(iter(document["resource"][0].items()))
    name, inner = next((k, v) for k, v in body.items() if not k.startswith("__"))
    block = newest("resource", kind)
    at = f"{kind}.{name}"
    assert ([at] if block is None else [*unknown(inner, block, at)]) == [expected]


def test_arguments_that_are_there(newest: Schema) -> None:
    service = newest("resource", "aws_ecs_service")
    assert service is not None
    assert "availability_zone_rebalancing" in service.arguments
    assert "subnets" in service.blocks["network_configuration"].arguments
    assert newest("data", "aws_availability_zones") is not None
