"""Members, JSON types, required members and enumerations; nothing about meaning.

What is of the wrong type is reported and left out of the value that is handed on,
so that no later rule has to look at types again. ``fits`` answers for the usual
value, in which nothing is wrong; ``admit`` finds out what and where.
"""

from __future__ import annotations

from fargate_instrument.core.ecs_model import ENUMS, REQUIRED, SHAPES
from fargate_instrument.core.errors import nearest
from fargate_instrument.core.jsontext import kind as kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from fargate_instrument.core.rules.finding import Path, Report

    Json = Any  # what a JSON text can hold
    Type = Any  # what stands for a type in the ECS model
    Value = dict[str, Json]
    Fits = Callable[[Json], bool]

SCALARS = {"string": str, "integer": int, "long": int, "boolean": bool}
WORDS = {"string": "a text", "integer": "an integer", "boolean": "true or false"}

OF_A_CONTAINER = 2  # containerDefinitions, and the index
FEW = 8
_LOST = object()
_FITTING: dict[str, Fits] = {}


def fits(value: Value, shape: str) -> bool:
    """Tell whether nothing at all is to be said about an object and its shape."""
    fitting = _FITTING.get(shape) or _fitting(shape)
    return fitting(value)


def _fitting(shape: str) -> Fits:
    """Make the test of one shape, once."""
    tests = {member: _test(kind) for member, kind in SHAPES[shape].items()}
    required = REQUIRED.get(shape, ())
    enums = tuple(ENUMS.get(shape, {}).items())

    def fitting(value: Json) -> bool:
        if value.__class__ is not dict:
            return False
        for member, item in value.items():
            test = tests.get(member)
            if test is not item.__class__ and (
                test is None or test.__class__ is type or not test(item)
            ):
                return False
        for member in required:
            if member not in value:
                return False
        for member, allowed in enums:
            if value.get(member, allowed[0]) not in allowed:
                return False
        return True

    _FITTING[shape] = fitting
    return fitting


def _test(kind: Type) -> Type:
    """Make the test of one type: a Python type, or a function of the value."""
    if kind.__class__ is str:
        return SCALARS.get(kind) or _FITTING.get(kind) or _fitting(kind)
    outer = kind.__class__
    if outer is list and _is_plain(kind[0]):
        return _plain_list(SHAPES[kind[0]])
    inner = _test(kind[0] if outer is list else kind["*"])

    def fitting(value: Json) -> bool:
        if value.__class__ is not outer:
            return False
        items = value if outer is list else value.values()
        if inner.__class__ is type:
            for item in items:  # noqa: SIM110  (a generator takes twice the time)
                if item.__class__ is not inner:
                    return False
            return True
        return all(map(inner, items))

    return fitting


def _is_plain(shape: str) -> bool:
    """Tell whether an object of a shape holds scalars only, and whatever it likes."""
    kinds = SHAPES.get(shape, {"": []}).values()
    scalars = all(kind.__class__ is str and kind in SCALARS for kind in kinds)
    return scalars and shape not in REQUIRED and shape not in ENUMS


def _plain_list(members: dict[str, Type]) -> Fits:
    """Make the test of a list of plain objects: environment is the longest list."""
    types = {member: SCALARS[kind] for member, kind in members.items()}

    def fitting(value: Json) -> bool:
        if value.__class__ is not list:
            return False
        try:
            for entry in value:
                for member, item in entry.items():
                    if item.__class__ is not types[member]:
                        return False
        except (KeyError, AttributeError):
            return False
        return True

    return fitting


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
    if fits(value, shape):
        return value
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
    if len(path) == OF_A_CONTAINER:
        return "a container definition"
    return next(step for step in reversed(path) if isinstance(step, str))


def _admit_value(
    item: Json, kind: Type, path: Path, report: Report, owner: Value | None
) -> Json:
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
    kept = [
        _admit_value(item, kind, (*path, index), report, owner)
        for index, item in enumerate(items)
    ]
    if all(new is old for new, old in zip(kept, items, strict=True)):
        return items
    # An ill-typed entry leaves its place empty, so that addresses stay true.
    hole: Json = {} if kind not in SCALARS else ""
    return [hole if item is _LOST else item for item in kept]


def _wrong(
    item: Json, expected: str, path: Path, report: Report, owner: Value | None
) -> Json:
    report.damaged = True
    message = f"has {kind_of(item)} in {place_name(path)}, it must be {expected}"
    report.add("S2", path, message, owner, expected=expected)
    return _LOST


def _unknown(
    member: str, shape: str, path: Path, report: Report, owner: Value | None
) -> None:
    if shape == "ContainerDefinition" and member in SHAPES["TaskDefinition"]:
        hint = "it belongs to the task definition, not to a container"
    else:
        hint = nearest(member, SHAPES[shape])
        if hint.startswith("known: ") and len(SHAPES[shape]) > FEW:
            hint = "remove it"
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
