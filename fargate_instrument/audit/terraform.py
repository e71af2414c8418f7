"""Task definitions in Terraform folders, read without Terraform; nothing is run.

Modules on disk are followed with the values they are given. What would need a plan is
said to be unknown, with the reason; what an instrumentation will write is said so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from fargate_instrument.audit import hcl, template
from fargate_instrument.audit.definition import Definition, Place, canonical
from fargate_instrument.audit.folder import SUBJECT, SUFFIXES, Module, may_define, roots
from fargate_instrument.audit.instance import Instance, instances
from fargate_instrument.audit.unknown import Encoded, Instrumented, Unknown, origins
from fargate_instrument.core.errors import Failure, fail
from fargate_instrument.core.request import PLATFORM_FACTS, TASK_FACTS
from fargate_instrument.core.rules import whole_task

MEMBER = "container_definitions"
_CONTAINERS = frozenset({MEMBER, "container_definition", "containers", "definition"})


class Found(NamedTuple):
    """One task definition of a Terraform folder, for those who only need its content.

    ``where``: file, line and address. ``containers``: canonical, members left out
    that only Terraform knows; or None. ``task``: as the rules take it. ``reason``: why
    there are no containers, or which parts are left out; ``""`` if all is known.
    """

    where: str
    containers: list[dict[str, Any]] | None
    task: dict[str, Any]
    reason: str


def task_definitions(path: str | Path) -> list[Found]:
    """Read the task definitions of a folder, of those below it, or of one file.

    :raises Failure: there is no such file or folder.
    """
    found = []
    for one in definitions(path):
        where = f"{one.place}: {one.name}" if one.place else one.name
        if isinstance(one.containers, list):
            left_out: list[str] = []
            known = [_known(c, left_out) for c in one.containers]
            sound = [item for item in known if isinstance(item, dict)]
            reason = f"partly read: {'; '.join(left_out)}" if left_out else ""
            found.append(Found(where, sound, one.task, reason))
        elif one.containers is not None:
            reason = f"{one.containers.by} writes its containers at plan time"
            found.append(Found(where, None, one.task, reason))
        else:
            found.append(Found(where, None, one.task, one.reason))
    return found


def definitions(path: str | Path) -> list[Definition]:
    """Read every task definition of a folder, of those below it, or of one file.

    :raises Failure: there is no such file or folder.
    """
    return read(path)[0]


def read(path: str | Path) -> tuple[list[Definition], set[Path]]:
    """Give the task definitions, and the files that they were read from by ``file()``.

    :raises Failure: there is no such file or folder.
    """
    top = Path(path)
    if top.is_file() and top.name.endswith(SUFFIXES):
        instance = Instance.root(top.parent)
        found = _of_instance(instance, None)
        own = [one for one in found if one.place and one.place.path == str(top)]
        return own, instance.files
    if not top.is_dir():
        raise fail(str(path), "is no Terraform file and no folder")
    found, files = [], set()
    for root in roots(top):
        if may_define(root):
            instance = Instance.root(root)
            found += _of_instance(instance, None)
            files |= instance.files
    return found, files


def _of_instance(instance: Instance, call: Place | None) -> list[Definition]:
    module = instance.module
    found = list(_unread(module, call))
    for block in module.of("resource", SUBJECT):
        place = call or Place(str(block.path), block.line)
        for suffix, reader in instances(block, instance.reader):
            address = f"{instance.address}{SUBJECT}.{block.labels[1]}{suffix}"
            found.append(_definition(block, reader, address, place, call is None))
    for block in module.of("module"):
        place = call or Place(str(block.path), block.line)
        for child in instance.children(block):
            if isinstance(child, Instance):
                found += _of_instance(child, place)
            else:
                found += _given_away(block, child, place)
    return found


def _unread(module: Module, call: Place | None) -> list[Definition]:
    return [
        Definition(
            path.name, "terraform", str(path), None, place=call or Place(str(path)),
            reason=reason,
        )
        for path, reason in module.unread.items()
    ]  # fmt: skip


def _definition(
    block: hcl.Block, reader: Any, address: str, place: Place, own: bool
) -> Definition:
    expression = block.attributes.get(MEMBER)
    task, family = _task(block, reader)
    lines: tuple[int, ...] = ()
    if expression is None:
        value: Any = Unknown("it has no container_definitions")
    else:
        value = reader.read(expression)
        if own:
            place = Place(place.path, expression.line)
            lines = hcl.item_lines(expression)
    containers, reason = read_containers(value)
    return Definition(
        address, "terraform", f"{place.path}: {address}", containers, task, family,
        place, lines, (), reason,
    )  # fmt: skip


def read_containers(value: Any) -> tuple[list[Any] | Instrumented | None, str]:
    """Bring a value of ``container_definitions`` to containers, or give the reason."""
    if isinstance(value, Instrumented):
        return value, ""
    if isinstance(value, Unknown) and value.origin and not value.parts:
        return value.origin, ""
    try:
        read = template.decoded(value)
    except Failure as failure:
        return None, f"its container definitions {failure.problems[0].message}"
    if isinstance(read, Unknown):
        return (read.origin, "") if read.origin else (None, read.reason)
    if isinstance(read, dict):
        inner = [v for k, v in read.items() if k.lower() == "containerdefinitions"]
        read = inner[0] if inner else read
    if not isinstance(read, list):
        return None, "its container definitions are no list"
    made = origins(read)
    unknown = [item for item in read if not isinstance(item, dict)]
    if made and len(unknown) == len(read):
        return made.pop(), ""
    return canonical(read), ""


def _given_away(block: hcl.Block, reader: Any, place: Place) -> list[Definition]:
    """Judge what is handed to a module that is not on disk."""
    found = []
    for name, expression in block.attributes.items():
        if name not in _CONTAINERS:
            continue
        containers, reason = read_containers(reader.read(expression))
        if isinstance(containers, list) and not all(
            isinstance(item, dict) and "image" in item for item in containers
        ):
            containers, reason = None, "its module is not on disk"
        address = f"{reader.names.address}module.{block.labels[0]}"
        where = Place(place.path, expression.line)
        found.append(
            Definition(
                address, "terraform", f"{place.path}: {address}", containers,
                place=where, lines=hcl.item_lines(expression), reason=reason,
            )
        )  # fmt: skip
    return found


def _task(block: hcl.Block, reader: Any) -> tuple[dict[str, Any], str]:
    """Give the task facts of a resource under ECS's names, and its family."""
    known: dict[str, Any] = {}
    unknown: set[str] = set()
    for key, name in TASK_FACTS.items():
        expression = block.attributes.get(key)
        value = reader.read(expression) if expression else None
        if isinstance(value, (Unknown, Instrumented, Encoded)) or origins(value):
            unknown.add(name)
        elif value not in (None, "", []):
            texts = key in ("cpu", "memory")
            known[name] = template.as_text(value) if texts else value
    volumes = []
    for inner in block.blocks:
        if inner.kind == "dynamic":
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


