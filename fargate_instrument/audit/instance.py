"""One use of a Terraform module: what its names mean with the values it is given."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import folder as folders
from fargate_instrument.audit import hcl, template, tooling
from fargate_instrument.audit.expressions import Reader
from fargate_instrument.audit.functions import WrongError
from fargate_instrument.audit.unknown import Instrumented, Unknown
from fargate_instrument.audit.variable_types import converted
from fargate_instrument.core.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fargate_instrument.audit.folder import Module
    from fargate_instrument.audit.hcl import Block

MOST_INSTANCES = 200
META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


class Lazy(dict[str, Any]):
    """An object whose members are computed when they are asked for."""

    def __init__(self, makers: dict[str, Callable[[], Any]]) -> None:
        super().__init__(dict.fromkeys(makers))
        self._makers = makers

    def __getitem__(self, key: str) -> Any:
        return self._makers[key]()

    def __hash__(self) -> int:  # type: ignore[override]  # identity is enough
        return id(self)


@dataclass(eq=False)
class Instance:
    """A module and what it is called with.

    ``folder``: the root module's, where file names start. ``address``: ends with a dot
    or is empty. ``key``: its name in the list of downloaded ``modules``. ``files``:
    those that were read, of all modules below one root.
    """

    module: Module
    folder: Path
    arguments: dict[str, Any]
    address: str = ""
    key: str = ""
    modules: dict[str, Path] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)
    _cache: dict[tuple[str, str], Any] = field(default_factory=dict)
    _calls: dict[int, list[Any]] = field(default_factory=dict)

    @classmethod
    def root(cls, path: Path) -> Instance:
        """Read a root module with the values Terraform loads by itself."""
        made = cls(folders.read(path), path, {}, modules=_downloaded(path))
        made.arguments.update(made.module.json_values)
        made.arguments.update(
            {n: made.reader.read(value) for n, value in made.module.values.items()}
        )
        return made

    @property
    def reader(self) -> Reader:
        """Read expressions of this module."""
        return Reader(self)

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        """Give what the first words of a reference mean, and how many they are."""
        if root in ("var", "local") and words:
            return self._once(root, words[0]), 1
        if root == "path" and words:
            here = self.module.path if words[0] == "module" else self.folder
            return str(here.resolve()), 1
        if root == "module" and words:
            return self._once(root, words[0]), 1
        if root == "data" and len(words) > 1:
            return self._data(words), 2
        name = ".".join([root, *words])
        if root in ("each", "count", "self", "terraform", "ephemeral"):
            return Unknown(f"it depends on {name}", f"${{{name}}}"), len(words)
        if not words:
            raise WrongError(f"there is nothing named {root}")
        reason = f"it depends on {root}.{words[0]}, a resource"
        return Unknown(reason, f"${{{name}}}"), len(words)

    def _once(self, kind: str, name: str) -> Any:
        key = (kind, name)
        if key not in self._cache:
            self._cache[key] = Unknown(f"{kind}.{name} depends on itself")
            make = {"var": self._variable, "local": self._local, "module": self._output}
            self._cache[key] = make[kind](name)
        return self._cache[key]

    def _variable(self, name: str) -> Any:
        block = next(self.module.of("variable", name), None)
        if block is None:
            raise WrongError(f"there is no var.{name}")
        default = block.attributes.get("default")
        if name in self.arguments and not (
            self.arguments[name] is None and default is not None and _not_null(block)
        ):
            value = self.arguments[name]
        elif default is not None:
            value = self.reader.read(default)
        else:
            reason = f"var.{name} has no value here"
            return Unknown(reason, f"${{var.{name}}}")
        kind = block.attributes.get("type")
        return converted(value, kind.tree, self.reader) if kind else value

    def _local(self, name: str) -> Any:
        expression = self.module.locals().get(name)
        if expression is None:
            raise WrongError(f"there is no local.{name}")
        return self.reader.read(expression)

    # Data sources

    def _data(self, words: list[str]) -> Any:
        kind, name = words[:2]
        by = f"data.{kind}.{name}"
        block = next(self.module.of("data", kind, name), None)
        if block is None:
            raise WrongError(f"there is no {by}")
        made = self._data_value(block, kind, self.address + by)
        if isinstance(made, Unknown):
            return made
        if "count" in block.attributes:
            number = self.reader.read(block.attributes["count"])
            if isinstance(number, Unknown):
                return made if kind == "template_file" else [made]
            return [made] * min(int(number), MOST_INSTANCES)
        return made

    def _data_value(self, block: Block, kind: str, by: str) -> Any:
        agent = tooling.DATA_SOURCES.get(kind)
        if agent is not None:
            given = block.attributes.get("container_definitions")
            value = self.reader.read(given) if given else None
            made = Instrumented(agent, by, given_containers(value))
            return {"output_container_definitions": made}
        program = block.attributes.get("program")
        if kind == "external" and program is not None:
            if tooling.PROGRAM.search(program.source(program.tree)):
                query = block.attributes.get("query")
                asked = self.reader.read(query) if query else {}
                return {"result": result(asked, by, "")}
        elif kind == "template_file":
            return self._template_file(block)
        return Unknown(f"it depends on {by}, a data source", f"${{{by}}}")

    def _template_file(self, block: Block) -> Any:
        reader = self.reader
        given = {
            name: reader.read(block.attributes[name])
            for name in ("template", "vars")
            if name in block.attributes
        }
        text, names = given.get("template"), given.get("vars", {})
        if not isinstance(text, str) or not isinstance(names, dict):
            return Unknown("its template is not known")
        return {"rendered": reader.within(**names).rendered(text, "its template")}

    # Modules

    def children(self, block: Block) -> Iterator[Instance | Reader]:
        """Give the instances of a module call; a Reader where it is not on disk.

        Modules that define no task and call no other are left out unread.
        """
        path = self._path(block)
        if path is not None and path.is_dir() and not folders.may_define(path):
            return
        for made, _ in self._called(block):
            if isinstance(made, (Instance, Reader)):
                yield made

    def _output(self, name: str) -> Any:
        block = next(self.module.of("module", name), None)
        if block is None:
            raise WrongError(f"there is no module.{name}")
        made = [(key, self._outputs(one, block)) for one, key in self._called(block)]
        if "count" in block.attributes:
            return [outputs for _, outputs in made]
        if "for_each" in block.attributes:
            return {str(key): outputs for key, outputs in made}
        return made[0][1]

    def _outputs(self, made: Any, block: Block) -> Any:
        if isinstance(made, Instance):
            outputs = made.module.of("output")
            return Lazy({o.labels[0]: partial(made.output, o) for o in outputs})
        if isinstance(made, Reader):
            source = hcl.literal(block.attributes["source"]) or "elsewhere"
            return Unknown(f"module.{block.labels[0]} comes from {source}, not on disk")
        return made

    def output(self, block: Block) -> Any:
        """Give the value of an output."""
        key = ("output", block.labels[0])
        if key not in self._cache:
            self._cache[key] = Unknown(f"output {block.labels[0]} depends on itself")
            value = block.attributes.get("value")
            self._cache[key] = self.reader.read(value) if value else None
        return self._cache[key]

    def _called(self, block: Block) -> list[tuple[Any, Any]]:
        """Give (Instance, Reader or the tool's outputs) and key of each instance."""
        known = self._calls.get(id(block))
        if known is None:
            known = self._calls[id(block)] = [
                (self._child(block, suffix, reader), suffix.strip('["]'))
                for suffix, reader in instances(block, self.reader)
            ]
        return known

    def _child(self, block: Block, suffix: str, reader: Reader) -> Any:
        name = block.labels[0]
        expression = block.attributes.get("source")
        source = hcl.literal(expression) if expression else None
        arguments = {
            key: value for key, value in block.attributes.items() if key not in META
        }
        tool = tooling.module(source, self.module.path)
        if tool is not None:
            values = {key: reader.read(value) for key, value in arguments.items()}
            by = f"{self.address}module.{name}{suffix}"
            return result(values, by, tooling.MODULES[tool])
        path = self._path(block)
        if path is None or not path.is_dir():
            return reader
        depth = self.address.count("module.")
        if depth > MOST_INSTANCES // 10:
            return reader
        values = {k: reader.read(value) for k, value in arguments.items()}
        address = f"{self.address}module.{name}{suffix}."
        module, key = folders.read(path), self._key(name)
        return Instance(
            module, self.folder, values, address, key, self.modules, self.files
        )

    def _key(self, name: str) -> str:
        return f"{self.key}.{name}".lstrip(".")

    def _path(self, block: Block) -> Path | None:
        """Give the folder of a called module: beside this one, or downloaded."""
        expression = block.attributes.get("source")
        source = hcl.literal(expression) if expression else None
        if source and source.startswith("."):
            return Path(os.path.normpath(self.module.path / source))
        return self.modules.get(self._key(block.labels[0]))


def instances(block: Block, reader: Reader) -> Iterator[tuple[str, Reader]]:
    """Give address suffix and reader of each instance that a block makes."""
    if "count" in block.attributes:
        number = reader.read(block.attributes["count"])
        if isinstance(number, (int, float)):
            for index in range(min(int(number), MOST_INSTANCES)):
                yield f"[{index}]", reader.within(count={"index": index})
        else:
            yield "[0]", reader
    elif "for_each" in block.attributes:
        each = reader.read(block.attributes["for_each"])
        if isinstance(each, dict):
            for key in sorted(each):
                value = {"key": key, "value": each[key]}
                yield f"[{json.dumps(key)}]", reader.within(each=value)
        elif isinstance(each, list):
            for key in each:
                text = template.as_text(key)
                value = {"key": key, "value": key}
                yield f"[{json.dumps(str(text))}]", reader.within(each=value)
        else:
            yield "[each.key]", reader
    else:
        yield "", reader


def result(values: Any, by: str, agent: str) -> Any:
    """Give what this project's module or program puts out for its inputs."""
    if not isinstance(values, dict):
        reason = "what it is asked is not known"
        return {"container_definitions": Instrumented(agent, by, Unknown(reason))}
    created = values.get("create", True)
    if isinstance(created, Unknown):
        return Unknown(f"{by} may be switched off: {created.reason}")
    if created in (False, "false"):
        return dict.fromkeys((*tooling.OUTPUTS, "pid_mode"), "")
    asked = values.get("agent")
    agent = agent or (asked if isinstance(asked, str) else "")
    if values.get("rendered") is not None:
        return {"container_definitions": values["rendered"]}
    made = _instrumented(values, by, agent)
    outputs: dict[str, Any] = dict.fromkeys(tooling.OUTPUTS, made)
    entries = _decoded(values.get("task_definitions"))
    if isinstance(entries, dict):
        outputs["task_definitions"] = {
            name: {"container_definitions": _instrumented(values, by, agent, entry)}
            for name, entry in entries.items()
        }
    outputs["pid_mode"] = (
        "task" if agent == "sysdig" else Unknown(f"it depends on {by}")
    )
    others = ("secret_arns", "volumes", "warnings", "errors", "instrumented", "skipped")
    waiting = Unknown(f"{by} gives it at plan time")
    return {**dict.fromkeys(others, waiting), **outputs}


def _instrumented(
    values: dict[str, Any], by: str, agent: str, entry: Any = None
) -> Instrumented:
    values = {**values, **entry} if isinstance(entry, dict) else values
    ignored = values.get("ignore_containers")
    exclude = _names(values.get("exclude"))
    if ignored and not isinstance(exclude, Unknown):
        names = _names(ignored)
        exclude = names if isinstance(names, Unknown) else (*exclude, *names)
    return Instrumented(
        agent,
        by,
        given_containers(values.get("container_definitions")),
        _names(values.get("include")),
        exclude,
    )


def _decoded(value: Any) -> Any:
    try:
        return template.decoded(value)
    except Failure:
        return Unknown("its text is not JSON")


def _names(value: Any) -> Any:
    read = _decoded(value)
    if read is None or read == "":
        return ()
    return tuple(read) if isinstance(read, list) else Unknown("its names are not known")


def given_containers(value: Any) -> Any:
    """Bring an input to a list of containers, to what makes it, or to Unknown."""
    if value is None or isinstance(value, Instrumented):
        return value
    if isinstance(value, Unknown) and value.origin:
        return value.origin
    read = _decoded(value)
    if isinstance(read, dict):
        inner = [v for k, v in read.items() if k.lower() == "containerdefinitions"]
        read = inner[0] if inner else None
    if isinstance(read, (list, Unknown)):
        return read
    return Unknown("it is no list of containers")


def _not_null(block: Block) -> bool:
    nullable = block.attributes.get("nullable")
    return nullable is not None and "false" in hcl.tokens(hcl.trees(nullable.tree)[0])


def _downloaded(root: Path) -> dict[str, Path]:
    """Read where ``terraform init`` put the modules of a root module."""
    index = root / ".terraform" / "modules" / "modules.json"
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))["Modules"]
        return {entry["Key"]: root / entry["Dir"] for entry in entries if entry["Key"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
