"""One task definition to a verdict on each container and on the whole; no I/O.

The law: a container counts as instrumented only where something in the definition
says so, and "cannot tell" is said with its reason, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import marks
from fargate_instrument.audit.unknown import Instrumented, Unknown, first_unknown
from fargate_instrument.core import ecs, targets
from fargate_instrument.core.agents import marks as known

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fargate_instrument.audit.marks import Look, Mark

INSTRUMENTED = "instrumented"
BARE = "not instrumented"
SKIPPED = "skipped"
UNSURE = "cannot tell"
STATUSES = (INSTRUMENTED, BARE, SKIPPED, UNSURE)

LONGEST_NAME = 80
"""Characters of a program's name that a reason shows."""

GUARDDUTY = "guardduty"
_PUT_IN_LATER = (
    "GuardDuty puts its agent in when a task starts; no task definition shows it"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of one container.

    ``index``: in the definition. ``agents``: by which agents it is instrumented.
    ``rule``: the rule it breaks, or ``""``. ``reason``: one line, whatever the status.
    """

    index: int
    name: str
    status: str
    reason: str
    rule: str = ""
    agents: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something else that is wrong; ``container``: its name, or ``""`` for the task."""

    rule: str
    message: str
    container: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one task definition."""

    containers: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()


def verdict(
    containers: Sequence[object],
    task: Mapping[str, object],
    accepted: Collection[str] = (),
) -> Verdict:
    """Judge container definitions, canonical and null-free.

    ``task``: task-level members of which it is known what they are; one that is known
    to be absent is None. ``accepted``: names of the agents that count; none means
    any that watches what a container runs.
    """
    sound = [c if isinstance(c, dict) else {} for c in containers]
    owners = {
        marks.shown(container.get("name")): vendor
        for container in sound
        if (vendor := marks.owner(container))
    }
    looks = [marks.look(container, owners) for container in sound]
    judged = tuple(
        _judged(index, container, looks[index], accepted)
        for index, container in enumerate(containers)
    )
    found = [
        *_damage(sound, looks),
        *_launchers_from_nowhere(sound, judged),
        *_idle_sidecars(sound, judged),
        *_process_namespace(judged, task),
    ]
    return Verdict(judged, tuple(found))


def foretold(made: Instrumented, accepted: Collection[str] = ()) -> Verdict:
    """Judge a definition that an instrumentation will write when Terraform runs."""
    said = marks.Mark(made.agent or "an agent", "module", f"is put in by {made.by}")
    containers = made.containers
    if (
        isinstance(containers, Instrumented)
        and accepted
        and (made.agent not in accepted)
    ):
        return foretold(containers, accepted)
    hole = first_unknown([made.include, made.exclude])
    if hole is not None:
        return Verdict((_may_leave_out(made, hole.reason),))
    if not isinstance(containers, list):
        if made.include or made.exclude:
            return Verdict((_may_leave_out(made, "its containers are not known"),))
        return Verdict((_through(None, "*", said, made, accepted),))
    before = verdict(containers, {}, accepted)
    names = [one.name for one in before.containers]
    selection = targets.select(
        [c if isinstance(c, dict) else {} for c in _named(containers, names)],
        [targets.Pattern(str(text), "include") for text in made.include],
        [targets.Pattern(str(text), "exclude") for text in made.exclude],
        (),
        everything=False,
        problems=[],
    )
    reasons = dict(selection.skipped)
    judged = []
    for one in before.containers:
        if one.index in selection.chosen:
            judged.append(_through(one.index, one.name, said, made, accepted))
        elif one.status == SKIPPED or not reasons.get(one.name):
            judged.append(one)
        else:
            reason = f"{made.by} leaves it alone: it {reasons[one.name]}"
            judged.append(_left_alone(one, reason))
    return Verdict(tuple(judged))


def _may_leave_out(made: Instrumented, reason: str) -> Judged:
    reason = f"{made.by} may leave containers alone: {reason}"
    return Judged(0, "*", UNSURE, reason, "cannot-tell")


def _left_alone(one: Judged, reason: str) -> Judged:
    if one.status == INSTRUMENTED:
        return one
    return Judged(one.index, one.name, BARE, reason, "not-instrumented")


def _named(containers: Sequence[Any], names: Sequence[str]) -> list[Any]:
    return [
        {**container, "name": name, "image": marks.shown(container.get("image", ""))}
        if isinstance(container, dict)
        else {}
        for container, name in zip(containers, names, strict=True)
    ]


def _through(
    index: int | None,
    name: str,
    said: Mark,
    made: Instrumented,
    accepted: Collection[str],
) -> Judged:
    if not made.agent and accepted:
        reason = f"{made.by} instruments it, with an agent that is not known here"
        return Judged(index or 0, name, UNSURE, reason, "cannot-tell")
    if accepted and made.agent not in accepted:
        return _other(index or 0, name, (said,), accepted)
    agents = (made.agent,) if made.agent else ()
    return Judged(index or 0, name, INSTRUMENTED, str(said), "", agents, (said,))


def counts(mark: Mark, accepted: Collection[str]) -> bool:
    """Tell whether a sign of an agent is what is asked for."""
    if accepted:
        return mark.agent in accepted
    vendor = marks.VENDORS.get(mark.agent)
    if vendor is None:
        return True  # a recipe of the user's own, known by its provenance
    by_its_container = mark.how in ("sidecar", "provenance")
    if by_its_container and vendor in known.LAUNCHERS.values():
        return mark.how == "provenance" and vendor not in known.WATCHES_TASK
    return vendor in known.RUNTIME_SECURITY


def _judged(
    index: int, container: object, look: Look, accepted: Collection[str]
) -> Judged:
    if isinstance(container, Unknown):
        reason = f"it is not known: {container.reason}"
        return Judged(index, f"#{index}", UNSURE, reason, "cannot-tell")
    if not isinstance(container, dict):
        return Judged(index, f"#{index}", UNSURE, "it is no object", "cannot-tell")
    name = marks.shown(container.get("name") or f"#{index}")
    counting = tuple(mark for mark in look.marks if counts(mark, accepted))
    vendor = marks.owner(container)
    if vendor:
        return Judged(index, name, SKIPPED, f"it is {vendor}'s own container")
    if counting:
        agents = tuple(dict.fromkeys(mark.agent for mark in counting))
        reason = "; ".join(map(str, counting))
        return Judged(index, name, INSTRUMENTED, reason, "", agents, counting)
    if container.get("firelensConfiguration"):
        return Judged(index, name, SKIPPED, "it is the task's FireLens log router")
    return _without(index, name, container, look, accepted)


def _without(
    index: int,
    name: str,
    container: Mapping[str, Any],
    look: Look,
    accepted: Collection[str],
) -> Judged:
    if look.unsure:
        return Judged(index, name, UNSURE, look.unsure, "cannot-tell")
    if accepted and set(accepted) == {GUARDDUTY}:
        return Judged(index, name, UNSURE, _PUT_IN_LATER, "cannot-tell")
    if look.marks and accepted:
        return _other(index, name, look.marks, accepted)
    reason = _bare(container, look)
    return Judged(index, name, BARE, reason, "not-instrumented", (), look.marks)


def _other(
    index: int, name: str, found: tuple[Mark, ...], accepted: Collection[str]
) -> Judged:
    agents = tuple(dict.fromkeys(mark.agent for mark in found))
    wanted = " or ".join(sorted(accepted))
    reason = f"{'; '.join(map(str, found))}; {wanted} is required"
    status = INSTRUMENTED if any(m.how != "sidecar" for m in found) else BARE
    return Judged(index, name, status, reason, "other-agent", agents, found)


def _bare(container: Mapping[str, Any], look: Look) -> str:
    beside = [f"{mark.agent} ({mark.how})" for mark in look.marks]
    if beside:
        return f"it has {', '.join(beside)} alone, which does not watch what it runs"
    if look.damaged:
        return look.damaged
    items = container.get("entryPoint")
    if isinstance(items, list) and items:
        first = marks.shown(items[0])
        return f"its entryPoint starts {first[:LONGEST_NAME]}"
    return "it runs what its image starts"


def _damage(sound: Sequence[Mapping[str, Any]], looks: Sequence[Look]) -> list[Finding]:
    return [
        Finding(
            "provenance-damaged",
            look.damaged,
            marks.shown(container.get("name")),
            index,
        )
        for index, (container, look) in enumerate(zip(sound, looks, strict=True))
        if look.damaged
    ]


def _by_launcher(one: Judged) -> list[str]:
    return [
        mark.agent
        for mark in one.marks
        if mark.how in ("entryPoint", "command", "volumesFrom")
    ]


def _launchers_from_nowhere(
    sound: Sequence[Mapping[str, Any]], judged: Sequence[Judged]
) -> list[Finding]:
    """Find wrapped containers whose launcher no other container could bring."""
    names = {marks.shown(container.get("name")) for container in sound}
    found = []
    for one in judged:
        container = sound[one.index] if sound else {}
        agents = _by_launcher(one)
        if one.status != INSTRUMENTED or not agents:
            continue
        given = marks.sources(dict(container))
        unread = isinstance(container.get("volumesFrom"), Unknown) or isinstance(
            container.get("mountPoints"), Unknown
        )
        missing = [source for source in given if source not in names]
        if missing:
            message = (
                f'container "{one.name}" takes volumes from "{missing[0]}", which is'
                " not there"
            )
        elif given or unread or _shares_volume(container, sound):
            continue
        else:
            message = (
                f'container "{one.name}" starts the launcher of {agents[0]}, and no'
                " container of the task brings it there"
            )
        found.append(Finding("sidecar-missing", message, one.name, one.index))
    return found


def _shares_volume(
    container: Mapping[str, Any], sound: Sequence[Mapping[str, Any]]
) -> bool:
    mine = _volumes(container)
    return any(mine & _volumes(other) for other in sound if other is not container)


def _volumes(container: Mapping[str, Any]) -> set[str]:
    return {
        marks.shown(entry.get("sourceVolume"))
        for entry in ecs.known_argv(container.get("mountPoints"))
        if isinstance(entry, dict)
    }


def _idle_sidecars(
    sound: Sequence[Mapping[str, Any]], judged: Sequence[Judged]
) -> list[Finding]:
    """Find agents' containers beside which nothing runs through the agent."""
    wrapped = {agent for one in judged for agent in one.agents}
    others = [one for one in judged if one.status != SKIPPED]
    if not others or any(one.status == UNSURE for one in others):
        return []
    found = []
    for one in judged:
        vendor = marks.owner(dict(sound[one.index])) if one.status == SKIPPED else ""
        agent = known.agent_name(vendor)
        if vendor and vendor not in known.WATCHES_TASK and agent not in wrapped:
            message = (
                f'container "{one.name}" is {vendor}\'s, and no container of the task'
                " runs through that agent"
            )
            found.append(Finding("sidecar-idle", message, one.name, one.index))
    return found


def _process_namespace(
    judged: Sequence[Judged], task: Mapping[str, object]
) -> list[Finding]:
    """Sysdig's agent watches from its own container, which must see the others."""
    wrapped = [one for one in judged if "sysdig" in one.agents]
    mode = task.get("pidMode", Unknown("it is not given"))
    if not wrapped or isinstance(mode, Unknown) or mode == "task":
        return []
    message = (
        "the task has no pidMode task, which the agent in the sidecar needs to see"
        f" the processes of {', '.join(one.name for one in wrapped)}"
    )
    return [Finding("pid-mode-missing", message)]
