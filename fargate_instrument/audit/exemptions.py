"""The exemptions file: which containers may run bare, why, and until when; no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import Failure, Problem, nearest

if TYPE_CHECKING:
    from fargate_instrument.audit.definition import Definition

_TEXTS = ("task_definition", "reason", "expires")
_MEMBERS = (*_TEXTS, "container")
_FORM = (
    'write {"exemptions": [{"task_definition": "batch-*", "container": "*",'
    ' "reason": "…", "expires": "2027-01-31"}]}'
)


@dataclass(frozen=True, slots=True)
class Exemption:
    """Leave to run bare, through the day ``expires``.

    ``task_definition``: a shell-style pattern of a family, ``family:revision``, ARN,
    Terraform address or file. ``container``: of a container's name.
    """

    index: int
    task_definition: str
    container: str
    reason: str
    expires: dt.date

    def matches(self, definition: Definition, container: str) -> bool:
        """Tell whether a container is meant; case counts."""
        names = {definition.family, definition.name, definition.address} - {""}
        return fnmatchcase(container, self.container) and any(
            fnmatchcase(name, self.task_definition) for name in names
        )

    def has_expired(self, today: dt.date) -> bool:
        """Tell whether its last day is over."""
        return today > self.expires

    def __str__(self) -> str:
        return f"exemptions[{self.index}]"


def read(content: bytes, path: str) -> list[Exemption]:
    """Read the file. Raises Failure with everything that is wrong in it."""
    try:
        value = jsontext.parse(content.decode("utf-8-sig"), path, "request")
    except UnicodeDecodeError:
        raise Failure([Problem(path, "is not UTF-8 text", (_FORM,))]) from None
    entries = value.get("exemptions") if isinstance(value, dict) else None
    if not isinstance(entries, list):
        raise Failure([Problem(path, 'has no list "exemptions"', (_FORM,), "request")])
    problems: list[Problem] = []
    made = [
        _exemption(index, entry, f"{path}: exemptions[{index}]", problems)
        for index, entry in enumerate(entries)
    ]
    if problems:
        raise Failure(problems)
    return [one for one in made if one is not None]


def _exemption(
    index: int, entry: Any, address: str, problems: list[Problem]
) -> Exemption | None:
    before = len(problems)
    if not isinstance(entry, dict):
        problems.append(Problem(address, "is no object", (_FORM,), "request"))
        return None
    for name in entry:
        if name not in _MEMBERS:
            fix = nearest(name, _MEMBERS)
            problems.append(Problem(f"{address}.{name}", "is not known", (fix,)))
    for name in _TEXTS:
        text = entry.get(name)
        if not isinstance(text, str) or not text.strip():
            problems.append(
                Problem(f"{address}.{name}", "is needed, as a text", (_FORM,))
            )
    container = entry.get("container", "*")
    if not isinstance(container, str) or not container:
        problems.append(Problem(f"{address}.container", "is no text"))
    try:
        expires = dt.date.fromisoformat(str(entry.get("expires")))
    except ValueError:
        expires = dt.date.min
        if isinstance(entry.get("expires"), str):
            problems.append(
                Problem(f"{address}.expires", "is no date such as 2027-01-31")
            )
    if len(problems) > before:
        return None
    return Exemption(
        index, entry["task_definition"], container, entry["reason"].strip(), expires
    )
