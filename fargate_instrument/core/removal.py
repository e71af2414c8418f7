"""Takes a recorded instrumentation out again; knows records, never an agent.

What an agent did stands in the records that ``provenance`` keeps on the containers:
its own containers go, everyone else's members go back to what they were. Definitions
without a record are ``recognise``'s affair.
"""

from __future__ import annotations

from fargate_instrument.core import provenance
from fargate_instrument.core.ecs import describe
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.provenance import Record, Undo

    Task = dict[str, Any]


class Removed(Frozen):
    """What is left when an instrumentation is out.

    ``containers``: the definitions without it; the same list if there was none.
    ``lost``: (container, variable) pairs whose plain values were not recorded, since
    they are secrets; the variables are left out. ``agents``: what was taken out, in
    order of name. ``task``: how to take back what was changed around the containers,
    for ``task_restored``.
    """

    containers: list[Any]
    lost: tuple[tuple[str, str], ...]
    agents: tuple[str, ...]
    task: Undo


def remove(
    containers: Sequence[Any],
    agent: str | None = None,
    address: str = "container_definitions",
) -> Removed:
    """Take every recorded agent out of canonical containers, or only one.

    The containers are not changed. Raises Failure where a record cannot be read,
    where another agent stands on top of the one to be taken out, and where a
    container that stays needs one that goes.
    """
    run = _Removal(agent, address)
    made = [run.container(item, index) for index, item in enumerate(containers)]
    kept = [item for item in made if item is not None]
    kept = run.handed_on(kept)
    if len(kept) < len(containers) and not run.problems:
        run.check_references(containers, made)
    if run.problems:
        raise Failure(run.problems)
    return Removed(
        kept, tuple(run.lost), tuple(sorted(run.agents)), run.task if run.agents else {}
    )


class _Removal:
    """The state of one removal, built up container by container."""

    def __init__(self, agent: str | None, address: str) -> None:
        self.agent = agent
        self.address = address
        self.problems: list[Problem] = []
        self.lost: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.task: Undo = {}

    def container(self, container: Any, index: int) -> Container | None:
        """Give one container without the instrumentation; None if it was added."""
        if not isinstance(container, dict):
            return container  # type: ignore[no-any-return]  # whatever it is, it stays
        place = f"{self.address}[{index}].dockerLabels"
        try:
            records = provenance.read(container, place)
        except Failure as failure:
            self.problems += failure.problems
            return container
        stay, go = self._split(records, container, index)
        if not go:
            return container
        for record in go:
            self.agents.add(record.agent)
            self.task = _first(self.task, record.task)
        if any(record.added for record in go):
            return None
        made = provenance.bare(container, records)
        for record in reversed(go):
            made, lost = provenance.undone(made, record.undo)
            made = self._without_lost(made, lost, describe(container, index))
        return provenance.write(made, stay) if stay else made

    def _split(
        self, records: tuple[Record, ...], container: Container, index: int
    ) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
        """Split records into those that stay and those that go, oldest first."""
        if self.agent is None:
            return (), records
        at = [i for i, record in enumerate(records) if record.agent == self.agent]
        if not at:
            return records, ()
        stay, go = records[: at[0]], records[at[0] :]
        above = [record.agent for record in go if record.agent != self.agent]
        if above:
            self.problems.append(
                Problem(
                    f"{self.address}[{index}]",
                    f"{describe(container, index)} had {above[0]} put on top of"
                    f" {self.agent}",
                    (
                        f"take {above[-1]} out first: --agent {above[-1]}",
                        "or take everything out: leave --agent away",
                    ),
                )
            )
            return records, ()
        return stay, go

    def _without_lost(
        self, container: Container, lost: list[str], who: str
    ) -> Container:
        """Leave out the variables whose values nobody knows any more."""
        if not lost:
            return container
        name = str(container.get("name") or who)
        self.lost += [(name, variable) for variable in lost]
        kept = [
            entry
            for entry in container.get("environment") or ()
            if not (entry.get("name") in lost and entry.get("value", "") is None)
        ]
        if kept:
            return {**container, "environment": kept}
        return {key: item for key, item in container.items() if key != "environment"}

    def handed_on(self, containers: list[Any]) -> list[Any]:
        """Leave what the task must stay like to an agent that stays and needs it.

        Such an agent has recorded that it found the member as it needs it; from now
        on it is the one that knows what stood there first.
        """
        return [
            self._heir(item) if isinstance(item, dict) and self.task else item
            for item in containers
        ]

    def _heir(self, container: Container) -> Container:
        records = list(provenance.read(container, self.address))
        for at, record in enumerate(records):
            for member in sorted(self.task.keys() & record.task.keys()):
                if _is_kept(record.task[member]):
                    inherited = {member: self.task.pop(member)}
                    task = {**record.task, **inherited}
                    records[at] = record.replace(task=task)
        return provenance.write(container, tuple(records)) if records else container

    def check_references(
        self, before: Sequence[Any], after: Sequence[Container | None]
    ) -> None:
        """Find containers that stay and still wait for, or mount, one that goes."""
        gone = {
            container["name"]
            for container, made in zip(before, after, strict=True)
            if made is None
        }
        for index, made in enumerate(after):
            for member, key in (
                ("dependsOn", "containerName"),
                ("volumesFrom", "sourceContainer"),
            ):
                entries = made.get(member) if isinstance(made, dict) else ()
                for at, entry in enumerate(entries or ()):
                    if isinstance(entry, dict) and entry.get(key) in gone:
                        self.problems.append(
                            Problem(
                                f"{self.address}[{index}].{member}[{at}]",
                                f"{describe(made, index)} needs {dump(entry[key])},"
                                " which goes with the agent, and it was not the"
                                " agent that said so",
                                ("take this entry out first",),
                            )
                        )


