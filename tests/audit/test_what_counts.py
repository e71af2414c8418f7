"""What may be read, what is trusted, and what hangs on values from outside."""

# ruff: noqa: E501 - Terraform code keeps its own lines

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.audit import tooling
from tests.audit.adversarial import LOCALS, M, resource
from tests.audit.oracle import OURS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.audit.conftest import Outcome

    Audit = Callable[..., Outcome]

HOME = "git::https://github.com/fargate-instrument/fargate-instrument.git"
AGENT = 'module "agent" {{\n  source = "{}"\n  container_definitions = {}\n{}}}\n'
BARE = "jsonencode(local.bare)"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def rows(done: Outcome) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done.report["results"]
    return found


def statuses(done: Outcome) -> list[str]:
    return [row["verdict"] for row in rows(done) if row["verdict"]]


# Files


@pytest.mark.parametrize(
    "value",
    [
        'file("/proc/self/environ")',
        'templatefile("/proc/self/environ", {})',
        'file("../secret.json")',
        'file("link.json")',
        'file("${path.module}/../secret.json")',
        'templatestring(file("../secret.json"), {})',
        'file("folder_link/secret.json")',
        'file("~/secret.json")',
    ],
)
def test_nothing_elsewhere_is_read_or_shown(
    audit: Audit, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("TOKEN", "correct-horse-battery")
    secret = [{"name": "correct-horse-battery", "image": "x"}]
    (elsewhere / "secret.json").write_text(json.dumps(secret))
    inside = elsewhere / "inside"
    inside.mkdir()
    (inside / "link.json").symlink_to("../secret.json")
    (inside / "folder_link").symlink_to("..")
    write(inside, main_dot_tf=resource(value))
    for form in ("table", "json", "sarif", "junit"):
        done = audit("inside", "--format", form)
        assert done.status == 1
        assert "correct-horse" not in done.out + done.err
    assert "cannot tell" in statuses(audit("inside", "--format", "json"))


def test_links_inside_are_followed_and_links_outside_are_said(
    audit: Audit, elsewhere: Path
) -> None:
    write(elsewhere, outside__main_dot_tf=LOCALS + resource(BARE))
    top = elsewhere / "top"
    write(top, a__main_dot_tf=LOCALS + resource('file("b.json")'))
    write(top, files__b_dot_json='[{"name": "web", "image": "w"}]')
    (top / "a" / "b.json").symlink_to("../files/b.json")
    done = audit("top", "--format", "json")
    assert statuses(done) == ["not instrumented"]
    (top / "elsewhere").symlink_to("../outside")
    done = audit("top", "--format", "json")
    assert "not-read" in done.rules()
    (top / "a" / "extra.tf").symlink_to("../../outside/main.tf")
    reasons = [row["message"] for row in rows(audit("top", "--format", "json"))]
    assert any("outside what is audited" in reason for reason in reasons)


@pytest.mark.parametrize("name", ["pipe", "folder"])
def test_a_path_that_is_no_regular_file_is_refused(
    audit: Audit, elsewhere: Path, name: str
) -> None:
    os.mkfifo(elsewhere / "pipe.json")
    (elsewhere / "folder.json").symlink_to("/dev/zero")
    done = audit(f"{name}.json")
    assert (done.status, done.out) == (1, "")
    assert "it is no regular file" in done.err


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (("--most-steps", "10"), "more than 10 steps"),
        (("--most-bytes", "10"), "more than 10 bytes"),
        (("--most-seconds", "0.000001"), "more than 1e-06 seconds"),
    ],
)
def test_over_a_budget_is_not_read(
    audit: Audit, elsewhere: Path, option: tuple[str, str], reason: str
) -> None:
    write(elsewhere, main_dot_tf=LOCALS + resource("jsonencode(local.good)"))
    assert audit(".").status == 0
    done = audit(".", *option, "--format", "json")
    assert (done.status, "not-read" in done.rules()) == (1, True)
    assert any(reason in row["message"] for row in rows(done))


# Trust


@pytest.mark.parametrize(
    "source",
    [
        OURS,
        f"{HOME}//modules/instrument",
        "github.com/fargate-instrument/fargate-instrument//modules/instrument?ref=v1",
        "git::ssh://git@github.com/fargate-instrument/fargate-instrument.git"
        "//modules/prisma-cloud-defender?ref=v1",
        "git@github.com:fargate-instrument/fargate-instrument.git//modules/instrument",
    ],
)
def test_this_projects_own_address_counts(source: str) -> None:
    assert tooling.module(source) in tooling.MODULES


