"""Through one instance of a module and those it calls, to their task definitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import containers, foreign, roots, stacks, task
from fargate_instrument.audit.definition import Definition, Place
from fargate_instrument.hcl import syntax
from fargate_instrument.hcl.budget import INSTANCE
from fargate_instrument.hcl.instance import Instance
from fargate_instrument.hcl.instances import Each
from fargate_instrument.hcl.values import Unknown
from fargate_instrument.hcl.world import Call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fargate_instrument.hcl.syntax import Block

MEMBER = "container_definitions"
SUBJECT = "aws_ecs_task_definition"


@dataclass
class Reading:
    """Everything that was read: the definitions, and the files they rest on."""

    definitions: list[Definition] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)


def not_read(name: str, path: Path, reason: str) -> Definition:
    """Stand for what could not be read."""
    return Definition(
        name, "terraform", str(path), None, place=Place(str(path)), reason=reason,
        unread=True,
    )  # fmt: skip


@dataclass
class Walk:
    """Goes through one instance of a module and those it calls.

    ``call``: where the outermost call stands, None in the root module. ``absent``: why
    all of it is not created.
    """

    instance: Instance
    call: Place | None
    reading: Reading
    absent: str = ""

    def found(self) -> Iterator[Definition]:
        """Give every task definition."""
        module = self.instance.module
        for path, reason in module.unread.items():
            yield not_read(path.name, path, reason)
        for block in module.of("resource"):
            if block.labels and (
                block.labels[0] in roots.RESOURCES or self._is_stack(block)
            ):
                yield from self._of_resource(block)
        for block in module.of("module"):
            if block.labels:
                yield from self._of_call(block)

    def _is_stack(self, block: Block) -> bool:
        """Tell whether it is a stack of CloudFormation that may define tasks."""
        if block.labels[0] not in stacks.KINDS:
            return False
        expression = block.attributes.get("template_body")
        if expression is None:
            return True
        body = self.instance.reader.read(expression)
        return stacks.may_define_tasks(body, expression.source(expression.tree))

    def _place(self, block: Block) -> Place:
        return self.call or Place(str(block.path), block.line)

    def _of_resource(self, block: Block) -> Iterator[Definition]:
        names = ".".join(block.labels[:2])
        for each in Each.of(block, self.instance.reader):
            self.instance.budget.spend(INSTANCE)
            address = f"{self.instance.address}{names}{each.suffix}"
            yield self._marked(self._definition(block, each, address), each)

    def _marked(self, one: Definition, each: Each) -> Definition:
        if each.none or self.absent:
            reason = self.absent or "it is not created with these values"
            return replace(one, absent=reason)
        return one

    def _definition(self, block: Block, each: Each, address: str) -> Definition:
        place = self._place(block)
        lines: tuple[int, ...] = ()
        expression = block.attributes.get(MEMBER)
        facts, family = task.facts(block, each.reader)
        if block.labels[0] != SUBJECT:
            value: Any = Unknown(f"{block.labels[0]} is not read; audit the plan")
        elif expression is None:
            value = Unknown("it has no container_definitions")
        else:
            value = each.reader.read(expression)
            if self.call is None:
                place = Place(place.path, expression.line)
                lines = syntax.item_lines(expression)
        if value is not None and _ignores(block):
            value = Unknown("changes to its container_definitions are ignored")
        found, reason = containers.read(value)
        self.reading.files |= self.instance.files.seen
        return Definition(
            address, "terraform", f"{place.path}: {address}", found, facts, family,
            place, lines, (), reason,
        )  # fmt: skip

    def _of_call(self, block: Block) -> Iterator[Definition]:
        place = self._place(block)
        for each, child in self.instance.children(block):
            self.instance.budget.spend(INSTANCE)
            absent = self.absent
            if each.none:
                absent = absent or "its module is not called with these values"
            if isinstance(child, Instance):
                yield from Walk(child, place, self.reading, absent).found()
                continue
            if not absent:
                yield from self._given_away(block, each, child, place)

    def _given_away(
        self, block: Block, each: Each, child: Any, place: Place
    ) -> Iterator[Definition]:
        """Judge what is handed to a module that is not read."""
        name = f"module.{block.labels[0]}{each.suffix}"
        by = f"{self.instance.address}{name}"
        source = syntax.literal(block.attributes.get("source"))
        call = Call(block, source, by, each.reader, self.instance)
        if isinstance(child, Unknown):
            given: list[tuple[str, Any]] = [(by, Unknown(child.reason))]
        else:
            given = foreign.definitions(call) or []
        for address, value in given:
            found, reason = containers.read(value)
            expression = block.attributes.get(MEMBER)
            line = expression.line if expression and self.call is None else 0
            where = Place(place.path, line or place.line)
            yield Definition(
                address, "terraform", f"{where.path}: {address}", found, place=where,
                reason=reason,
            )  # fmt: skip


def _ignores(block: Block) -> bool:
    """Tell whether what runs may differ from what is written here."""
    for inner in block.blocks:
        expression = inner.attributes.get("ignore_changes")
        if inner.kind != "lifecycle" or expression is None:
            continue
        names = expression.text[expression.tree.start : expression.tree.end]
        if MEMBER in names or names.strip() in ("all", '["all"]'):
            return True
    return False
