"""Types shared by the models; every one is what it says in JSON Schema too."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

Text = Annotated[StrictStr, Field()]
"""Text; the empty one means absent, as Terraform users write it."""

NotBlank = Annotated[StrictStr, Field(pattern=r"\S")]
"""Text that is not blank."""

Digits = Annotated[StrictStr, Field(pattern=r"^[0-9]{0,18}$")]
Count = Annotated[StrictInt, Field(ge=0, le=10**18)] | Digits
"""A whole number, or its digits as text."""

Flag = StrictBool | Literal["true", "false"]
"""A boolean, or its name as text."""

Port = Annotated[StrictInt, Field(ge=1, le=65535)] | Text
"""A port, or text."""

SecretArn = Annotated[
    StrictStr,
    Field(pattern=r"^$|^arn:[^:\s]+:(secretsmanager|ssm):[^:\s]*:[^:\s]*:\S+$"),
]
"""The ARN of a Secrets Manager secret or an SSM parameter, in any partition."""

Names = list[Annotated[StrictStr, Field(min_length=1)]]
"""Container names."""


class Closed(BaseModel):
    """A model whose members are all known."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Made(BaseModel):
    """A closed model that is made from a declaration, its sentences included."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """A model that lets other members through."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)


class AwslogsConfiguration(Closed):
    """The three values of an awslogs configuration."""

    group: NotBlank
    """Log group."""
    stream_prefix: NotBlank
    """Prefix of the log streams."""
    region: NotBlank
    """Region of the log group."""


class SecretOption(Closed):
    """One option of a log driver that comes from a secret."""

    name: NotBlank
    """The option."""
    valueFrom: NotBlank  # noqa: N815  (ECS's spelling)
    """ARN of a Secrets Manager secret or an SSM parameter."""


class EcsLogConfiguration(Closed):
    """A log configuration in ECS's own form."""

    logDriver: NotBlank  # noqa: N815  (ECS's spelling)
    """For example awslogs, awsfirelens or splunk."""
    options: dict[str, StrictStr] | None = None
    """Options of the driver."""
    secretOptions: list[SecretOption] | None = None  # noqa: N815
    """Options of the driver that come from secrets."""


LogConfiguration = AwslogsConfiguration | EcsLogConfiguration

__all__ = [
    "Any",
    "AwslogsConfiguration",
    "Closed",
    "Count",
    "EcsLogConfiguration",
    "Flag",
    "LogConfiguration",
    "Made",
    "Names",
    "NotBlank",
    "Open",
    "Port",
    "SecretArn",
    "Text",
]