@pytest.mark.parametrize(
    "source",
    [
        "git::https://github.com/evil/fargate-instrument.git//modules/instrument",
        "git::https://evil.example/fargate-instrument/fargate-instrument.git"
        "//modules/instrument",
        "git::https://github.com.evil.example/fargate-instrument/fargate-instrument"
        "//modules/instrument",
        "git::https://evil.example/github.com/fargate-instrument/fargate-instrument"
        "//modules/instrument",
        "git::https://github.com/x/y.git?z=github.com/fargate-instrument/"
        "fargate-instrument//modules/instrument",
        f"{HOME}//modules/instrument/../../evil",
        f"{HOME}//examples/modules/instrument",
        f"{HOME}//modules/ecs-service",
        "./modules/instrument",
        "../fargate-instrument//modules/instrument",
        "/github.com/fargate-instrument/fargate-instrument//modules/instrument",
        "git::file:///github.com/fargate-instrument/fargate-instrument"
        "//modules/instrument",
        "git::http://github.com/fargate-instrument/fargate-instrument.git"
        "//modules/instrument",
    ],
)
def test_what_only_looks_like_it_does_not(
    audit: Audit, elsewhere: Path, source: str
) -> None:
    assert tooling.module(source) is None
    write(elsewhere, main_dot_tf=LOCALS + AGENT.format(source, BARE, "") + resource(M))
    assert audit(".").status == 1


def test_a_mirror_counts_if_somebody_says_so(audit: Audit, elsewhere: Path) -> None:
    mirror = "git::https://git.example.com/mirrors/fargate-instrument.git"
    module = AGENT.format(f"{mirror}//modules/sysdig-workload-agent?ref=v1", BARE, "")
    write(elsewhere, main_dot_tf=LOCALS + module + resource(M))
    assert audit(".").status == 1
    assert audit(".", "--trust-source", mirror).status == 0
    pattern = "git::https://git.example.com/*"
    assert audit(".", "--trust-source", pattern).status == 0
    assert audit(".", "--trust-source", "git::https://other.example/*").status == 1


PROGRAM = str(tooling.PROGRAM)


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        (["python3", "-I", PROGRAM], True),
        (["python3", PROGRAM], True),
        (["python3.11", "-I", "-S", PROGRAM], True),
        (["py", "-3", "-I", PROGRAM], True),
        (["python3", "-I", "fargate_instrument/__main__.py"], False),
        (["python3", "-I", "link.py"], True),
        (["./python3", "-I", PROGRAM], False),
        (["sh", "-c", PROGRAM], False),
        (["echo", PROGRAM], False),
        (["python3", "-c", "print()", PROGRAM], False),
        (["python3", "evil.py", PROGRAM], False),
        (["python3", "-m", "evil", PROGRAM], False),
        (["python3", PROGRAM, "x"], False),
        ([PROGRAM], False),
        ([], False),
    ],
)
def test_only_the_program_that_runs_now_counts(
    audit: Audit, elsewhere: Path, words: list[str], counts: bool
) -> None:
    (elsewhere / "link.py").symlink_to(PROGRAM)
    data = (
        'data "external" "a" {\n'
        f"  program = {json.dumps(words)}\n"
        '  query   = { agent = "sysdig", container_definitions = '
        f"{BARE} }}\n}}\n"
    )
    value = "data.external.a.result.container_definitions"
    write(elsewhere, main_dot_tf=LOCALS + data + resource(value))
    write(elsewhere, fargate_instrument____main___dot_py="")
    assert (audit(".").status == 0) is counts


@pytest.mark.parametrize(
    "more",
    [
        "  exclude = var.given\n",
        "  include = var.given\n",
        "  ignore_containers = [var.given]\n",
        '  options = { ignore_containers = ["web"] }\n',
        "  options = var.given\n",
        '  exclude = ["web"]\n',
        '  include = ["other", "a*"]\n',
        "  create = var.given\n",
        "  create = false\n",
        "  rendered = jsonencode(local.bare)\n",
        "  rendered = var.given\n",
        "  task_definitions = var.given\n",
    ],
)
def test_what_leaves_containers_out_is_seen(
    audit: Audit, elsewhere: Path, more: str
) -> None:
    module = AGENT.format(OURS, BARE, more)
    given = 'variable "given" {}\n'
    write(elsewhere, main_dot_tf=LOCALS + given + module + resource(M))
    done = audit(".", "--format", "json")
    assert done.status == 1
    assert "instrumented" not in statuses(done)


