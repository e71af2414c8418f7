"""What arguments the AWS provider takes, from two sources. Not a validator of values.

The provider of the mirror tells its schema to Terraform. Of the newest version that a
package index carries, the bindings of CDK Terrain are read as text: each resource type
is a module, each nested block a class, each argument a keyword of its ``__init__``.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

BINDINGS: Final = "cdktn_provider_aws"
# Arguments of Terraform itself; in the bindings, of CDK Terrain.
META: Final = frozenset(
    {
        *("connection", "count", "depends_on", "for_each", "id_", "lifecycle"),
        *("provider", "provisioner", "provisioners", "scope", "self"),
    }
)
_CLASS: Final = re.compile(r"'([A-Z]\w+)'")


class Block(NamedTuple):
    """A block: its arguments, and the blocks that may stand in it."""

    arguments: frozenset[str]
    blocks: Mapping[str, Block]


def of_provider(printed: Mapping[str, Any]) -> Callable[[str, str], Block | None]:
    """Read what ``terraform providers schema -json`` prints."""
    provider = next(
        schema
        for name, schema in printed["provider_schemas"].items()
        if name.endswith("/aws")
    )
    kinds = {"resource": "resource_schemas", "data": "data_source_schemas"}

    def find(kind: str, name: str) -> Block | None:
        found = provider[kinds[kind]].get(name)
        return None if found is None else _block(found["block"])

    return find


def _block(block: Mapping[str, Any]) -> Block:
    settable = {
        name
        for name, attribute in block.get("attributes", {}).items()
        if attribute.get("required") or attribute.get("optional")
    }
    nested = {
        name: _block(found["block"])
        for name, found in block.get("block_types", {}).items()
    }
    return Block(frozenset(settable), nested)


def version_of_bindings() -> str | None:
    """Say of which provider the bindings are, or None where they are not installed."""
    home = _home()
    if home is None:
        return None
    for described in home.parent.glob(f"{BINDINGS}-*.dist-info/METADATA"):
        text = described.read_text(encoding="utf-8")
        found = re.search(r"hashicorp/aws provider version ([0-9.]+)", text)
        if found:
            return found[1]
    return None


def of_bindings(kind: str, name: str) -> Block | None:
    """Read the block of a resource or data source from the bindings."""
    home = _home()
    short = name.removeprefix("aws_")
    folder = f"data_{name}" if kind == "data" else short
    if home is None or not (home / folder / "__init__.py").exists():
        return None
    classes = _classes(home / folder / "__init__.py")
    # A resource whose class would be named like one of its blocks has an A at its end.
    wanted = folder.replace("_", "").lower()
    named = {found.lower(): found for found in classes}
    top = named[f"{wanted}a"] if f"{wanted}a" in named else named[wanted]
    return _of_class(top, classes)


def _home() -> Path | None:
    spec = importlib.util.find_spec(BINDINGS)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


@lru_cache(maxsize=64)
def _classes(file: Path) -> dict[str, dict[str, str]]:
    """Give each class: its keywords and how they are annotated."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.name: {
            argument.arg: ast.unparse(argument.annotation)
            for argument in initialiser.args.kwonlyargs
            if argument.annotation is not None
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for initialiser in node.body
        if isinstance(initialiser, ast.FunctionDef) and initialiser.name == "__init__"
    }


def _of_class(name: str, classes: Mapping[str, Mapping[str, str]]) -> Block:
    arguments = {k: text for k, text in classes[name].items() if k not in META}
    blocks = {
        key: _of_class(inner[0], classes)
        for key, text in arguments.items()
        if (inner := [one for one in _CLASS.findall(text) if one in classes])
    }
    return Block(frozenset(arguments), blocks)


def unknown(body: Mapping[str, Any], block: Block, at: str) -> Iterator[str]:
    """List the arguments and blocks of a parsed body that the schema does not have."""
    for key, value in body.items():
        if key.startswith("__") or key in META:
            continue
        if key == "dynamic":
            for item in value:
                for name, inner in item.items():
                    content = inner["content"]
                    yield from unknown({name: content}, block, at)
        elif key in block.blocks and isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    yield from unknown(item, block.blocks[key], f"{at}.{key}")
        elif key not in block.arguments and key not in block.blocks:
            yield f"{at}.{key}"
