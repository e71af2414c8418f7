"""Reading checked options: what several agents' options have in common."""

from __future__ import annotations

from fargate_instrument.core.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Options = Mapping[str, Any]


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


def references(options: Options, variable: str, secret: str) -> dict[str, Any]:
    """Make what an agent's container takes from elsewhere: secret, registry, logs.

    ``secret``: ARN that ``variable`` comes from. What is not asked for is left out.
    """
    auth = text(options, "image_auth_secret")
    made = {
        "secrets": [{"name": variable, "valueFrom": secret}] if secret else None,
        "repositoryCredentials": {"credentialsParameter": auth} if auth else None,
        "logConfiguration": log_configuration(options),
    }
    return {member: value for member, value in made.items() if value}


def sizes(options: Options, names: Mapping[str, str]) -> dict[str, int]:
    """Read container sizes: member -> option; absent and 0 are left out."""
    read = {member: count(options, name) for member, name in names.items()}
    return {member: value for member, value in read.items() if value}


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


def needed(name: str, why: str, *fixes: str) -> Problem:
    """Make the problem of an option that has to be given."""
    return Problem(f"options.{name}", why, fixes, "request")
