"""One use of a Terraform module: what its names mean with the values it is given."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import given, syntax, types
from fargate_instrument.hcl.evaluate import Reader
from fargate_instrument.hcl.files import is_folder
from fargate_instrument.hcl.instances import Each, made_of, outputs_of
from fargate_instrument.hcl.syntax import Expression
from fargate_instrument.hcl.values import (
    BudgetError,
    Unknown,
    WrongError,
)
from fargate_instrument.hcl.world import META, Call, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fargate_instrument.hcl.budget import Budget
    from fargate_instrument.hcl.files import Files
    from fargate_instrument.hcl.module import Module
    from fargate_instrument.hcl.syntax import Block

DEEPEST = 20
"""Modules that call modules."""


@dataclass(eq=False)
class Instance:
    """A module and what it is called with.

    ``address``: ends with a dot or is empty. ``key``: its name in the list of
    downloaded modules. ``place``: its folder as Terraform writes it, from the root's.
    """

    module: Module
    world: World
    arguments: dict[str, Any] | None = None
    address: str = ""
    key: str = ""
    place: str = "."
    _cache: dict[tuple[str, str], Any] = field(default_factory=dict)
    _calls: dict[int, list[Each]] = field(default_factory=dict)

    @cached_property
    def assumed(self) -> Instance:
        """Give the same module in a world where nothing is given another value."""
        if self.world.certain:
            return self
        given = self.arguments and {
            name: (value, reader.names.assumed.reader.within(**reader.loops))
            for name, (value, reader) in self.arguments.items()
        }
        return replace(
            self, world=self.world.assumed, arguments=given, _cache={}, _calls={}
        )

    @property
    def folder(self) -> Path:
        """Where relative file names start: the root module's folder."""
        return self.world.folder

    @property
    def files(self) -> Files:
        """The files that may be read."""
        return self.world.files

    @property
    def budget(self) -> Budget:
        """What reading may cost."""
        return self.world.budget

    @property
    def reader(self) -> Reader:
        """Read expressions of this module."""
        return Reader(self)

    # Names

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        """Give what the first words of a reference mean, and how many they are."""
        if root in ("var", "local", "module") and words:
            return self._once(root, words[0]), 1
        if root == "path" and words:
            paths = {"module": self.place, "root": "."}
            return paths.get(words[0], _depends(f"path.{words[0]}")), 1
        if root == "data" and len(words) > 1:
            return self._once("data", f"{words[0]}.{words[1]}"), 2
        name = ".".join([root, *words])
        if root == "terraform" and words == ["workspace"]:
            return self.world.workspace or _depends(name), 1
        if root in ("each", "count", "self", "terraform", "ephemeral"):
            return _depends(name), len(words)
        if not words:
            raise WrongError(f"there is nothing named {root}")
        reason = f"it depends on {root}.{words[0]}, a resource"
        return Unknown(reason, f"${{{name}}}"), len(words)

    def _once(self, kind: str, name: str) -> Any:
        """Compute a value once."""
        key = (kind, name)
        if key not in self._cache:
            self._cache[key] = Unknown(f"{kind}.{name} depends on itself")
            try:
                self._cache[key] = self._make(kind, name)
            except WrongError as error:
                self._cache[key] = error
        value = self._cache[key]
        if isinstance(value, WrongError):
            raise WrongError(str(value))
        return value

    def _make(self, kind: str, name: str) -> Any:
        if kind == "var":
            return self._variable(name)
        if kind == "local":
            return self._local(name)
        if kind == "module":
            return self._outputs(name)
        if kind == "data":
            return self._data(*name.split(".", 1))
        return self._output(name)

    def _block(self, kind: str, *labels: str) -> Block:
        block = next(self.module.of(kind, *labels), None)
        if block is None:
            shown = {"variable": "var"}.get(kind, kind)
            raise WrongError(f"there is no {'.'.join([shown, *labels])}")
        return block

    def _is_twice(self, *name: str) -> Unknown | None:
        if name in self.module.twice:
            return Unknown(f"{'.'.join(name)} is defined more than once")
        return None

    def _variable(self, name: str) -> Any:
        block = self._block("variable", name)
        twice = self._is_twice("variable", name)
        if twice:
            return twice
        default = block.attributes.get("default")
        is_given, value = self._given(name)
        if is_given and value is None and _not_null(block):
            is_given = False
        if not is_given:
            if default is None:
                return Unknown(f"var.{name} has no value here", f"${{var.{name}}}")
            if self.arguments is None and not self.world.certain:
                reason = f"it hangs on var.{name}, which may be given another value"
                return Unknown(reason, f"${{var.{name}}}")
            value = self.reader.read_or_raise(default)
        return self._typed(block, value)

    def _given(self, name: str) -> tuple[bool, Any]:
        if self.arguments is not None:
            if name not in self.arguments:
                return False, None
            expression, reader = self.arguments[name]
            return True, reader.read_or_raise(expression)
        if name in self.world.given:
            return True, self.world.given[name]
        if name in self.module.values:
            values = given.reader(self.budget)
            return True, values.read_or_raise(self.module.values[name])
        return False, None

    def _typed(self, block: Block, value: Any) -> Any:
        expression = block.attributes.get("type")
        try:
            kind = types.constraint(expression.tree) if expression else None
        except WrongError as error:
            return Unknown(str(error))
        if isinstance(value, given.Text):
            value = given.value(value, kind)
        if kind is None:
            return value
        read = self.reader.read
        return types.converted(value, kind, lambda node: read(Expression(node, "", 0)))

    def _local(self, name: str) -> Any:
        expression = self.module.locals().get(name)
        if expression is None:
            raise WrongError(f"there is no local.{name}")
        return self._is_twice("local", name) or self.reader.read_or_raise(expression)

    # Data sources

    def _data(self, kind: str, name: str) -> Any:
        block = self._block("data", kind, name)
        twice = self._is_twice("data", kind, name)
        if twice:
            return twice
        by = f"{self.address}data.{kind}.{name}"
        return made_of(block, self.reader, partial(self._data_value, block, kind, by))

    def _data_value(self, block: Block, kind: str, by: str, reader: Reader) -> Any:
        known = self.world.knowledge.data(Call(block, kind, by, reader, self))
        if known is not None:
            return known
        return Unknown(f"it depends on {by}, a data source", f"${{{by}}}")

    # Modules

    def children(self, block: Block) -> Iterator[tuple[Each, Any]]:
        """Give the instances of a module call: an Instance, outputs, or Unknown."""
        for each in self._called(block):
            yield each, self._child(block, each)

    def _called(self, block: Block) -> list[Each]:
        if id(block) not in self._calls:
            self._calls[id(block)] = list(Each.of(block, self.reader))
        return self._calls[id(block)]

    def _outputs(self, name: str) -> Any:
        block = self._block("module", name)
        twice = self._is_twice("module", name)
        if twice:
            return twice
        return made_of(
            block, self.reader, lambda reader: self._outputs_of(block, reader)
        )

    def _outputs_of(self, block: Block, reader: Reader) -> Any:
        suffix = next(
            (
                each.suffix
                for each in self._called(block)
                if each.reader.loops == reader.loops
            ),
            "[each.key]",
        )
        return outputs_of(self._child(block, Each(suffix, reader)))

    def _child(self, block: Block, each: Each) -> Any:
        key = ("child", f"{id(block)}{each.suffix}")
        if key not in self._cache:
            self._cache[key] = self._made_child(block, each)
        return self._cache[key]

    def _made_child(self, block: Block, each: Each) -> Any:
        name = block.labels[0]
        source = syntax.literal(block.attributes.get("source"))
        by = f"{self.address}module.{name}{each.suffix}"
        pairs = {k: v for k, v in block.attributes.items() if k not in META}
        known = self.world.knowledge.module(Call(block, source, by, each.reader, self))
        if known is not None:
            return known
        path = self._path(block, source)
        if isinstance(path, Unknown):
            return path
        if self.address.count("module.") >= DEEPEST:
            raise BudgetError(f"modules call one another more than {DEEPEST} deep")
        arguments = {k: (v, each.reader) for k, v in pairs.items()}
        key = f"{self.key}.{name}".lstrip(".")
        place = os.path.normpath(os.path.join(self.place, source or ""))  # noqa: PTH118
        if not (source or "").startswith("."):
            place = os.path.relpath(path, self.folder)
        return Instance(
            self.world.module(path), self.world, arguments, by + ".", key, place
        )

    def _path(self, block: Block, source: str | None) -> Path | Unknown:
        """Give the folder of a called module: beside this one, or downloaded."""
        name = f"module.{block.labels[0] if block.labels else ''}"
        if source is None:
            return Unknown(f"the source of {name} is not known")
        if source.startswith(("./", "../")) or source in (".", ".."):
            path = Path(os.path.normpath(self.module.path / source))
            if not is_folder(path):
                return Unknown(f"{name} comes from {source}, which is not there")
        else:
            key = f"{self.key}.{block.labels[0]}".lstrip(".")
            found = self.world.downloaded.get(key)
            if found is None or not is_folder(found):
                return Unknown(f"{name} comes from {source}, not on disk")
            path = found
        if not self.files.allows(path):
            return Unknown(
                f"{name} comes from {source}, outside what is audited: give that"
                " folder, too"
            )
        return path

    def output(self, block: Block) -> Any:
        """Give the value of an output. Raises WrongError."""
        return self._once("output", block.labels[0])

    def _output(self, name: str) -> Any:
        value = self._block("output", name).attributes.get("value")
        twice = self._is_twice("output", name)
        if twice:
            return twice
        return self.reader.read_or_raise(value) if value else None


def _depends(name: str) -> Unknown:
    return Unknown(f"it depends on {name}", f"${{{name}}}")


def _not_null(block: Block) -> bool:
    nullable = block.attributes.get("nullable")
    node = nullable.tree if nullable else None
    return isinstance(node, syntax.Literal) and node.value is False
