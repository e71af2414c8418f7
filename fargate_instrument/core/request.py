"""Query -> request: agent, options, documents and targets, read and checked once."""

from __future__ import annotations

from fargate_instrument.core import agents, ecs
from fargate_instrument.core.declared import SCHEMAS
from fargate_instrument.core.errors import Failure, Problem, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.instrumentation import Definition, instrument
from fargate_instrument.core.jsontext import dump, kind, parse, place
from fargate_instrument.core.recipe import Recipe
from fargate_instrument.core.targets import Pattern
from fargate_instrument.core.validate import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

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
BROKEN: Any = object()
"""Stands for a value that could not be read and whose problem is noted already."""

ENTRY_KEYS = ("container_definitions", "task", "options", "include", "exclude")


class Ask(Frozen):
    """One task definition and what is to be done to it."""

    name: str
    definition: Definition
    recipe: Recipe


class Request(Frozen):
    """The whole query, read.

    ``asks``: one, or the entries of a batch in order. ``checks``: ``error``,
    ``warn``, ``off``, or ``""`` for the agent's default. ``report``: problems go into
    the result. ``secrets``: values that no output may show.
    """

    agent: str
    asks: tuple[Ask, ...]
    batch: bool
    record: bool
    checks: str


def read_request(query: Mapping[str, str]) -> Request:
    """Read a query. Raises Failure with every problem found."""
    return _Reader(query).request()


def secret_values(query: Mapping[str, str]) -> list[str]:
    """Collect the values of secret options, also from a query that is not sound."""
    found: list[str] = []
    texts = [query.get("options", ""), query.get("task_definitions", "")]
    names = agents.SECRET_OPTIONS
    for value in filter(None, texts):
        found += _secrets_of(value, names)
    return sorted({s for s in found if s}, key=len, reverse=True)


def _secrets_of(text: str, names: tuple[str, ...]) -> list[str]:
    try:
        return list(_secrets_in(parse(text, ""), names))
    except Failure:
        return _secrets_in_text(text, names)


