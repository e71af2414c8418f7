"""What every applied stack must show: shared checks. Not tests by themselves.

The emulator's gaps stand here by name. A second plan may hold these differences and no
other; each is a member that the emulator takes and does not give back.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.terraform_rig import situations, smoke
from tests.terraform_rig.emulator import ACCOUNT
from tests.terraform_rig.summary import plain
from tests.terraform_rig.workspace import Stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_terraform.tf import (  # type: ignore[import-untyped]
        TerraformTestApi,
    )

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.workspace import Workspace

GAPS: Final[Mapping[str, frozenset[str]]] = {
    # Takes both, answers with neither.
    "aws_ecs_service": frozenset(
        {"availability_zone_rebalancing", "enable_ecs_managed_tags"}
    ),
    # Forgets the description of a rule whose other side is a security group.
    "aws_vpc_security_group_egress_rule": frozenset({"description"}),
    "aws_vpc_security_group_ingress_rule": frozenset({"description"}),
    # Answers a private zone without the VPC that it is associated with.
    "aws_route53_zone": frozenset({"vpc"}),
}
# What a service's tasks still use while they end.
AFTER_SERVICES: Final = {
    ("aws_nat_gateway", "this"),
    ("aws_route", "private"),
    ("aws_route_table_association", "private"),
    ("aws_vpc_endpoint", "gateway"),
    ("aws_vpc_endpoint", "interface"),
    ("aws_vpc_security_group_ingress_rule", "endpoints"),
}
OWN_AFTER_SERVICES: Final = {
    "aws_cloudwatch_log_group",
    "aws_iam_role_policy",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
}
# Deletes a Cloud Map namespace without the hosted zone that it made for it.
LEFT_BEHIND: Final[Mapping[str, set[str]]] = {"zones": {"sysdig-no-nat.internal-hz"}}


def stack_of(applied: TerraformTestApi, place: Workspace) -> Stack:
    """Give the applied root module, for more commands on the same state."""
    runner = applied.terraform
    environment = {**place.environment, "TF_DATA_DIR": str(runner.work_dir)}
    return Stack(Path(str(runner.module_dir)), runner.tf_bin, environment)


def state_file(applied: TerraformTestApi) -> Path:
    """Give the state file, which pytest-terraform keeps outside the root module."""
    return Path(str(applied.terraform.state_path)).resolve()


def outputs(applied: TerraformTestApi) -> dict[str, Any]:
    """Give the outputs by name."""
    return {name: output["value"] for name, output in applied.outputs.items()}


def plan(
    applied: TerraformTestApi, place: Workspace, **variables: object
) -> dict[str, Any]:
    """Plan again on the same state and read the plan."""
    stack = stack_of(applied, place)
    file = str(state_file(applied).with_name("again.tfplan"))
    done = stack.plan(
        f"-out={file}", f"-state={state_file(applied)}", variables=variables
    )
    assert done.status != 1, done.text
    shown: dict[str, Any] = json.loads(stack.must("show", "-json", file))
    return shown


def again(applied: TerraformTestApi, place: Workspace) -> dict[str, Any]:
    """Plan again with nothing changed, once for all the checks of a stack."""
    file = state_file(applied).with_name("again.json")
    if not file.exists():
        file.write_text(json.dumps(plan(applied, place)))
    planned: dict[str, Any] = json.loads(file.read_text())
    return planned


def changes(planned: Mapping[str, Any]) -> dict[str, tuple[str, set[str]]]:
    """List what a plan changes: address to the action and the members it changes."""
    found = {}
    for item in planned.get("resource_changes", []):
        change = item["change"]
        if change["actions"] not in (["no-op"], ["read"]):
            before, after = change["before"] or {}, change["after"] or {}
            members = {
                key
                for key in {*before, *after, *_unknown(change)}
                if before.get(key) != after.get(key) or key in _unknown(change)
            }
            found[item["address"]] = ("/".join(change["actions"]), members)
    return found


def _unknown(change: Mapping[str, Any]) -> set[str]:
    unknown = change.get("after_unknown") or {}
    return {key for key, value in unknown.items() if value is True}


def beyond_gaps(planned: Mapping[str, Any]) -> dict[str, tuple[str, set[str]]]:
    """List the changes that no named gap explains."""
    kinds = {
        item["address"]: item["type"] for item in planned.get("resource_changes", [])
    }
    return {
        address: (action, members)
        for address, (action, members) in changes(planned).items()
        if action != "update" or not members <= GAPS.get(kinds[address], frozenset())
    }


def second_plan_is_empty(applied: TerraformTestApi, place: Workspace) -> None:
    """Plan again: nothing but the emulator's gaps may differ, outputs included."""
    planned = again(applied, place)
    assert beyond_gaps(planned) == {}
    moved = {
        name: change["actions"]
        for name, change in planned.get("output_changes", {}).items()
        if change["actions"] != ["no-op"]
    }
    assert moved == {}
    reads = [
        item["address"]
        for item in planned.get("resource_changes", [])
        if item["change"]["actions"] == ["read"]
    ]
    assert reads == [], "a read was postponed to apply"
    print(f"second plan: {len(changes(planned))} differences, all of them named gaps")


