"""Reading checked options: what several agents' options have in common."""

from __future__ import annotations

from fargate_instrument.core.errors import Problem
from fargate_instrument.core.recipe import Policies, SetEnvironment, SetMember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any, TypeAlias

    Options = Mapping[str, Any]
    Steps: TypeAlias = tuple[SetEnvironment, ...]

SIZES = {"cpu": "cpu", "memory": "memory", "memoryReservation": "memory_reservation"}
"""Member of a container definition -> the option that most agents have for it."""


def text(options: Options, name: str) -> str:
    """Read text, or a whole number given as one; absent is the empty string."""
    value = options.get(name)
    return "" if value is None else str(value)


def count(options: Options, name: str) -> int:
    """Read a whole number that may be given as text; absent is 0."""
    return int(options.get(name) or 0)


def flag(options: Options, name: str, default: bool) -> bool:
    """Read a boolean that may be given as text."""
    value = options.get(name)
    return default if value is None else value in (True, "true")


def log_configuration(options: Options) -> dict[str, Any] | None:
    """Read a log configuration: the three awslogs values, or ECS's own form."""
    given = options.get("log_configuration")
    if not given:
        return None
    if "group" not in given:
        return {key: value for key, value in given.items() if value is not None}
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": given["group"],
            "awslogs-region": given["region"],
            "awslogs-stream-prefix": given["stream_prefix"],
        },
    }


def registry_and_logs(options: Options) -> tuple[SetMember, ...]:
    """Make what an agent's container takes from elsewhere, if it is asked for."""
    auth = text(options, "image_auth_secret")
    made = {
        "repositoryCredentials": {"credentialsParameter": auth} if auth else None,
        "logConfiguration": log_configuration(options),
    }
    return tuple(SetMember(member, value) for member, value in made.items() if value)


def sizes(options: Options, names: Mapping[str, str] = SIZES) -> tuple[SetMember, ...]:
    """Read container sizes: member -> option; absent and 0 are left out."""
    read = {member: count(options, name) for member, name in names.items()}
    return tuple(SetMember(member, value) for member, value in read.items() if value)


def variables(values: Mapping[str, str], secrets: Collection[str] = ()) -> Steps:
    """Set variables, in this order; values of ``secrets`` are never shown."""
    return tuple(SetEnvironment(n, v, secret=n in secrets) for n, v in values.items())


def arns(*candidates: str, log: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """List what the execution role must read, each once, in order.

    The ``:json-key:version-stage:version-id`` tail of a Secrets Manager reference is
    no part of the ARN that a policy names, and is cut off.
    """
    options = (log or {}).get("secretOptions") or ()
    found = [*candidates, *(option.get("valueFrom", "") for option in options)]
    return tuple(dict.fromkeys(_resource(arn) for arn in found if arn))


def _resource(reference: str) -> str:
    parts = reference.split(":")
    if len(parts) > 7 and parts[0] == "arn" and parts[2] == "secretsmanager":  # noqa: PLR2004
        return ":".join(parts[:7])
    return reference


def may_read(secrets: Sequence[str]) -> Policies:
    """Write what the execution role needs to read secrets and parameters by ARN."""
    actions = {
        "secretsmanager": "secretsmanager:GetSecretValue",
        "ssm": "ssm:GetParameters",
    }
    statements = [
        {"Action": [action], "Effect": "Allow", "Resource": found}
        for service, action in actions.items()
        for found in [[arn for arn in secrets if arn.split(":")[2:3] == [service]]]
        if found
    ]
    return Policies(execution_role=tuple(statements))


def needed(name: str, why: str, *fixes: str) -> Problem:
    """Make the problem of an option that has to be given."""
    return Problem(f"options.{name}", why, fixes, "request")
