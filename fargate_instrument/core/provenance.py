"""What was put where: record it in the definition, read it back, take it out again.

The record is one Docker label on each container that was touched or added: a compact
JSON list, one entry per agent in the order they were put in. An entry says the agent,
the form of the record and how to undo each member. It never holds a secret's value.
"""

from __future__ import annotations

from fargate_instrument.core.ecs import LIST_KEYS, known_argv
from fargate_instrument.core.errors import Failure, fail
from fargate_instrument.core.frozen import Frozen, once
from fargate_instrument.core.jsontext import dump, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from fargate_instrument.core.ecs import Container

    Undo = dict[str, Any]

LABEL = "fargate-instrument.provenance"
"""The Docker label that carries the record."""

FORM = 1
"""Form of the record; changes only when an older reader would misread it."""

ARGV = ("entryPoint", "command")


class Record(Frozen):
    """What one agent did to one container.

    ``undo``: member -> how to give back what was there. ``added``: the container
    itself is the agent's. ``labels``: dockerLabels itself was made for the record.
    ``task``: what was changed around the containers, as ``task_difference`` writes it.
    """

    agent: str
    undo: Undo
    added: bool = False
    labels: bool = False
    task: Undo = {}  # noqa: RUF012  (never changed: records are frozen)

    @once
    def text(self) -> str:
        """Keep what stands in the label: one record serves many definitions."""
        return dump(_entry(self))


def read(container: Container, address: str) -> tuple[Record, ...]:
    """Read the records of a container, oldest first; none is the empty tuple.

    Raises Failure, at ``address``, where the label holds something else.
    """
    labels = container.get("dockerLabels")
    text = labels.get(LABEL) if isinstance(labels, dict) else None
    if text is None:
        return ()
    try:
        entries = parse(text, address) if isinstance(text, str) else None
        records = [_record(entry) for entry in entries or ()]
    except (Failure, KeyError, TypeError, AttributeError, ValueError):
        records = []
    if not records:
        raise unreadable(address)
    return tuple(records)


def unreadable(address: str) -> Failure:
    """Make the Failure of a label that holds something else than records."""
    return fail(
        address,
        f'its Docker label "{LABEL}" cannot be read',
        "take the label out if it was edited by hand; then the container"
        " counts as instrumented by other means",
    )


def write(container: Container, records: tuple[Record, ...]) -> Container:
    """Put records into a container's label, in place of those that are there."""
    labels = container.get("dockerLabels")
    kept = {k: v for k, v in (labels or {}).items() if k != LABEL}
    if records:
        text = f"[{','.join(record.text for record in records)}]"
        return {**container, "dockerLabels": {**kept, LABEL: text}}
    return {**container, "dockerLabels": kept}


def bare(container: Container, records: tuple[Record, ...]) -> Container:
    """Take the label off, and dockerLabels with it if it was made for the label."""
    labels = container.get("dockerLabels")
    if not isinstance(labels, dict) or LABEL not in labels:
        return container
    kept = {k: v for k, v in labels.items() if k != LABEL}
    if kept or not any(record.labels for record in records):
        return {**container, "dockerLabels": kept}
    return {k: v for k, v in container.items() if k != "dockerLabels"}


def difference(
    before: Container, after: Container, secret_names: Collection[str] = ()
) -> Undo:
    """Say how to get from ``after`` back to ``before``, member by member.

    Where the two lists differ only by named entries the undo names those, so that
    what a user adds later survives it. Values of ``secret_names``, which are variables
    or members of an object such as the options of a log driver, are left out.
    """
    undo: Undo = {}
    for member in sorted({*before, *after}):
        old, new = before.get(member), after.get(member)
        if new is old is not None:
            continue
        if old == new and (member in before) == (member in after):
            continue
        undo[member] = _operation(member, before, after, secret_names)
    return undo


def undone(container: Container, undo: Undo) -> tuple[Container, list[str]]:
    """Apply an undo. Also gives the names whose values were not recorded: null."""
    lost: list[str] = []
    made = {}
    for member in sorted({*container, *undo}):
        if member not in undo:
            made[member] = container[member]
            continue
        value = _result(member, undo[member], container, lost)
        if value is not None or "lost" in undo[member]:
            made[member] = value
    return made, lost


def missing(container: Container) -> list[tuple[str, str]]:
    """List (place, name) of what is null, since its value was not recorded."""
    log = container.get("logConfiguration")
    options = log.get("options") if isinstance(log, dict) else None
    return [
        *(
            (f"environment[{at}]", entry["name"])
            for at, entry in enumerate(known_argv(container.get("environment")))
            if entry.__class__ is dict and entry.get("value", "") is None
        ),
        *(
            (f"logConfiguration.options.{name}", name)
            for name, value in (options if isinstance(options, dict) else {}).items()
            if value is None
        ),
    ]


