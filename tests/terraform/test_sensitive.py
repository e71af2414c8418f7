"""What goes into a module as sensitive comes out as sensitive, and nothing else does.

Plan as text and as JSON, what apply and output print, and the state. A data source's
question and answer stand in the state in clear: Terraform knows no other way, and the
module's README says so.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from tests.terraform import roots

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.terraform_rig.engines import Engine
    from tests.terraform_rig.workspace import Stack

KEY: Final = "plain-key-0f1e2d"
PASSWORD: Final = 'word "of" <a> database'  # noqa: S105 - made up, with what JSON escapes
MARKED: Final = (
    "face.container_definitions",
    "several.container_definitions",
    "document.container_definitions",
    'batch.task_definitions["api"].container_definitions',
    "reference.container_definitions",
    "reference.secret_arns",
    "reference.policies",
)
PLAIN: Final = (
    *(
        f"{call}.{output}"
        for call in ("face", "several", "document")
        for output in (
            *("errors", "instrumented", "pid_mode", "policies", "secret_arns"),
            *("skipped", "tags", "task_definitions", "volumes", "warnings"),
        )
    ),
    'batch.task_definitions["api"].secret_arns',
    'batch.task_definitions["worker"]',
    "batch.container_definitions",
    "nothing",
)
MAIN: Final = """
variable "key" {{
  type      = string
  sensitive = true
}}

variable "password" {{
  type      = string
  sensitive = true
}}

locals {{
  api = [{{ name = "api", image = "registry.example/api:7", entryPoint = ["/api"] }}]
  secret = [{{
    name        = "api"
    image       = "registry.example/api:7"
    entryPoint  = ["/api"]
    environment = [{{ name = "PASSWORD", value = var.password }}]
  }}]
  options = {{
    collector_host           = "ingest.au1.sysdig.com"
    sysdig_access_key_secret = "{arn}"
    workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
  }}
}}

module "face" {{
  source                = "{modules}/sysdig-workload-agent"
  collector_host        = "ingest.au1.sysdig.com"
  container_definitions = jsonencode(local.api)
  python_command        = {python}
  sysdig_access_key     = var.key
  workload_agent_image  = "quay.io/sysdig/workload-agent:6.2.1"
}}

module "several" {{
  source                = "{modules}/instrument"
  container_definitions = jsonencode(local.api)
  python_command        = {python}
  agents = [{{ agent = "sysdig", options = {{
    collector_host       = "ingest.au1.sysdig.com"
    sysdig_access_key    = var.key
    workload_agent_image = "quay.io/sysdig/workload-agent:6.2.1"
  }} }}]
}}

module "document" {{
  source                = "{modules}/instrument"
  agent                 = "sysdig"
  container_definitions = jsonencode(local.secret)
  options               = local.options
  python_command        = {python}
}}

module "reference" {{
  source                = "{modules}/instrument"
  agent                 = "sysdig"
  container_definitions = jsonencode(local.api)
  options = merge(local.options, {{
    sysdig_access_key_secret = sensitive("{arn}")
  }})
  python_command        = {python}
}}

module "batch" {{
  source         = "{modules}/instrument"
  agent          = "sysdig"
  options        = local.options
  python_command = {python}
  task_definitions = {{
    api    = {{ container_definitions = jsonencode(local.secret) }}
    worker = {{ container_definitions = jsonencode(local.api) }}
  }}
}}

module "nothing" {{
  source                = "{modules}/instrument"
  agent                 = "sysdig"
  container_definitions = jsonencode(local.api)
  options               = local.options
  python_command        = {python}
}}

resource "terraform_data" "task_definition" {{
  for_each         = module.batch.task_definitions
  triggers_replace = each.value.container_definitions
}}

resource "terraform_data" "face" {{
  triggers_replace = module.face.container_definitions
}}
"""


def _outputs(names: tuple[str, ...], extra: str) -> str:
    return "\n".join(
        f'output "o{number}" {{\n  value = module.{name}\n{extra}}}\n'
        for number, name in enumerate(names)
    )


def _root(folder: Path, engine: Engine, cli: dict[str, str], **files: str) -> Stack:
    main = MAIN.format(
        arn=roots.SECRET_ARN,
        modules=os.path.relpath(roots.main_module().parent, folder.resolve()),
        python=json.dumps(roots.BARE_PYTHON),
    )
    secrets = {"TF_VAR_key": KEY, "TF_VAR_password": PASSWORD}
    return roots.root(folder, engine, {**cli, **secrets}, main=main, **files)


def test_nothing_is_marked_that_was_not(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    """A root module's output of a sensitive value needs to say so, or is an error."""
    stack = _root(tmp_path, engine, cli, outputs=_outputs(PLAIN, ""))
    planned = stack.plan()
    assert planned.status == 2, planned.text
    assert "Plan: 3 to add" in planned.text


def test_what_was_sensitive_is(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    stack = _root(tmp_path, engine, cli, outputs=_outputs(MARKED, ""))
    planned = stack.plan()
    assert planned.status == 1
    told = planned.text.count("Error: Output refers to sensitive values")
    assert told == len(MARKED), planned.text
    _shows_nothing(planned.text)


def test_no_value_in_plan_apply_output_and_where_in_state(
    tmp_path: Path, engine: Engine, cli: dict[str, str]
) -> None:
    outputs = _outputs(MARKED, "  sensitive = true\n")
    stack = _root(tmp_path, engine, cli, outputs=outputs)
    _shows_nothing(stack.plan("-out=saved.tfplan").text)
    _shows_nothing(stack.must("show", "-no-color", "saved.tfplan"))
    plan = json.loads(stack.must("show", "-json", "saved.tfplan"))
    changes = [item["change"] for item in plan["resource_changes"]]
    changes += plan["output_changes"].values()
    found = [
        _is_flagged(path, change["after_sensitive"])
        for change in changes
        for path in _places(change["after"])
    ]
    assert len(found) > 3
    assert all(found)
    _shows_nothing(stack.apply())
    _shows_nothing(stack.must("output", "-no-color"))
    again = stack.plan()
    assert again.status == 0, again.text
    _only_the_data_source_shows(stack.state()["values"])


def _only_the_data_source_shows(values: dict[str, Any]) -> None:
    shown, hidden = [], 0
    for module in [values["root_module"], *values["root_module"]["child_modules"]]:
        for resource in _resources(module):
            for path in _places(resource["values"]):
                flagged = _is_flagged(path, resource["sensitive_values"])
                hidden += flagged
                if not flagged:
                    shown.append((resource["type"], path[0]))
    assert set(shown) == {("external", "result")}
    assert hidden > 3
    assert all(output["sensitive"] for output in values["outputs"].values())


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List where a secret stands; in JSON text it is escaped."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))
    elif isinstance(value, str) and _holds(value):
        yield path


def _holds(text: str) -> bool:
    return KEY in text or "database" in text


def _is_flagged(path: tuple[Any, ...], flags: Any) -> bool:
    for step in path:
        if flags is True:
            return True
        try:
            flags = flags[step]
        except (KeyError, IndexError, TypeError):
            return False
    return flags is True


def _shows_nothing(text: str) -> None:
    assert KEY not in text
    assert "database" not in text
