"""What AWS refuses and moto takes, one function each with its source. Not AWS.

A rule is here only if a document of AWS, or its own error text seen by others, proves
it. A new stack meets every rule without asking for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.terraform_rig import policies, starts
from tests.terraform_rig.aws_call import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.terraform_rig.account import Account
    from tests.terraform_rig.aws_call import Call

    Rule = Callable[[Call, Account], Refusal | None]

# What the role of a flow log must be allowed, but for making the group.
_FLOW_LOG: Final = (
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
)


def rebalancing_needs_room(call: Call, _: Account) -> Refusal | None:
    """Refuse zone rebalancing where no task may start before another stops.

    Rebalancing starts a task before it stops one; ENABLED is what a new service gets.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    """
    if call.parameters.get("availabilityZoneRebalancing") != "ENABLED":
        return None
    deployment = call.parameters.get("deploymentConfiguration", {})
    if deployment.get("maximumPercent", 200) > 100:
        return None
    return Refusal(
        "InvalidParameterException",
        "Availability Zone Rebalancing does not support maximumPercent <= 100 % as "
        "deployment configuration.",
    )


def tasks_must_start(call: Call, account: Account) -> Refusal | None:
    """Refuse a service whose tasks would fail to start, see ``starts``.

    AWS takes it; three failed tasks later the circuit breaker has stalled it.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    if not call.parameters.get("desiredCount"):
        return None
    reasons = starts.missing(call.parameters, account, call.region)
    if not reasons:
        return None
    return Refusal("InvalidParameterException", starts.told(reasons))


def names_of_load_balancers(call: Call, _: Account) -> Refusal | None:
    """Refuse a load balancer's name that begins with ``internal-``.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
    """
    if not call.parameters["Name"].startswith("internal-"):
        return None
    return Refusal(
        "ValidationError",
        f"The load balancer name '{call.parameters['Name']}' cannot begin with "
        "'internal-'.",
    )


def namespaces_service_with_instances(call: Call, account: Account) -> Refusal | None:
    """Refuse to delete a Cloud Map service that still has instances.

    ECS takes its tasks out some time after they end.
    https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteService.html
    """
    cloud_map = account.ask("servicediscovery", call.region)
    held = cloud_map.list_instances(ServiceId=call.parameters["Id"])["Instances"]
    if not held:
        return None
    return Refusal(
        "ResourceInUse", "Service contains registered instances; delete them first."
    )


def flow_logs_role(call: Call, account: Account) -> Refusal | None:
    """Refuse a flow log to CloudWatch whose role has less than AWS's least.

    AWS takes it, and the log stays empty with the state "Access error".
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    role = call.parameters.get("DeliverLogsPermissionArn")
    if not role:
        return None
    statements = policies.of_role(account.ask("iam", call.region), role)
    group = call.parameters["LogDestination"].removesuffix(":*")
    every = f"{group.partition(':log-group:')[0]}:log-group:*"
    lacking = [
        action
        for action in _FLOW_LOG
        if not policies.allows(
            statements,
            action,
            every if action == "logs:DescribeLogGroups" else f"{group}:log-stream:x",
        )
    ]
    if not lacking:
        return None
    return Refusal(
        "InvalidParameterValue",
        f"Access error: the flow log's role lacks {', '.join(lacking)}.",
    )


REFUSALS: Final[dict[tuple[str, str], tuple[Rule, ...]]] = {
    ("ec2", "CreateFlowLogs"): (flow_logs_role,),
    ("ecs", "CreateService"): (rebalancing_needs_room, tasks_must_start),
    ("ecs", "UpdateService"): (rebalancing_needs_room,),
    ("elbv2", "CreateLoadBalancer"): (names_of_load_balancers,),
    ("servicediscovery", "DeleteService"): (namespaces_service_with_instances,),
}


def refusal(call: Call, account: Account) -> Refusal | None:
    """Give the first reason to refuse a call, if there is one."""
    rules = REFUSALS.get((call.service, call.operation), ())
    found = (rule(call, account) for rule in rules)
    return next((one for one in found if one is not None), None)
