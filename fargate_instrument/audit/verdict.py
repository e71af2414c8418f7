"""One task definition to a verdict on each container and on the whole; no I/O.

The law: a container counts as instrumented only where something in the definition
says so, and "cannot tell" is said with its reason, never left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import marks
from fargate_instrument.audit.unknown import Unknown
from fargate_instrument.core.known import AGENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fargate_instrument.audit.marks import Look, Mark, Scene

INSTRUMENTED = "instrumented"
BARE = "not instrumented"
SKIPPED = "skipped"
UNSURE = "cannot tell"
STATUSES = (INSTRUMENTED, BARE, SKIPPED, UNSURE)

LONGEST_NAME = 80
"""Characters of a program's name that a reason shows."""


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
    to be absent is None; ``imageConfigs``: image -> what its registry says of it.
    ``accepted``: names of the agents that count; none means any that watches what a
    container runs.
    """
    here = marks.scene(containers)
    configs = task.get("imageConfigs")
    images = configs if isinstance(configs, dict) else {}
    looks = [
        marks.look(here, index, images) if isinstance(one, dict) else marks.Look()
        for index, one in enumerate(containers)
    ]
    judged = tuple(
        _judged(here, index, looks[index], accepted) for index in range(len(containers))
    )
    found = [
        *_on_containers(judged, looks),
        *_idle_sidecars(here, judged, looks),
        *_process_namespace(judged, task),
    ]
    return Verdict(judged, tuple(found))


def counts(mark: Mark, accepted: Collection[str]) -> bool:
    """Tell whether a sign of an agent is what is asked for.

    A label proves nothing by itself, and a container beside others only where the
    agent needs no more. A module that is told its agent elsewhere puts one in.
    """
    if mark.how == "provenance":
        return False
    if accepted:
        return mark.agent in accepted
    if mark.how == "module" and not mark.agent:
        return True
    watches = bool(AGENTS.get(mark.agent, {}).get("runtime_security"))
    return watches and not (mark.how == "sidecar" and marks.needs_launcher(mark.agent))


def _judged(here: Scene, index: int, look: Look, accepted: Collection[str]) -> Judged:
    container = here.given[index]
    if isinstance(container, Unknown):
        reason = f"it is not known: {container.reason}"
        return Judged(index, f"#{index}", UNSURE, reason, "cannot-tell")
    if not isinstance(container, dict):
        return Judged(index, f"#{index}", UNSURE, "it is no object", "cannot-tell")
    name = marks.shown(container.get("name") or f"#{index}")
    if index in here.own:
        owner = here.own[index]
        said = f"it is {owner.vendor}'s own container, by {' and '.join(owner.signs)}"
        return Judged(index, name, SKIPPED, said)
    if any(counts(mark, accepted) for mark in look.marks):
        return instrumented(index, name, look.marks, accepted)
    if here.routers.get(index):
        return Judged(index, name, SKIPPED, "it is the task's FireLens log router")
    return _without(here, index, name, look, accepted)


def instrumented(
    index: int, name: str, found: Sequence[Mark], accepted: Collection[str]
) -> Judged:
    """Say through what a container runs, by the signs that count and their labels."""
    agents = dict.fromkeys(m.agent for m in found if counts(m, accepted))
    shown = tuple(
        mark
        for mark in found
        if counts(mark, accepted) or (mark.how == "provenance" and mark.agent in agents)
    )
    named = tuple(agent for agent in agents if agent)
    reason = "; ".join(map(str, shown))
    return Judged(index, name, INSTRUMENTED, reason, "", named, shown)


def _without(
    here: Scene, index: int, name: str, look: Look, accepted: Collection[str]
) -> Judged:
    unsure = look.unsure or here.doubted.get(index, "")
    if not unsure and index in here.routers and here.routers[index] is None:
        unsure = "whether a container logs through it, as its log router, is not known"
    injected = [a for a in accepted if AGENTS.get(a, {}).get("injected")]
    if not unsure and injected and len(injected) == len(accepted):
        vendor = AGENTS[injected[0]]["vendor"]
        shows = "no task definition shows it"
        unsure = f"{vendor} puts its agent in when a task starts; {shows}"
    if unsure:
        return Judged(index, name, UNSURE, unsure, "cannot-tell")
    if look.marks and accepted:
        return other(index, name, look.marks, accepted)
    reason = _bare(here.given[index], look)
    return Judged(index, name, BARE, reason, "not-instrumented", (), look.marks)


def other(
    index: int, name: str, found: tuple[Mark, ...], accepted: Collection[str]
) -> Judged:
    """Say that another agent than a required one is there."""
    agents = tuple(dict.fromkeys(mark.agent for mark in found))
    wanted = " or ".join(sorted(accepted))
    reason = f"{'; '.join(map(str, found))}; {wanted} is required"
    status = INSTRUMENTED if any(m.how != "sidecar" for m in found) else BARE
    return Judged(index, name, status, reason, "other-agent", agents, found)


def _bare(container: Mapping[str, Any], look: Look) -> str:
    if look.why:
        return look.why
    beside = [f"{m.agent} ({m.how})" for m in look.marks if m.how != "provenance"]
    if beside:
        return f"it has {', '.join(beside)} alone, which does not watch what it runs"
    if look.damaged:
        return look.damaged
    items = container.get("entryPoint")
    if isinstance(items, list) and items:
        first = marks.shown(items[0])
        return f"its entryPoint starts {first[:LONGEST_NAME]}"
    return "it runs what its image starts"


def _on_containers(judged: Sequence[Judged], looks: Sequence[Look]) -> list[Finding]:
    found = []
    for one, look in zip(judged, looks, strict=True):
        for rule, message in (
            ("provenance-damaged", look.damaged),
            ("sidecar-missing", look.missing),
            ("launcher-hidden", look.hidden),
        ):
            if message:
                found.append(Finding(rule, message, one.name, one.index))
    return found


def _idle_sidecars(
    here: Scene, judged: Sequence[Judged], looks: Sequence[Look]
) -> list[Finding]:
    """Find agents' containers beside which nothing starts through the agent."""
    used = {agent for look in looks for agent in look.seen}
    others = [one for one in judged if one.status != SKIPPED]
    if not others or any(one.status == UNSURE for one in others):
        return []
    found = []
    for index, owner in here.own.items():
        watches = AGENTS[owner.agent].get("watches_task")
        if not watches and owner.agent not in used:
            message = (
                f'container "{judged[index].name}" is {owner.vendor}\'s, and no'
                " container of the task runs through that agent"
            )
            found.append(Finding("sidecar-idle", message, judged[index].name, index))
    return found


def _process_namespace(
    judged: Sequence[Judged], task: Mapping[str, object]
) -> list[Finding]:
    """Find an agent that watches from its own container and cannot see the others."""
    mode = task.get("pidMode", Unknown("it is not given"))
    found = []
    for agent in dict.fromkeys(agent for one in judged for agent in one.agents):
        needed = AGENTS.get(agent, {}).get("pid_mode", "")
        if not needed or isinstance(mode, Unknown) or mode == needed:
            continue
        wrapped = ", ".join(one.name for one in judged if agent in one.agents)
        message = (
            f"the task has no pidMode {needed}, which the agent in the sidecar needs to"
            f" see the processes of {wrapped}"
        )
        found.append(Finding("pid-mode-missing", message))
    return found
