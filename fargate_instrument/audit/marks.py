"""What in a task definition says that an agent runs there; no verdict.

The recogniser is ``core.marks``, with ``core.started`` for what an argv starts and
``core.brought`` for whether that is there. Here values that are not known are brought
to what those can read, and what they say to signs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.unknown import Unknown
from fargate_instrument.core import brought, ecs, marks, provenance, started
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.known import AGENTS, ALIASES
from fargate_instrument.core.started import Hole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fargate_instrument.core.marks import Owner
    from fargate_instrument.core.started import Start

    Container = dict[str, Any]

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}?")
_NOT_KNOWN = "\0"
"""Stands in a text for a part that is not known; no sign holds it."""
_HOLDS = ("name", "image", "entryPoint")
"""Members that say whose a container is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of an agent.

    ``how``: ``provenance``, ``entryPoint``, ``command``, ``LD_PRELOAD``, ``sidecar`` or
    ``module``. ``evidence``: the text that says so.
    """

    agent: str
    how: str
    evidence: str

    def __str__(self) -> str:
        if self.how == "module":
            return f"{self.agent or 'an agent'}: {self.evidence}"
        return f"{self.agent}: {self.how} has {self.evidence}"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen on one container.

    ``marks``: what holds. ``unsure``: why more may be there. ``why``: what is not right
    about what seems to be there. ``missing`` and ``hidden``: that a launcher is not
    brought, or lies under a mount. ``damaged``: of its provenance. ``seen``: agents.
    """

    marks: tuple[Mark, ...] = ()
    unsure: str = ""
    why: str = ""
    missing: str = ""
    hidden: str = ""
    damaged: str = ""
    seen: tuple[str, ...] = ()


def agent_named(text: str) -> str:
    """Spell an agent as it is spelled here, whatever people call it."""
    return ALIASES.get(text, text)


def needs_launcher(agent: str) -> bool:
    """Tell whether an agent watches only what it starts, or is loaded into."""
    known = AGENTS.get(agent, {})
    return bool(marks.wraps_of(agent) or known.get("preloads") or known.get("mounted"))


def shown(value: object) -> str:
    """Write a text in which parts may be unknown."""
    return value.text or "${…}" if isinstance(value, Unknown) else str(value)


def records(container: Container) -> tuple[tuple[provenance.Record, ...], str]:
    """Read the provenance of a container; the text says what is wrong with it."""
    labels = container.get("dockerLabels")
    text = labels.get(provenance.LABEL) if isinstance(labels, dict) else None
    if text is None or isinstance(text, Unknown):
        return (), ""
    try:
        return provenance.read(container, "dockerLabels"), ""
    except Failure as failure:
        return (), failure.problems[0].message


# What is known


def known_part(value: Any, member: str = "") -> Any:
    """Bring a container to plain data: texts keep their known parts, argv its holes."""
    if isinstance(value, Unknown):
        return _known_text(value, member)
    if isinstance(value, dict):
        pairs = ((key, known_part(item, key)) for key, item in value.items())
        return {key: item for key, item in pairs if item is not None}
    if isinstance(value, list):
        if member in ("entryPoint", "command"):
            return [_item(item) for item in value]
        return [known_part(item) for item in value]
    return value


def _known_text(value: Unknown, member: str) -> Any:
    if member in ("entryPoint", "command"):
        return [Hole("", value.reason, several=True)]
    if member in ("name", "sourceContainer", "containerName", "sourceVolume"):
        return value.text or None  # the same template is the same name
    if member == "image" and value.text:
        return _PLACEHOLDER.sub(_NOT_KNOWN, value.text)
    return None


def _item(item: Any) -> Any:
    if isinstance(item, Unknown):
        return Hole(_PLACEHOLDER.split(item.text)[0], item.reason)
    return item


@dataclass(frozen=True, slots=True)
class Scene:
    """One task definition, and what its containers are to each other.

    ``given``: as it was read. ``containers``: what is known of it. ``own``: containers
    that are proven to be an agent's. ``doubted``: index -> why it may be one's.
    ``routers``: index -> it is the task's log router; ``None``: that cannot be told.
    """

    given: Sequence[Any]
    containers: Sequence[Any]
    own: Mapping[int, Owner] = field(default_factory=dict)
    doubted: Mapping[int, str] = field(default_factory=dict)
    routers: Mapping[int, bool | None] = field(default_factory=dict)


