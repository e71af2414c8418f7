"""A folder of Terraform files as one module: its blocks and given values; unevaluated.

Override files, ``*.auto.tfvars`` and both syntaxes as Terraform takes them together.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fargate_instrument.hcl import bodies, json_syntax, parser
from fargate_instrument.hcl.files import Files, NotAllowedError, is_folder, real
from fargate_instrument.hcl.syntax import Block, Expression, NotReadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = (".tf", ".tofu")
JSON_SUFFIXES = (".tf.json", ".tofu.json")
GIVEN = ("terraform.tfvars", "terraform.tfvars.json")
AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")
_MERGED = frozenset({"data", "module", "output", "resource", "variable"})
"""Kinds of which Terraform merges an override into the block of the same labels."""


@dataclass(frozen=True, slots=True)
class Module:
    """The blocks of a module.

    ``values``: of variables, from the files Terraform loads by itself. ``unread``:
    file -> why it could not be read. ``twice``: what is defined more than once.
    """

    path: Path
    blocks: tuple[Block, ...]
    values: dict[str, Expression] = field(default_factory=dict)
    unread: dict[Path, str] = field(default_factory=dict)
    twice: frozenset[tuple[str, ...]] = frozenset()

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


def parse(text: str, path: Path) -> list[Block]:
    """Read a file's blocks. Raises NotReadableError."""
    try:
        if path.name.endswith(JSON_SUFFIXES):
            return json_syntax.parse(text, path)
        attributes, blocks = bodies.body(parser.Parser(text, str(path)), path)
    except RecursionError:
        raise _too_deep(str(path)) from None
    if attributes:
        name = next(iter(attributes))
        raise NotReadableError(f"{path} is not read: {name} stands outside a block")
    return list(blocks)


def assignments(text: str, path: str) -> dict[str, Expression]:
    """Read a file of ``name = value`` lines. Raises NotReadableError."""
    try:
        if path.endswith(".json"):
            return json_syntax.assignments(text, path)
        attributes, blocks = bodies.body(parser.Parser(text, path), None)
    except RecursionError:
        raise _too_deep(path) from None
    if blocks:
        raise NotReadableError(f"{path} is not read: it holds a block")
    return attributes


def _too_deep(path: str) -> NotReadableError:
    return NotReadableError(f"{path} is not read: it nests too deeply")


def names_of(folder: Path) -> list[str]:
    """List the names of the files in a folder that Terraform would load, sorted.

    Raises NotReadableError.
    """
    try:
        names = sorted(n for n in os.listdir(folder) if not is_folder(folder / n))  # noqa: PTH208
    except OSError as error:
        reason = f"it cannot be listed: {error.strerror}"
        raise NotReadableError(f"{folder} is not read: {reason}") from None
    return [name for name in names if not _is_left_out(name)]


def _is_left_out(name: str) -> bool:
    """Terraform leaves hidden files and those of editors alone."""
    return (
        (name.startswith((".", "#")) and name.endswith("#"))
        or name.startswith(".")
        or name.endswith("~")
    )


def sources(folder: Path) -> list[Path]:
    """List a folder's configuration files, overrides last. Raises NotReadableError."""
    found = [n for n in names_of(folder) if n.endswith((*SUFFIXES, *JSON_SUFFIXES))]
    plain = [n for n in found if not is_override(n)]
    return [folder / n for n in (*plain, *(n for n in found if is_override(n)))]


def is_override(name: str) -> bool:
    """Tell an override file by its name."""
    for suffix in (*JSON_SUFFIXES, *SUFFIXES):
        if name.endswith(suffix):
            stem = name.removesuffix(suffix)
            return stem == "override" or stem.endswith("_override")
    return False


def given(folder: Path) -> list[Path]:
    """List the files of values that Terraform loads by itself, the last one wins.

    Raises NotReadableError.
    """
    names = names_of(folder)
    found = [name for name in GIVEN if name in names]
    return [folder / n for n in (*found, *(n for n in names if n.endswith(AUTOMATIC)))]


def text_of(path: Path, files: Files) -> str:
    """Read a file's text. Raises NotReadableError, BudgetError.

    Bytes that are no UTF-8 stand for themselves, and are refused outside comments.
    """
    try:
        content = files.content(path)
    except NotAllowedError as reason:
        raise NotReadableError(f"{path} is not read: {reason}") from None
    return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def read(folder: Path, files: Files) -> Module:
    """Read a folder's files, once. Raises BudgetError."""
    place = real(folder)
    if place not in files.parsed:
        files.parsed[place] = _read(folder, files)
    found: Module = files.parsed[place]
    return found


def _read(folder: Path, files: Files) -> Module:
    try:
        written, value_files = sources(folder), given(folder)
    except NotReadableError as error:
        return Module(folder, (), unread={folder: str(error)})
    blocks: list[Block] = []
    unread: dict[Path, str] = {}
    overrides: list[Block] = []
    for path in written:
        try:
            found = parse(text_of(path, files), path)
        except NotReadableError as error:
            unread[path] = str(error)
            continue
        (overrides if is_override(path.name) else blocks).extend(found)
    twice = _twice(blocks)
    for block in overrides:
        if not _override(blocks, block):
            reason = f"{block.path} is not read: it overrides what is not there"
            unread[block.path or folder] = reason
    values: dict[str, Expression] = {}
    for path in value_files:
        values.update(_values_of(path, files, unread))
    return Module(folder, tuple(blocks), values, unread, twice)


def _values_of(
    path: Path, files: Files, unread: dict[Path, str]
) -> dict[str, Expression]:
    try:
        return assignments(text_of(path, files), str(path))
    except NotReadableError as error:
        unread[path] = str(error)
        return {}


def _twice(blocks: list[Block]) -> frozenset[tuple[str, ...]]:
    seen: set[tuple[str, ...]] = set()
    twice: set[tuple[str, ...]] = set()
    for block in blocks:
        names = [(block.kind, *block.labels)] if block.kind in _MERGED else []
        if block.kind == "locals":
            names = [("local", name) for name in block.attributes]
        for name in names:
            (twice if name in seen else seen).add(name)
    return frozenset(twice)


def _override(blocks: list[Block], over: Block) -> bool:
    """Merge an override into the block it is for; tell whether there is one."""
    if over.kind == "locals":
        return all(_override_local(blocks, over, name) for name in over.attributes)
    if over.kind not in _MERGED:
        blocks.append(over)
        return True
    for at, block in enumerate(blocks):
        if (block.kind, block.labels) == (over.kind, over.labels):
            kinds = {_nested(inner) for inner in over.blocks}
            kept = tuple(b for b in block.blocks if _nested(b) not in kinds)
            attributes = {**block.attributes, **over.attributes}
            for one, other in (("count", "for_each"), ("for_each", "count")):
                if one in over.attributes and other not in over.attributes:
                    attributes.pop(other, None)
            merged = (*kept, *over.blocks)
            blocks[at] = replace(block, attributes=attributes, blocks=merged)
            return True
    return False


def _nested(block: Block) -> str:
    return block.labels[0] if block.kind == "dynamic" and block.labels else block.kind


def _override_local(blocks: list[Block], over: Block, name: str) -> bool:
    for at, block in enumerate(blocks):
        if block.kind == "locals" and name in block.attributes:
            attributes = {**block.attributes, name: over.attributes[name]}
            blocks[at] = replace(block, attributes=attributes)
            return True
    return False
