"""Layers go on forward, one after the other: targets, own containers, records, task."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import provenance
from fargate_instrument.core.recipe import (
    ROUTER,
    SIDECAR,
    AddContainer,
    AddLabel,
    AddMountPoint,
    DependOn,
    Fact,
    HasVariable,
    InheritEnvironment,
    InitProcess,
    Layer,
    MountFrom,
    RequireTask,
    Router,
    SetEnvironment,
    SetMember,
    When,
    WrapEntryPoint,
)
from tests.program import asked, run
from tests.unit.stack import DB, WEB, Made, laid, layer

RUN = WrapEntryPoint(("/run",))
MARK = SetEnvironment("MARK", "1")


def env(container: dict[str, Any]) -> dict[str, Any]:
    return {e["name"]: e.get("value") for e in container.get("environment", ())}


def plain(made: Made) -> list[Any]:
    """Give the containers without their records."""
    return [
        provenance.bare(container, provenance.read(container, ""))
        for container in made.containers
    ]


def again(made: Made, *layers: Any, **more: Any) -> Made:
    return laid(made.containers, *layers, **more)


# Own containers


def test_own_containers_join_where_their_rule_says() -> None:
    init = AddContainer("init", "i:1", role="init", position="first")
    side = AddContainer("side", "s:1", (SetMember("essential", value=False),))
    both = layer("x", RUN, containers=(side, init))
    made = laid([WEB, DB], both)
    assert made.names == ["init", "web", "db", "side"]
    assert plain(made)[3] == {"name": "side", "image": "s:1", "essential": False}
    assert made.result.layers[0].own == ("side", "init")
    assert again(made, both).containers == made.containers


def test_containers_of_two_layers_that_join_first() -> None:
    def first(agent: str) -> Any:
        side = AddContainer(f"{agent}-late", "s:1")
        init = AddContainer(f"{agent}-init", "i:1", role="init", position="first")
        return layer(agent, MARK, containers=(init, side))

    layers = first("one"), first("two")
    made = laid([WEB], *layers)
    assert made.names == ["two-init", "one-init", "web", "one-late", "two-late"]
    assert again(made, *layers).containers == made.containers
    hand = laid([WEB], *layers, record=False)
    assert again(hand, *layers, record=False).containers == hand.containers


@pytest.mark.parametrize("record", [True, False])
def test_its_containers_stay_where_all_applications_are_left_out(record: bool) -> None:
    side = AddContainer("side", "s:1")
    both = layer("x", RUN, containers=(side,))
    there = laid([WEB, DB], both, record=record).containers
    for more in ({"exclude": ["web", "db"]}, {"include": ["side"]}, {"exclude": ["*"]}):
        assert laid(there, both, **more).containers == there
    option = layer("x", RUN, containers=(side,), exclude=("web", "db"))
    assert laid(there, option).containers == there


def test_nothing_joins_where_nothing_is_instrumented() -> None:
    side = AddContainer("side", "s:1")
    made = laid([WEB], layer("x", RUN, containers=(side,)), exclude=["web"])
    assert made.containers == [WEB]
    (done,) = made.result.layers
    assert (done.targets, done.own, done.volumes, done.sites) == ((), (), (), ())


def test_steps_for_each_target_run_with_its_facts() -> None:
    fill = (
        AddMountPoint(("v-", Fact("target.name")), ("/v/", Fact("target.image"))),
        When(HasVariable("A"), (SetEnvironment(("SEES"), Fact("target.name")),)),
    )
    init = AddContainer("init", "i:1", (MARK,), fill, role="init")
    mount = AddMountPoint(("v-", Fact("container.name")), "/v")
    told = {**DB, "environment": [{"name": "A", "value": "1"}]}
    made = laid([WEB, told], layer("x", mount, containers=(init,)))
    added = plain(made)[2]
    assert added["mountPoints"] == [
        {"containerPath": "/v/web:1", "readOnly": False, "sourceVolume": "v-web"},
        {"containerPath": "/v/db:1", "readOnly": False, "sourceVolume": "v-db"},
    ]
    assert env(added) == {"MARK": "1", "SEES": "db"}
    assert made.result.layers[0].volumes == ("v-web", "v-db")


def test_volumes_that_only_an_own_container_mounts_are_named() -> None:
    side = AddContainer("side", "s:1", (AddMountPoint("v", "/v"),))
    plain_side = AddContainer("other", "s:1", (MARK,))
    made = laid([WEB], layer("x", RUN, containers=(side, plain_side)))
    assert made.result.layers[0].volumes == ("v",)
    mixed = layer("x", MARK, AddMountPoint("v", "/v"), InitProcess())
    assert laid([WEB], mixed).result.layers[0].volumes == ("v",)
    under = When(HasVariable("A"), (AddMountPoint("w", "/w"),))
    assert laid([WEB], layer("x", under)).result.layers[0].volumes == ()


def test_an_own_container_has_the_last_applications_variables() -> None:
    side = AddContainer("side", "s:1", (InheritEnvironment(("MARK",)), MARK))
    told = {**DB, "environment": [{"name": "A", "value": "1"}]}
    made = laid([WEB, told], layer("x", MARK, containers=(side,)))
    assert env(made.containers[2]) == {"A": "1", "MARK": "1"}


LOG = SetMember(
    "logConfiguration", {"logDriver": "awsfirelens", "options": {"to": ROUTER}}
)
LOGS = AddContainer(
    "my-logs",
    "r:1",
    (SetMember("firelensConfiguration", {"type": "fluentbit"}),),
    role="router",
    unless=Router(),
)


ROUTES = {"name": "logs", "image": "l:1", "firelensConfiguration": {"type": "fluentd"}}


@pytest.mark.parametrize("there", [{"type": "fluentd"}, {"x": "y"}])
def test_a_log_router_of_another_type_does_not_serve(there: Any) -> None:
    """A log configuration has the words of one type."""
    own = {**ROUTES, "firelensConfiguration": there}
    (problem,) = laid([own, WEB], layer("x", LOG, containers=(LOGS,))).problems
    assert problem.address == "c[0].firelensConfiguration.type"
    assert "the x agent logs in the words of fluentbit" in problem.message
    plain = LOGS.replace(steps=())
    assert not laid([own, WEB], layer("x", LOG, containers=(plain,))).problems


def test_a_log_router_is_added_unless_there_is_one() -> None:
    routed = layer(
        "x", LOG, When(Router(), (SetEnvironment("USES", ROUTER),)), containers=(LOGS,)
    )
    made = laid([WEB], routed)
    assert made.names == ["web", "my-logs"]
    assert made.containers[0]["logConfiguration"]["options"] == {"to": "my-logs"}
    assert env(made.containers[0]) == {}
    assert again(made, routed).containers == made.containers
    own = {**ROUTES, "firelensConfiguration": {"type": "fluentbit"}}
    made = laid([WEB, own], routed)
    assert made.names == ["web", "logs"]
    assert made.containers[0]["logConfiguration"]["options"] == {"to": "logs"}
    assert env(made.containers[0]) == {"USES": "logs"}
    assert made.result.layers[0].own == ()
    assert made.containers[1] is own


def test_a_layer_uses_the_router_that_a_layer_beneath_it_adds() -> None:
    one = layer("one", LOG, containers=(LOGS,))
    two = layer("two", SetEnvironment("TO", ROUTER), containers=(LOGS,))
    made = laid([WEB], one, two)
    assert made.names == ["web", "my-logs"]
    assert env(made.containers[0]) == {"TO": "my-logs"}


# Own containers that stand there without a record

SIDE = AddContainer(
    "side", "q/side:2", (SetMember("entryPoint", ["/side"]), SetEnvironment("S", "2"))
)
WITH = layer("x", RUN, MountFrom(SIDECAR, read_only=True), containers=(SIDE,))


@pytest.mark.parametrize(
    "there",
    [
        {"name": "side", "image": "q/side:1"},
        {"name": "side", "image": "q/side@sha256:0"},
        {"name": "side", "image": "other:1", "entryPoint": ["/side"]},
    ],
)
def test_an_own_container_that_is_there_is_brought_up_to_date(there: Any) -> None:
    made = laid([there, WEB], WITH, record=False)
    assert made.names == ["side", "web"]
    assert made.containers[0] == {
        "name": "side",
        "image": "q/side:2",
        "entryPoint": ["/side"],
        "environment": [{"name": "S", "value": "2"}],
    }
    assert again(made, WITH, record=False).containers == made.containers


def test_what_is_up_to_date_is_the_same_object() -> None:
    made = laid([WEB], WITH, record=False)
    more = again(made, WITH, record=False)
    assert more.containers[1] is made.containers[1]


@pytest.mark.parametrize(
    "there",
    [
        {"name": "side", "image": "mine:1"},
        {"name": "side", "image": "q/side:1", "entryPoint": [5]},
        {"name": "side", "image": {"odd": 1}},
    ],
)
def test_one_that_only_has_the_name_is_told_to_be_renamed(there: Any) -> None:
    found = laid([WEB, there], WITH, include=["web"]).problems
    (problem,) = [one for one in found if one.fixes == ("rename it",)]
    assert problem.address == "c[1].name"
    assert (
        "has the name of the x agent's own container but is not it" in problem.message
    )


def test_an_entry_point_of_its_own_is_not_that_of_a_rule_without_one() -> None:
    bare = layer("x", RUN, containers=(AddContainer("side", "q/side:2", (MARK,)),))
    there = {"name": "side", "image": "mine:1", "entryPoint": ["/mine"]}
    (problem,) = laid([WEB, there], bare, include=["web"]).problems
    assert problem.fixes == ("rename it",)


def test_a_sidecar_is_known_by_what_applications_mount() -> None:
    """Under any name, where its image is the agent's."""
    wrapped = {
        **WEB,
        "entryPoint": ["/run", "/web"],
        "volumesFrom": [{"sourceContainer": "renamed", "readOnly": True}],
    }
    there = {"name": "renamed", "image": "q/side:1"}
    made = laid([wrapped, there], WITH, record=False)
    assert made.names == ["web", "renamed"]
    assert made.containers[1]["image"] == "q/side:2"
    assert made.containers[0] == wrapped
    assert made.result.layers[0].own == ("renamed",)


