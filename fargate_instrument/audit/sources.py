"""Files and folders to task definitions; what kind each one is, is found out here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fargate_instrument.audit import documents, folder, terraform
from fargate_instrument.audit.definition import Definition, Place
from fargate_instrument.core.errors import Failure, Problem, fail

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_FILE = 256 << 20


def definitions(paths: Iterable[str], stdin: bytes | None) -> list[Definition]:
    """Read files, folders and ``-``, which is standard input.

    :raises Failure: one of them cannot be read, or holds no task definition.
    """
    problems: list[Problem] = []
    found = [
        one for path in dict.fromkeys(paths) for one in _tried(path, stdin, problems)
    ]
    if problems:
        raise Failure(problems)
    return _once(found)


def _tried(path: str, stdin: bytes | None, problems: list[Problem]) -> list[Definition]:
    try:
        return _of(path, stdin)
    except Failure as failure:
        problems += failure.problems
        return []


def _of(path: str, stdin: bytes | None) -> list[Definition]:
    if path == "-":
        return documents.definitions(stdin or b"", "stdin")
    place = Path(path)
    if place.is_dir():
        found, read = terraform.read(place)
        found += _json_below(place, read)
        if not found:
            fix = "name a folder with JSON task definitions or Terraform files"
            raise fail(path, "holds no task definition", fix, fault="request")
        return found
    if place.name.endswith(folder.SUFFIXES):
        return terraform.definitions(place)
    return documents.definitions(_content(place), path)


def _json_below(top: Path, read: set[Path]) -> list[Definition]:
    """Read the JSON files of a folder that hold task definitions; others are let be.

    ``read``: files that Terraform code reads, which are judged where it uses them.
    """
    found: list[Definition] = []
    for below, names in folder.walk(top):
        for name in names:
            if (
                name.endswith(".json")
                and not name.endswith((*folder.JSON_SUFFIXES, ".tfvars.json"))
                and (below / name).resolve() not in read
            ):
                found += _attempt(below / name)
    return found


def _attempt(path: Path) -> list[Definition]:
    content = _content(path)
    if not documents.may_hold(content):
        return []
    try:
        return documents.attempt(content, str(path)) or []
    except Failure as failure:
        reason = failure.problems[0].message
        place = Place(str(path))
        return [
            Definition(path.name, "json", str(path), None, place=place, reason=reason)
        ]


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise fail(str(path), "is larger than 256 MiB", fault="request")
        return path.read_bytes()
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise fail(str(path), reason, fault="request") from None


def _once(found: list[Definition]) -> list[Definition]:
    unique = {(one.address, one.name): one for one in found}
    return list(unique.values())
