"""The functions that read files, confined to the folders that were given.

A file is read if it is a regular file, and it and every link on its way stay below one
of those folders. What would be read elsewhere is not known, and never shown.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import parser, syntax, templates, texts
from fargate_instrument.hcl.values import Object, Unknown, WrongError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargate_instrument.hcl.budget import Budget
    from fargate_instrument.hcl.evaluate import Run

LARGEST = 32 << 20


def real(path: Path) -> Path:
    """Follow a path's links; one that cannot be followed stands for itself."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path


def is_folder(path: Path) -> bool:
    """Tell a folder, or a link to one; what leads nowhere is none."""
    try:
        return path.is_dir()
    except (OSError, RuntimeError, ValueError):
        return False


class NotAllowedError(Exception):
    """A file that is not to be read; the text says why and shows nothing of it."""


@dataclass(eq=False)
class Files:
    """Reads files below some folders.

    ``tops``: the folders, resolved. ``seen``: what was read. ``parsed``: modules.
    """

    tops: tuple[Path, ...]
    budget: Budget
    seen: set[Path] = field(default_factory=set)
    parsed: dict[Path, Any] = field(default_factory=dict)

    def allows(self, path: Path) -> bool:
        """Tell whether a path stays below the folders, its links followed."""
        place = real(path)
        return any(place == top or top in place.parents for top in self.tops)

    def content(self, path: Path) -> bytes:
        """Read a file whole. Raises NotAllowedError, BudgetError."""
        if not self.allows(path):
            raise NotAllowedError("it lies outside what is audited")
        try:
            opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            raise NotAllowedError("it cannot be read") from None
        with os.fdopen(opened, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise NotAllowedError("it is no regular file")
            if found.st_size > LARGEST:
                raise NotAllowedError(f"it is larger than {LARGEST >> 20} MiB")
            content = stream.read(LARGEST + 1)
        self.budget.read(len(content))
        if len(content) > LARGEST:
            raise NotAllowedError(f"it is larger than {LARGEST >> 20} MiB")
        self.seen.add(real(path))
        return content


def _path(run: Run, name: str, values: list[Any]) -> Path:
    if not values or not isinstance(values[0], str):
        raise WrongError(f"{name}() needs a file's name")
    if values[0].startswith("~"):
        # Somebody's home lies outside what is audited.
        return Path("/")
    return run.reader.names.folder / values[0]


def _text(run: Run, node: Any, name: str, values: list[Any]) -> str | Unknown:
    path = _path(run, name, values)
    try:
        return run.reader.names.files.content(path).decode("utf-8")
    except UnicodeDecodeError:
        raise WrongError(f"{name}() needs UTF-8 text") from None
    except NotAllowedError as reason:
        return run.unknown(node, f"the file {values[0]} is not read: {reason}")


def _hole(run: Run, node: Any, values: list[Any]) -> Unknown | None:
    if values and isinstance(values[0], Unknown):
        return run.unknown(node, values[0].reason)
    return None


def file(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``file(path)``."""
    return _hole(run, node, values) or _text(run, node, "file", values)


def templatefile(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``templatefile(path, variables)``."""
    text = _hole(run, node, values) or _text(run, node, "templatefile", values)
    if isinstance(text, Unknown):
        return text
    given = values[1] if len(values) > 1 else Object()
    return rendered(run, node, text, given, str(values[0]))


def templatestring(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``templatestring(text, variables)``."""
    hole = _hole(run, node, values)
    if hole is not None:
        return hole
    if len(values) != 2 or not isinstance(values[0], str):  # noqa: PLR2004
        raise WrongError("templatestring() needs a text and an object")
    return rendered(run, node, values[0], values[1], "its template")


def rendered(run: Run, node: Any, text: str, given: Any, what: str) -> Any:
    """Render a template with variables of its own and no other names."""
    if isinstance(given, Unknown):
        return run.unknown(node, given.reason)
    if not isinstance(given, dict) or getattr(given, "loose", False):
        return run.unknown(node, "the variables of its template are not known")
    try:
        inner = parser.Parser(text, what)
        inner.at = 0
        parts = templates.Reader(inner, "").read()
    except syntax.NotReadableError as error:
        return Unknown(str(error))
    whole = syntax.Expression(syntax.Template(0, len(text), parts), text, 0)
    variables = {key: given[key] for key in given}
    from fargate_instrument.hcl import evaluate  # noqa: PLC0415  (which uses this)

    reader = evaluate.Reader(_Only(run.reader.names), variables)
    return evaluate.Run(reader, whole).value(whole.tree)


class _Only:
    """A template knows its own variables and nothing else."""

    def __init__(self, around: Any) -> None:
        self.folder: Path = around.folder
        self.files: Files = around.files
        self.budget: Budget = around.budget

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        raise WrongError(f"the template has no variable {'.'.join([root, *words])}")


def fileexists(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``fileexists(path)``."""
    hole = _hole(run, node, values)
    if hole is not None:
        return hole
    path = _path(run, "fileexists", values)
    if not run.reader.names.files.allows(path):
        return run.unknown(node, f"the file {values[0]} lies outside what is audited")
    return path.is_file()


def abspath(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``abspath(path)``."""
    hole = _hole(run, node, values)
    path = _path(run, "abspath", values) if hole is None else None
    if path is not None and Path(str(values[0])).is_absolute():
        return os.path.normpath(path)
    return hole or run.unknown(node, "it depends on where Terraform runs")


def dirname(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    """Evaluate ``dirname(path)``."""
    hole = _hole(run, node, values)
    text = texts.as_text(values[0]) if values else None
    if hole is not None or text is None:
        return hole or run.unknown(node, "its path is not known")
    return os.path.normpath(os.path.dirname(text) or ".")  # noqa: PTH120


TABLE: dict[str, Callable[[Run, syntax.Call, list[Any]], Any]] = {
    "abspath": abspath,
    "dirname": dirname,
    "file": file,
    "fileexists": fileexists,
    "templatefile": templatefile,
    "templatestring": templatestring,
}
"""Function -> what evaluates it; these look at the outside."""