def test_the_vendors_data_source_leaves_out_what_it_is_told(
    audit: Audit, elsewhere: Path
) -> None:
    data = (
        'data "sysdig_fargate_workload_agent" "a" {{\n  container_definitions = '
        + BARE
        + "\n{}}}\n"
    )
    value = "data.sysdig_fargate_workload_agent.a.output_container_definitions"
    write(elsewhere, main_dot_tf=LOCALS + data.format("") + resource(value))
    assert audit(".").status == 0
    more = '  ignore_containers = ["web"]\n'
    write(elsewhere, main_dot_tf=LOCALS + data.format(more) + resource(value))
    assert statuses(audit(".", "--format", "json")) == ["not instrumented"]


def test_batches_give_each_name_its_own(audit: Audit, elsewhere: Path) -> None:
    module = AGENT.format(
        OURS,
        "null",
        f"  task_definitions = {{\n    a = {{ container_definitions = {BARE} }}\n"
        f'    b = {{ container_definitions = {BARE}, exclude = ["web"] }}\n  }}\n',
    )
    value = 'module.agent.task_definitions["{}"].container_definitions'
    write(
        elsewhere,
        main_dot_tf=LOCALS
        + module
        + resource(value.format("a"), name="a")
        + resource(value.format("b"), name="b"),
    )
    found = {
        row["task_definition"].rpartition(".")[2]: row["verdict"]
        for row in rows(audit(".", "--format", "json"))
        if row["verdict"]
    }
    assert found == {"a": "instrumented", "b": "not instrumented"}


# Defaults that may be given another value

DECIDING = {
    "a condition": (
        'variable "bare" {\n  default = false\n}\n',
        resource(f"var.bare ? {BARE} : jsonencode(local.good)"),
        "bare=true",
    ),
    "a module that is switched on": (
        'variable "on" {\n  default = true\n}\n'
        + AGENT.format(OURS, BARE, "  create = var.on\n"),
        resource(f"var.on ? {M} : {BARE}"),
        "on=false",
    ),
    "try": (
        'variable "o" {\n  type = any\n  default = { good = true }\n}\n',
        resource(f'try(var.o.good ? jsonencode(local.good) : "", {BARE})'),
        "o={}",
    ),
    "an entry point": (
        'variable "e" {\n  type = list(string)\n'
        '  default = ["/opt/draios/bin/instrument"]\n}\n',
        resource("jsonencode([merge(local.ran, { entryPoint = var.e }), local.agent])"),
        'e=["/app"]',
    ),
    "a filter": (
        'variable "names" {\n  type = list(string)\n  default = ["x"]\n}\n',
        resource(
            "jsonencode([for c in concat(local.good, [merge(local.app,"
            ' { name = "other" })]) : c if c.name != "other" || contains(var.names,'
            ' "other")])'
        ),
        'names=["other"]',
    ),
    "count": (
        'variable "n" {\n  default = 0\n}\n',
        resource(BARE, "count = var.n") + resource("jsonencode(local.good)", name="y"),
        "n=1",
    ),
    "for_each": (
        'variable "apps" {\n  default = {}\n}\n',
        resource("jsonencode([each.value])", "for_each = var.apps")
        + resource("jsonencode(local.good)", name="y"),
        'apps={ a = { name = "a", image = "a" } }',
    ),
}


@pytest.mark.parametrize("situation", DECIDING)
def test_a_default_that_decides_is_no_promise(
    audit: Audit, elsewhere: Path, situation: str
) -> None:
    around, definition, other = DECIDING[situation]
    write(elsewhere, main_dot_tf=LOCALS + around + definition)
    assert audit(".").status == 1
    assert audit(".", "--assume-defaults").status == 0, "it is no case of its kind"
    assert audit(".", "--var", other).status == 1


