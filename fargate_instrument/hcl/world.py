"""What the modules below one root share, and what a caller knows of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fargate_instrument.hcl import module as modules
from fargate_instrument.hcl import syntax
from fargate_instrument.hcl.values import Lazy

if TYPE_CHECKING:
    from fargate_instrument.hcl.budget import Budget
    from fargate_instrument.hcl.evaluate import Reader
    from fargate_instrument.hcl.files import Files
    from fargate_instrument.hcl.instance import Instance
    from fargate_instrument.hcl.module import Module
    from fargate_instrument.hcl.syntax import Block

META = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})


class Knowledge(Protocol):
    """What a caller knows of modules and data sources."""

    def module(self, call: Call) -> Any:
        """Give a call's outputs, or None where the module is to be read."""

    def data(self, call: Call) -> Any:
        """Give what a data source gives, or None where that is not known."""


@dataclass(eq=False)
class Call:
    """One instance of a module call or of a data source.

    ``source``: of a module, None if it is no plain text; of a data source, its type.
    ``by``: its address. ``arguments``: computed when they are asked for.
    """

    block: Block
    source: str | None
    by: str
    reader: Reader
    instance: Instance

    @property
    def arguments(self) -> Lazy:
        """Give what it is called with."""
        pairs = self.block.attributes.items()
        return Lazy({
            name: partial(self.reader.read, value)
            for name, value in pairs
            if name not in META
        })  # fmt: skip

    def assumed(self, name: str) -> Any:
        """Give an argument as it is if nothing is given another value."""
        reader = self.instance.assumed.reader.within(**self.reader.loops)
        return reader.read(self.block.attributes.get(name))


@dataclass(eq=False)
class World:
    """What every module below one root module shares.

    ``given``: values of the root's variables from outside. ``certain``: the defaults of
    the others hold. ``workspace``: its name, if it is known.
    """

    folder: Path
    files: Files
    budget: Budget
    knowledge: Knowledge
    given: dict[str, Any] = field(default_factory=dict)
    certain: bool = False
    downloaded: dict[str, Path] = field(default_factory=dict)
    workspace: str = ""

    @cached_property
    def assumed(self) -> World:
        """Give the same world in which nothing is given another value."""
        return self if self.certain else replace(self, certain=True)

    def module(self, folder: Path) -> Module:
        """Read a folder."""
        return modules.read(folder, self.files)


def downloaded(root: Path, files: Files) -> dict[str, Path]:
    """Read where ``terraform init`` put the modules of a root module."""
    index = root / ".terraform" / "modules" / "modules.json"
    try:
        entries = json.loads(modules.text_of(index, files))["Modules"]
        return {
            entry["Key"]: Path(os.path.normpath(root / entry["Dir"]))
            for entry in entries
            if entry["Key"]
        }
    except (syntax.NotReadableError, ValueError, KeyError, TypeError):
        return {}
