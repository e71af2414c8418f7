"""A call that comes twice does its work once, as AWS does by client tokens."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.httpsession import URLLib3Session
from moto.core.utils import get_service_model

from tests.terraform_rig import repeats, situations

if TYPE_CHECKING:
    from tests.terraform_rig.emulator import Emulator

# What the stacks' resources are made with, and the token that AWS takes for it.
TOKENS = {
    ("application-autoscaling", "RegisterScalableTarget"): [],
    ("ec2", "CreateFlowLogs"): ["ClientToken"],
    ("ec2", "CreateNatGateway"): ["ClientToken"],
    ("ec2", "CreateRouteTable"): ["ClientToken"],
    ("ec2", "CreateVpcEndpoint"): ["ClientToken"],
    ("ecs", "CreateService"): ["clientToken"],
    ("route53", "CreateHostedZone"): ["CallerReference"],
    ("secretsmanager", "CreateSecret"): ["ClientRequestToken"],
    ("servicediscovery", "CreatePrivateDnsNamespace"): ["CreatorRequestId"],
    ("servicediscovery", "CreateService"): ["CreatorRequestId"],
}


@pytest.mark.parametrize(("service", "operation"), TOKENS)
def test_tokens_of_what_the_stacks_make(service: str, operation: str) -> None:
    model = get_service_model(service).operation_model(operation)
    assert repeats.tokens(model) == TOKENS[service, operation]


def test_every_idempotency_token_of_botocore_is_known() -> None:
    loader = botocore.session.get_session()
    found = 0
    for service in {name for name, _ in TOKENS}:
        models = loader.get_service_model(service)
        for operation in models.operation_names:
            model = models.operation_model(operation)
            marked = set(model.idempotent_members)
            found += len(marked)
            assert marked <= set(repeats.tokens(model)), operation
    assert found > 50


def _send_twice(client: Any, operation: str, together: bool = False) -> list[int]:
    """Have every request of the operation sent once more than its caller knows of."""
    statuses: list[int] = []

    def send(request: Any, **_: Any) -> None:
        extra = threading.Thread(
            target=lambda: statuses.append(URLLib3Session().send(request).status_code)
        )
        extra.start()
        if not together:
            extra.join()
        else:
            joins.append(extra)

    joins: list[threading.Thread] = []

    def end(**_: Any) -> None:
        for thread in joins:
            thread.join()

    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-send.{service}.{operation}", send)
    client.meta.events.register(f"after-call.{service}.{operation}", end)
    return statuses


def _zone(cloud: Emulator, name: str) -> tuple[Any, dict[str, Any]]:
    client = situations.client(cloud, "route53")
    return client, {"Name": name, "CallerReference": f"reference of {name}"}


@pytest.mark.parametrize("together", [False, True], ids=["later", "meanwhile"])
def test_an_answer_that_is_lost(cloud: Emulator, together: bool) -> None:
    client, zone = _zone(cloud, f"lost-{together}.internal".lower())
    statuses = _send_twice(client, "CreateHostedZone", together)
    made = client.create_hosted_zone(**zone)["HostedZone"]
    assert statuses == [201]
    zones = client.list_hosted_zones()["HostedZones"]
    assert [z["Id"] for z in zones if z["Name"] == made["Name"]] == [made["Id"]]


def test_the_same_token_in_another_call(cloud: Emulator) -> None:
    client, zone = _zone(cloud, "token.internal")
    first = client.create_hosted_zone(**zone)["HostedZone"]
    second = client.create_hosted_zone(**zone)["HostedZone"]
    assert first == second


def test_a_call_without_a_token_that_an_sdk_repeats(cloud: Emulator) -> None:
    client = situations.client(cloud, "ec2")
    statuses = _send_twice(client, "CreateVpc")
    made = client.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    assert statuses == [200]
    mine = [{"Name": "cidr", "Values": ["10.77.0.0/16"]}]
    assert [v["VpcId"] for v in client.describe_vpcs(Filters=mine)["Vpcs"]] == [made]


def test_two_calls_without_a_token_are_two_calls(cloud: Emulator) -> None:
    client = situations.client(cloud, "ec2")
    for _ in range(2):
        client.create_vpc(CidrBlock="10.78.0.0/16")
    mine = [{"Name": "cidr", "Values": ["10.78.0.0/16"]}]
    assert len(client.describe_vpcs(Filters=mine)["Vpcs"]) == 2


def test_a_token_with_other_parameters(cloud: Emulator) -> None:
    client = situations.client(cloud, "ec2")
    vpc = client.create_vpc(CidrBlock="10.79.0.0/16")["Vpc"]["VpcId"]
    other = client.create_vpc(CidrBlock="10.80.0.0/16")["Vpc"]["VpcId"]
    first = client.create_route_table(VpcId=vpc, ClientToken="one")
    again = client.create_route_table(VpcId=vpc, ClientToken="one")
    assert again["RouteTable"] == first["RouteTable"]
    with pytest.raises(client.exceptions.ClientError) as refused:
        client.create_route_table(VpcId=other, ClientToken="one")
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatch"


def test_a_call_that_failed_is_asked_again(cloud: Emulator) -> None:
    client = situations.client(cloud, "servicediscovery")
    ask = {"Name": "later.internal", "Vpc": "vpc-1", "CreatorRequestId": "later"}
    with contextlib.suppress(client.exceptions.ClientError):
        client.create_service(Name="x", NamespaceId="ns-none", CreatorRequestId="later")
    operation = client.create_private_dns_namespace(**ask)["OperationId"]
    assert client.create_private_dns_namespace(**ask)["OperationId"] == operation
    names = [n["Name"] for n in client.list_namespaces()["Namespaces"]]
    assert names.count("later.internal") == 1
