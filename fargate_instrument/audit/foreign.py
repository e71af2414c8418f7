"""Other people's modules that are understood as data, by their registry address.

Facts: cloudposse/ecs-container-definition (inputs in snake_case, ``json_map_*`` out),
cloudposse/ecs-alb-service-task (registers ``container_definition_json`` as it is),
and
terraform-aws-modules/ecs (``container_definitions`` is a map from a name to ECS's
members, in camelCase from version 6 and in snake_case before).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import texts
from fargate_instrument.hcl.values import (
    Encoded,
    Object,
    Tuple,
    Unknown,
    WrongError,
    first_unknown,
)

if TYPE_CHECKING:
    from fargate_instrument.hcl.world import Call

_REGISTRY = "registry.terraform.io/"
DEFINITION = "cloudposse/ecs-container-definition/aws"
SERVICE_TASK = "cloudposse/ecs-alb-service-task/aws"
ECS = "terraform-aws-modules/ecs/aws"
ECS_SERVICE = "terraform-aws-modules/ecs/aws//modules/service"
ECS_CONTAINER = "terraform-aws-modules/ecs/aws//modules/container-definition"
ECS_CLUSTER = "terraform-aws-modules/ecs/aws//modules/cluster"

NO_TASKS = frozenset({
    ECS_CLUSTER,
    *(
        f"terraform-aws-modules/{name}/aws"
        for name in (
            "acm", "alb", "autoscaling", "cloudfront", "cloudwatch", "dynamodb-table",
            "ecr", "efs", "elasticache", "iam", "key-pair", "kms", "lambda", "nlb",
            "rds", "rds-aurora", "route53", "s3-bucket", "secrets-manager",
            "security-group", "sns", "sqs", "ssm-parameter", "vpc",
        )
    ),
    *(
        f"cloudposse/{name}"
        for name in (
            "label/null", "vpc/aws", "dynamic-subnets/aws", "ecr/aws", "alb/aws",
            "alb-ingress/aws", "alb-target-group-cloudwatch-sns-alarms/aws",
            "ecs-cloudwatch-autoscaling/aws", "ecs-cloudwatch-sns-alarms/aws",
            "rds/aws", "s3-bucket/aws", "security-group/aws",
        )
    ),
})  # fmt: skip
"""Modules of the registry that make no task definition: networks, stores, keys."""

_WORDS = re.compile(r"_([a-z])")
_RENAMED = {
    "container_name": "name",
    "container_image": "image",
    "container_memory": "memory",
    "container_memory_reservation": "memoryReservation",
    "container_cpu": "cpu",
    "container_depends_on": "dependsOn",
    "entrypoint": "entryPoint",
    "entry_point": "entryPoint",
    "healthcheck": "healthCheck",
}
_SETTINGS = re.compile(
    r"create|create_.*|enable_.*|cloudwatch_.*|service|operating_system_family|tags"
    r"|region|map_.*|container_definition|cluster.*|track_.*|container_port|host_port"
)


def address(source: str | None) -> str:
    """Bring a registry's address to its short form."""
    return (source or "").removeprefix(_REGISTRY)


def outputs(call: Call) -> Any:
    """Give the outputs of a module that is known by its address, or None."""
    where = address(call.source)
    if where == DEFINITION:
        return _cloudposse(call)
    if where == ECS_CONTAINER:
        made = _one(call.arguments, call.by)
        return Object({"container_definition": made})
    if where in NO_TASKS or where in (SERVICE_TASK, ECS, ECS_SERVICE):
        return Object({}, loose=True)
    return None


def _cloudposse(call: Call) -> Any:
    given = call.arguments
    made = _one(given, call.by)
    if "map_environment" in given or "map_secrets" in given:
        # These replace the lists; neither holds what decides.
        hidden = Unknown("it is made of a map")
        made = Object({**made, "environment": hidden, "secrets": hidden})
    over = given.get("container_definition", None)
    if isinstance(over, Unknown):
        return Unknown(f"what overrides {call.by} is not known: {over.reason}")
    if isinstance(over, dict):
        made = Object({**made, **over})
    whole = texts.encoded(made)
    listed = texts.encoded(Tuple([made]))
    return Object({
        **dict.fromkeys(("json", "json_map_encoded_list"), listed),
        **dict.fromkeys(("json_map", "json_map_encoded"), whole),
        "json_map_object": made,
        "sensitive_json_map_encoded": whole,
        "sensitive_json_map_encoded_list": listed,
        "sensitive_json_map_object": made,
    })  # fmt: skip


def _one(given: Any, by: str) -> Object:
    """Bring inputs to a container definition under ECS's names."""
    members: dict[str, Any] = {}
    for key in given:
        name = _RENAMED.get(key) or _WORDS.sub(lambda m: m[1].upper(), key)
        if _SETTINGS.fullmatch(key):
            continue
        value = given[key]
        if value is None:
            continue
        members[name] = Unknown(f"{by} is given it twice") if name in members else value
    return Object(members)


def definitions(call: Call) -> list[tuple[str, Any]] | None:
    """Give the container definitions that a known module registers as it gets them.

    Address and text of each; None if the module is no such one.
    """
    where, given = address(call.source), call.arguments
    if where == SERVICE_TASK:
        return [(call.by, _argument(given, "container_definition_json"))]
    if where == ECS_SERVICE:
        return [(call.by, _of_service(given))]
    if where == ECS:
        return _of_services(call)
    return [] if outputs(call) is not None else None


def _argument(given: Any, name: str) -> Any:
    return given[name] if name in given else Unknown(f"it has no {name}")


def _of_services(call: Call) -> list[tuple[str, Any]]:
    services = call.arguments.get("services", None)
    if services is None:
        return []
    if not isinstance(services, dict) or getattr(services, "loose", False):
        return [(call.by, Unknown("its services are not known"))]
    found = []
    for name in services:
        service = services[name]
        by = f'{call.by}.services["{name}"]'
        if isinstance(service, dict):
            found.append((by, _of_service(service)))
        else:
            found.append((by, Unknown("its service is not known")))
    return found


def _of_service(given: Any) -> Any:
    for name in ("create_task_definition", "task_definition_arn", "create"):
        value = given.get(name, None)
        if value is not None and value is not True:
            return Unknown(f"{name} says that another task definition may run")
    for name in ("container_definition_defaults", "task_definition_defaults"):
        if given.get(name):
            return Unknown(f"{name} may add to its containers")
    containers = _argument(given, "container_definitions")
    if isinstance(containers, Unknown):
        if containers.origin is not None and not containers.decoded:
            return containers
        return Unknown(containers.reason)
    if isinstance(containers, (list, str)) or not isinstance(containers, dict):
        return Unknown("its container_definitions are no map")
    return _of_map(containers)


def _of_map(containers: Any) -> Any:
    made: list[Any] = []
    for key in sorted(containers):
        one = containers[key]
        if not isinstance(one, dict):
            hole = first_unknown(one)
            made.append(hole or Unknown("it is no object"))
            continue
        if "create" in one and one["create"] is False:
            continue
        container = _one(one, key)
        if container.get("name") is None:
            container = Object({**container, "name": key})
        made.append(container)
    try:
        return Encoded(Tuple(made))
    except WrongError as error:
        return Unknown(str(error))
