"""Sysdig's workload agent: options and task facts to a recipe.

Facts: the vendor's Terraform provider 3.9 and its examples. ``compatibility``
``provider-v3`` asks for that provider's output, for a migration without a diff.
"""

from __future__ import annotations

from fargate_instrument.core.agents import options as read
from fargate_instrument.core.agents.marks import repository
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.recipe import (
    SIDECAR,
    AddCapability,
    AddContainer,
    AddSecret,
    MountFrom,
    Recipe,
    RequireTask,
    SetEnvironment,
    SortEnvironment,
    UniqueEnvironment,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Step

NAME = "sysdig"
FACTS: tuple[str, ...] = ()

CONTAINER = "SysdigInstrumentation"
LAUNCHER = "/opt/draios/bin/instrument"
LOGWRITER = "/opt/draios/bin/logwriter"
LOGWRITER_PORT = 32000
LAST_PORT = 65535
KEY = "SYSDIG_ACCESS_KEY"
WRAPPER = "__INSTRUMENTATION_WRAPPER"
BARE_PDIG = "/opt/draios/bin/pdig,-C,-t,-1"

LEVELS = ("silent", "fatal", "critical", "error", "warning", "info", "debug", "trace")
MODES = ("auto", "force", "")
SETS = {"sysdig_logging": (*LEVELS, ""), "sidecar": MODES}
"""Option -> its documented values; the vendor's provider takes any text."""

_SIZES = {
    "cpu": "instrumentation_cpu",
    "memory": "instrumentation_memory_limit",
    "memoryReservation": "instrumentation_memory_reservation",
}


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:  # noqa: ARG001
    """Turn checked options into a recipe; raises Failure for what they lack."""
    exact = options.get("compatibility") == "provider-v3"
    problems = _problems(options, exact)
    if problems:
        raise Failure(problems)
    variables = _variables(options, exact)
    secret = read.text(options, "sysdig_access_key_secret")
    log = read.log_configuration(options)
    auth = read.text(options, "image_auth_secret")
    return Recipe(
        NAME,
        steps=_steps(options, variables, secret, exact),
        containers=(_sidecar(options, variables, exact),),
        task=RequireTask(
            pid_mode="task",
            platform_version="1.4.0",
            x86_only=True,
            ports=(LOGWRITER_PORT,),
        ),
        secret_arns=read.arns(secret, auth, log=log),
        secret_names=(KEY,),
        exact=exact,
        exclude=tuple(options.get("ignore_containers") or ()),
        exclude_option="options.ignore_containers",
        warnings=_warnings(options, exact),
    )


def _problems(options: Mapping[str, Any], exact: bool) -> list[Problem]:
    found = []
    has = {name for name, value in options.items() if value not in (None, "", [], {})}
    if read.text(options, "workload_agent_image").strip() == "null":
        found.append(
            read.needed(
                "workload_agent_image",
                'is the word "null", which is no image',
                "give the image's name; a missing value was probably written as text",
            )
        )
    if "sysdig_access_key" in has and "sysdig_access_key_secret" in has:
        found.append(
            read.needed(
                "sysdig_access_key",
                "is given beside sysdig_access_key_secret",
                "give the secret's ARN alone",
            )
        )
    if exact:
        return found + _not_in_v3(options, has)
    found += _outside_sets(options) + _bad_ports(options)
    if not has & {"collector_host", "orchestrator_host"}:
        found.append(
            read.needed(
                "collector_host",
                "is needed: the collector of your Sysdig region",
                "for example collector_host = ingest.au1.sysdig.com",
            )
        )
    if not has & {"sysdig_access_key", "sysdig_access_key_secret", "orchestrator_host"}:
        found.append(
            read.needed(
                "sysdig_access_key_secret",
                "is needed: the agent cannot register without an access key",
                "give the ARN of a Secrets Manager secret or an SSM parameter",
            )
        )
    return found


def _undocumented(options: Mapping[str, Any]) -> list[str]:
    """Name the options whose value is outside their documented set."""
    return [
        name for name, known in SETS.items() if read.text(options, name) not in known
    ]


def _outside_sets(options: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            f"options.{name}",
            f"is {dump(options[name])}, one of {', '.join(SETS[name][:-1])} is needed",
            (),
            "request",
        )
        for name in _undocumented(options)
    ]


def _bad_ports(options: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            f"options.{name}", "is no port", ("give a number, 1 to 65535",), "request"
        )
        for name in ("collector_port", "orchestrator_port")
        if not _is_port(read.text(options, name))
    ]


def _is_port(text: str) -> bool:
    if not text:
        return True
    digits = text.isascii() and text.isdecimal() and len(text) < 6  # noqa: PLR2004
    return digits and 0 < int(text) <= LAST_PORT


def _not_in_v3(options: Mapping[str, Any], has: set[str]) -> list[Problem]:
    found = []
    if "sysdig_access_key_secret" in has:
        found.append(
            read.needed(
                "sysdig_access_key_secret",
                "cannot be expressed by the vendor's provider",
                'take compatibility = "provider-v3" out to use it',
            )
        )
    if "log_configuration" in has and "group" not in options["log_configuration"]:
        found.append(
            read.needed(
                "log_configuration",
                "cannot be expressed by the vendor's provider in this form",
                "give group, stream_prefix and region, or take compatibility out",
            )
        )
    return found


