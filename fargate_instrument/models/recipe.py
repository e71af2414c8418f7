"""The recipe algebra as pydantic models: each mirrors a record of ``recipe``, by name.

The JSON form of a step is an object whose ``step`` names the record; its other members
are the record's fields.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from fargate_instrument.models.types import Closed, NotBlank

Words = Annotated[list[StrictStr], Field(min_length=1)]
Names = list[StrictStr]
Pair = Annotated[list[StrictStr], Field(min_length=2, max_length=2)]


class Fact(Closed):
    """A value known only at the container."""

    name: Literal["container.name", "container.image", "sidecar.name"]
    """Which: the container's own name or image, or the name of the agent's container."""


Text = StrictStr | Fact | list[StrictStr | Fact]
"""A text, a fact, or both in a row."""


class WrapEntryPoint(Closed):
    """Run the application's argv through a launcher."""

    step: Literal["WrapEntryPoint"] = "WrapEntryPoint"
    """Which step it is."""
    prefix: Words
    """The launcher and its own arguments."""
    layout: Literal["entry_point", "command"] = "entry_point"
    """Where the prefix goes: before entryPoint, or as the whole of it, with the original
    entry point moved in front of command. Both run prefix + original argv."""
    launchers: Names = Field(default=[])
    """First items by which a wrapped container is known, beside the prefix's own."""
    switch: StrictBool = False
    """Whether a known wrap with another launcher is switched to this one."""
    as_given: StrictBool = False
    """Whether an entryPoint or command that is null or empty counts as given."""


class ShellWrapCommand(Closed):
    """Run command as one shell string behind a launcher; entryPoint stays as it is."""

    step: Literal["ShellWrapCommand"] = "ShellWrapCommand"
    """Which step it is."""
    shell: Words
    """Such as `["/bin/sh", "-c"]`."""
    launcher: Words
    """Words before the quoted argv."""
    launchers: Names = Field(default=[])
    """Launchers by which a wrapped container is known, beside this one."""
    switch: StrictBool = False
    """Whether a known wrap with another launcher is switched to this one."""


class SetEnvironment(Closed):
    """Set one environment variable."""

    step: Literal["SetEnvironment"] = "SetEnvironment"
    """Which step it is."""
    name: NotBlank
    """The variable."""
    value: Text
    """What to set, or to append."""
    mode: Literal["override", "if_absent", "append"] = "override"
    """What to do about a value that is there."""
    separator: StrictStr = ""
    """What stands between the parts of an appended value."""
    if_in_secrets: Literal["keep", "error"] = "keep"
    """What to do if the container takes the variable from a secret."""
    only_on: Names = Field(default=[])
    """Containers by name; empty means all."""
    option: StrictStr = ""
    """The option that `only_on` comes from, for messages."""
    secret: StrictBool = False
    """Whether the value is never shown."""


class AddSecret(Closed):
    """Take a variable from a secret; a plain variable of the name is removed."""

    step: Literal["AddSecret"] = "AddSecret"
    """Which step it is."""
    name: NotBlank
    """The variable."""
    value_from: NotBlank
    """ARN of the secret or parameter."""


class UniqueEnvironment(Closed):
    """Of variables with one name keep the last, which is the one that counts."""

    step: Literal["UniqueEnvironment"] = "UniqueEnvironment"
    """Which step it is."""


class SortEnvironment(Closed):
    """Sort environment by name; equal names keep their order."""

    step: Literal["SortEnvironment"] = "SortEnvironment"
    """Which step it is."""


class AddCapability(Closed):
    """Add a Linux capability once, leaving the rest of linuxParameters alone."""

    step: Literal["AddCapability"] = "AddCapability"
    """Which step it is."""
    name: NotBlank
    """Such as SYS_PTRACE."""


class InitProcess(Closed):
    """Ask for an init process where the user has not decided."""

    step: Literal["InitProcess"] = "InitProcess"
    """Which step it is."""


class MountFrom(Closed):
    """Mount another container's volumes."""

    step: Literal["MountFrom"] = "MountFrom"
    """Which step it is."""
    source: Text
    """The container whose volumes are mounted."""
    read_only: StrictBool
    """Whether they are mounted read-only."""
    enforce: StrictBool = False
    """Whether an entry that is there already gets this `read_only`."""


class AddMountPoint(Closed):
    """Mount a task volume at a path; a path taken by another volume is an error."""

    step: Literal["AddMountPoint"] = "AddMountPoint"
    """Which step it is."""
    volume: NotBlank
    """The task volume."""
    path: NotBlank
    """Where it is mounted."""
    read_only: StrictBool = False
    """Whether it is mounted read-only."""


