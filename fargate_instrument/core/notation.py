"""The JSON form of a recipe, written and read; says nothing of what its steps do.

A step is an object whose ``step`` names its record, a condition one whose ``condition``
does; the other members are the record's fields, those left out that have their default.
Every text is a template: ``{{container.name}}`` and the other facts where the container
decides, ``{{task.family}}``, the recipe's own parameters, and ``{{braces}}`` for two
opening braces. The shapes are the records' annotations, of which nothing is repeated.
"""

from __future__ import annotations

import re

from fargate_instrument.core import recipe as algebra
from fargate_instrument.core.errors import Failure, Problem, Said, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump, kind, place
from fargate_instrument.core.options import KINDS
from fargate_instrument.core.recipe import Fact, Recipe, SetEnvironment
from fargate_instrument.core.validate import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal, TypeAlias

    Shape: TypeAlias = tuple[Any, ...]


class Parameter(Frozen):
    """A value that whoever uses a recipe gives to it, by the name it is declared under.

    ``kind``: of its value. ``required``: it has to be given; what has not needs a
    ``default``. ``secret``: it is never shown, and may stand where a reference to a
    secret is expected or, with a warning, in the value of an environment variable.
    ``doc``: what it is.
    """

    kind: Literal["text", "count", "flag", "arn"] = "text"
    required: bool = False
    default: Any = None
    secret: bool = False
    doc: str = ""


CONDITIONS: tuple[type[Frozen], ...] = (
    algebra.ReadOnlyRoot,
    algebra.RunsAsRoot,
    algebra.HasVariable,
    algebra.LacksVariable,
    algebra.Labelled,
    algebra.EntryPointAbsent,
    algebra.Architecture,
    algebra.Router,
)
ACTIONS: tuple[type[Frozen], ...] = (
    algebra.WrapEntryPoint,
    algebra.ShellWrapCommand,
    algebra.ShellWrapArgv,
    algebra.AppendText,
    algebra.SetEnvironment,
    algebra.AddSecret,
    algebra.UniqueEnvironment,
    algebra.SortEnvironment,
    algebra.InheritEnvironment,
    algebra.MountFrom,
    algebra.AddMountPoint,
    algebra.AddCapability,
    algebra.InitProcess,
    algebra.DependOn,
    algebra.AddLabel,
    algebra.SetMember,
    algebra.CompareText,
)
UNWRITTEN = {"SetEnvironment": ("option",), "Recipe": ("exclude_option",)}
"""Record -> fields that hold addresses of options, which have no JSON form."""

NOT_BLANK = ("agent", "name", "member", "image")
"""Fields of plain text that may not be blank."""

REFERENCES = ("value_from", "valueFrom", "credentialsParameter")
"""Members that take a reference to a secret."""

FAMILY, BRACES = "task.family", "braces"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPEN = re.compile(r"\{\{(?!\{)")
BROKEN: Any = object()
"""Stands for a value that could not be read and whose problem is noted."""


def _shape(annotation: str) -> Shape:
    """Read a record's annotation."""
    if annotation.endswith(" | None"):
        return ("optional", _shape(annotation[:-7]))
    name, _, inner = annotation.removesuffix("]").partition("[")
    if name == "Literal":
        return ("choice", tuple(word.strip(" '\"") for word in inner.split(",")))
    if name == "Mapping":
        return ("map", _shape(inner.partition(", ")[2]))
    if name == "tuple":
        first = inner.removesuffix(", ...")
        if first != inner:
            return ("list", _shape(first))
        return ("pair", *map(_shape, inner.split(", ")))
    named: dict[str, Shape] = {
        "Action": ("tagged", "step", ACTIONS),
        "Step": ("tagged", "step", (*ACTIONS, algebra.When)),
        "Condition": ("tagged", "condition", CONDITIONS),
        "Router": ("tagged", "condition", (algebra.Router,)),
    }
    record = getattr(algebra, name, None)
    return named.get(name) or (("record", record) if record else (name,))


_SHAPES: dict[str, dict[str, Shape]] = {}


def shapes(record: type[Frozen]) -> dict[str, Shape]:
    """Give the shape of each field that a record's JSON form has."""
    name = record.__name__
    if name not in _SHAPES:
        _SHAPES[name] = {
            field: _shape(annotation)
            for field, annotation in record.__annotations__.items()
            if field not in UNWRITTEN.get(name, ())
        }
    return _SHAPES[name]


