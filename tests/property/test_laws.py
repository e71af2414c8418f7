"""The laws that hold for every agent: one test for each, over realistic definitions."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from fargate_instrument.core.instrumentation import Definition, instrument
from fargate_instrument.core.patch import is_wrapped
from hypothesis import assume, given
from hypothesis import strategies as st

from fargate_instrument.core import agents, pipeline, removal
from fargate_instrument.core.jsontext import dump, parse
from fargate_instrument.core.provenance import LABEL
from fargate_instrument.core.recipe import Recipe
from tests.program import Run, flat, run
from tests.property import strategies as some

if TYPE_CHECKING:
    import random

EVERY_AGENT = pytest.mark.parametrize("agent", some.AGENTS)
NAMED = {
    "entryPoint",
    "command",
    "environment",
    "secrets",
    "dependsOn",
    "volumesFrom",
    "linuxParameters",
    "dockerLabels",
}
"""Members of an application container that the recipes name."""


def test_every_agent_is_under_the_laws() -> None:
    assert set(agents.TABLE) == set(some.AGENTS)


def _succeeds(query: dict[str, Any]) -> Run:
    """Run a query; only what instrumenting would break in ECS's eyes may fail it."""
    done = run(query)
    if done.status:
        assert "instrumenting would break it" in done.failure, done.err
        assume(False)
    return done


def _again(query: dict[str, Any], done: Run, **changed: Any) -> dict[str, Any]:
    text = json.loads(done.out)["container_definitions"]
    return {**query, "container_definitions": text, **changed}


def _text(done: Run) -> str:
    found: str = json.loads(done.out)["container_definitions"]
    return found


@given(some.documents)
def test_law_1_identity_of_a_recipe_without_steps(containers: list[Any]) -> None:
    nothing = Recipe("none")
    definition = Definition("c", containers, containers, {}, {}, (), (), {})
    done = instrument(definition, nothing, True)
    assert not done.notes.problems
    assert done.containers == containers


@EVERY_AGENT
@given(st.data())
def test_law_1_identity_where_nothing_is_targeted(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent, exclude=["*"]))
    done = _succeeds(query)
    assert done.containers == query["container_definitions"]
    assert done.result["instrumented"] == []
    assert done.result["pid_mode"] == ""


@EVERY_AGENT
@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize("old", [False, True], ids=["plain", "instrumented before"])
@given(st.data())
def test_law_2_idempotence(agent: str, provenance: str, old: bool, data: Any) -> None:
    query = data.draw(some.queries(agent, provenance=provenance))
    if old:
        query["container_definitions"] += some.OLD[agent]
    once = _succeeds(query)
    twice = _succeeds(_again(query, once))
    assert _text(twice) == _text(once)


@given(st.data())
def test_law_2_idempotence_of_the_exact_mode(data: Any) -> None:
    query = data.draw(some.queries("sysdig"))
    query["options"] = data.draw(some.exact_options)
    once = _succeeds(query)
    twice = _succeeds(_again(query, once))
    assert _text(twice) == _text(once)