def test_work_without_a_record_gets_one_for_what_is_new() -> None:
    hand = laid([WEB], WITH, record=False).containers
    assert laid(hand, WITH).containers == hand
    more = layer("x", RUN, MountFrom(SIDECAR, read_only=True), MARK, containers=(SIDE,))
    made = laid(hand, more)
    (record,) = provenance.read(made.containers[0], "")
    assert record.undo == {"environment": {"cut": ["MARK"], "new": True}}
    assert again(made, more).containers == made.containers


def test_an_older_launcher_is_exchanged() -> None:
    old = {**WEB, "entryPoint": ["/opt/draios/bin/instrument", "/web"]}
    new = layer("sysdig", WrapEntryPoint(("/new",), "command"))
    made = laid([old], new, record=False)
    assert made.containers == [{**WEB, "entryPoint": ["/new", "/web"]}]


# Records


def test_what_users_put_on_an_own_container_is_laid_back_on() -> None:
    made = laid([WEB], WITH)
    web, side = made.containers
    mine = {
        **side,
        "cpu": 5,
        "environment": [*side["environment"], {"name": "M", "value": "1"}],
    }
    newer = layer(
        "x",
        RUN,
        MountFrom(SIDECAR, read_only=True),
        containers=(SIDE.replace(image="q/side:3"),),
    )
    over = laid([web, mine], newer)
    assert over.names == ["web", "side"]
    assert over.containers[1]["image"] == "q/side:3"
    assert over.containers[1]["cpu"] == 5
    assert env(over.containers[1]) == {"M": "1", "S": "2"}
    assert laid(over.containers, newer).containers == over.containers


