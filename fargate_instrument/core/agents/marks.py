"""Marks by which the containers of known agents are told from applications.

Sources: the vendors' published modules, examples and documentation. A name stands
here only if it is the vendor's own and unlikely for an application.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.ecs import Container

NAMES = {
    "SysdigInstrumentation": "Sysdig",
    "sysdigInstrumentation": "Sysdig",
    "OrchestratorAgent": "Sysdig",
    "TwistlockDefender": "Prisma Cloud",
    "datadog-agent": "Datadog",
    "datadog-log-router": "Datadog",
    "cws-instrumentation-init": "Datadog",
    "crowdstrike-falcon-init-container": "CrowdStrike",
    "aqua-sidecar": "Aqua",
    "wiz-sensor": "Wiz",
    "upwind-tracer": "Upwind",
    "datacollector-sidecar": "Lacework",
    "consul-dataplane": "Consul",
    "consul-ecs-mesh-init": "Consul",
    "consul-ecs-health-sync": "Consul",
    "newrelic-infra": "New Relic",
    "install-oneagent": "Dynatrace",
    "splunk_otel_collector": "Splunk",
    "aws-guardduty-agent": "GuardDuty",
}
"""Container name -> vendor."""

IMAGES = {
    "sysdig/workload-agent": "Sysdig",
    "sysdig/orchestrator-agent": "Sysdig",
    "twistlock/defender": "Prisma Cloud",
    "datadog/agent": "Datadog",
    "datadog/cws-instrumentation": "Datadog",
    "falcon-container/us-1/release/falcon-sensor": "CrowdStrike",
    "microenforcer-basic": "Aqua",
    "sensor-serverless": "Wiz",
    "lacework/datacollector": "Lacework",
    "hashicorp/consul-dataplane": "Consul",
    "hashicorp/consul-ecs": "Consul",
    "newrelic/nri-ecs": "New Relic",
    "signalfx/splunk-otel-collector": "Splunk",
    "aws-observability/aws-otel-collector": "AWS Distro for OpenTelemetry",
    "amazon/aws-otel-collector": "AWS Distro for OpenTelemetry",
    "cloudwatch-agent/cloudwatch-agent": "CloudWatch",
    "deepfenceio/deepfence_fargate_agent_ce": "Deepfence",
    "xray/aws-xray-daemon": "X-Ray",
    "amazon/aws-xray-daemon": "X-Ray",
}
"""End of an image repository -> vendor."""

LAUNCHERS = {
    "/opt/draios/bin/": "Sysdig",
    "/var/lib/twistlock/fargate/": "Prisma Cloud",
    "/cws-instrumentation-volume/": "Datadog",
    "/tmp/CrowdStrike/": "CrowdStrike",  # noqa: S108  (the vendor's path)
    "/.aquasec/bin/": "Aqua",
    "/opt/wiz/sensor/": "Wiz",
    "/var/lib/lacework-backup/": "Lacework",
    "/deepfence/usr/local/bin/": "Deepfence",
    "/opt/attrb/launch/": "DoiT",
}
"""Beginning of the first argv item of a wrapped container -> vendor."""

PRELOADS = {
    "/.aquasec/bin/": "Aqua",
    "/opt/dynatrace/oneagent/": "Dynatrace",
}
"""Beginning of a library in LD_PRELOAD -> vendor."""

AGENT_PROGRAMS = {
    "/opt/draios/bin/logwriter": "Sysdig",
    "/opt/draios/bin/sidecar": "Sysdig",
    "/opt/draios/bin/waitforever": "Sysdig",
    "/usr/local/bin/defender": "Prisma Cloud",
}
"""First argv item of an agent's own container -> vendor."""

MOUNTED = {"Upwind"}
"""Vendors whose launcher has no fixed path: known by volumesFrom of their container."""

WATCHES_TASK = {
    "AWS Distro for OpenTelemetry",
    "CloudWatch",
    "Consul",
    "Datadog",
    "GuardDuty",
    "New Relic",
    "Splunk",
    "X-Ray",
}
"""Vendors whose container serves the whole task, without a change to applications."""

RUNTIME_SECURITY = {
    "Aqua",
    "CrowdStrike",
    "Datadog",
    "Deepfence",
    "GuardDuty",
    "Lacework",
    "Prisma Cloud",
    "Sysdig",
    "Upwind",
    "Wiz",
}
"""Vendors that watch what an application does, once it runs through their launcher."""


def agent_name(vendor: str) -> str:
    """Spell a vendor as the name of an agent is spelled, ``prisma_cloud``."""
    return vendor.lower().replace(" ", "_").replace("-", "_")


def owner(container: Container) -> str:
    """Name the vendor whose agent a container is, or give the empty string."""
    name, image = container.get("name"), container.get("image")
    if isinstance(name, str) and name in NAMES:
        return NAMES[name]
    if isinstance(image, str):
        path = repository(image)
        for suffix, vendor in _BY_NAME.get(path.rpartition("/")[2], ()):
            if path == suffix or path.endswith("/" + suffix):
                return vendor
    return ""


_BY_NAME: dict[str, list[tuple[str, str]]] = {}
for _suffix, _vendor in IMAGES.items():
    _BY_NAME.setdefault(_suffix.rpartition("/")[2], []).append((_suffix, _vendor))


def repository(image: str) -> str:
    """Cut tag and digest off an image reference."""
    path = image.partition("@")[0]
    head, _, tail = path.rpartition(":")
    return head if head and "/" not in tail else path