def _variables(options: Mapping[str, Any], exact: bool) -> dict[str, str]:
    """Name the agent's variables in the vendor's order; empty ones only if exact."""
    given = {
        KEY: read.text(options, "sysdig_access_key"),
        "SYSDIG_COLLECTOR": read.text(options, "collector_host"),
        "SYSDIG_COLLECTOR_PORT": read.text(options, "collector_port"),
        "SYSDIG_LOGGING": read.text(options, "sysdig_logging"),
        "SYSDIG_ORCHESTRATOR": read.text(options, "orchestrator_host"),
        "SYSDIG_ORCHESTRATOR_PORT": read.text(options, "orchestrator_port"),
        "SYSDIG_PRIORITY": read.text(options, "priority") or "availability",
        "SYSDIG_SIDECAR": _mode(options),
    }
    return {name: value for name, value in given.items() if value or exact}


def _mode(options: Mapping[str, Any]) -> str:
    value = options.get("sidecar")
    return "auto" if value is None else str(value)


def _steps(
    options: Mapping[str, Any], variables: dict[str, str], secret: str, exact: bool
) -> tuple[Step, ...]:
    bare = tuple(options.get("bare_pdig_on_containers") or ())
    steps: list[Step] = [
        WrapEntryPoint((LAUNCHER,), layout="command", as_given=exact),
        UniqueEnvironment(),
    ]
    if secret:
        steps.append(AddSecret(KEY, secret))
    steps += [
        SetEnvironment(name, value, secret=name == KEY)
        for name, value in variables.items()
    ]
    if bare:
        option = "options.bare_pdig_on_containers"
        steps.append(SetEnvironment(WRAPPER, BARE_PDIG, only_on=bare, option=option))
    if exact:
        steps.append(SortEnvironment())
    return (*steps, AddCapability("SYS_PTRACE"), MountFrom(SIDECAR, read_only=True))


def _sidecar(
    options: Mapping[str, Any], variables: dict[str, str], exact: bool
) -> AddContainer:
    image = read.text(options, "workload_agent_image")
    definition: dict[str, Any] = {
        "name": CONTAINER,
        "image": image,
        "entryPoint": [LOGWRITER],
        "environment": [{"name": n, "value": v} for n, v in variables.items()],
    }
    secret = read.text(options, "sysdig_access_key_secret")
    definition.update(read.references(options, KEY, secret))
    definition.update(_essential_and_sizes(options, exact))
    return AddContainer(
        definition,
        aliases=("sysdigInstrumentation",),
        entry_points=(
            LOGWRITER,
            "/opt/draios/bin/sidecar",
            "/opt/draios/bin/waitforever",
        ),
        images=("/workload-agent", repository(image)),
        renamed_entry_points=(("/opt/draios/bin/waitforever", LOGWRITER),),
        keep_entry_point=True,
        own_variables=("SYSDIG_", WRAPPER),
        inherit_environment=exact,
    )


def _essential_and_sizes(options: Mapping[str, Any], exact: bool) -> dict[str, Any]:
    sizes: dict[str, Any] = read.sizes(options, _SIZES)
    if not exact:
        security = read.text(options, "priority") == "security"
        essential = read.flag(options, "instrumentation_essential", security)
        return {"essential": essential, **sizes}
    if not _v3_post_step(options):
        return {}
    if not read.flag(options, "instrumentation_essential", default=False):
        sizes["essential"] = False
    return sizes


def _v3_post_step(options: Mapping[str, Any]) -> bool:
    """Tell whether the vendor's provider honours essential, cpu and memory."""
    return bool(
        options.get("log_configuration") or options.get("bare_pdig_on_containers")
    )


def _warnings(options: Mapping[str, Any], exact: bool) -> tuple[tuple[str, str], ...]:
    found = []
    if read.text(options, "sysdig_access_key"):
        found.append(
            (
                "options.sysdig_access_key",
                "stands in plain text in the task definition and in Terraform's state;"
                " give sysdig_access_key_secret instead",
            )
        )
    found += [
        (
            f"options.{name}",
            "is deprecated: workload agents from 6.0.0 on talk to the collector",
        )
        for name in ("orchestrator_host", "orchestrator_port")
        if read.text(options, name)
    ]
    if exact:
        found += [
            (
                f"options.{name}",
                "is outside the documented values; the vendor's provider takes any"
                " text, and so it is passed on",
            )
            for name in _undocumented(options)
        ]
    if exact and not _v3_post_step(options):
        found += [
            (
                f"options.{name}",
                "is ignored by the vendor's provider without log_configuration or"
                " bare_pdig_on_containers, and so it is here",
            )
            for name in ("instrumentation_essential", *_SIZES.values())
            if read.text(options, name) not in ("", "0", "False", "false")
        ]
    return tuple(found)
