"""Two JSON values -> what is different, as JSON Patch operations and in words.

Not a text diff. RFC 6902, with ``before`` added to what it takes away or replaces.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from fargate_instrument.core.jsontext import dump, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, TypeAlias

    Operation: TypeAlias = dict[str, Any]

_LONG = 100
NAMED_BY = ("name", "containerName", "sourceContainer", "containerPath")
"""Members by which a person knows an entry of a list."""


def operations(before: Any, after: Any, pointer: str = "") -> list[Operation]:
    """List the operations that turn ``before`` into ``after``, in order."""
    if same(before, after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        return list(_members(before, after, pointer))
    if isinstance(before, list) and isinstance(after, list) and _entries(before, after):
        return list(_items(before, after, pointer))
    return [{"op": "replace", "path": pointer, "before": before, "value": after}]


def _entries(before: list[Any], after: list[Any]) -> bool:
    """Tell whether lists are of objects; others are compared as one value."""
    return all(isinstance(item, dict) for item in (*before, *after))


def same(before: Any, after: Any) -> bool:
    """Tell whether two values are the same JSON, for which 1 is not true."""
    return dump(before) == dump(after)


def _members(
    before: dict[str, Any], after: dict[str, Any], pointer: str
) -> Iterator[Operation]:
    for key in sorted({*before, *after}):
        path = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
        if key not in after:
            yield {"op": "remove", "path": path, "before": before[key]}
        elif key not in before:
            yield {"op": "add", "path": path, "value": after[key]}
        else:
            yield from operations(before[key], after[key], path)


def _items(before: list[Any], after: list[Any], pointer: str) -> Iterator[Operation]:
    """Walk from the end, so that no operation moves the place of the next."""
    keys = [key(item) for item in before], [key(item) for item in after]
    matcher = SequenceMatcher(None, *keys, autojunk=False)
    for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if tag == "equal":
            for i, j in reversed(list(zip(range(i1, i2), range(j1, j2), strict=True))):
                yield from operations(before[i], after[j], f"{pointer}/{i}")
            continue
        for i in reversed(range(i1, i2)):
            yield {"op": "remove", "path": f"{pointer}/{i}", "before": before[i]}
        for j in range(j1, j2):
            path = f"{pointer}/{i1 + j - j1}"
            yield {"op": "add", "path": path, "value": after[j]}


def key(item: Any) -> str:
    """Say which items of two lists are the same thing, perhaps changed."""
    if isinstance(item, dict):
        for member in NAMED_BY:
            if isinstance(item.get(member), str):
                return f"{member}={item[member]}"
    return dump(item)


def address(pointer: str) -> str:
    """Write a JSON pointer as the program's messages write addresses."""
    made = ""
    for part in pointer.split("/")[1:]:
        step = part.replace("~1", "/").replace("~0", "~")
        made = (
            place(made, int(step)) if step.isdecimal() and made else place(made, step)
        )
    return made


def sentences(before: Any, after: Any) -> list[str]:
    """Say the differences in words, one line each."""
    return [sentence(operation) for operation in operations(before, after)]


def sentence(operation: Operation) -> str:
    """Say one operation in words."""
    where = address(operation["path"])
    match operation["op"]:
        case "add":
            return f"{where}: + {_short(operation['value'])}"
        case "remove":
            return f"{where}: - {_short(operation['before'])}"
        case _:
            old, new = operation["before"], operation["value"]
            return f"{where}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        return "; ".join(map(_short, value))
    if isinstance(value, dict):
        for key, other in (("name", "value"), ("name", "valueFrom")):
            if set(value) == {key, other}:
                return f"{value[key]} = {value[other]}"
    text = dump(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."


def blame(
    chain: Sequence[Sequence[str]], names: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Say at which step each line came and went, through a chain of texts.

    ``names``: of the steps between one text and the next. Gives the step that took
    each line of the first text out, and the one that brought each line of the last;
    an empty text for a line that stayed.
    """
    gone, came = [""] * len(chain[0]), [""] * len(chain[0])
    origin: list[int | None] = list(range(len(chain[0])))
    for name, before, after in zip(names, chain[:-1], chain[1:], strict=True):
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        new_came = [name] * len(after)
        kept: list[int | None] = [None] * len(after)
        for i, j, size in matcher.get_matching_blocks():
            new_came[j : j + size] = came[i : i + size]
            kept[j : j + size] = origin[i : i + size]
        for first in {*origin} - {*kept, None}:
            gone[first] = name  # type: ignore[index]  # None is taken out
        came, origin = new_came, kept
    return gone, came
