"""A folder of Terraform files as one module: its blocks and given values; unevaluated.

Also which folders below a path are root modules: those that none of the others calls.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import hcl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fargate_instrument.audit.hcl import Block, Expression

SUFFIXES = (".tf", ".tofu")
JSON_SUFFIXES = (".tf.json", ".tofu.json")
_CALL = re.compile(r'^\s*(?:"module"|module\b)', re.MULTILINE)
GIVEN_JSON = "terraform.tfvars.json"
LEFT_OUT = frozenset({"node_modules", "__pycache__", "site-packages"})
SUBJECT = "aws_ecs_task_definition"
LARGEST_FILE = 4 << 20


@dataclass(frozen=True, slots=True)
class Module:
    """The blocks of a module.

    ``values``: of variables, from the files Terraform loads by itself. ``unread``:
    file -> why it could not be read, where it speaks of task definitions.
    """

    path: Path
    blocks: tuple[Block, ...]
    values: dict[str, Expression]
    json_values: dict[str, Any]
    unread: dict[Path, str]

    def of(self, kind: str, *labels: str) -> Iterator[Block]:
        """Give the blocks of one kind, whose labels begin so."""
        for block in self.blocks:
            if block.kind == kind and block.labels[: len(labels)] == labels:
                yield block

    def locals(self) -> dict[str, Expression]:
        """Give every local value."""
        return {
            k: v for block in self.of("locals") for k, v in block.attributes.items()
        }


def read(folder: Path) -> Module:
    """Read a folder's files, once as long as they stay as they are."""
    files = _files(folder)
    stats = [path.stat() for path in files]
    return _read(folder, tuple(files), tuple((s.st_mtime_ns, s.st_size) for s in stats))


@lru_cache(maxsize=256)
def _read(folder: Path, files: tuple[Path, ...], _: object) -> Module:
    blocks: list[Block] = []
    unread: dict[Path, str] = {}
    values: dict[str, Expression] = {}
    json_values: dict[str, Any] = {}
    for path in files:
        name = path.name
        if name.endswith(SUFFIXES):
            blocks += _blocks(path, unread)
        elif name.endswith(JSON_SUFFIXES):
            if SUBJECT in _text(path):
                unread[path] = "Terraform's JSON syntax is not read"
        elif name.endswith(".json"):
            json_values.update(_json(path))
        else:
            values.update(_assignments(path))
    return Module(folder, tuple(blocks), values, json_values, unread)


def may_define(folder: Path) -> bool:
    """Tell without parsing whether a module may define tasks, or call one that does."""
    texts = [_text(path) for path in _files(folder) if "tfvars" not in path.name]
    return any(SUBJECT in text or _CALL.search(text) for text in texts)


def roots(top: Path) -> list[Path]:
    """Find the root modules at and below a folder, in order."""
    folders = list(_with_terraform(top))
    called: set[Path] = set()
    for folder in folders if len(folders) > 1 else ():
        if not may_call(folder):
            continue
        for block in read(folder).of("module"):
            source = block.attributes.get("source")
            text = hcl.literal(source) if source else None
            if text and text.startswith("."):
                called.add((folder / text).resolve())
    found = [folder for folder in folders if folder.resolve() not in called]
    return found or folders


def may_call(folder: Path) -> bool:
    """Tell without parsing whether a folder calls modules."""
    return any(_CALL.search(_text(path)) for path in _files(folder))


def walk(top: Path) -> Iterator[tuple[Path, list[str]]]:
    """Walk folders in order, without hidden ones and other people's packages."""
    for folder, inner, names in os.walk(top):
        inner[:] = sorted(
            name for name in inner if name not in LEFT_OUT and not name.startswith(".")
        )
        yield Path(folder), sorted(names)


def _with_terraform(top: Path) -> Iterator[Path]:
    for folder, names in walk(top):
        if any(name.endswith((*SUFFIXES, *JSON_SUFFIXES)) for name in names):
            yield folder


def _files(folder: Path) -> list[Path]:
    """Give the files Terraform reads, values in the order in which they count."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    given = [
        name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names
    ]
    automatic = [n for n in names if n.endswith((".auto.tfvars", ".auto.tfvars.json"))]
    sources = [n for n in names if n.endswith((*SUFFIXES, *JSON_SUFFIXES))]
    return [folder / name for name in (*sources, *given, *automatic)]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            return ""
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""


def _blocks(path: Path, unread: dict[Path, str]) -> list[Block]:
    text = _text(path)
    try:
        return hcl.parse(text, path)
    except hcl.NotReadableError as error:
        if SUBJECT in text or "container_definitions" in text:
            unread[path] = str(error)
        return []


def _assignments(path: Path) -> dict[str, Expression]:
    try:
        return hcl.assignments(_text(path), str(path))
    except hcl.NotReadableError:
        return {}


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_text(path))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
