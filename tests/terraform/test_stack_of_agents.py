"""Sysdig over Datadog beside a FireLens router: applied, upgraded, one layer taken out.

The emulator holds the task definition; every plan after an apply is empty.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.terraform import roots
from tests.terraform_rig import situations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.terraform_rig.emulator import Emulator
    from tests.terraform_rig.engines import Engine
    from tests.terraform_rig.workspace import Stack, Workspace

LAUNCHER: Final = "/opt/draios/bin/instrument"
DATADOG: Final = {
    "agent": "datadog",
    "options": {
        "agent_image": "public.ecr.aws/datadog/agent:7.70.0",
        "api_key_secret": roots.SECRET_ARN,
    },
}
LOCALS: Final = """
locals {
  definitions = jsonencode([
    {
      name         = "shop"
      image        = "registry.example/shop:7"
      entryPoint   = ["/shop"]
      essential    = true
      portMappings = [{ containerPort = 80, hostPort = 80, protocol = "tcp" }]
      logConfiguration = {
        logDriver = "awsfirelens"
        options   = { Name = "cloudwatch" }
      }
    },
    {
      name                  = "log_router"
      image                 = "registry.example/aws-for-fluent-bit:2.32.2"
      essential             = true
      firelensConfiguration = { type = "fluentbit" }
    },
  ])
}
"""
MAIN: Final = """
variable "agents" {{
  type = any
}}

module "agents" {{
  source         = "{modules}/instrument"
  python_command = {python}

  agents                = var.agents
  container_definitions = local.definitions
  task = {{
    cpu                      = "1024"
    execution_role_arn       = "{role}"
    family                   = "shop"
    memory                   = "2048"
    network_mode             = "awsvpc"
    requires_compatibilities = ["FARGATE"]
  }}
}}

resource "aws_ecs_task_definition" "shop" {{
  family                   = "shop"
  container_definitions    = module.agents.container_definitions
  cpu                      = 1024
  execution_role_arn       = "{role}"
  memory                   = 2048
  network_mode             = "awsvpc"
  pid_mode                 = module.agents.pid_mode
  requires_compatibilities = ["FARGATE"]

  dynamic "volume" {{
    for_each = module.agents.volumes

    content {{
      name = volume.value.name
    }}
  }}
}}

output "container_definitions" {{
  value = module.agents.container_definitions
}}
"""
CHAIN: Final = """
module "datadog" {{
  source         = "{modules}/datadog-agent"
  python_command = {python}

  agent_image           = "public.ecr.aws/datadog/agent:7.70.0"
  api_key_secret        = "{arn}"
  container_definitions = local.definitions
}}

module "sysdig" {{
  source         = "{modules}/sysdig-workload-agent"
  python_command = {python}

  collector_host           = "ingest.au1.sysdig.com"
  container_definitions    = module.datadog.container_definitions
  sysdig_access_key_secret = "{arn}"
  workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
}}

module "both" {{
  source         = "{modules}/instrument"
  python_command = {python}

  agents                = {agents}
  container_definitions = local.definitions
}}

output "chained" {{
  value = module.sysdig.container_definitions
}}

output "at_once" {{
  value = module.both.container_definitions
}}

output "lower" {{
  value = module.datadog.container_definitions
}}
"""


def _sysdig(version: str) -> dict[str, Any]:
    return {
        "agent": "sysdig",
        "options": {
            "collector_host": "ingest.au1.sysdig.com",
            "sysdig_access_key_secret": roots.SECRET_ARN,
            "workload_agent_image": f"quay.io/sysdig/workload-agent:{version}",
        },
    }


def _text(template: str, modules: Path, folder: Path, **values: str) -> str:
    return template.format(
        arn=roots.SECRET_ARN,
        modules=os.path.relpath(modules, folder.resolve()),
        python=json.dumps(roots.BARE_PYTHON),
        role="arn:aws:iam::123456789012:role/execution",
        **values,
    )


@pytest.fixture
def stack(tmp_path: Path, place: Workspace) -> Iterator[Stack]:
    main = _text(MAIN, place.root / "modules", tmp_path)
    found = roots.root(
        tmp_path, place.engine, place.environment, main=main, locals=LOCALS
    )
    yield found
    found.destroy({"agents": [DATADOG]})


def _applied(stack: Stack, cloud: Emulator, *agents: Any) -> dict[str, Any]:
    """Apply, plan again, and ask ECS for what it holds: name -> container."""
    variables = {"agents": list(agents)}
    stack.apply(variables=variables)
    again = stack.plan(variables=variables)
    assert again.status == 0, again.text
    ecs = situations.client(cloud, "ecs")
    held = ecs.describe_task_definition(taskDefinition="shop")["taskDefinition"]
    assert held["pidMode"] == "task"
    return {c["name"]: c for c in held["containerDefinitions"]}


def test_applied_upgraded_and_one_layer_taken_out(
    stack: Stack, cloud: Emulator
) -> None:
    both = _applied(stack, cloud, DATADOG, _sysdig("6.2.1"))
    assert both["shop"]["entryPoint"] == [LAUNCHER]
    assert both["shop"]["command"] == ["/shop"]
    assert {"shop", "log_router", "datadog-agent", "SysdigInstrumentation"} <= {*both}
    assert LAUNCHER not in json.dumps(both["log_router"])
    assert LAUNCHER not in json.dumps(both["datadog-agent"].get("entryPoint"))

    newer = _applied(stack, cloud, DATADOG, _sysdig("6.2.2"))
    image = newer["SysdigInstrumentation"].pop("image")
    assert image == "quay.io/sysdig/workload-agent:6.2.2"
    assert both["SysdigInstrumentation"].pop("image") != image
    assert newer == both, "nothing else may move"

    left = _applied(stack, cloud, DATADOG)
    assert {*left} == {*both} - {"SysdigInstrumentation"}
    assert left["shop"]["entryPoint"] == ["/shop"]
    assert LAUNCHER not in json.dumps(left)
    assert left["datadog-agent"] == both["datadog-agent"]


def test_chained_faces_give_what_agents_gives(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    agents = json.dumps([DATADOG, _sysdig("6.2.1")])
    main = _text(CHAIN, roots.main_module().parent, tmp_path, agents=agents)
    stack = roots.root(tmp_path, engine, cli, main=main, locals=LOCALS)
    stack.apply()
    found = stack.outputs()
    assert found["chained"] == found["at_once"]
    assert LAUNCHER in found["chained"]
    assert LAUNCHER not in found["lower"]
