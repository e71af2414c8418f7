"""The baseline: what was wrong when a team began, which is reported and does not fail.

What could not be read is never in it: nobody knows what stands there now. What cannot
be told is in it with its reason, so that another reason is new.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import Failure, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fargate_instrument.audit.report import Row

FORM = 1
TAKEN = frozenset({"cannot-tell", "not-instrumented", "other-agent", "sidecar-missing"})
"""Rules whose breaches may stand in a baseline."""
_FIX = "write it with --write-baseline"
_MEMBERS = ("task_definition", "container", "rule", "reason")

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a baseline file holds, each as often as it stood there."""

    keys: tuple[Key, ...]
    path: str

    def held_against(self, rows: Iterable[Row]) -> tuple[list[Row], list[str]]:
        """Give the rows, those that are known marked; and what is gone, in words."""
        left = Counter(self.keys)
        made = []
        for row in rows:
            key = key_of(row)
            if row.fails and left[key] > 0:
                left[key] -= 1
                made.append(replace(row, known=True))
            else:
                made.append(row)
        gone = [key for key in dict.fromkeys(self.keys) if left[key] > 0]
        return made, [
            f"{key[0]}, {key[1] or 'whole'}: {key[2]} is gone" for key in gone
        ]


def key_of(row: Row) -> Key:
    """Name what is wrong in a way that outlives another line and the next revision."""
    one = row.definition
    address = one.address
    if one.source == "account":
        address = address.rpartition(":")[0] or address
    reason = row.message if row.rule == "cannot-tell" else ""
    return address, row.container, row.rule, reason


def written(rows: Iterable[Row]) -> str:
    """Write a baseline of everything that fails and may stand in one."""
    keys = sorted(key_of(row) for row in rows if row.fails and row.rule in TAKEN)
    value = {
        "form": FORM,
        "baseline": [dict(zip(_MEMBERS, key, strict=True)) for key in keys],
    }
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"


def read(content: bytes, path: str) -> Baseline:
    """Read a baseline. Raises Failure."""
    try:
        value = jsontext.parse(content.decode("utf-8-sig"), path, "request")
    except UnicodeDecodeError:
        raise Failure([Problem(path, "is not UTF-8 text", (_FIX,))]) from None
    entries = value.get("baseline") if isinstance(value, dict) else None
    if not isinstance(entries, list) or value.get("form") != FORM:
        raise Failure([Problem(path, "is no baseline", (_FIX,), "request")])
    return Baseline(tuple(_key(e, n, path) for n, e in enumerate(entries)), path)


def _key(entry: Any, number: int, path: str) -> Key:
    found = [entry.get(name) for name in _MEMBERS] if isinstance(entry, dict) else []
    texts = [text for text in found if isinstance(text, str)]
    if len(texts) != len(_MEMBERS):
        where = f"{path}: baseline[{number}]"
        raise Failure([Problem(where, "is no entry of a baseline", (_FIX,), "request")])
    if texts[2] not in TAKEN:
        where = f"{path}: baseline[{number}].rule"
        raise Failure(
            [Problem(where, "cannot stand in a baseline", (_FIX,), "request")]
        )
    return (texts[0], texts[1], texts[2], texts[3])
