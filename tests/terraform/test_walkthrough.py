"""The walkthrough, applied to the emulator and asked through the AWS APIs.

Every piece the walkthrough builds is looked up in the account, never in the state, and
has the walkthrough's setting or the mended one. Two settings cannot be asked for here:
the emulator answers neither a service's deployment configuration nor that a zone is
private; the modules' own tests hold them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from pytest_terraform import terraform  # type: ignore[import-untyped]

from tests.terraform import checks
from tests.terraform_rig import emulator, situations

if TYPE_CHECKING:
    from pytest_terraform.tf import (  # type: ignore[import-untyped]
        TerraformTestApi,
    )

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.workspace import Workspace

STACK: Final = "walkthrough"
PREFIX: Final = "sysdig-fargate"
BUCKET: Final = f"{PREFIX}-flowlog-{emulator.ACCOUNT}-{situations.REGION}"
HOST: Final = f"orchestrator.{PREFIX}.internal"


@pytest.fixture(scope="module", autouse=True)
def _first(before: dict[str, list[str]]) -> dict[str, list[str]]:
    return before


@pytest.fixture(scope="module")
def ask(cloud: Emulator) -> dict[str, Any]:
    """Give a client of each service that the walkthrough uses."""
    names = ("ec2", "ecs", "elbv2", "iam", "logs", "route53", "s3")
    return {name: situations.client(cloud, name) for name in names}


@pytest.fixture(scope="module")
def mine(walkthrough: TerraformTestApi) -> list[dict[str, Any]]:
    """Give the filter for what is in the walkthrough's VPC."""
    vpc = checks.outputs(walkthrough)["vpc_id"]
    return [{"Name": "vpc-id", "Values": [vpc]}]


@terraform(STACK, scope="module", name="walkthrough", teardown=terraform.TEARDOWN_OFF)  # type: ignore[untyped-decorator]
def test_registered_definition_is_the_programs_output(
    walkthrough: TerraformTestApi, cloud: Emulator
) -> None:
    checks.registered_is_the_programs_output(cloud, walkthrough)


def test_application_is_instrumented(
    walkthrough: TerraformTestApi, cloud: Emulator
) -> None:
    definition = checks.registered(cloud, walkthrough)
    application, sidecar = definition["containerDefinitions"]
    assert application["name"] == "event-generator"
    assert application["entryPoint"] == ["/opt/draios/bin/instrument"]
    assert application["command"] == [
        *("/bin/event-generator", "run", "syscall", "--loop"),
    ]
    variables = {item["name"]: item["value"] for item in application["environment"]}
    assert variables["SYSDIG_ORCHESTRATOR"] == HOST
    assert variables["SYSDIG_ORCHESTRATOR_PORT"] == "6667"
    assert "SYSDIG_ACCESS_KEY" not in variables
    assert [secret["name"] for secret in application["secrets"]] == [
        "SYSDIG_ACCESS_KEY"
    ]
    assert application["volumesFrom"] == [
        {"sourceContainer": "SysdigInstrumentation", "readOnly": True}
    ]
    assert sidecar["logConfiguration"]["options"] == {
        "awslogs-group": f"{PREFIX}-workload-agent-logs",
        "awslogs-region": situations.REGION,
        "awslogs-stream-prefix": f"{PREFIX}-workload-agent",
    }


def test_task_definition(walkthrough: TerraformTestApi, cloud: Emulator) -> None:
    definition = checks.registered(cloud, walkthrough)
    assert definition["family"] == f"{PREFIX}-td-event-generator"
    assert (definition["cpu"], definition["memory"]) == ("1024", "2048")
    assert definition["networkMode"] == "awsvpc"
    assert definition["requiresCompatibilities"] == ["FARGATE"]
    assert definition["pidMode"] == "task"
    assert definition["runtimePlatform"] == {
        "cpuArchitecture": "X86_64",
        "operatingSystemFamily": "LINUX",
    }


def test_images_are_pinned(walkthrough: TerraformTestApi, ask: dict[str, Any]) -> None:
    found = checks.outputs(walkthrough)
    arns = ask["ecs"].list_task_definitions()["taskDefinitionArns"]
    images = [
        container["image"]
        for arn in arns
        for container in ask["ecs"].describe_task_definition(taskDefinition=arn)[
            "taskDefinition"
        ]["containerDefinitions"]
    ]
    assert found["task_definition_arn"] in arns
    assert len(images) == 3
    for image in images:
        name, _, tag = image.rpartition(":")
        assert name, image
        assert tag[0].isdigit(), image


