"""What the HCL of this project must look like. Not taste: each rule names a harm.

The first thirteen are tflint's rules of the same names, over parsed files, so that they
hold without tflint. A rule takes a configuration and gives the breaches it finds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tests.modules.configuration import Configuration, bare, comments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STANDARD_FILES: Final = ("main.tf", "outputs.tf", "variables.tf", "versions.tf")
SNAKE_CASE: Final = re.compile(r"[a-z][a-z0-9_]*")
NAMED_BLOCKS: Final = ("variable", "output", "module", "resource", "data", "check")
# Attributes whose values are a closed set or a range: each needs a validation.
CLOSED_SETS: Final = frozenset(
    [
        "agent_log_level",
        "availability_zone_rebalancing",
        "container_insights",
        "container_port",
        "cpu_architecture",
        "defender_generation",
        "destination_type",
        "effect",
        "ephemeral_storage_gib",
        "exposure",
        "file_format",
        "launch_type",
        "max_aggregation_interval",
        "metric",
        "minimum_tls_version",
        "nat_gateway",
        "operating_system_family",
        "orchestrator_port",
        "pid_mode",
        "platform_version",
        "priority",
        "propagate_tags",
        "protocol",
        "proxy_port",
        "retention_in_days",
        "log_retention_days",
        "sidecar",
        "sse",
        "sysdig_logging",
        "sysdig_region",
        "target_metric",
        "traffic_type",
        "transition_class",
        "wrap",
        "compatibility",
        "checks",
        "provenance",
    ]
)
# Documents that the program reads and checks itself, with an address and a fix.
READ_BY_THE_PROGRAM: Final = frozenset(
    {"agents", "options", "task", "task_definitions"}
)
# Deprecated in version 6 of the provider, or before: argument by type of block.
DEPRECATED: Final = {
    "aws_iam_role": {"managed_policy_arns", "inline_policy"},
    "aws_eip": {"vpc"},
    "aws_flow_log": {"log_group_name"},
    "aws_s3_bucket": {
        "acl",
        "policy",
        "versioning",
        "logging",
        "lifecycle_rule",
        "server_side_encryption_configuration",
    },
    "aws_ecs_task_definition": {"inference_accelerator"},
    "aws_service_discovery_service": {"health_check_custom_config"},
}


def deprecated_interpolation(c: Configuration) -> list[str]:
    """Refuse "${x}" where x alone says the same."""
    whole = re.compile(r'=\s*"\$\{[^{}"]*\}"\s*$', re.MULTILINE)
    return _matches(c, whole, texts=c.texts)


def deprecated_index(c: Configuration) -> list[str]:
    """Refuse list.0, the old form of list[0]."""
    index = re.compile(r"[A-Za-z_\])]\.\d+\b")
    return _matches(c, index, texts={n: bare(t) for n, t in c.texts.items()})


def unused_declarations(c: Configuration) -> list[str]:
    """Refuse variables, locals and data that nothing reads."""
    declared = [f"var.{name}" for name in c.variables]
    declared += [f"data.{name}" for _, name, _ in c.blocks("data")]
    declared += [
        f"local.{name}"
        for document in c.parsed.values()
        for block in document.get("locals", [])
        for name in block
        if not name.startswith("__")
    ]
    return [
        f"{c.name}: {name} is never read"
        for name in declared
        if not re.search(rf"\b{re.escape(name)}\b", _without_validation_of(c, name))
    ]


def comment_syntax(c: Configuration) -> list[str]:
    """Refuse comments that do not begin with #."""
    return [
        f"{c.name}/{file}: {comment}"
        for file, text in c.texts.items()
        for comment in comments(text)
        if not comment.startswith("#")
    ]


def documented_variables(c: Configuration) -> list[str]:
    """Refuse variables without a description."""
    return _without(c, c.variables, "description", "variable")


def documented_outputs(c: Configuration) -> list[str]:
    """Refuse outputs without a description."""
    return _without(c, c.outputs, "description", "output")


def typed_variables(c: Configuration) -> list[str]:
    """Refuse variables of no type; of any type, unless the program checks them."""
    return [
        f"{c.name}: variable {name} has the type {body.get('type', 'nothing')}"
        for name, body in c.variables.items()
        if "type" not in body
        or (
            re.search(r"\bany\b", str(body["type"])) and name not in READ_BY_THE_PROGRAM
        )
    ]


