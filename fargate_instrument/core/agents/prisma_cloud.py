"""Prisma Cloud's App-Embedded Defender: options and task facts to a recipe.

Facts: outputs of the vendor's console, its documentation and published scripts. The
two generations are those of its releases up to 21.08 (``start``) and of later ones
(``healthy``).
"""

from __future__ import annotations

from fargate_instrument.core.agents import options as read
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.recipe import (
    SIDECAR,
    AddCapability,
    AddContainer,
    DependOn,
    Fact,
    MountFrom,
    Recipe,
    RequireTask,
    SetEnvironment,
    ShellWrapCommand,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Step, Text

NAME = "prisma_cloud"
FACTS: tuple[str, ...] = ("family",)

CONTAINER = "TwistlockDefender"
LAUNCHERS = {
    "healthy": "/var/lib/twistlock/fargate/defender",
    "start": "/var/lib/twistlock/fargate/fargate_defender.sh",
}
DEFENDER = "/usr/local/bin/defender"
BUNDLE = "INSTALL_BUNDLE"
MEMBERS = ("essential", "cpu", "memory", "memory_reservation")


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:
    """Turn checked options into a recipe; raises Failure for what they lack."""
    options, problems = _flattened(options)
    problems += _problems(options, task)
    if problems:
        raise Failure(problems)
    family = str(task["family"])
    secret = read.text(options, "install_bundle_secret")
    auth = read.text(options, "image_auth_secret")
    log = read.log_configuration(options)
    return Recipe(
        NAME,
        steps=_steps(options, family),
        containers=(_defender(options, family),),
        task=RequireTask(platform_version="1.4.0", x86_only=True),
        secret_arns=read.arns(secret, auth, log=log),
        secret_names=(BUNDLE,),
        warnings=_warnings(options),
    )


def _flattened(options: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Lift the members of the grouped option ``sidecar`` to the top."""
    grouped = options.get("sidecar") or {}
    problems = [
        Problem(
            f"options.sidecar.{name}",
            f"is given beside options.{name}",
            ("give it in one place",),
            "request",
        )
        for name in MEMBERS
        if grouped.get(name) is not None and options.get(name) is not None
    ]
    lifted = {name: value for name, value in grouped.items() if value is not None}
    return {**options, **lifted}, problems


def _problems(options: Mapping[str, Any], task: Mapping[str, Any]) -> list[Problem]:
    found = []
    given = [n for n in ("install_bundle", "install_bundle_secret") if options.get(n)]
    if not given:
        found.append(
            read.needed(
                "install_bundle_secret",
                "is needed: the Defender cannot register without its install bundle",
                "give the ARN of a Secrets Manager secret or an SSM parameter",
            )
        )
    elif len(given) > 1:
        found.append(
            read.needed(
                "install_bundle",
                "is given beside install_bundle_secret",
                "give the secret's ARN alone",
            )
        )
    if _generation(options) == "start":
        found += [
            read.needed(
                name,
                'has no effect with defender_generation "start", which knows no such'
                " variable",
                "take it out, or use the generation healthy",
            )
            for name in ("filesystem_monitoring", "fips_enabled")
            if read.flag(options, name, default=False)
        ]
    if not task.get("family"):
        found.append(
            Problem(
                "task.family",
                "is needed: the Defender is told the task's family as FARGATE_TASK,"
                " and container definitions do not carry it",
                ('give task = {"family": "<family of the task definition>"}',),
                "request",
            )
        )
    return found


def _generation(options: Mapping[str, Any]) -> str:
    return read.text(options, "defender_generation") or "healthy"


def _switches(options: Mapping[str, Any]) -> dict[str, str]:
    if _generation(options) == "start":
        return {}
    return {
        name.upper(): "true" if read.flag(options, name, default=False) else "false"
        for name in ("filesystem_monitoring", "fips_enabled")
    }


def _steps(options: Mapping[str, Any], family: str) -> tuple[Step, ...]:
    generation = _generation(options)
    wrap = (LAUNCHERS[generation], "fargate", "entrypoint")
    known = tuple(LAUNCHERS.values())
    variables: dict[str, Text] = {
        "TW_IMAGE_NAME": Fact("container.image"),
        "TW_CONTAINER_NAME": Fact("container.name"),
        "DEFENDER_TYPE": "fargate",
        "FARGATE_TASK": family,
        **_switches(options),
    }
    first: Step = (
        ShellWrapCommand(("/bin/sh", "-c"), wrap, launchers=known, switch=True)
        if read.text(options, "wrap") == "command"
        else WrapEntryPoint(wrap, launchers=known, switch=True)
    )
    condition = "START" if generation == "start" else "HEALTHY"
    return (
        first,
        *(SetEnvironment(n, v, if_in_secrets="error") for n, v in variables.items()),
        DependOn(SIDECAR, condition),
        AddCapability("SYS_PTRACE"),
        MountFrom(SIDECAR, read_only=False, enforce=True),
    )


def _defender(options: Mapping[str, Any], family: str) -> AddContainer:
    secret = read.text(options, "install_bundle_secret")
    variables = {
        "DEFENDER_TYPE": "fargate",
        "FARGATE_TASK": family,
        "WS_ADDRESS": read.text(options, "ws_address"),
        **_switches(options),
    }
    if not secret:
        variables = {BUNDLE: read.text(options, "install_bundle"), **variables}
    definition: dict[str, Any] = {
        "name": CONTAINER,
        "image": read.text(options, "defender_image"),
        "entryPoint": [DEFENDER, "fargate", "sidecar"],
        "environment": [{"name": n, "value": v} for n, v in variables.items()],
        **read.sizes(
            options,
            {
                "cpu": "cpu",
                "memory": "memory",
                "memoryReservation": "memory_reservation",
            },
        ),
    }
    if _generation(options) == "healthy":
        definition["healthCheck"] = {
            "command": [DEFENDER, "fargate", "healthcheck"],
            "interval": 5,
            "retries": 3,
            "startPeriod": 1,
            "timeout": 5,
        }
    definition.update(read.references(options, BUNDLE, secret))
    defaults = {}
    if options.get("essential") is None:
        defaults["essential"] = True
    else:
        definition["essential"] = read.flag(options, "essential", default=True)
    return AddContainer(definition, defaults=defaults, entry_points=(DEFENDER,))


def _warnings(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if not options.get("install_bundle"):
        return ()
    return (
        (
            "options.install_bundle",
            "stands in plain text in the task definition and in Terraform's state;"
            " give install_bundle_secret instead",
        ),
    )
