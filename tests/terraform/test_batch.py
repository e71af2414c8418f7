"""A batch with one broken entry: its reason first and once, and it can be destroyed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from tests.terraform import roots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.engines import Engine

MAIN: Final = """
variable "worker" {{
  default = {{
    name       = "worker"
    image      = "registry.example/worker:7"
    entryPoint = ["/worker"]
  }}
}}

module "agent" {{
  source         = "{modules}/sysdig-workload-agent"
  python_command = {python}

  collector_host           = "ingest.au1.sysdig.com"
  label                    = "shop"
  sysdig_access_key_secret = "{arn}"
  workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"

  task_definitions = {{
    api = {{
      container_definitions = jsonencode([{{
        name       = "api"
        image      = "registry.example/api:7"
        entryPoint = ["/api"]
      }}])
    }}
    worker = {{ container_definitions = jsonencode([var.worker]) }}
  }}
}}

resource "terraform_data" "api" {{
  input = module.agent.task_definitions["api"].container_definitions
}}

resource "terraform_data" "each" {{
  for_each = module.agent.task_definitions
  input    = each.value.container_definitions
}}
"""
BROKEN: Final = {"worker": {"name": "worker", "image": "registry.example/worker:7"}}


def test_one_entry_is_wrong(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    main = MAIN.format(
        arn=roots.SECRET_ARN,
        modules=os.path.relpath(roots.main_module().parent, tmp_path.resolve()),
        python=json.dumps(roots.BARE_PYTHON),
    )
    stack = roots.root(tmp_path, engine, cli, main=main)
    stack.apply()
    planned = stack.plan(variables=BROKEN)
    assert planned.status == 1
    assert planned.text.count("Error: ") == 1, planned.text
    assert planned.text.count('shop: task_definitions["worker"]') == 1
    assert "Invalid index" not in planned.text
    stack.destroy(variables=BROKEN)
    assert "values" not in stack.state()