@EVERY_AGENT
@given(st.data())
def test_law_2_other_options_upgrade_in_place(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    other = data.draw(some.options[agent])
    afresh = _succeeds({**query, "options": other})
    upgraded = _succeeds(_again(query, _succeeds(query), options=other))
    assert _text(upgraded) == _text(afresh)


@EVERY_AGENT
@pytest.mark.parametrize("old", [False, True], ids=["plain", "instrumented before"])
@given(st.data())
def test_law_3_inverse_from_the_text_alone(agent: str, old: bool, data: Any) -> None:
    query = data.draw(some.queries(agent))
    if old:
        query["container_definitions"] += some.OLD[agent]
    once = _succeeds(query)
    for text in (_text(once), _text(_succeeds(_again(query, once)))):
        removed = removal.remove(parse(text, ""))
        assert removed.containers == query["container_definitions"]
        assert removed.lost == ()


@given(st.data())
def test_law_3_inverse_of_one_agent_over_another(data: Any) -> None:
    first, second = data.draw(st.permutations(some.AGENTS))
    query = data.draw(some.queries(first))
    once = _succeeds(query)
    over = data.draw(some.queries(second, containers=st.none()))
    over["container_definitions"] = _text(once)
    both = _succeeds(over)
    below = removal.remove(parse(_text(both), ""), second).containers
    assert below == parse(_text(once), "")
    everything = removal.remove(parse(_text(both), "")).containers
    assert everything == query["container_definitions"]


@EVERY_AGENT
@given(st.data())
def test_law_4_locality(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    containers = query["container_definitions"]
    assume(len(containers) > 1)
    out = data.draw(st.sampled_from(containers))["name"]
    done = _succeeds({**query, "exclude": [out]})
    for before, after in zip(containers, done.containers, strict=False):
        if before["name"] == out:
            assert after == before
    assert out not in done.result["instrumented"]


@EVERY_AGENT
@given(st.data())
def test_law_5_conservation(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    done = _succeeds(query)
    for before, after in zip(
        query["container_definitions"], done.containers, strict=False
    ):
        assert {k: v for k, v in after.items() if k not in NAMED} == {
            k: v for k, v in before.items() if k not in NAMED
        }
        _conserved(before, after)


def _variables(container: dict[str, Any]) -> dict[str, Any]:
    """Give environment by name, in the order of what counts: the last of one name."""
    entries = list(container.get("environment", ()))
    last = {entry["name"]: index for index, entry in enumerate(entries)}
    return {e["name"]: e for i, e in enumerate(entries) if last[e["name"]] == i}


def _conserved(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Check that what was in the members the recipes name is still there, in order."""
    old, new = _variables(before), _variables(after)
    assert [name for name in new if name in old] == list(old)
    for name, entry in old.items():
        assert {**entry, "value": None} == {**new[name], "value": None}
    for member in ("secrets", "volumesFrom", "dependsOn"):
        there = before.get(member, [])
        assert after.get(member, [])[: len(there)] == there
    old, new = before.get("linuxParameters", {}), after.get("linuxParameters", {})
    assert {**new, "capabilities": 0} == {**old, "capabilities": 0}
    old, new = old.get("capabilities", {}), new.get("capabilities", {})
    assert new.get("drop") == old.get("drop")
    assert new.get("add", [])[: len(old.get("add", []))] == old.get("add", [])
    labels = {k: v for k, v in after.get("dockerLabels", {}).items() if k != LABEL}
    assert labels == before.get("dockerLabels", {})


@EVERY_AGENT
@given(st.data())
def test_law_6_the_input_is_not_mutated(agent: str, data: Any) -> None:
    query = flat(data.draw(some.queries(agent)))
    kept = copy.deepcopy(query)
    pipeline.run(query)
    assert query == kept
    containers = parse(query["container_definitions"], "")
    whole = copy.deepcopy(containers)
    module = agents.load(agent)
    recipe = module.recipe(json.loads(query["options"]), {"family": "web"})
    configs = json.loads(query["image_configs"])
    definition = Definition("c", containers, containers, {}, {}, (), (), configs)
    instrument(definition, recipe, True)
    assert containers == whole


@EVERY_AGENT
@given(st.data())
def test_law_7_completeness(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    if data.draw(st.booleans()):
        query["image_configs"] = {}
    done = run(query)
    names = [c["name"] for c in query["container_definitions"]]
    if done.status:
        for line in done.failure.splitlines():
            if not line.startswith("  "):
                assert any(
                    f'container "{n}"' in line for n in (*names, "Sysdig", "Tw")
                ) or ("instrumenting would break it" in line)
        return
    recipe = agents.load(agent).recipe(query["options"], {"family": "web"})
    instrumented = done.result["instrumented"]
    skipped = [entry["name"] for entry in done.result["skipped"]]
    assert sorted(instrumented + skipped) == sorted(names)
    by_name = {c["name"]: c for c in done.containers}
    assert all(is_wrapped(by_name[name], recipe.steps) for name in instrumented)
    assert all(entry["reason"] for entry in done.result["skipped"])
    added = set(by_name) - set(names)
    assert added == ({c.name for c in recipe.containers} if instrumented else set())


@EVERY_AGENT
@given(st.data())
def test_law_8_determinism_for_any_key_order(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    mixed = data.draw(st.randoms(use_true_random=False))
    assert run(_shuffled(query, mixed)).out == run(query).out


def _shuffled(value: Any, mixed: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(item, mixed) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, _shuffled(item, mixed)) for key, item in value.items()]
    mixed.shuffle(items)
    return dict(items)


@EVERY_AGENT
@given(st.data())
def test_law_8_determinism_for_either_key_case_and_nulls(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    mixed = data.draw(st.randoms(use_true_random=False))
    containers = some.recased(
        query["container_definitions"], lambda: mixed.random() < 0.4
    )
    other = run({**query, "container_definitions": containers})
    assert other.out == run(query).out


PLAIN = {"sysdig": "sysdig_access_key", "prisma_cloud": "install_bundle"}
VALUE = "s3cr3t&value/0123456789"


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_what_is_insisted_on(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    option = PLAIN[agent]
    query["options"] = {**query["options"], f"{option}_secret": "", option: VALUE}
    done = _succeeds(query)
    result = done.result
    for container in result["container_definitions"]:
        assert VALUE not in dump({**container, "environment": []})
    del result["container_definitions"]
    assert VALUE not in json.dumps(result)
    assert any(w.startswith(f"options.{option}: ") for w in result["warnings"])


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_a_value_that_an_agent_replaced(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    name = {"sysdig": "SYSDIG_ACCESS_KEY", "prisma_cloud": "INSTALL_BUNDLE"}[agent]
    first = query["container_definitions"][0]
    first["environment"] = [{"name": name, "value": VALUE}]
    done = _succeeds(query)
    result = done.result
    if agent == "sysdig":
        assert VALUE not in done.out.decode()
        removed = removal.remove(parse(_text(done), ""))
        assert removed.lost == ((first["name"], name),)
    assert VALUE not in json.dumps(result["warnings"])


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_broken_asks(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    option = PLAIN[agent]
    query["options"] = {**query["options"], option: VALUE}
    broken = data.draw(st.sampled_from(["entryPoint", "environment", "name", VALUE]))
    query["container_definitions"][0][broken] = {VALUE: VALUE}
    query["checks"] = data.draw(st.sampled_from(["error", "warn"]))
    done = run(query)
    assert VALUE not in done.failure
    reported = run({**query, "errors": "report"})
    assert VALUE not in reported.out.decode()
