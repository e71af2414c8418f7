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
    ``absent``: why it is not made with the values that are known. ``secondary``: it is
    read a second time, without the values that others give, for what is sure.
    ``otherwise``: the same where every variable's default may be another value.
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
    absent: str = ""
    secondary: bool = False
    otherwise: Definition | None = None

    def line(self, index: int | None) -> int:
        """Give the line of a container, or of the definition, or 0."""
        if index is not None and index < len(self.lines):
            return self.lines[index]
        return self.place.line if self.place else 0


def canonical(containers: list[Any]) -> list[Any]:
    """Spell every container as ECS does, nulls left out; unknown values stay.

    Names of members are compared as Go compares them. One that stands twice is not
    known: which of the two counts is the reader's affair that registers it.
    """
    problems: list[Problem] = []
    return [
        ecs.recase(_once(container), "ContainerDefinition", "", problems)
        if isinstance(container, dict)
        else container
        for container in containers
    ]


def _once(container: dict[str, Any]) -> dict[str, Any]:
    names = [key.casefold() for key in container]
    if len(set(names)) == len(names) and all(key.isascii() for key in container):
        return container
    made: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for key, value in container.items():
        folded = key.casefold()
        name = key if key.isascii() else folded
        if folded in seen:
            made[seen[folded]] = Unknown(f"{name} stands there in two spellings")
        else:
            made[seen.setdefault(folded, name)] = value
    return made
