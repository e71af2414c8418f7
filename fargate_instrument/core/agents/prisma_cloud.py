"""Prisma Cloud's App-Embedded Defender: options and task facts to a recipe.

Facts: outputs of the vendor's console, its documentation and published scripts. The
two generations are those of its releases up to 21.08 (``start``) and of later ones
(``healthy``).
"""

from __future__ import annotations

from fargate_instrument.core.agents import Agent, Marks, Option
from fargate_instrument.core.agents import reading as read
from fargate_instrument.core.errors import Failure, Problem, Said
from fargate_instrument.core.recipe import (
    SIDECAR,
    AddCapability,
    AddContainer,
    AddSecret,
    DependOn,
    Fact,
    MountFrom,
    Recipe,
    RequireTask,
    SetEnvironment,
    SetMember,
    ShellWrapCommand,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Step, Text

NAME = "prisma_cloud"
CONTAINER = "TwistlockDefender"
LAUNCHERS = {
    "healthy": "/var/lib/twistlock/fargate/defender",
    "start": "/var/lib/twistlock/fargate/fargate_defender.sh",
}
WORDS = ("fargate", "entrypoint")
SHELL = ("/bin/sh", "-c")
DEFENDER = "/usr/local/bin/defender"
BUNDLE = "INSTALL_BUNDLE"
MEMBERS = ("essential", "cpu", "memory", "memory_reservation")

SIZES = (
    Option(
        "essential", "flag", "Whether the task stops with the Defender; default true."
    ),
    Option(
        "cpu",
        "count",
        "CPU units of the Defender's container; 0 or absent: not written.",
    ),
    Option(
        "memory",
        "count",
        "Hard memory limit of the Defender's container, MiB; 0 or absent: not written.",
    ),
    Option(
        "memory_reservation",
        "count",
        "Soft memory limit of the Defender's container, MiB; 0 or absent: not written.",
    ),
)
OPTIONS = (
    Option(
        "defender_image",
        "needed_text",
        "Image of the Defender, as your Console names it.",
        required=True,
    ),
    Option(
        "ws_address",
        "web_socket",
        "Address of the Console, `wss://<host>:<port>`.",
        required=True,
    ),
    Option(
        "install_bundle_secret",
        "arn",
        "ARN of the Secrets Manager secret or SSM parameter that holds the install"
        " bundle. Preferred.",
    ),
    Option(
        "install_bundle",
        "text",
        "The install bundle in plain text. It ends up in the task definition and in"
        " state; give `install_bundle_secret` instead.",
        secret=True,
    ),
    Option(
        "filesystem_monitoring",
        "flag",
        "Whether the Defender watches the file system; default false.",
    ),
    Option(
        "fips_enabled",
        "flag",
        "Whether the Defender keeps to FIPS cryptography; default false.",
    ),
    Option(
        "defender_generation",
        "choice",
        "`healthy` (default): Defenders since 22.06; `start`: up to 21.08.",
        values=("healthy", "start"),
    ),
    Option(
        "wrap",
        "choice",
        "Where the Defender is put: before entryPoint (default), or into a shell"
        " command.",
        values=("entry_point", "command"),
    ),
    Option(
        "log_configuration",
        "log_configuration",
        "Log configuration of the Defender's container: the three awslogs values, or"
        " ECS's own form for any driver, FireLens included.",
    ),
    *SIZES,
    Option(
        "sidecar",
        "object",
        "The same four, grouped; a member given in both places is an error.",
        members=SIZES,
    ),
    Option(
        "image_auth_secret",
        "text",
        "ARN of the secret with the credentials of the Defender image's registry.",
    ),
)


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:
    """Turn checked options into a recipe; raises Failure for what they lack."""
    options, problems = _flattened(options)
    problems += _problems(options, task)
    if problems:
        raise Failure(problems)
    family = str(task["family"])
    secret = read.text(options, "install_bundle_secret")
    auth = read.text(options, "image_auth_secret")
    arns = read.arns(secret, auth, log=read.log_configuration(options))
    return Recipe(
        NAME,
        steps=_steps(options, family),
        containers=(_defender(options, family),),
        task=RequireTask(platform_version="1.4.0", x86_only=True),
        secret_arns=arns,
        secret_names=(BUNDLE,),
        policies=read.may_read(arns),
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
                (
                    Said(
                        'give task = {"family": "<family of the task definition>"}',
                        "say --task family=<family of the task definition>",
                    ),
                ),
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
    launcher = (LAUNCHERS[generation], *WORDS)
    variables: dict[str, Text] = {
        "TW_IMAGE_NAME": Fact("container.image"),
        "TW_CONTAINER_NAME": Fact("container.name"),
        "DEFENDER_TYPE": "fargate",
        "FARGATE_TASK": family,
        **_switches(options),
    }
    in_command = read.text(options, "wrap") == "command"
    return (
        ShellWrapCommand(SHELL, launcher) if in_command else WrapEntryPoint(launcher),
        *(SetEnvironment(n, v, if_in_secrets="error") for n, v in variables.items()),
        DependOn(SIDECAR, "START" if generation == "start" else "HEALTHY"),
        AddCapability("SYS_PTRACE"),
        MountFrom(SIDECAR, read_only=False, enforce=True),
    )


def _defender(options: Mapping[str, Any], family: str) -> AddContainer:
    secret = read.text(options, "install_bundle_secret")
    bundle = {} if secret else {BUNDLE: read.text(options, "install_bundle")}
    variables = {
        **bundle,
        "DEFENDER_TYPE": "fargate",
        "FARGATE_TASK": family,
        "WS_ADDRESS": read.text(options, "ws_address"),
        **_switches(options),
    }
    return AddContainer(
        CONTAINER,
        read.text(options, "defender_image"),
        steps=(
            SetMember("entryPoint", [DEFENDER, "fargate", "sidecar"]),
            *((AddSecret(BUNDLE, secret),) if secret else ()),
            *read.variables(variables, secrets=(BUNDLE,)),
            *_health(options),
            *read.registry_and_logs(options),
            *_essential(options),
            *read.sizes(options),
        ),
    )


def _health(options: Mapping[str, Any]) -> tuple[Step, ...]:
    if _generation(options) == "start":
        return ()
    probe = {
        "command": [DEFENDER, "fargate", "healthcheck"],
        "interval": 5,
        "retries": 3,
        "startPeriod": 1,
        "timeout": 5,
    }
    return (SetMember("healthCheck", probe),)


def _essential(options: Mapping[str, Any]) -> tuple[Step, ...]:
    """Say whether the task stops with the Defender; unasked, only of a new one."""
    value = read.flag(options, "essential", default=True)
    given = options.get("essential") is not None
    return (SetMember("essential", value, when="always" if given else "new"),)


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


_SAMPLE = {
    "defender_image": "defender",
    "ws_address": "wss://c:443",
    "install_bundle_secret": "arn:aws:ssm:r:1:parameter/unnamed",
}

AGENT = Agent(
    NAME,
    "Prisma Cloud",
    "Prisma Cloud App-Embedded Defender",
    Marks(
        names=(CONTAINER,),
        images=("twistlock/defender",),
        programs=(DEFENDER,),
        wraps=(
            *(WrapEntryPoint((path, *WORDS)) for path in LAUNCHERS.values()),
            *(ShellWrapCommand(SHELL, (p, *WORDS)) for p in LAUNCHERS.values()),
        ),
        variables=(
            "TW_",
            "DEFENDER_TYPE",
            "FARGATE_TASK",
            "FILESYSTEM_MONITORING",
            "FIPS_ENABLED",
            BUNDLE,
            "WS_ADDRESS",
        ),
        secrets=(BUNDLE,),
        ptrace=True,
        runtime_security=True,
        modules=("prisma-cloud-defender",),
    ),
    OPTIONS,
    recipe,
    facts=("family",),
    aliases=("twistlock", "prisma", "prismacloud", "defender", "palo_alto"),
    samples=tuple({**_SAMPLE, "wrap": wrap} for wrap in ("entry_point", "command")),
)