def registered(cloud: Emulator, applied: TerraformTestApi) -> dict[str, Any]:
    """Ask ECS for the task definition of the running service."""
    ecs = situations.client(cloud, "ecs")
    found = outputs(applied)
    service = ecs.describe_services(
        cluster=found["cluster_name"], services=[found["service_name"]]
    )["services"][0]
    assert service["status"] == "ACTIVE"
    answer = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    definition: dict[str, Any] = answer["taskDefinition"]
    return definition


def registered_is_the_programs_output(
    cloud: Emulator, applied: TerraformTestApi
) -> None:
    """Compare what ECS holds with what the program gave, member for member."""
    held = registered(cloud, applied)["containerDefinitions"]
    given = json.loads(outputs(applied)["container_definitions"])
    written = {container["name"]: container for container in given}
    assert [_by_name(plain(container, written)) for container in held] == [
        _by_name(container) for container in given
    ]


def _by_name(container: dict[str, Any]) -> dict[str, Any]:
    """Sort the environment: the provider registers it in the order of its names."""
    variables = container.get("environment")
    if not variables:
        return container
    return {**container, "environment": sorted(variables, key=lambda v: v["name"])}


def no_secret_anywhere(applied: TerraformTestApi, place: Workspace) -> None:
    """Look for the secret's value in the state, in a plan, and in their files."""
    state = state_file(applied)
    folder = Path(str(applied.terraform.module_dir))
    planned = json.dumps(again(applied, place))
    texts = {"state": state.read_bytes(), "plan as JSON": planned.encode()}
    texts |= {
        str(file.name): file.read_bytes()
        for file in [*state.parent.rglob("*tfplan"), *folder.glob("*.json")]
    }
    assert len(texts) > 3
    for name, data in texts.items():
        assert situations.SECRET_VALUE.encode() not in data, name
    assert b"arn:aws:secretsmanager:" in texts["state"], "the reference is there"


def task_definition_survives(
    applied: TerraformTestApi, place: Workspace, **variables: object
) -> None:
    """Change something else in the stack: the task definition is left alone."""
    planned = plan(applied, place, **variables)
    found = {
        address: change
        for address, change in beyond_gaps(planned).items()
        if "aws_cloudwatch_log_group" not in address
    }
    assert found == {}
    assert beyond_gaps(planned), "the change is to be there, or this shows nothing"


