"""JSON Schemas -> tables of members for people, in Markdown or plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.core.jsontext import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    Schema = dict[str, Any]

TYPES = {
    "string": "text",
    "integer": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
}
_WIDTH = 88


def rows(schema: Schema) -> list[tuple[str, str, str, str]]:
    """List the members: name, type, whether required, meaning; groups dotted."""
    return list(_rows(schema, schema.get("$defs", {}), ""))


def _rows(
    schema: Schema, definitions: Schema, prefix: str
) -> Iterator[tuple[str, str, str, str]]:
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        needed = ("in its group" if prefix else "yes") if name in required else ""
        meaning = " ".join(str(member.get("description", "")).split())
        yield prefix + name, type_of(member, definitions), needed, meaning
        for inner in _objects(member, definitions):
            yield from _rows(inner, definitions, f"{prefix}{name}.")


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    if "$ref" in schema:
        found: Schema = definitions[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _objects(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    schema = _resolved(schema, definitions)
    if schema.get("properties"):
        yield schema
    for branch in schema.get("anyOf", ()):
        yield from _objects(branch, definitions)


def type_of(schema: Schema, definitions: Schema, *, named: bool = False) -> str:
    """Name a member's type in a few words; ``named``: records by their own names."""
    if named and "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    schema = _resolved(schema, definitions)
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        found = [type_of(branch, definitions, named=named) for branch in branches]
        return " or ".join(dict.fromkeys(name for name in found if name != "null"))
    if "enum" in schema:
        return " or ".join(dump(value) for value in schema["enum"])
    if "const" in schema:
        return dump(schema["const"])
    kind = schema.get("type", "any JSON")
    if kind == "array" and schema.get("items"):
        inner = type_of(schema["items"], definitions, named=named)
        return f"list of {f'({inner})' if ' or ' in inner else inner}"
    if "pattern" in schema and "secretsmanager" in schema["pattern"]:
        return "ARN"
    return TYPES.get(kind, str(kind))


def markdown(schema: Schema, columns: tuple[str, str, str, str]) -> str:
    """Write the members as a Markdown table."""
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    for name, kind, needed, meaning in rows(schema):
        lines.append(
            f"| `{name}` | {_escaped(kind)} | {needed} | {_escaped(meaning)} |"
        )
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def plain(schema: Schema) -> str:
    """Write the members for a terminal: name and type, then the meaning indented."""
    lines = [schema["title"]]
    if schema.get("description"):
        lines += ["  " + line for line in str(schema["description"]).splitlines()]
    for name, kind, needed, meaning in rows(schema):
        lines.append(f"\n  {name}: {kind}{f' (required: {needed})' if needed else ''}")
        lines += [f"    {line}" for line in _wrapped(meaning)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    import textwrap  # noqa: PLC0415  (for people only)

    return textwrap.wrap(text, _WIDTH)