FACTS: tuple[str, ...] = shapes(Fact)["name"][1]


# Writing


def written(record: Frozen, key: str = "") -> dict[str, Any]:
    """Write a record; ``key``: the member that names which it is."""
    made: dict[str, Any] = {key: type(record).__name__} if key else {}
    for field, shape in shapes(type(record)).items():
        value = getattr(record, field)
        if not hasattr(type(record), field) or value != getattr(type(record), field):
            made[field] = _written(value, shape)
    return made


def _written(value: Any, shape: Shape) -> Any:
    what = shape[0]
    if what == "optional":
        return None if value is None else _written(value, shape[1])
    if what == "list":
        return [_written(item, shape[1]) for item in value]
    if what == "pair":
        return [_written(*both) for both in zip(value, shape[1:], strict=True)]
    if what == "map":
        return {key: _written(item, shape[1]) for key, item in value.items()}
    if what == "tagged":
        return written(value, shape[1])
    if what == "record":
        return written(value)
    if what == "Any":
        return _json(value)
    return template(value) if what in ("str", "Text") else value


def _json(value: Any) -> Any:
    if isinstance(value, (str, Fact, tuple)):
        return template(value)
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    return value


def template(text: Any) -> str:
    """Write a text, with its facts, as a template."""
    if isinstance(text, Fact):
        return "{{" + text.name + "}}"
    if isinstance(text, tuple):
        return "".join(map(template, text))
    return str(text).replace("{{", "{{" + BRACES + "}}")


# Reading


def read(
    value: Any, given: Mapping[str, str], task: Mapping[str, Any], address: str
) -> Recipe:
    """Read a recipe and fill its parameters in.

    ``given``: parameter -> its value as text. ``task``: task facts in ECS's names.
    Raises Failure with every problem.
    """
    reader = _Reader(task)
    document = dict(value)
    declared = document.pop("parameters", {})
    reader.declare(declared, given, place(address, "parameters"))
    recipe = reader.record(document, Recipe, address)
    if reader.problems:
        raise Failure(reader.problems)
    names = dict.fromkeys((*recipe.secret_names, *reader.secret_variables))
    made: Recipe = recipe.replace(
        exclude_option=place(address, "exclude") if recipe.exclude else "",
        secret_names=tuple(names),
        warnings=(*recipe.warnings, *reader.warnings),
    )
    return made