def test_values_that_are_given_are_promised(
    audit: Audit, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    around, definition, _ = DECIDING["a condition"]
    write(elsewhere, main_dot_tf=LOCALS + around + definition)
    assert audit(".", "--var", "bare=false").status == 0
    write(elsewhere, prod_dot_tfvars="bare = false\n")
    assert audit(".", "--var-file", "prod.tfvars").status == 0
    assert audit(".", "--var-file", "prod.tfvars", "--var", "bare=true").status == 1
    monkeypatch.setenv("TF_VAR_bare", "false")
    assert audit(".").status == 1
    assert audit(".", "--var-environment").status == 0
    write(elsewhere, terraform_dot_tfvars="bare = false\n")
    monkeypatch.delenv("TF_VAR_bare")
    assert audit(".").status == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--var", "x"), "is no NAME=VALUE"),
        (("--var-file", "gone.tfvars"), "cannot be read"),
        (("--var-file", "bad.tfvars"), "is not read: line 1"),
    ],
)
def test_values_that_are_not_sound(
    audit: Audit, elsewhere: Path, words: tuple[str, str], text: str
) -> None:
    write(elsewhere, main_dot_tf=LOCALS, bad_dot_tfvars="x = {")
    done = audit(".", *words)
    assert done.status == 1
    assert text in done.err


@pytest.mark.parametrize(
    ("files", "last"),
    [
        (("terraform.tfvars", "terraform.tfvars.json"), 1),
        (("terraform.tfvars.json", "a.auto.tfvars"), 1),
        (("a.auto.tfvars.json", "b.auto.tfvars"), 1),
        (("a.auto.tfvars", "b.auto.tfvars.json"), 1),
        (("b.auto.tfvars.json", "a.auto.tfvars"), 0),
    ],
)
def test_files_of_values_count_in_terraforms_order(
    audit: Audit, elsewhere: Path, files: tuple[str, str], last: int
) -> None:
    around, definition, _ = DECIDING["a condition"]
    write(elsewhere, main_dot_tf=LOCALS + around + definition)
    for number, name in enumerate(files):
        value = "true" if number == last else "false"
        text = f'{{"bare": {value}}}' if name.endswith("json") else f"bare = {value}\n"
        (elsewhere / name).write_text(text)
    assert statuses(audit(".", "--format", "json")) == ["not instrumented"]


def test_a_default_that_fills_a_tag_decides_nothing(
    audit: Audit, elsewhere: Path
) -> None:
    text = 'variable "tag" {\n  default = "6"\n}\n' + resource(
        'jsonencode([merge(local.ran, { image = "w:${var.tag}" }),'
        ' merge(local.agent, { image = "quay.io/sysdig/workload-agent:${var.tag}"'
        " })])"
    )
    write(elsewhere, main_dot_tf=LOCALS + text)
    done = audit(".", "--format", "json")
    assert done.status == 0, rows(done)


BY_VALUE = {
    "an index": ("[{good}, {bare}][var.v]", "0"),
    "a key": ("{{ a = {good}, b = {bare} }}[var.v]", '"a"'),
    "an element": ("element([{good}, {bare}], var.v)", "0"),
    "lookup": ("lookup({{ a = {good} }}, var.v, {bare})", '"a"'),
    "replace": ('replace({good}, var.v, "/app")', '"nothing"'),
    "merge": ("jsonencode([merge(local.ran, var.v), local.agent])", "{}"),
    "concat": ("jsonencode(concat(local.good, var.v))", "[]"),
    "slice": ("jsonencode(slice(concat(local.good, local.bare), 0, var.v))", "2"),
    "the end of a launcher": (
        "jsonencode([merge(local.ran, {{ entryPoint ="
        ' ["/opt/draios/bin/instrument${{var.v}}"] }}), local.agent])',
        '""',
    ),
    "a file's name": ('file("${{path.module}}/${{var.v}}.json")', '"good"'),
    "a template": (
        '"[${{join(",", [for c in local.good : jsonencode(c) if c.name != var.v])}}]"',
        '"x"',
    ),
}


@pytest.mark.parametrize("situation", BY_VALUE)
def test_whatever_a_default_decides_is_no_promise(
    audit: Audit, elsewhere: Path, situation: str
) -> None:
    value, default = BY_VALUE[situation]
    text = value.format(bare=BARE, good="jsonencode(local.good)")
    variable = f'variable "v" {{\n  default = {default}\n}}\n'
    write(elsewhere, main_dot_tf=LOCALS + variable + resource(text))
    good = [
        {
            "name": "web",
            "image": "w",
            "entryPoint": ["/opt/draios/bin/instrument", "/app"],
            "volumesFrom": [{"sourceContainer": "agent"}],
        },
        {"name": "agent", "image": "quay.io/sysdig/workload-agent:6"},
    ]
    (elsewhere / "good.json").write_text(json.dumps(good))
    assert audit(".").status == 1
    assert audit(".", "--assume-defaults").status == 0, "it is no case of its kind"


