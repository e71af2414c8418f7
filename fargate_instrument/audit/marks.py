"""What in a container definition says that an agent runs there; no verdict.

The facts about agents are tables of ``agents.marks``; here is how they are looked up.
A launcher counts only where it is started: as the first word of an argument list, of a
shell's script, or behind a program that only hands over to the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fargate_instrument import provenance
from fargate_instrument.agents import marks as known
from fargate_instrument.audit.unknown import Unknown
from fargate_instrument.errors import Failure

Container = dict[str, Any]

SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"})
HAND_OVER = frozenset(
    {
        "catatonit",
        "docker-init",
        "dumb-init",
        "env",
        "exec",
        "gosu",
        "nice",
        "nohup",
        "setpriv",
        "su-exec",
        "sudo",
        "tini",
    }
)
"""Programs that end by running the rest of their arguments."""

_WORD = re.compile(r"""[^\s"'();&|]+""")
_PLACEHOLDER = re.compile(r"\$\{")
VENDORS = {known.agent_name(vendor): vendor for vendor in known.RUNTIME_SECURITY} | {
    known.agent_name(vendor): vendor
    for table in (known.NAMES, known.IMAGES, known.LAUNCHERS, known.PRELOADS)
    for vendor in table.values()
}
"""Agent name, as ``--agent`` takes it -> the vendor it belongs to."""

