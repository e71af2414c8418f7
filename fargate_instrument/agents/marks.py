"""Marks by which the containers of known agents are told from applications.

Sources: the vendors' published modules, examples and documentation. A name stands
here only if it is the vendor's own and unlikely for an application.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.ecs import Container

NAMES = {
    "SysdigInstrumentation": "Sysdig",
    "sysdigInstrumentation": "Sysdig",
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


def owner(container: Container) -> str:
    """Name the vendor whose agent a container is, or give the empty string."""
    name, image = container.get("name"), container.get("image")
    if isinstance(name, str) and name in NAMES:
        return NAMES[name]
    if isinstance(image, str):
        path = repository(image)
        for suffix, vendor in IMAGES.items():
            if path == suffix or path.endswith("/" + suffix):
                return vendor
    return ""


def repository(image: str) -> str:
    """Cut tag and digest off an image reference."""
    path = image.partition("@")[0]
    head, _, tail = path.rpartition(":")
    return head if head and "/" not in tail else path