def module_pinned_source(c: Configuration) -> list[str]:
    """Refuse modules from elsewhere that are not pinned."""
    return [
        f"{c.name}: module {name} comes from {body['source']}"
        for _, name, body in c.blocks("module")
        if not body["source"].startswith(("./", "../"))
        and not re.search(r"[?&]ref=", body["source"])
        and "version" not in body
    ]


def naming_convention(c: Configuration) -> list[str]:
    """Refuse names that are not in snake_case."""
    return [
        f"{c.name}: {kind} {name}"
        for kind in NAMED_BLOCKS
        for _, name, _ in c.blocks(kind)
        if not SNAKE_CASE.fullmatch(name.rpartition(".")[2])
    ]


def required_version(c: Configuration) -> list[str]:
    """Refuse configurations that say no range of Terraform."""
    stated = str(c.settings.get("required_version", ""))
    return [] if stated.startswith(">= 1.") else [f"{c.name}: Terraform {stated!r}"]


def required_providers(c: Configuration) -> list[str]:
    """Refuse providers in use without a source and a range of versions."""
    stated: dict[str, Any] = {}
    for block in c.settings.get("required_providers", []):
        stated |= block
    used = {
        name.split("_")[0]
        for kind in ("resource", "data")
        for _, name, _ in c.blocks(kind)
        if not name.startswith("terraform_data.")
    }
    return [
        f"{c.name}: provider {provider} is not pinned by source and version"
        for provider in sorted(p.split(".")[0] for p in used)
        if {"source", "version"} - stated.get(provider, {}).keys()
    ]


def standard_module_structure(c: Configuration) -> list[str]:
    """Refuse folders without the usual files, and blocks out of their place."""
    breaches = [
        f"{c.name}: {file} is missing"
        for file in (*STANDARD_FILES, "README.md")
        if not (c.folder / file).exists() and file not in c.texts
    ]
    for kind in ("variable", "output"):
        breaches += [
            f"{c.name}: {kind} {name} is in {file}"
            for file, name, _ in c.blocks(kind)
            if file != f"{kind}s.tf"
        ]
    return breaches


def workspace_remote(c: Configuration) -> list[str]:
    """Refuse workspaces and backends: both are the caller's."""
    return _matches(
        c,
        re.compile(
            r"\bterraform\.workspace\b|^\s*(?:backend|cloud)\b.*\{", re.MULTILINE
        ),
        texts={n: bare(t) for n, t in c.texts.items()},
    )


def sorted_blocks(c: Configuration) -> list[str]:
    """Refuse variables and outputs out of alphabetical order."""
    return [
        f"{c.name}: {kind} is not sorted"
        for kind, names in (("variables", c.variables), ("outputs", c.outputs))
        if list(names) != sorted(names)
    ]


def provider_in_module(c: Configuration) -> list[str]:
    """Refuse provider blocks in modules: such a module takes no count and for_each."""
    return [
        f"{c.name}: provider {name}"
        for _, name, _ in (c.blocks("provider") if c.is_module else [])
    ]


def external_data_conditions(c: Configuration) -> list[str]:
    """Refuse what postpones ``data "external"`` to apply."""
    breaches = [
        f"{c.name}: {name} has {key}"
        for _, name, body in c.blocks("data")
        if name.startswith("external.")
        for key in sorted({"depends_on", "lifecycle"} & body.keys())
    ]
    return breaches + [
        f"{c.name}: module {name} has depends_on"
        for _, name, body in c.blocks("module")
        if "depends_on" in body
    ]


def partition_literal(c: Configuration) -> list[str]:
    """Refuse ARNs that are written for one partition; in an example they may be."""
    shown = {"description", "error_message"}
    return [
        f"{c.name}: {text}"
        for text in _strings(list(c.parsed.values()), shown)
        if re.search(r"\barn:aws(?:-[a-z-]+)?:", text)
    ]


def deprecated_arguments(c: Configuration) -> list[str]:
    """Refuse arguments that a later provider warns of or no longer has."""
    breaches = [
        f"{c.name}: {name} uses {argument}"
        for _, name, body in c.blocks("resource")
        for argument in sorted(
            DEPRECATED.get(name.partition(".")[0], set()) & body.keys()
        )
    ]
    region_name = re.compile(r"data\.aws_region\.\w+(?:\[[^\]]*\])?\.name\b")
    return breaches + _matches(c, region_name, texts=c.texts)