def inventory(cloud: Emulator) -> dict[str, list[str]]:
    """List what stands in the account, by kind."""
    ask = {
        service: situations.client(cloud, service)
        for service in (
            *("ec2", "ecs", "elbv2", "iam", "logs", "route53", "s3"),
            *("secretsmanager", "servicediscovery"),
        )
    }
    ec2, ecs = ask["ec2"], ask["ecs"]
    own = [{"Name": "is-default", "Values": ["false"]}]
    clusters = ecs.list_clusters()["clusterArns"]
    described = ecs.describe_clusters(clusters=clusters)["clusters"]
    nats = [
        nat["NatGatewayId"]
        for nat in ec2.describe_nat_gateways()["NatGateways"]
        if nat["State"] != "deleted"
    ]
    endpoints = [
        endpoint["VpcEndpointId"]
        for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]
        if endpoint["State"].lower() != "deleted"
    ]
    return {
        "VPCs": _ids(ec2.describe_vpcs(Filters=own)["Vpcs"], "VpcId"),
        "subnets": _ids(ec2.describe_subnets()["Subnets"], "SubnetId"),
        "security groups": _ids(
            ec2.describe_security_groups()["SecurityGroups"], "GroupId"
        ),
        "NAT gateways": sorted(nats),
        "addresses": _ids(ec2.describe_addresses()["Addresses"], "AllocationId"),
        "gateways": _ids(
            ec2.describe_internet_gateways()["InternetGateways"], "InternetGatewayId"
        ),
        "endpoints": sorted(endpoints),
        "flow logs": _ids(ec2.describe_flow_logs()["FlowLogs"], "FlowLogId"),
        "clusters": sorted(
            item["clusterArn"] for item in described if item["status"] == "ACTIVE"
        ),
        "task definitions": sorted(ecs.list_task_definitions()["taskDefinitionArns"]),
        "load balancers": _ids(
            ask["elbv2"].describe_load_balancers()["LoadBalancers"], "LoadBalancerArn"
        ),
        "target groups": _ids(
            ask["elbv2"].describe_target_groups()["TargetGroups"], "TargetGroupArn"
        ),
        "roles": _ids(ask["iam"].list_roles()["Roles"], "RoleName"),
        "log groups": _ids(
            ask["logs"].describe_log_groups()["logGroups"], "logGroupName"
        ),
        "zones": _ids(ask["route53"].list_hosted_zones()["HostedZones"], "Name"),
        "buckets": _ids(ask["s3"].list_buckets()["Buckets"], "Name"),
        "secrets": _ids(ask["secretsmanager"].list_secrets()["SecretList"], "ARN"),
        "namespaces": _ids(
            ask["servicediscovery"].list_namespaces()["Namespaces"], "Id"
        ),
    }


def _ids(items: list[dict[str, Any]], member: str) -> list[str]:
    return sorted(item[member] for item in items)


def services_go_first(applied: TerraformTestApi) -> None:
    """Read from the state what a destroy takes away after the services.

    Terraform deletes a resource before everything that its record depends on.
    """
    state = json.loads(state_file(applied).read_text())
    records = {
        (item.get("module", ""), item["type"], item["name"]): item
        for item in state["resources"]
        if item["mode"] == "managed"
    }
    services = [key for key in records if key[1] == "aws_ecs_service"]
    assert services
    network = {
        f"{module}.{kind}.{name}"
        for module, kind, name in records
        if module == "module.vpc" and (kind, name) in AFTER_SERVICES
    }
    for module, kind, name in services:
        item = records[module, kind, name]
        later = set(item["instances"][0]["dependencies"])
        own = {
            f"{place}.{sort}.{label}"
            for place, sort, label in records
            if place == module and sort in OWN_AFTER_SERVICES
        }
        assert network | own <= later, module
    print(f"{len(services)} services go before {len(network)} kinds of the network")


def destroy_leaves_nothing(
    applied: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    """Destroy, and compare the account with what it held before the apply."""
    during = inventory(cloud)
    assert during != before
    applied.terraform.destroy()
    after = inventory(cloud)
    left = {
        kind: found
        for kind, found in after.items()
        if (set(found) ^ set(before[kind])) - LEFT_BEHIND.get(kind, set())
    }
    assert left == {}, f"left over: {left}"
    assert json.loads(state_file(applied).read_text())["resources"] == []


def role_policy(cloud: Emulator, arn: str) -> list[dict[str, Any]]:
    """Give every statement of a role's own and attached policies."""
    iam = situations.client(cloud, "iam")
    name = arn.rpartition("/")[2]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [], "rights stand in the role's own policy"
    return [statement for document in documents for statement in document["Statement"]]


def as_list(value: Any) -> list[Any]:
    """Read a member of a policy that may be one text or a list of them."""
    return value if isinstance(value, list) else [value]


def smoke_reads_and_finds_the_services(
    cloud: Emulator, applied: TerraformTestApi
) -> None:
    """Look at the live stack with the script people run: it reads, and sees them."""
    asked: list[str] = []

    def ask(name: str) -> Any:
        client = situations.client(cloud, name)
        client.meta.events.register(
            "before-call", lambda model, **_: asked.append(model.name)
        )
        return client

    found = outputs(applied)
    rows = list(smoke.look(smoke.Place(ask, found["cluster_name"])))
    written = smoke.table(rows)
    print(written)
    assert asked
    assert [one for one in asked if not one.startswith(("Describe", "List"))] == []
    assert f"| {found['service_name']}: tasks |" in written
    assert ACCOUNT not in written
    kinds = {row.what.partition(" ")[0] for row in rows}
    assert {"way", "NAT", "endpoint", "flow", "log"} <= kinds
