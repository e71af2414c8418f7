"""Document x recipe x targets -> document; knows steps, never an agent's name.

Every step is one small function from a container to a container, copy on write: a
container that needs nothing comes back as the same object. Problems and warnings are
collected, so that all of them are shown at once.
"""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import Number, dump
from fargate_instrument.core.recipe import (
    AddCapability,
    AddLabel,
    AddMountPoint,
    AddSecret,
    DependOn,
    Fact,
    InitProcess,
    MountFrom,
    SetEnvironment,
    ShellWrapCommand,
    SortEnvironment,
    UniqueEnvironment,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import SetLogConfiguration, Step, Text


class Notes:
    """What there is to say about one run: problems and warnings, as they are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[tuple[str, str]] = []


class Site(Frozen):
    """One container under treatment: where it is and what is known around it.

    ``address``: its address. ``index``: its place. ``raw``: the container as the user
    wrote it. ``image_config``: its image's configuration, or None if not known.
    ``sidecar``: the name of the agent's container in this document.
    """

    address: str
    index: int
    raw: Mapping[str, Any]
    image_config: Mapping[str, Any] | None
    sidecar: str
    notes: Notes
    name: object

    @property
    def who(self) -> str:
        """Name the container for a message."""
        return ecs.describe({"name": self.name}, self.index)

    def warn(self, text: str, *path: str | int) -> None:
        """Add a warning about this container."""
        place = ecs.address(self.address, *path)
        self.notes.warnings.append((place, f"{self.who} {text}"))

    def problem(self, text: str, *path: str | int, fixes: tuple[str, ...] = ()) -> None:
        """Add a problem of this container."""
        place = ecs.address(self.address, *path)
        self.notes.problems.append(Problem(place, f"{self.who} {text}", fixes, "patch"))


def apply(  # noqa: C901, PLR0911, PLR0912  (a table: a line for each kind of step)
    container: Container, step: Step, site: Site
) -> Container:
    """Do one step of a recipe to one container."""
    match step:
        case WrapEntryPoint():
            return _wrap(container, step, site)
        case ShellWrapCommand():
            return _shell_wrap(container, step, site)
        case SetEnvironment():
            return set_environment(container, step, site)
        case AddSecret():
            return add_secret(container, step, site)
        case UniqueEnvironment():
            return _unique_environment(container, site)
        case SortEnvironment():
            return sort_environment(container)
        case AddCapability():
            return _add_capability(container, step, site)
        case InitProcess():
            return _init_process(container)
        case MountFrom():
            return _mount_from(container, step, site)
        case AddMountPoint():
            return _add_mount_point(container, step, site)
        case DependOn():
            return _depend_on(container, step, site)
        case AddLabel():
            return _add_label(container, step, site)
        case _:  # SetLogConfiguration: a type checker proves that none is forgotten
            return _set_log_configuration(container, step)


def is_wrapped(container: Container, steps: tuple[Step, ...]) -> bool:
    """Tell whether a container runs through the recipe's launcher already."""
    return any(
        _in_entry_point(container, step)
        if isinstance(step, WrapEntryPoint)
        else isinstance(step, ShellWrapCommand)
        and _in_command(container, step) is not None
        for step in steps
    )


def text(value: Text, container: Container, site: Site) -> str:
    """Fill the facts of a text in."""
    if isinstance(value, tuple):
        return "".join(text(part, container, site) for part in value)
    if isinstance(value, Fact):
        known = {"sidecar.name": site.sidecar}
        return known.get(value.name) or str(container[value.name.partition(".")[2]])
    return value


# Entry points


def _wrap(container: Container, step: WrapEntryPoint, site: Site) -> Container:
    if _in_entry_point(container, step):
        return _switched(container, step, site)
    entry_point, command = container.get("entryPoint"), container.get("command")
    if step.as_given:
        entry_point = _given(entry_point, "entryPoint", site)
        command = _given(command, "command", site)
    else:
        entry_point, command = entry_point or None, command or None
    from_image = entry_point is None
    if entry_point is None:
        argv = _image_argv(container, command, site)
        if argv is None or (argv[0] and argv[0][0] in _launchers(step)):
            return container
        entry_point, command = argv
    entry_point, command = list(entry_point), list(command or ())
    if not entry_point and not command:
        site.problem("has nothing to run", "entryPoint", fixes=_nothing_fixes(site))
        return container
    if step.layout == "command":
        argv_items = entry_point + command
        return {**container, "entryPoint": [*step.prefix], "command": argv_items}
    made = {**container, "entryPoint": [*step.prefix, *entry_point]}
    if from_image and command:
        made["command"] = command
    return made


def _given(value: Any, member: str, site: Site) -> list[str] | None:
    """Read entryPoint or command where null and empty count as given."""
    if value is None:
        return [] if _has(site.raw, member) else None
    items = [item if isinstance(item, str) else _as_text(item) for item in value]
    if items != value:
        site.warn(
            f"has items in {member} that are no strings; they become text", member
        )
    return items


def _has(raw: Mapping[str, Any], member: str) -> bool:
    return any(key.lower() == member.lower() for key in raw)


def _as_text(item: Any) -> str:
    if item is None:
        return ""
    return item.text if isinstance(item, Number) else dump(item)


def _image_argv(
    container: Container, command: list[str] | None, site: Site
) -> tuple[list[str], list[str]] | None:
    """Find the effective entry point and command where the task gives no entry point.

    Docker and ECS: the image's ENTRYPOINT stays in force, and a command of the task
    takes the place of the image's CMD.
    """
    config = site.image_config
    if config is None:
        site.problem(
            f"has no entryPoint, and what its image {dump(container['image'])} runs"
            " is not known",
            "entryPoint",
            fixes=_unknown_fixes(container),
        )
        return None
    entry_point = list(config.get("Entrypoint") or ())
    if command is None:
        command = list(config.get("Cmd") or ())
    return entry_point, command


def _unknown_fixes(container: Container) -> tuple[str, ...]:
    return (
        'write its "entryPoint" (and "command") as the image has them',
        f"or run `fargate-instrument lock {container['image']}` and pass the file as"
        " image_configs",
        "or exclude the container by name",
    )


def _nothing_fixes(site: Site) -> tuple[str, ...]:
    known = (
        "neither the task nor its image says" if site.image_config else "nothing says"
    )
    return (f'{known} what to run: write its "entryPoint" or "command"',)


def _launchers(step: WrapEntryPoint | ShellWrapCommand) -> tuple[str, ...]:
    first = step.prefix if isinstance(step, WrapEntryPoint) else step.launcher
    return (*step.launchers, first[0])


def _in_entry_point(container: Container, step: WrapEntryPoint) -> bool:
    items = ecs.known_argv(container.get("entryPoint"))
    if items and items[0] in _launchers(step):
        return True
    found = _in_command(container, step)
    return found is not None


def _in_command(
    container: Container, step: WrapEntryPoint | ShellWrapCommand
) -> tuple[int, str] | None:
    """Find the launcher inside a string of command: (index, launcher)."""
    rest = step.prefix[1:] if isinstance(step, WrapEntryPoint) else step.launcher[1:]
    if not rest:
        return None
    for index, item in enumerate(ecs.known_argv(container.get("command"))):
        for launcher in _launchers(step):
            start = " ".join((launcher, *rest))
            if isinstance(item, str) and item.startswith(start):
                return index, launcher
    return None


def _switched(
    container: Container, step: WrapEntryPoint | ShellWrapCommand, site: Site
) -> Container:
    """Keep a wrap that is there, on the launcher that is asked for."""
    new = step.prefix[0] if isinstance(step, WrapEntryPoint) else step.launcher[0]
    items = ecs.known_argv(container.get("entryPoint"))
    if items and items[0] in _launchers(step):
        if len(items) == 1 and not container.get("command"):
            site.warn("is wrapped but has nothing to run behind it", "command")
        if step.switch and items[0] != new:
            return {**container, "entryPoint": [new, *items[1:]]}
        return container
    found = _in_command(container, step)
    if found is None or not step.switch or found[1] == new:
        return container
    index, launcher = found
    command = list(container["command"])
    command[index] = new + command[index][len(launcher) :]
    return {**container, "command": command}


def _shell_wrap(container: Container, step: ShellWrapCommand, site: Site) -> Container:
    items = ecs.known_argv(container.get("entryPoint"))
    wrapped = bool(items) and items[0] in _launchers(step)
    if wrapped or _in_command(container, step) is not None:
        return _switched(container, step, site)
    command = container.get("command") or []
    if items and not command:
        site.problem(
            "has an entryPoint but no command to wrap",
            "command",
            fixes=('use wrap = "entry_point"',),
        )
        return container
    if items and items[-1] == "-c":
        site.problem(
            "has an entryPoint that ends in -c, a shell that takes one string",
            "entryPoint",
            fixes=('use wrap = "entry_point"',),
        )
        return container
    if not command:
        argv = _image_argv(container, None, site)
        if argv is None:
            return container
        command = argv[1]
        if not command:
            site.problem(
                "has no command, and neither has its image",
                "command",
                fixes=('write its "command", or use wrap = "entry_point"',),
            )
            return container
    line = " ".join([*step.launcher, *(shell_quoted(item) for item in command)])
    return {**container, "command": [*step.shell, line]}


_BARE = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"
)


