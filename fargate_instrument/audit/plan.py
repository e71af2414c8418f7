"""Task definitions in a plan or state as ``terraform show -json`` writes it; no HCL.

A value that only an apply would give is not known. The plan's configuration names what
an expression refers to and not what it does with it, so it proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.definition import Definition, Place, canonical
from fargate_instrument.audit.roots import RESOURCES
from fargate_instrument.core import jsontext
from fargate_instrument.core.definition import PLATFORM_FACTS, TASK_FACTS
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.rules import whole_task

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCE = "aws_ecs_task_definition"
_AFTER_APPLY = "only an apply gives its container definitions (known after apply)"
_FIX = "give the plan as terraform show -json writes it"
_GONE = (["delete"], ["forget"])
DEEPEST = 100
"""Modules in modules."""


def is_plan(value: Any) -> bool:
    """Tell a plan or a state from other JSON."""
    return (
        isinstance(value, dict)
        and "format_version" in value
        and bool(value.keys() & {"planned_values", "resource_changes", "values"})
    )


def definitions(value: dict[str, Any], path: str) -> list[Definition]:
    """Read every task definition that a plan leaves in place, in any module.

    :raises Failure: the plan does not have the shape that Terraform gives it.
    """
    reader = _Shape(path)
    found: dict[str, Definition] = {}
    for resource in (*_changes(value, reader), *_values(value, reader)):
        address = str(resource.get("address", ""))
        if address not in found:
            found[address] = _definition(resource, path)
    made = list(found.values())
    for name, bad in (("errored", True), ("complete", False)):
        if value.get(name) is bad:
            made.append(_unread(path, f'it says "{name}": {str(bad).lower()}'))
    return made


def _unread(path: str, reason: str) -> Definition:
    reason = f"the plan is not whole: {reason}"
    return Definition(
        path, "plan", f"{path}: plan", None, place=Place(path), reason=reason,
        unread=True,
    )  # fmt: skip


class _Shape:
    """Takes parts of a plan as what they must be. Raises Failure with their place."""

    def __init__(self, path: str) -> None:
        self.path = path

    def object(self, value: Any, where: str) -> dict[str, Any]:
        """Take an object; null is an empty one."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(where, f"is {jsontext.kind(value)}, not an object")
        return value

    def list(self, value: Any, where: str) -> list[Any]:
        """Take a list; null is an empty one."""
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(where, f"is {jsontext.kind(value)}, not a list")
        return value

    def _wrong(self, where: str, what: str) -> Failure:
        return Failure([Problem(f"{self.path}: {where}", what, (_FIX,))])


def _changes(value: dict[str, Any], shape: _Shape) -> Iterator[dict[str, Any]]:
    listed = shape.list(value.get("resource_changes"), "resource_changes")
    changes = [(f"resource_changes[{n}]", one) for n, one in enumerate(listed)]
    waiting = shape.list(value.get("deferred_changes"), "deferred_changes")
    for number, one in enumerate(waiting):
        where = f"deferred_changes[{number}]"
        inner = shape.object(one, where).get("resource_change")
        changes.append((f"{where}.resource_change", inner))
    for where, one in changes:
        resource = shape.object(one, where)
        change = shape.object(resource.get("change"), f"{where}.change")
        if _counts(resource) and change.get("actions") not in _GONE:
            unknown = change.get("after_unknown")
            yield {
                "type": resource.get("type"),
                "address": resource.get("address"),
                "values": shape.object(change.get("after"), f"{where}.change.after"),
                "unknown": unknown if isinstance(unknown, dict) else {},
                "all_unknown": unknown is True,
            }


def _counts(resource: dict[str, Any]) -> bool:
    kind = resource.get("type")
    return (
        isinstance(kind, str)
        and kind in RESOURCES
        and resource.get("mode", "managed") == "managed"
    )


def _values(value: dict[str, Any], shape: _Shape) -> Iterator[dict[str, Any]]:
    if value.get("resource_changes") is not None:
        return
    for part in ("planned_values", "values"):
        inner = shape.object(value.get(part), part)
        where = f"{part}.root_module"
        root = shape.object(inner.get("root_module"), where)
        yield from _of_module(root, where, shape, 0)


def _of_module(
    module: dict[str, Any], where: str, shape: _Shape, depth: int
) -> Iterator[dict[str, Any]]:
    resources = shape.list(module.get("resources"), f"{where}.resources")
    for number, one in enumerate(resources):
        place = f"{where}.resources[{number}]"
        resource = shape.object(one, place)
        if _counts(resource):
            values = shape.object(resource.get("values"), f"{place}.values")
            # What is unknown is simply not there in planned values.
            yield {**resource, "values": values, "unknown": {}}
    if depth > DEEPEST:
        raise Failure([Problem(f"{shape.path}: {where}", "nests too deeply", (_FIX,))])
    children = shape.list(module.get("child_modules"), f"{where}.child_modules")
    for number, one in enumerate(children):
        place = f"{where}.child_modules[{number}]"
        yield from _of_module(shape.object(one, place), place, shape, depth + 1)


def _definition(resource: dict[str, Any], path: str) -> Definition:
    values, unknown = resource["values"], resource["unknown"]
    address = str(resource.get("address", ""))
    family = values.get("family")
    containers, reason = _containers(resource, address)
    return Definition(
        address,
        "plan",
        f"{path}: {address}",
        containers,
        _task(values, unknown),
        family if isinstance(family, str) else "",
        Place(path),
        (),
        (),
        reason,
    )


def _containers(resource: dict[str, Any], address: str) -> tuple[list[Any] | None, str]:
    if resource.get("type") != RESOURCE:
        return None, f"{resource.get('type')} is not read"
    text = resource["values"].get("container_definitions")
    unknown = resource["unknown"].get("container_definitions")
    if text is None or unknown or resource.get("all_unknown"):
        return None, _AFTER_APPLY
    if not isinstance(text, str):
        return None, "its container definitions are no text"
    try:
        containers = jsontext.parse(text, address)
    except Failure as failure:
        return (
            None,
            f"its container definitions are not JSON: {failure.problems[0].message}",
        )
    if not isinstance(containers, list):
        return None, "its container definitions are no list"
    if not containers:
        return None, "its list of container definitions is empty"
    return canonical(containers), ""


def _task(values: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    """Give the task facts of a resource's values under ECS's names."""
    known: dict[str, Any] = {}
    for key, name in TASK_FACTS.items():
        if key in values and values[key] not in (None, "", []):
            known[name] = values[key]
    platform = _first(values.get("runtime_platform"))
    if platform:
        known["runtimePlatform"] = {
            name: platform[key]
            for key, name in PLATFORM_FACTS.items()
            if platform.get(key)
        }
    volumes = values.get("volume")
    if isinstance(volumes, list) and volumes:
        known["volumes"] = [
            {"name": one["name"]}
            for one in volumes
            if isinstance(one, dict) and one.get("name")
        ]
    task = whole_task(known)
    names = {**TASK_FACTS, "runtime_platform": "runtimePlatform", "volume": "volumes"}
    waiting = {names.get(k, k) for k, value in unknown.items() if _has_true(value)}
    return {name: value for name, value in task.items() if name not in waiting}


def _first(value: Any) -> dict[str, Any]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0]
    return {}


def _has_true(value: Any) -> bool:
    """Tell whether anything inside is marked as known only after apply."""
    if isinstance(value, dict):
        return any(map(_has_true, value.values()))
    if isinstance(value, list):
        return any(map(_has_true, value))
    return value is True
