"""The one reader of a task definition: its forms, its spelling, its addresses.

A list of container definitions; a task definition as register-task-definition takes
it; what describe-task-definition prints around one. Either case of ECS's own keys.
"""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.ecs_model import DESCRIBE_ONLY
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump, kind, place
from fargate_instrument.core.shape import ContainerCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from fargate_instrument.core.targets import Pattern

    Form: TypeAlias = Literal["list", "definition", "description"]

ADDRESS = "container_definitions"
FORMS = (
    "give a list of container definitions, a task definition, or what"
    " aws ecs describe-task-definition prints"
)
TASK_FACTS = {
    "family": "family",
    "cpu": "cpu",
    "memory": "memory",
    "network_mode": "networkMode",
    "pid_mode": "pidMode",
    "execution_role_arn": "executionRoleArn",
    "task_role_arn": "taskRoleArn",
    "requires_compatibilities": "requiresCompatibilities",
    "volumes": "volumes",
    "platform_version": "platformVersion",
}
PLATFORM_FACTS = {
    "operating_system_family": "operatingSystemFamily",
    "cpu_architecture": "cpuArchitecture",
}


class Definition(Frozen):
    """One task definition to instrument, and the user's word on its containers.

    ``address``: of its list of container definitions. ``raw``: the list as written.
    ``containers``: the same, recased. ``flaws``: problems of recasing, by index; they
    count for touched containers. ``task``: task facts, canonical. ``whole``: it is a
    whole task definition, so a fact that is not there is absent, not unknown.
    """

    address: str
    raw: Sequence[Any]
    containers: Sequence[Any]
    flaws: Mapping[int, Sequence[Problem]] = {}
    task: Mapping[str, Any] = {}
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    image_configs: Mapping[str, Any] = {}
    whole: bool = False

    def named(self, left_out: Iterable[str] = ()) -> list[Problem]:
        """Check what must hold before any container can be spoken of by its name.

        Where it does not, the shapes of containers that are surely meant are checked,
        too. ``left_out``: names that an agent's option leaves out.
        """
        problems: list[Problem] = []
        seen: dict[str, int] = {}
        for index, container in enumerate(self.containers):
            _named(container, index, f"{self.address}[{index}]", seen, problems)
        if problems:
            for index in self._surely_meant({*left_out}):
                where = f"{self.address}[{index}]"
                problems += self.flaws.get(index, ())
                check = ContainerCheck(self.containers[index], index, where, problems)
                check.run()
        return problems

    def _surely_meant(self, left_out: set[str]) -> list[int]:
        """Give the containers that are targets whatever the names of the others."""
        return [
            index
            for index, container in enumerate(self.containers)
            if isinstance(container, dict)
            and isinstance(container.get("name"), str)
            and not self.include
            and container["name"] not in left_out
            and not any(p.matches(container["name"]) for p in self.exclude)
        ]


def _named(
    container: Any,
    index: int,
    where: str,
    seen: dict[str, int],
    problems: list[Problem],
) -> None:
    if not isinstance(container, dict):
        said = f"is {kind(container)}, an object is needed"
        problems.append(Problem(where, said))
        return
    name = container.get("name")
    if not isinstance(name, str) or not name:
        ContainerCheck(container, index, where, problems).run()
    elif name in seen:
        problems.append(
            Problem(
                f"{where}.name",
                f"container {dump(name)} has the name of container"
                f" {seen[name]} (containers {seen[name]} and {index})",
                ("give each container a name of its own",),
            )
        )
    else:
        seen[name] = index


def definition(  # noqa: PLR0913  (two are the document, the others say what is known)
    containers: Sequence[Any],
    address: str,
    task: Mapping[str, Any],
    *,
    whole: bool,
    image_configs: Mapping[str, Any],
    include: tuple[Pattern, ...] = (),
    exclude: tuple[Pattern, ...] = (),
) -> Definition:
    """Bring containers to ECS's spelling; what stands in the way counts where it is."""
    flaws: dict[int, list[Problem]] = {}
    recased = [
        container
        if ecs.is_canonical(container, "ContainerDefinition")
        else ecs.recase(
            container,
            "ContainerDefinition",
            place(address, index),
            flaws.setdefault(index, []),
        )
        for index, container in enumerate(containers)
    ]
    return Definition(
        address,
        containers,
        recased,
        flaws,
        task,
        include,
        exclude,
        image_configs,
        whole,
    )


def task_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write task facts under ECS's names; absent, null and empty are left out."""
    made = {
        name: facts[key]
        for key, name in TASK_FACTS.items()
        if facts.get(key) not in (None, "", [])
    }
    platform = facts.get("runtime_platform") or {}
    found = {
        name: platform[key] for key, name in PLATFORM_FACTS.items() if platform.get(key)
    }
    return {**made, "runtimePlatform": found} if found else made


def task_definition(
    value: dict[str, Any], address: str, problems: list[Problem]
) -> tuple[dict[str, Any], list[Any] | None]:
    """Read a whole task definition: its facts and its container definitions.

    Takes what register-task-definition takes and what describe-task-definition
    gives (``taskDefinition`` around it), in either key case.
    """
    described = description_key(value)
    if described:
        value = value[described]
    shallow = {
        key: item
        for key, item in value.items()
        if key.lower() != "containerdefinitions"
    }
    lists = [i for k, i in value.items() if k.lower() == "containerdefinitions"]
    facts = ecs.recase(shallow, "TaskDefinition", address, problems)
    if len(lists) != 1 or not isinstance(lists[0], list):
        problems.append(
            Problem(
                address,
                "is an object without a list containerDefinitions",
                ("pass a list of container definitions, or a task definition",),
            )
        )
        return facts, None
    platform = facts.get("runtimePlatform")
    if platform is not None and not isinstance(platform, dict):
        problems.append(
            Problem(f"{address}.runtimePlatform", "is no object"),
        )
        return facts, None
    return facts, lists[0]


class Document(Frozen):
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
        return self.replace(containers=containers, task=task)


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
        what = f"is {kind(value)}, which is no task definition"
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
