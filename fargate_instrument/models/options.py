"""The options of every agent as pydantic models, made from their declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.models import types
from fargate_instrument.models.types import Made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fargate_instrument.core.agents import Option

WebSocket = Annotated[types.NotBlank, Field(pattern=r"^wss://[^\s/]+:[0-9]+$")]
Host = Annotated[types.Text, Field(pattern=r"^[^\s/:]*$")]
KINDS: dict[str, Any] = {
    "text": types.Text,
    "needed_text": types.NotBlank,
    "arn": types.SecretArn,
    "count": types.Count,
    "port": types.Port,
    "flag": types.Flag,
    "host": Host,
    "names": types.Names,
    "texts": list[types.Text],
    "map": dict[str, types.Text],
    "log_configuration": types.LogConfiguration,
    "web_socket": WebSocket,
    "recipe": dict[str, Any],
}
"""Kind of an option -> its type."""


def model(name: str, doc: str, options: Sequence[Option]) -> type[Made]:
    """Make the model of an object of options."""
    fields: dict[str, Any] = {option.name: _field(name, option) for option in options}
    made: type[Made] = create_model(name, __base__=Made, __doc__=doc, **fields)
    return made


def _field(owner: str, option: Option) -> tuple[Any, Any]:
    kind = _type(owner, option)
    if option.secret:
        kind = Annotated[kind, Field(json_schema_extra={"secret": True})]
    if option.required:
        return kind, Field(description=option.doc)
    return kind | None, Field(default=None, description=option.doc)


def _type(owner: str, option: Option) -> Any:
    if option.kind == "choice":
        empty = () if "" in option.values else ("",)
        return Literal[(*option.values, *empty)]
    if option.kind == "object":
        name = owner.removesuffix("Options") + _camel(option.name)
        return model(name, option.doc, option.members)
    return KINDS[option.kind]


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


OPTIONS: dict[str, type[Made]] = {
    name: model(
        f"{_camel(name)}Options",
        f"Options of the agent ``{name}``.",
        load(name).options,
    )
    for name in NAMES
}
"""Agent -> the model of its options."""
