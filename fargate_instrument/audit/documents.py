"""Task definitions in JSON files, in the three forms that ECS users write; no HCL."""

from __future__ import annotations

import json
import re
from typing import Any

from fargate_instrument.audit import plan
from fargate_instrument.audit.definition import Definition, Place, canonical
from fargate_instrument.core import ecs, jsontext
from fargate_instrument.core.errors import fail
from fargate_instrument.core.rules import whole_task

FORMS = (
    "give a list of container definitions, a task definition, what"
    " aws ecs describe-task-definition prints, or a plan as terraform show -json"
    " writes it"
)
_KEY = re.compile(r'"containerdefinitions"\s*:\s*\[', re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BETWEEN = re.compile(r"[\s,]*")


def definitions(content: bytes, path: str) -> list[Definition]:
    """Read a JSON file.

    :raises Failure: it is no JSON, or holds no task definition.
    """
    found = attempt(content, path)
    if found is None:
        raise fail(path, "holds no task definition", FORMS)
    return found


def attempt(content: bytes, path: str) -> list[Definition] | None:
    """Read a JSON file that may hold something else; then give None.

    :raises Failure: it is no JSON.
    """
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError:
        raise fail(path, "is not UTF-8 text", FORMS) from None
    value = jsontext.parse(text, path)
    if plan.is_plan(value):
        return plan.definitions(value, path)
    whole = _whole(value)
    if whole is not None:
        return [_definition(whole, text, path, is_list=False)]
    if _is_list(value):
        return [_definition({"containerDefinitions": value}, text, path, is_list=True)]
    return None


def _encoding(content: bytes) -> str:
    """Take UTF-16 by its mark; PowerShell writes it."""
    return "utf-16" if content[:2] in _UTF_16 else "utf-8-sig"


def may_hold(content: bytes) -> bool:
    """Tell cheaply whether a file can hold a task definition at all."""
    if content[:2] in _UTF_16:
        content = content.replace(b"\0", b"")[2:]
    lower = content.lower()
    return (
        b"containerdefinitions" in lower
        or b"container_definitions" in lower
        or (b'"image"' in lower and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[")
    )


def _whole(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    whole: dict[str, Any] = value
    for key, item in value.items():
        if key.lower() == "taskdefinition" and isinstance(item, dict):
            whole = item
            break
    for key, item in whole.items():
        if key.lower() == "containerdefinitions" and isinstance(item, list):
            return whole
    return None


def _is_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(item, dict) and {"name", "image"} <= {k.lower() for k in item}
            for item in value
        )
    )


def _definition(
    value: dict[str, Any], text: str, path: str, *, is_list: bool
) -> Definition:
    task = ecs.recase(value, "TaskDefinition", path, [])
    containers = task.pop("containerDefinitions")
    family = task.get("family")
    family = family if isinstance(family, str) else ""
    revision = task.get("revision")
    name = f"{family}:{revision}" if family and revision is not None else family
    lines = lines_of(text)
    return Definition(
        name or path,
        "json",
        path,
        canonical(containers),
        {} if is_list else whole_task(task),
        family,
        Place(path, lines[0] if lines else 1),
        lines,
    )


def lines_of(text: str) -> tuple[int, ...]:
    """Give the line on which each container definition of a JSON text begins."""
    key = _KEY.search(text)
    start = key.end() if key else text.find("[") + 1
    decoder = json.JSONDecoder()
    lines: list[int] = []
    line, counted = 1, 0
    while True:
        between = _BETWEEN.match(text, start)
        start = between.end() if between else start
        if text[start : start + 1] != "{":
            return tuple(lines)
        line += text.count("\n", counted, start)
        counted = start
        lines.append(line)
        try:
            _, start = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError):
            return tuple(lines)
