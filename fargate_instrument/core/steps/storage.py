"""Steps on volumes: what a container sees of others' files."""

from __future__ import annotations

from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.steps.site import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import AddMountPoint, MountFrom
    from fargate_instrument.core.steps.site import Site


def mount_from(container: Container, step: MountFrom, site: Site) -> Container:
    """Mount another container's volumes, once."""
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


def add_mount_point(container: Container, step: AddMountPoint, site: Site) -> Container:
    """Mount a task volume at a path that nothing else has taken."""
    path, volume = (
        text(step.path, container, site),
        text(step.volume, container, site),
    )
    entries = list(container.get("mountPoints") or ())
    for index, entry in enumerate(entries):
        if entry.get("containerPath") != path:
            continue
        if entry.get("sourceVolume") != volume:
            site.problem(
                f"mounts another volume at {path}, which the agent needs",
                "mountPoints",
                index,
                fixes=("mount it elsewhere, or exclude the container",),
            )
        return container
    wanted = {
        "containerPath": path,
        "readOnly": step.read_only,
        "sourceVolume": volume,
    }
    return {**container, "mountPoints": [*entries, wanted]}
