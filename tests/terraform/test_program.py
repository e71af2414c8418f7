"""The program behind a bare ``data "external"`` block, on every engine here.

Goldens go in and come out through a real plan and apply; a broken definition shows the
user the addressed errors, in both ways of reporting them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.program import MAIN
from tests.terraform import roots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.terraform_rig.engines import Engine

GOLDEN: Final = Path(__file__).parents[1] / "golden"
SITUATIONS: Final = ["sysdig/event_generator", "prisma_cloud/webserver"]
BARE: Final = f"""
terraform {{
  required_providers {{
    external = {{
      source  = "hashicorp/external"
      version = ">= 2.2"
    }}
  }}
}}

data "external" "program" {{
  program = concat({json.dumps(roots.BARE_PYTHON)}, ["-I", {json.dumps(str(MAIN))}])
  query   = {{ for key, value in jsondecode(file("query.json")) : key => (
    can(tostring(value)) ? tostring(value) : jsonencode(value)
  ) }}
}}

output "result" {{
  value = data.external.program.result
}}
"""


def _flat(expected: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: value
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True, separators=(",", ":"))
        for key, value in expected.items()
    }


@pytest.mark.parametrize("situation", SITUATIONS)
def test_golden_through_plan_and_apply(
    tmp_path: Path, engine: Engine, cli: dict[str, str], situation: str
) -> None:
    query = (GOLDEN / situation / "query.json").read_text()
    (tmp_path / "query.json").write_text(query)
    stack = roots.root(tmp_path, engine, cli, main=BARE)
    stack.apply()
    expected = json.loads((GOLDEN / situation / "expected.json").read_text())
    assert stack.outputs()["result"] == _flat(expected)
    again = stack.plan()
    assert again.status == 0, again.text


def test_broken_definition_shows_every_addressed_error(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    folder = GOLDEN / "sysdig" / "broken_definition"
    (tmp_path / "query.json").write_text((folder / "query.json").read_text())
    stack = roots.root(tmp_path, engine, cli, main=BARE)
    planned = stack.plan()
    assert planned.status == 1
    assert "External Program Execution Failed" in planned.text
    shown = _words(planned.text)
    for problem in (folder / "stderr.txt").read_text().splitlines():
        assert _words(problem) in shown
    assert "State: exit status 1" in planned.text
    assert "Traceback" not in planned.text


def test_broken_definition_through_the_module(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    main = f"""
module "agent" {{
  source                = {json.dumps(str(roots.main_module()))}
  agent                 = "sysdig"
  container_definitions = file("definition.json")
  python_command        = {json.dumps(roots.BARE_PYTHON)}
  options = {{
    collector_host           = "ingest.au1.sysdig.com"
    sysdig_access_key_secret = {json.dumps(roots.SECRET_ARN)}
    workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
  }}
}}

output "definition" {{
  value = module.agent.container_definitions
}}
"""
    good = [{"name": "api", "image": "registry.example/api:7", "entryPoint": ["/a"]}]
    (tmp_path / "definition.json").write_text(json.dumps(good))
    stack = roots.root(tmp_path, engine, cli, main=main)
    stack.apply()
    broken = [{**good[0], "entryPoint": "/a -x"}]
    (tmp_path / "definition.json").write_text(json.dumps(broken))
    planned = stack.plan()
    assert planned.status == 1
    assert "Module output value precondition failed" in planned.text
    assert _words('container_definitions[0].entryPoint: container "api"') in _words(
        planned.text
    )
    # A definition that has become an error must not stand in the way of a destroy.
    stack.destroy()
    assert stack.state().get("values") is None


def _words(text: str) -> str:
    """Undo the wrapping, and the frame that Terraform draws around a message."""
    return re.sub(r"[\s│╷╵]+", " ", text).strip()
