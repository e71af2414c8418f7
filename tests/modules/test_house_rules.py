"""Every rule over every module and stack, and every rule over HCL that breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.modules import house_rules
from tests.modules.configuration import Configuration, modules, stacks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL: Final = [*modules(), *stacks()]
GOOD: Final = {
    "main.tf": "resource aws_vpc this { count = var.create ? 1 : 0 }",
    "variables.tf": (
        'variable "create" {\n  description = "Makes it."\n  type = bool\n}\n'
    ),
    "outputs.tf": "",
    "versions.tf": """
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}
""",
    "README.md": "",
}
VARIABLE: Final = 'variable "x" {{\n  description = "X."\n  type = {}\n}}\n'
BREAKS: Final[dict[str, dict[str, str]]] = {
    "deprecated_interpolation": {"main.tf": 'locals {\n  a = "${var.create}"\n}\n'},
    "deprecated_index": {"main.tf": "locals {\n  a = var.create.0\n}\n"},
    "unused_declarations": {"main.tf": "locals {\n  a = 1\n}\n"},
    "comment_syntax": {"main.tf": "// a slash\nlocals {\n}\n"},
    "documented_outputs": {"outputs.tf": 'output "a" {\n  value = 1\n}\n'},
    "documented_variables": {"variables.tf": 'variable "a" {\n  type = bool\n}\n'},
    "typed_variables": {"variables.tf": VARIABLE.format("map(any)")},
    "module_pinned_source": {"main.tf": 'module "a" {\n  source = "a/b/aws"\n}\n'},
    "naming_convention": {"main.tf": 'resource "aws_vpc" "the-vpc" {\n}\n'},
    "required_version": {"versions.tf": "terraform {\n}\n"},
    "required_providers": {
        "versions.tf": 'terraform {\n  required_version = ">= 1.5"\n}\n'
    },
    "standard_module_structure": {"main.tf": VARIABLE.format("bool")},
    "workspace_remote": {"main.tf": "locals {\n  a = terraform.workspace\n}\n"},
    "sorted_blocks": {
        "variables.tf": VARIABLE.format("bool") + GOOD["variables.tf"],
    },
    "provider_in_module": {"main.tf": 'provider "aws" {\n}\n'},
    "external_data_conditions": {
        "main.tf": 'data "external" "a" {\n  depends_on = [aws_vpc.this]\n}\n'
    },
    "partition_literal": {
        "main.tf": 'locals {\n  a = "arn:aws:iam::aws:policy/${var.create}"\n}\n'
    },
    "deprecated_arguments": {
        "main.tf": 'resource "aws_iam_role" "a" {\n  managed_policy_arns = []\n}\n'
    },
    "validated_closed_sets": {
        "variables.tf": VARIABLE.replace('"x"', '"pid_mode"').format("string")
    },
    "tags_of_the_user_win": {
        "main.tf": "locals {\n  tags = merge(var.tags, { A = 1 })\n}\n",
        "variables.tf": VARIABLE.replace('"x"', '"tags"').format("map(string)"),
    },
    "create_switch": {"main.tf": 'resource "aws_vpc" "this" {\n}\n'},
    "refusals_are_tested": {
        "variables.tf": VARIABLE.format("bool").replace(
            "}\n", "  validation {\n    condition = var.x\n  }\n}\n"
        )
    },
}


@pytest.mark.parametrize("rule", house_rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("configuration", ALL, ids=lambda c: c.name)
def test_the_configuration_keeps_the_rule(
    configuration: Configuration, rule: Callable[[Configuration], list[str]]
) -> None:
    assert rule(configuration) == []


@pytest.mark.parametrize("rule", house_rules.RULES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_its_breach(
    tmp_path: Path, rule: Callable[[Configuration], list[str]]
) -> None:
    good = _written(tmp_path / "modules/good", GOOD)
    assert rule(good) == []
    broken = _written(tmp_path / "modules/broken", GOOD | BREAKS[rule.__name__])
    assert len(rule(broken)) > 0


def test_what_was_checked() -> None:
    variables = sum(len(c.variables) for c in ALL)
    outputs = sum(len(c.outputs) for c in ALL)
    runs = sum(len(c.tests) for c in ALL)
    print(
        f"\n{len(house_rules.RULES)} rules over {len(modules())} modules and "
        f"{len(stacks())} stacks: {variables} variables, {outputs} outputs, {runs} runs"
    )
    assert {c.folder.name for c in modules()} >= {
        "crowdstrike-falcon-sensor",
        "datadog-agent",
        "ecs-service",
        "flow-log-bucket",
        "instrument",
        "orchestrator-agent",
        "prisma-cloud-defender",
        "sysdig-workload-agent",
        "vpc",
    }
    assert {c.folder.name for c in stacks()} >= {
        "direct-collector",
        "existing-vpc",
        "no-nat",
        "prisma-cloud",
        "walkthrough",
    }


def _written(folder: Path, files: dict[str, str]) -> Configuration:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return Configuration(folder)