class _Reader:
    """Reads one recipe; what is wrong with all its parts is collected."""

    def __init__(self, task: Mapping[str, Any]) -> None:
        self.task = task
        self.values: dict[str, Any] = {}
        self.declared: dict[str, Parameter] = {}
        self.problems: list[Problem] = []
        self.secret_variables: list[str] = []
        self.warned: dict[str, None] = {}
        self.where = ("", "")

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What to know of secrets that stand in plain text."""
        said = (
            "stands in plain text in the task definition and in Terraform's state; let"
            " the recipe take it from a secret, with AddSecret"
        )
        return [(f"options.parameters.{name}", said) for name in self.warned]

    def say(self, address: str, message: str, *fixes: str) -> Any:
        """Note a problem; gives what stands for a value that could not be read."""
        self.problems.append(Problem(address, message, fixes, "request"))
        return BROKEN

    # Parameters

    def declare(self, declared: Any, given: Mapping[str, str], address: str) -> None:
        """Read the declarations and hold what is given against them."""
        if not isinstance(declared, dict):
            self.say(address, f"is {kind(declared)}, an object is needed")
            return
        for name, one in declared.items():
            at = place(address, name)
            if not _NAME.fullmatch(name) or name == BRACES:
                self.say(at, "is no name for a parameter", "use letters, digits and _")
            found = self.record(one, Parameter, at)
            if found is not BROKEN:
                self.declared[name] = found
                self.values[name] = self._value(name, found, given, at)
        for name in given:
            if name not in declared:
                at = place("options.parameters", name)
                self.say(at, "is not known", nearest(name, declared))

    def _value(
        self, name: str, one: Parameter, given: Mapping[str, str], address: str
    ) -> Any:
        value, at = given.get(name) or None, place("options.parameters", name)
        if one.secret and one.default is not None:
            return self.say(place(address, "default"), "is given for a secret")
        if value is None and one.required:
            return self.say(at, "is needed", *((one.doc,) if one.doc else ()))
        if value is None:
            value, at = one.default, place(address, "default")
        if value is None:
            return self.say(at, "is needed, or required", "say one of both")
        found = validate(value, {"anyOf": KINDS[one.kind]}, at)
        self.problems += found
        if found:
            return BROKEN
        if one.kind == "count":
            return int(value or 0)
        return value in (True, "true") if one.kind == "flag" else value

    # Records

    def record(self, value: Any, record: type[Frozen], address: str) -> Any:
        """Read one record."""
        if not isinstance(value, dict):
            return self.say(address, f"is {kind(value)}, an object is needed")
        known, made = shapes(record), {}
        for key in value:
            if key not in known:
                said = nearest(key, known) if known else "it has no members"
                self.say(place(address, key), "is not known", said)
        for field, shape in known.items():
            at = place(address, field)
            if field in value:
                self.where = (record.__name__, field)
                made[field] = self.value(value[field], shape, at)
                plain = shape[0] == "str" and field in NOT_BLANK
                if plain and isinstance(made[field], str) and not value[field].strip():
                    self.say(at, "is empty")
            elif not hasattr(record, field):
                self.say(at, "is needed")
                made[field] = BROKEN
        if any(item is BROKEN for item in made.values()):
            return BROKEN
        return self._finished(record(**made), value, address)

    def _finished(self, made: Any, value: Mapping[str, Any], address: str) -> Any:
        """Give a variable its address, and hide it if a secret stands in it."""
        if not isinstance(made, SetEnvironment):
            return made
        if made.only_on:
            made = made.replace(option=place(address, "only_on"))
        used = [
            name
            for name, one in self.declared.items()
            if one.secret
            and any("{{" + name + "}}" in value.get(f, "") for f in ("value", "after"))
        ]
        if used:
            self.warned.update(dict.fromkeys(used))
            self.secret_variables.append(made.name)
            made = made.replace(secret=True)
        return made

    def value(self, value: Any, shape: Shape, address: str) -> Any:
        """Read a value of a shape."""
        what = shape[0]
        if what == "optional":
            return None if value is None else self.value(value, shape[1], address)
        if what == "record":
            return self.record(value, shape[1], address)
        if what == "Any":
            return self.json(value, address)
        reader: Callable[[Any, Shape, str], Any] = getattr(self, f"_{what}")
        return reader(value, shape, address)

    def _needed(self, value: Any, what: str, address: str) -> Any:
        return self.say(address, f"is {kind(value)}, {what} is needed")

    def _list(self, value: Any, shape: Shape, address: str) -> Any:
        if not isinstance(value, list):
            return self._needed(value, "a list", address)
        where = self.where
        made = []
        for index, item in enumerate(value):
            self.where = where
            made.append(self.value(item, shape[1], place(address, index)))
        return _whole(tuple(made), made)

    def _pair(self, value: Any, shape: Shape, address: str) -> Any:
        if not isinstance(value, list) or len(value) != len(shape) - 1:
            return self._needed(value, f"a list of {len(shape) - 1} texts", address)
        made = [
            self.value(item, one, place(address, index))
            for index, (item, one) in enumerate(zip(value, shape[1:], strict=True))
        ]
        return _whole(tuple(made), made)

    def _map(self, value: Any, shape: Shape, address: str) -> Any:
        if not isinstance(value, dict):
            return self._needed(value, "an object", address)
        made = {
            key: self.value(item, shape[1], place(address, key))
            for key, item in value.items()
        }
        return _whole(made, made.values())

    def _tagged(self, value: Any, shape: Shape, address: str) -> Any:
        _, key, records = shape
        if not isinstance(value, dict):
            return self._needed(value, "an object", address)
        known = {record.__name__: record for record in records}
        name = value.get(key)
        if not isinstance(name, str) or name not in known:
            said = "is needed" if key not in value else f"is no {key}"
            fix = nearest(name, known) if isinstance(name, str) else nearest("", known)
            return self.say(place(address, key), said, fix)
        rest = {field: item for field, item in value.items() if field != key}
        return self.record(rest, known[name], address)

    def _choice(self, value: Any, shape: Shape, address: str) -> Any:
        if isinstance(value, str) and value in shape[1]:
            return value
        shown = ", ".join(map(dump, shape[1]))
        given = f"is {dump(value)}" if isinstance(value, str) else f"is {kind(value)}"
        return self.say(address, f"{given}, one of {shown} is needed")

    def _bool(self, value: Any, _: Shape, address: str) -> Any:
        if isinstance(value, bool):
            return value
        return self._needed(value, "true or false", address)

    def _int(self, value: Any, _: Shape, address: str) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._needed(value, "a whole number", address)

    def _str(self, value: Any, _: Shape, address: str) -> Any:
        made = self._Text(value, _, address)
        if isinstance(made, (Fact, tuple)):
            return self.say(
                address,
                f"{value} differs from container to container, which cannot be here",
                f"what can: {', '.join(self._constant())}",
            )
        return made

    # Texts

    def json(self, value: Any, address: str) -> Any:
        """Read JSON whose texts are templates; a parameter alone keeps its type."""
        if isinstance(value, str):
            name = value[2:-2]
            alone = value == "{{" + name + "}}" and name in self.declared
            made = self._Text(value, (), address)
            return self.values[name] if alone and made is not BROKEN else made
        if isinstance(value, list):
            items = [self.json(v, place(address, i)) for i, v in enumerate(value)]
            return _whole(items, items)
        if isinstance(value, dict):
            made, where = {}, self.where
            for key, item in value.items():
                self.where = (where[0], key)
                made[key] = self.json(item, place(address, key))
            self.where = where
            return _whole(made, made.values())
        return value

    def _Text(self, value: Any, _: Shape, address: str) -> Any:  # noqa: N802  (the annotation's name)
        if not isinstance(value, str):
            return self._needed(value, "text", address)
        parts, at = [], 0
        while (found := _OPEN.search(value, at)) is not None:
            end = value.find("}}", found.end())
            if end < 0:
                break
            parts += [
                value[at : found.start()],
                *self._named(value, found, end, address),
            ]
            at = end + 2
        parts.append(value[at:])
        if any(isinstance(part, str) and "{{" in part for part in parts[::2]):
            fix = "write {{braces}} for two braces that mean nothing"
            return self.say(address, "has {{ without its }}", fix)
        return _whole(_joined(parts[::2], parts[1::2]), parts)

    def _named(
        self, value: str, found: re.Match[str], end: int, address: str
    ) -> list[Any]:
        """Give what a name in a template stands for, as a list of one."""
        name = value[found.end() : end].strip()
        if name in FACTS:
            return [Fact(name)]  # type: ignore[arg-type]  # it is one of them
        if name == BRACES:
            return ["{{"]
        if name == FAMILY:
            return [self._family()]
        if name in self.declared:
            return [self._parameter(name, address)]
        known = [*FACTS, *self._constant()]
        return [
            self.say(address, f"{{{{{name}}}}} is not defined", nearest(name, known))
        ]

    def _constant(self) -> list[str]:
        return [FAMILY, BRACES, *self.declared]

    def _family(self) -> Any:
        return self.task.get("family") or self.say(
            "task.family",
            "is needed: the recipe speaks of {{task.family}}",
            Said(
                'give task = {"family": "<family of the task definition>"}',
                "say --task family=<family of the task definition>",
            ),
        )

    def _parameter(self, name: str, address: str) -> Any:
        value = self.values[name]
        record, field = self.where
        plain = record == "SetEnvironment" and field in ("value", "after")
        if self.declared[name].secret and not plain and field not in REFERENCES:
            return self.say(
                address,
                f"{{{{{name}}}}} is a secret and would be shown here",
                "let it stand in value_from, or in the value of a SetEnvironment",
            )
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if value is BROKEN else str(value)


def _whole(made: Any, parts: Iterable[Any]) -> Any:
    """Give what was made of parts, unless one of them could not be read."""
    return BROKEN if any(part is BROKEN for part in parts) else made


def _joined(texts: list[str], named: list[Any]) -> Any:
    """Put the literal parts of a template and what stands between them together."""
    made: list[Any] = [texts[0]]
    for part, text in zip(named, texts[1:], strict=True):
        for one in (part, text):
            if isinstance(one, str) and isinstance(made[-1], str):
                made[-1] += one
            else:
                made.append(one)
    kept = [part for part in made if part != ""]
    if len(kept) > 1:
        return tuple(kept)
    return kept[0] if kept else ""
