"""Taking back what a vendor's tool wrote, by its marks alone: entries with known names.

What an argument list holds is not here: ``peel`` takes launchers off. An entry that
is not there is no problem; a member that gets empty goes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from fargate_instrument.core import recipe as r
    from fargate_instrument.core.ecs import Container

    Names = Collection[str]


def nothing(container: Container, step: Any, own: Names) -> Container:  # noqa: ARG001  (one row of a table)
    """Leave everything: what the step does leaves no mark of its own."""
    return container


def variable(
    container: Container,
    step: r.SetEnvironment | r.AddSecret,
    own: Names,  # noqa: ARG001  (as above)
) -> Container:
    """Take a variable out; of a list of values only the agent's own."""
    mode = getattr(step, "mode", "override")
    if mode in ("append", "prepend", "around"):
        return _cut(container, step)  # type: ignore[arg-type]  # only one has a mode
    made = entries(container, "environment", "name", {step.name})
    return entries(made, "secrets", "name", {step.name})


def _cut(container: Container, step: r.SetEnvironment) -> Container:
    """Take the agent's values out of a list variable."""
    values = {value for value in (step.value, step.after) if value}
    made = []
    for entry in container.get("environment") or ():
        if entry.get("name") != step.name:
            made.append(entry)
            continue
        parts = str(entry.get("value", "")).split(step.separator or " ")
        kept = [part for part in parts if part not in values]
        if kept != parts and any(kept):
            made.append({**entry, "value": (step.separator or " ").join(kept)})
        elif kept == parts:
            made.append(entry)
    if made == (container.get("environment") or []):
        return container
    return _member(container, "environment", made)


def volumes_from(container: Container, step: r.MountFrom, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Take the mounts of the agent's containers out."""
    return entries(container, "volumesFrom", "sourceContainer", own)


def dependency(container: Container, step: r.DependOn, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Stop waiting for the agent's containers."""
    return entries(container, "dependsOn", "containerName", own)


def mount_point(container: Container, step: r.AddMountPoint, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Take the mounts of the agent's volume out."""
    volume = step.volume
    if not isinstance(volume, tuple):
        return entries(container, "mountPoints", "sourceVolume", {str(volume)})
    start = str(volume[0])
    there = container.get("mountPoints") or ()
    found = {
        entry.get("sourceVolume")
        for entry in there
        if str(entry.get("sourceVolume", "")).startswith(start)
    }
    return entries(container, "mountPoints", "sourceVolume", found)


def label(container: Container, step: r.AddLabel, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Take a label out."""
    labels = container.get("dockerLabels") or {}
    if step.name not in labels:
        return container
    kept = {key: value for key, value in labels.items() if key != step.name}
    return _member(container, "dockerLabels", kept)


def member(container: Container, step: r.SetMember, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Take a member out that holds what the agent writes."""
    if step.member in container and container[step.member] == step.value:
        return _member(container, step.member, None)
    return container


def capability(container: Container, step: r.AddCapability, own: Names) -> Container:  # noqa: ARG001  (as above)
    """Take a Linux capability out."""
    parameters: dict[str, Any] = container.get("linuxParameters") or {}
    capabilities = parameters.get("capabilities") or {}
    if step.name not in (capabilities.get("add") or ()):
        return container
    kept = [item for item in capabilities["add"] if item != step.name]
    capabilities = _member(capabilities, "add", kept)
    parameters = _member(parameters, "capabilities", capabilities)
    return _member(container, "linuxParameters", parameters)


def entries(
    container: Container, name: str, key: str, names: Collection[Any]
) -> Container:
    """Take the entries with some names out of a list of objects."""
    there = container.get(name)
    if not isinstance(there, list):
        return container
    kept = [
        entry
        for entry in there
        if not isinstance(entry, dict) or entry.get(key) not in names
    ]
    return container if len(kept) == len(there) else _member(container, name, kept)


def _member(container: Container, name: str, value: Any) -> Container:
    if value:
        return {**container, name: value}
    return {key: item for key, item in container.items() if key != name}