def shell_quoted(item: str) -> str:
    """Quote one argv item for a POSIX shell."""
    if item and _BARE.issuperset(item):
        return item
    return "'" + item.replace("'", "'\"'\"'") + "'"


# Environment and secrets


def set_environment(
    container: Container, step: SetEnvironment, site: Site
) -> Container:
    """Set one variable, in place where it is there already."""
    if step.only_on and container["name"] not in step.only_on:
        return container
    if "secrets" in container and _secret(container, step.name) is not None:
        _name_in_secrets(step, site)
        return container
    value = text(step.value, container, site)
    entries = list(container.get("environment") or ())
    if step.mode == "append":
        value = _appended(container, step, value, site)
    if step.name not in [entry["name"] for entry in entries]:
        entries.append({"name": step.name, "value": value})
        return {**container, "environment": entries}
    at = [i for i, entry in enumerate(entries) if entry["name"] == step.name]
    old = entries[at[-1]].get("value", "")
    if (old == value and len(at) == 1) or step.mode == "if_absent":
        return container
    if step.mode == "override" and old != value:
        what = "" if step.secret else f": it was {dump(old)} and is now {dump(value)}"
        site.warn(f"had its own {step.name}{what}", "environment", at[-1])
    entries[at[-1]] = {**entries[at[-1]], "value": value}
    kept = [entry for i, entry in enumerate(entries) if i not in at[:-1]]
    return {**container, "environment": kept}