def without_missing(container: Container) -> Container:
    """Leave out what is null, since nobody knows its value any more."""
    if not missing(container):
        return container
    made = dict(container)
    entries = container.get("environment") or ()
    kept = [entry for entry in entries if entry.get("value", "") is not None]
    if len(kept) != len(entries):
        del made["environment"]
        made = {**made, "environment": kept} if kept else made
    log = container.get("logConfiguration") or {}
    options = log.get("options") or {}
    known = {name: value for name, value in options.items() if value is not None}
    if len(known) != len(options):
        made["logConfiguration"] = {**log, "options": known}
    return made


def _record(entry: Any) -> Record:
    if entry["form"] > FORM:
        raise ValueError(entry["form"])
    return Record(
        str(entry["agent"]),
        _undo(entry, "undo"),
        bool(entry.get("added", False)),
        bool(entry.get("labels", False)),
        _undo(entry, "task"),
    )


def _undo(entry: dict[str, Any], key: str) -> Undo:
    undo = entry.get(key, {})
    if not isinstance(undo, dict) or not all(
        isinstance(operation, dict) for operation in undo.values()
    ):
        raise TypeError(undo)
    if key == "undo":
        for member, operation in undo.items():
            _check(member, operation)
    return undo


def _check(member: str, operation: dict[str, Any]) -> None:
    """Raise TypeError, KeyError or ValueError for what this module did not write."""
    if "of" in operation:
        source, *bounds = operation["of"]
        if source not in ARGV or not bounds or {*map(type, bounds)} != {int}:
            raise TypeError(operation)
    for inner, undo in operation.get("in", {}).items():
        _check(inner, undo)
    {*operation.get("cut", ())}
    put = [entry for index, entry in operation.get("put", ()) if index + 1]
    for entry in (*operation.get("was", ()), *put):
        if not isinstance(entry[LIST_KEYS[member]], str):
            raise TypeError(operation)


def _entry(record: Record) -> dict[str, Any]:
    entry: dict[str, Any] = {"agent": record.agent, "form": FORM}
    if record.undo:
        entry["undo"] = record.undo
    if record.added:
        entry["added"] = True
    if record.labels:
        entry["labels"] = True
    if record.task:
        entry["task"] = record.task
    return entry


def _operation(
    member: str, before: Container, after: Container, secret_names: Collection[str]
) -> dict[str, Any]:
    old, new = before.get(member), after.get(member)
    if member in ARGV and old:
        return _slice(old, after)
    if old is None and isinstance(new, (dict, list)):
        return _created(member, new)
    if isinstance(new, dict) and isinstance(old, dict):
        return {"in": difference(old, new, secret_names)}
    if isinstance(new, list) and isinstance(old, list):
        op = _changed_list(member, before, after, secret_names)
        if op:
            return op
    if member not in before:
        return {"new": True}
    if member in secret_names:
        return {"is": None, "lost": True}
    return {"is": _hidden(old, secret_names)}


def _changed_list(
    member: str, before: Container, after: Container, secret_names: Collection[str]
) -> dict[str, Any]:
    """Say how to undo a change of a list by its entries; empty if that is not exact."""
    old, new = before[member], after[member]
    if member in LIST_KEYS:
        op = _appended(old, new, LIST_KEYS[member])
        if op is not None:
            return op
        op = _entries(old, new, LIST_KEYS[member], secret_names)
    elif member in ("add", "drop"):
        op = {"cut": [name for name in new if name not in old]}
    else:
        return {}
    exact = _lossy(op) or _result(member, op, after, []) == old
    return op if exact else {}


def _created(member: str, new: Any) -> dict[str, Any]:
    """Say how to undo a member that was not there."""
    if isinstance(new, dict):
        inner = {key: _created(key, value) for key, value in new.items()}
        return {"in": inner, "new": True}
    if member in LIST_KEYS and isinstance(new, list):
        names = [entry.get(LIST_KEYS[member]) for entry in new]
        return {"cut": list(dict.fromkeys(names)), "new": True}
    if member in ("add", "drop") and isinstance(new, list):
        return {"cut": new, "new": True}
    return {"new": True}


def _appended(old: list[Any], new: list[Any], key: str) -> dict[str, Any] | None:
    """Say how to undo entries that were only added behind the others."""
    count = len(old)
    cut = [entry.get(key) for entry in new[count:]]
    if new[:count] != old or any(entry.get(key) in cut for entry in old):
        return None
    return {"cut": list(dict.fromkeys(cut))}


