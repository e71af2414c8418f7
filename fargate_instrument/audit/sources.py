"""Files and folders to task definitions; what kind each one is, is found out here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import documents, roots, terraform
from fargate_instrument.audit.definition import Definition, Place
from fargate_instrument.audit.unknown import Instrumented, Unknown
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.hcl.files import Files, NotAllowedError, real
from fargate_instrument.hcl.module import JSON_SUFFIXES, SUFFIXES
from fargate_instrument.hcl.values import BudgetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fargate_instrument.audit.walk import Reading


@dataclass
class Found:
    """What was found, and what was looked at."""

    definitions: list[Definition] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)


def definitions(
    paths: Iterable[str],
    stdin: bytes | None,
    settings: terraform.Settings | None = None,
) -> Found:
    """Read files, folders and ``-``, which is standard input.

    :raises Failure: one of them cannot be read, or is a file without task definition.
    """
    problems: list[Problem] = []
    reader = _Reader(
        settings or terraform.Settings(), stdin, list(dict.fromkeys(paths))
    )
    made = Found(looked_at=reader.paths)
    for path in reader.paths:
        made.definitions += reader.tried(path, problems)
    if problems:
        raise Failure(problems)
    made.definitions = _once(made.definitions)
    return made


class _Reader:
    """Reads what was named; only what lies below one of it."""

    def __init__(
        self, settings: terraform.Settings, stdin: bytes | None, paths: list[str]
    ) -> None:
        self.settings = settings
        self.stdin = stdin
        self.paths = paths
        self.tops = [real(place) for path in paths if (place := Path(path)).is_dir()]

    def tried(self, path: str, problems: list[Problem]) -> list[Definition]:
        """Read one path; what is wrong with it becomes problems."""
        try:
            return self.of(path)
        except Failure as failure:
            problems += failure.problems
            return []

    def of(self, path: str) -> list[Definition]:
        """Read one path. Raises Failure."""
        if path == "-":
            return documents.definitions(self.stdin or b"", "stdin")
        place = Path(path)
        if place.is_dir():
            made = terraform.read(place, self.settings, self.tops)
            below = Below(place, self.settings, self.tops, made)
            return [*made.definitions, *below.definitions()]
        if place.name.endswith((*SUFFIXES, *JSON_SUFFIXES)):
            return terraform.read(place, self.settings, self.tops).definitions
        return documents.definitions(self._content(place), path)

    def _content(self, place: Path) -> bytes:
        try:
            file = real(place)
            return Files((file,), self.settings.budget).content(file)
        except NotAllowedError as reason:
            fix = "give a regular file, or - for standard input"
            raise fail(str(place), str(reason), fix, fault="request") from None
        except BudgetError as over:
            raise fail(str(place), f"is not read: {over}", fault="request") from None


class Below:
    """The JSON files of a folder that hold task definitions; others are let be."""

    def __init__(
        self,
        top: Path,
        settings: terraform.Settings,
        tops: list[Path],
        reading: Reading,
    ) -> None:
        self.top = top
        self.files = Files((real(top), *tops), settings.budget)
        self.reading = reading

    def definitions(self) -> Iterator[Definition]:
        """Give every definition, and a row for what could not be read."""
        try:
            for folder, names in roots.walk(self.top):
                for name in names:
                    if name.endswith(".json") and not name.endswith(
                        (*JSON_SUFFIXES, ".tfvars.json")
                    ):
                        yield from self._of(folder / name)
        except BudgetError as over:
            yield _unread(self.top, str(over))

    def _of(self, path: Path) -> list[Definition]:
        try:
            content = self.files.content(path)
        except NotAllowedError as reason:
            return [_unread(path, str(reason))]
        speaks = documents.may_hold(content)
        if not speaks and b"\\u" not in content:
            return []
        try:
            found = documents.attempt(content, str(path)) or []
        except Failure as failure:
            return [_unread(path, failure.problems[0].message)] if speaks else []
        if real(path) in self.reading.files and self._is_used(found):
            return []
        return found

    def _is_used(self, found: list[Definition]) -> bool:
        """Tell whether all containers of a file are judged where Terraform uses it."""
        judged = [
            container
            for one in self.reading.definitions
            for container in _inputs(one.containers) or ()
            if isinstance(container, dict)
        ]
        written = [_inputs(one.containers) for one in found]
        return None not in written and all(
            isinstance(container, dict) and any(_fits(container, j) for j in judged)
            for containers in written
            for container in containers or ()
        )


def _inputs(value: Any) -> list[Any] | None:
    """Give the containers as they are written; None if they are not known."""
    while isinstance(value, Instrumented):
        value = value.containers
    return value if isinstance(value, list) else None


_DECIDES = ("name", "image", "entryPoint", "command")


def _fits(written: dict[str, Any], judged: dict[str, Any]) -> bool:
    """Tell whether a container of a file can be one that was judged."""
    return all(_same(written.get(key), judged.get(key)) for key in _DECIDES)


def _same(written: Any, judged: Any) -> bool:
    if isinstance(written, str) and "${" in written:
        return isinstance(judged, (str, Unknown))
    if isinstance(written, list) and isinstance(judged, list):
        return len(written) == len(judged) and all(map(_same, written, judged))
    return bool(written == judged)


def _unread(path: Path, reason: str) -> Definition:
    return Definition(
        path.name or str(path), "json", str(path), None, place=Place(str(path)),
        reason=reason, unread=True,
    )  # fmt: skip


def _once(found: list[Definition]) -> list[Definition]:
    unique = {(one.address, one.name): one for one in found}
    return list(unique.values())
