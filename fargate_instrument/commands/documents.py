"""The three forms of a task definition in files: read, and written in the same form.

A list of container definitions; a task definition as register-task-definition takes
it; what describe-task-definition prints. Not what is done to them.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fargate_instrument import ecs, jsontext
from fargate_instrument.ecs_model import DESCRIBE_ONLY
from fargate_instrument.errors import Failure, Problem, fail
from fargate_instrument.request import task_definition

if TYPE_CHECKING:
    from fargate_instrument.cli import Streams

    Form = Literal["list", "definition", "description"]

STDIN = "-"
ADDRESS = "container_definitions"
FORMS = (
    "give a list of container definitions, a task definition, or what"
    " aws ecs describe-task-definition prints"
)
_NEW_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Document:
    """One file's task definition, canonical.

    ``text``: the file as it was. ``containers``: container definitions, recased.
    ``task``: the other members of the task definition; empty for a list. ``around``:
    what a description holds beside the definition, such as tags. ``key``: how it
    spells taskDefinition.
    """

    name: str
    text: str
    form: Form
    containers: list[Any]
    task: dict[str, Any]
    around: dict[str, Any]
    key: str = ""

    def value(self) -> Any:
        """Give the JSON value, in the form that it came in."""
        if self.form == "list":
            return self.containers
        inner = {**self.task, "containerDefinitions": self.containers}
        return {**self.around, self.key: inner} if self.key else inner

    def registrable(self) -> dict[str, Any]:
        """Give what register-task-definition takes; a list alone is not enough."""
        if self.form == "list":
            raise fail(
                self.name,
                "is a list of container definitions, and a whole task definition is"
                " needed to register one",
                "give the task definition, or what aws ecs describe-task-definition"
                " prints",
                fault="request",
            )
        kept = {k: v for k, v in self.task.items() if k not in DESCRIBE_ONLY}
        tags = [v for k, v in self.around.items() if k.lower() == "tags" and v]
        if tags and not kept.get("tags"):
            kept["tags"] = tags[0]
        return {**kept, "containerDefinitions": self.containers}

    def changed(self, containers: list[Any], task: dict[str, Any]) -> Document:
        """Give the same document with other content."""
        return replace(self, containers=containers, task=task)


def shown(name: str) -> str:
    """Name a file for a message."""
    return "standard input" if name == STDIN else name


def content(name: str, io: Streams) -> bytes:
    """Read a file, or standard input for ``-``. Raises Failure."""
    if name == STDIN:
        return io.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise fail(name, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise fail(jsontext.dump(name), "is no file name") from None


def decoded(data: bytes, name: str) -> str:
    """Read bytes as UTF-8. Raises Failure."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise fail(shown(name), "is not UTF-8 text", FORMS) from None


def json_file(name: str, io: Streams) -> Any:
    """Read a file of JSON. Raises Failure."""
    return jsontext.parse(decoded(content(name, io), name), shown(name))


def read(name: str, io: Streams) -> Document:
    """Read a file in any of the three forms. Raises Failure with every problem."""
    text = decoded(content(name, io), name)
    return document(jsontext.parse(text, shown(name)), shown(name), text)


def document(value: Any, name: str, text: str = "") -> Document:
    """Tell the form of a parsed file and bring it to ECS's spelling."""
    problems: list[Problem] = []
    if isinstance(value, list):
        form: Form = "list"
        containers: list[Any] | None = value
        task: dict[str, Any] = {}
        key, around = "", {}
    elif isinstance(value, dict):
        key = _described(value)
        form = "description" if key else "definition"
        around = {k: v for k, v in value.items() if k != key} if key else {}
        task, containers = task_definition(value, name, problems)
    else:
        raise fail(name, f"is {jsontext.kind(value)}", FORMS)
    made = [
        ecs.recase(item, "ContainerDefinition", f"{ADDRESS}[{index}]", problems)
        for index, item in enumerate(containers or ())
    ]
    if problems:
        raise Failure(problems)
    return Document(name, text, form, made, task, around, key)


def _described(value: dict[str, Any]) -> str:
    for key, item in value.items():
        if key.lower() == "taskdefinition" and isinstance(item, dict):
            return key
    return ""


def pretty(value: Any) -> str:
    """Write JSON for people: keys sorted, two spaces of indent."""
    return jsontext.dump(value, indent=2) + "\n"


def write(path: str, text: str) -> None:
    """Put a file in place in one step, so that no reader ever sees half of it."""
    target = Path(os.path.realpath(path))
    try:
        _replace(target, text.encode("ascii"))
    except OSError as error:
        raise fail(path, f"cannot be written: {error.strerror}") from None


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _mode(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return _NEW_MODE & ~mask
