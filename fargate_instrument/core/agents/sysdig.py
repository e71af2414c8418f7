"""Sysdig's workload agent: options and task facts to a recipe.

Facts: the vendor's Terraform provider 3.9 and its examples. ``compatibility``
``provider-v3`` asks for that provider's output: see ``sysdig_v3``.
"""

from __future__ import annotations

from fargate_instrument.core.agents import Agent, Marks, Option
from fargate_instrument.core.agents import reading as read
from fargate_instrument.core.errors import Failure, Problem, Said
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
    SetMember,
    UniqueEnvironment,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Step

NAME = "sysdig"
CONTAINER = "SysdigInstrumentation"
LAUNCHER = "/opt/draios/bin/instrument"
LOGWRITER = "/opt/draios/bin/logwriter"
RETIRED = "/opt/draios/bin/waitforever"
LOGWRITER_PORT = 32000
LAST_PORT = 65535
KEY = "SYSDIG_ACCESS_KEY"
WRAPPER = "__INSTRUMENTATION_WRAPPER"
BARE_PDIG = "/opt/draios/bin/pdig,-C,-t,-1"
TASK = RequireTask("task", "1.4.0", x86_only=True, ports=(LOGWRITER_PORT,))

LEVELS = ("silent", "fatal", "critical", "error", "warning", "info", "debug", "trace")
MODES = ("auto", "force", "")
SETS = {"sysdig_logging": (*LEVELS, ""), "sidecar": MODES}
"""Option -> its documented values; the vendor's provider takes any text."""

SIZES = {
    "cpu": "instrumentation_cpu",
    "memory": "instrumentation_memory_limit",
    "memoryReservation": "instrumentation_memory_reservation",
}

OPTIONS = (
    Option(
        "workload_agent_image",
        "needed_text",
        "Image of the agent's container, for example"
        " `quay.io/sysdig/workload-agent:6.2.1`.",
        required=True,
    ),
    Option(
        "collector_host",
        "host",
        "Collector of your Sysdig region, for agents 6 and newer. Required unless"
        " `orchestrator_host` is given.",
    ),
    Option(
        "collector_port",
        "port",
        "Port of the collector; the agent's own default is 6443.",
    ),
    Option(
        "sysdig_access_key_secret",
        "arn",
        "ARN of the Secrets Manager secret or SSM parameter that holds the access key."
        " Preferred.",
    ),
    Option(
        "sysdig_access_key",
        "text",
        "The access key in plain text. It ends up in the task definition and in state;"
        " give `sysdig_access_key_secret` instead.",
        secret=True,
    ),
    Option(
        "image_auth_secret",
        "text",
        "ARN of the secret with the credentials of the agent image's registry.",
    ),
    Option(
        "orchestrator_host",
        "host",
        "Orchestrator agent, by a name that is known at plan; deprecated, unsupported"
        " by workload agents from 6.0.0 on.",
    ),
    Option("orchestrator_port", "port", "Port of the orchestrator agent; deprecated."),
    Option(
        "sysdig_logging",
        "text",
        f"Log level: {', '.join(LEVELS[:-1])} or {LEVELS[-1]}.",
        values=LEVELS,
    ),
    Option(
        "log_configuration",
        "log_configuration",
        "Log configuration of the agent's container: the three awslogs values, or ECS's"
        " own form for any driver, FireLens included.",
    ),
    Option("ignore_containers", "names", "Containers to leave alone, by exact name."),
    Option(
        "bare_pdig_on_containers",
        "names",
        "Containers that run under bare pdig, by exact name.",
    ),
    Option(
        "sidecar",
        "text",
        "How applications wait for the sidecar: auto (default), force, or the empty"
        " text for not at all.",
        values=MODES,
    ),
    Option(
        "priority",
        "choice",
        "What comes first when the agent cannot work: `availability` (default) lets the"
        " application run, `security` does not.",
        values=("availability", "security"),
    ),
    Option(
        "instrumentation_essential",
        "flag",
        "Whether the task stops with the agent. Default: true if priority is security.",
    ),
    Option(
        "instrumentation_cpu",
        "count",
        "CPU units of the agent's container; 0 or absent: not written.",
    ),
    Option(
        "instrumentation_memory_limit",
        "count",
        "Hard memory limit of the agent's container, MiB; 0 or absent: not written.",
    ),
    Option(
        "instrumentation_memory_reservation",
        "count",
        "Soft memory limit of the agent's container, MiB; 0 or absent: not written.",
    ),
    Option(
        "compatibility",
        "choice",
        "`provider-v3`: the exact output of the vendor's provider 3.9, to migrate"
        " without a diff; empty: this program's own.",
        values=("", "provider-v3"),
    ),
)


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:
    """Turn checked options into a recipe; raises Failure for what they lack."""
    if options.get("compatibility") == "provider-v3":
        from fargate_instrument.core.agents import sysdig_v3  # noqa: PLC0415

        return sysdig_v3.recipe(options, task)
    problems = _problems(options)
    if problems:
        raise Failure(problems)
    secret = read.text(options, "sysdig_access_key_secret")
    auth = read.text(options, "image_auth_secret")
    arns = read.arns(secret, auth, log=read.log_configuration(options))
    return Recipe(
        NAME,
        steps=_steps(options),
        containers=(_sidecar(options),),
        task=TASK,
        secret_arns=arns,
        secret_names=(KEY,),
        policies=read.may_read(arns),
        exclude=tuple(options.get("ignore_containers") or ()),
        exclude_option="options.ignore_containers",
        warnings=warnings(options),
    )


