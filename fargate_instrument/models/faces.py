"""Each agent's Terraform module, made from its options; the README's prose is not.

What a face shares with ``modules/instrument`` is copied from there: variables, outputs,
versions, and the tests of what its variables refuse.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.models import hcl_text as hcl
from fargate_instrument.models.hcl_text import Validation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fargate_instrument.core.agents import Agent, Option

MODULES = Path(__file__).resolve().parents[2] / "modules"
FOLDERS = {
    "crowdstrike": "crowdstrike-falcon-sensor",
    "datadog": "datadog-agent",
    "prisma_cloud": "prisma-cloud-defender",
    "sysdig": "sysdig-workload-agent",
}
"""Agent -> its module, where that is not the agent's own name."""

ALSO = {"sysdig": {"output_container_definitions": "container_definitions"}}
"""Agent -> outputs under the vendor's own names, and what they are the same as."""

WITHOUT = ("custom",)
"""Agents whose options are no fixed set."""

OWN = ("agent", "agents", "options")
"""Variables of ``instrument`` that a face has its own in place of."""

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


def files() -> dict[Path, str]:
    """Give the files of every face: path within the checkout -> text."""
    made: dict[Path, str] = {}
    for name in NAMES:
        if name not in WITHOUT:
            made |= _files(load(name))
    return made


def folder(agent: str) -> Path:
    """Give the folder of an agent's face, within the checkout."""
    return Path("modules") / FOLDERS.get(agent, agent.replace("_", "-"))


def options(agent: Agent) -> list[Option]:
    """List the options that become variables, sorted.

    A group whose members may be given on their own needs no variable.
    """
    alone = {option.name for option in agent.options}
    found = [
        option
        for option in agent.options
        if not option.members or not alone.issuperset(m.name for m in option.members)
    ]
    return sorted(found, key=lambda option: option.name)


def _files(agent: Agent) -> dict[Path, str]:
    where = folder(agent.name)
    return {
        where / "main.tf": _main(agent),
        where / "outputs.tf": _outputs(agent),
        where / "variables.tf": _variables(agent),
        where / "versions.tf": _shared("versions.tf"),
        where / "tests" / "refusals.tftest.hcl": _refusals(agent),
    }


def _shared(name: str) -> str:
    return (MODULES / "instrument" / name).read_text(encoding="utf-8")


# main.tf


def _main(agent: Agent) -> str:
    return hcl.block("locals", *_locals(agent)) + "\n" + _call(agent)


def _locals(agent: Agent) -> Iterator[list[str]]:
    plain = [option for option in options(agent) if not option.secret]
    secret = [option for option in options(agent) if option.secret]
    logs = [o.name for o in plain if o.kind == "log_configuration"]
    for name in logs:
        yield hcl.attributes([(name, _without_nulls(name))])
    rows = [(o.name, f"{'local' if o.name in logs else 'var'}.{o.name}") for o in plain]
    said = []
    if secret:
        said = [
            "  # Secrets stand apart, so that without one nothing here is marked sensitive."
        ]
    given = "\n".join(["{", *hcl.attributes(rows), "}"])
    yield said + hcl.attributes([("given", given)])
    chosen = "{ for name, value in local.given : name => value if value != null }"
    if secret:
        parts = [f"  {part}," for part in (chosen, *map(_secret, secret))]
        chosen = "\n".join(["merge(", *parts, ")"])
    yield hcl.attributes([("options", chosen)])


def _without_nulls(name: str) -> str:
    chosen = f"{{ for key, value in var.{name} : key => value if value != null }}"
    return f"(\n  var.{name} == null ? null :\n  {chosen}\n)"


def _secret(option: Option) -> str:
    given = f"{{ {option.name} = var.{option.name} }}"
    absent = f"nonsensitive(var.{option.name} == null) ? {{}} : "
    return given if option.required else absent + given


def _call(agent: Agent) -> str:
    names = sorted({*_shared_variables(), "agent", "options"})
    mine = {"agent": hcl.text(agent.name), "options": "local.options"}
    rows = [(name, mine.get(name, f"var.{name}")) for name in names]
    source = hcl.attributes([("source", hcl.text("../instrument"))])
    return hcl.block('module "instrument"', source, hcl.attributes(rows))


# outputs.tf


def _outputs(agent: Agent) -> str:
    shared = hcl.blocks(_shared("outputs.tf"), "output")
    made = {name: _output(name, name, hcl.described(o)) for name, o in shared.items()}
    for name, same in ALSO.get(agent.name, {}).items():
        doc = f"The same as `{same}`, under the name that the vendor's data source gives it."
        made[name] = _output(name, same, doc)
    return "\n".join(made[name] for name in sorted(made))


def _output(name: str, of: str, doc: str) -> str:
    rows = [("description", hcl.prose(doc)), ("value", f"module.instrument.{of}")]
    return hcl.block(f'output "{name}"', hcl.attributes(rows))


# variables.tf


def _shared_variables() -> dict[str, str]:
    found = hcl.blocks(_shared("variables.tf"), "variable")
    return {name: block for name, block in found.items() if name not in OWN}