# Modules that are not read


def test_a_module_elsewhere_has_a_row_whatever_it_is_given(
    audit: Audit, elsewhere: Path
) -> None:
    module = 'module "m" {\n  source = "acme/service/aws"\n  container_image = "w"\n}\n'
    good = resource("jsonencode(local.good)")
    write(elsewhere, main_dot_tf=LOCALS + good + module)
    done = audit(".", "--format", "json")
    assert done.status == 1
    (row,) = [row for row in rows(done) if row["rule"] == "cannot-tell"]
    assert row["message"] == "module.m comes from acme/service/aws, not on disk"


def test_a_module_of_the_registry_that_makes_no_task_is_let_be(
    audit: Audit, elsewhere: Path
) -> None:
    module = 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'
    write(elsewhere, main_dot_tf=LOCALS + resource("jsonencode(local.good)") + module)
    assert audit(".").status == 0
    (elsewhere / "main.tf").write_text(
        (elsewhere / "main.tf").read_text().replace('"terraform-aws', '"evil-aws')
    )
    assert audit(".").status == 1


CLOUDPOSSE = """
module "web" {{
  source           = "cloudposse/ecs-container-definition/aws"
  container_name   = "web"
  container_image  = "w:1"
  entrypoint       = {entry}
  command          = ["/app"]
  volumes_from     = [{{ sourceContainer = "agent", readOnly = true }}]
  environment      = [{{ name = "A", value = aws_x.y.z }}]
}}
module "agent_container" {{
  source          = "cloudposse/ecs-container-definition/aws"
  container_name  = "agent"
  container_image = "quay.io/sysdig/workload-agent:6"
  essential       = false
}}
"""
LAUNCHER = '["/opt/draios/bin/instrument"]'
TASK = """
module "service" {{
  source                    = "cloudposse/ecs-alb-service-task/aws"
  container_definition_json = {value}
}}
"""


@pytest.mark.parametrize(
    ("entry", "status"), [(LAUNCHER, 0), ('["/app"]', 1), ("null", 1)]
)
@pytest.mark.parametrize(
    "value",
    [
        "jsonencode([module.web.json_map_object, module.agent_container.json_map_object])",
        'format("[%s,%s]", module.web.json_map_encoded, module.agent_container.json_map_encoded)',
        '"[${module.web.json_map_encoded},${module.agent_container.json_map_encoded}]"',
        '"[${join(",", [module.web.json_map_encoded, module.agent_container.json_map_encoded])}]"',
    ],
)
def test_definitions_of_cloudposse_are_data(
    audit: Audit, elsewhere: Path, entry: str, status: int, value: str
) -> None:
    text = CLOUDPOSSE.format(entry=entry)
    write(elsewhere, main_dot_tf=text + resource(value))
    first = audit(".").status
    write(elsewhere, main_dot_tf=text + TASK.format(value=value))
    assert audit(".").status == first
    assert first == status


