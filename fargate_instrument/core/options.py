"""Declared options -> the subset of JSON Schema with which ``validate`` checks them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from fargate_instrument.core.agents import Option

    Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
NOT_BLANK: Schema = {"pattern": r"\S", "type": "string"}
MOST = 10**18


def _closed(required: Sequence[str], **members: Any) -> Schema:
    made = {"additionalProperties": False, "properties": members, "type": "object"}
    return {**made, "required": list(required)} if required else made


KINDS: dict[str, list[Schema]] = {
    "text": [TEXT],
    "needed_text": [NOT_BLANK],
    "host": [{"pattern": r"^[^\s/:]*$", "type": "string"}],
    "web_socket": [{"pattern": r"^wss://[^\s/]+:[0-9]+$", "type": "string"}],
    "arn": [
        {
            "pattern": r"^$|^arn:[^:\s]+:(secretsmanager|ssm):[^:\s]*:[^:\s]*:\S+$",
            "type": "string",
        }
    ],
    "count": [
        {"maximum": MOST, "minimum": 0, "type": "integer"},
        {"pattern": "^[0-9]{0,18}$", "type": "string"},
    ],
    "port": [{"maximum": 65535, "minimum": 1, "type": "integer"}, TEXT],
    "flag": [{"type": "boolean"}, {"enum": ["true", "false"], "type": "string"}],
    "names": [{"items": {"minLength": 1, "type": "string"}, "type": "array"}],
    "texts": [{"items": TEXT, "type": "array"}],
    "map": [{"additionalProperties": TEXT, "type": "object"}],
    "recipe": [{"additionalProperties": True, "type": "object"}],
    "log_configuration": [
        _closed(
            ("group", "stream_prefix", "region"),
            group=NOT_BLANK,
            region=NOT_BLANK,
            stream_prefix=NOT_BLANK,
        ),
        _closed(
            ("logDriver",),
            logDriver=NOT_BLANK,
            options={"anyOf": [{"additionalProperties": TEXT, "type": "object"}, NULL]},
            secretOptions={
                "anyOf": [
                    {
                        "items": _closed(
                            ("name", "valueFrom"), name=NOT_BLANK, valueFrom=NOT_BLANK
                        ),
                        "type": "array",
                    },
                    NULL,
                ]
            },
        ),
    ],
}
"""Kind of an option -> the forms it may have."""


def schema(options: Sequence[Option]) -> Schema:
    """Write the schema of an object of options."""
    required = [option.name for option in options if option.required]
    return _closed(required, **{option.name: _of(option) for option in options})


def _of(option: Option) -> Schema:
    forms = _forms(option)
    if option.secret:
        forms = [{**form, "secret": True} for form in forms]
    if option.required:
        return forms[0] if len(forms) == 1 else {"anyOf": forms}
    return {"anyOf": [*forms, NULL]}


def _forms(option: Option) -> list[Schema]:
    if option.kind == "choice":
        empty = () if "" in option.values else ("",)
        return [{"enum": [*option.values, *empty], "type": "string"}]
    if option.kind == "object":
        return [schema(option.members)]
    return KINDS[option.kind]