def _slice(old: list[Any], after: Container) -> dict[str, Any]:
    for source in ARGV:
        value = after.get(source) or []
        end = len(value) - len(old)
        if end >= 0 and value[end:] == old:
            return {"of": [source, end]}
        if value[: len(old)] == old:
            return {"of": [source, 0, len(old)]}
    return {"is": old}


def _entries(
    old: list[Any], new: list[Any], key: str, secret_names: Collection[str]
) -> dict[str, Any]:
    olds = {entry.get(key): entry for entry in old}
    news = {entry.get(key): entry for entry in new}
    cut = [name for name in news if name not in olds]
    was = [
        _hide(entry, secret_names)
        for name, entry in olds.items()
        if name in news and news[name] != entry
    ]
    put = [
        [index, _hide(entry, secret_names)]
        for index, entry in enumerate(old)
        if entry.get(key) not in news or entry is not olds[entry.get(key)]
    ]
    parts = {"cut": cut, "was": was, "put": put}
    return {name: part for name, part in parts.items() if part}


def _hide(entry: Any, secret_names: Collection[str]) -> Any:
    if entry.get("name") in secret_names and "value" in entry:
        return {**entry, "value": None}
    return entry


def _hidden(old: Any, secret_names: Collection[str]) -> Any:
    if isinstance(old, list):
        return [_hide(e, secret_names) if isinstance(e, dict) else e for e in old]
    return old


def _lossy(op: dict[str, Any]) -> bool:
    return bool(_lost([*op.get("was", ()), *(entry for _, entry in op.get("put", ()))]))


def _lost(entries: Any) -> list[str]:
    return [
        str(entry.get("name"))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and entry.get("value", "") is None
    ]


def _result(
    member: str, op: dict[str, Any], container: Container, lost: list[str]
) -> Any:
    value = container.get(member)
    if "is" in op:
        lost += [member] if op.get("lost") else _lost(op["is"])
        return op["is"]
    if "of" in op:
        source, start, *end = op["of"]
        return known_argv(container.get(source))[start : end[0] if end else None]
    if "in" in op:
        made, inner = undone(value if isinstance(value, dict) else {}, op["in"])
        lost += inner
        return None if op.get("new") and not made else made
    if member in LIST_KEYS and isinstance(value, list):
        kept = _restored(value, op, LIST_KEYS[member])
        lost += _lost(kept)
    elif "cut" in op and isinstance(value, list):
        kept = [item for item in value if item not in op["cut"]]
    else:
        return None if op.get("new") else value
    return None if op.get("new") and not kept else kept


def _restored(value: list[Any], op: dict[str, Any], key: str) -> list[Any]:
    cut = op.get("cut", ())
    was = {entry[key]: entry for entry in op.get("was", ())}
    kept = []
    for entry in value:
        name = entry.get(key) if isinstance(entry, dict) else None
        if name not in cut:
            kept.append(was.get(name, entry) if isinstance(name, str) else entry)
    for index, entry in op.get("put", ()):
        kept.insert(index, entry)
    return kept


# Around the containers


def _is_kept(operation: Mapping[str, Any]) -> bool:
    """Tell whether an agent found a member as it needs it, set by another agent."""
    return "was" in operation and operation["was"] == operation.get("set")


def first(one: Undo, other: Undo) -> Undo:
    """Join two ways back; of one member the way to what stood there first counts."""
    made = dict(one)
    for member, operation in other.items():
        there = made.get(member)
        if there is None or _is_kept(there):
            made[member] = operation
        elif "cut" in operation:
            new = {"new": True} if there.get("new") or operation.get("new") else {}
            made[member] = {"cut": [*there["cut"], *operation["cut"]], **new}
        elif not _is_kept(operation):
            made[member] = operation
    return made


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


def task_restored(task: Mapping[str, Any], undo: Undo) -> dict[str, Any]:
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


def heirs(container: Container, task: Undo) -> tuple[Container, Undo]:
    """Leave what the task must stay like to an agent that stays and needs it.

    Such an agent has recorded that it found the member as it needs it; from now on it
    is the one that knows what stood there first. Gives the container with its record
    so changed, and what is left to take back.
    """
    records = list(read(container, "dockerLabels"))
    for at, record in enumerate(records):
        for member in sorted(task.keys() & record.task.keys()):
            if _is_kept(record.task[member]):
                mine = {member: task[member]}
                task = {m: op for m, op in task.items() if m != member}
                records[at] = record.replace(task={**record.task, **mine})
    return (write(container, tuple(records)) if records else container), task


def volume_names(volumes: Any) -> list[Any]:
    """List the names of task volumes; what is no list has none."""
    return [volume_name(v) for v in volumes] if isinstance(volumes, list) else []


def volume_name(volume: Any) -> Any:
    """Name a task volume; what is none has no name."""
    return volume.get("name") if isinstance(volume, dict) else None
