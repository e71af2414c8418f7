"""Terraform folders: what is read without Terraform, and what is honestly not."""

# ruff: noqa: E501 - Terraform code keeps its own lines

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.audit import terraform
from fargate_instrument.audit.tooling import PROGRAM
from fargate_instrument.audit.unknown import Instrumented, first_unknown
from fargate_instrument.core.errors import Failure

CHECKOUT = Path(__file__).resolve().parents[2]
WEB = [{"name": "web", "image": "web:1", "entryPoint": ["/app", "-x"]}]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def resource(containers: str, rest: str = "") -> str:
    return f"""
resource "aws_ecs_task_definition" "web" {{
  family = "web"
  container_definitions = {containers}
  {rest}
}}
"""


def read(folder: Path, **settings: Any) -> list[Any]:
    """Read a folder; no variable is given another value than its default."""
    wanted = terraform.Settings(**{"certain": True, **settings})
    made = terraform.read(folder, wanted).definitions
    return [one for one in made if not one.secondary]


def only(folder: Path, **settings: Any) -> Any:
    found = read(folder, **settings)
    (one,) = [one for one in found if "aws_ecs_task_definition" in one.name]
    return one


READABLE = {
    "jsonencode": 'jsonencode([{ name = "web", image = "web:1", entryPoint = ["/app", "-x"] }])',
    "comments and lines": """jsonencode([
      {
        # a comment
        name       = "web" // another
        image      = "web:1"
        entryPoint = [
          "/app",
          "-x",
        ]
      },
    ])""",
    "heredoc": f"<<EOT\n{json.dumps(WEB)}\nEOT\n",
    "trimmed heredoc": f"<<-EOT\n    {json.dumps(WEB, indent=4)}\n  EOT\n",
    "heredoc with a value": """<<EOT
[{"name": "${var.name}", "image": "${local.image}", "entryPoint": ["/app", "-x"]}]
EOT
""",
    "file": 'file("containers.json")',
    "file beside the module": 'file("${path.module}/containers.json")',
    "templatefile": 'templatefile("containers.tpl", { name = "web", image = local.image })',
    "template directives": """<<EOT
[%{ for c in local.list ~}
{"name": "${c.name}", "image": "${c.image}", "entryPoint": ["/app"%{ if true }, "-x"%{ endif }]}
%{ endfor ~}
]
EOT
""",
    "templatestring": 'templatestring(local.template, { name = "web", image = local.image })',
    "local": "local.containers",
    "nested locals": "jsonencode(local.list)",
    "variable with a default": "var.containers",
    "concat": "jsonencode(concat([local.list[0]], []))",
    "conditional": 'var.on ? local.containers : "[]"',
    "for": 'jsonencode([for c in local.list : merge(c, { image = "web:1" }) if c.name != "x"])',
    "for over an object": 'jsonencode([for k, v in { web = "web:1" } : { name = k, image = v, entryPoint = ["/app", "-x"] }])',
    "template functions": 'jsonencode([merge(local.list[0], { image = format("%s:%d", "web", 1) })])',
    "try": "try(local.nothing, local.containers)",
    "decoded and encoded again": "jsonencode(jsondecode(local.containers))",
    "splat": 'jsonencode([{ name = one(local.list[*].name), image = local.list.0.image, entryPoint = split(" ", "/app -x") }])',
    "data.template_file": "data.template_file.t.rendered",
}
SURROUNDINGS = """
variable "name" { default = "web" }
variable "on" {
  type    = bool
  default = true
}
variable "containers" {
  default = "[{\\"name\\":\\"web\\",\\"image\\":\\"web:1\\",\\"entryPoint\\":[\\"/app\\",\\"-x\\"]}]"
}
locals {
  image      = "web:${1}"
  list       = [{ name = var.name, image = local.image, entryPoint = ["/app", "-x"] }]
  containers = jsonencode(local.list)
  template   = file("containers.tpl")
}
data "template_file" "t" {
  template = file("containers.tpl")
  vars = { name = "web", image = "web:1" }
}
"""
TEMPLATE = '[{"name": "${name}", "image": "${image}", "entryPoint": ["/app", "-x"]}]\n'


