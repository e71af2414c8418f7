"""The whole program as a function: problems, checks and facts come together."""

from __future__ import annotations

import pytest

from tests.program import OPTIONS, asked, run
from tests.unit.stack import DB, WEB


def test_problems_of_all_parts_are_told_at_once() -> None:
    query = {
        **asked("sysdig", [{"name": "web", "image": "web:1"}], options={"x": 1}),
        "include": ["q"],
    }
    failure = run(query).failure
    assert "options.x: is not known" in failure
    assert "include[0]: " in failure


def test_what_two_layers_claim_is_told_beside_all_else() -> None:
    query = {
        "agents": [
            {"agent": name, "options": OPTIONS[name]}
            for name in ("sysdig", "prisma_cloud")
        ],
        "container_definitions": [WEB, {"name": "api", "image": "api:1"}],
        "task": {"family": "web"},
    }
    failure = run(query).failure
    assert "would get a tracer from both sysdig and prisma_cloud" in failure
    assert 'container "api" has no entryPoint' in failure


def test_nothing_is_checked_before_containers_have_names() -> None:
    failure = run(asked("sysdig", [WEB, {**DB, "name": "web"}, 5])).failure
    assert 'container_definitions[1].name: container "web" has the name of' in failure
    assert "container_definitions[2]: is a number, an object is needed" in failure


@pytest.mark.parametrize(
    ("checks", "status"), [("", 1), ("error", 1), ("warn", 0), ("off", 0)]
)
def test_what_the_user_breaks_is_softened_by_checks(checks: str, status: int) -> None:
    broken = {**WEB, "portMappings": [{"containerPort": 80, "hostPort": 81}]}
    done = run(
        asked("sysdig", [broken], task={"network_mode": "awsvpc"}, checks=checks)
    )
    assert done.status == status
    if status:
        assert done.failure.startswith("container_definitions[0].portMappings[0]")
        assert "instrumenting would break it" not in done.failure
    else:
        said = [w for w in done.result["warnings"] if "portMappings" in w]
        assert bool(said) is (checks == "warn")


@pytest.mark.parametrize("checks", ["error", "warn", "off"])
def test_what_instrumenting_would_break_is_an_error(checks: str) -> None:
    whole = {"family": "f", "memory": "512", "containerDefinitions": [WEB]}
    failure = run(asked("sysdig", whole, checks=checks)).failure
    assert "container_definitions[1].secrets: instrumenting would break it" in failure


def test_rules_are_not_asked_where_the_query_is_not_sound() -> None:
    broken = {**WEB, "portMappings": [{"containerPort": 80, "hostPort": 81}]}
    task = {"network_mode": "awsvpc"}
    failure = run(asked("sysdig", [broken], task=task, options={"x": 1})).failure
    assert failure.startswith("options.x: is not known")
    assert "portMappings" not in failure


def test_an_address_is_that_of_the_input_and_of_the_task() -> None:
    platform = {"operating_system_family": "LINUX", "cpu_architecture": "RISC"}
    failure = run(asked("sysdig", [WEB], task={"runtime_platform": platform})).failure
    assert failure.startswith("task.runtime_platform.cpu_architecture: ")


def test_a_breach_of_the_list_as_a_whole_has_the_lists_address() -> None:
    idle = [{**WEB, "essential": False}]
    failure = run(asked("sysdig", idle, exclude=["web"])).failure
    assert failure.startswith("container_definitions: ")


def test_what_images_say_is_a_fact_for_the_rules() -> None:
    configs = {"web:1": {"Entrypoint": ["/web"], "Architecture": "arm64"}}
    task = {"runtime_platform": {"cpu_architecture": "X86_64"}}
    done = run(asked("sysdig", [WEB], task=task, image_configs=configs))
    said = "".join(done.result["warnings"])
    assert "container_definitions[0].image" in said


def test_a_text_with_a_least_length() -> None:
    assert "include[0]: is empty" in run(asked("sysdig", [WEB], include=[""])).failure


def test_findings_are_one_line() -> None:
    odd = {**WEB, "name": "a\nb"}
    assert 'container "a\\nb"' in run(asked("sysdig", [odd])).failure


def test_a_sidecar_may_wait_for_what_does_not_wait_for_it() -> None:
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "a:1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "dependsOn": [{"containerName": "web", "condition": "START"}],
    }
    done = run(asked("sysdig", [WEB, sidecar]))
    assert done.containers[1]["dependsOn"] == sidecar["dependsOn"]


def test_exact_mode_keeps_what_the_sidecar_has_of_its_own() -> None:
    launcher = ["/opt/draios/bin/instrument"]
    web = {
        **WEB,
        "entryPoint": launcher,
        "command": ["/web"],
        "environment": [{"name": "SYSDIG_LOGGING", "value": "debug"}],
    }
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "a:1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "environment": [{"name": "SYSDIG_LOGGING", "value": "trace"}],
    }
    options = {
        "sysdig_access_key_secret": ...,
        "sysdig_logging": "info",
        "compatibility": "provider-v3",
    }
    done = run(asked("sysdig", [web, sidecar], options=options))
    variables = {e["name"]: e["value"] for e in done.containers[1]["environment"]}
    assert variables["SYSDIG_LOGGING"] == "trace"
