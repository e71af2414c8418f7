"""Outcomes -> result: what is told of the layers, alone and in a batch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_instrument.core import render
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.pipeline import Outcome, outcomes
from fargate_instrument.core.recipe import (
    AddContainer,
    AddMountPoint,
    InitProcess,
    Policies,
    RequireTask,
    SetEnvironment,
)
from fargate_instrument.core.request import Ask, Request
from tests.program import KEYS
from tests.unit.stack import DB, WEB, laid, layer

MARK = SetEnvironment("MARK", "1")
FULL = {
    "task": RequireTask(pid_mode="task"),
    "secret_arns": ("arn:1", "arn:2"),
    "policies": Policies(({"Sid": "a"},), ({"Sid": "t"},)),
    "tags": {"watched": "yes"},
}
NO_POLICIES: dict[str, Any] = {"execution_role": [], "task_role": []}


def outcome(*layers: Any, name: str = "", **more: Any) -> Outcome:
    more.setdefault("containers", [WEB, DB])
    made = laid(more.pop("containers"), *layers, **more)
    ask = Ask(name, made.definition, layers)
    return Outcome(name, ask, made.result, tuple(made.warnings))


def one(found: Outcome) -> dict[str, Any]:
    result = render.result([found], batch=False)
    assert tuple(sorted(result)) == KEYS
    return {k: v if k == "pid_mode" else json.loads(v) for k, v in result.items()}


def test_everything_that_working_layers_need() -> None:
    two = layer(
        "two",
        AddMountPoint("v", "/v"),
        secret_arns=("arn:2", "arn:3"),
        policies=Policies(({"Sid": "a"}, {"Sid": "b"})),
        tags={"watched": "more", "by": "two"},
    )
    result = one(outcome(layer("one", MARK, **FULL), two))
    assert result["pid_mode"] == "task"
    assert result["secret_arns"] == ["arn:1", "arn:2", "arn:3"]
    assert result["policies"] == {
        "execution_role": [{"Sid": "a"}, {"Sid": "b"}],
        "task_role": [{"Sid": "t"}],
    }
    assert result["tags"] == {"watched": "more", "by": "two"}
    assert result["volumes"] == [{"name": "v"}]
    assert result["instrumented"] == ["web", "db"]
    assert result["skipped"] == result["errors"] == []
    assert result["task_definitions"] == {}


def test_a_layer_that_does_nothing_needs_nothing() -> None:
    result = one(outcome(layer("one", MARK, **FULL), exclude=["web", "db"]))
    assert result["pid_mode"] == ""
    assert result["policies"] == NO_POLICIES
    assert (result["secret_arns"], result["tags"], result["volumes"]) == ([], {}, [])
    assert result["instrumented"] == []
    assert result["container_definitions"] == [WEB, DB]


def test_what_any_layer_instruments_is_instrumented() -> None:
    found = outcome(
        layer("one", MARK, only=["db"]), layer("two", InitProcess(), only=["web"])
    )
    assert render.instrumented(found) == ["web", "db"]
    assert render.skipped(found) == []


def test_why_a_container_is_left_alone_by_each_layer() -> None:
    found = outcome(layer("one", MARK, only=["web"]), layer("two", MARK, but=["db"]))
    said = 'is not among the included; is excluded by "db"'
    assert render.skipped(found) == [("db", said)]
    found = outcome(layer("one", MARK, but=["db"]), layer("two", MARK, but=["db"]))
    assert render.skipped(found) == [("db", 'is excluded by "db"')]


def test_an_own_container_is_the_agents_own_whatever_others_say() -> None:
    side = AddContainer("side", "s:1")
    first = layer("one", MARK, containers=(side,))
    there = laid([WEB], first, layer("two", InitProcess())).containers
    own = ("side", "is the agent's own container")
    assert render.skipped(
        outcome(first, layer("two", InitProcess()), containers=there)
    ) == [own]
    idle = outcome(first, containers=there, exclude=["web"])
    assert render.skipped(idle) == [("web", 'is excluded by "web"'), own]
    declines = layer("one", MARK, containers=(side,), opt_out=(("k", "v"),))
    named = [{**there[0], "dockerLabels": {**there[0]["dockerLabels"], "k": "v"}}]
    gone = outcome(declines, containers=[*named, there[1]])
    assert render.skipped(gone)[1] == own
    alone = outcome(layer("two", InitProcess()), containers=there)
    assert render.skipped(alone) == [
        ("side", "belongs to one; include it by name to instrument it")
    ]


def test_a_container_of_one_layer_may_be_instrumented_by_another() -> None:
    first = layer("one", MARK, containers=(AddContainer("side", "s:1"),))
    found = outcome(first, layer("two", InitProcess(), targets="all"), containers=[WEB])
    assert render.instrumented(found) == ["web", "side"]


def test_a_batch_tells_each_and_all() -> None:
    full = layer("one", AddMountPoint("v", "/v"), **FULL)
    bare = {**WEB, "environment": [{"name": "A"}]}
    batch = [
        outcome(full, name="a", exclude=["db"]),
        outcome(layer("two", MARK), name="b", containers=[bare]),
    ]
    result = render.result(batch, batch=True)
    assert tuple(sorted(result)) == KEYS
    assert result["container_definitions"] == ""
    assert result["pid_mode"] == "task"
    assert json.loads(result["instrumented"]) == ["a/web", "b/web"]
    assert json.loads(result["skipped"]) == [
        {"name": "a/db", "reason": 'is excluded by "db"'}
    ]
    assert json.loads(result["volumes"]) == [{"name": "v"}]
    assert json.loads(result["secret_arns"]) == ["arn:1", "arn:2"]
    assert json.loads(result["tags"]) == {"watched": "yes"}
    assert json.loads(result["policies"])["task_role"] == [{"Sid": "t"}]
    (warning,) = json.loads(result["warnings"])
    assert warning.startswith("c[0].environment[0]: ")
    entries = json.loads(result["task_definitions"])
    assert set(entries["a"]) == set(KEYS) - {"task_definitions"}
    assert json.loads(entries["b"]["warnings"]) == [warning]


def test_every_key_of_a_failed_result_is_there() -> None:
    failed = render.failed([Problem("a", "b", ("c",))])
    assert tuple(sorted(failed)) == KEYS
    assert failed["errors"] == '["a: b; c"]'
    assert json.loads(failed["policies"]) == NO_POLICIES


@pytest.mark.parametrize("batch", [False, True])
def test_volumes_of_a_recipe_are_known_to_the_rules(batch: bool) -> None:
    mount = layer("x", AddMountPoint("v", "/v"))
    made = laid([WEB], mount)
    request = Request((Ask("n", made.definition, (mount,)),), batch, True, "")
    (found,) = outcomes(request)
    assert render.volumes(found) == [{"name": "v"}]