def scene(given: Sequence[Any]) -> Scene:
    """Find out whose the containers are."""
    containers = [known_part(one) if isinstance(one, dict) else {} for one in given]
    owners = marks.owners(containers)
    own = {i: one for i, one in owners.items() if one.proven and one.runs}
    doubted = {
        index: f"it may be {one.vendor}'s own container: {reason}"
        for index, one in owners.items()
        if index not in own and (reason := _unsaid(given[index]))
    }
    return Scene(given, containers, own, doubted, _routers(given, containers))


def _unsaid(container: Container) -> str:
    """Say why something that says whose a container is, is not known."""
    for member in _HOLDS:
        value = container.get(member)
        for one in value[:1] if isinstance(value, list) else [value]:
            if isinstance(one, Unknown):
                return f"its {member} is not known: {one.reason}"
    return ""


def _routers(given: Sequence[Any], containers: Sequence[Any]) -> dict[int, bool | None]:
    """Find the task's log router: one alone, and another container logs through it."""
    there = list(marks.routers(containers))
    if len(there) != 1:
        return dict.fromkeys(there, False)
    others = [index for index in range(len(given)) if index not in there]
    if any(
        marks.logs_through_router(containers[index].get("logConfiguration"))
        for index in others
    ):
        return dict.fromkeys(there, True)
    unknown = any(_logs_unknown(given[index]) for index in others)
    return dict.fromkeys(there, None if unknown else False)


def _logs_unknown(container: Any) -> bool:
    if isinstance(container, Unknown):
        return True
    log = container.get("logConfiguration") if isinstance(container, dict) else None
    driver = log.get("logDriver") if isinstance(log, dict) else log
    return isinstance(driver, Unknown)


# What one container runs under


def look(here: Scene, index: int, images: Mapping[str, Any]) -> Look:
    """See which agents a container runs under.

    ``images``: image -> its configuration, where that is known.
    """
    container = here.containers[index]
    found = started.started(container, _entry_point(container, images))
    starts = [*found.starts, *started.preloads(container)]
    held: list[Mark] = []
    why, missing, hidden, unsure = found.why, "", "", found.doubt
    for start in starts:
        broken = _broken(here, index, start)
        if broken is None:
            held.append(Mark(start.agent, start.where, start.text))
        elif broken[0] == "unsure":
            unsure = unsure or broken[1]
        elif broken[0] == "hidden":
            hidden = why = broken[1]
        else:
            missing = why = broken[1]
    unsure = unsure or _preload_unknown(here, index)
    if not held and not unsure and not missing and not hidden:
        unsure = _mounted(here, index)
    seen = tuple(dict.fromkeys(start.agent for start in starts))
    labels, damaged = records(here.given[index])
    held += [
        Mark(record.agent, "provenance", f'label "{provenance.LABEL}"')
        for record in labels
        if record.agent in {mark.agent for mark in held}
    ]
    held += _beside(here, index)
    damaged = damaged or _damage(here, index, labels, seen, unsure)
    return Look(tuple(held), unsure, why, missing, hidden, damaged, seen)


def _entry_point(container: Container, images: Mapping[str, Any]) -> list[str] | None:
    config = images.get(str(container.get("image")))
    if not isinstance(config, dict):
        return None
    return list(config.get("Entrypoint") or ())


def _broken(here: Scene, index: int, start: Start) -> tuple[str, str] | None:
    """Say what keeps a launcher or a library from being there, if anything does."""
    container, given = here.containers[index], here.given[index]
    name = shown(given.get("name"))
    place = (container, start.path, here.containers, here.own, start.agent)
    cover = brought.hidden(*place)
    if cover is not None:
        return "hidden", (
            f'container "{name}" has {_thing(start)} of {start.agent} under a mount:'
            f' the volume "{cover.volume}" at {cover.path}'
        )
    if brought.bringers(*place):
        return None
    doubt = _bringer_unknown(here, index)
    if doubt:
        return "unsure", f"whether {start.agent} is brought is not known: {doubt}"
    return "missing", _missing(here, container, name, start)


