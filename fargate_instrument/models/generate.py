"""Write what is generated from the models, or say that it is stale.

Run as ``python -m fargate_instrument.models.generate --write`` (or ``--check``).
"""

from __future__ import annotations

import json
import pprint
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from fargate_instrument.core import agents
from fargate_instrument.models import faces, query, tables
from fargate_instrument.models.known import known
from fargate_instrument.models.options import OPTIONS
from fargate_instrument.models.recipe import RECORDS, Recipe

ROOT = Path(__file__).resolve().parents[2]
NOT_READ = ("recipe", "result")
"""Schemas of what the plan path makes, and so need not check."""

KEPT = {
    "type",
    "enum",
    "const",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "secret",
}


def json_schema(model: Any, title: str) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) that is published for a model or type."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        schema = model.model_json_schema()
    else:
        schema = TypeAdapter(model).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
    }


def schemas() -> dict[str, dict[str, Any]]:
    """Give every published schema: name -> JSON Schema."""
    found = {
        "query": json_schema(query.Query, "query"),
        "task": json_schema(query.Task, "task"),
        "agents": json_schema(query.Layers, "agents"),
        "include": json_schema(query.Include, "include"),
        "image_configs": json_schema(query.ImageConfigs, "image_configs"),
        "task_definitions": json_schema(query.Batch, "task_definitions"),
        "recipe": json_schema(Recipe, "recipe"),
        "result": json_schema(query.Result, "result"),
    }
    for name, model in OPTIONS.items():
        found[f"options.{name}"] = json_schema(model, f"options of {name}")
    return found


def reduced(schema: Any, definitions: dict[str, Any]) -> Any:
    """Cut a schema down to what validates: references resolved, prose left out."""
    if "$ref" in schema:
        return reduced(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key not in KEPT:
            continue
        if key == "const":
            made["enum"] = [value]
        elif key == "properties":
            made[key] = {k: reduced(v, definitions) for k, v in value.items()}
        elif key == "anyOf":
            made[key] = [reduced(item, definitions) for item in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = reduced(value, definitions)
        else:
            made[key] = value
    return made


def declared() -> str:
    """Give the text of ``declared.py``."""
    tables = {
        name: reduced(schema, schema.get("$defs", {}))
        for name, schema in schemas().items()
        if name not in NOT_READ and not name.startswith("options.")
    }
    return (
        '"""What may go in, as data; GENERATED from the models, never edited.\n\n'
        "Name -> a subset of JSON Schema, which ``validate`` interprets.\n"
        '"""\n\n'
        "from __future__ import annotations\n\n"
        "TYPE_CHECKING = False\n"
        "if TYPE_CHECKING:\n"
        "    from typing import Any\n\n"
        "SCHEMAS: dict[str, Any] = "
        + pprint.pformat(tables, width=88, compact=True, sort_dicts=True)
        + "\n"
    )


def files() -> dict[Path, str]:
    """Give every generated file and its text."""
    core = ROOT / "fargate_instrument" / "core"
    made = {core / "declared.py": declared(), core / "known.py": known()}
    folder = ROOT / "docs" / "reference" / "schemas"
    for name, schema in schemas().items():
        made[folder / f"{name}.json"] = json.dumps(schema, indent=2) + "\n"
    reference = ROOT / "docs" / "reference"
    for name in OPTIONS:
        made[reference / f"options-{name}.md"] = options_page(name)
    made[reference / "query-and-result.md"] = protocol_page()
    made[reference / "recipes.md"] = recipe_page()
    return made | {ROOT / path: text for path, text in faces.files().items()}


GENERATED = (
    "<!-- Generated from the models;"
    " python -m fargate_instrument.models.generate --write -->\n\n"
)
PROTOCOL = """\
# Query and result

Both are flat JSON objects of strings, as Terraform's `external` data source passes them:
the query on standard input, the result on standard output. Where a value is JSON, it is
JSON as text. An absent key, the empty text and null mean the same; an unknown key is an
error.
"""


def protocol_page() -> str:
    """Give the reference page of the query, what is in it, and the result."""
    known = schemas()
    image = known["image_configs"]
    entry = known["task_definitions"]
    sections = {
        "Query": known["query"],
        "Facts in `task`": known["task"],
        "Entries of `image_configs`": _record(image, "ImageConfig"),
        "Entries of `task_definitions`": _record(entry, "BatchEntry"),
        "Result": known["result"],
    }
    columns = ("key", "type", "required", "meaning")
    parts = [
        f"## {title}\n\n{tables.markdown(schema, columns)}"
        for title, schema in sections.items()
    ]
    return GENERATED + "\n".join([PROTOCOL, *parts])


def recipe_page() -> str:
    """Give the reference page of the recipe and its steps."""
    schema = schemas()["recipe"]
    columns = ("field", "type", "required", "meaning")
    parts = [
        "# Recipes\n\nWhat an agent asks for, as data. `fargate-instrument explain` shows"
        " the steps at work; as a\nJSON Schema: [schemas/recipe.json]"
        "(schemas/recipe.json).\n"
    ]
    names = [model.__name__ for model in RECORDS]
    for name in names[::-1]:
        record = schema if name == "Recipe" else _record(schema, name)
        shallow = {**record, "$defs": {}, "properties": _flat(record, schema["$defs"])}
        table = tables.markdown(shallow, columns)
        parts.append(f"## {name}\n\n{record['description']}\n\n{table}")
    return GENERATED + "\n".join(parts)


def _record(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][name]
    return {**found, "$defs": schema["$defs"]}


def _flat(record: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Name the type of each field once, since records have sections of their own."""
    return {
        name: {
            "type": tables.type_of(field, definitions, named=True),
            "description": field.get("description", ""),
        }
        for name, field in record.get("properties", {}).items()
        if name not in ("step", "condition")
    }


def options_page(name: str) -> str:
    """Give the reference page of an agent's options."""
    schema = schemas()[f"options.{name}"]
    columns = ("option", "type", "required", "meaning")
    agent = agents.load(name)
    named = [option.name for option in agent.options if option.secret]
    secret = ", ".join(f"`{option}`" for option in named) or "none"
    return (
        f"{GENERATED}# Options of `{name}`\n\n{agent.title}.\n\n"
        f"Numbers and booleans may be given as text, and an empty text means absent, as"
        f" Terraform\nusers write them. An unknown option is an error. Never shown in any"
        f" message: {secret}.\nThe same as a JSON Schema: [schemas/options.{name}.json]"
        f"(schemas/options.{name}.json).\n\n{tables.markdown(schema, columns)}"
    )


def main(arguments: list[str]) -> int:
    """Write the files, or check that they are what would be written."""
    stale = []
    begun = {ROOT / path: text for path, text in faces.beginnings().items()}
    missing = {path: text for path, text in begun.items() if not path.is_file()}
    for path, text in (files() | missing).items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--write" in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(("wrote" if "--write" in arguments else "stale:"), path)  # noqa: T201
    return 1 if stale and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