@pytest.mark.parametrize("situation", READABLE)
def test_containers_are_read(tmp_path: Path, situation: str) -> None:
    write(
        tmp_path,
        main_dot_tf=SURROUNDINGS + resource(READABLE[situation]),
        containers_dot_json=json.dumps(WEB),
        containers_dot_tpl=TEMPLATE,
    )
    found = only(tmp_path)
    assert found.containers == WEB, found.reason
    assert (found.name, found.family) == ("aws_ecs_task_definition.web", "web")


UNREADABLE = {
    "a resource": ("aws_x.y.json", "depends on aws_x.y"),
    "a data source": ("data.aws_x.y.json", "data.aws_x.y"),
    "a variable without a value": ("var.given", "var.given has no value here"),
    "a missing local": ("local.gone", "there is no local.gone"),
    "a missing file": ('file("gone.json")', "gone.json is not read: it cannot be read"),
    "an unknown condition": ('var.given ? "[]" : "[1]"', "var.given has no value"),
    "a module elsewhere": ("module.far.containers", "comes from example/far/aws"),
    "a function that is not computed": ("uuid()", "uuid() is not computed here"),
    "no JSON": ('"web"', "is not JSON"),
    "no list": ("jsonencode(7)", "are no list"),
    "a loop": ("local.a", "depends on itself"),
}


@pytest.mark.parametrize("situation", UNREADABLE)
def test_what_is_not_read_says_why(tmp_path: Path, situation: str) -> None:
    expression, reason = UNREADABLE[situation]
    around = """
variable "given" {}
data "aws_x" "y" {}
locals {
  a = local.b
  b = local.a
}
module "far" { source = "example/far/aws" }
"""
    write(tmp_path, main_dot_tf=around + resource(expression))
    found = only(tmp_path)
    assert found.containers is None
    assert reason in found.reason


def test_unknown_parts_keep_to_their_places(tmp_path: Path) -> None:
    text = """
variable "tag" {}
variable "port" {}
resource "aws_ecs_task_definition" "web" {
  container_definitions = <<EOT
[{"name": "web", "image": "web:${var.tag}", "entryPoint": ["/app"],
  "portMappings": [{"containerPort": ${var.port}}]}]
EOT
}
resource "aws_ecs_task_definition" "api" {
  container_definitions = jsonencode([{ name = "api", image = "${aws_e.r.url}:1" }])
}
"""
    write(tmp_path, main_dot_tf=text)
    web, api = terraform.task_definitions(tmp_path)
    assert web.containers == [
        {
            "name": "web",
            "image": "web:${var.tag}",
            "entryPoint": ["/app"],
            "portMappings": [{}],
        }
    ]
    assert web.reason.startswith("partly read: image (var.tag has no value here)")
    assert api.containers == [{"name": "api", "image": "${aws_e.r.url}:1"}]
    assert api.where.endswith("main.tf:11: aws_ecs_task_definition.api")


def test_task_facts_are_read_and_unknown_ones_left_out(tmp_path: Path) -> None:
    rest = """
  cpu                      = 256
  memory                   = "512"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = aws_iam_role.x.arn
  runtime_platform {
    cpu_architecture = "ARM64"
  }
  volume {
    name = "data"
  }
"""
    write(tmp_path, main_dot_tf=resource("jsonencode([])", rest))
    (found,) = terraform.task_definitions(tmp_path)
    known = {name: value for name, value in found.task.items() if value is not None}
    assert known == {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
        "volumes": [{"name": "data"}],
    }
    assert found.task["pidMode"] is None
    assert "executionRoleArn" not in found.task


def test_values_come_from_the_files_that_terraform_loads(tmp_path: Path) -> None:
    write(
        tmp_path,
        main_dot_tf='variable "c" {}\nvariable "i" {}\n'
        + resource("jsonencode([{ name = var.c, image = var.i }])"),
    )
    (tmp_path / "terraform.tfvars").write_text('c = "first"\ni = "one"\n')
    (tmp_path / "z.auto.tfvars").write_text('c = "second"\n')
    assert only(tmp_path).containers == [{"name": "second", "image": "one"}]


