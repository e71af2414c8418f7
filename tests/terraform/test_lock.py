"""An entry point that only the image knows, from a real registry to a real plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from fargate_instrument.cli import main as command
from tests.registry import images, servers
from tests.terraform import roots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.engines import Engine

LOCK: Final = "image-configs.lock.json"
MAIN: Final = f"""
module "agent" {{
  source                = {json.dumps(str(roots.main_module()))}
  agent                 = "sysdig"
  container_definitions = file("definition.json")
  image_configs         = fileexists("{LOCK}") ? file("{LOCK}") : null
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


def test_locked_entry_point_and_command_reach_the_definition(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    missing = servers.missing_programs()
    if missing:
        pytest.skip(f"the real registry needs {', '.join(missing)}")
    (tmp_path / "registry").mkdir()
    with servers.real_registry(tmp_path / "registry") as registry:
        image = registry.push(images.two_platforms(), "team/app", "1")
        container = {"name": "api", "image": image}
        root = tmp_path / "root"
        root.mkdir()
        (root / "definition.json").write_text(json.dumps([container]))
        stack = roots.root(root, engine, cli, main=MAIN)
        unknown = stack.plan()
        assert unknown.status == 1
        assert "fargate-instrument lock" in unknown.text
        assert command(["lock", image, "--output", str(root / LOCK)]) == 0
    # The registry is gone: a plan reads the file and asks nobody.
    stack.apply()
    api, _ = json.loads(stack.outputs()["definition"])
    assert api["entryPoint"] == ["/opt/draios/bin/instrument"]
    assert api["command"] == [
        *["/bin/tini", "--", "/app-amd64"],
        *["serve", "--port", "80"],
    ]
    again = stack.plan()
    assert again.status == 0, again.text
