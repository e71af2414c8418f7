"""Task definitions in a plan or state as ``terraform show -json`` writes it; no HCL.

A value that only an apply would give is said to be unknown. Where the plan's
configuration shows that it comes from an instrumentation, that is said instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import tooling
from fargate_instrument.audit.definition import Definition, Place, canonical
from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.request import TASK_FACTS
from fargate_instrument.core.rules import whole_task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fargate_instrument.audit.unknown import Instrumented

RESOURCE = "aws_ecs_task_definition"
_AFTER_APPLY = "only an apply gives its container definitions (known after apply)"


def is_plan(value: Any) -> bool:
    """Tell a plan or a state from other JSON."""
    return (
        isinstance(value, dict)
        and "format_version" in value
        and bool(value.keys() & {"planned_values", "resource_changes", "values"})
    )


def definitions(value: dict[str, Any], path: str) -> list[Definition]:
    """Read every task definition that a plan leaves in place, in any module."""
    configuration = value.get("configuration")
    root = configuration.get("root_module") if isinstance(configuration, dict) else None
    found = {}
    for resource in (*_changes(value), *_values(value)):
        address = str(resource.get("address", ""))
        if address not in found:
            found[address] = _definition(resource, path, root)
    return list(found.values())


def _changes(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in value.get("resource_changes") or ():
        change = resource.get("change") or {}
        if (
            resource.get("type") == RESOURCE
            and resource.get("mode") == "managed"
            and change.get("actions") not in (["delete"], ["forget"])
        ):
            yield {
                "address": resource.get("address"),
                "values": change.get("after") or {},
                "unknown": change.get("after_unknown") or {},
            }


def _values(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "resource_changes" in value:
        return
    for part in ("planned_values", "values"):
        module = (value.get(part) or {}).get("root_module")
        waiting = [module] if isinstance(module, dict) else []
        while waiting:
            module = waiting.pop(0)
            waiting += module.get("child_modules") or ()
            for resource in module.get("resources") or ():
                if (
                    resource.get("type") == RESOURCE
                    and resource.get("mode") == "managed"
                ):
                    # What is unknown is simply not there in planned values.
                    yield {**resource, "unknown": {}}


def _definition(resource: dict[str, Any], path: str, root: Any) -> Definition:
    values, unknown = resource.get("values") or {}, resource["unknown"]
    address = str(resource.get("address", ""))
    family = values.get("family")
    containers, reason = _containers(values, unknown, address, root)
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


def _containers(
    values: dict[str, Any], unknown: dict[str, Any], address: str, root: Any
) -> tuple[list[Any] | Instrumented | None, str]:
    text = values.get("container_definitions")
    if text is None or unknown.get("container_definitions"):
        made = tooling.from_configuration(root, address)
        return (made, "") if made else (None, _AFTER_APPLY)
    try:
        containers = jsontext.parse(text, address)
    except Failure as failure:
        return (
            None,
            f"its container definitions are not JSON: {failure.problems[0].message}",
        )
    if not isinstance(containers, list):
        return None, "its container definitions are no list"
    return canonical(containers), ""


def _task(values: dict[str, Any], unknown: dict[str, Any]) -> dict[str, Any]:
    """Give the task facts of a resource's values under ECS's names."""
    known: dict[str, Any] = {}
    for key, name in TASK_FACTS.items():
        if key in values and values[key] not in (None, "", []):
            known[name] = values[key]
    platform = values.get("runtime_platform")
    if isinstance(platform, list) and platform and isinstance(platform[0], dict):
        known["runtimePlatform"] = {
            name: platform[0][key]
            for key, name in (
                ("operating_system_family", "operatingSystemFamily"),
                ("cpu_architecture", "cpuArchitecture"),
            )
            if platform[0].get(key)
        }
    volumes = values.get("volume")
    if isinstance(volumes, list) and volumes:
        known["volumes"] = [
            {"name": volume["name"]} for volume in volumes if volume.get("name")
        ]
    task = whole_task(known)
    names = {**TASK_FACTS, "runtime_platform": "runtimePlatform", "volume": "volumes"}
    waiting = {names.get(k, k) for k, value in unknown.items() if _has_true(value)}
    return {name: value for name, value in task.items() if name not in waiting}


def _has_true(value: Any) -> bool:
    """Tell whether anything inside is marked as known only after apply."""
    if isinstance(value, dict):
        return any(map(_has_true, value.values()))
    if isinstance(value, list):
        return any(map(_has_true, value))
    return value is True
