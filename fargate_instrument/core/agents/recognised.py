"""Agents that are recognised and taken out, but not put in; off the plan path.

Each is what the vendor's own tool is known to leave: names only. Sources: the vendors'
published modules, examples and documentation.
"""

from __future__ import annotations

from fargate_instrument.core.agents import Agent, Marks
from fargate_instrument.core.recipe import (
    AddCapability,
    AddContainer,
    AddMountPoint,
    DependOn,
    MountFrom,
    Recipe,
    SetEnvironment,
    ShellWrapArgv,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.recipe import Step


def _named(*names: str) -> tuple[Step, ...]:
    return tuple(SetEnvironment(name, "") for name in names)


def _left(agent: str, *steps: Step, container: str) -> tuple[Recipe, ...]:
    return (Recipe(agent, steps=steps, containers=(AddContainer(container, ""),)),)


_PTRACE = AddCapability("SYS_PTRACE")
_AQUA = WrapEntryPoint(("/.aquasec/bin/microenforcer",))
_AQUA_LIBRARY = "/.aquasec/bin/$PLATFORM/slklib.so"
_DEEPFENCE = WrapEntryPoint(
    ("/deepfence/usr/local/bin/deepfence-entry-point-scratch.sh",), layout="command"
)
_LACEWORK = WrapEntryPoint(("/var/lib/lacework-backup/lacework-sidecar.sh",))
_LACEWORK_LINE = "sudo -E /var/lib/lacework-backup/lacework-sidecar.sh &&"
_WIZ = WrapEntryPoint(("/opt/wiz/sensor/wiz-sensor", "daemon", "--"))

AGENTS = (
    Agent(
        "aqua",
        "Aqua",
        "Aqua MicroEnforcer",
        Marks(
            names=("aqua-sidecar",),
            repositories=("registry.aquasec.com/microenforcer-basic",),
            images=("microenforcer-basic",),
            wraps=(_AQUA,),
            preloads=("/.aquasec/bin/",),
            variables=("AQUA_",),
            secrets=("AQUA_TOKEN",),
            runtime_security=True,
        ),
        traces=_left(
            "aqua",
            _AQUA,
            *_named("AQUA_MICROENFORCER", "AQUA_SERVER", "AQUA_TOKEN", "AQUA_IMAGE_ID"),
            SetEnvironment("LD_PRELOAD", _AQUA_LIBRARY, mode="append", separator=" "),
            MountFrom("aqua-sidecar", read_only=False),
            container="aqua-sidecar",
        ),
    ),
    Agent(
        "aws_guardduty",
        "GuardDuty",
        "GuardDuty Runtime Monitoring, put in by AWS when a task starts",
        Marks(
            names=("aws-guardduty-agent",),
            images=("aws-guardduty-agent-fargate",),
            watches_task=True,
            runtime_security=True,
            injected=True,
        ),
        aliases=("guardduty",),
    ),
    Agent(
        "cloudwatch_agent",
        "CloudWatch",
        "CloudWatch agent",
        Marks(
            names=("cloudwatch-agent",),
            repositories=(
                "public.ecr.aws/cloudwatch-agent/cloudwatch-agent",
                "amazon/cloudwatch-agent",
            ),
            images=("cloudwatch-agent/cloudwatch-agent", "amazon/cloudwatch-agent"),
            watches_task=True,
        ),
    ),
    Agent(
        "consul",
        "Consul",
        "Consul service mesh",
        Marks(
            names=(
                "consul-dataplane",
                "consul-ecs-mesh-init",
                "consul-ecs-health-sync",
            ),
            repositories=(
                "public.ecr.aws/hashicorp/consul-ecs",
                "hashicorp/consul-ecs",
                "hashicorp/consul-dataplane",
            ),
            images=("hashicorp/consul-dataplane", "hashicorp/consul-ecs"),
            watches_task=True,
        ),
    ),
    Agent(
        "deepfence",
        "Deepfence",
        "Deepfence ThreatMapper",
        Marks(
            names=("deepfence-agent",),
            repositories=(
                "quay.io/deepfenceio/deepfence_agent_ce",
                "quay.io/deepfenceio/deepfence_agent",
            ),
            images=(
                "deepfenceio/deepfence_agent_ce",
                "deepfenceio/deepfence_agent",
                "deepfenceio/deepfence_fargate_agent_ce",
            ),
            wraps=(_DEEPFENCE,),
            variables=("DF_", "DEEPFENCE_"),
            secrets=("DEEPFENCE_KEY",),
            runtime_security=True,
        ),
        traces=_left(
            "deepfence",
            _DEEPFENCE,
            *_named(
                "DF_BACKEND_IP",
                "DF_FIM_ON",
                "DF_SERVERLESS",
                "DF_INSTALL_DIR",
                "DF_LOG_LEVEL",
                "DF_TRAFFIC_ANALYSIS_MODE",
                "MGMT_CONSOLE_URL",
                "MGMT_CONSOLE_PORT",
                "MGMT_CONSOLE_URL_SCHEMA",
                "CUSTOM_TAGS",
                "DEEPFENCE_KEY",
            ),
            _PTRACE,
            MountFrom("deepfence-agent", read_only=True),
            DependOn("deepfence-agent", "COMPLETE"),
            container="deepfence-agent",
        ),
    ),
    Agent(
        "doit",
        "DoiT",
        "DoiT Attribute",
        Marks(
            names=("attribute-sensor-loader", "attribute-sensor"),
            wraps=(
                WrapEntryPoint(("/opt/attrb/launch/ecs-fargate",), layout="command"),
                WrapEntryPoint(("/opt/zprobe/launch/ecs-fargate",), layout="command"),
            ),
        ),
    ),
    Agent(
        "dynatrace",
        "Dynatrace",
        "Dynatrace OneAgent",
        Marks(
            names=("install-oneagent",),
            repositories=(
                "public.ecr.aws/dynatrace/dynatrace-codemodules",
                "dynatrace/dynatrace-codemodules",
            ),
            images=("dynatrace/dynatrace-codemodules",),
            preloads=("/opt/dynatrace/oneagent/",),
            secrets=("DT_PAAS_TOKEN",),
        ),
    ),
    Agent(
        "lacework",
        "Lacework",
        "Lacework FortiCNAPP",
        Marks(
            names=("datacollector-sidecar",),
            repositories=("lacework/datacollector", "docker.io/lacework/datacollector"),
            images=("lacework/datacollector",),
            wraps=(
                _LACEWORK,
                ShellWrapArgv(("sh", "-c"), _LACEWORK_LINE),
                ShellWrapArgv(("/bin/sh", "-c"), _LACEWORK_LINE),
            ),
            variables=("Lacework",),
            secrets=("LaceworkAccessToken",),
            root_only=True,
            writes="/var/lib/lacework",
            least=(512, 1024),
            runtime_security=True,
        ),
        traces=_left(
            "lacework",
            _LACEWORK,
            *_named("LaceworkAccessToken", "LaceworkServerUrl", "LaceworkConfig"),
            MountFrom("datacollector-sidecar", read_only=True),
            DependOn("datacollector-sidecar", "SUCCESS"),
            container="datacollector-sidecar",
        ),
    ),
    Agent(
        "new_relic",
        "New Relic",
        "New Relic infrastructure agent",
        Marks(
            names=("newrelic-infra",),
            repositories=("newrelic/nri-ecs", "docker.io/newrelic/nri-ecs"),
            images=("newrelic/nri-ecs",),
            secrets=("NRIA_LICENSE_KEY",),
            watches_task=True,
        ),
    ),
    Agent(
        "opentelemetry",
        "AWS Distro for OpenTelemetry",
        "AWS Distro for OpenTelemetry collector",
        Marks(
            repositories=(
                "public.ecr.aws/aws-observability/aws-otel-collector",
                "amazon/aws-otel-collector",
            ),
            images=(
                "aws-observability/aws-otel-collector",
                "amazon/aws-otel-collector",
            ),
            watches_task=True,
        ),
    ),
    Agent(
        "splunk",
        "Splunk",
        "Splunk OpenTelemetry collector",
        Marks(
            names=("splunk_otel_collector",),
            repositories=("quay.io/signalfx/splunk-otel-collector",),
            images=("signalfx/splunk-otel-collector",),
            secrets=("SPLUNK_ACCESS_TOKEN",),
            watches_task=True,
        ),
    ),
    Agent(
        "upwind",
        "Upwind",
        "Upwind tracer",
        Marks(
            names=("upwind-tracer",),
            repositories=("public.ecr.aws/upwindsecurity/images/tracer",),
            images=("upwindsecurity/images/tracer",),
            wraps=(
                WrapEntryPoint(("/var/lib/upwind/upwind-tracer",), layout="command"),
            ),
            variables=("UPWIND_",),
            mounted=True,
            secrets=("UPWIND_AUTH_CLIENT_SECRET",),
            ptrace=True,
            runtime_security=True,
        ),
    ),
    Agent(
        "wiz",
        "Wiz",
        "Wiz Runtime Sensor",
        Marks(
            names=("wiz-sensor",),
            repositories=(
                "wizio.azurecr.io/sensor-serverless",
                "wizfedramp.azurecr.us/sensor-serverless",
            ),
            images=("sensor-serverless",),
            wraps=(_WIZ,),
            variables=("WIZ_",),
            secrets=("WIZ_API_CLIENT_SECRET",),
            ptrace=True,
            runtime_security=True,
        ),
        traces=_left(
            "wiz",
            _WIZ,
            *_named("WIZ_API_CLIENT_ID", "WIZ_API_CLIENT_SECRET"),
            _PTRACE,
            MountFrom("wiz-sensor", read_only=False),
            AddMountPoint("sensor-host-store", "/host-store"),
            DependOn("wiz-sensor", "COMPLETE"),
            container="wiz-sensor",
        ),
    ),
    Agent(
        "xray",
        "X-Ray",
        "AWS X-Ray daemon",
        Marks(
            repositories=(
                "public.ecr.aws/xray/aws-xray-daemon",
                "amazon/aws-xray-daemon",
            ),
            images=("xray/aws-xray-daemon", "amazon/aws-xray-daemon"),
            watches_task=True,
        ),
    ),
)
