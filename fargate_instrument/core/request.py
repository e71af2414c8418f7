"""Query -> asks: agents, options, documents and patterns, read and checked once."""

from __future__ import annotations

from fargate_instrument.core import agents
from fargate_instrument.core.declared import SCHEMAS
from fargate_instrument.core.definition import definition, task_definition, task_facts
from fargate_instrument.core.errors import Failure, Problem, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump, kind, parse, place
from fargate_instrument.core.known import SECRET_OPTIONS
from fargate_instrument.core.options import schema
from fargate_instrument.core.recipe import Layer, Recipe
from fargate_instrument.core.targets import Pattern
from fargate_instrument.core.validate import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.agents import Agent
    from fargate_instrument.core.definition import Definition

BROKEN: Any = object()
"""Stands for a value that could not be read and whose problem is noted already."""

ENTRY_KEYS = (
    "container_definitions",
    "task",
    "options",
    "agents",
    "include",
    "exclude",
)


class Ask(Frozen):
    """One task definition and the layers to put on it, the last outermost."""

    name: str
    definition: Definition
    layers: tuple[Layer, ...]


class Request(Frozen):
    """The whole query, read.

    ``asks``: one, or the entries of a batch in order. ``record``: write down what is
    done. ``checks``: ``error``, ``warn``, ``off``, or ``""`` for the agents' default.
    ``problems``: what is wrong with the query; then the asks serve only to find what
    is wrong with the documents, too.
    """

    asks: tuple[Ask, ...]
    batch: bool
    record: bool
    checks: str
    problems: tuple[Problem, ...] = ()


def read_request(query: Mapping[str, str]) -> Request:
    """Read a query; what is wrong with it is in the request's problems."""
    return _Reader(query).request()


def secret_values(query: Mapping[str, str]) -> list[str]:
    """Collect the values of secret options, also from a query that is not sound."""
    found: list[str] = []
    keys = ("options", "agents", "task_definitions")
    texts = [query.get(key, "") for key in keys]
    names = (*SECRET_OPTIONS, *_declared_secrets(texts))
    for value in filter(None, texts):
        found += _secrets_of(value, names)
    return sorted({s for s in found if s}, key=len, reverse=True)


def _declared_secrets(value: Any) -> Iterator[str]:
    """Name the parameters that recipes among the options declare to be secret."""
    if isinstance(value, str):
        if '"recipe"' in value or '\\"recipe' in value:
            try:
                yield from _declared_secrets(parse(value, ""))
            except Failure:
                return
    elif isinstance(value, dict):
        for key, item in value.items():
            found = _quietly(item) if key == "recipe" else None
            declared = found.get("parameters") if isinstance(found, dict) else None
            for name, one in declared.items() if isinstance(declared, dict) else ():
                if isinstance(one, dict) and one.get("secret"):
                    yield name
            yield from _declared_secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _declared_secrets(item)