def _thing(start: Start) -> str:
    return "the library" if start.where == "LD_PRELOAD" else "the launcher"


def _missing(here: Scene, container: Container, name: str, start: Start) -> str:
    names = [one.get("name") for one in here.containers]
    sources = brought.sources(container)
    gone = [source for source in sources if source not in names]
    if gone:
        return f'container "{name}" takes volumes from "{gone[0]}", which is not there'
    verb = "loads" if start.where == "LD_PRELOAD" else "starts"
    said = f'container "{name}" {verb} {_thing(start)} of {start.agent}, and'
    if sources:
        return (
            f'{said} "{sources[0]}", from which it takes volumes, is not that agent\'s'
            " own container by two signs, one of them its image or its program"
        )
    return f"{said} no container of the task brings it there"


def _bringer_unknown(here: Scene, index: int) -> str:
    """Say why it cannot be told what brings a launcher, if that is so."""
    given, container = here.given[index], here.containers[index]
    for member in ("volumesFrom", "mountPoints"):
        value = given.get(member)
        for one in [value, *(value if isinstance(value, list) else ())]:
            hole = one if isinstance(one, Unknown) else _hole_in(one)
            if hole is not None:
                return f"its {member} is not known: {hole.reason}"
    for other, one in enumerate(here.given):
        if isinstance(one, Unknown):
            return f"a container is not known: {one.reason}"
        taken = here.containers[other].get("name") in brought.sources(container)
        if taken and other in here.doubted:
            return f'"{shown(one.get("name"))}": {here.doubted[other]}'
    return ""


def _hole_in(entry: object) -> Unknown | None:
    if not isinstance(entry, dict):
        return None
    holes = (value for value in entry.values() if isinstance(value, Unknown))
    return next((hole for hole in holes if not hole.text), None)


def _preload_unknown(here: Scene, index: int) -> str:
    """Say that a library may be loaded: an agent that does so is there."""
    if not any(AGENTS[one.agent].get("preloads") for one in here.own.values()):
        return ""
    environment = here.given[index].get("environment")
    if isinstance(environment, Unknown):
        return f"its environment is not known: {environment.reason}"
    for entry in ecs.known_argv(environment):
        value = entry.get("value") if isinstance(entry, dict) else None
        if isinstance(value, Unknown) and entry.get("name") == "LD_PRELOAD":
            return f"its LD_PRELOAD is not known: {value.reason}"
    return ""


def _mounted(here: Scene, index: int) -> str:
    """Say that an agent whose launcher may lie anywhere may start a container."""
    container = here.containers[index]
    if not container.get("entryPoint"):
        return ""
    taken = brought.sources(container)
    for at, one in here.own.items():
        name = here.containers[at].get("name")
        if AGENTS[one.agent].get("mounted") and name in taken:
            program = here.given[index]["entryPoint"][0]
            return (
                f"whether {shown(program)} is the launcher of {one.agent} is not known"
            )
    return ""


def _beside(here: Scene, index: int) -> list[Mark]:
    """Find the agents' containers beside one that serve the whole task."""
    return [
        Mark(one.agent, "sidecar", f'container "{shown(here.given[at].get("name"))}"')
        for at, one in here.own.items()
        if at != index and AGENTS[one.agent].get("watches_task")
    ]


def _damage(
    here: Scene,
    index: int,
    labels: Sequence[provenance.Record],
    seen: Sequence[str],
    unsure: str,
) -> str:
    """Say what a label claims and the definition does not show."""
    own = here.own.get(index)
    for record in labels:
        if record.added and (own is None or own.agent != record.agent):
            said = f"its provenance says that it is {record.agent}'s"
            return f"{said}, and nothing else proves it"
        lost = needs_launcher(record.agent) and record.agent not in seen
        if lost and not record.added and not unsure:
            return (
                f"its provenance says {record.agent}, and nothing starts its launcher"
            )
        if not record.added and record.agent not in AGENTS:
            return f"its provenance says {record.agent}, which is no agent known here"
    return ""
