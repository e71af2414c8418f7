"""ECS vocabulary: canonical keys, the parts an agent may touch, limits; no rules.

The parsed JSON is the carrier. ECS's member names are matched in any case and
written in ECS's own; keys of the user's maps and unknown members are left alone.
"""

from __future__ import annotations

from fargate_instrument.core.ecs_model import DESCRIBE_ONLY, SHAPES
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.jsontext import dump, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Container = dict[str, Any]
    Path = tuple[str | int, ...]

LIST_KEYS = {
    "environment": "name",
    "secrets": "name",
    "dependsOn": "containerName",
    "volumesFrom": "sourceContainer",
    "mountPoints": "containerPath",
}
"""Lists of objects that agents touch -> the member that tells entries apart."""

_LOWER: dict[str, dict[str, str]] = {}


def address(root: str, *path: str | int) -> str:
    """Write a path as ``root.member[0].member``."""
    for step in path:
        root = place(root, step)
    return root


def recase(
    value: Any, shape: Any, root: str, problems: list[Problem], path: Path = ()
) -> Any:
    """Write ECS's member names as ECS does and leave out null members.

    ``shape``: a type in the sense of ``ecs_model``; ``""`` for an unknown member.
    Returns the value itself where nothing had to change. Two spellings of one
    member with different values stay as they are and are a problem.
    """
    if isinstance(value, dict):
        known = SHAPES.get(shape) if isinstance(shape, str) else None
        if known is not None:
            return _recase_shape(value, shape, known, root, problems, path)
        inner = shape["*"] if isinstance(shape, dict) else ""
        made = {
            key: recase(item, inner, root, problems, (*path, key))
            for key, item in value.items()
            if item is not None
        }
        return value if _same(made, value) else made
    if isinstance(value, list):
        inner = shape[0] if isinstance(shape, list) else ""
        items = [
            recase(item, inner, root, problems, (*path, index))
            if isinstance(item, (dict, list))
            else item
            for index, item in enumerate(value)
        ]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else items
    return value


def is_canonical(value: Any, shape: Any) -> bool:
    """Tell at a glance that nothing has to be recased; what is unusual is not told."""
    if type(value) is list:
        inner = shape[0] if type(shape) is list else None
        return all(
            is_canonical(item, inner)
            for item in value
            if type(item) is dict or type(item) is list
        )
    known = SHAPES.get(shape) if type(shape) is str else None
    if type(value) is not dict:
        return False
    if known is None:
        return type(shape) is dict and all(type(i) is str for i in value.values())
    for key, item in value.items():
        kind = known.get(key)
        if kind is None or item is None:
            return False
        nested = type(item) is dict or type(item) is list
        if nested and not is_canonical(item, kind):
            return False
    return True


def _recase_shape(
    value: dict[str, Any],
    shape: str,
    known: dict[str, Any],
    root: str,
    problems: list[Problem],
    path: Path,
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        name = key if key in known else _spelling(shape, key)
        new = (
            recase(item, known.get(name, ""), root, problems, (*path, name))
            if isinstance(item, (dict, list))
            else item
        )
        if name not in made:
            made[name] = new
        elif made[name] != new:
            problems.append(
                Problem(
                    address(root, *path, name),
                    "stands twice, in two spellings and with two values",
                    (f'keep one, spelled "{name}"',),
                )
            )
            made[key] = new
        if not key:
            problems.append(Problem(address(root, *path), "has a member without name"))
    return value if _same(made, value) else made


def _spelling(shape: str, key: str) -> str:
    lower = _LOWER.get(shape)
    if lower is None:
        lower = _LOWER[shape] = {name.lower(): name for name in SHAPES[shape]}
        if shape == "TaskDefinition":
            lower.update({name.lower(): name for name in DESCRIBE_ONLY})
    return lower.get(key.lower(), key)


def _same(made: dict[str, Any], value: dict[str, Any]) -> bool:
    return len(made) == len(value) and all(
        key in value and item is value[key] for key, item in made.items()
    )


def misspelled(value: Any, shape: Any, path: Path = ()) -> list[tuple[Path, str]]:
    """List the members that are not spelled as ECS spells them, with its spelling."""
    found: list[tuple[Path, str]] = []
    if isinstance(value, dict) and isinstance(shape, str) and shape in SHAPES:
        for key, item in value.items():
            name = key if key in SHAPES[shape] else _spelling(shape, key)
            if name != key:
                found.append(((*path, key), name))
            found += misspelled(item, SHAPES[shape].get(name, ""), (*path, key))
    elif isinstance(value, list) and isinstance(shape, list):
        for index, item in enumerate(value):
            found += misspelled(item, shape[0], (*path, index))
    return found


def known_argv(value: object) -> list[Any]:
    """Read entryPoint or command; what is absent, null or empty is the empty list."""
    return value if isinstance(value, list) else []


def variables(container: Container) -> dict[str, Any]:
    """Map environment variable names to values; the last of equal names wins."""
    return {
        entry["name"]: entry.get("value", "")
        for entry in container.get("environment", ())
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    }


def describe(container: object, index: int) -> str:
    """Name a container for a message: by its name, else by its index."""
    name = container.get("name") if isinstance(container, dict) else None
    if isinstance(name, str) and name:
        return f"container {dump(name)}"
    return f"container {index}"
