"""Datadog's Agent as a sidecar, with logs and Workload Protection: options to a recipe.

Facts: the vendor's Terraform module, CDK construct, task patcher and documentation. The
application is told where the Agent listens; only Workload Protection starts it through
a launcher, which an init container puts into a volume.
"""

from __future__ import annotations

from fargate_instrument.core.agents import Agent, Marks, Option
from fargate_instrument.core.agents import reading as read
from fargate_instrument.core.errors import Failure, Problem, nearest
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.recipe import (
    AddCapability,
    AddContainer,
    AddLabel,
    AddMountPoint,
    AddSecret,
    DependOn,
    LacksVariable,
    Recipe,
    RequireTask,
    Router,
    SetEnvironment,
    SetMember,
    UniqueEnvironment,
    When,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Step

    Options = Mapping[str, Any]

NAME = "datadog"
AGENT_NAME = "datadog-agent"
COPIER = "init-volume"
LOG_ROUTER = "datadog-log-router"
TRACER = "cws-instrumentation-init"
KEY = "DD_API_KEY"
SOCKETS = "/var/run/datadog"
TRACER_VOLUME = "cws-instrumentation-volume"
TRACER_PATH = f"/{TRACER_VOLUME}"
LAUNCHER = (f"{TRACER_PATH}/cws-instrumentation", "trace", "--")
FLUENT_BIT = "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.12"
TOKENS = (
    "apikey",
    "apiKey",
    "splunk-token",
    "splunk_token",
    "HTTP_Passwd",
    "Cloud_Auth",
)
"""Options of log drivers that hold a secret; never recorded, since labels are read."""

WRITABLE = {
    "agent-config": "/etc/datadog-agent",
    "agent-tmp": "/tmp",  # noqa: S108  (the Agent's path)
    "agent-run": "/opt/datadog-agent/run",
}
"""Volume -> where an Agent with a read-only root writes."""

PORTS = (5000, 5001, 5012, 6062, 6162, 8125, 8126)
TRACER_PORT = 5678
SITES = (
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)
"""The documented sites; the first is the Agent's own default."""

TAGS = ("env", "service", "version")
SWITCHES = {
    "profiling": "DD_PROFILING_ENABLED",
    "data_streams": "DD_DATA_STREAMS_ENABLED",
}
"""Option -> the variable by which a tracing library reads it."""

_SIZES = (
    Option("cpu", "count", "CPU units; 0 or absent: not written."),
    Option("memory", "count", "Hard memory limit, MiB; 0 or absent: not written."),
    Option(
        "memory_reservation",
        "count",
        "Soft memory limit, MiB; 0 or absent: not written.",
    ),
)
_ROUTER = (
    Option("image", "text", f"Its image; default `{FLUENT_BIT}`."),
    Option("essential", "flag", "Whether the task stops with it; default false."),
    *_SIZES,
)
OPTIONS = (
    Option(
        "agent_image",
        "needed_text",
        "Image of the Agent, for example `public.ecr.aws/datadog/agent:7`.",
        required=True,
    ),
    Option(
        "api_key_secret",
        "arn",
        "ARN of the Secrets Manager secret or SSM parameter that holds the API key."
        " Preferred.",
    ),
    Option(
        "api_key",
        "text",
        "The API key in plain text. It ends up in the task definition and in state.",
        secret=True,
    ),
    Option(
        "site",
        "text",
        f"Datadog site: {', '.join(SITES[:-1])} or {SITES[-1]}; default {SITES[0]}.",
        values=SITES,
    ),
    Option("env", "text", "Environment, for tags. A container's own DD_ENV stays."),
    Option("service", "text", "Service, for tags. A container's own DD_SERVICE stays."),
    Option("version", "text", "Version, for tags. A container's own DD_VERSION stays."),
    Option("tags", "names", "Further tags, `key:value`, of all that the Agent sends."),
    Option(
        "socket",
        "flag",
        "Whether applications reach the Agent by Unix sockets (default) or by ports.",
    ),
    Option("apm", "flag", "Whether applications send traces; default true."),
    Option("profiling", "flag", "Continuous Profiler; absent: not written."),
    Option("data_streams", "flag", "Data Streams Monitoring; absent: not written."),
    Option("dogstatsd", "flag", "Whether applications send metrics; default true."),
    Option(
        "dogstatsd_cardinality",
        "choice",
        "Tags of metrics: orchestrator (default), low or high.",
        values=("orchestrator", "low", "high"),
    ),
    Option(
        "origin_detection",
        "flag",
        "Whether metrics are tagged by the container they come from; default true.",
    ),
    Option(
        "log_collection",
        "flag",
        "Whether logs go to Datadog through FireLens, by the task's log router or one"
        " that is added; default false.",
    ),
    Option(
        "keep_log_configuration",
        "flag",
        "With log_collection: containers that have a log configuration keep it;"
        " default false.",
    ),
    Option("log_source", "text", "Source of the applications' logs, such as `nginx`."),
    Option("log_router", "object", "The log router that is added.", members=_ROUTER),
    Option("cws", "flag", "Workload Protection; default false."),
    Option(
        "cws_image",
        "text",
        "Image of its tracer, for example `public.ecr.aws/datadog/cws-instrumentation`"
        " with the Agent's version as tag. Required with cws.",
    ),
    Option(
        "wait_for_agent",
        "flag",
        "Whether applications start only once the Agent is healthy; default: with cws.",
    ),
    Option(
        "pid_mode",
        "choice",
        "`task` (default): the Agent sees the processes of the task; `none`: pidMode is"
        " left as it is.",
        values=("task", "none"),
    ),
    Option(
        "readonly_root_filesystem",
        "flag",
        "Whether the Agent's root file system is read-only; default true. It takes an"
        " init container and three volumes.",
    ),
    Option(
        "environment",
        "map",
        "Further variables of the Agent, such as `DD_CLUSTER_NAME`; they win over those"
        " above.",
    ),
    Option(
        "essential",
        "flag",
        "Whether the task stops with the Agent; default: with cws.",
    ),
    *(option.replace(doc=f"Of the Agent: {option.doc}") for option in _SIZES),
    Option(
        "log_configuration",
        "log_configuration",
        "Log configuration of the agent's containers: three awslogs values, or ECS's"
        " own form. Default: FireLens for the Agent with log_collection.",
    ),
    Option(
        "image_auth_secret",
        "text",
        "ARN of the secret with the credentials of the registry of the agent's images.",
    ),
)


def recipe(options: Options, task: Mapping[str, Any]) -> Recipe:  # noqa: ARG001  (every recipe is asked for in one way)
    """Turn checked options into a recipe; raises Failure for what they lack."""
    problems = [*_problems(options), *_beside_cws(options)]
    if problems:
        raise Failure(problems)
    secret = read.text(options, "api_key_secret")
    auth = read.text(options, "image_auth_secret")
    arns = read.arns(secret, auth, log=read.log_configuration(options))
    shared = read.text(options, "pid_mode") != "none"
    return Recipe(
        NAME,
        steps=tuple(_steps(options)),
        containers=tuple(_containers(options)),
        task=RequireTask(
            "task" if shared else "",
            "1.4.0" if shared else "",
            ports=(*PORTS, TRACER_PORT) if _on(options, "cws") else PORTS,
        ),
        secret_arns=arns,
        secret_names=(KEY, *TOKENS),
        policies=read.may_read(arns).replace(task_role=_rights()),
        warnings=tuple(_warnings(options)),
    )


def _rights() -> tuple[dict[str, Any], ...]:
    """Write what the Agent's check of the task asks of ECS."""
    actions = ("ListClusters", "ListContainerInstances", "DescribeContainerInstances")
    named = [f"ecs:{action}" for action in actions]
    return ({"Action": named, "Effect": "Allow", "Resource": ["*"]},)


def _on(options: Options, name: str, default: bool = False) -> bool:
    return read.flag(options, name, default)


def _site(options: Options) -> str:
    return read.text(options, "site") or SITES[0]


def _problems(options: Options) -> Iterator[Problem]:
    given = [name for name in ("api_key", "api_key_secret") if options.get(name)]
    if not given:
        why = "is needed: the Agent cannot send anything without an API key"
        fix = "give the ARN of a Secrets Manager secret or an SSM parameter"
        yield read.needed("api_key_secret", why, fix)
    elif len(given) > 1:
        why = "is given beside api_key_secret"
        yield read.needed("api_key", why, "give the secret's ARN alone")
    if {*_site(options)} & {*":/ \t\r\n"}:
        fix = f"write the site alone, such as {SITES[0]}"
        yield read.needed("site", "is no host name", fix)
    if KEY in (options.get("environment") or {}):
        why = f"holds {KEY}, which api_key_secret gives"
        yield Problem("options.environment", why, (f"take {KEY} out",), "request")


def _beside_cws(options: Options) -> Iterator[Problem]:
    """Find what Workload Protection does not go together with."""
    if not _on(options, "cws"):
        return
    if not read.text(options, "cws_image").strip():
        fix = "give public.ecr.aws/datadog/cws-instrumentation with a tag, or a copy"
        yield read.needed("cws_image", "is needed with cws", fix)
    if not _on(options, "wait_for_agent", default=True):
        why = "is false with cws, whose tracer ends an application without its Agent"
        yield read.needed("wait_for_agent", why, "take it out, or cws")
    if read.text(options, "pid_mode") == "none":
        why = "is none with cws, which needs the processes of the task"
        yield read.needed("pid_mode", why, "take it out, or cws")


# The applications


def _steps(options: Options) -> Iterator[Step]:
    cws = _on(options, "cws")
    if cws:
        yield WrapEntryPoint(LAUNCHER)
    yield UniqueEnvironment()
    yield from _addresses(options)
    for name in TAGS:
        yield from _tag(name, read.text(options, name))
    for name, variable in SWITCHES.items():
        if options.get(name) is not None:
            value = "true" if _on(options, name) else "false"
            yield SetEnvironment(variable, value, mode="if_absent")
    if cws:
        yield AddCapability("SYS_PTRACE")
        yield AddMountPoint(TRACER_VOLUME, TRACER_PATH, read_only=True)
        yield DependOn(TRACER, "SUCCESS")
    if _on(options, "wait_for_agent", default=cws):
        yield DependOn(AGENT_NAME, "HEALTHY")
    if _on(options, "log_collection"):
        kept = _on(options, "keep_log_configuration")
        source = {name: read.text(options, f) for name, f in _OF_LOGS.items()}
        logs = _fluent_bit(options, source)
        yield SetMember("logConfiguration", logs, when="absent" if kept else "always")


_OF_LOGS = {"dd_service": "service", "dd_source": "log_source"}


def _addresses(options: Options) -> Iterator[Step]:
    """Say where the Agent listens."""
    senders = {"dogstatsd": "DD_DOGSTATSD_URL", "apm": "DD_TRACE_AGENT_URL"}
    sockets = {"dogstatsd": "dsd.socket", "apm": "apm.socket"}
    used = [name for name in senders if _on(options, name, default=True)]
    if used and not _on(options, "socket", default=True):
        yield SetEnvironment("DD_AGENT_HOST", "127.0.0.1")
        return
    for name in used:
        yield SetEnvironment(senders[name], f"unix://{SOCKETS}/{sockets[name]}")
    if used:
        yield AddMountPoint("dd-sockets", SOCKETS)


def _tag(name: str, value: str) -> Iterator[Step]:
    """Tag what a container sends, in both places that Datadog reads."""
    variable = f"DD_{name.upper()}"
    label = AddLabel(f"com.datadoghq.tags.{name}", value)
    if value:
        yield When(LacksVariable(variable), (SetEnvironment(variable, value), label))


def _fluent_bit(options: Options, source: Mapping[str, str]) -> dict[str, Any]:
    """Write a log configuration that sends to Datadog through FireLens."""
    secret = read.text(options, "api_key_secret")
    more = {
        **source,
        "dd_tags": ",".join(options.get("tags") or ()),
        "apikey": "" if secret else read.text(options, "api_key"),
    }
    written = {
        "Host": f"http-intake.logs.{_site(options)}",
        "Name": "datadog",
        "TLS": "on",
        "provider": "ecs",
        "retry_limit": "2",
        **{name: value for name, value in more.items() if value},
    }
    made: dict[str, Any] = {"logDriver": "awsfirelens", "options": written}
    if secret:
        made["secretOptions"] = [{"name": "apikey", "valueFrom": secret}]
    return made


# The agent's own containers


def _containers(options: Options) -> Iterator[AddContainer]:
    if _on(options, "readonly_root_filesystem", default=True):
        yield _copier(options)
    yield AddContainer(
        AGENT_NAME,
        read.text(options, "agent_image"),
        steps=tuple(_agent(options)),
        position="first",
    )
    if _on(options, "log_collection"):
        yield _router(options)
    if _on(options, "cws"):
        yield _tracer(options)


def _agent(options: Options) -> Iterator[Step]:
    secret = read.text(options, "api_key_secret")
    if secret:
        yield AddSecret(KEY, secret)
    yield from read.variables(_variables(options), secrets=(KEY,))
    yield SetMember("essential", _on(options, "essential", _on(options, "cws")))
    ports = {8125: "udp", 8126: "tcp"}
    mappings = [
        {"containerPort": port, "hostPort": port, "protocol": protocol}
        for port, protocol in ports.items()
    ]
    yield SetMember("portMappings", mappings)
    probe = {
        "command": ["CMD-SHELL", "/probe.sh"],
        "interval": 15,
        "retries": 3,
        "startPeriod": 60,
        "timeout": 5,
    }
    yield SetMember("healthCheck", probe)
    yield from (one for one in _addresses(options) if isinstance(one, AddMountPoint))
    if _on(options, "readonly_root_filesystem", default=True):
        yield SetMember("readonlyRootFilesystem", True)
        yield from (AddMountPoint(name, path) for name, path in WRITABLE.items())
        yield DependOn(COPIER, "SUCCESS")
    if _on(options, "log_collection") and not options.get("log_configuration"):
        source = dict.fromkeys(_OF_LOGS, AGENT_NAME)
        yield SetMember("logConfiguration", _fluent_bit(options, source))
    yield from read.registry_and_logs(options)
    yield from read.sizes(options)


def _variables(options: Options) -> dict[str, str]:
    """Name the Agent's variables; what the user adds comes last and wins."""
    origin = _on(options, "origin_detection", _on(options, "dogstatsd", default=True))
    read_only = _on(options, "readonly_root_filesystem", default=True)
    cardinality = read.text(options, "dogstatsd_cardinality") or "orchestrator"
    found = {
        KEY: read.text(options, "api_key"),
        "ECS_FARGATE": "true",
        "DD_SITE": _site(options),
        "DD_ECS_TASK_COLLECTION_ENABLED": "true",
        "DD_DOGSTATSD_TAG_CARDINALITY": cardinality,
        "DD_DOGSTATSD_ORIGIN_DETECTION": "true" if origin else "",
        "DD_DOGSTATSD_ORIGIN_DETECTION_CLIENT": "true" if origin else "",
        "DD_TAGS": ",".join(options.get("tags") or ()),
        "DD_LOG_FILE": f"{WRITABLE['agent-run']}/logs" if read_only else "",
        **dict.fromkeys(_OF_CWS, "true" if _on(options, "cws") else ""),
        **(options.get("environment") or {}),
    }
    return {name: value for name, value in found.items() if value}


_OF_CWS = (
    "DD_RUNTIME_SECURITY_CONFIG_ENABLED",
    "DD_RUNTIME_SECURITY_CONFIG_EBPFLESS_ENABLED",
)


def _copier(options: Options) -> AddContainer:
    """Fill the volume that takes the place of the Agent's own configuration."""
    line = f"cp -vnR {WRITABLE['agent-config']}/* /agent-config/ && exit 0"
    return AddContainer(
        COPIER,
        read.text(options, "agent_image"),
        steps=(
            SetMember("command", ["/bin/sh", "-c", line]),
            SetMember("essential", False),
            SetMember("memory", 128),
            SetMember("readonlyRootFilesystem", True),
            AddMountPoint("agent-config", "/agent-config"),
            *read.registry_and_logs(options),
        ),
        role="init",
        position="first",
    )


def _router(options: Options) -> AddContainer:
    """Add a log router where the task has none."""
    own = options.get("log_router") or {}
    firelens = {"options": {"enable-ecs-log-metadata": "true"}, "type": "fluentbit"}
    return AddContainer(
        LOG_ROUTER,
        read.text(own, "image") or FLUENT_BIT,
        steps=(
            SetMember("firelensConfiguration", firelens),
            SetMember("user", "0"),
            SetMember("essential", _on(own, "essential")),
            *read.sizes(own),
        ),
        unless=Router(),
        role="router",
        position="first",
    )


def _tracer(options: Options) -> AddContainer:
    """Put the launcher of Workload Protection into its volume."""
    setup = ["/cws-instrumentation", "setup", "--cws-volume-mount", TRACER_PATH]
    return AddContainer(
        TRACER,
        read.text(options, "cws_image"),
        steps=(
            SetMember("command", setup),
            SetMember("user", "0"),
            SetMember("essential", False),
            AddMountPoint(TRACER_VOLUME, TRACER_PATH),
            *read.registry_and_logs(options),
        ),
        role="init",
        position="first",
    )


def _warnings(options: Options) -> Iterator[tuple[str, str]]:
    if options.get("api_key"):
        said = (
            "stands in plain text in the task definition and in Terraform's state;"
            " give api_key_secret instead"
        )
        yield "options.api_key", said
    site = _site(options)
    if site not in SITES:
        said = f"is {dump(site)}, which is no documented site; {nearest(site, SITES)}"
        yield "options.site", said


_REGISTRIES = ("public.ecr.aws/datadog", "gcr.io/datadoghq", "datadog")
_SAMPLE = {
    "agent_image": "public.ecr.aws/datadog/agent",
    "api_key_secret": "arn:aws:ssm:r:1:parameter/unnamed",
    "cws": True,
    "cws_image": "public.ecr.aws/datadog/cws-instrumentation",
    "log_collection": True,
    "tags": ["a:b"],
    **dict.fromkeys(TAGS, "x"),
    **dict.fromkeys(SWITCHES, True),
}

AGENT = Agent(
    NAME,
    "Datadog",
    "Datadog Agent, with Workload Protection",
    Marks(
        names=(AGENT_NAME, LOG_ROUTER, TRACER),
        repositories=tuple(
            f"{host}/{image}"
            for host in _REGISTRIES
            for image in ("agent", "cws-instrumentation")
        ),
        images=("datadog/agent", "datadog-agent", "cws-instrumentation"),
        wraps=(WrapEntryPoint(LAUNCHER),),
        variables=("DD_", "ECS_FARGATE"),
        secrets=(KEY,),
        ports=PORTS,
        ptrace=True,
        watches_task=True,
        runtime_security=True,
    ),
    OPTIONS,
    recipe,
    aliases=("dd", "datadog_agent", "dd_agent", "cws"),
    samples=tuple({**_SAMPLE, "socket": socket} for socket in (True, False)),
)