def test_local_modules_are_followed_with_their_arguments(tmp_path: Path) -> None:
    write(
        tmp_path,
        root__main_dot_tf="""
module "service" {
  source = "../service"
  for_each = { a = "x:1", b = "y:1" }
  name   = each.key
  image  = each.value
}
module "off" {
  source = "../service"
  count  = 0
  name   = "off"
  image  = "off"
}
""",
        service__main_dot_tf="""
variable "name" { type = string }
variable "image" { type = string }
variable "options" {
  type    = object({ command = optional(list(string), ["run"]) })
  default = {}
}
"""
        + resource(
            "jsonencode([{ name = var.name, image = var.image,"
            " command = var.options.command }])"
        ),
    )
    a, b, off = read(tmp_path)
    assert a.place is not None
    assert off.absent == "its module is not called with these values"
    assert a.name == 'module.service["a"].aws_ecs_task_definition.web'
    assert a.containers == [{"name": "a", "image": "x:1", "command": ["run"]}]
    assert b.containers == [{"name": "b", "image": "y:1", "command": ["run"]}]
    assert a.place.path.endswith("root/main.tf")
    assert a.place.line == 2


def test_resources_with_count_and_for_each(tmp_path: Path) -> None:
    text = """
resource "aws_ecs_task_definition" "many" {
  for_each = toset(["a", "b"])
  container_definitions = jsonencode([{ name = each.key, image = "x" }])
}
resource "aws_ecs_task_definition" "none" {
  count = 0
  container_definitions = "[]"
}
resource "aws_ecs_task_definition" "two" {
  count = 2
  container_definitions = jsonencode([{ name = "n${count.index}", image = "x" }])
}
"""
    write(tmp_path, main_dot_tf=text)
    made = [one for one in read(tmp_path) if not one.absent]
    assert [one.containers[0]["name"] for one in made] == ["a", "b", "n0", "n1"]
    (none,) = [one for one in read(tmp_path) if one.absent]
    assert none.absent == "it is not created with these values"


def test_downloaded_modules_are_followed_if_somebody_vouches_for_them(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        main_dot_tf='module "m" {\n  source = "example/m/aws"\n}\n',
        downloaded__main_dot_tf=resource('jsonencode([{ name = "m", image = "x" }])'),
    )
    index = tmp_path / ".terraform" / "modules" / "modules.json"
    index.parent.mkdir(parents=True)
    entries = [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "downloaded"}]
    index.write_text(json.dumps({"Modules": entries}))
    name = "module.m.aws_ecs_task_definition.web"
    assert name in [one.name for one in read(tmp_path, downloaded=True)]
    (unread,) = [one for one in read(tmp_path) if one.name == "module.m"]
    assert "not on disk" in unread.reason


def test_what_is_handed_to_a_module_elsewhere_cannot_be_told(tmp_path: Path) -> None:
    text = """
module "ecs" {
  source                = "example/ecs/aws"
  container_definitions = jsonencode([{ name = "a", image = "x" }])
}
module "other" {
  source = "git::https://example.org/x.git"
}
"""
    write(tmp_path, main_dot_tf=text)
    for one in read(tmp_path):
        assert one.containers is None
        assert "not on disk" in one.reason


def test_broken_files_are_said(tmp_path: Path) -> None:
    write(
        tmp_path,
        broken_dot_tf='resource "aws_ecs_task_definition" "x" {\n',
        other_dot_tf="this is no HCL {",
        j_dot_tf_dot_json='{"resource": {"aws_ecs_task_definition": {}}}',
    )
    found = {one.name: one.reason for one in terraform.definitions(tmp_path)}
    assert set(found) == {"broken.tf", "other.tf"}
    assert "broken.tf is not read: line 2" in found["broken.tf"]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no Terraform file"):
        terraform.definitions(tmp_path / "gone")


