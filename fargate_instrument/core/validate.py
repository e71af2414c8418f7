"""Interprets the subset of JSON Schema in ``declared``; finds everything, says where.

Not a general validator: it knows the keywords that the models produce and no others.
"""

from __future__ import annotations

from fargate_instrument.core.errors import Problem, nearest
from fargate_instrument.core.jsontext import dump, kind, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Schema = dict[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def validate(value: Any, schema: Schema, address: str) -> list[Problem]:
    """Check a parsed JSON value; no problem means that it fits.

    Messages name keys, types and the values of closed sets, never the value found.
    """
    if "anyOf" in schema:
        return _any_of(value, schema["anyOf"], address)
    expected = schema.get("type")
    if expected and type(value) not in _TYPES[expected]:
        return [_problem(address, f"is {kind(value)}, {_NAMES[expected]} is needed")]
    if "enum" in schema and not any(value == v for v in schema["enum"]):
        return [_problem(address, _not_in(value, schema["enum"]))]
    if isinstance(value, str):
        return _text(value, schema, address)
    if isinstance(value, int):
        return _number(value, schema, address)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [
            problem
            for index, item in enumerate(value)
            for problem in validate(item, items, place(address, index))
        ]
    return _object(value, schema, address) if isinstance(value, dict) else []


def _problem(address: str, message: str, *fixes: str) -> Problem:
    return Problem(address, message, fixes, "request")


def _any_of(value: Any, schemas: list[Schema], address: str) -> list[Problem]:
    best: list[Problem] = []
    for schema in schemas:
        found = validate(value, schema, address)
        if not found:
            return []
        if not best or _closeness(value, schema, found) > _closeness(value, None, best):
            best = found
    kinds = [_NAMES[s["type"]] for s in schemas if s.get("type", "null") != "null"]
    if isinstance(value, str) and any("enum" in schema for schema in schemas):
        known = [v for schema in schemas for v in schema.get("enum", ())]
        return [_problem(address, _not_in(value, known))]
    if all(p.address == address and p.message.endswith("is needed") for p in best):
        needed = " or ".join(dict.fromkeys(kinds))
        return [_problem(address, f"is {kind(value)}, {needed} is needed")]
    return best


def _closeness(value: Any, schema: Schema | None, found: list[Problem]) -> int:
    """Rank the branches of a choice: right type first, then known members."""
    if schema is None:
        return -len(found) - (100 if found[0].message.endswith("is needed") else 0)
    known = schema.get("properties", {})
    shared = sum(key in known for key in value) if isinstance(value, dict) else 0
    wrong_type = len(found) == 1 and found[0].message.endswith("is needed")
    return shared - len(found) - (100 if wrong_type else 0)


def _not_in(value: Any, known: list[Any]) -> str:
    shown = ", ".join(dump(v) for v in known if v != "")
    given = f"is {dump(value)}" if isinstance(value, str) else f"is {kind(value)}"
    return f"{given}, one of {shown} is needed"


def _text(value: str, schema: Schema, address: str) -> list[Problem]:
    if len(value) < schema.get("minLength", 0):
        return [_problem(address, "is empty")]
    pattern = schema.get("pattern")
    if pattern is None:
        return []
    fits, *form = FORMS.get(pattern) or (_searched(pattern),)
    if fits(value):
        return []
    if not value.strip():
        return [_problem(address, "is empty")]
    return [_problem(address, "does not have the right form", *form)]


def _is_secret_arn(value: str) -> bool:
    parts = value.split(":", 5)
    return not value or (
        parts[0] == "arn"
        and parts[2:3] in (["secretsmanager"], ["ssm"])
        and all((parts[1], parts[5:]))
        and bool(parts[-1])
        and value.split() == [value]
    )


def _is_web_socket(value: str) -> bool:
    host, _, port = value.removeprefix("wss://").rpartition(":")
    return (
        value.startswith("wss://")
        and "/" not in host
        and host.split() == [host]
        and port.isascii()
        and port.isdigit()
    )


def _is_host(value: str) -> bool:
    return not value or (value.split() == [value] and not {*"/:"} & {*value})


def _is_count(value: str) -> bool:
    return not value or (value.isascii() and value.isdigit() and not value[18:])


def _searched(pattern: str) -> Callable[[str], bool]:
    """Use a regular expression; ``re`` costs more to import than all of a run."""
    from re import search  # noqa: PLC0415

    whole = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    return lambda value: search(whole, value) is not None


FORMS: dict[str, tuple[Any, ...]] = {
    r"\S": (lambda value: bool(value.strip()),),
    r"^[^\s/:]*$": (_is_host, "give the host's name, without scheme, port or path"),
    r"^[0-9]{0,18}$": (_is_count, "give a whole number"),
    r"^wss://[^\s/]+:[0-9]+$": (_is_web_socket, "write wss://<host>:<port>"),
    r"^$|^arn:[^:\s]+:(secretsmanager|ssm):[^:\s]*:[^:\s]*:\S+$": (
        _is_secret_arn,
        "give the ARN of a Secrets Manager secret or an SSM parameter,"
        " such as arn:aws:secretsmanager:<region>:<account>:secret:<name>",
    ),
}
"""Pattern of the models -> the same as a function, and how to write it."""


def _number(value: int, schema: Schema, address: str) -> list[Problem]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and value < least:
        return [_problem(address, f"is less than {least}")]
    if most is not None and value > most:
        return [_problem(address, f"is more than {most}")]
    return []


def _object(value: dict[str, Any], schema: Schema, address: str) -> list[Problem]:
    members = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    found = [
        _problem(place(address, name), "is needed")
        for name in schema.get("required", ())
        if name not in value
    ]
    for key, item in value.items():
        known = members.get(key, others)
        if isinstance(known, dict):
            if not _fits(item, known):
                found += validate(item, known, place(address, key))
        elif not known:
            where = place(address, key)
            found.append(_problem(where, "is not known", nearest(key, members)))
    return found


def _fits(value: Any, schema: Schema) -> bool:
    """Tell at a glance that a value fits; what does not is looked at in full."""
    if "anyOf" in schema:
        return any(_fits(value, choice) for choice in schema["anyOf"])
    only_type = len(schema) == 1 and "type" in schema
    return not schema or (only_type and type(value) in _TYPES[schema["type"]])
