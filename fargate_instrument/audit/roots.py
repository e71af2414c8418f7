"""Which folders below a path are Terraform's root modules; nothing is evaluated."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fargate_instrument.hcl import module, syntax
from fargate_instrument.hcl.files import NotAllowedError, is_folder, real
from fargate_instrument.hcl.syntax import NotReadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fargate_instrument.hcl.files import Files

LEFT_OUT = frozenset({
    ".git", ".hg", ".svn", ".terraform", ".terragrunt-cache", ".venv", ".tox",
    "node_modules", "__pycache__", "site-packages",
})  # fmt: skip
"""Folders of version control, of other people's packages and of tools."""

RESOURCES = frozenset({
    "aws_ecs_task_definition", "awscc_ecs_task_definition",
    "aws_ecs_express_gateway_service",
})  # fmt: skip
"""Kinds of resource that make containers run on ECS."""

OTHERS = {
    "terragrunt.hcl": "Terragrunt's files are not read; audit the plans it makes",
    ".tfstack.hcl": "stacks of HCP Terraform are not read; audit their plans",
    ".tfcomponent.hcl": "stacks of HCP Terraform are not read; audit their plans",
}
"""End of a file's name -> why what it deploys is not known."""

_WORDS = (b"module", b"ecs", b"cloudformation", b"\\u", b"\\U")


@dataclass
class Tree:
    """What stands below a folder.

    ``roots``: folders that are applied by themselves. ``maybe``: folders that others
    call, and that could be. ``unread``: path -> why it is not looked into.
    """

    roots: list[Path] = field(default_factory=list)
    maybe: list[Path] = field(default_factory=list)
    unread: dict[Path, str] = field(default_factory=dict)

    def not_listed(self, error: OSError) -> None:
        """Note a folder that cannot be listed."""
        self.unread[Path(str(error.filename))] = f"cannot be listed: {error.strerror}"


def walk(
    top: Path, failed: Callable[[OSError], None] | None = None
) -> Iterator[tuple[Path, list[str]]]:
    """Walk folders in order, without those that are left out and without links.

    ``failed``: told of each folder that cannot be listed.
    """
    for folder, inner, names in os.walk(top, onerror=failed):
        inner[:] = sorted(name for name in inner if name not in LEFT_OUT)
        yield Path(folder), sorted(names)


def tree(top: Path, files: Files, others: Iterable[Path] = ()) -> Tree:
    """Find the root modules at and below a folder. Raises BudgetError.

    ``others``: folders in which modules may be called, too.
    """
    found = Tree()
    folders: dict[Path, set[bytes]] = {}
    for folder, names in walk(top, found.not_listed):
        files.budget.check_time()
        _look(folder, names, found, files)
        if _has_configuration(names):
            folders[folder] = words(folder, files)
    called = _called({**_folders(others, top, files), **folders}, files)
    for folder, seen in folders.items():
        if seen:
            alone = real(folder) not in called or stands_alone(folder, files)
            (found.roots if alone else found.maybe).append(folder)
    return found


def _has_configuration(names: list[str]) -> bool:
    return any(n.endswith((*module.SUFFIXES, *module.JSON_SUFFIXES)) for n in names)


def _folders(others: Iterable[Path], top: Path, files: Files) -> dict[Path, set[bytes]]:
    return {
        folder: words(folder, files)
        for other in others
        if other != real(top)
        for folder, names in walk(other)
        if _has_configuration(names)
    }


def _look(folder: Path, names: list[str], found: Tree, files: Files) -> None:
    for name in names:
        for end, reason in OTHERS.items():
            if name == end or (end.startswith(".") and name.endswith(end)):
                found.unread[folder / name] = reason
    for name in os.listdir(folder):  # noqa: PTH208  (names are enough)
        path = folder / name
        is_link = name not in LEFT_OUT and path.is_symlink()
        if is_link and is_folder(path) and not files.allows(path):
            found.unread[path] = "it links to a folder outside what is audited"


def _called(folders: dict[Path, set[bytes]], files: Files) -> set[Path]:
    called: set[Path] = set()
    for folder, seen in folders.items():
        if not seen & {b"module", b"\\u", b"\\U"}:
            continue
        for block in module.read(folder, files).of("module"):
            text = syntax.literal(block.attributes.get("source"))
            if text and text.startswith("."):
                called.add(real(folder / text))
    return called


def words(folder: Path, files: Files) -> set[bytes]:
    """Tell without parsing whether a module may define tasks, or call one that does.

    What cannot be read may hold anything.
    """
    found: set[bytes] = set()
    try:
        for path in module.sources(folder):
            content = files.content(path)
            found |= {word for word in _WORDS if word in content}
    except (NotAllowedError, NotReadableError):
        return set(_WORDS)
    return found


def stands_alone(folder: Path, files: Files) -> bool:
    """Tell whether a module that others call shows that it is applied by itself."""
    read = module.read(folder, files)
    if folder in read.unread:
        return True
    names = set(module.names_of(folder)) | {p.name for p in folder.glob(".terraform*")}
    if any(name.endswith((".tfvars", ".tfvars.json")) for name in names):
        return True
    if names & {".terraform", ".terraform.lock.hcl"}:
        return True
    if next(read.of("provider"), None) is not None:
        return True
    for block in read.of("terraform"):
        if any(inner.kind in ("backend", "cloud") for inner in block.blocks):
            return True
    return all("default" in block.attributes for block in read.of("variable"))