def _name_in_secrets(step: SetEnvironment, site: Site) -> None:
    if step.if_in_secrets == "error":
        site.problem(
            f"takes {step.name} from a secret, and the agent must set it",
            "secrets",
            fixes=(f"take {step.name} out of its secrets",),
        )
    else:
        site.warn(f"takes {step.name} from a secret, which stays", "secrets")


def _appended(
    container: Container, step: SetEnvironment, value: str, site: Site
) -> str:
    known = ecs.variables(container)
    if step.name in known:
        base = known[step.name]
    else:
        if container.get("environmentFiles"):
            site.warn(
                f"may get {step.name} from its environmentFiles, which cannot be read"
                " here; the value set now takes its place",
                "environmentFiles",
            )
        base = _image_variable(step.name, site)
    parts = base.split(step.separator) if base else []
    return base if value in parts else step.separator.join([*parts, value])


def _image_variable(name: str, site: Site) -> str:
    for entry in (site.image_config or {}).get("Env") or ():
        key, _, value = str(entry).partition("=")
        if key == name:
            return value
    return ""


def _secret(container: Container, name: str) -> int | None:
    for index, entry in enumerate(container.get("secrets") or ()):
        if entry["name"] == name:
            return index
    return None


def add_secret(container: Container, step: AddSecret, site: Site) -> Container:
    """Take a variable from a secret, in place of a plain one."""
    made = drop_variables(container, (step.name,), site)
    entries = list(made.get("secrets") or ())
    at = _secret(made, step.name)
    if at is None:
        entries.append({"name": step.name, "valueFrom": step.value_from})
    elif entries[at].get("valueFrom") == step.value_from:
        return made
    else:
        site.warn(f"took {step.name} from another secret", "secrets", at)
        entries[at] = {**entries[at], "valueFrom": step.value_from}
    return {**made, "secrets": entries}


def drop_variables(
    container: Container, names: tuple[str, ...], site: Site
) -> Container:
    """Take plain variables out, with a warning for each."""
    entries = container.get("environment") or ()
    kept = [entry for entry in entries if entry["name"] not in names]
    if len(kept) == len(entries):
        return container
    for name in names:
        if any(entry["name"] == name for entry in entries):
            site.warn(
                f"had {name} in plain text; it is taken from a secret now",
                "environment",
            )
    if kept:
        return {**container, "environment": kept}
    return {key: item for key, item in container.items() if key != "environment"}


