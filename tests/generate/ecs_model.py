"""Writes fargate_instrument/core/ecs_model.py from botocore; no part of the program.

    python tests/generate/ecs_model.py --write    write the file
    python tests/generate/ecs_model.py --check    exit 1 if it is stale

botocore ships AWS's own service model of ECS. Everything that a task
definition can hold is read from there: the members of each shape and their
types, which are required, and the values of each enumeration.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
from botocore.loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = (
    Path(__file__).resolve().parents[2] / "fargate_instrument" / "core" / "ecs_model.py"
)
API_VERSION = "2014-11-13"
REQUEST = "RegisterTaskDefinitionRequest"
RESPONSE = "TaskDefinition"

HEADER = '''"""ECS shapes and enumerations, as data; GENERATED, never edited by hand.

Written by tests/generate/ecs_model.py from botocore's service model: whatever
RegisterTaskDefinition's input can hold. No code, and nothing to import.

``SHAPES``: shape -> member -> type. A type is one of

* ``"string"``, ``"integer"``, ``"long"``, ``"boolean"``: a scalar;
* a name that starts with a capital letter: another shape;
* ``[type]``: a list of it;
* ``{"*": type}``: a map whose keys are the user's own, never ECS's.

``"TaskDefinition"`` is the shape of RegisterTaskDefinition's whole input.
``REQUIRED``: shape -> the members that AWS's model marks as required.
``ENUMS``: shape -> member -> the values it (or each of its elements) may have.
``DESCRIBE_ONLY``: members that only DescribeTaskDefinition gives back, and
that registration refuses.
"""

'''


def service_model() -> tuple[dict[str, Any], str]:
    """Load ECS's shapes, and the words that say where they come from."""
    model = Loader().load_service_model("ecs", "service-2", API_VERSION)
    return dict(model["shapes"]), f"botocore {botocore.__version__} ecs/{API_VERSION}"


def type_of(shapes: Mapping[str, Any], name: str) -> Any:
    """Express one shape as a literal of the target's type language."""
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        return name
    if kind == "list":
        return [type_of(shapes, shape["member"]["shape"])]
    if kind == "map":
        return {"*": type_of(shapes, shape["value"]["shape"])}
    return str(kind)


def enum_of(shapes: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Give the values a shape (or each element of a list) may have, or ()."""
    shape = shapes[name]
    if shape["type"] == "list":
        return enum_of(shapes, shape["member"]["shape"])
    return tuple(shape.get("enum", ()))


def structures_in(literal: Any) -> list[str]:
    """Name the shapes that a type refers to."""
    if isinstance(literal, str):
        return [literal] if literal[0].isupper() else []
    inner = literal[0] if isinstance(literal, list) else literal["*"]
    return structures_in(inner)


def build(shapes: Mapping[str, Any]) -> dict[str, Any]:
    """Collect every shape that registration's input reaches, breadth first."""
    found: dict[str, dict[str, Any]] = {}
    required: dict[str, tuple[str, ...]] = {}
    enums: dict[str, dict[str, tuple[str, ...]]] = {}
    queue = [REQUEST]
    while queue:
        name = queue.pop(0)
        public = "TaskDefinition" if name == REQUEST else name
        if public in found:
            continue
        members = shapes[name]["members"]
        found[public] = {m: type_of(shapes, v["shape"]) for m, v in members.items()}
        values = {m: enum_of(shapes, v["shape"]) for m, v in members.items()}
        if any(values.values()):
            enums[public] = {m: v for m, v in values.items() if v}
        if shapes[name].get("required"):
            required[public] = tuple(shapes[name]["required"])
        for literal in found[public].values():
            queue.extend(structures_in(literal))
    request, response = shapes[REQUEST]["members"], shapes[RESPONSE]["members"]
    return {
        "SHAPES": found,
        "REQUIRED": required,
        "ENUMS": enums,
        "DESCRIBE_ONLY": tuple(m for m in response if m not in request),
    }


def literal_text(value: Any, indent: int = 0) -> str:
    """Write a literal, one member a line, with double quotes."""
    pad, inner = " " * indent, " " * (indent + 4)
    if isinstance(value, dict) and "*" not in value:
        rows = (
            f'{inner}"{key}": {literal_text(item, indent + 4)},\n'
            for key, item in value.items()
        )
        return "{\n" + "".join(rows) + pad + "}"
    if isinstance(value, dict):
        return '{"*": ' + literal_text(value["*"]) + "}"
    if isinstance(value, list):
        return "[" + literal_text(value[0]) + "]"
    if isinstance(value, tuple) and len(value) == 1:
        return f'("{value[0]}",)'
    if isinstance(value, tuple):
        rows = (f'{inner}"{item}",\n' for item in value)
        return "(\n" + "".join(rows) + pad + ")"
    return f'"{value}"'


TYPES = {
    "SHAPES": "dict[str, dict[str, Type]]",
    "REQUIRED": "dict[str, tuple[str, ...]]",
    "ENUMS": "dict[str, dict[str, tuple[str, ...]]]",
    "DESCRIBE_ONLY": "tuple[str, ...]",
}


def render(tables: Mapping[str, Any], source: str) -> str:
    """Write the whole file."""
    parts = [
        HEADER,
        "from __future__ import annotations\n\n",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n",
        "    from typing import Any, TypeAlias\n\n",
        "    Type: TypeAlias = str | list[Any] | dict[str, Any]\n\n",
        f'SOURCE = "{source}"\n',
    ]
    parts += [
        f"\n{name}: {TYPES[name]} = {literal_text(table)}\n"
        for name, table in tables.items()
    ]
    return "".join(parts)


def without_source(text: str) -> list[str]:
    """Drop the line with botocore's version: a release may change nothing here."""
    return [line for line in text.splitlines() if not line.startswith("SOURCE = ")]


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="write the file")
    mode.add_argument("--check", action="store_true", help="exit 1 if it is stale")
    wanted = parser.parse_args(arguments)
    shapes, source = service_model()
    text = render(build(shapes), source)
    if wanted.write:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    present = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    if without_source(present) == without_source(text):
        print(f"{TARGET.name} is fresh ({source})")
        return 0
    print(f"{TARGET.name} is stale against {source}: run {__file__} --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
