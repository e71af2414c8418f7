"""``count`` and ``for_each``: how often a block is there, and with which names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import kinds, loops, numbers
from fargate_instrument.hcl.values import (
    BudgetError,
    Lazy,
    Object,
    Tuple,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fargate_instrument.hcl.evaluate import Reader
    from fargate_instrument.hcl.syntax import Block

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Each:
    """One instance of a block, or one that stands for any, where they are not known.

    ``suffix``: of its address. ``none``: it is not made with the values that are known.
    """

    suffix: str
    reader: Reader
    none: bool = False

    @classmethod
    def of(cls, block: Block, reader: Reader) -> Iterator[Each]:
        """Give every instance of a block."""
        if "count" in block.attributes:
            yield from _counted(block, reader)
        elif "for_each" in block.attributes:
            yield from _each(block, reader)
        else:
            yield cls("", reader)


def _counted(block: Block, reader: Reader) -> Iterator[Each]:
    number = _count(reader.read(block.attributes["count"]))
    if number is None:
        yield Each("[0]", _any_count(reader))
        return
    for index in range(number):
        yield Each(f"[{index}]", reader.within(count=Object({"index": index})))
    if not number:
        yield Each("[0]", _any_count(reader), none=True)


def _count(value: Any) -> int | None:
    """Take a value as a count; None if it is not known, or no such number."""
    number = numbers.parsed(value) if isinstance(value, str) else value
    if not isinstance(number, int) or not numbers.is_number(number) or number < 0:
        return None
    if number > MOST:
        raise BudgetError(f"a block would be there more than {MOST} times")
    return number


def _any_count(reader: Reader) -> Reader:
    unknown = Unknown("it depends on count.index", "${count.index}")
    return reader.within(count=Object({"index": unknown}))


def _each(block: Block, reader: Reader) -> Iterator[Each]:
    each = reader.read(block.attributes["for_each"])
    if not isinstance(each, (dict, *kinds.SEQUENCES)):
        yield Each("[each.key]", any_each(reader))
        return
    pairs = loops.pairs(each)
    if len(pairs) > MOST:
        raise BudgetError(f"a block would be there more than {MOST} times")
    for key, value in pairs:
        name = value if isinstance(each, kinds.SEQUENCES) else key
        if isinstance(name, str):
            inner = reader.within(each=Object({"key": name, "value": value}))
            yield Each(f"[{json.dumps(name, ensure_ascii=False)}]", inner)
        else:
            yield Each("[each.key]", any_each(reader))
    if not pairs:
        yield Each("[each.key]", any_each(reader), none=True)


def any_each(reader: Reader) -> Reader:
    """Read with an instance of which neither key nor value is known."""
    key = Unknown("it depends on each.key", "${each.key}")
    value = Unknown("it depends on each.value", "${each.value}")
    return reader.within(each=Object({"key": key, "value": value}))


def made_of(block: Block, reader: Reader, make: Callable[[Reader], Any]) -> Any:
    """Give what a reference to a block means: one, a list of them, or an object."""
    if "count" in block.attributes:
        given = reader.read(block.attributes["count"])
        number = _count(given)
        if number is None:
            return Unknown(given.reason if isinstance(given, Unknown) else "no count")
        return Tuple(
            make(reader.within(count=Object({"index": index})))
            for index in range(number)
        )
    if "for_each" in block.attributes:
        return _object_of(reader.read(block.attributes["for_each"]), reader, make)
    return make(reader)


def _object_of(each: Any, reader: Reader, make: Callable[[Reader], Any]) -> Any:
    if isinstance(each, Unknown) or getattr(each, "loose", False):
        return Unknown(each.reason if isinstance(each, Unknown) else "not all is known")
    members: dict[str, Any] = {}
    for key, value in loops.pairs(each):
        name = value if isinstance(each, kinds.SEQUENCES) else key
        if not isinstance(name, str):
            return Unknown("one of its keys is not known")
        members[name] = make(reader.within(each=Object({"key": name, "value": value})))
    return Object(members)


def outputs_of(child: Any) -> Any:
    """Give the outputs of a module's instance, computed when they are asked for."""
    module = getattr(child, "module", None)
    if module is None:
        return child
    return Lazy({
        block.labels[0]: partial(child.output, block) for block in module.of("output")
    })  # fmt: skip
