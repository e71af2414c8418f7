"""A pending change elsewhere never postpones instrumentation, nor replaces anything.

``terraform_data`` stands where a task definition would: it is replaced when its text
changes or is unknown, and it needs no account.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.terraform import roots

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.engines import Engine
    from tests.terraform_rig.workspace import Stack

TASK_DEFINITION: Final = "terraform_data.task_definition"
MAIN: Final = """
variable "retention" {{
  default = 1
}}

resource "terraform_data" "elsewhere" {{
  input = var.retention
}}

module "agent" {{
  source                = {source}
  agent                 = "sysdig"
  python_command        = {python}
  container_definitions = jsonencode([{{
    name       = "api"
    image      = "registry.example/api:7"
    entryPoint = ["/bin/api"]
  }}])
  options = {{
    collector_host           = {host}
    sysdig_access_key_secret = "{secret}"
    workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
  }}
  {extra}
}}

resource "terraform_data" "task_definition" {{
  triggers_replace = module.agent.container_definitions
}}
"""


def _applied(
    folder: Path, engine: Engine, cli: dict[str, str], host: str, extra: str = ""
) -> Stack:
    main = MAIN.format(
        source=json.dumps(str(roots.main_module())),
        python=json.dumps(roots.BARE_PYTHON),
        secret=roots.SECRET_ARN,
        host=host,
        extra=extra,
    )
    stack = roots.root(folder, engine, cli, main=main)
    stack.apply()
    return stack


def _actions(planned: dict[str, Any]) -> dict[str, list[str]]:
    return {
        item["address"]: item["change"]["actions"]
        for item in planned["resource_changes"]
    }


def test_pending_change_replaces_nothing(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    stack = _applied(tmp_path, engine, cli, '"ingest.au1.sysdig.com"')
    actions = _actions(stack.planned(retention="2"))
    assert actions["terraform_data.elsewhere"] == ["update"]
    assert actions[TASK_DEFINITION] == ["no-op"]
    assert not any("data.external" in address for address in actions)


def test_depends_on_a_module_is_what_the_docs_warn_of(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    extra = "depends_on = [terraform_data.elsewhere]"
    stack = _applied(tmp_path, engine, cli, '"ingest.au1.sysdig.com"', extra)
    actions = _actions(stack.planned(retention="2"))
    assert actions[TASK_DEFINITION] == ["delete", "create"]


def test_an_unknown_in_the_query_is_what_the_stacks_avoid(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    host = '"host-${terraform_data.elsewhere.output}.example"'
    stack = _applied(tmp_path, engine, cli, host)
    actions = _actions(stack.planned(retention="2"))
    assert actions[TASK_DEFINITION] == ["delete", "create"]