def test_no_record_where_none_is_wanted_or_nothing_was_done() -> None:
    assert (
        "dockerLabels" not in laid([WEB], layer("x", MARK), record=False).containers[0]
    )
    vendor = layer("x", MARK, recorded=False)
    assert "dockerLabels" not in laid([WEB], vendor).containers[0]
    told = {**WEB, "environment": [{"name": "MARK", "value": "1"}]}
    assert laid([told], layer("x", MARK)).containers[0] is told


def test_labels_of_the_users_own_survive_the_record() -> None:
    labelled = {**WEB, "dockerLabels": {"mine": "1"}}
    made = laid([labelled], layer("x", MARK))
    assert made.containers[0]["dockerLabels"]["mine"] == "1"
    assert plain(made)[0]["dockerLabels"] == {"mine": "1"}
    made = laid([WEB], layer("x", MARK, AddLabel("k", "v")))
    assert plain(made)[0]["dockerLabels"] == {"k": "v"}
    assert (
        again(made, layer("x", MARK, AddLabel("k", "v"))).containers == made.containers
    )


def test_records_of_a_stack_stand_in_order() -> None:
    one, two = layer("one", MARK), layer("two", InitProcess())
    made = laid([WEB], one, two)
    records = provenance.read(made.containers[0], "")
    assert [record.agent for record in records] == ["one", "two"]
    kept = laid(laid([WEB], one).containers, two)
    assert kept.containers == made.containers


# The task


