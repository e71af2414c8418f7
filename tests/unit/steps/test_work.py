"""Every kind of step has its row, its model and its place in the algebra."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from fargate_instrument.core import notation, recipe
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import Number
from fargate_instrument.core.recipe import Fact, When
from fargate_instrument.core.steps import WORK, actions, claims, conditions, text
from fargate_instrument.core.steps.site import texts
from fargate_instrument.models import recipe as models
from tests.unit.steps.bench import WEB, env, site

NO_STEPS = {
    "Fact",
    "AddContainer",
    "RequireTask",
    "Policies",
    "Recipe",
    "Layer",
    "When",
}


def _records() -> dict[str, type[Frozen]]:
    return {
        name: one
        for name, one in inspect.getmembers(recipe, inspect.isclass)
        if issubclass(one, Frozen) and one is not Frozen
    }


CONDITIONS = {one.__name__ for one in notation.CONDITIONS}
STEPS = {name for name in _records() if name not in NO_STEPS | CONDITIONS}


def test_every_kind_of_step_has_its_row() -> None:
    assert {kind.__name__ for kind in WORK} == STEPS
    assert {one.__name__ for one in notation.ACTIONS} == STEPS


def test_every_condition_has_its_model_and_its_line() -> None:
    source = inspect.getsource(conditions.holds)
    named = {name for name in CONDITIONS if f"case {name}()" in source}
    assert CONDITIONS - named == {"RunsAsRoot"}  # the last line, which holds the rest
    assert _records().keys() - STEPS - NO_STEPS == CONDITIONS


def test_every_record_has_a_model() -> None:
    made = {model.__name__ for model in models.RECORDS}
    assert made - {"Parameter"} == _records().keys() - {"Fact", "Layer"}


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("x", "x"),
        (Fact("container.name"), "web"),
        (Fact("container.image"), "web:1"),
        (Fact("sidecar.name"), "agent"),
        (("x-", Fact("container.name"), "-", Fact("router.name")), "x-web-logs"),
        (Number("1.0"), "Number(1.0)"),
    ],
)
def test_facts_of_a_text_are_filled_in(value: Any, made: str) -> None:
    assert text(value, WEB, site()) == made


def test_facts_of_a_json_value_are_filled_in() -> None:
    value = {
        "a": ["x", ("v-", Fact("target.name")), 5, None],
        "b": Fact("container.image"),
    }
    assert texts(value, WEB, site()) == {"a": ["x", "v-web", 5, None], "b": "web:1"}


def test_steps_under_a_condition_are_done_where_it_holds() -> None:
    one, two = recipe.SetEnvironment("A", "1"), recipe.InitProcess()
    steps = (one, When(recipe.HasVariable("B"), (two, one)), two)
    assert list(actions(steps, WEB, site())) == [one, two]
    told = {**WEB, "environment": env(B="")}
    assert list(actions(steps, told, site())) == [one, two, one, two]


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (recipe.SetEnvironment("A", "1"), [("variable", "A", "1")]),
        (recipe.SetEnvironment("A", "1", mode="if_absent"), [("variable", "A", "1")]),
        (recipe.SetEnvironment("A", "1", secret=True), [("variable", "A", "(hidden)")]),
        (recipe.SetEnvironment("A", "1", mode="append"), []),
        (recipe.SetEnvironment("A", "1", mode="around"), []),
        (recipe.SetEnvironment("A", "1", only_on=("db",)), []),
        (recipe.SetEnvironment("A", "1", only_on=("web",)), [("variable", "A", "1")]),
        (recipe.AddSecret("A", "arn"), [("variable", "A", "arn")]),
        (
            recipe.AddMountPoint("v", ("/p/", Fact("container.name"))),
            [("mount path", "/p/web", "v"), ("volume", "v", "")],
        ),
        (recipe.AddCapability("SYS_PTRACE"), [("tracer", "ptrace", "")]),
        (recipe.AddCapability("NET_ADMIN"), []),
        (recipe.AddLabel("k", Fact("container.name")), [("Docker label", "k", "web")]),
        (recipe.SetMember("user", "0"), [("member", "user", '"0"')]),
        (recipe.SetMember("user", "0", when="absent"), []),
        (recipe.MountFrom("a", read_only=True), []),
        (recipe.WrapEntryPoint(("/run",)), []),
    ],
)
def test_what_a_step_lays_claim_to(step: Any, found: list[Any]) -> None:
    assert list(claims((step,), WEB, site())) == found