def _problems(options: Mapping[str, Any]) -> list[Problem]:
    has = {name for name, value in options.items() if value not in (None, "", [], {})}
    found = [*needs(options), *_outside_sets(options), *_bad_ports(options)]
    if not has & {"collector_host", "orchestrator_host"}:
        found.append(
            read.needed(
                "collector_host",
                "is needed: the collector of your Sysdig region",
                Said(
                    'for example collector_host = "ingest.au1.sysdig.com"',
                    "for example -o collector_host=ingest.au1.sysdig.com",
                ),
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


def needs(options: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with options whatever is asked for."""
    found = []
    if read.text(options, "workload_agent_image").strip() == "null":
        found.append(
            read.needed(
                "workload_agent_image",
                'is the word "null", which is no image',
                "give the image's name; a missing value was probably written as text",
            )
        )
    if options.get("sysdig_access_key") and options.get("sysdig_access_key_secret"):
        found.append(
            read.needed(
                "sysdig_access_key",
                "is given beside sysdig_access_key_secret",
                "give the secret's ARN alone",
            )
        )
    return found


def undocumented(options: Mapping[str, Any]) -> list[str]:
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
        for name in undocumented(options)
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


def variables(options: Mapping[str, Any]) -> dict[str, str]:
    """Name the agent's variables in the vendor's order; absent ones are empty."""
    return {
        KEY: read.text(options, "sysdig_access_key"),
        "SYSDIG_COLLECTOR": read.text(options, "collector_host"),
        "SYSDIG_COLLECTOR_PORT": read.text(options, "collector_port"),
        "SYSDIG_LOGGING": read.text(options, "sysdig_logging"),
        "SYSDIG_ORCHESTRATOR": read.text(options, "orchestrator_host"),
        "SYSDIG_ORCHESTRATOR_PORT": read.text(options, "orchestrator_port"),
        "SYSDIG_PRIORITY": read.text(options, "priority") or "availability",
        "SYSDIG_SIDECAR": _mode(options),
    }


def _mode(options: Mapping[str, Any]) -> str:
    value = options.get("sidecar")
    return "auto" if value is None else str(value)


def _told(options: Mapping[str, Any]) -> tuple[Step, ...]:
    """Set the variables that have a value, and the key by reference."""
    secret = read.text(options, "sysdig_access_key_secret")
    given = {name: value for name, value in variables(options).items() if value}
    first = (AddSecret(KEY, secret),) if secret else ()
    return (*first, *read.variables(given, secrets=(KEY,)))


def bare(options: Mapping[str, Any]) -> tuple[Step, ...]:
    """Run some containers under bare pdig, by name."""
    names = tuple(options.get("bare_pdig_on_containers") or ())
    option = "options.bare_pdig_on_containers"
    step = SetEnvironment(WRAPPER, BARE_PDIG, only_on=names, option=option)
    return (step,) if names else ()


def _steps(options: Mapping[str, Any]) -> tuple[Step, ...]:
    return (
        WrapEntryPoint((LAUNCHER,), layout="command"),
        UniqueEnvironment(),
        *_told(options),
        *bare(options),
        AddCapability("SYS_PTRACE"),
        MountFrom(SIDECAR, read_only=True),
    )


def program() -> SetMember:
    """Say what the sidecar runs; one with another of the agent's programs stays."""
    return SetMember("entryPoint", [LOGWRITER], when="new", retired=([RETIRED],))


def _sidecar(options: Mapping[str, Any]) -> AddContainer:
    security = read.text(options, "priority") == "security"
    essential = read.flag(options, "instrumentation_essential", security)
    return AddContainer(
        CONTAINER,
        read.text(options, "workload_agent_image"),
        steps=(
            program(),
            *_told(options),
            *read.registry_and_logs(options),
            SetMember("essential", essential),
            *read.sizes(options, SIZES),
        ),
    )


def warnings(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Say what to know about options that work."""
    plain = (
        "stands in plain text in the task definition and in Terraform's state;"
        " give sysdig_access_key_secret instead"
    )
    old = "is deprecated: workload agents from 6.0.0 on talk to the collector"
    said = {
        "sysdig_access_key": plain,
        "orchestrator_host": old,
        "orchestrator_port": old,
    }
    return tuple(
        (f"options.{name}", text)
        for name, text in said.items()
        if read.text(options, name)
    )


AGENT = Agent(
    NAME,
    "Sysdig",
    "Sysdig Secure workload agent",
    Marks(
        names=(CONTAINER, "sysdigInstrumentation", "OrchestratorAgent"),
        repositories=(
            "quay.io/sysdig/workload-agent",
            "quay.io/sysdig/orchestrator-agent",
        ),
        images=("workload-agent", "sysdig/orchestrator-agent"),
        programs=(LOGWRITER, "/opt/draios/bin/sidecar", RETIRED),
        wraps=(
            WrapEntryPoint((LAUNCHER,), layout="command"),
            WrapEntryPoint((LAUNCHER,)),
        ),
        variables=("SYSDIG_", WRAPPER),
        copies_environment=True,
        secrets=(KEY,),
        ports=(LOGWRITER_PORT,),
        ptrace=True,
        architectures=("X86_64",),
        runtime_security=True,
        pid_mode="task",
        modules=("sysdig-workload-agent",),
        data_sources=("sysdig_fargate_workload_agent",),
    ),
    OPTIONS,
    recipe,
    aliases=("falco", "sysdig_secure", "sysdig_agent"),
    samples=(
        {
            "workload_agent_image": "workload-agent",
            "collector_host": "c",
            "collector_port": "1",
            "orchestrator_host": "o",
            "orchestrator_port": "1",
            "sysdig_logging": "info",
            "sysdig_access_key_secret": "arn:aws:ssm:r:1:parameter/unnamed",
            "bare_pdig_on_containers": ["*"],
        },
    ),
)
