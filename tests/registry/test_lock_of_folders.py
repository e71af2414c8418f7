"""``lock`` of folders, Terraform files and plans: read as audit reads them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.registry import images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.registry.conftest import Outcome
    from tests.registry.servers import Scripted

    Lock = Callable[..., Outcome]
    Locked = Callable[[], dict[str, Any]]

MODULE = "git::https://github.com/fargate-instrument/fargate-instrument.git//modules"


@pytest.fixture(autouse=True)
def held(registry: Scripted) -> None:
    for name in ("one", "two", "three"):
        registry.hold(images.two_platforms(), name, "1")


def terraform(host: str, image: str = '"{host}/two:1"', more: str = "") -> str:
    """Write a task definition of which one container leaves all to its image."""
    return f"""
data "aws_ssm_parameter" "given" {{
  name = "/given"
}}

resource "aws_ecs_task_definition" "shop" {{
  family = "shop"
  container_definitions = jsonencode([
    {{ name = "one", image = "{host}/one:1" }},
    {{ name = "two", image = {image.format(host=host)}, entryPoint = ["/two"],
      command = [data.aws_ssm_parameter.given.value] }},
    {{ name = "three", image = "{host}/three:1", entryPoint = ["/3"],
      command = ["x"] }},
  ])
{more}}}
"""


def instrumented(host: str) -> str:
    return f"""
module "agent" {{
  source = "{MODULE}/sysdig-workload-agent?ref=v0.1.0"

  container_definitions    = jsonencode([{{ name = "web", image = "{host}/one:1" }}])
  collector_host           = "ingest.au1.sysdig.com"
  sysdig_access_key_secret = "arn:aws:ssm:eu-west-1:123456789012:parameter/k"
  workload_agent_image     = "quay.io/sysdig/workload-agent:6.0.0"
}}

resource "aws_ecs_task_definition" "web" {{
  family                = "web"
  container_definitions = module.agent.container_definitions
}}
"""


def names(host: str, *wanted: str) -> set[str]:
    return {f"{host}/{name}:1" for name in wanted}


@pytest.mark.parametrize("argument", ["nginx", "nginx/", "./nginx", "nginx/main.tf"])
def test_a_folder_is_a_folder_whatever_its_name(
    registry: Scripted, lock: Lock, locked: Locked, tmp_path: Path, argument: str
) -> None:
    """A folder named as an image is: what is in it is locked, and nothing else."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    (folder / "main.tf").write_text(terraform(registry.host))
    done = lock(argument)
    assert (done.status, done.err) == (0, "")
    assert locked().keys() == names(registry.host, "one", "two")


def test_what_the_modules_of_this_project_will_instrument(
    registry: Scripted, lock: Lock, locked: Locked, tmp_path: Path
) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "main.tf").write_text(instrumented(registry.host))
    assert lock("stack").err == ""
    assert locked().keys() == names(registry.host, "one")


def test_json_and_plans_below_a_folder(
    registry: Scripted, lock: Lock, locked: Locked, tmp_path: Path
) -> None:
    host = registry.host
    below = tmp_path / "deploy" / "below"
    below.mkdir(parents=True)
    (below / "list.json").write_text(
        json.dumps([{"name": "one", "image": f"{host}/one:1"}])
    )
    (below / "other.json").write_text('{"image": "no/such:1"}')
    (tmp_path / "deploy" / "plan.json").write_text(json.dumps(plan(host)))
    done = lock("deploy", "--all")
    assert (done.status, done.err) == (0, "")
    assert locked().keys() == names(host, "one", "three")


def plan(host: str, **unknown: bool) -> dict[str, Any]:
    container = {"name": "three", "image": f"{host}/three:1"}
    after = {"family": "shop", "container_definitions": json.dumps([container])}
    change = {"actions": ["create"], "after": after, "after_unknown": unknown}
    return {
        "format_version": "1.2",
        "resource_changes": [
            {
                "address": "aws_ecs_task_definition.shop",
                "mode": "managed",
                "type": "aws_ecs_task_definition",
                "change": change,
            }
        ],
    }


@pytest.mark.parametrize("argument", ["plan.json", "-"])
def test_a_plan(
    registry: Scripted, lock: Lock, locked: Locked, tmp_path: Path, argument: str
) -> None:
    text = json.dumps(plan(registry.host))
    (tmp_path / "plan.json").write_text(text)
    assert lock(argument, stdin=text.encode()).err == ""
    assert locked().keys() == names(registry.host, "three")


def test_what_cannot_be_told_is_a_failure_and_nobody_is_asked(
    registry: Scripted, lock: Lock, tmp_path: Path
) -> None:
    folder = tmp_path / "stack"
    folder.mkdir()
    text = terraform(registry.host, "data.aws_ssm_parameter.given.value")
    given = (
        'resource "aws_ecs_task_definition" "given" {\n  family = "given"\n'
        "  container_definitions = data.aws_ssm_parameter.given.value\n}\n"
    )
    (folder / "main.tf").write_text(text + given)
    (folder / "plan.json").write_text(
        json.dumps(plan(registry.host, container_definitions=True))
    )
    done = lock("stack")
    assert done.status == 1
    assert registry.seen == []
    assert [re.sub(r":[0-9]+:", ":", one.address) for one in done.problems] == [
        "stack/main.tf: aws_ecs_task_definition.given",
        "stack/main.tf: aws_ecs_task_definition.shop: container_definitions[1].image",
        "stack/plan.json: aws_ecs_task_definition.shop",
    ]
    assert all("cannot be told: " in problem.message for problem in done.problems)
    assert all("lock a plan" in problem.fixes[0] for problem in done.problems)


def test_a_folder_without_task_definitions_is_no_success(
    registry: Scripted, lock: Lock, tmp_path: Path
) -> None:
    (tmp_path / "nginx").mkdir()
    done = lock("nginx")
    assert done.status == 1
    assert "nginx: holds no task definition" in done.err
    assert registry.seen == []


def test_a_document_of_a_folder_sends_no_secret_either(
    registry: Scripted, lock: Lock, tmp_path: Path
) -> None:
    from tests.registry.servers import Answer  # noqa: PLC0415  (this one test's own)

    unauthorised = {"WWW-Authenticate": "Basic realm=x"}
    registry.gates.append(lambda _: Answer(401, headers=unauthorised))
    container = {
        "name": "one",
        "image": f"{registry.host}/one:1",
        "repositoryCredentials": {"credentialsParameter": "the-secret"},
    }
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "task.json").write_text(json.dumps([container]))
    done = lock("deploy")
    assert done.status == 1
    assert "the repositoryCredentials secret was not read" in done.err