def _quietly(value: Any) -> Any:
    """Read JSON that may be text; what cannot be read is None."""
    try:
        return parse(value, "") if isinstance(value, str) else value
    except Failure:
        return None


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
            elif key in ("options", "agents") and isinstance(item, str):
                yield from _secrets_of(item, names)
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
        self.base: Any = None
        self.agents: dict[str, Agent | None] = {}
        self.recipes: dict[str, Recipe | None] = {}

    def request(self) -> Request:
        """Read everything and give the request."""
        query = self.query
        self.problems += validate(dict(query), SCHEMAS["query"], "query")
        self.image_configs = self._value("image_configs", "image_configs") or {}
        self.base = self._json("options")
        listed = self._layers_asked()
        asks = tuple(self._asks(listed))
        return Request(
            asks,
            "task_definitions" in query,
            query.get("provenance", "label") == "label",
            query.get("checks", ""),
            tuple(self.problems),
        )

    # Layers

    def _layers_asked(self) -> Any:
        """Read the ask's layers: ``agents``, or ``agent`` as the list of one."""
        query = self.query
        if "agents" not in query:
            if "agent" in query:
                self._agent(query["agent"], "agent")
                return [{"agent": query["agent"]}]
            if "task_definitions" not in query or not self._all_say():
                known = nearest("", agents.NAMES)
                self._say("agent", "is needed", known)
            return []
        for key in ("agent", "options"):
            if key in query:
                said = "is given beside agents"
                self._say(key, said, "give it in the list of agents")
        return self._listed(self._json("agents"), "agents")

    def _all_say(self) -> bool:
        """Tell whether every entry of a batch names its own agents."""
        entries = _quietly(self.query["task_definitions"])
        return isinstance(entries, dict) and all(
            isinstance(entry, dict) and entry.get("agents")
            for entry in entries.values()
        )

    def _listed(self, value: Any, address: str) -> list[Any]:
        """Check a list of layers; one that cannot be used is left out."""
        made: list[Any] = []
        layers = self._checked(value, "agents", address)
        if layers is None:
            return made
        if not layers:
            self._say(address, "is empty", "name at least one agent")
        seen: dict[str, int] = {}
        for index, layer in enumerate(layers):
            name = layer["agent"]
            if name in seen and name != "custom":
                self._say(
                    f"{address}[{index}].agent",
                    f"is {dump(name)} for the second time",
                    f"give its options once, in {address}[{seen[name]}]",
                )
                continue
            seen.setdefault(name, index)
            self._agent(name, f"{address}[{index}].agent")
            made.append({**layer, "at": f"{address}[{index}]."})
        return made

    def _once(self, layers: Sequence[Layer], asked: Any) -> None:
        """Find recipes of ``custom`` for an agent that another layer is for."""
        seen: dict[str, int] = {}
        for index, layer in enumerate(layers if len(layers) == len(asked) else ()):
            name = layer.recipe.agent
            who = {asked[index]["agent"], asked[seen.get(name, index)]["agent"]}
            if name in seen and name != "custom" and "custom" in who:
                self._say(
                    f"{asked[index].get('at', '')}options.recipe.agent",
                    f"is {dump(name)}, which layer {seen[name]} is, too",
                    "give the recipe a name of its own, or take one of the layers out",
                )
            seen.setdefault(name, index)

    def _agent(self, name: str, address: str) -> None:
        """Load an agent; one that is not known is told wherever it is asked for."""
        if self.agents.get(name) is None:
            try:
                self.agents[name] = agents.load(name)
            except Failure as failure:
                self.agents[name] = None
                self.problems += [p.replace(address=address) for p in failure.problems]

    def _layers(
        self, asked: Any, own: Any, task: Mapping[str, Any], prefix: str
    ) -> tuple[Layer, ...]:
        """Make the layers of one definition; ``own``: options of its batch entry."""
        made = []
        for layer in asked:
            agent = self.agents.get(layer["agent"])
            if agent is None:
                continue
            where = layer.get("at", "")
            recipe = self._recipe(agent, layer, own, task, prefix, where)
            if recipe is None:
                recipe = Recipe(agent.name)
            made.append(
                Layer(
                    recipe,
                    self._patterns(layer.get("include"), f"{where}include"),
                    self._patterns(layer.get("exclude"), f"{where}exclude"),
                )
            )
        self._once(made, asked)
        return tuple(made)

    def _recipe(
        self,
        agent: Agent,
        layer: Mapping[str, Any],
        own: Any,
        task: Mapping[str, Any],
        prefix: str,
        where: str,
    ) -> Recipe | None:
        if self.base is BROKEN or own is BROKEN:
            return None
        facts = {name: task[name] for name in agent.facts if name in task}
        key = dump([agent.name, where, facts]) if own is None else ""
        if key and key in self.recipes:
            return self.recipes[key]
        base = layer.get("options") if where else self.base
        recipe = self._new_recipe(agent, base, own, facts, prefix, where)
        if key:
            self.recipes[key] = recipe
        return recipe

    def _new_recipe(
        self,
        agent: Agent,
        base: Any,
        own: Any,
        task: Mapping[str, Any],
        prefix: str,
        where: str,
    ) -> Recipe | None:
        options, owned = _merged(self._parsed(base, f"{where}options"), own)
        if options is BROKEN:
            return None
        if isinstance(options, dict):
            options = {key: item for key, item in options.items() if item is not None}
        found = validate(options, schema(agent.options), "options")
        if isinstance(options, dict):
            broken = {_option(problem) for problem in found}
            sound = {key: item for key, item in options.items() if key not in broken}
            try:
                recipe = _asked(agent)(sound, task)
            except Failure as failure:
                found += _still_true(failure.problems, found)
            else:
                if not found:
                    return _placed(recipe, where)
        self.problems += [_moved(p, prefix, where, owned) for p in found]
        return None

    # Values

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

    def _patterns(self, value: Any, address: str) -> tuple[Pattern, ...]:
        texts = self._checked(value, "include", address) or ()
        return tuple(
            Pattern(text, place(address, index)) for index, text in enumerate(texts)
        )

    # Definitions

    def _asks(self, listed: Any) -> Iterator[Ask]:
        query = self.query
        if "task_definitions" in query:
            if "container_definitions" in query:
                self._say("container_definitions", "is given beside task_definitions")
            entries = self._value("task_definitions", "task_definitions")
            for name, entry in sorted((entries or {}).items()):
                where = f"task_definitions[{dump(name)}]."
                yield from self._ask(name, entry, where, listed)
            if not entries and not self.problems:
                self._say("task_definitions", "is empty")
            return
        if "container_definitions" not in query:
            self._say(
                "container_definitions",
                "is needed: a JSON list of container definitions",
                "pass jsonencode([...]) or the text you give aws_ecs_task_definition",
            )
        yield from self._ask("", query, "", listed)

    def _ask(
        self, name: str, entry: Mapping[str, Any], prefix: str, listed: Any
    ) -> Iterator[Ask]:
        values = {
            key: self._parsed(entry[key], prefix + key)
            for key in ENTRY_KEYS
            if entry.get(key) not in (None, "")
            and not (key in ("options", "agents") and not prefix)
        }
        address = prefix + "container_definitions"
        containers, document = self._containers(values, address)
        task = {**(document or {}), **self._task(values.get("task"), prefix + "task")}
        if prefix and "agents" in values:
            listed = self._listed(values["agents"], f"{prefix}agents")
        layers_made = self._layers(listed, values.get("options"), task, prefix)
        include = self._patterns(values.get("include"), prefix + "include")
        exclude = self._patterns(values.get("exclude"), prefix + "exclude")
        if prefix and self.query.get("include") and "include" not in values:
            include = self._patterns(self._json("include"), "include")
        if prefix and self.query.get("exclude") and "exclude" not in values:
            exclude = self._patterns(self._json("exclude"), "exclude")
        if containers is None:
            return
        yield Ask(
            name,
            definition(
                containers,
                address,
                task,
                whole=document is not None,
                image_configs=self.image_configs,
                include=include,
                exclude=exclude,
            ),
            layers_made,
        )

    def _containers(
        self, values: Mapping[str, Any], address: str
    ) -> tuple[list[Any] | None, dict[str, Any] | None]:
        """Give the list of container definitions, and the facts of a whole one."""
        if "container_definitions" not in values:
            if address != "container_definitions":
                self._say(address, "is needed")
            return None, None
        value = values["container_definitions"]
        if value is BROKEN:
            return None, None
        if isinstance(value, list):
            return value, None
        if isinstance(value, dict):
            found: list[Problem] = []
            document, containers = task_definition(value, address, found)
            self.problems += found
            return containers, document
        self.problems.append(
            Problem(
                address,
                f"is {kind(value)}; a list of container definitions is needed",
                ("pass jsonencode([...]), or a whole task definition object",),
            )
        )
        return None, None

    def _task(self, value: Any, address: str) -> dict[str, Any]:
        facts = self._checked(value, "task", address) or {}
        return task_facts(facts)


def _asked(agent: Agent) -> Any:
    """Give the function that makes an agent's recipe; those in ``NAMES`` have one."""
    return agent.recipe


def _merged(base: Any, own: Any) -> tuple[Any, set[str]]:
    """Merge a batch entry's options over the ask's; also say which are the entry's."""
    base = {} if base is None else base
    if own is None:
        return base, set()
    if isinstance(own, dict) and isinstance(base, dict):
        return {**base, **own}, set(own)
    return own, {""}


def _placed(recipe: Recipe, where: str) -> Recipe:
    """Give what a recipe says of its options the address of the layer's."""
    if not where:
        return recipe
    option = recipe.exclude_option
    return recipe.replace(
        exclude_option=where + option if option else "",
        warnings=tuple((where + address, text) for address, text in recipe.warnings),
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


def _moved(problem: Problem, prefix: str, where: str, owned: set[str]) -> Problem:
    """Give a problem of options the address of the entry or layer it comes from."""
    address = problem.address
    if address.startswith("task.") or _option(problem) in owned:
        return problem.replace(address=prefix + address)
    return problem.replace(address=where + address)
