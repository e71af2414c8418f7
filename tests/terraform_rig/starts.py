"""What a service's tasks need to start, looked up in the account. Not a scheduler.

AWS takes a service whose tasks cannot start: they fail one after another, and the
deployment's circuit breaker ends in a service without tasks while the apply says that
all is well. Here the service is refused, with everything that its tasks would miss.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tests.terraform_rig import policies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.terraform_rig.account import Account

ANYWHERE: Final = "0.0.0.0/0"
_ECR: Final = re.compile(
    r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]+/"
    r"(?P<name>[^:@]+)(?::(?P<tag>[^@]+))?"
)
_PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)


def missing(service: Mapping[str, Any], account: Account, region: str) -> list[str]:
    """List what the tasks of a service, as CreateService takes it, would miss."""
    ecs = account.ask("ecs", region)
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    task = Task(definition["taskDefinition"], account, region)
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration")
    return [*task.missing(), *(_Way(network, task).missing() if network else ())]


class Task:
    """A registered task definition and what it refers to."""

    def __init__(
        self, definition: Mapping[str, Any], account: Account, region: str
    ) -> None:
        self.containers = definition["containerDefinitions"]
        self.account = account
        self.region = region
        self.role = definition.get("executionRoleArn", "")

    def missing(self) -> Iterator[str]:
        """List what the execution role may not do, and what is not there."""
        statements = self._statements()
        for reference in self.secrets():
            yield from self._secret(reference, statements)
        for name in self.log_groups():
            yield from self._log_group(name, statements)
        for image in self.images():
            yield from self._image(image, statements)

    def secrets(self) -> list[str]:
        """Give every reference to a secret or parameter, once."""
        found = [s["valueFrom"] for c in self.containers for s in c.get("secrets", [])]
        return [*dict.fromkeys(found)]

    def log_groups(self) -> list[str]:
        """Give the names of the log groups that containers write to."""
        configured = [c.get("logConfiguration") or {} for c in self.containers]
        drivers = [c for c in configured if c.get("logDriver") == "awslogs"]
        return [*dict.fromkeys(c["options"]["awslogs-group"] for c in drivers)]

    def images(self) -> list[str]:
        """Give the images of the containers, once."""
        return [*dict.fromkeys(c["image"] for c in self.containers)]

    def _statements(self) -> list[dict[str, Any]]:
        if not self.role:
            return []
        return policies.of_role(self.account.ask("iam", self.region), self.role)

    def _secret(
        self, reference: str, statements: list[dict[str, Any]]
    ) -> Iterator[str]:
        """Read a secret as ECS does: IAM compares with its full ARN.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
        """
        if ":ssm:" in reference:
            if not policies.allows(statements, "ssm:GetParameters", reference):
                yield f"the execution role may not read {reference}"
            return
        arn = ":".join(reference.split(":")[:7])
        manager = self.account.ask("secretsmanager", self.region)
        try:
            held = manager.describe_secret(SecretId=arn)
        except ClientError:
            yield f"there is no secret {arn}"
            return
        full, action = held["ARN"], "secretsmanager:GetSecretValue"
        if not policies.allows(statements, action, full):
            yield f"the execution role may not read {full}"
        via = {"kms:ViaService": f"secretsmanager.{self.region}.amazonaws.com"}
        key = held.get("KmsKeyId")
        if key and not policies.allows(statements, "kms:Decrypt", key, via):
            yield f"the execution role may not decrypt {full}"

    def _log_group(self, name: str, statements: list[dict[str, Any]]) -> Iterator[str]:
        """Find a log group, without which the awslogs driver ends the task.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
        """
        logs = self.account.ask("logs", self.region)
        groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        found = [group["arn"] for group in groups if group["logGroupName"] == name]
        if not found:
            yield f"there is no log group {name}"
            return
        stream = f"{found[0].removesuffix(':*')}:log-stream:ecs/one"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            if not policies.allows(statements, action, stream):
                yield f"the execution role may not do {action} on {name}"

    def _image(self, image: str, statements: list[dict[str, Any]]) -> Iterator[str]:
        """Find an image of ECR, and the rights to pull it.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
        """
        found = _ECR.match(image)
        if found is None:
            return
        place = f"{found['region']}:{found['account']}:repository/{found['name']}"
        arn = f"arn:aws:ecr:{place}"
        if not policies.allows(statements, "ecr:GetAuthorizationToken", "*"):
            yield "the execution role gets no token of ECR"
        for action in _PULL:
            if not policies.allows(statements, action, arn):
                yield f"the execution role may not do {action} on {arn}"


class _Way:
    """The ways out of a service's subnets and security groups."""

    def __init__(self, network: Mapping[str, Any], task: Task) -> None:
        self._network = network
        self._task = task
        self._ec2 = task.account.ask("ec2", task.region)
        found = self._ec2.describe_subnets(SubnetIds=network["subnets"])["Subnets"]
        self._vpc = [{"Name": "vpc-id", "Values": [found[0]["VpcId"]]}]
        self._rules = [
            rule
            for group in self._ec2.describe_security_groups(
                GroupIds=network["securityGroups"]
            )["SecurityGroups"]
            for rule in group["IpPermissionsEgress"]
        ]

    def missing(self) -> Iterator[str]:
        """List what is reached neither directly nor through an endpoint."""
        for subnet in self._network["subnets"]:
            if not self._leads_out(subnet):
                yield from self._without_a_way_out(subnet)
        if not self._may_go(cidr=ANYWHERE):
            yield from self._narrow()

    def _leads_out(self, subnet: str) -> bool:
        """Say whether a subnet's table leads to NAT, or a public address out.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
        """
        routes = [r for r in self._table(subnet)["Routes"] if _is_default(r)]
        nats = [r["NatGatewayId"] for r in routes if r.get("NatGatewayId")]
        if nats:
            found = self._ec2.describe_nat_gateways(NatGatewayIds=nats)["NatGateways"]
            return all(nat["State"] == "available" for nat in found)
        public = self._network.get("assignPublicIp") == "ENABLED"
        return public and any(r.get("GatewayId", "").startswith("igw-") for r in routes)

    def _table(self, subnet: str) -> Mapping[str, Any]:
        tables = self._ec2.describe_route_tables(Filters=self._vpc)["RouteTables"]
        for table in tables:
            if subnet in [a.get("SubnetId") for a in table["Associations"]]:
                return dict(table)
        return next(t for t in tables if any(a.get("Main") for a in t["Associations"]))

    def _without_a_way_out(self, subnet: str) -> Iterator[str]:
        """List the endpoints that a task without a way out lacks.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
        A pull-through cache makes its first pull of a tag over the internet:
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
        """
        table = self._table(subnet)["RouteTableId"]
        for service in self._services():
            endpoint = self._endpoints().get(service)
            if endpoint is None:
                yield f"{subnet} has no way out and no endpoint for {service}"
            elif endpoint["State"].lower() != "available":
                yield f"the endpoint for {service} is {endpoint['State']}"
            elif service == "s3" and table not in endpoint["RouteTableIds"]:
                yield f"the endpoint for s3 is not in the route table of {subnet}"
            elif service != "s3" and not self._lets_in(endpoint):
                yield f"the endpoint for {service} lets nobody in on 443"
        for image in self._task.images():
            if not self._is_in_the_registry(image):
                yield f"{subnet} has no way out and {image} is not in ECR"

    def _services(self) -> list[str]:
        secrets = self._task.secrets()
        needed = {
            "ecr.api": True,
            "ecr.dkr": True,
            "s3": True,
            "logs": bool(self._task.log_groups()),
            "secretsmanager": any(":secretsmanager:" in one for one in secrets),
            "ssm": any(":ssm:" in one for one in secrets),
        }
        return [service for service, is_needed in needed.items() if is_needed]

    def _endpoints(self) -> dict[str, Mapping[str, Any]]:
        found = self._ec2.describe_vpc_endpoints(Filters=self._vpc)["VpcEndpoints"]
        return {
            e["ServiceName"].partition(f"{self._task.region}.")[2]: e for e in found
        }

    def _lets_in(self, endpoint: Mapping[str, Any]) -> bool:
        groups = [group["GroupId"] for group in endpoint["Groups"]]
        found = self._ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
        return any(_covers(r) for group in found for r in group["IpPermissions"])

    def _is_in_the_registry(self, image: str) -> bool:
        found = _ECR.match(image)
        if found is None:
            return False
        ecr = self._task.account.ask("ecr", found["region"])
        wanted = [{"imageTag": found["tag"]}]
        try:
            held = ecr.batch_get_image(repositoryName=found["name"], imageIds=wanted)
        except ClientError:
            return False
        return bool(held["images"])

    def _narrow(self) -> Iterator[str]:
        """List the endpoints that the tasks' security groups lead to on no rule."""
        endpoints = self._endpoints()
        for service in self._services():
            endpoint = endpoints.get(service)
            if endpoint is None:
                yield f"no rule of the security groups leads to {service}"
            elif service == "s3":
                if not self._may_go(prefix_list=True):
                    yield "no rule of the security groups leads to s3"
            elif not any(self._may_go(group=g["GroupId"]) for g in endpoint["Groups"]):
                yield f"no rule of the security groups leads to {service}"

    def _may_go(
        self, cidr: str = "", group: str = "", prefix_list: bool = False
    ) -> bool:
        rules = [rule for rule in self._rules if _covers(rule)]
        ranges = {entry["CidrIp"] for rule in rules for entry in rule["IpRanges"]}
        pairs = [pair for rule in rules for pair in rule["UserIdGroupPairs"]]
        lists = [one for rule in rules for one in rule["PrefixListIds"]]
        groups = {pair.get("GroupId") for pair in pairs}
        return cidr in ranges or group in groups or (prefix_list and bool(lists))


def _is_default(route: Mapping[str, Any]) -> bool:
    return route.get("DestinationCidrBlock") == ANYWHERE


def _covers(rule: Mapping[str, Any], port: int = 443) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    first, last = int(rule.get("FromPort", -1)), int(rule.get("ToPort", -1))
    return rule["IpProtocol"] == "tcp" and first <= port <= last


def told(reasons: Iterable[str]) -> str:
    """Say in one message what tasks would miss."""
    return "The tasks of this service would not start: " + "; ".join(
        dict.fromkeys(reasons)
    )