def test_vpc_and_subnets(
    walkthrough: TerraformTestApi, ask: dict[str, Any], mine: list[dict[str, Any]]
) -> None:
    vpc = ask["ec2"].describe_vpcs(VpcIds=[checks.outputs(walkthrough)["vpc_id"]])
    assert vpc["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
    subnets = ask["ec2"].describe_subnets(Filters=mine)["Subnets"]
    assert {
        (subnet["CidrBlock"], subnet["AvailabilityZone"][-1]) for subnet in subnets
    } == {
        ("10.0.1.0/24", "a"),
        ("10.0.2.0/24", "c"),
        ("10.0.101.0/24", "a"),
        ("10.0.102.0/24", "c"),
    }
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in subnets)


def test_one_nat_gateway_serves_the_private_subnets(
    ask: dict[str, Any], mine: list[dict[str, Any]]
) -> None:
    nats = ask["ec2"].describe_nat_gateways(Filters=mine)["NatGateways"]
    nat = only(nat for nat in nats if nat["State"] == "available")
    place = ask["ec2"].describe_subnets(SubnetIds=[nat["SubnetId"]])["Subnets"][0]
    assert place["CidrBlock"] in ("10.0.101.0/24", "10.0.102.0/24")
    tables = ask["ec2"].describe_route_tables(Filters=mine)["RouteTables"]
    ways = [
        route.get("NatGatewayId")
        for table in tables
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == "0.0.0.0/0"
    ]
    assert ways.count(nat["NatGatewayId"]) == 2


