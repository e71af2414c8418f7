"""The forms in which people keep a task definition: told apart, read, given back.

A list of container definitions; a task definition as register-task-definition takes
it; what describe-task-definition prints. Off the plan path, and no files here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from fargate_instrument.core import ecs, jsontext
from fargate_instrument.core.ecs_model import DESCRIBE_ONLY
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.core.request import task_definition

Form = Literal["list", "definition", "description"]

ADDRESS = "container_definitions"
FORMS = (
    "give a list of container definitions, a task definition, or what"
    " aws ecs describe-task-definition prints"
)


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


def document(value: Any, name: str, text: str = "", address: str = ADDRESS) -> Document:
    """Tell the form of a parsed value and bring it to ECS's spelling.

    ``name``: of the file. ``address``: how messages name its containers. Raises
    Failure with every problem.
    """
    problems: list[Problem] = []
    task: dict[str, Any] = {}
    around: dict[str, Any] = {}
    containers: list[Any] | None
    key = description_key(value)
    if isinstance(value, list):
        form: Form = "list"
        containers = value
    elif isinstance(value, dict):
        form = "description" if key else "definition"
        around = {k: v for k, v in value.items() if k != key} if key else {}
        task, containers = task_definition(value, name, problems)
    else:
        what = f"is {jsontext.kind(value)}, which is no task definition"
        raise fail(name, what, FORMS)
    made = [
        ecs.recase(item, "ContainerDefinition", f"{address}[{index}]", problems)
        for index, item in enumerate(containers or ())
    ]
    if problems:
        raise Failure(problems)
    return Document(name, text, form, made, task, around, key)


def description_key(value: Any) -> str:
    """Give the spelling of taskDefinition in a description; empty if it is none."""
    for key, item in value.items() if isinstance(value, dict) else ():
        if key.lower() == "taskdefinition" and isinstance(item, dict):
            return str(key)
    return ""