# Around the containers


def _is_kept(operation: Mapping[str, Any]) -> bool:
    """Tell whether an agent found a member as it needs it, set by another agent."""
    return "was" in operation and operation["was"] == operation.get("set")


def _first(one: Undo, other: Undo) -> Undo:
    """Join two ways back; of one member the way to what stood there first counts."""
    kept = {m: op for m, op in other.items() if m not in one or not _is_kept(op)}
    return {**one, **kept}


def task_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Undo:
    """Say how to take back what was set in a task definition beside its containers.

    ``set``: what stands there now. ``was``: what stood there before, if anything did.
    Of volumes only the names of those that were added count: ``cut``.
    """
    undo: Undo = {}
    for member in sorted({*before, *after} - {"containerDefinitions"}):
        old, new = before.get(member), after.get(member)
        if old == new:
            continue
        if member == "volumes":
            names = volume_names(old)
            undo[member] = {"cut": [n for n in volume_names(new) if n not in names]}
            if old is None:
                undo[member]["new"] = True
        else:
            undo[member] = {"set": new} if old is None else {"set": new, "was": old}
    return undo


def task_restored(task: Mapping[str, Any], undo: Undo) -> Task:
    """Take back what ``task_difference`` wrote down; what was changed since stays."""
    made = dict(task)
    for member, operation in undo.items():
        value = made.get(member)
        if "cut" in operation:
            if not isinstance(value, list):
                continue
            made[member] = [v for v in value if volume_name(v) not in operation["cut"]]
            if operation.get("new") and not made[member]:
                del made[member]
        elif member in made and value == operation.get("set"):
            if "was" in operation:
                made[member] = operation["was"]
            else:
                del made[member]
    return made


def volume_names(volumes: Any) -> list[Any]:
    """List the names of task volumes; what is no list has none."""
    return [volume_name(v) for v in volumes] if isinstance(volumes, list) else []


def volume_name(volume: Any) -> Any:
    """Name a task volume; what is none has no name."""
    return volume.get("name") if isinstance(volume, dict) else None


def recorded(
    containers: list[Any], agent: str, undo: Undo, needed: Mapping[str, Any]
) -> list[Any]:
    """Write how to take back the task's changes into the agent's record.

    ``needed``: members that the agent needs in the task, with their values: where
    another agent has set one, it must stay when that one goes. The record is that of
    the agent's own container, else of the first that the agent touched. What is
    recorded there already is older and stays.
    """
    all_records = [
        (index, record)
        for index, container in enumerate(containers)
        for record in provenance.read(container, f"containerDefinitions[{index}]")
    ]
    for _, record in all_records:
        for member, value in needed.items():
            theirs = record.agent != agent and record.task.get(member, {}).get("set")
            if theirs == value and member not in undo:
                undo = {**undo, member: {"set": value, "was": value}}
    found = [
        (not record.added, index)
        for index, record in all_records
        if record.agent == agent
    ]
    if not found or not undo:
        return containers
    _, index = min(found)
    written = tuple(
        record.replace(task={**undo, **record.task})
        if record.agent == agent
        else record
        for record in provenance.read(containers[index], "containerDefinitions")
    )
    made = provenance.write(containers[index], written)
    return [*containers[:index], made, *containers[index + 1 :]]
