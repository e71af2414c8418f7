"""Task definitions in Terraform folders, read without Terraform; nothing is run.

Modules on disk are followed with the values they are given. What would need a plan is
said to be unknown, with the reason; what an instrumentation will write is said so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fargate_instrument.audit import roots, task
from fargate_instrument.audit.tooling import Tooling
from fargate_instrument.audit.walk import Reading, Walk, not_read
from fargate_instrument.core.errors import fail
from fargate_instrument.hcl import module as modules
from fargate_instrument.hcl.budget import Budget
from fargate_instrument.hcl.files import Files, real
from fargate_instrument.hcl.instance import Instance
from fargate_instrument.hcl.values import BudgetError
from fargate_instrument.hcl.world import World, downloaded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fargate_instrument.audit.definition import Definition


_NO_LAW = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


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


@dataclass
class Settings:
    """How Terraform's text is to be read.

    ``given``: values of root modules' variables. ``certain``: defaults of the others
    hold. ``trusted``: patterns of sources that are this project's. ``downloaded``: what
    ``terraform init`` left below ``.terraform`` is what it downloaded.
    """

    given: dict[str, Any] = field(default_factory=dict)
    certain: bool = False
    trusted: tuple[str, ...] = ()
    downloaded: bool = False
    budget: Budget = field(default_factory=Budget)


def task_definitions(path: str | Path) -> list[Found]:
    """Read the task definitions of a folder, of those below it, or of one file.

    :raises Failure: there is no such file or folder.
    """
    return [_found(one) for one in definitions(path) if not one.absent]


def _found(one: Definition) -> Found:
    where = f"{one.place}: {one.name}" if one.place else one.name
    if isinstance(one.containers, list):
        left_out: list[str] = []
        known = [task.known(c, left_out) for c in one.containers]
        sound = [item for item in known if isinstance(item, dict)]
        reason = f"partly read: {'; '.join(left_out)}" if left_out else ""
        return Found(where, sound, one.task, reason)
    if one.containers is not None:
        reason = f"{one.containers.by} writes its containers at plan time"
        return Found(where, None, one.task, reason)
    return Found(where, None, one.task, one.reason)


def definitions(path: str | Path) -> list[Definition]:
    """Read every task definition of a folder, of those below it, or of one file.

    :raises Failure: there is no such file or folder.
    """
    return read(path).definitions


def read(
    path: str | Path, settings: Settings | None = None, tops: Iterable[Path] = ()
) -> Reading:
    """Read every task definition of a folder, of those below it, or of one file.

    ``tops``: folders that may be read besides. Over a budget, what is left has a
    definition that says it was not read.

    :raises Failure: there is no such file or folder.
    """
    settings = settings or Settings()
    top = Path(path)
    is_file = top.name.endswith((*modules.SUFFIXES, *modules.JSON_SUFFIXES))
    if not top.is_dir() and not (is_file and top.is_file()):
        raise fail(str(path), "is no Terraform file and no folder")
    folder = top.parent if is_file else top
    allowed = tuple(map(real, (folder, *tops)))
    files = Files(allowed, settings.budget)
    made = Reading()
    if is_file:
        made.definitions += _of_root(folder, files, settings, made)
        made.definitions = [one for one in made.definitions if _is_in(one, top)]
        return made
    try:
        tree = roots.tree(folder, files, allowed[1:])
    except BudgetError as over:
        made.definitions.append(not_read(folder.name or str(folder), folder, str(over)))
        return made
    for place, reason in tree.unread.items():
        made.definitions.append(not_read(place.name, place, reason))
    for root in tree.roots:
        made.definitions += _of_root(root, files, settings, made)
    for root in tree.maybe:
        found = _of_root(root, files, settings, made)
        made.definitions += [replace(one, secondary=True) for one in found]
    return made


def _is_in(one: Definition, file: Path) -> bool:
    return one.unread or (one.place is not None and one.place.path == str(file))


def _of_root(
    root: Path, files: Files, settings: Settings, reading: Reading
) -> list[Definition]:
    """Read a root module with its defaults, and again without what may change."""
    settings.budget.fresh()
    sure = _of_world(root, files, settings, reading, certain=True)
    if settings.certain or not _has_defaults(root, files, settings):
        return sure
    open_ = _of_world(root, files, settings, reading, certain=False)
    others = {one.name: one for one in open_}
    made = [
        one if one.absent else replace(one, otherwise=others.pop(one.name, None))
        for one in sure
    ]
    return made + [one for one in others.values() if not one.absent]


def _has_defaults(root: Path, files: Files, settings: Settings) -> bool:
    try:
        module = modules.read(root, files)
    except BudgetError:
        return False
    return any(
        "default" in block.attributes
        and block.labels
        and block.labels[0] not in {*module.values, *settings.given}
        for block in module.of("variable")
    )


def _of_world(
    root: Path, files: Files, settings: Settings, reading: Reading, *, certain: bool
) -> list[Definition]:
    found: list[Definition] = []
    try:
        world = World(
            root, files, settings.budget, Tooling(settings.trusted), settings.given,
            certain,
            downloaded(root, files) if settings.downloaded else {},
            "default" if settings.certain else "",
        )  # fmt: skip
        top = Instance(modules.read(root, files), world)
        found += Walk(top, None, reading).found()
    except (BudgetError, RecursionError) as over:
        reason = str(over) if isinstance(over, BudgetError) else "it nests too deeply"
        found.append(not_read(root.name or str(root), root, reason))
    except _NO_LAW:
        # No law is known to lead here; a gate must say what it knows all the same.
        reason = "it is beyond what is read here"
        found.append(not_read(root.name or str(root), root, reason))
    return found