class DependOn(Closed):
    """Start after another container has reached a condition."""

    step: Literal["DependOn"] = "DependOn"
    """Which step it is."""
    container: Text
    """The container to wait for."""
    condition: Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
    """What it must have reached."""


class AddLabel(Closed):
    """Set one Docker label."""

    step: Literal["AddLabel"] = "AddLabel"
    """Which step it is."""
    name: NotBlank
    """The label."""
    value: Text
    """Its value."""


class SetLogConfiguration(Closed):
    """Give the container a log configuration."""

    step: Literal["SetLogConfiguration"] = "SetLogConfiguration"
    """Which step it is."""
    configuration: dict[str, Any]
    """In ECS's own form."""
    always: StrictBool = False
    """Whether it takes the place of one that is there."""


Step = Annotated[
    WrapEntryPoint
    | ShellWrapCommand
    | SetEnvironment
    | AddSecret
    | UniqueEnvironment
    | SortEnvironment
    | AddCapability
    | InitProcess
    | MountFrom
    | AddMountPoint
    | DependOn
    | AddLabel
    | SetLogConfiguration,
    Field(discriminator="step"),
]


class AddContainer(Closed):
    """Add one container to the task, or bring the one that is there up to date."""

    definition: dict[str, Any]
    """Its members in ECS's spelling, `name` included."""
    defaults: dict[str, Any] = Field(default={})
    """Members written on a new one only."""
    aliases: Names = Field(default=[])
    """Other names under which it may stand."""
    entry_points: Names = Field(default=[])
    """First items of entryPoint by which it is known."""
    images: Names = Field(default=[])
    """Repositories by which one without entryPoint is known: a suffix that begins with
    `/`, or a whole repository."""
    renamed_entry_points: list[Pair] = Field(default=[])
    """Pairs of old and new first item of entryPoint, on upgrade."""
    keep_entry_point: StrictBool = False
    """Whether entryPoint stays as it is on upgrade, absent included."""
    own_variables: Names = Field(default=[])
    """How the agent's own variables begin; others get a warning."""
    role: Literal["sidecar", "init"] = "sidecar"
    """What it is for."""
    position: Literal["last", "first"] = "last"
    """Where a new one goes."""
    inherit_environment: StrictBool = False
    """Whether it also gets the variables of the last instrumented container."""


class RequireTask(Closed):
    """What the task must be for the agent to work."""

    pid_mode: StrictStr = ""
    """The pidMode to set."""
    platform_version: StrictStr = ""
    """The oldest Fargate platform version that works."""
    linux_only: StrictBool = True
    """Whether Windows tasks are refused."""
    x86_only: StrictBool = False
    """Whether ARM64 tasks get a warning."""
    ports: list[StrictInt] = Field(default=[])
    """TCP ports that the agent listens on."""


class Recipe(Closed):
    """All that one agent asks for."""

    agent: NotBlank
    """The agent's name."""
    steps: list[Step] = Field(default=[])
    """For each targeted container, in order."""
    containers: list[AddContainer] = Field(default=[])
    """What joins the task."""
    volumes: list[dict[str, Any]] = Field(default=[])
    """Task volumes to declare."""
    task: RequireTask = RequireTask()
    """What the task must be."""
    secret_arns: Names = Field(default=[])
    """What the execution role must be able to read."""
    secret_names: Names = Field(default=[])
    """Variables that carry a secret; their values are never recorded."""
    exact: StrictBool = False
    """Whether it promises a vendor's exact output, and so records nothing."""
    exclude: Names = Field(default=[])
    """Containers that the agent's own option leaves out, by exact name."""
    exclude_option: StrictStr = ""
    """The address of that option."""
    warnings: list[Pair] = Field(default=[])
    """Pairs of address and text about the ask itself."""


RECORDS = (
    Fact,
    WrapEntryPoint,
    ShellWrapCommand,
    SetEnvironment,
    AddSecret,
    UniqueEnvironment,
    SortEnvironment,
    AddCapability,
    InitProcess,
    MountFrom,
    AddMountPoint,
    DependOn,
    AddLabel,
    SetLogConfiguration,
    AddContainer,
    RequireTask,
    Recipe,
)
"""Every model that mirrors a record."""


def to_json(record: Any) -> Any:
    """Write a record of ``recipe`` in its JSON form."""
    name = type(record).__name__
    if name in {model.__name__ for model in RECORDS}:
        fields = {key: to_json(getattr(record, key)) for key in record._fields}
        steps = {model.__name__ for model in RECORDS if "step" in model.model_fields}
        return {"step": name, **fields} if name in steps else fields
    if isinstance(record, (tuple, list)):
        return [to_json(item) for item in record]
    if isinstance(record, dict):
        return {key: to_json(value) for key, value in record.items()}
    return record
