"""What comes off: records newest first, launchers without one; when neither does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_instrument.core import provenance
from fargate_instrument.core.marks import Found, wraps_of
from fargate_instrument.core.peel import Peeled, peel, require_values
from fargate_instrument.core.recipe import (
    AddContainer,
    AddMountPoint,
    SetEnvironment,
    ShellWrapCommand,
    WrapEntryPoint,
)
from tests.unit.stack import DB, WEB, laid, layer

ONE = layer(
    "one",
    WrapEntryPoint(("/one",)),
    SetEnvironment("ONE", "1"),
    containers=(AddContainer("one-side", "one:1", (SetEnvironment("S", "1"),)),),
)
TWO = layer("two", WrapEntryPoint(("/two",)), SetEnvironment("TWO", "2"))
THREE = layer("three", WrapEntryPoint(("/three",)))
WRAPS = {one.recipe.agent: one.recipe.steps[:1] for one in (ONE, TWO, THREE)}


def off(containers: list[Any], *agents: str, but: tuple[str, ...] = ()) -> Peeled:
    wraps: Any = {agent: WRAPS[agent] for agent in agents}
    return peel(containers, wraps, lambda _, name: name not in but, "c")


def told(peeled: Peeled) -> list[str]:
    return [problem.lines() for problem in peeled.problems]


def test_where_there_is_nothing_everything_is_the_same_object() -> None:
    peeled = off([WEB, DB], "one")
    assert peeled.containers[0] is WEB
    assert peeled.containers[1] is DB
    assert (peeled.records, peeled.agents, peeled.found) == ({}, frozenset(), {})


def test_recorded_layers_come_off_newest_first() -> None:
    stack = laid([WEB, DB], ONE, TWO, THREE).containers
    peeled = off(stack, "one", "two", "three")
    assert peeled.containers == [WEB, DB]
    assert peeled.agents == {"one", "two", "three"}
    assert peeled.problems == ()
    upper = off(stack, "two", "three")
    assert upper.containers == laid([WEB, DB], ONE).containers
    assert [record.agent for record in upper.records["web"]] == ["one"]
    assert off(stack, "three").containers == laid([WEB, DB], ONE, TWO).containers


def test_what_is_not_touched_beside_is_the_same_object() -> None:
    stack = laid([WEB, DB], ONE, exclude=["db"]).containers
    assert stack[1] is DB
    assert off(stack, "one").containers[1] is DB


@pytest.mark.parametrize("index", [0, 1])
def test_a_layer_above_an_asked_one_is_an_error_that_names_both(index: int) -> None:
    stack = laid([WEB, DB], ONE, TWO, THREE).containers
    peeled = off(stack, "one")
    assert told(peeled)[index] == (
        f'c[{index}]: container "{("web", "db")[index]}" has two put on top of one,'
        " which cannot be changed alone\n"
        '  ask for both, in this order: agents = [{agent = "one"}, {agent = "two"},'
        ' {agent = "three"}]\n'
        "  or take three out first: fargate-instrument remove --agent three"
    )
    worded = peeled.problems[index].on_command_line().fixes
    assert worded == (
        "ask for both, in this order: --agent one --agent two --agent three",
        "or take three out first: --agent three",
    )
    assert peeled.containers[index] == stack[index]


def test_one_above_that_is_asked_for_does_not_help_the_one_between() -> None:
    stack = laid([WEB], ONE, TWO, THREE).containers
    (said,) = told(off(stack, "one", "three"))
    assert "has two put on top of one" in said


def test_excluded_containers_are_untouched() -> None:
    stack = laid([WEB, DB], ONE, TWO).containers
    peeled = off(stack, "two", but=("web",))
    assert peeled.containers[0] is stack[0]
    assert [record.agent for record in peeled.records["web"]] == ["one", "two"]
    assert peeled.containers[1] == laid([DB], ONE).containers[0]
    bare = [{**WEB, "entryPoint": ["/one", "/web"]}]
    assert off(bare, "one", but=("web",)).containers[0] is bare[0]


def test_a_lower_layer_of_an_excluded_container_is_no_error() -> None:
    stack = laid([WEB, DB], ONE, TWO).containers
    assert not off(stack[:1], "one", but=("web",)).problems


# Launchers without a record


def test_a_launcher_comes_off_and_its_entries_stay() -> None:
    stack = laid([WEB], ONE, record=False).containers
    peeled = off(stack, "one")
    assert peeled.containers[0] == {**stack[0], "entryPoint": ["/web"]}
    assert peeled.containers[1] is stack[1]
    assert peeled.before == {"web": stack[0]}
    assert list(peeled.found) == [("one", "web")]
    assert not peeled.agents


def test_launchers_of_several_layers_come_off() -> None:
    argv = {**WEB, "entryPoint": ["/three", "/two", "/one", "/web"]}
    peeled = off([argv], "one", "two", "three")
    assert peeled.containers == [WEB]
    assert list(peeled.found) == [("three", "web"), ("two", "web"), ("one", "web")]
    assert peeled.before["web"] is argv
    assert off([argv], "two", "three").containers == [
        {**WEB, "entryPoint": ["/one", "/web"]}
    ]


def test_a_launcher_comes_off_once() -> None:
    twice = {**WEB, "entryPoint": ["/one", "/one", "/web"]}
    assert off([twice], "one").containers == [{**WEB, "entryPoint": ["/one", "/web"]}]


def test_a_launcher_above_a_record_comes_off_first_of_all() -> None:
    stack = laid([WEB], ONE).containers
    by_hand = {**stack[0], "entryPoint": ["/two", *stack[0]["entryPoint"]]}
    peeled = off([by_hand, stack[1]], "two")
    assert peeled.containers[0]["entryPoint"] == ["/one", "/web"]
    assert provenance.LABEL in peeled.containers[0]["dockerLabels"]


SYSDIG_LAUNCHER = "/opt/draios/bin/instrument"
DEFENDER = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint"]


WIZ = ["/opt/wiz/sensor/wiz-sensor", "daemon", "--"]


@pytest.mark.parametrize(
    ("argv", "above"),
    [
        (DEFENDER, ["prisma_cloud"]),
        (WIZ, ["wiz"]),
        ([*WIZ, *DEFENDER], ["prisma_cloud", "wiz"]),
    ],
)
def test_a_launcher_beneath_one_that_is_not_asked_for(
    argv: list[str], above: list[str]
) -> None:
    """Known by their marks alone, in the order in which they start."""
    nested = {**WEB, "entryPoint": [*argv, SYSDIG_LAUNCHER, "/web"]}
    wraps = {"sysdig": wraps_of("sysdig")}
    peeled = peel([nested], wraps, lambda *_: True, "c")
    (problem,) = peeled.problems
    assert problem.address == "c[0]"
    assert f'container "web" has {above[0]} put on top of sysdig' in problem.message
    if "wiz" in above:
        out = "take wiz out first, by hand or with its vendor's tool"
        assert problem.fixes == (out,)
    else:
        order = ", ".join(f'{{agent = "{agent}"}}' for agent in ["sysdig", *above])
        assert f"in this order: agents = [{order}]" in problem.fixes[0]
        assert f"or take {above[-1]} out first" in problem.fixes[1]
    assert peeled.containers == [nested]
    assert not peel([nested], wraps, lambda *_: False, "c").problems


def test_a_wrapped_shell_line_comes_off() -> None:
    line = ShellWrapCommand(("/bin/sh", "-c"), ("/one",))
    for behind, raw, left in (
        ("a 'b c'", False, ["a", "b c"]),
        ("a && b", True, ["/bin/sh", "-c", "a && b"]),
    ):
        command = ["/bin/sh", "-c", f"/one {behind}"]
        shell = {"name": "web", "image": "web:1", "command": command}
        peeled = peel([shell], {"one": (line,)}, lambda *_: True, "c")
        assert peeled.containers[0]["command"] == left
        assert peeled.found["one", "web"] == Found(line, raw)


# Labels that are none


def labelled(container: dict[str, Any], text: Any) -> dict[str, Any]:
    return {**container, "dockerLabels": {provenance.LABEL: text}}


def edited(change: Any, at: int = 0) -> list[Any]:
    """Give a recorded stack whose record was edited by hand."""
    stack = laid([WEB], ONE).containers
    entries = json.loads(stack[at]["dockerLabels"][provenance.LABEL])
    entries[0]["undo"].update(change)
    stack[at] = labelled(stack[at], json.dumps(entries))
    return stack


@pytest.mark.parametrize("text", ["", "[]", "x", "5", "{}", '[{"agent":"one"}]'])
@pytest.mark.parametrize("agent", ["one", "two"])
def test_a_label_that_cannot_be_read_refuses(text: Any, agent: str) -> None:
    broken = labelled(WEB, text)
    peeled = off([broken, DB], agent)
    (problem,) = peeled.problems
    assert problem.address == "c[0].dockerLabels"
    assert "cannot be read" in problem.message
    assert peeled.containers[0] is broken


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"name": {"is": "other"}}, 0),
        ({"image": {"is": 5}}, 0),
        ({"environment": {"is": 5}}, 0),
        ({"linuxParameters": {"is": {"capabilities": 5}}}, 0),
        ({"name": {"is": "other"}}, 1),
        ({"image": {"is": "mine:1"}}, 1),
        ({"environment": {"is": [5]}}, 1),
    ],
)
def test_a_record_that_was_edited_refuses(change: Any, at: int) -> None:
    stack = edited(change, at)
    peeled = off(stack, "one")
    assert [problem.address for problem in peeled.problems] == [f"c[{at}].dockerLabels"]
    assert peeled.containers[at] is stack[at]


def test_every_label_that_cannot_be_read_is_told() -> None:
    broken = [labelled(WEB, "{"), labelled(DB, "[5]")]
    assert len(off(broken, "one").problems) == 2


# What users have put there since


def test_what_users_put_on_an_agents_own_container_is_left_over() -> None:
    stack = laid([WEB], ONE).containers
    side = stack[1]
    mine = {"name": "MINE", "value": "1"}
    kept = {**side, "environment": [*side["environment"], mine], "cpu": 5}
    peeled = off([stack[0], kept], "one")
    assert peeled.containers == [WEB]
    assert peeled.leftovers == {
        ("one", "one-side"): {"name": "one-side", "environment": [mine], "cpu": 5}
    }
    assert off(stack, "one").leftovers == {}


def test_what_users_put_on_an_application_stays() -> None:
    stack = laid([WEB], ONE).containers
    web = stack[0]
    mine = {"name": "MINE", "value": "1"}
    web = {**web, "environment": [*web["environment"], mine], "cpu": 5}
    assert off([web, stack[1]], "one").containers == [
        {**WEB, "environment": [mine], "cpu": 5}
    ]


def test_the_way_back_of_the_task_comes_with_the_records() -> None:
    mounted = layer("one", AddMountPoint("v", "/p"))
    made = laid([WEB], mounted, whole=True, task={"family": "f"})
    assert made.result.task["volumes"] == [{"name": "v"}]
    assert off(made.containers, "one").task == {"volumes": {"cut": ["v"], "new": True}}


def test_a_value_that_was_a_secret_is_lost() -> None:
    own = [{"name": "A", "value": "mine"}]
    hush = layer("one", SetEnvironment("A", "new", secret=True), secret_names=("A",))
    stack = laid([{**WEB, "environment": own}], hush).containers
    peeled = peel(stack, {"one": ()}, lambda *_: True, "c")
    assert peeled.lost == (("web", "A"),)
    (problem,) = require_values(peeled.containers, "c")
    assert problem.address == "c[0].environment[0]"
    assert "had a A of its own, which is a secret" in problem.message
    odd = [{"name": "x", "environment": 5}, {"name": "y", "environment": [5]}]
    assert require_values([*odd, WEB], "c") == []
