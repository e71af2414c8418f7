"""A user elsewhere pins a module at a tag of a clone, with no package installed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.terraform import roots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.engines import Engine


def _main(address: str) -> str:
    return f"""
module "agent" {{
  source = "{address}//modules/sysdig-workload-agent?ref={roots.TAG}"

  collector_host           = "ingest.au1.sysdig.com"
  python_command           = {json.dumps(roots.BARE_PYTHON)}
  sysdig_access_key_secret = "{roots.SECRET_ARN}"
  workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"

  container_definitions = jsonencode([{{
    name       = "api"
    image      = "registry.example/api:7"
    entryPoint = ["/bin/api"]
  }}])
}}

output "container_definitions" {{
  value = module.agent.container_definitions
}}

output "secret_arns" {{
  value = module.agent.secret_arns
}}
"""


def test_module_at_a_tag(tmp_path: Path, engine: Engine, cli: dict[str, str]) -> None:
    address = roots.tagged_clone(tmp_path / "repository")
    elsewhere = tmp_path / "somewhere else"
    stack = roots.root(elsewhere, engine, cli, main=_main(address))
    modules = json.loads((elsewhere / ".terraform/modules/modules.json").read_text())
    sources = {module["Source"] for module in modules["Modules"]}
    assert any(roots.TAG in source for source in sources)
    planned = stack.plan()
    assert planned.status == 2, planned.text
    stack.apply()
    found = stack.outputs()
    assert found["secret_arns"] == [roots.SECRET_ARN]
    application, sidecar = json.loads(found["container_definitions"])
    assert application["command"] == ["/bin/api"]
    assert sidecar["name"] == "SysdigInstrumentation"
    again = stack.plan()
    assert again.status == 0, again.text


def test_runner_without_python_says_so(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    address = roots.tagged_clone(tmp_path / "repository")
    command = json.dumps(roots.BARE_PYTHON)
    main = _main(address).replace(command, '["no-such-python"]')
    stack = roots.root(tmp_path / "elsewhere", engine, cli, main=main)
    planned = stack.plan()
    assert planned.status == 1
    assert "External Program Lookup Failed" in planned.text
    assert "no-such-python" in planned.text
