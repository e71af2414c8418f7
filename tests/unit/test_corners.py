"""Corners of the road that no other suite turns: each is one situation, told whole."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import agents, provenance, recipe, started
from fargate_instrument.core.request import secret_values
from fargate_instrument.core.rules import check
from fargate_instrument.core.shell import first_command
from fargate_instrument.core.started import Hole
from tests.program import OPTIONS, asked, run
from tests.property import stacks

WEB: dict[str, Any] = {"name": "web", "image": "one:1", "entryPoint": ["/web"]}
LAUNCHER = "/opt/draios/bin/instrument"


def _recipe(agent: str, **options: Any) -> recipe.Recipe:
    make = agents.load(agent).recipe
    assert make is not None
    return make({**OPTIONS[agent], **options}, {"family": "web"})


def test_a_foreign_launcher_over_a_record_is_told() -> None:
    made = run(asked("sysdig", [WEB])).containers
    wiz = ["/opt/wiz/sensor/wiz-sensor", "daemon", "--"]
    made[0]["entryPoint"] = [*wiz, *made[0]["entryPoint"]]
    asked_ = run({**asked("sysdig", made), "checks": "off"})
    assert "both wiz and sysdig" in asked_.failure
    again = stacks.lay(made, [recipe.Layer(_recipe("sysdig"))])
    said = 'container "web" has wiz put on top of sysdig'
    assert said in again.problems[0].message


def test_a_layer_without_a_record_comes_off_before_the_records_beneath() -> None:
    upper = recipe.Layer(_recipe("sysdig").replace(recorded=False))
    layers = (recipe.Layer(_recipe("prisma_cloud")), upper)
    once = stacks.lay([WEB], layers)
    assert once.containers[0]["entryPoint"] == [LAUNCHER]
    twice = stacks.lay(once.containers, layers, once.task)
    for member in ("entryPoint", "command"):
        assert twice.containers[0][member] == once.containers[0][member]


def test_what_only_the_task_needs_is_written_on_the_first_target() -> None:
    need = recipe.RequireTask("task")
    layers = [recipe.Layer(recipe.Recipe(name, task=need)) for name in ("one", "two")]
    done = stacks.lay([WEB], layers)
    records = provenance.read(done.containers[0], "c")
    kept = {"pidMode": {"set": "task", "was": "task"}}
    assert [record.task for record in records] == [{"pidMode": {"set": "task"}}, kept]


def test_a_router_of_the_same_type_serves() -> None:
    own = recipe.AddContainer(
        "router",
        "fluent:1",
        steps=(
            recipe.SetMember("user", "0"),
            recipe.SetMember("firelensConfiguration", {"type": "fluentbit"}),
        ),
        role="router",
        unless=recipe.Router(),
    )
    there = {
        "name": "log_router",
        "image": "fluent:1",
        "firelensConfiguration": {"type": "fluentbit"},
    }
    app = {**WEB, "logConfiguration": {"logDriver": "awsfirelens"}}
    wait = recipe.DependOn(recipe.ROUTER, "START")
    layer = recipe.Layer(recipe.Recipe("logs", steps=(wait,), containers=(own,)))
    done = stacks.lay([app, there], [layer])
    assert not done.problems
    assert [one["name"] for one in done.containers] == ["web", "log_router"]
    waits = done.containers[0]["dependsOn"]
    assert waits == [{"condition": "START", "containerName": "log_router"}]


def test_a_raw_line_that_a_layer_beneath_has_moved_is_wrapped_anew() -> None:
    line = "/var/lib/twistlock/fargate/defender fargate entrypoint a && b"
    web = {"name": "web", "image": "one:1", "command": ["/bin/sh", "-c", line]}
    layers = [
        recipe.Layer(_recipe("sysdig")),
        recipe.Layer(_recipe("prisma_cloud")),
    ]
    done = stacks.lay([web], layers)
    assert not done.problems
    argv = done.containers[0]["entryPoint"] + done.containers[0].get("command", [])
    assert argv[0] == "/var/lib/twistlock/fargate/defender"
    assert LAUNCHER in argv
    assert argv[-1] == "a && b"


def test_a_recipe_in_json_with_names_and_numbers() -> None:
    document = {
        "agent": "acme",
        "steps": [
            {"step": "SetEnvironment", "name": "A", "value": "1", "only_on": ["web"]}
        ],
        "task": {"ports": [4317]},
    }
    query = {
        "agent": "custom",
        "options": {"recipe": document},
        "container_definitions": [WEB],
        "provenance": "off",
    }
    assert run(query).containers == [
        {**WEB, "environment": [{"name": "A", "value": "1"}]}
    ]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({"cut": ["a"]}, {"cut": ["b"]}, {"cut": ["a", "b"]}),
        ({"cut": ["a"], "new": True}, {"cut": ["b"]}, {"cut": ["a", "b"], "new": True}),
        ({"set": "x"}, {"set": "y"}, {"set": "y"}),
        ({"set": "x"}, {"set": "x", "was": "x"}, {"set": "x"}),
    ],
)
def test_two_ways_back_of_one_member(one: Any, other: Any, both: Any) -> None:
    assert provenance.first({"m": one}, {"m": other}) == {"m": both}


def test_a_recipe_that_is_no_json_declares_no_secret() -> None:
    assert secret_values({"options": '{"recipe": '}) == []


def test_a_mount_of_another_container_may_hide_a_launcher() -> None:
    web = {
        **WEB,
        "entryPoint": [LAUNCHER],
        "command": ["/web"],
        "volumesFrom": [
            {"sourceContainer": "SysdigInstrumentation"},
            {"sourceContainer": "files"},
        ],
    }
    agent = {
        "name": "SysdigInstrumentation",
        "image": "quay.io/sysdig/workload-agent:6",
        "entryPoint": ["/opt/draios/bin/logwriter"],
    }
    mount = {"containerPath": "/opt/draios", "sourceVolume": "data"}
    files = {"name": "files", "image": "files:1", "mountPoints": [mount]}
    found = check([web, agent, files], {"volumes": [{"name": "data"}]})
    (hidden,) = [one for one in found if one.rule == "H23"]
    assert hidden.address == ("containerDefinitions", 0, "volumesFrom")


@pytest.mark.parametrize(
    ("line", "found"),
    [("a\\ b c", ["a b", "c"]), ("a\\\nb", ["ab"]), ("a 'b", ["a", "b"])],
)
def test_the_first_command_of_a_line(line: str, found: list[str]) -> None:
    assert first_command(line)[0] == found


HOLE = Hole("", "it is not known", several=True)
PART = Hole("", "it is not known")


@pytest.mark.parametrize(
    ("argv", "agents_"),
    [
        (["/bin/sh", "-c"], []),
        (["/bin/sh", "-e"], []),
        (["/bin/sh", "-c", 5], []),
        (["/bin/sh", HOLE], []),
        (["/bin/sh", "-c", Hole("/ap", "it is not known")], []),
        ([LAUNCHER, "/bin/sh", "-c", HOLE], ["sysdig"]),
        ([LAUNCHER, "/bin/sh", "-c", PART], ["sysdig"]),
        (["/bin/sh", "-e", "-c", f"{LAUNCHER} /app"], ["sysdig"]),
        (
            [
                "sh",
                "-c",
                "sudo -E /var/lib/lacework-backup/lacework-sidecar.sh && /app",
            ],
            ["lacework"],
        ),
    ],
)
def test_what_a_shell_starts(argv: list[Any], agents_: list[str]) -> None:
    done = started.started({"name": "web", "entryPoint": argv})
    assert [one.agent for one in done.starts] == agents_
