"""Agents that are recognised and taken out, but not put in: what their tools leave.

Each is a recipe of what the vendor's own tool is known to write, with names only.
Sources: the vendors' published modules, examples and documentation. Off the plan path.
"""

from __future__ import annotations

from fargate_instrument.core.recipe import (
    AddCapability,
    AddContainer,
    AddMountPoint,
    DependOn,
    MountFrom,
    Recipe,
    SetEnvironment,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.recipe import Step


def _named(*names: str) -> tuple[Step, ...]:
    return tuple(SetEnvironment(name, "") for name in names)


def _container(name: str, *images: str, role: str = "sidecar") -> AddContainer:
    return AddContainer({"name": name}, images=images, role=role)


_PTRACE = AddCapability("SYS_PTRACE")

_CROWDSTRIKE_ROOT = "/tmp/CrowdStrike/rootfs"  # noqa: S108  (the vendor's own path)
_CROWDSTRIKE_LOADERS = (
    f"{_CROWDSTRIKE_ROOT}/lib64/ld-linux-x86-64.so.2",
    f"{_CROWDSTRIKE_ROOT}/lib/ld-linux-aarch64.so.1",
    f"{_CROWDSTRIKE_ROOT}/lib64/ld-linux-aarch64.so.1",
)

OTHERS = {
    recipe.agent: recipe
    for recipe in (
        Recipe(
            "aqua",
            steps=(
                WrapEntryPoint(("/.aquasec/bin/microenforcer",)),
                *_named(
                    "AQUA_MICROENFORCER", "AQUA_SERVER", "AQUA_TOKEN", "AQUA_IMAGE_ID"
                ),
                MountFrom("aqua-sidecar", read_only=False),
            ),
            containers=(_container("aqua-sidecar", "/microenforcer-basic"),),
        ),
        Recipe(
            "crowdstrike",
            steps=(
                WrapEntryPoint(
                    (
                        _CROWDSTRIKE_LOADERS[0],
                        "--library-path",
                        f"{_CROWDSTRIKE_ROOT}/lib64",
                        f"{_CROWDSTRIKE_ROOT}/bin/bash",
                        f"{_CROWDSTRIKE_ROOT}/entrypoint-ecs.sh",
                    ),
                    launchers=_CROWDSTRIKE_LOADERS,
                ),
                *_named("FALCONCTL_OPTS"),
                _PTRACE,
                AddMountPoint("crowdstrike-falcon-volume", "/tmp/CrowdStrike"),  # noqa: S108
                DependOn("crowdstrike-falcon-init-container", "COMPLETE"),
            ),
            containers=(
                _container(
                    "crowdstrike-falcon-init-container", "/falcon-sensor", role="init"
                ),
            ),
            volumes=({"name": "crowdstrike-falcon-volume"},),
        ),
        Recipe(
            "datadog",
            steps=(
                WrapEntryPoint(
                    ("/cws-instrumentation-volume/cws-instrumentation", "trace", "--")
                ),
                *_named("DD_DOGSTATSD_URL", "DD_TRACE_AGENT_URL"),
                _PTRACE,
                AddMountPoint(
                    "cws-instrumentation-volume", "/cws-instrumentation-volume"
                ),
                AddMountPoint("dd-sockets", "/var/run/datadog"),
                DependOn("cws-instrumentation-init", "SUCCESS"),
                DependOn("datadog-agent", "HEALTHY"),
            ),
            containers=(
                _container(
                    "cws-instrumentation-init", "/cws-instrumentation", role="init"
                ),
                _container("datadog-agent", "/agent"),
            ),
            volumes=({"name": "cws-instrumentation-volume"}, {"name": "dd-sockets"}),
        ),
        Recipe(
            "deepfence",
            steps=(
                WrapEntryPoint(
                    ("/deepfence/usr/local/bin/deepfence-entry-point-scratch.sh",),
                    layout="command",
                ),
                *_named("DF_BACKEND_IP", "DF_FIM_ON", "DF_SERVERLESS"),
                _PTRACE,
                MountFrom("deepfence-agent", read_only=True),
            ),
            containers=(_container("deepfence-agent", "/deepfence_fargate_agent_ce"),),
        ),
        Recipe(
            "lacework",
            steps=(
                WrapEntryPoint(("/var/lib/lacework-backup/lacework-sidecar.sh",)),
                *_named("LaceworkAccessToken", "LaceworkServerUrl", "LaceworkConfig"),
                MountFrom("datacollector-sidecar", read_only=True),
                DependOn("datacollector-sidecar", "SUCCESS"),
            ),
            containers=(_container("datacollector-sidecar", "/datacollector"),),
        ),
        Recipe(
            "wiz",
            steps=(
                WrapEntryPoint(("/opt/wiz/sensor/wiz-sensor", "daemon", "--")),
                *_named("WIZ_API_CLIENT_ID", "WIZ_API_CLIENT_SECRET"),
                _PTRACE,
                MountFrom("wiz-sensor", read_only=False),
                AddMountPoint("sensor-host-store", "/host-store"),
                DependOn("wiz-sensor", "COMPLETE"),
            ),
            containers=(_container("wiz-sensor", "/sensor-serverless"),),
            volumes=({"name": "sensor-host-store"},),
        ),
    )
}
"""Agent -> what its vendor's tool leaves."""
