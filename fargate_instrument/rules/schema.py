"""Members, JSON types, required members and enumerations; nothing about meaning.

Every shape is walked once. What is of the wrong type is reported and left out of
the value that is handed on, so that no later rule has to look at types again.
"""

from __future__ import annotations

from fargate_instrument.ecs_model import DESCRIBE_ONLY, ENUMS, REQUIRED, SHAPES
from fargate_instrument.jsontext import kind as kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fargate_instrument.rules.finding import Path, Report

    Value = dict[str, Any]

SCALARS = {"string": str, "integer": int, "long": int, "boolean": bool}
WORDS = {"string": "a text", "integer": "an integer", "boolean": "true or false"}

_PLAIN: dict[str, dict[str, type]] = {
    shape: {member: SCALARS[str(kind)] for member, kind in SHAPES[shape].items()}
    for shape in ("KeyValuePair", "MountPoint", "VolumeFrom", "SystemControl")
}
"""Shapes of scalars only, nothing required, no enumeration: a fast look will do."""

_LOST = object()


def admit(
    value: Value,
    shape: str,
    path: Path,
    report: Report,
    owner: Value | None = None,
) -> Value:
    """Check an object against its shape; return it without its ill-typed parts.

    ``owner``: the container that the findings name. The object itself comes back
    if nothing had to be left out.
    """
    members = SHAPES[shape]
    made: Value | None = None
    for member, item in value.items():
        kind = members.get(member)
        if kind.__class__ is str and SCALARS.get(kind) is item.__class__:
            continue
        if kind is None:
            _unknown(member, shape, path, report, owner)
            continue
        kept = _admit_value(item, kind, (*path, member), report, owner)
        if kept is not item:
            made = dict(value) if made is None else made
            if kept is _LOST:
                del made[member]
            else:
                made[member] = kept
    for member in REQUIRED.get(shape, ()):
        if member not in value and shape != "TaskDefinition":
            rule = "R76" if shape == "Tmpfs" else "S3"
            message = f'has no "{member}" in {place_name(path)}'
            report.add(rule, path, message, owner, member=member)
    if shape in ENUMS:
        _enumerations(value if made is None else made, shape, path, report, owner)
    return value if made is None else made


def place_name(path: Path) -> str:
    """Name the member that a path ends in, for a sentence."""
    for step in reversed(path):
        if isinstance(step, str):
            return step
    return "the task definition"


def _admit_value(
    item: Any, kind: Any, path: Path, report: Report, owner: Value | None
) -> Any:
    if kind.__class__ is str:
        if kind not in SCALARS and item.__class__ is dict:
            return admit(item, kind, path, report, owner)
        if SCALARS.get(kind) is item.__class__:
            return item
        return _wrong(item, WORDS.get(kind, "an object"), path, report, owner)
    if kind.__class__ is list:
        if item.__class__ is not list:
            return _wrong(item, "a list", path, report, owner)
        return _admit_list(item, kind[0], path, report, owner)
    if item.__class__ is not dict:
        return _wrong(item, "an object", path, report, owner)
    kept = {
        key: part
        for key, part in item.items()
        if _admit_value(part, kind["*"], (*path, key), report, owner) is not _LOST
    }
    return item if len(kept) == len(item) else kept


def _admit_list(
    items: list[Any], kind: str, path: Path, report: Report, owner: Value | None
) -> list[Any]:
    if kind in _PLAIN and _plain(items, _PLAIN[kind]):
        return items
    kept = [
        _admit_value(item, kind, (*path, index), report, owner)
        for index, item in enumerate(items)
    ]
    if all(new is old for new, old in zip(kept, items, strict=True)):
        return items
    # An ill-typed entry leaves its place empty, so that addresses stay true.
    hole: Any = {} if kind not in SCALARS else ""
    return [hole if item is _LOST else item for item in kept]


def _plain(items: list[Any], types: dict[str, type]) -> bool:
    try:
        for item in items:
            for member, value in item.items():
                if value.__class__ is not types[member]:
                    return False
    except (KeyError, AttributeError):
        return False
    return True


def _wrong(
    item: Any, expected: str, path: Path, report: Report, owner: Value | None
) -> Any:
    report.damaged = True
    message = f"has {kind_of(item)} in {place_name(path)}, it must be {expected}"
    report.add("S2", path, message, owner, expected=expected)
    return _LOST


def _unknown(
    member: str, shape: str, path: Path, report: Report, owner: Value | None
) -> None:
    from fargate_instrument.errors import nearest  # noqa: PLC0415  (a rare case)

    if shape == "TaskDefinition" and member in DESCRIBE_ONLY:
        return
    if shape == "ContainerDefinition" and member in SHAPES["TaskDefinition"]:
        hint = "it belongs to the task definition, not to a container"
    else:
        hint = nearest(member, SHAPES[shape])
    message = f'has "{member}", which ECS does not know in {place_name(path)}'
    report.add("S1", (*path, member), message, owner, hint=hint)


def _enumerations(
    value: Value, shape: str, path: Path, report: Report, owner: Value | None
) -> None:
    for member, allowed in ENUMS[shape].items():
        item = value.get(member)
        if item is None or (item.__class__ is str and item in allowed):
            continue
        for index, word in enumerate(item if item.__class__ is list else [item]):
            if word in allowed or word.__class__ is not str:
                continue
            where = (*path, member)
            if item.__class__ is list:
                where = (*where, index)
            fold = {known.lower(): known for known in allowed}
            hint = "use " + (fold.get(word.lower()) or " or ".join(allowed))
            report.add("R78", where, f'has "{word}" as {member}', owner, hint=hint)