def test_what_a_layer_needs_of_the_task_is_set_and_recorded() -> None:
    need = layer("x", AddMountPoint("v", "/v"), task=RequireTask(pid_mode="task"))
    task = {"family": "f", "volumes": [{"name": "mine"}]}
    made = laid([WEB], need, task=task, whole=True)
    assert made.result.task == {
        "family": "f",
        "pidMode": "task",
        "volumes": [{"name": "mine"}, {"name": "v"}],
    }
    (record,) = provenance.read(made.containers[0], "")
    assert record.task == {"pidMode": {"set": "task"}, "volumes": {"cut": ["v"]}}
    more = again(made, need, task=made.result.task, whole=True)
    assert (more.containers, more.result.task) == (made.containers, made.result.task)
    assert provenance.task_restored(made.result.task, record.task) == task
    (record,) = provenance.read(laid([WEB], need, task=task).containers[0], "")
    assert record.task == {}


def test_the_way_back_of_the_task_stands_on_the_agents_own_container() -> None:
    side = AddContainer("side", "s:1")
    need = layer("x", MARK, containers=(side,), task=RequireTask(pid_mode="task"))
    made = laid([WEB], need, whole=True)
    web, added = (provenance.read(c, "")[0] for c in made.containers)
    assert (web.task, added.task) == ({}, {"pidMode": {"set": "task"}})


@pytest.mark.parametrize("whole", [True, False])
def test_two_layers_that_need_the_same_of_the_task_both_say_so(whole: bool) -> None:
    def need(agent: str, step: Any) -> Any:
        return layer(agent, step, task=RequireTask(pid_mode="task"))

    one, two = need("one", MARK), need("two", InitProcess())
    made = laid([WEB], one, two, whole=whole)
    said = [record.task for record in provenance.read(made.containers[0], "")]
    first, second = (
        {"pidMode": {"set": "task"}},
        {"pidMode": {"set": "task", "was": "task"}},
    )
    assert said == ([first, second] if whole else [{}, {}])
    own = {"pidMode": "task"}
    made = laid([WEB], one, two, whole=True, task=own)
    assert [r.task for r in provenance.read(made.containers[0], "")] == [{}, {}]


@pytest.mark.parametrize(
    ("task", "need", "place"),
    [
        (
            {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"}},
            RequireTask(),
            "task.runtime_platform.operating_system_family",
        ),
        (
            {"platformVersion": "1.3"},
            RequireTask(platform_version="1.4.0"),
            "task.platform_version",
        ),
    ],
)
def test_a_task_that_an_agent_cannot_work_in(task: Any, need: Any, place: str) -> None:
    (problem,) = laid([WEB], layer("x", MARK, task=need), task=task).problems
    assert problem.address == place
    assert not laid(
        [WEB], layer("x", MARK, task=RequireTask(linux_only=False)), task=task
    ).problems


@pytest.mark.parametrize(
    "version", ["1.4.0", "1.4", "LATEST", "", None, "1.10.0", "x.y", "²"]
)
def test_a_platform_version_that_is_new_enough(version: Any) -> None:
    need = RequireTask(platform_version="1.4.0")
    assert not laid(
        [WEB], layer("x", MARK, task=need), task={"platformVersion": version}
    ).problems


def test_an_architecture_that_the_vendor_does_not_confirm() -> None:
    need = RequireTask(x86_only=True)
    task = {"runtimePlatform": {"cpuArchitecture": "ARM64"}}
    ((place, said),) = laid([WEB], layer("x", MARK, task=need), task=task).warnings
    assert place == "task.runtime_platform.cpu_architecture"
    assert "is ARM64" in said
    assert not laid([WEB], layer("x", MARK, task=need)).warnings


def test_ports_that_the_agent_takes_are_told() -> None:
    mapped = {
        **WEB,
        "portMappings": [5, {"containerPort": 80}, {"containerPort": 32000}],
    }
    need = RequireTask(ports=(32000,))
    ((place, said),) = laid(
        [mapped, DB], layer("x", MARK, task=need), exclude=["db"]
    ).warnings
    assert place == "c[0].portMappings[2]"
    assert "maps port 32000, on which the x agent listens" in said


# Soundness of what is touched


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"entryPoint": "/web"}, "c[0].entryPoint"),
        ({"entryPoint": [5]}, "c[0].entryPoint[0]"),
        ({"environment": 5}, "c[0].environment"),
        ({"image": ""}, "c[0].image"),
        ({"Image": "other:1"}, "c[0].image"),
    ],
)
def test_a_shape_that_is_none_stops_the_layer_where_it_works(
    members: Any, place: str
) -> None:
    odd = {**WEB, **members}
    side = AddContainer("side", "s:1")
    made = laid([odd, DB], layer("x", RUN, containers=(side,)), layer("y", MARK))
    assert {problem.address for problem in made.problems} == {place}
    assert laid([odd, DB], layer("x", RUN), exclude=["web"]).problems == []