def validated_closed_sets(c: Configuration) -> list[str]:
    """Refuse a closed set that takes any value, and a validation without a message."""
    breaches = []
    for name, body in c.variables.items():
        validations = body.get("validation", [])
        conditions = " ".join(str(v.get("condition")) for v in validations)
        attributes = set(
            re.findall(r"(\w+) = optional\(|(\w+) = \w+", str(body["type"]))
        )
        wanted = {a or b for a, b in attributes} & CLOSED_SETS
        wanted |= (
            {name} & CLOSED_SETS if body["type"] in {"string", "number"} else set()
        )
        wanted -= wanted if name in READ_BY_THE_PROGRAM else set()
        breaches += [
            f"{c.name}: variable {name} takes any value of {attribute}"
            for attribute in sorted(wanted)
            if not re.search(rf"\b{attribute}\b", conditions)
        ]
        breaches += [
            f"{c.name}: variable {name} has a validation without a message"
            for validation in validations
            if not validation.get("error_message")
        ]
    return breaches if c.is_module else []


def tags_of_the_user_win(c: Configuration) -> list[str]:
    """Refuse merged tags whose last word is not the user's, and missing ``tags``."""
    if "tags" not in c.variables or not c.is_module:
        return []
    merged = re.findall(r"\btags\s*=\s*merge\(([^\n]*)\)", c.text)
    return [
        f"{c.name}: tags = merge({arguments})"
        for arguments in merged
        if not re.search(r"var\.(?:tags|subnets\.\w+\.tags)$", arguments)
    ]


def create_switch(c: Configuration) -> list[str]:
    """Refuse modules that make something and cannot be switched off."""
    made = [body for _, _, body in c.blocks("resource")]
    if not c.is_module or not made:
        return []
    breaches = [] if "create" in c.variables else [f"{c.name}: no variable create"]
    return breaches + [
        f"{c.name}: {name} is made whatever create says"
        for _, name, body in c.blocks("resource")
        if not {"count", "for_each"} & body.keys()
    ]


def refusals_are_tested(c: Configuration) -> list[str]:
    """Refuse a condition that no test run breaks: one run for each of them."""
    conditions: dict[str, int] = {
        f"var.{name}": len(body.get("validation", []))
        for name, body in c.variables.items()
    }
    for kind, prefix in (("resource", ""), ("output", "output.")):
        for _, name, body in c.blocks(kind):
            holder = body.get("lifecycle", [{}])[0] if kind == "resource" else body
            conditions[f"{prefix}{name}"] = len(holder.get("precondition", []))
    for _, name, body in c.blocks("check"):
        conditions[f"check.{name}"] = len(body.get("assert", []))
    expected = [
        str(address).strip("${}")
        for run in c.tests
        for address in run.get("expect_failures", [])
    ]
    twins = {"aws_ecs_service.uncounted": "aws_ecs_service.this"}
    return [
        f"{c.name}: {count} conditions of {address}, "
        f"{expected.count(address)} runs that break one"
        for address, count in conditions.items()
        if c.is_module
        and address not in twins
        and expected.count(address)
        + sum(expected.count(twin) for twin, of in twins.items() if of == address)
        < count
    ]


RULES: Final[tuple[Callable[[Configuration], list[str]], ...]] = (
    deprecated_interpolation,
    deprecated_index,
    unused_declarations,
    comment_syntax,
    documented_outputs,
    documented_variables,
    typed_variables,
    module_pinned_source,
    naming_convention,
    required_version,
    required_providers,
    standard_module_structure,
    workspace_remote,
    sorted_blocks,
    provider_in_module,
    external_data_conditions,
    partition_literal,
    deprecated_arguments,
    validated_closed_sets,
    tags_of_the_user_win,
    create_switch,
    refusals_are_tested,
)


def _without(
    c: Configuration, blocks: dict[str, dict[str, Any]], key: str, kind: str
) -> list[str]:
    return [
        f"{c.name}: {kind} {name} has no {key}"
        for name, body in blocks.items()
        if not body.get(key)
    ]


def _matches(
    c: Configuration, pattern: re.Pattern[str], texts: dict[str, str]
) -> list[str]:
    return [
        f"{c.name}/{file}: {found[0].strip()}"
        for file, text in texts.items()
        for found in pattern.finditer(text)
    ]


def _without_validation_of(c: Configuration, name: str) -> str:
    """Give the text in which a declaration must be read: not its own validation."""
    if not name.startswith("var."):
        return c.text
    own = re.compile(
        rf'^variable "{name.removeprefix("var.")}" {{.*?^}}', re.DOTALL | re.MULTILINE
    )
    return own.sub("", c.text)


def _strings(value: object, ignored: set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            if key not in ignored and not str(key).startswith("__"):
                yield from _strings(member, ignored)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member, ignored)
    elif isinstance(value, str):
        yield value
