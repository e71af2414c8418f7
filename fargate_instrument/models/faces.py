"""Each agent's Terraform module, made from its options; the README's prose is not.

What a face shares with ``modules/instrument`` is copied from there: variables, outputs,
versions, and the tests of what its variables refuse.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.core.known import SECRET_OPTIONS
from fargate_instrument.models import hcl_text as hcl
from fargate_instrument.models import variables

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

RENAMED = {("datadog", "version"): "service_version"}
"""(Agent, option) -> its variable, where the option's name cannot be a variable's."""

RESERVED = frozenset(
    [
        "count",
        "depends_on",
        "for_each",
        "lifecycle",
        "locals",
        "providers",
        "source",
        "version",
    ]
)
"""Names that Terraform keeps for itself inside a module block."""

WITHOUT = ("custom",)
"""Agents whose options are no fixed set."""

OWN = ("agent", "agents", "options")
"""Variables of ``instrument`` that a face has its own in place of."""

ADDRESS = "git::https://github.com/fargate-instrument/fargate-instrument.git"


def files() -> dict[Path, str]:
    """Give the files that follow from the options: path within the checkout -> text."""
    made = {Path("modules/instrument/main.tf"): _instrument()}
    for agent in _agents():
        where = folder(agent.name)
        made |= {
            where / "main.tf": _main(agent),
            where / "outputs.tf": _outputs(agent),
            where / "variables.tf": _variables(agent),
            where / "versions.tf": _shared("versions.tf"),
            where / "tests" / "refusals.tftest.hcl": _refusals(agent),
        }
    return made


def beginnings() -> dict[Path, str]:
    """Give the files that a new face begins with, and people go on with."""
    return {folder(agent.name) / "README.md": _readme(agent) for agent in _agents()}


def folder(agent: str) -> Path:
    """Give the folder of an agent's face, within the checkout."""
    return Path("modules") / FOLDERS.get(agent, agent.replace("_", "-"))


def options(agent: Agent) -> dict[str, Option]:
    """Give the options that become variables: name -> option, named as its variable.

    A group whose members may be given on their own needs no variable.
    """
    alone = {option.name for option in agent.options}
    found = {
        option.name: option.replace(
            name=RENAMED.get((agent.name, option.name), option.name)
        )
        for option in sorted(agent.options, key=lambda option: option.name)
        if not option.members or not alone.issuperset(m.name for m in option.members)
    }
    taken = {o.name for o in found.values()} & (RESERVED | {*_shared_variables()})
    if taken:
        raise ValueError(f"no variable of {agent.name} can be {', '.join(taken)}")
    return found


def _agents() -> list[Agent]:
    return [load(name) for name in NAMES if name not in WITHOUT]


def _shared(name: str) -> str:
    return (MODULES / "instrument" / name).read_text(encoding="utf-8")


def _instrument() -> str:
    """Keep the one line of ``instrument`` that follows from the agents' options."""
    line = f"  secret_options = {hcl.texts(SECRET_OPTIONS)}"
    return re.sub(r"  secret_options = .*", line, _shared("main.tf"))


# main.tf


def _main(agent: Agent) -> str:
    return hcl.block("locals", *_locals(agent)) + "\n" + _call(agent)


def _locals(agent: Agent) -> Iterator[list[str]]:
    rows, secret = [], []
    for name, option in options(agent).items():
        value = f"var.{option.name}"
        if option.kind == "log_configuration":
            yield hcl.attributes([(option.name, _without_nulls(value))])
            value = f"local.{option.name}"
        if option.secret:
            secret.append(_secret(name, option))
        else:
            rows.append((name, value))
    given = "\n".join(["{", *hcl.attributes(rows), "}"])
    chosen = "{ for name, value in local.given : name => value if value != null }"
    said = []
    if secret:
        said = [
            "  # What is sensitive stands apart, so that the rest is not marked, too."
        ]
        parts = [f"  {part}," for part in (chosen, *secret)]
        chosen = "\n".join(["merge(", *parts, ")"])
    yield said + hcl.attributes([("given", given)])
    yield hcl.attributes([("options", chosen)])


def _without_nulls(value: str) -> str:
    chosen = f"{{ for key, value in {value} : key => value if value != null }}"
    return f"(\n  {value} == null ? null :\n  {chosen}\n)"


def _secret(name: str, option: Option) -> str:
    given = f"{{ {name} = var.{option.name} }}"
    absent = f"nonsensitive(var.{option.name} == null) ? {{}} : "
    return given if option.required else absent + given


def _call(agent: Agent) -> str:
    mine = {"agent": hcl.text(agent.name), "options": "local.options"}
    names = sorted({*_shared_variables(), *mine})
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
    made |= {o.name: variables.variable(o) for o in options(agent).values()}
    return "\n".join(made[name] for name in sorted(made))


def _task(block: str, agent: Agent) -> str:
    if not agent.facts:
        return block
    snake = [re.sub(r"(?<!^)([A-Z])", r"_\1", fact).lower() for fact in agent.facts]
    facts = " and ".join(f"`{fact}`" for fact in snake)
    told = hcl.prose(f"{hcl.described(block)} What is put in depends on {facts}.")
    described = "\n".join(hcl.attributes([("description", told)])) + "\n"
    pattern = re.compile(r"  description = .*?\n(?=  type)", re.DOTALL)
    return pattern.sub(lambda _: described, block)


# tests/refusals.tftest.hcl


def _refusals(agent: Agent) -> str:
    runs = _shared_refusals()
    for option in options(agent).values():
        runs += variables.refusals(option)
    given = [("rendered", '"[]"'), *_needed(agent)]
    needed = hcl.block("variables", hcl.attributes(sorted(given)))
    said = "# No program runs: every value is refused before.\n"
    return "\n".join([said, needed, *runs])


def _needed(agent: Agent) -> list[tuple[str, str]]:
    sample = agent.samples[0]
    return [
        (option.name, hcl.text(str(sample[name])))
        for name, option in options(agent).items()
        if option.required
    ]


def _shared_refusals() -> list[str]:
    runs = hcl.blocks(_shared("tests/refusals.tftest.hcl"), "run").values()
    broken = [re.search(r"expect_failures = \[var\.(\w+)\]", run) for run in runs]
    shared = _shared_variables()
    return [run for run, of in zip(runs, broken, strict=True) if of and of[1] in shared]


# README.md


def _readme(agent: Agent) -> str:
    name = folder(agent.name).name
    document = 'file("${path.module}/container_definitions.json")'
    given = sorted([("container_definitions", document), *_needed(agent)])
    source = hcl.text(f"{ADDRESS}//modules/{name}?ref=v0.1.0")
    call = hcl.block(
        f'module "{agent.name}"',
        hcl.attributes([("source", source)]),
        hcl.attributes(given),
    )
    return (
        f"# {name}\n\nPuts the {agent.title} into container definitions, at plan. The"
        " runner needs Python 3.10 or newer.\n\n"
        f"## Usage\n\n```hcl\n{call}```\n\n## Good to know\n\n"
        '- Everything under "Good to know" in the README of `instrument` holds here too,'
        " above all: no `depends_on` on the module.\n\n"
        "<!-- BEGIN_TF_DOCS -->\n<!-- END_TF_DOCS -->\n"
    )
