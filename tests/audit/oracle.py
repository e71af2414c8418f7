"""What Terraform itself makes of folders and expressions: one plan for many of them.

Folders stand in one root as modules, so that the engine and the provider start once.
Where an expression is Terraform's to refuse, it is null.
"""

# ruff: noqa: E501 - Terraform code keeps its own lines

from __future__ import annotations

import json
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.terraform_rig import emulator, engines, mirror

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OURS = (
    "git::https://github.com/fargate-instrument/fargate-instrument.git"
    "//modules/sysdig-workload-agent?ref=v0.1.0"
)
"""A source that counts, for which the stand-in below stands before an engine."""

PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
STAND_IN = """
variable "container_definitions" { default = "[]" }
variable "create" { default = true }
variable "exclude" { default = [] }
variable "include" { default = [] }
variable "ignore_containers" { default = [] }
variable "options" { default = {} }
variable "task_definitions" {
  type    = any
  default = {}
}
locals {
  launcher = ["/opt/draios/bin/instrument"]
  agent    = { name = "agent", image = "quay.io/sysdig/workload-agent:6", essential = false }
}
output "container_definitions" {
  value = !var.create ? "" : jsonencode(concat([
    for c in jsondecode(var.container_definitions) : merge(c, {
      for key, value in {
        entryPoint  = concat(local.launcher, try(coalescelist(c.entryPoint, ["/app"]), ["/app"]))
        volumesFrom = [{ sourceContainer = "agent" }]
      } :
      key => value if !contains(concat(var.exclude, var.ignore_containers), c.name)
    })
  ], [local.agent]))
}
"""


@lru_cache(maxsize=1)
def command(folder: Path) -> tuple[str, dict[str, str]]:
    """Find an engine and write its configuration; skip where there is none."""
    try:
        engine = engines.engine(folder / "engine")
        settings = mirror.cli_configuration(folder / "cli", engine.command)
    except (engines.NoEngineError, mirror.NoProviderError) as reason:
        pytest.skip(str(reason))
    return engine.command, {**emulator.clean_environment(), **settings}


def run(folder: Path, rig: Path, *words: str) -> str:
    """Run one command of Terraform's. Raises AssertionError with what it printed."""
    terraform, environment = command(rig)
    done = subprocess.run(
        [terraform, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr or done.stdout
    return done.stdout


def planned(folder: Path, rig: Path) -> dict[str, Any]:
    """Plan a root module; give the plan as JSON."""
    run(folder, rig, "init", "-no-color", "-backend=false", "-input=false")
    run(folder, rig, "plan", "-no-color", "-out=saved", "-input=false", "-lock=false")
    shown: dict[str, Any] = json.loads(run(folder, rig, "show", "-json", "saved"))
    return shown


def write(folder: Path, files: Mapping[str, str], source: str | None = None) -> None:
    """Write files; ``source`` takes the place of our own module's."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shown = text.replace(OURS, source) if source else text
        path.write_bytes(shown.encode("utf-8", "surrogateescape"))


def definitions(plan: Mapping[str, Any]) -> dict[str, str | None]:
    """Give the container definitions of a plan by address; None: known after apply."""
    return {
        one["address"]: one["change"]["after"].get("container_definitions")
        for one in plan.get("resource_changes", ())
        if one["type"] == "aws_ecs_task_definition"
    }


def of_folders(
    cases: Mapping[str, Mapping[str, str]], rig: Path
) -> dict[str, dict[str, str | None]]:
    """Plan many folders at once; give what each one defines."""
    root = rig / "together"
    write(root, {"main.tf": PROVIDER, "stand_in/main.tf": STAND_IN})
    calls = []
    for name, files in cases.items():
        write(root / "cases" / name, files, "../../stand_in")
        calls.append(f'module "{name}" {{\n  source = "./cases/{name}"\n}}\n')
    (root / "calls.tf").write_text("".join(calls))
    found: dict[str, dict[str, str | None]] = {name: {} for name in cases}
    for address, text in definitions(planned(root, rig)).items():
        name = address.split(".")[1]
        found[name][address.partition(f"module.{name}.")[2]] = text
    return found


def of_expressions(
    around: str, expressions: Sequence[str], rig: Path
) -> list[str | None]:
    """Evaluate expressions; give the JSON text, None where Terraform refuses one."""
    root = rig / "expressions"
    outputs = "".join(
        f'output "o{n}" {{\n  value = try(jsonencode([{text}]), null)\n}}\n'
        for n, text in enumerate(expressions)
    )
    write(root, {"main.tf": around + outputs})
    found = planned(root, rig)["planned_values"].get("outputs", {})
    values = [found.get(f"o{n}", {}).get("value") for n in range(len(expressions))]
    return [None if value is None else value[1:-1] for value in values]
