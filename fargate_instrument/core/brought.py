"""Whether what an application starts through is brought to it; no rule, no verdict."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.started import normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.marks import Owner


class Cover(Frozen):
    """A mount that lies over a path: of which container, and its entry's index."""

    container: str
    index: int
    path: str
    volume: str


def sources(container: Container) -> list[str]:
    """Name the containers whose volumes a container takes."""
    return [
        str(entry["sourceContainer"])
        for entry in ecs.known_argv(container.get("volumesFrom"))
        if isinstance(entry, dict) and isinstance(entry.get("sourceContainer"), str)
    ]


def volumes(container: Container) -> set[str]:
    """Name the task's volumes that a container mounts."""
    return {
        str(entry["sourceVolume"])
        for entry in ecs.known_argv(container.get("mountPoints"))
        if isinstance(entry, dict) and isinstance(entry.get("sourceVolume"), str)
    }


def covers(container: Container, path: str) -> Iterator[Cover]:
    """Find the mounts of a container that lie over a path."""
    for index, entry in enumerate(ecs.known_argv(container.get("mountPoints"))):
        where = entry.get("containerPath") if isinstance(entry, dict) else None
        if isinstance(where, str) and _lies_over(where, path):
            volume = str(entry.get("sourceVolume"))
            yield Cover(str(container.get("name")), index, where, volume)


def _lies_over(mount: str, path: str) -> bool:
    over = normal(mount).rstrip("/")
    return bool(mount) and (path == over or path.startswith(over + "/"))


def bringers(
    container: Container,
    path: str,
    containers: Sequence[Any],
    owners: Mapping[int, Owner],
    agent: str,
) -> list[int]:
    """Find an agent's containers that bring a path: mounted, or by a shared volume."""
    taken = sources(container)
    shared = {cover.volume for cover in covers(container, path)}
    return [
        index
        for index, owner in owners.items()
        if owner.agent == agent and containers[index] is not container
        if containers[index].get("name") in taken or shared & volumes(containers[index])
    ]


def hidden(
    container: Container,
    path: str,
    containers: Sequence[Any],
    owners: Mapping[int, Owner],
    agent: str,
) -> Cover | None:
    """Find a mount of the user's that lies over what an agent brings to a path.

    Of the container itself, or of another whose volumes it takes. A volume that one of
    the agent's containers mounts, too, is the agent's.
    """
    mine = {i for i, owner in owners.items() if owner.agent == agent}
    agents = {volume for index in mine for volume in volumes(containers[index])}
    taken = sources(container)
    others = [
        one
        for index, one in enumerate(containers)
        if isinstance(one, dict) and index not in mine and one.get("name") in taken
    ]
    for one in (container, *others):
        for cover in covers(one, path):
            if cover.volume not in agents:
                return cover
    return None
