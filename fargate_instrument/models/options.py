"""The options of every agent: names, types, defaults, meaning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fargate_instrument.models.types import (
    Closed,
    Count,
    Flag,
    LogConfiguration,
    Names,
    NotBlank,
    Port,
    SecretArn,
    Text,
)

Secret = Annotated[Text, Field(json_schema_extra={"secret": True})]


class SysdigOptions(Closed):
    """Options of the agent ``sysdig``; the names are those of the vendor's provider."""

    workload_agent_image: NotBlank
    """Image of the agent's container, for example `quay.io/sysdig/workload-agent:6.2.1`."""
    collector_host: Text | None = None
    """Collector of your Sysdig region. Required unless `orchestrator_host` is given."""
    collector_port: Port | None = None
    """Port of the collector; the agent's own default is 6443."""
    sysdig_access_key_secret: SecretArn | None = None
    """ARN of the Secrets Manager secret or SSM parameter that holds the access key. Preferred."""
    sysdig_access_key: Secret | None = None
    """The access key in plain text. It ends up in the task definition and in state."""
    image_auth_secret: Text | None = None
    """ARN of the secret with the credentials of the agent image's registry."""
    orchestrator_host: Text | None = None
    """Orchestrator agent; deprecated, unsupported by workload agents from 6.0.0 on."""
    orchestrator_port: Port | None = None
    """Port of the orchestrator agent; deprecated."""
    sysdig_logging: Text | None = None
    """Log level: silent, fatal, critical, error, warning, info, debug or trace."""
    log_configuration: LogConfiguration | None = None
    """Log configuration of the agent's container: three awslogs values, or ECS's own form."""
    ignore_containers: Names | None = None
    """Containers to leave alone, by exact name."""
    bare_pdig_on_containers: Names | None = None
    """Containers that run under bare pdig, by exact name."""
    sidecar: Text | None = None
    """Sidecar mode: auto (default), force or the empty text."""
    priority: Literal["availability", "security", ""] | None = None
    """What comes first under pressure: availability (default) or security."""
    instrumentation_essential: Flag | None = None
    """Whether the task stops with the agent. Default: true if priority is security."""
    instrumentation_cpu: Count | None = None
    """CPU units of the agent's container; 0 or absent: not written."""
    instrumentation_memory_limit: Count | None = None
    """Hard memory limit of the agent's container, MiB; 0 or absent: not written."""
    instrumentation_memory_reservation: Count | None = None
    """Soft memory limit of the agent's container, MiB; 0 or absent: not written."""
    compatibility: Literal["", "provider-v3"] | None = None
    """`provider-v3`: the exact output of the vendor's provider 3.9, to migrate without a diff."""


class PrismaCloudSidecar(Closed):
    """Settings of the Defender's container, grouped."""

    essential: Flag | None = None
    """Whether the task stops with the Defender."""
    cpu: Count | None = None
    """CPU units; 0 or absent: not written."""
    memory: Count | None = None
    """Hard memory limit, MiB; 0 or absent: not written."""
    memory_reservation: Count | None = None
    """Soft memory limit, MiB; 0 or absent: not written."""


class PrismaCloudOptions(Closed):
    """Options of the agent ``prisma_cloud``."""

    defender_image: NotBlank
    """Image of the Defender."""
    ws_address: Annotated[NotBlank, Field(pattern=r"^wss://[^\s/]+:[0-9]+$")]
    """Address of the Console, `wss://<host>:<port>`."""
    install_bundle_secret: SecretArn | None = None
    """ARN of the Secrets Manager secret or SSM parameter that holds the install bundle. Preferred."""
    install_bundle: Secret | None = None
    """The install bundle in plain text. It ends up in the task definition and in state."""
    filesystem_monitoring: Flag | None = None
    """File-system monitoring; default false."""
    fips_enabled: Flag | None = None
    """FIPS mode; default false."""
    defender_generation: Literal["healthy", "start", ""] | None = None
    """`healthy` (default): Defenders since 22.06; `start`: up to 21.08."""
    wrap: Literal["entry_point", "command", ""] | None = None
    """Where the Defender is put: before entryPoint (default), or into a shell command."""
    log_configuration: LogConfiguration | None = None
    """Log configuration of the Defender's container: three awslogs values, or ECS's own form."""
    essential: Flag | None = None
    """Whether the task stops with the Defender; default true."""
    cpu: Count | None = None
    """CPU units of the Defender's container; 0 or absent: not written."""
    memory: Count | None = None
    """Hard memory limit of the Defender's container, MiB; 0 or absent: not written."""
    memory_reservation: Count | None = None
    """Soft memory limit of the Defender's container, MiB; 0 or absent: not written."""
    sidecar: PrismaCloudSidecar | None = None
    """The same four, grouped; a member given in both places is an error."""
    image_auth_secret: Text | None = None
    """ARN of the secret with the credentials of the Defender image's registry."""


OPTIONS: dict[str, type[Closed]] = {
    "prisma_cloud": PrismaCloudOptions,
    "sysdig": SysdigOptions,
}
"""Agent -> the model of its options."""