BY_LAUNCHER = {
    known.agent_name(vendor)
    for vendor in {*known.LAUNCHERS.values()}
    - {*known.WATCHES_TASK, *known.PRELOADS.values()}
}
"""Agents that a container runs under only where it starts their launcher."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One sign of an agent.

    ``how``: ``provenance``, ``entryPoint``, ``command``, ``LD_PRELOAD``,
    ``volumesFrom``, ``sidecar`` or ``module``. ``evidence``: the text that says so.
    """

    agent: str
    how: str
    evidence: str

    def __str__(self) -> str:
        if self.how == "module":
            return f"{self.agent}: {self.evidence}"
        return f"{self.agent}: {self.how} has {self.evidence}"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen on one container; ``unsure``: why more may be there."""

    marks: tuple[Mark, ...] = ()
    unsure: str = ""
    damaged: str = ""


def owner(container: Container) -> str:
    """Name the vendor whose own container this is, or give the empty string."""
    vendor = known.owner(_with_texts(container))
    if vendor:
        return vendor
    for record in records(container)[0]:
        if record.added:
            return VENDORS.get(record.agent, record.agent)
    entry = container.get("entryPoint")
    first = entry[0] if isinstance(entry, list) and entry else None
    return known.AGENT_PROGRAMS.get(first, "") if isinstance(first, str) else ""


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


def look(container: Container, owners: dict[str, str]) -> Look:
    """See which agents a container runs under.

    ``owners``: name -> vendor of the agents' containers beside it.
    """
    started, unsure = _started(container)
    found = [*started, *_preloads(container), *_mounted(container, owners)]
    labels, damaged = records(container)
    seen = {mark.agent for mark in found}
    found = [
        *(
            Mark(record.agent, "provenance", f'label "{provenance.LABEL}"')
            for record in labels
            if record.agent in seen or record.agent not in BY_LAUNCHER
        ),
        *found,
    ]
    for name, vendor in owners.items():
        if vendor in known.WATCHES_TASK:
            found.append(
                Mark(known.agent_name(vendor), "sidecar", f'container "{name}"')
            )
    lost = [r.agent for r in labels if r.agent in BY_LAUNCHER and r.agent not in seen]
    if lost and not unsure:
        damaged = damaged or (
            f"its provenance says {', '.join(lost)}, and nothing starts its launcher"
        )
    return Look(tuple(found), unsure, damaged)


def shown(value: object) -> str:
    """Write a text in which parts may be unknown."""
    return value.text or "${…}" if isinstance(value, Unknown) else str(value)


def _with_texts(container: Container) -> Container:
    texts = {}
    for member in ("name", "image"):
        value = container.get(member)
        texts[member] = value.text if isinstance(value, Unknown) else value
    return texts


def _started(container: Container) -> tuple[list[Mark], str]:
    entry, command = container.get("entryPoint"), container.get("command")
    entry = entry if isinstance(entry, Unknown) else entry or []
    command = command if isinstance(command, Unknown) else command or []
    if isinstance(entry, Unknown):
        return [], f"its entryPoint is not known: {entry.reason}"
    if not isinstance(entry, list) or not isinstance(command, (list, Unknown)):
        return [], "its entryPoint or command is no list"
    marks, unsure = _launchers(entry, command, "entryPoint")
    if isinstance(command, Unknown):
        if not marks:
            unsure = unsure or f"its command is not known: {command.reason}"
        return marks, unsure
    more, also = _launchers(command, (), "command")
    return [*marks, *more], "" if marks or more else unsure or also


def _launchers(items: list[Any], rest: Any, where: str) -> tuple[list[Mark], str]:
    if not items:
        return [], ""
    first = items[0]
    program = shown(first).rpartition("/")[2]
    vendor = _launcher(first)
    if vendor or program in HAND_OVER:
        return _in_items(items, where)
    if program in SHELLS:
        return _in_script(items, rest, where)
    if isinstance(first, Unknown) and not _settled(first):
        return [], f"the first item of its {where} is not known: {first.reason}"
    return [], ""


def _settled(value: Unknown) -> bool:
    """Tell whether the known beginning rules every launcher out."""
    start = _PLACEHOLDER.split(value.text)[0]
    return bool(start) and not any(
        launcher.startswith(start) or start.startswith(launcher)
        for launcher in known.LAUNCHERS
    )


def _in_items(items: list[Any], where: str) -> tuple[list[Mark], str]:
    marks = [
        Mark(known.agent_name(vendor), where, shown(item))
        for item in items
        if (vendor := _launcher(item))
    ]
    unknown = next((item for item in items if isinstance(item, Unknown)), None)
    if marks or unknown is None:
        return marks, ""
    return [], f"an item of its {where} is not known: {unknown.reason}"


def _in_script(items: list[Any], rest: Any, where: str) -> tuple[list[Mark], str]:
    options = [
        index
        for index, item in enumerate(items)
        if isinstance(item, str) and re.fullmatch(r"-[a-zA-Z]*c[a-zA-Z]*", item)
    ]
    if not options:
        return _in_items(items, where)
    after = items[options[0] + 1 :]
    if not after and isinstance(rest, Unknown):
        return [], f"the script of its shell is not known: {rest.reason}"
    script = next(iter(after or rest), "")
    where = where if after else "command"
    marks = []
    for word in _WORD.findall(shown(script)):
        vendor = _launcher(word)
        if vendor:
            marks.append(Mark(known.agent_name(vendor), where, word))
    if not marks and isinstance(script, Unknown):
        return [], f"the script of its shell is not known: {script.reason}"
    return marks, ""


def _launcher(item: object) -> str:
    """Name the vendor of a launcher; one whose end is not known may be another."""
    if isinstance(item, str):
        for path, vendor in known.LAUNCHERS.items():
            if item.startswith(path):
                return vendor
    return ""


def _preloads(container: Container) -> list[Mark]:
    found = []
    environment = container.get("environment")
    for entry in environment if isinstance(environment, list) else ():
        if isinstance(entry, dict) and entry.get("name") == "LD_PRELOAD":
            for library in re.split(r"[ :]+", shown(entry.get("value", ""))):
                for path, vendor in known.PRELOADS.items():
                    if library.startswith(path):
                        agent = known.agent_name(vendor)
                        found.append(Mark(agent, "LD_PRELOAD", library))
    return found


def _mounted(container: Container, owners: dict[str, str]) -> list[Mark]:
    if not container.get("entryPoint"):
        return []
    return [
        Mark(known.agent_name(vendor), "volumesFrom", f'container "{source}"')
        for source in sources(container)
        if (vendor := owners.get(source, "")) in known.MOUNTED
    ]


def sources(container: Container) -> list[str]:
    """Name the containers whose volumes a container takes."""
    entries = container.get("volumesFrom")
    return [
        entry["sourceContainer"]
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("sourceContainer"), str)
    ]