def _volume(block: hcl.Block, reader: Any, unknown: set[str]) -> dict[str, Any]:
    expression = block.attributes.get("name")
    name = reader.read(expression) if expression else None
    if not isinstance(name, str):
        unknown.add("volumes")
    return {"name": name}


def _platform(
    block: hcl.Block, reader: Any, known: dict[str, Any], unknown: set[str]
) -> None:
    platform = {}
    for key, name in PLATFORM_FACTS.items():
        expression = block.attributes.get(key)
        value = reader.read(expression) if expression else None
        if isinstance(value, str):
            platform[name] = value
        elif value is not None:
            unknown.add("runtimePlatform")
    if platform:
        known["runtimePlatform"] = platform


def _known(value: Any, left_out: list[str], path: str = "") -> Any:
    """Take out what is not known; a name or image keeps its template's text."""
    if isinstance(value, (Unknown, Encoded, Instrumented)):
        reason = value.reason if isinstance(value, Unknown) else "only a plan knows it"
        left_out.append(f"{path or 'a container'} ({reason})")
        if path in ("name", "image") and isinstance(value, Unknown) and value.text:
            return value.text
        return None
    if isinstance(value, dict):
        pairs = {
            key: _known(item, left_out, f"{path}.{key}" if path else key)
            for key, item in value.items()
        }
        return {key: item for key, item in pairs.items() if item is not None}
    if isinstance(value, list):
        items = [_known(item, left_out, path) for item in value]
        return [item for item in items if item is not None]
    return value
