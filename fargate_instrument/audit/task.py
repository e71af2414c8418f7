"""The task facts of an ``aws_ecs_task_definition``: its arguments and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.containers import plain
from fargate_instrument.audit.unknown import Instrumented
from fargate_instrument.core.definition import PLATFORM_FACTS, TASK_FACTS
from fargate_instrument.core.rules import whole_task
from fargate_instrument.hcl import texts
from fargate_instrument.hcl.values import Encoded, Unknown, is_whole

if TYPE_CHECKING:
    from fargate_instrument.hcl.evaluate import Reader
    from fargate_instrument.hcl.syntax import Block


def facts(block: Block, reader: Reader) -> tuple[dict[str, Any], str]:
    """Give the task facts of a resource under ECS's names, and its family."""
    known: dict[str, Any] = {}
    unknown: set[str] = set()
    for key, name in TASK_FACTS.items():
        value = reader.read(block.attributes.get(key))
        if not is_whole(value):
            unknown.add(name)
        elif value is not None and value not in ("", []):
            number = key in ("cpu", "memory")
            known[name] = texts.as_text(value) if number else plain(value)
    volumes = []
    for inner in block.blocks:
        if inner.kind == "dynamic" and inner.labels:
            unknown.add({"volume": "volumes"}.get(inner.labels[0], inner.labels[0]))
        elif inner.kind == "runtime_platform":
            _platform(inner, reader, known, unknown)
        elif inner.kind == "volume":
            volumes.append(_volume(inner, reader, unknown))
    if volumes:
        known["volumes"] = volumes
    task = {k: v for k, v in whole_task(known).items() if k not in unknown}
    family = known.get("family", "")
    return task, family if isinstance(family, str) else ""


def _volume(block: Block, reader: Reader, unknown: set[str]) -> dict[str, Any]:
    name = reader.read(block.attributes.get("name"))
    if not isinstance(name, str):
        unknown.add("volumes")
    return {"name": name}


def _platform(
    block: Block, reader: Reader, known: dict[str, Any], unknown: set[str]
) -> None:
    platform = {}
    for key, name in PLATFORM_FACTS.items():
        value = reader.read(block.attributes.get(key))
        if isinstance(value, str):
            platform[name] = value
        elif value is not None:
            unknown.add("runtimePlatform")
    if platform:
        known["runtimePlatform"] = platform


def known(value: Any, left_out: list[str], path: str = "") -> Any:
    """Take out what is not known; a name or image keeps its template's text."""
    if isinstance(value, (Unknown, Encoded, Instrumented)):
        reason = value.reason if isinstance(value, Unknown) else "only a plan knows it"
        left_out.append(f"{path or 'a container'} ({reason})")
        if path in ("name", "image") and isinstance(value, Unknown) and value.text:
            return value.text
        return None
    if isinstance(value, dict):
        pairs = {
            key: known(item, left_out, f"{path}.{key}" if path else key)
            for key, item in value.items()
        }
        return {key: item for key, item in pairs.items() if item is not None}
    if isinstance(value, list):
        items = [known(item, left_out, path) for item in value]
        return [item for item in items if item is not None]
    return value
