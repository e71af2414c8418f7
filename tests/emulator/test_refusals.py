"""What AWS refuses is refused here, and what it takes is taken: each rule both ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.terraform_rig import policies, refusals, situations
from tests.terraform_rig.emulator import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.terraform_rig.emulator import Emulator

REGION = situations.REGION
ANYWHERE = "0.0.0.0/0"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


class World:
    """A network with a way out, a role, a log group, a secret; things to break."""

    def __init__(self, cloud: Emulator, name: str) -> None:
        self.cloud, self.name = cloud, name
        self.ask = {
            service: situations.client(cloud, service)
            for service in ("ec2", "ecs", "iam", "logs", "secretsmanager")
        }
        ec2 = self.ask["ec2"]
        self.vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self._subnet("10.9.1.0/24")
        self.group = ec2.create_security_group(
            GroupName=name, Description=name, VpcId=self.vpc
        )["GroupId"]
        self.secret = self.ask["secretsmanager"].create_secret(
            Name=f"{name}-sysdig", SecretString="made up"
        )["ARN"]
        self.ask["logs"].create_log_group(logGroupName=name)
        self.ask["ecs"].create_cluster(clusterName=name)
        self.role = self.ask["iam"].create_role(
            RoleName=name, AssumeRolePolicyDocument=TRUST
        )["Role"]["Arn"]
        self.allow("secretsmanager:GetSecretValue", self.secret)
        self.allow("logs:*", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*")

    def _subnet(self, block: str) -> str:
        made = self.ask["ec2"].create_subnet(VpcId=self.vpc, CidrBlock=block)
        return str(made["Subnet"]["SubnetId"])

    def allow(self, action: str, resource: str) -> None:
        document = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
        self.ask["iam"].put_role_policy(
            RoleName=self.name,
            PolicyName=action.partition(":")[0],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": document}),
        )

    def serve(self, **changes: Any) -> Any:
        """Make the service; `container`, `network` and others change what it has."""
        options = {"awslogs-group": self.name, "awslogs-region": REGION}
        container = {
            "name": "web",
            "image": "quay.io/web:1",
            "secrets": [{"name": "KEY", "valueFrom": self.secret}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
            **changes.pop("container", {}),
        }
        definition = self.ask["ecs"].register_task_definition(
            family=self.name,
            containerDefinitions=[container],
            executionRoleArn=self.role,
            networkMode="awsvpc",
            cpu="256",
            memory="512",
        )["taskDefinition"]["taskDefinitionArn"]
        network = {
            "subnets": [self.subnet],
            "securityGroups": [self.group],
            **changes.pop("network", {}),
        }
        return self.ask["ecs"].create_service(
            cluster=self.name,
            serviceName=f"{self.name}-{changes.pop('suffix', 'service')}",
            taskDefinition=definition,
            desiredCount=changes.pop("desiredCount", 1),
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
            **changes,
        )


@pytest.fixture(scope="module")
def ready(cloud: Emulator) -> World:
    """Give a world in which a task starts."""
    world = World(cloud, "ready")
    situations._way_out(world.ask["ec2"], world.vpc)  # noqa: SLF001 - the rig's own
    return world


@pytest.fixture
def world(cloud: Emulator, request: pytest.FixtureRequest) -> Iterator[World]:
    """Give a world without a way out, its own for each test."""
    name = request.node.name.partition("[")[0].replace("_", "-")[-28:].strip("-")
    return World(cloud, name)  # type: ignore[return-value]


def refused(world: World, **changes: Any) -> str:
    with pytest.raises(ClientError) as error:
        world.serve(**changes)
    return str(error.value)


def test_every_rule_names_its_source() -> None:
    rules = {rule for found in refusals.REFUSALS.values() for rule in found}
    assert len(rules) > 4
    for rule in rules:
        assert "https://docs.aws.amazon.com/" in (rule.__doc__ or ""), rule


def test_a_task_that_starts(ready: World) -> None:
    made = ready.serve()["service"]
    assert made["status"] == "ACTIVE"


def test_rebalancing_without_room(ready: World) -> None:
    room = {"minimumHealthyPercent": 0, "maximumPercent": 100}
    told = refused(
        ready,
        suffix="full",
        availabilityZoneRebalancing="ENABLED",
        deploymentConfiguration=room,
    )
    assert "does not support maximumPercent <= 100" in told
    ready.serve(
        suffix="still",
        availabilityZoneRebalancing="DISABLED",
        deploymentConfiguration=room,
    )


def test_a_secret_that_only_its_name_was_granted_for(ready: World) -> None:
    name = ready.secret[:-7]
    assert name.endswith("-sysdig")
    ready.allow("secretsmanager:GetSecretValue", name)
    told = refused(ready, suffix="name")
    assert f"may not read {ready.secret}" in told
    ready.allow("secretsmanager:GetSecretValue", f"{name}-??????")
    ready.serve(suffix="name")


def test_a_secret_that_is_not_there(ready: World) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:none-AbCdEf"
    secrets = [{"name": "KEY", "valueFrom": arn}]
    assert "there is no secret" in refused(ready, container={"secrets": secrets})


def test_a_log_group_that_is_not_there(ready: World) -> None:
    options = {"awslogs-group": "none", "awslogs-region": REGION}
    container = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    assert "there is no log group none" in refused(ready, container=container)


def test_an_image_of_ecr_without_a_right_to_pull(ready: World) -> None:
    image = {"image": f"{situations.REGISTRY}/web:1"}
    told = refused(ready, container=image)
    assert "gets no token of ECR" in told
    assert "may not do ecr:BatchGetImage" in told


def test_a_subnet_without_a_way_out(world: World) -> None:
    told = refused(world)
    for service in ("ecr.api", "ecr.dkr", "s3", "logs", "secretsmanager"):
        assert f"no endpoint for {service}" in told
    assert "no endpoint for ssm" not in told
    assert "quay.io/web:1 is not in ECR" in told
    assert world.serve(desiredCount=0)["service"]["desiredCount"] == 0


def test_a_public_address_is_a_way_out(world: World) -> None:
    ec2 = world.ask["ec2"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=world.vpc)
    mine = [{"Name": "vpc-id", "Values": [world.vpc]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(
        RouteTableId=table, DestinationCidrBlock=ANYWHERE, GatewayId=gateway
    )
    assert "has no way out" in refused(world)
    world.serve(network={"assignPublicIp": "ENABLED"})


def test_endpoints_take_a_while_and_the_first_pull_comes_from_elsewhere(
    world: World,
) -> None:
    ec2 = world.ask["ec2"]
    mine = [{"Name": "vpc-id", "Values": [world.vpc]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    common = {"VpcId": world.vpc}
    names = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")
    made = [
        ec2.create_vpc_endpoint(
            ServiceName=f"com.amazonaws.{REGION}.{name}",
            VpcEndpointType="Interface",
            SubnetIds=[world.subnet],
            SecurityGroupIds=[world.group],
            **common,
        )["VpcEndpoint"]["VpcEndpointId"]
        for name in names
    ]
    ec2.create_vpc_endpoint(
        ServiceName=f"com.amazonaws.{REGION}.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[table],
        **common,
    )
    image = {"image": f"{situations.REGISTRY}/quay/agent:1"}
    world.allow("ecr:*", "*")
    assert "the endpoint for ecr.api is pending" in refused(world, container=image)
    states = []
    while "available" not in states:
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=made)["VpcEndpoints"]
        states.append(found[0]["State"])
    assert states.count("pending") > 2
    told = refused(world, container=image)
    assert "the endpoint for logs lets nobody in on 443" in told
    ec2.authorize_security_group_ingress(
        GroupId=world.group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "10.9.0.0/16"}],
            }
        ],
    )
    assert "quay/agent:1 is not in ECR" in refused(world, container=image)
    situations.pulled(world.cloud, "quay/agent", "1")
    world.serve(container=image)


def test_ways_that_the_security_group_closes(ready: World) -> None:
    ec2 = ready.ask["ec2"]
    closed = ec2.create_security_group(
        GroupName="closed", Description="closed", VpcId=ready.vpc
    )["GroupId"]
    every = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}
    ec2.revoke_security_group_egress(GroupId=closed, IpPermissions=[every])
    told = refused(ready, network={"securityGroups": [closed]})
    assert "no rule of the security groups leads to logs" in told


def test_two_equal_rules(ready: World) -> None:
    rule = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "one"}],
    }
    ec2 = ready.ask["ec2"]
    ec2.authorize_security_group_ingress(GroupId=ready.group, IpPermissions=[rule])
    rule["IpRanges"] = [{"CidrIp": "10.0.0.0/8", "Description": "another"}]
    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        ec2.authorize_security_group_ingress(GroupId=ready.group, IpPermissions=[rule])


def test_a_zone_that_is_not_there(ready: World) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        ready.ask["ec2"].create_subnet(
            VpcId=ready.vpc, CidrBlock="10.9.77.0/24", AvailabilityZone=f"{REGION}z"
        )


def test_a_cloud_map_service_that_ecs_has_not_left(
    cloud: Emulator, ready: World
) -> None:
    names = situations.client(cloud, "servicediscovery")
    operation = names.create_private_dns_namespace(Name="x.internal", Vpc=ready.vpc)
    found = names.get_operation(OperationId=operation["OperationId"])
    namespace = found["Operation"]["Targets"]["NAMESPACE"]
    made = names.create_service(
        Name="orchestrator",
        NamespaceId=namespace,
        DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 10}]},
    )["Service"]
    service = ready.serve(
        suffix="named", serviceRegistries=[{"registryArn": made["Arn"]}]
    )["service"]
    ready.ask["ecs"].delete_service(
        cluster=ready.name, service=service["serviceName"], force=True
    )
    with pytest.raises(ClientError, match="ResourceInUse"):
        names.delete_service(Id=made["Id"])
    for instance in names.list_instances(ServiceId=made["Id"])["Instances"]:
        names.deregister_instance(ServiceId=made["Id"], InstanceId=instance["Id"])
    names.delete_service(Id=made["Id"])


def test_a_flow_log_whose_role_cannot_find_its_group(ready: World) -> None:
    ask = {
        "ResourceIds": [ready.vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "cloud-watch-logs",
        "LogDestination": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{ready.name}",
        "DeliverLogsPermissionArn": ready.role,
    }
    with pytest.raises(ClientError, match="lacks logs:DescribeLogGroups"):
        ready.ask["ec2"].create_flow_logs(**ask)
    ready.allow("logs:*", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*")
    ready.ask["ec2"].create_flow_logs(**ask)


def test_a_load_balancers_name(cloud: Emulator, ready: World) -> None:
    balancers = situations.client(cloud, "elbv2")
    with pytest.raises(ClientError, match="cannot begin with 'internal-'"):
        balancers.create_load_balancer(
            Name="internal-one", Type="network", Subnets=[ready.subnet]
        )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": "s3:*", "Resource": "*"}, True),
        ({"Action": "S3:getobject", "Resource": ["arn:aws:s3:::b/k"]}, True),
        ({"Action": "s3:PutObject", "Resource": "*"}, False),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::b/?"}, True),
        ({"Action": "s3:*", "Resource": "arn:aws:s3:::b"}, False),
        ({"Condition": {"StringLike": {"kms:ViaService": "s3.*"}}}, True),
        ({"Condition": {"StringEquals": {"kms:ViaService": "s3.*"}}}, False),
        ({"Condition": {"StringLike": {"kms:ViaService": "ssm.*"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
    ],
)
def test_what_policies_allow(statement: dict[str, Any], expected: bool) -> None:
    whole = {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}
    context = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    asked = ("s3:GetObject", "arn:aws:s3:::b/k", context)
    assert policies.allows([whole], *asked) is expected
    denied = {**whole, "Effect": "Deny"}
    every = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if expected:
        assert not policies.allows([every, denied], *asked)