def test_items_that_are_no_strings_are_taken_where_the_vendor_takes_them() -> None:
    loose = layer("x", WrapEntryPoint(("/run",), as_given=True))
    made = laid([{**WEB, "entryPoint": ["/web", 5]}], loose)
    assert made.containers[0]["entryPoint"] == ["/run", "/web", "5"]


def test_a_variable_without_a_value_is_said() -> None:
    bare = {**WEB, "environment": [{"name": "A"}, {"name": "B", "value": ""}]}
    made = laid([bare], layer("x", RUN), layer("y", MARK))
    ((place, said),) = made.warnings
    assert place == "c[0].environment[0]"
    assert "names A without a value" in said


def test_an_option_that_names_containers_names_instrumented_ones() -> None:
    only = SetEnvironment("A", "1", only_on=("dbb",), option="options.on")
    for steps in ((only,), (When(HasVariable("A"), (MARK, only)),)):
        (problem,) = laid([WEB, DB], layer("x", *steps), exclude=["db"]).problems
        assert problem.address == "options.on"
        assert problem.lines().endswith("known: web")
    (problem, *_) = laid([DB], layer("x", only), exclude=["db"]).problems
    assert problem.lines().endswith("known: none")


def test_an_own_container_that_waits_for_what_must_wait_for_it() -> None:
    waits = layer("x", RUN, DependOn(SIDECAR, "START"), containers=(SIDE,))
    there = {
        "name": "side",
        "image": "q/side:1",
        "dependsOn": [
            {"containerName": "db"},
            {"containerName": "web", "condition": "START"},
        ],
    }
    (problem,) = laid([WEB, DB, there], waits, exclude=["db"]).problems
    assert problem.address == "c[2].dependsOn[1]"
    assert '"web", which must wait for it' in problem.message
    assert not laid([WEB, DB, there], WITH, exclude=["db"]).problems


# Batches


def fresh(one: Layer) -> Layer:
    """Give a layer for which nothing has been made yet."""
    return one.replace(recipe=one.recipe.replace())


def test_a_new_own_container_is_made_once_for_a_batch() -> None:
    shared = fresh(WITH)
    one = laid([WEB], shared)
    two = laid([DB], shared)
    assert len(shared.recipe.made) == 1
    assert plain(one)[1] is not one.containers[1]
    assert one.containers[1] == two.containers[1]
    assert two.containers == laid([DB], fresh(WITH)).containers
    off = laid([WEB], shared, record=False)
    assert off.containers == laid([WEB], fresh(WITH), record=False).containers
    assert len(shared.recipe.made) == 2


@pytest.mark.parametrize(
    "side",
    [
        SIDE.replace(steps=(InheritEnvironment(),)),
        SIDE.replace(for_each_target=(SetEnvironment("T", Fact("target.name")),)),
    ],
)
def test_one_that_depends_on_applications_is_made_anew(side: Any) -> None:
    shared = layer("x", MARK, containers=(side,))
    told = {**DB, "environment": [{"name": "A", "value": "1"}]}
    for containers in ([WEB], [told]):
        made = laid(containers, shared)
        assert made.containers == laid(containers, fresh(shared)).containers
    assert shared.recipe.made == {}


def test_the_trace_tells_every_step() -> None:
    side = AddContainer("side", "s:1", (InitProcess(),), (MARK,))
    made = laid([WEB], layer("x", RUN, MARK, containers=(side,)))
    told = [(agent, name, step) for agent, name, step, _, _ in made.result.trace]
    assert told == [
        ("x", "web", RUN),
        ("x", "web", MARK),
        ("x", "side", InitProcess()),
        ("x", "side", MARK),
    ]
    for _, _, step, before, after in made.result.trace:
        assert before != after, step


def test_variables_copied_onto_an_agents_container_are_said() -> None:
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "quay.io/sysdig/workload-agent:1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "environment": [{"name": "DB_PASSWORD", "value": "x"}],
    }
    warnings = run(asked("sysdig", [WEB, sidecar])).result["warnings"]
    assert any(
        "as if copied from an application: DB_PASSWORD" in one for one in warnings
    )