def _unique_environment(container: Container, site: Site) -> Container:
    entries = container.get("environment") or ()
    last = {entry["name"]: index for index, entry in enumerate(entries)}
    if len(last) == len(entries):
        return container
    for name in sorted(
        {e["name"] for i, e in enumerate(entries) if last[e["name"]] != i}
    ):
        site.warn(f"has {name} more than once; the last one counts", "environment")
    kept = [entry for i, entry in enumerate(entries) if last[entry["name"]] == i]
    return {**container, "environment": kept}


def sort_environment(container: Container) -> Container:
    """Sort environment by name in code points."""
    entries = container.get("environment") or []
    ordered = sorted(entries, key=lambda entry: str(entry["name"]))
    return container if ordered == entries else {**container, "environment": ordered}


# Everything else


def _add_capability(container: Container, step: AddCapability, site: Site) -> Container:
    parameters = container.get("linuxParameters") or {}
    capabilities = parameters.get("capabilities") or {}
    if step.name in (capabilities.get("drop") or ()):
        site.problem(
            f"drops {step.name}, which the agent needs",
            "linuxParameters",
            "capabilities",
            "drop",
            fixes=(f"take {step.name} out of drop, or exclude the container",),
        )
        return container
    added = capabilities.get("add") or []
    if step.name in added:
        return container
    capabilities = {**capabilities, "add": [*added, step.name]}
    return {
        **container,
        "linuxParameters": {**parameters, "capabilities": capabilities},
    }


def _init_process(container: Container) -> Container:
    parameters = container.get("linuxParameters") or {}
    if "initProcessEnabled" in parameters:
        return container
    return {**container, "linuxParameters": {**parameters, "initProcessEnabled": True}}


def _mount_from(container: Container, step: MountFrom, site: Site) -> Container:
    source = text(step.source, container, site)
    entries = list(container.get("volumesFrom") or ())
    for index, entry in enumerate(entries):
        if entry.get("sourceContainer") == source:
            if not step.enforce or entry.get("readOnly", False) == step.read_only:
                return container
            site.warn(
                f"mounted {source} with the other readOnly; the agent needs"
                f" {dump(step.read_only)}",
                "volumesFrom",
                index,
            )
            entries[index] = {**entry, "readOnly": step.read_only}
            return {**container, "volumesFrom": entries}
    entries.append({"readOnly": step.read_only, "sourceContainer": source})
    return {**container, "volumesFrom": entries}


def _add_mount_point(
    container: Container, step: AddMountPoint, site: Site
) -> Container:
    entries = list(container.get("mountPoints") or ())
    wanted = {
        "containerPath": step.path,
        "readOnly": step.read_only,
        "sourceVolume": step.volume,
    }
    for index, entry in enumerate(entries):
        if entry.get("containerPath") != step.path:
            continue
        if entry.get("sourceVolume") != step.volume:
            site.problem(
                f"mounts another volume at {step.path}, which the agent needs",
                "mountPoints",
                index,
                fixes=("mount it elsewhere, or exclude the container",),
            )
        return container
    return {**container, "mountPoints": [*entries, wanted]}


def _depend_on(container: Container, step: DependOn, site: Site) -> Container:
    target = text(step.container, container, site)
    entries = list(container.get("dependsOn") or ())
    for index, entry in enumerate(entries):
        if entry.get("containerName") == target:
            if entry.get("condition") == step.condition:
                return container
            entries[index] = {**entry, "condition": step.condition}
            return {**container, "dependsOn": entries}
    entries.append({"condition": step.condition, "containerName": target})
    return {**container, "dependsOn": entries}


def _add_label(container: Container, step: AddLabel, site: Site) -> Container:
    labels = container.get("dockerLabels") or {}
    value = text(step.value, container, site)
    if labels.get(step.name) == value:
        return container
    if step.name in labels:
        site.warn(f"had its own label {dump(step.name)}", "dockerLabels")
    return {**container, "dockerLabels": {**labels, step.name: value}}


def _set_log_configuration(
    container: Container, step: SetLogConfiguration
) -> Container:
    if "logConfiguration" in container and not step.always:
        return container
    return {**container, "logConfiguration": dict(step.configuration)}
