"""Options -> Terraform variables: type, default, what is refused; knows no agent."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from fargate_instrument.models import hcl_text as hcl
from fargate_instrument.models.hcl_text import Validation

if TYPE_CHECKING:
    from fargate_instrument.core.agents import Option

ARN = (
    "^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+"
    "|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$"
)
LOGS = """object({
  group     = optional(string)
  logDriver = optional(string)
  options   = optional(map(string))
  region    = optional(string)
  secretOptions = optional(list(object({
    name      = string
    valueFrom = string
  })))
  stream_prefix = optional(string)
})"""
TYPES = {
    "count": "number",
    "flag": "bool",
    "log_configuration": LOGS,
    "map": "map(string)",
    "names": "list(string)",
    "texts": "list(string)",
}
"""Kind of an option -> type of its variable; all others are strings."""

EMPTY = {"map": "{}", "names": "[]", "texts": "[]"}
"""Kind of an option -> default, where that is not null."""

SHORT = 4
"""How many values an error message quotes; more are listed."""

_BY_FORM = {
    "arn": (
        f"can(regex(\n  {hcl.text(ARN)},\n  THIS,\n))",
        "must be the ARN of a Secrets Manager secret or of an SSM parameter.",
        '"arn:aws:s3:::bucket"',
    ),
    "host": (
        'can(regex("^[^\\\\s/:]*$", THIS))',
        "must be a host name alone, without scheme, port or path.",
        '"https://host.example:443/"',
    ),
    "needed_text": (
        "length(trimspace(THIS)) > 0",
        "must not be empty.",
        '" "',
    ),
    "web_socket": (
        'can(regex("^wss://[^/:]+:[0-9]{1,5}$", THIS))',
        "must have the form wss://<host>:<port>.",
        '"https://console.example"',
    ),
}
"""Kind -> condition of a value that is given, message, a value that breaks it."""

_BY_RANGE = {
    "count": (
        'can(regex("^[0-9]+$", coalesce(THIS, 0)))',
        "must be a whole number, 0 or more.",
        ("0.5",),
    ),
    "port": (
        "try(\n  parseint(THIS, 10) > 0 && parseint(THIS, 10) < 65536,\n"
        "  THIS == null,\n)",
        "must be a port, 1 to 65535.",
        ('"https"', '"70000"'),
    ),
}
"""Kind -> condition that null meets, too, message, values that break it."""


def variable(option: Option) -> str:
    """Write an option's variable."""
    rows = [("description", hcl.prose(option.doc)), ("type", type_of(option))]
    if not option.required:
        rows.append(("default", default(option)))
        if default(option) != "null":
            rows.append(("nullable", "false"))
    if option.secret:
        rows.append(("sensitive", "true"))
    rules = [hcl.validation(rule) for rule in validations(option)]
    return hcl.block(f'variable "{option.name}"', hcl.attributes(rows), *rules)


def type_of(option: Option) -> str:
    """Give the type of an option's variable."""
    if option.kind != "object":
        return TYPES.get(option.kind, "string")
    rows = [
        (m.name, type_of(m) if m.required else f"optional({type_of(m)})")
        for m in sorted(option.members, key=lambda member: member.name)
    ]
    return "\n".join(["object({", *hcl.attributes(rows), "})"])


def default(option: Option) -> str:
    """Give the default of an option's variable; null leaves it to the program."""
    if option.kind == "choice":
        return hcl.text(option.values[0])
    return EMPTY.get(option.kind, "null")


def validations(option: Option) -> list[Validation]:
    """List what an option's variable refuses before the program runs."""
    name, this = option.name, f"var.{option.name}"
    kind = "arn" if name.endswith("_secret") else option.kind
    if option.values:
        return [_closed(option)]
    if kind == "log_configuration":
        return [_logs(name)]
    if kind in _BY_RANGE:
        rule, said, broken = _BY_RANGE[kind]
        return [Validation(rule.replace("THIS", this), f"{name} {said}", broken)]
    if kind in _BY_FORM:
        rule, said, refused = _BY_FORM[kind]
        absent = "" if option.required else f"{this} == null ? true : "
        rule = absent + rule.replace("THIS", this)
        return [Validation(rule, f"{name} {said}", (refused,))]
    return []


def _closed(option: Option) -> Validation:
    values, this = option.values, f"var.{option.name}"
    absent = f"{this} == null ? true : " if default(option) == "null" else ""
    listed = hcl.texts(values)
    rule = f"{absent}contains({listed}, {this})"
    if len(rule) > hcl.WIDTH - len("    condition     = "):
        lines = textwrap.wrap(listed[1:-1] + ",", hcl.WIDTH - 6)
        inner = "\n".join(f"  {line}" for line in lines)
        rule = f"{absent}contains([\n{inner}\n], {this})"
    return Validation(
        rule, f"{option.name} must be {_any_of(values)}.", ('"none-of-these"',)
    )


def _any_of(values: tuple[str, ...]) -> str:
    quoted = [f'"{value}"' for value in values]
    if len(values) <= SHORT:
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    listed = ", ".join(values)
    short = len(listed) < hcl.WIDTH // 2 + SHORT * SHORT
    return f"one of {listed}" if short else "one of those that the description names"


def _logs(name: str) -> Validation:
    return Validation(
        f"var.{name} == null ? true : alltrue([\n"
        '  for key in ["group", "region", "stream_prefix"] :\n'
        f"  (var.{name}[key] == null) == (var.{name}.logDriver != null)\n"
        "])",
        f"{name} must be group, region and stream_prefix, or logDriver with its options.",
        ('{ group = "app" }', '{ group = "app", logDriver = "awslogs" }'),
    )


def refusals(option: Option) -> list[str]:
    """Write a test run for each value that an option's variable refuses."""
    refused = [value for rule in validations(option) for value in rule.refused]
    names = [f"{option.name}_{word}" for word in ("refused", "refused_too")]
    return [
        hcl.block(
            f'run "{name}"',
            ["  command = plan"],
            [
                "  variables {",
                *hcl.attributes([(option.name, value)], depth=2),
                "  }",
            ],
            [f"  expect_failures = [var.{option.name}]"],
        )
        for name, value in zip(names, refused, strict=False)
    ]