def _secrets_in(value: Any, names: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in names and isinstance(item, str):
                yield item
            elif key == "options" and isinstance(item, str):
                yield from secret_values({"options": item})
            else:
                yield from _secrets_in(item, names)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets_in(item, names)


def _secrets_in_text(value: str, names: tuple[str, ...]) -> list[str]:
    """Find what may be a secret in text that is no JSON: what follows the names."""
    found = []
    for name in names:
        for rest in value.split(name)[1:]:
            found += rest.replace("\\", "").strip("\"': =").split('"')[:1]
    return found


class _Reader:
    """Reads one query; problems of all its parts are collected."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query = query
        self.problems: list[Problem] = []
        self.image_configs: dict[str, Any] = {}
        self.base: Any = {}
        self.agent: Any = None
        self.recipes: dict[str, Recipe] = {}

    def request(self) -> Request:
        """Read everything, then fail with all problems or give the request."""
        query = self.query
        self.problems += validate(dict(query), SCHEMAS["query"], "query")
        self.agent = self._agent()
        self.image_configs = self._value("image_configs", "image_configs") or {}
        self.base = self._json("options")
        asks = list(self._asks())
        if self.problems:
            for ask in asks:
                done = instrument(ask.definition, ask.recipe, False)
                self.problems += done.notes.problems
            raise Failure(self.problems)
        return Request(
            query["agent"],
            tuple(asks),
            "task_definitions" in query,
            query.get("provenance", "label") == "label",
            query.get("checks", ""),
        )

    def _agent(self) -> Any:
        name = self.query.get("agent")
        if name is None:
            self._say("agent", "is needed", nearest("", agents.TABLE))
            return None
        if name not in agents.TABLE:
            self._say("agent", "is not a known agent", nearest(name, agents.TABLE))
            return None
        return agents.load(name)

    def _say(self, address: str, message: str, *fixes: str) -> None:
        self.problems.append(Problem(address, message, fixes, "request"))

    def _json(self, key: str) -> Any:
        text = self.query.get(key)
        return None if text is None else self._parsed(text, key)

    def _parsed(self, text: Any, address: str) -> Any:
        """Read JSON that may be text; other values are what they are."""
        if not isinstance(text, str):
            return text
        try:
            return parse(text, address)
        except Failure as failure:
            self.problems += failure.problems
            return BROKEN

    def _value(self, key: str, schema: str) -> Any:
        return self._checked(self._json(key), schema, key)

    def _checked(self, value: Any, schema: str, address: str) -> Any:
        if value is None or value is BROKEN:
            return None
        found = validate(value, SCHEMAS[schema], address)
        self.problems += found
        return None if found else value

    def _asks(self) -> Iterator[Ask]:
        query = self.query
        if "task_definitions" in query:
            if "container_definitions" in query:
                self._say("container_definitions", "is given beside task_definitions")
            entries = self._value("task_definitions", "task_definitions")
            for name, entry in sorted((entries or {}).items()):
                yield from self._ask(name, entry, f"task_definitions[{dump(name)}].")
            if not entries and not self.problems:
                self._say("task_definitions", "is empty")
            return
        if "container_definitions" not in query:
            self._say(
                "container_definitions",
                "is needed: a JSON list of container definitions",
                "pass jsonencode([...]) or the text you give aws_ecs_task_definition",
            )
        yield from self._ask("", query, "")

    def _ask(self, name: str, entry: Mapping[str, Any], prefix: str) -> Iterator[Ask]:
        values = {
            key: self._parsed(entry[key], prefix + key)
            for key in ENTRY_KEYS
            if entry.get(key) not in (None, "")
            and not (key == "options" and not prefix)
        }
        address = prefix + "container_definitions"
        containers, document = self._containers(values, address)
        task = {**document, **self._task(values.get("task"), prefix + "task")}
        recipe = self._recipe(values.get("options"), task, prefix)
        include = self._patterns(values.get("include"), prefix + "include")
        exclude = self._patterns(values.get("exclude"), prefix + "exclude")
        if prefix and self.query.get("include") and "include" not in values:
            include = self._patterns(self._json("include"), "include")
        if prefix and self.query.get("exclude") and "exclude" not in values:
            exclude = self._patterns(self._json("exclude"), "exclude")
        if containers is None:
            return
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
        definition = Definition(
            address,
            containers,
            recased,
            flaws,
            task,
            include,
            exclude,
            self.image_configs,
        )
        if recipe is None:
            nothing = Recipe(self.query.get("agent", ""))
            self.problems += instrument(definition, nothing, False).notes.problems
            return
        yield Ask(name, definition, recipe)

    def _containers(
        self, values: Mapping[str, Any], address: str
    ) -> tuple[list[Any] | None, dict[str, Any]]:
        """Give the list of container definitions, and the facts of a whole one."""
        if "container_definitions" not in values:
            if address != "container_definitions":
                self._say(address, "is needed")
            return None, {}
        value = values["container_definitions"]
        if value is BROKEN:
            return None, {}
        if isinstance(value, list):
            return value, {}
        if isinstance(value, dict):
            found: list[Problem] = []
            document, containers = task_definition(value, address, found)
            self.problems += found
            if containers is not None:
                return containers, document
            return None, {}
        self.problems.append(
            Problem(
                address,
                f"is {kind(value)}; a list of container definitions is needed",
                ("pass jsonencode([...]), or a whole task definition object",),
            )
        )
        return None, {}

    def _task(self, value: Any, address: str) -> dict[str, Any]:
        facts = self._checked(value, "task", address) or {}
        return task_facts(facts)

    def _recipe(self, own: Any, task: Mapping[str, Any], prefix: str) -> Recipe | None:
        if self.agent is None or self.base is BROKEN or own is BROKEN:
            return None
        facts = {name: task[name] for name in self.agent.FACTS if name in task}
        key = dump(facts)
        if own is None and key in self.recipes:
            return self.recipes[key]
        recipe = self._new_recipe(own, facts, prefix)
        if own is None and recipe is not None:
            self.recipes[key] = recipe
        return recipe

    def _new_recipe(
        self, own: Any, task: Mapping[str, Any], prefix: str
    ) -> Recipe | None:
        base = {} if self.base is None else self.base
        options = base
        if own is not None and isinstance(own, dict) and isinstance(base, dict):
            options = {**base, **own}
        elif own is not None:
            options = own
        if isinstance(options, dict):
            options = {key: item for key, item in options.items() if item is not None}
        found = validate(options, SCHEMAS[f"options.{self.agent.NAME}"], "options")
        if isinstance(options, dict):
            broken = {_option(problem) for problem in found}
            sound = {key: item for key, item in options.items() if key not in broken}
            try:
                recipe: Recipe = self.agent.recipe(sound, task)
            except Failure as failure:
                found += _still_true(failure.problems, found)
            else:
                if not found:
                    return recipe
        owned = (
            set(own) if isinstance(own, dict) else {""} if own is not None else set()
        )
        self.problems += [_moved(problem, prefix, owned) for problem in found]
        return None

    def _patterns(self, value: Any, address: str) -> tuple[Pattern, ...]:
        texts = self._checked(value, "include", address) or ()
        return tuple(
            Pattern(text, place(address, index)) for index, text in enumerate(texts)
        )


def _option(problem: Problem) -> str:
    """Name the option that a problem is about, or give the empty string."""
    return problem.address.partition("options.")[2].partition(".")[0].partition("[")[0]


def _still_true(said: Sequence[Problem], found: list[Problem]) -> list[Problem]:
    """Keep what an agent says of options that are partly unreadable, where it holds.

    That something is needed may be due to what could not be read.
    """
    known = {_option(problem) for problem in found}
    unsure = any(p.message not in ("is needed", "is not known") for p in found)
    return [
        problem
        for problem in said
        if _option(problem) not in known
        and not (unsure and problem.message.startswith("is needed"))
    ]


def _moved(problem: Problem, prefix: str, owned: set[str]) -> Problem:
    """Give a problem of options the address of the entry that it comes from."""
    address = problem.address
    if address.startswith("task."):
        return problem.replace(address=prefix + address)
    if _option(problem) in owned:
        return problem.replace(address=prefix + address)
    return problem


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
    for key, item in value.items():
        if key.lower() == "taskdefinition" and isinstance(item, dict):
            value = item
            break
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