def _variables(agent: Agent) -> str:
    made = _shared_variables()
    made["task"] = _task(made["task"], agent)
    own = {option.name: _variable(option) for option in options(agent)}
    both = made.keys() & own.keys()
    if both:
        raise ValueError(f"options of {agent.name} are variables of instrument: {both}")
    made |= own
    return "\n".join(made[name] for name in sorted(made))


def _task(block: str, agent: Agent) -> str:
    if not agent.facts:
        return block
    snake = [re.sub(r"(?<!^)([A-Z])", r"_\1", fact).lower() for fact in agent.facts]
    facts = " and ".join(f"`{fact}`" for fact in snake)
    told = hcl.prose(f"{hcl.described(block)} What is put in depends on {facts}.")
    described = "\n".join(hcl.attributes([("description", told)]))
    return re.sub(
        r"  description = .*?\n(?=  type)",
        lambda _: described + "\n",
        block,
        flags=re.DOTALL,
    )


def _variable(option: Option) -> str:
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
    if option.values:
        return [_closed(option)]
    if option.kind == "arn" or name.endswith("_secret"):
        said = "must be the ARN of a Secrets Manager secret or of an SSM parameter."
        wide = f"can(regex(\n  {hcl.text(ARN)},\n  {this},\n))"
        refused = hcl.text("arn:aws:s3:::bucket")
    elif option.kind == "needed_text":
        said, refused = "must not be empty.", hcl.text(" ")
        wide = f"length(trimspace({this})) > 0"
    elif option.kind == "web_socket":
        said, refused = (
            "must have the form wss://<host>:<port>.",
            hcl.text("https://console.example"),
        )
        wide = f'can(regex("^wss://[^/:]+:[0-9]{{1,5}}$", {this}))'
    elif option.kind == "host":
        said, refused = (
            "must be a host name alone, without scheme, port or path.",
            hcl.text("https://host.example:443/"),
        )
        wide = f'can(regex("^[^\\\\s/:]*$", {this}))'
    elif option.kind == "count":
        rule = f'can(regex("^[0-9]+$", coalesce({this}, 0)))'
        return [
            Validation(rule, f"{name} must be a whole number, 0 or more.", ("0.5",))
        ]
    elif option.kind == "port":
        rule = f"try(\n  parseint({this}, 10) > 0 && parseint({this}, 10) < 65536,\n  {this} == null,\n)"
        return [
            Validation(
                rule, f"{name} must be a port, 1 to 65535.", ('"https"', '"70000"')
            )
        ]
    elif option.kind == "log_configuration":
        return [_logs(name)]
    else:
        return []
    absent = "" if option.required else f"{this} == null ? true : "
    return [Validation(absent + wide, f"{name} {said}", (refused,))]


def _closed(option: Option) -> Validation:
    values, this = option.values, f"var.{option.name}"
    absent = f"{this} == null ? true : " if default(option) == "null" else ""
    rule = f"{absent}contains({hcl.texts(values)}, {this})"
    if len(f"    condition     = {rule}") > hcl.WIDTH:
        rule = f"{absent}contains(\n  {hcl.texts(values)},\n  {this},\n)"
    quoted = [f'"{value}"' for value in values]
    said = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
    if len(values) > SHORT:
        said = f"one of {', '.join(values)}"
    return Validation(rule, f"{option.name} must be {said}.", ('"none-of-these"',))


def _logs(name: str) -> Validation:
    rule = (
        f"var.{name} == null ? true : alltrue([\n"
        '  for key in ["group", "region", "stream_prefix"] :\n'
        f"  (var.{name}[key] == null) == (var.{name}.logDriver != null)\n"
        "])"
    )
    return Validation(
        rule,
        f"{name} must be either group, region and stream_prefix, or logDriver with its options.",
        ('{ group = "app" }', '{ group = "app", logDriver = "awslogs" }'),
    )


# tests/refusals.tftest.hcl


def _refusals(agent: Agent) -> str:
    runs = _shared_refusals()
    for option in options(agent):
        runs += _own_refusals(option)
    sample = agent.samples[0]
    needed = [o for o in options(agent) if o.required]
    rows = [
        ("rendered", '"[]"'),
        *((o.name, hcl.text(str(sample[o.name]))) for o in needed),
    ]
    given = hcl.block("variables", hcl.attributes(sorted(rows)))
    return "\n".join(
        ["# No program runs: every value is refused before.\n", given, *runs]
    )


def _shared_refusals() -> list[str]:
    runs = hcl.blocks(_shared("tests/refusals.tftest.hcl"), "run").values()
    shared = _shared_variables()
    broken = [re.search(r"expect_failures = \[var\.(\w+)\]", run) for run in runs]
    return [run for run, of in zip(runs, broken, strict=True) if of and of[1] in shared]


def _own_refusals(option: Option) -> list[str]:
    refused = [value for rule in validations(option) for value in rule.refused]
    names = [f"{option.name}_{n}" for n in ("refused", "refused_too")]
    return [
        hcl.block(
            f'run "{name}"',
            ["  command = plan"],
            ["  variables {", *hcl.attributes([(option.name, value)], depth=2), "  }"],
            [f"  expect_failures = [var.{option.name}]"],
        )
        for name, value in zip(names, refused, strict=False)
    ]
