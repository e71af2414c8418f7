"""Holds JSON values against the published schemas, through jsonschema.

For the commands, which can afford a full validator: every error, each with its
address, never a value. The plan path has its own (``validate``).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from fargate_instrument.core.errors import Problem, nearest
from fargate_instrument.core.jsontext import dump, kind, place
from fargate_instrument.models.generate import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


@cache
def validator(name: str) -> Draft202012Validator:
    """Give the validator of one published schema, by its name."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(value: Any, name: str, where: str) -> list[Problem]:
    """List what keeps a parsed JSON value from its schema; none means that it fits.

    ``where``: the address of the value itself.
    """
    found = [
        problem
        for error in validator(name).iter_errors(value)
        for problem in _problems(error, where)
    ]
    return sorted(set(found), key=lambda problem: (problem.address, problem.message))


def _problems(error: ValidationError, where: str) -> Iterator[Problem]:
    address = where
    for step in error.absolute_path:
        address = place(address, step)
    value: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        for name in schema["required"]:
            if name not in value:
                yield _problem(place(address, name), "is needed")
    elif error.validator == "additionalProperties":
        known = schema.get("properties", {})
        for key in value:
            if key not in known:
                fix = nearest(key, known)
                yield _problem(place(address, key), "is not known", fix)
    elif error.validator in ("anyOf", "oneOf"):
        yield from _choice(error, where, address)
    else:
        yield _problem(address, _message(error))


def _choice(error: ValidationError, where: str, address: str) -> Iterator[Problem]:
    """Tell what is wrong with the alternative that comes closest."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    fitting = [
        errors
        for errors in branches.values()
        if not any(e.validator == "type" and not e.path for e in errors)
    ]
    if fitting:
        for inner in min(fitting, key=len):
            yield from _problems(inner, where)
        return
    wanted = [
        NAMES[str(e.validator_value)]
        for errors in branches.values()
        for e in errors
        if e.validator == "type" and e.validator_value != "null"
    ]
    needed = " or ".join(dict.fromkeys(wanted))
    yield _problem(address, f"is {kind(error.instance)}, {needed} is needed")


def _message(error: ValidationError) -> str:
    limit: Any = error.validator_value
    match error.validator:
        case "type":
            return f"is {kind(error.instance)}, {NAMES[limit]} is needed"
        case "enum":
            shown = ", ".join(dump(v) for v in limit if v != "")
            return f"is none of {shown}"
        case "const":
            return f"is not {dump(limit)}"
        case "minimum":
            return f"is less than {limit}"
        case "maximum":
            return f"is more than {limit}"
        case "minLength" | "minItems":
            return "is empty"
        case _:
            return f"does not have the right form ({error.validator} {dump(limit)})"


def _problem(address: str, message: str, *fixes: str) -> Problem:
    return Problem(address, message, fixes, "request")