ECS = """
module "service" {{
  source = "terraform-aws-modules/ecs/aws//modules/service"
  container_definitions = {{
    web = {{
      image        = "w:1"
      entrypoint   = {entry}
      command      = ["/app"]
      {volumes} = [{{ sourceContainer = "agent" }}]
    }}
    agent = {{ image = "quay.io/sysdig/workload-agent:6", essential = false }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("entry", "status"), [(LAUNCHER, 0), ('["/app"]', 1), ("null", 1)]
)
@pytest.mark.parametrize("volumes", ["volumesFrom", "volumes_from"])
def test_maps_of_containers_are_data(
    audit: Audit, elsewhere: Path, entry: str, status: int, volumes: str
) -> None:
    text = ECS.format(entry=entry, volumes=volumes)
    write(elsewhere, main_dot_tf=text)
    assert audit(".").status == status
    one = text.replace("//modules/service", "").replace(
        "  container_definitions", "  services = { x = { container_definitions"
    )
    write(elsewhere, main_dot_tf=one.rstrip()[:-1] + "} }\n}\n")
    assert audit(".").status == status


@pytest.mark.parametrize(
    "more",
    [
        "container_definition_defaults = { entrypoint = null }",
        "create_task_definition = false",
        'task_definition_arn = "arn:x"',
        "container_definitions = var.given",
    ],
)
def test_what_changes_a_map_of_containers_cannot_be_told(
    audit: Audit, elsewhere: Path, more: str
) -> None:
    text = ECS.format(entry=LAUNCHER, volumes="volumesFrom")
    if more.startswith("container_definitions"):
        text = text.split("container_definitions")[0] + "}\n"
    text = text.rstrip()[:-1] + f"  {more}\n}}\n"
    write(elsewhere, main_dot_tf='variable "given" {}\n' + text)
    assert audit(".").status == 1


# What else deploys


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("terragrunt.hcl", 'terraform { source = "x" }\n'),
        ("main.tfstack.hcl", ""),
        ("x.tfcomponent.hcl", ""),
    ],
)
def test_what_is_another_tools_is_said(
    audit: Audit, elsewhere: Path, name: str, text: str
) -> None:
    write(elsewhere, main_dot_tf=LOCALS + resource("jsonencode(local.good)"))
    assert audit(".").status == 0
    (elsewhere / name).write_text(text)
    done = audit(".", "--format", "json")
    assert (done.status, "not-read" in done.rules()) == (1, True)


def test_ignored_changes_cannot_be_told(audit: Audit, elsewhere: Path) -> None:
    ignored = "lifecycle {\n ignore_changes = [container_definitions]\n }"
    write(elsewhere, main_dot_tf=LOCALS + resource("jsonencode(local.good)", ignored))
    assert statuses(audit(".", "--format", "json")) == ["cannot tell"]


def test_a_member_in_two_spellings_cannot_be_told(
    audit: Audit, elsewhere: Path
) -> None:
    value = 'jsonencode([merge(local.ran, { EntryPoint = ["/app"] }), local.agent])'
    write(elsewhere, main_dot_tf=LOCALS + resource(value))
    assert "cannot tell" in statuses(audit(".", "--format", "json"))


def test_a_hidden_folder_is_read(audit: Audit, elsewhere: Path) -> None:
    write(elsewhere, _dot_infra__main_dot_tf=LOCALS + resource(BARE))
    assert statuses(audit(".", "--format", "json")) == ["not instrumented"]


def test_a_file_is_not_hidden_by_being_read_elsewhere(
    audit: Audit, elsewhere: Path
) -> None:
    used = 'locals {\n  x = length(file("bare.json"))\n}\n'
    value = "jsonencode(local.x > 0 ? local.good : local.good)"
    write(elsewhere, main_dot_tf=LOCALS + used + resource(value))
    write(elsewhere, bare_dot_json='[{"name": "web", "image": "other"}]')
    assert "not instrumented" in statuses(audit(".", "--format", "json"))


def test_a_called_module_that_stands_alone_is_read_by_itself(
    audit: Audit, elsewhere: Path
) -> None:
    call = 'module "m" {\n  source = "../m"\n  c = jsonencode(local.good)\n}\n'
    body = 'variable "c" {\nDEFAULT}\n' + LOCALS + resource("var.c")
    write(elsewhere, root__main_dot_tf=LOCALS + call)
    write(elsewhere, m__main_dot_tf=body.replace("DEFAULT", ""))
    assert audit(".").status == 0
    bare = '  default = "[{\\"name\\":\\"web\\",\\"image\\":\\"w\\"}]"\n'
    write(elsewhere, m__main_dot_tf=body.replace("DEFAULT", bare))
    assert audit(".").status == 1


@pytest.mark.parametrize(
    "value",
    [
        'path.module == "." ? {bare} : {good}',
        'startswith(path.module, "/") ? {good} : {bare}',
        'terraform.workspace == "default" ? {good} : {bare}',
        'startswith(abspath("."), "/") ? {good} : {bare}',
        'path.cwd != "" ? {good} : {bare}',
        'try(file("/etc/hostname"), "") == "" ? {bare} : {good}',
        'fileexists("/etc/hostname") ? {good} : {bare}',
        "(true ? 1 : data.x.y.z) == 1 ? {good} : {bare}",
        "coalesce(1, data.x.y.z) == 1 ? {good} : {bare}",
        "tolist([1, data.x.y.z])[0] == 1 ? {good} : {bare}",
        "length(toset([{{ a = null }}, {{ a = null }}])) == 2 ? {good} : {bare}",
        "length(distinct([{{ a = null }}, {{ a = null }}])) == 2 ? {good} : {bare}",
        'timestamp() != "" ? {good} : {bare}',
        "sum([data.x.y.z, 1]) == 1 ? {good} : {bare}",
    ],
)
def test_what_hangs_on_the_place_or_on_the_unknown_is_no_promise(
    audit: Audit, elsewhere: Path, value: str
) -> None:
    text = value.format(bare=BARE, good="jsonencode(local.good)")
    write(elsewhere, main_dot_tf=LOCALS + 'data "x" "y" {}\n' + resource(text))
    assert audit(".").status == 1


def test_names_of_what_is_not_known_prove_nothing(
    audit: Audit, elsewhere: Path
) -> None:
    image = 'lookup(data.x.y.z, "a/quay.io/sysdig/workload-agent")'
    value = f'jsonencode([{{ name = "web", image = {image} }}])'
    write(elsewhere, main_dot_tf=LOCALS + 'data "x" "y" {}\n' + resource(value))
    assert "skipped" not in statuses(audit(".", "--format", "json"))


def test_a_stack_of_cloudformation_may_define_tasks(
    audit: Audit, elsewhere: Path
) -> None:
    stack = 'resource "aws_cloudformation_stack" "s" {\n  template_body = %s\n}\n'
    good = LOCALS + resource("jsonencode(local.good)")
    write(elsewhere, main_dot_tf=good + stack % '"{\\"AWS::SNS::Topic\\": 1}"')
    assert audit(".").status == 0
    for body in ('"AWS::ECS::TaskDefinition"', "data.x.y.z", 'file("gone.yaml")'):
        write(elsewhere, main_dot_tf=good + stack % body)
        assert audit(".").status == 1


def test_nothing_but_what_is_not_created_is_nothing_to_audit(
    audit: Audit, elsewhere: Path
) -> None:
    write(elsewhere, main_dot_tf=LOCALS + resource(BARE, "count = 0"))
    done = audit(".", "--format", "json")
    assert done.status == 1
    assert done.rules() == ["not-created"]
    assert audit(".", "--allow-empty").status == 0


def test_a_report_follows_no_link(audit: Audit, elsewhere: Path) -> None:
    write(elsewhere, main_dot_tf=LOCALS + resource("jsonencode(local.good)"))
    (elsewhere / "out.json").symlink_to("precious")
    (elsewhere / "precious").write_text("mine")
    done = audit(".", "--output", "out.json")
    assert (done.status, "is a link" in done.err) == (1, True)
    assert (elsewhere / "precious").read_text() == "mine"


def test_a_module_that_is_called_twice_by_one_name_is_no_promise(
    audit: Audit, elsewhere: Path
) -> None:
    call = 'module "m" {\n  source = "./%s"\n}\n'
    write(
        elsewhere,
        main_dot_tf=call % "a",
        main_dot_tofu=call % "b",
        a__main_dot_tf=LOCALS + resource("jsonencode(local.good)"),
        b__main_dot_tf=LOCALS + resource(BARE),
    )
    assert "not instrumented" in statuses(audit(".", "--format", "json"))


@pytest.mark.parametrize(
    "name",
    [
        "./loop",
        "./a\\u0000b",
        "./" + "x" * 5000,
        "~nobody/x",
        "./\\ud800",
        "",
        ".",
        "./.",
    ],
)
def test_names_that_lead_nowhere_are_said(
    audit: Audit, elsewhere: Path, name: str
) -> None:
    (elsewhere / "loop").symlink_to("loop")
    (elsewhere / "turn.tf").symlink_to("turn.tf")
    for text in (
        f'module "m" {{\n  source = "{name}"\n}}\n',
        resource(f'file("{name}")'),
        resource(f'fileexists("{name}") ? file("{name}") : {BARE}'),
        resource(f'templatefile("{name}", {{}})'),
    ):
        write(elsewhere, main_dot_tf=LOCALS + text)
        done = audit(".", "--format", "json")
        assert (done.status, done.err) == (1, "")
        assert "instrumented" not in statuses(done)
