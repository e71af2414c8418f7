"""The query, the values inside it, and the result."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr

from fargate_instrument.models.types import Closed, NotBlank, Open, Text

Json = Annotated[
    StrictStr, Field(json_schema_extra={"contentMediaType": "application/json"})
]


class Query(Closed):
    """What the program reads: a flat object of strings.

    An absent key, the empty text and null mean the same.
    """

    agent: Text | None = None
    """Name of the agent, as `fargate-instrument agents` lists it."""
    options: Json | None = None
    """JSON object: the agent's options."""
    agents: Json | None = None
    """JSON list of layers, in place of `agent` and `options`; the last is outermost."""
    container_definitions: Json | None = None
    """JSON list of container definitions, or a whole task definition."""
    task: Json | None = None
    """JSON object: facts about the task."""
    include: Json | None = None
    """JSON list of names or patterns: only these containers."""
    exclude: Json | None = None
    """JSON list of names or patterns: not these containers."""
    image_configs: Json | None = None
    """JSON object: image reference to its configuration, as `lock` writes it."""
    task_definitions: Json | None = None
    """Batch: JSON object, name to an entry. Takes the place of container_definitions."""
    provenance: Literal["label", "off", ""] | None = None
    """`label` (default) records in a Docker label what was put where; `off` does not."""
    checks: Literal["error", "warn", "off", ""] | None = None
    """What a breach of ECS's rules in the user's own input does; default `error`."""
    errors: Literal["exit", "report", ""] | None = None
    """`exit` (default): stderr and exit status 1; `report`: in the result, exit status 0."""


class RuntimePlatform(Closed):
    """Where the task runs."""

    operating_system_family: Text | None = None
    """For example LINUX."""
    cpu_architecture: Text | None = None
    """X86_64 or ARM64."""


class Task(Closed):
    """Facts about the task; one that is not given switches off what needs it."""

    family: Text | None = None
    """Family of the task definition."""
    cpu: StrictInt | Text | None = None
    """CPU units of the task."""
    memory: StrictInt | Text | None = None
    """Memory of the task, MiB."""
    network_mode: Text | None = None
    """Network mode; awsvpc on Fargate."""
    pid_mode: Text | None = None
    """Process namespace; task or absent on Fargate."""
    execution_role_arn: Text | None = None
    """Execution role."""
    task_role_arn: Text | None = None
    """Task role."""
    requires_compatibilities: list[NotBlank] | None = None
    """For example FARGATE."""
    runtime_platform: RuntimePlatform | None = None
    """Operating system and architecture."""
    volumes: list[dict[str, Any]] | None = None
    """Volumes of the task."""
    platform_version: Text | None = None
    """Fargate platform version of the service."""


class ImageConfig(Open):
    """What an image says about how it runs; names as in the image's own config."""

    Entrypoint: list[StrictStr] | None = None
    """ENTRYPOINT."""
    Cmd: list[StrictStr] | None = None
    """CMD."""
    Env: list[StrictStr] | None = None
    """ENV, as NAME=value."""
    User: StrictStr | None = None
    """USER."""
    WorkingDir: StrictStr | None = None
    """WORKDIR."""
    Architecture: StrictStr | None = None
    """For example amd64."""
    Digest: StrictStr | None = None
    """Digest of the image's manifest."""


class LayerEntry(Closed):
    """One agent among several on a task definition."""

    agent: NotBlank
    """Name of the agent, as `fargate-instrument agents` lists it."""
    options: Any = None
    """JSON object, or JSON as text: the agent's options."""
    include: list[Annotated[StrictStr, Field(min_length=1)]] | None = None
    """Names or patterns: only these containers, among those of the ask."""
    exclude: list[Annotated[StrictStr, Field(min_length=1)]] | None = None
    """Names or patterns: not these containers."""


class BatchEntry(Closed):
    """One task definition of a batch; JSON values, or JSON as text."""

    container_definitions: Any = None
    """As the query's key."""
    task: Any = None
    """As the query's key."""
    options: Any = None
    """Merged over the query's options, member by member."""
    agents: Any = None
    """In place of the query's agents."""
    include: Any = None
    """As the query's key."""
    exclude: Any = None
    """As the query's key."""


class Result(Closed):
    """What the program writes: a flat object of strings, every key always there."""

    container_definitions: Json
    """JSON list: the container definitions; empty text if there are errors."""
    task_definitions: Json
    """Batch: JSON object, name to the members of a single result."""
    pid_mode: Literal["task", ""]
    """`task` where the agent needs it."""
    policies: Json
    """JSON object: IAM statements that `execution_role` and `task_role` need; never created."""
    tags: Json
    """JSON object: tags that the agents ask for on the task definition."""
    volumes: Json
    """JSON list: task volumes that the agent's mounts need."""
    secret_arns: Json
    """JSON list: what the execution role must be able to read."""
    instrumented: Json
    """JSON list: names of instrumented containers."""
    skipped: Json
    """JSON list of `{name, reason}`."""
    warnings: Json
    """JSON list of one-line texts."""
    errors: Json
    """JSON list of one-line texts; empty unless `errors` is `report`."""


Include = list[Annotated[StrictStr, Field(min_length=1)]]
Layers = list[LayerEntry]
ImageConfigs = dict[str, ImageConfig]
Batch = dict[str, BatchEntry]
