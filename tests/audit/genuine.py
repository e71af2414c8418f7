"""Agents' own containers as their vendors' tools write them, and applications.

The forms are those of the vendors' published modules and examples, spelled out by hand.
"""

from __future__ import annotations

from typing import Any

Value = dict[str, Any]

SYSDIG = "/opt/draios/bin/instrument"
PRISMA = "/var/lib/twistlock/fargate/defender"
PRISMA_SCRIPT = "/var/lib/twistlock/fargate/fargate_defender.sh"
LACEWORK = "/var/lib/lacework-backup/lacework-sidecar.sh"
WIZ = "/opt/wiz/sensor/wiz-sensor"
UPWIND = "/var/lib/upwind/upwind-tracer"
DEEPFENCE = "/deepfence/usr/local/bin/deepfence-entry-point-scratch.sh"
AQUA = "/.aquasec/bin/microenforcer"
FALCON = "/tmp/CrowdStrike/rootfs"  # noqa: S108 - where the vendor's volume stands
CROWDSTRIKE = [
    f"{FALCON}/lib64/ld-linux-x86-64.so.2",
    "--library-path",
    f"{FALCON}/lib64",
    f"{FALCON}/bin/bash",
    f"{FALCON}/entrypoint-ecs.sh",
]
DATADOG = ["/cws-instrumentation-volume/cws-instrumentation", "trace", "--"]

OWN: dict[str, Value] = {
    "sysdig": {
        "name": "SysdigInstrumentation",
        "image": "quay.io/sysdig/workload-agent:6.2.1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
    },
    "prisma_cloud": {
        "name": "TwistlockDefender",
        "image": "registry.example/tw/twistlock/defender:defender_34_01",
        "entryPoint": ["/usr/local/bin/defender", "fargate", "sidecar"],
    },
    "aqua": {
        "name": "aqua-sidecar",
        "image": "registry.aquasec.com/microenforcer-basic:2022.4",
    },
    "wiz": {"name": "wiz-sensor", "image": "wizio.azurecr.io/sensor-serverless:v1"},
    "lacework": {
        "name": "datacollector-sidecar",
        "image": "lacework/datacollector:latest-sidecar",
    },
    "deepfence": {
        "name": "deepfence-agent",
        "image": "quay.io/deepfenceio/deepfence_agent_ce:2.5.8-fargate",
    },
    "upwind": {
        "name": "upwind-tracer",
        "image": "public.ecr.aws/upwindsecurity/images/tracer:0.7.17",
    },
    "crowdstrike": {
        "name": "crowdstrike-falcon-init-container",
        "image": "registry.crowdstrike.com/falcon-container/us/release/falcon-sensor:7",
    },
    "datadog": {"name": "datadog-agent", "image": "public.ecr.aws/datadog/agent:7"},
    "dynatrace": {
        "name": "install-oneagent",
        "image": "public.ecr.aws/dynatrace/dynatrace-codemodules:1",
        "entryPoint": ["/bin/sh", "-c"],
        "command": ["cp -r /opt/dynatrace /mnt"],
    },
    "xray": {"name": "xray", "image": "public.ecr.aws/xray/aws-xray-daemon:3.x"},
}
"""Agent -> its own container."""


def app(**members: Any) -> Value:
    return {"name": "web", "image": "registry.example/web:1", **members}


def wrapped(agent: str, **members: Any) -> Value:
    """Give an application that mounts an agent's container."""
    mounted = {"volumesFrom": [{"sourceContainer": OWN[agent]["name"]}]}
    return app(**{**mounted, **members})


def run(*entry_point: Any, **members: Any) -> Value:
    """Give an application that starts something and mounts Sysdig's container."""
    return wrapped("sysdig", entryPoint=list(entry_point), **members)
