"""One task definition as a source found it, and where; not how it was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.unknown import Instrumented, Unknown
from fargate_instrument.core import ecs

if TYPE_CHECKING:
    from fargate_instrument.core.errors import Problem

Task = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; ``path`` as the user would write it, ``line`` from 1 or 0."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Definition:
    """A task definition and what is known of it.

    ``name``: what people call it: ``family:revision``, a Terraform address, a file's
    name. ``family``: or ``""``. ``source``: ``json``, ``terraform``, ``plan`` or
    ``account``. ``address``: its place there, unique within a report. ``containers``:
    canonical, possibly with Unknown in any place; what an instrumentation will write;
    or None, and then ``reason`` says why. ``lines``: of each container. ``task``:
    members of which it is known what they are. ``used_by``: services that run it.
    ``unread``: it exists and could not be read, which no gate may pass over.
    """

    name: str
    source: str
    address: str
    containers: list[Any] | Instrumented | None
    task: Task = field(default_factory=dict)
    family: str = ""
    place: Place | None = None
    lines: tuple[int, ...] = ()
    used_by: tuple[str, ...] = ()
    reason: str = ""
    unread: bool = False

    def line(self, index: int | None) -> int:
        """Give the line of a container, or of the definition, or 0."""
        if index is not None and index < len(self.lines):
            return self.lines[index]
        return self.place.line if self.place else 0


def canonical(containers: list[Any]) -> list[Any]:
    """Spell every container as ECS does, nulls left out; unknown values stay."""
    problems: list[Problem] = []
    return [
        ecs.recase(container, "ContainerDefinition", "", problems)
        if not isinstance(container, (Unknown, Instrumented))
        else container
        for container in containers
    ]