# Instrumentations

THROUGH = {
    "module, by git": """
module "agent" {
  source = "git::https://github.com/fargate-instrument/fargate-instrument.git//modules/sysdig-workload-agent?ref=v1"
  container_definitions = local.c
  exclude = ["log"]
}
""",
    "the program itself": """
data "external" "agent" {
  program = ["python3", "-I", "PROGRAM"]
  query = { agent = "sysdig", container_definitions = local.c, exclude = jsonencode(["log"]) }
}
""".replace("PROGRAM", str(PROGRAM)),
}
CONTAINERS = """
locals {
  c = jsonencode([{ name = "web", image = "w" }, { name = "log", image = "l" }])
}
"""


@pytest.mark.parametrize(
    ("situation", "expression"),
    [
        ("module, by git", "module.agent.container_definitions"),
        (
            "module, by git",
            "jsonencode(jsondecode(module.agent.container_definitions))",
        ),
        (
            "module, by git",
            "var.x ? module.agent.container_definitions : module.agent.output_container_definitions",
        ),
        ("the program itself", "data.external.agent.result.container_definitions"),
        ("the program itself", 'data.external.agent.result["container_definitions"]'),
    ],
)
def test_containers_that_flow_from_an_instrumentation(
    tmp_path: Path, situation: str, expression: str
) -> None:
    text = f'variable "x" {{}}\n{CONTAINERS}{THROUGH[situation]}{resource(expression)}'
    write(tmp_path, main_dot_tf=text)
    made = only(tmp_path).containers
    assert isinstance(made, Instrumented)
    assert made.agent == "sysdig"
    assert made.exclude == ("log",)
    assert [c["name"] for c in made.containers] == ["web", "log"]


@pytest.mark.parametrize(
    "expression",
    [
        "var.x ? module.agent.container_definitions : local.c",
        "module.agent.secret_arns[0]",
    ],
)
def test_what_may_not_come_from_it_is_not_said_to(
    tmp_path: Path, expression: str
) -> None:
    text = f'variable "x" {{}}\n{CONTAINERS}{THROUGH["module, by git"]}'
    write(tmp_path, main_dot_tf=text + resource(expression))
    assert only(tmp_path).containers is None


def test_a_module_that_is_switched_off_instruments_nothing(tmp_path: Path) -> None:
    module = THROUGH["module, by git"].replace("exclude", "create = false\n  exclude")
    expression = "coalesce(module.agent.container_definitions, local.c)"
    write(tmp_path, main_dot_tf=CONTAINERS + module + resource(expression))
    assert [c["name"] for c in only(tmp_path).containers] == ["web", "log"]


def test_the_vendors_data_source_is_known(tmp_path: Path) -> None:
    text = """
data "sysdig_fargate_workload_agent" "x" {
  container_definitions = jsonencode([{ name = "web", image = "w" }])
}
"""
    expression = "data.sysdig_fargate_workload_agent.x.output_container_definitions"
    write(tmp_path, main_dot_tf=text + resource(expression))
    made = only(tmp_path).containers
    assert isinstance(made, Instrumented)
    assert made.agent == "sysdig"


def test_a_folder_of_that_name_elsewhere_is_no_instrumentation(tmp_path: Path) -> None:
    write(
        tmp_path,
        root__main_dot_tf='module "a" {\n  source = "../modules/instrument"\n}\n'
        + resource("module.a.container_definitions"),
        modules__instrument__main_dot_tf='output "container_definitions" {\n'
        '  value = jsonencode([{ name = "bare", image = "x" }])\n}\n',
    )
    assert only(tmp_path).containers == [{"name": "bare", "image": "x"}]


def test_the_projects_own_stacks_are_read_to_the_end() -> None:
    found = terraform.read(CHECKOUT / "terraform", tops=[CHECKOUT]).definitions
    assert len(found) >= 5
    for one in found:
        assert one.containers is not None, (one.name, one.reason)
        if isinstance(one.containers, Instrumented):
            assert first_unknown(one.containers.include) is None