def test_default_security_group_lets_nothing_through(
    ask: dict[str, Any], mine: list[dict[str, Any]]
) -> None:
    groups = ask["ec2"].describe_security_groups(
        Filters=[*mine, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    group = only(groups)
    assert group["IpPermissions"] == []
    assert group["IpPermissionsEgress"] == []


def test_flow_log_goes_to_the_bucket(
    walkthrough: TerraformTestApi, ask: dict[str, Any]
) -> None:
    vpc = checks.outputs(walkthrough)["vpc_id"]
    logs = ask["ec2"].describe_flow_logs()["FlowLogs"]
    log = only(log for log in logs if log["ResourceId"] == vpc)
    assert log["LogDestinationType"] == "s3"
    assert log["LogDestination"] == f"arn:aws:s3:::{BUCKET}"
    assert log["TrafficType"] == "ALL"


@pytest.mark.usefixtures("walkthrough")
def test_bucket_is_closed_encrypted_versioned_and_tidied(ask: dict[str, Any]) -> None:
    s3 = ask["s3"]
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    rules = s3.get_bucket_encryption(Bucket=BUCKET)[
        "ServerSideEncryptionConfiguration"
    ]["Rules"]
    how = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
    assert how == "AES256"
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]
    assert owner["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    life = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert any("Expiration" in rule for rule in life)


@pytest.mark.usefixtures("walkthrough")
def test_bucket_policy_lets_the_delivery_in_and_plain_http_out(
    ask: dict[str, Any],
) -> None:
    text = ask["s3"].get_bucket_policy(Bucket=BUCKET)["Policy"]
    statements = {item["Sid"]: item for item in json.loads(text)["Statement"]}
    for sid in ("AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck"):
        condition = json.dumps(statements[sid]["Condition"])
        assert emulator.ACCOUNT in condition, sid
        assert f"arn:aws:logs:{situations.REGION}:{emulator.ACCOUNT}:*" in condition
        assert statements[sid]["Principal"] == {
            "Service": "delivery.logs.amazonaws.com"
        }
    write = statements["AWSLogDeliveryWrite"]
    assert checks.as_list(write["Action"]) == ["s3:PutObject"]
    assert "AWSLogs/" in checks.as_list(write["Resource"])[0]
    denied = [item for item in statements.values() if item["Effect"] == "Deny"]
    assert any("aws:SecureTransport" in json.dumps(item) for item in denied)


@pytest.mark.usefixtures("walkthrough")
def test_there_is_one_cluster_and_it_has_insights(ask: dict[str, Any]) -> None:
    arns = ask["ecs"].list_clusters()["clusterArns"]
    described = ask["ecs"].describe_clusters(clusters=arns, include=["SETTINGS"])
    cluster = only(c for c in described["clusters"] if c["status"] == "ACTIVE")
    assert cluster["clusterName"] == f"{PREFIX}-cluster"
    assert {"name": "containerInsights", "value": "enabled"} in cluster["settings"]


@pytest.mark.parametrize(
    ("name", "count"), [(f"{PREFIX}-service", 1), (f"{PREFIX}-orchestrator", 1)]
)
@pytest.mark.usefixtures("walkthrough")
def test_services_run_on_fargate_in_private_subnets(
    ask: dict[str, Any], mine: list[dict[str, Any]], name: str, count: int
) -> None:
    answer = ask["ecs"].describe_services(cluster=f"{PREFIX}-cluster", services=[name])
    service = only(answer["services"])
    assert service["launchType"] == "FARGATE"
    assert service["desiredCount"] == count
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    assert network["assignPublicIp"] == "DISABLED"
    private = [*mine, {"Name": "cidr-block", "Values": ["10.0.1.0/24", "10.0.2.0/24"]}]
    subnets = ask["ec2"].describe_subnets(Filters=private)["Subnets"]
    assert sorted(network["subnets"]) == sorted(s["SubnetId"] for s in subnets)


@pytest.mark.usefixtures("walkthrough")
def test_application_may_go_where_it_must_and_nowhere_else(
    ask: dict[str, Any], mine: list[dict[str, Any]]
) -> None:
    groups = {
        group["GroupId"]: group
        for group in ask["ec2"].describe_security_groups(Filters=mine)["SecurityGroups"]
    }
    answer = ask["ecs"].describe_services(
        cluster=f"{PREFIX}-cluster", services=[f"{PREFIX}-service"]
    )
    network = answer["services"][0]["networkConfiguration"]["awsvpcConfiguration"]
    own = groups[only(network["securityGroups"])]
    assert own["IpPermissions"] == []
    ways = {
        (rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
        for rule in own["IpPermissionsEgress"]
    }
    assert ways == {("tcp", 443, 443), ("tcp", 6667, 6667)}
    inner = only(r for r in own["IpPermissionsEgress"] if r["FromPort"] == 6667)
    target = groups[only(inner["UserIdGroupPairs"])["GroupId"]]
    back = only(target["IpPermissions"])
    assert (back["FromPort"], back["ToPort"]) == (6667, 6667)
    assert [pair["GroupId"] for pair in back["UserIdGroupPairs"]] == [own["GroupId"]]
    assert back["IpRanges"] == []


@pytest.mark.usefixtures("walkthrough")
def test_no_security_group_is_open_to_everywhere(
    ask: dict[str, Any], mine: list[dict[str, Any]]
) -> None:
    groups = ask["ec2"].describe_security_groups(Filters=mine)["SecurityGroups"]
    open_to_all = [
        (group["GroupName"], rule)
        for group in groups
        for rule in group["IpPermissions"]
        if "0.0.0.0/0" in [entry["CidrIp"] for entry in rule["IpRanges"]]
    ]
    assert open_to_all == []
    assert len(groups) > 3


@pytest.mark.usefixtures("walkthrough")
def test_orchestrator_is_behind_an_internal_network_load_balancer(
    ask: dict[str, Any],
) -> None:
    balancer = only(ask["elbv2"].describe_load_balancers()["LoadBalancers"])
    assert (balancer["Scheme"], balancer["Type"]) == ("internal", "network")
    assert len(balancer["AvailabilityZones"]) == 2
    assert balancer["SecurityGroups"]
    listener = only(
        ask["elbv2"].describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
            "Listeners"
        ]
    )
    assert (listener["Port"], listener["Protocol"]) == (6667, "TCP")
    group = only(ask["elbv2"].describe_target_groups()["TargetGroups"])
    assert (group["Port"], group["Protocol"], group["TargetType"]) == (
        6667,
        "TCP",
        "ip",
    )


@pytest.mark.usefixtures("walkthrough")
def test_name_of_the_orchestrator_leads_to_the_load_balancer(
    ask: dict[str, Any],
) -> None:
    zones = ask["route53"].list_hosted_zones()["HostedZones"]
    zone = only(z for z in zones if z["Name"] == f"{PREFIX}.internal.")
    records = ask["route53"].list_resource_record_sets(HostedZoneId=zone["Id"])
    record = only(r for r in records["ResourceRecordSets"] if r["Name"] == f"{HOST}.")
    balancer = only(ask["elbv2"].describe_load_balancers()["LoadBalancers"])
    assert balancer["DNSName"].lower() in record["AliasTarget"]["DNSName"].lower()


@pytest.mark.usefixtures("walkthrough")
def test_orchestrator_reports_to_the_collector_with_the_key_by_reference(
    ask: dict[str, Any],
) -> None:
    answer = ask["ecs"].describe_services(
        cluster=f"{PREFIX}-cluster", services=[f"{PREFIX}-orchestrator"]
    )
    arn = answer["services"][0]["taskDefinition"]
    definition = ask["ecs"].describe_task_definition(taskDefinition=arn)
    container = only(definition["taskDefinition"]["containerDefinitions"])
    assert container["name"] == "OrchestratorAgent"
    variables = {item["name"]: item["value"] for item in container["environment"]}
    assert variables["COLLECTOR"] == "ingest.au1.sysdig.com"
    assert variables["COLLECTOR_PORT"] == "6443"
    assert "agentino_port: 6667" in variables["ADDITIONAL_CONF"]
    assert "ACCESS_KEY" not in variables
    assert [secret["name"] for secret in container["secrets"]] == ["ACCESS_KEY"]


@pytest.mark.usefixtures("walkthrough")
def test_logs_expire(ask: dict[str, Any]) -> None:
    groups = ask["logs"].describe_log_groups(logGroupNamePrefix=PREFIX)["logGroups"]
    assert {group["logGroupName"] for group in groups} >= {
        f"{PREFIX}-logs",
        f"{PREFIX}-workload-agent-logs",
    }
    assert {group.get("retentionInDays") for group in groups} == {365}


def test_execution_role_is_narrow_and_trusted_in_this_account_alone(
    walkthrough: TerraformTestApi, cloud: Emulator, ask: dict[str, Any]
) -> None:
    definition = checks.registered(cloud, walkthrough)
    arn = definition["executionRoleArn"]
    assert arn.endswith(f"{PREFIX}-role-task-execution-{situations.REGION}")
    statements = checks.role_policy(cloud, arn)
    secret = definition["containerDefinitions"][0]["secrets"][0]["valueFrom"]
    for statement in statements:
        for action in checks.as_list(statement["Action"]):
            assert "*" not in action
        if "secretsmanager:GetSecretValue" in statement["Action"]:
            assert checks.as_list(statement["Resource"]) == [secret, f"{secret}-??????"]
        if "logs:PutLogEvents" in statement["Action"]:
            assert "*" not in checks.as_list(statement["Resource"])
    role = ask["iam"].get_role(RoleName=arn.rpartition("/")[2])["Role"]
    trust = json.dumps(role["AssumeRolePolicyDocument"])
    assert "aws:SourceAccount" in trust
    assert "aws:SourceArn" in trust
    assert definition["taskRoleArn"] != arn


def test_second_plan_is_empty(walkthrough: TerraformTestApi, place: Workspace) -> None:
    checks.second_plan_is_empty(walkthrough, place)


def test_no_secret_anywhere(walkthrough: TerraformTestApi, place: Workspace) -> None:
    checks.no_secret_anywhere(walkthrough, place)


def test_services_go_before_their_network(walkthrough: TerraformTestApi) -> None:
    checks.services_go_first(walkthrough)


def test_smoke_script_reads_the_live_stack(
    walkthrough: TerraformTestApi, cloud: Emulator
) -> None:
    checks.smoke_reads_and_finds_the_services(cloud, walkthrough)


def test_destroy_leaves_nothing(
    walkthrough: TerraformTestApi, cloud: Emulator, before: dict[str, list[str]]
) -> None:
    checks.destroy_leaves_nothing(walkthrough, cloud, before)


def only(items: Any) -> Any:
    """Give the one item there is."""
    found = list(items)
    assert len(found) == 1, found
    return found[0]
