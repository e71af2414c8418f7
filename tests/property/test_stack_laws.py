"""The laws of stacks: one test for each, over random layers on random definitions.

They are laws of ``peel`` and ``lay`` and hold for every stack, those included whose
layers may not stand on one container (see ``claims``).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core import marks, recipe, remove
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.provenance import LABEL
from tests.property import stacks
from tests.property import strategies as some
from tests.property.stacks import Tally, enough, lay

PROVENANCE = pytest.mark.parametrize("record", [True, False], ids=["label", "off"])


def _sound(done: stacks.Done) -> None:
    assert not done.problems, done.problems


@PROVENANCE
def test_a_second_run_changes_nothing(record: bool) -> None:
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks, st.data())
    def law(document: Any, layers: Any, data: Any) -> None:
        names = [container["name"] for container in document]
        agents = [layer.recipe.agent for layer in layers]
        out = data.draw(
            st.dictionaries(
                st.sampled_from(agents), st.lists(st.sampled_from(names), max_size=1)
            )
        )
        layers = stacks.reached(layers, out)
        once = lay(document, layers, record=record)
        _sound(once)
        twice = lay(once.containers, layers, once.task, record=record)
        _sound(twice)
        assert twice.text == once.text
        seen(targets=once.reached, several=len(layers) > 1, narrowed=any(out.values()))

    law()
    seen.require(targets=0.8, several=0.3, narrowed=0.1)


def test_a_second_run_of_the_exact_mode_changes_nothing() -> None:
    """Alone and with other layers on it; it records nothing, so it stands lowest."""
    seen = Tally()

    @enough
    @given(some.documents, stacks.exact(), stacks.stack(["east"]), st.booleans())
    def law(document: Any, asked: Any, others: Any, alone: bool) -> None:
        document = [c for c in document if c["name"] in some.NAMES]
        exact = recipe.Layer(asked)
        layers = (exact,) if alone else (exact, *others)
        once = lay(document, layers)
        _sound(once)
        twice = lay(once.containers, layers, once.task)
        _sound(twice)
        assert twice.text == once.text
        seen(targets=once.reached, alone=alone)

    law()
    seen.require(targets=0.9, alone=0.2)


def test_another_stack_equals_instrumenting_afresh() -> None:
    """Newer images, other options, more layers, another order: as if from the start."""
    seen = Tally()

    @enough
    @given(some.documents, stacks.names(3), st.data())
    def law(document: Any, first: Any, data: Any) -> None:
        others = data.draw(st.lists(st.sampled_from(stacks.EVERYONE), max_size=1))
        second = data.draw(st.permutations([*first, *(set(others) - {*first})]))
        once = lay(document, data.draw(stacks.stack(first)))
        _sound(once)
        layers = data.draw(stacks.stack(second))
        afresh, upgraded = (
            lay(document, layers),
            lay(once.containers, layers, once.task),
        )
        _sound(afresh)
        _sound(upgraded)
        assert upgraded.text == afresh.text
        seen(targets=afresh.reached, moved=second[: len(first)] != first)

    law()
    seen.require(targets=0.8, moved=0.3)


def test_everything_comes_off_again() -> None:
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks)
    def law(document: Any, layers: Any) -> None:
        done = lay(document, layers)
        _sound(done)
        left = remove.recorded(done.containers, done.task)
        assert left.containers == document
        assert left.task == {}
        seen(targets=done.reached, changed=done.containers != document)

    law()
    seen.require(targets=0.8, changed=0.7)


def test_the_top_layer_comes_off_alone_and_a_lower_one_does_not() -> None:
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks)
    def law(document: Any, layers: Any) -> None:
        done, below = lay(document, layers), lay(document, layers[:-1])
        _sound(done)
        top = layers[-1].recipe.agent
        made, problems = stacks.take(done.containers, [top])
        assert not problems
        assert made == below.containers
        marked = _marked(done.containers)
        lower = [agent for agent in marked if agent != top and _beneath(marked, agent)]
        for agent in lower:
            _, problems = stacks.take(done.containers, [agent])
            assert problems
            assert all(f"on top of {agent}" in p.message for p in problems)
            again = lay(
                done.containers, [one for one in layers if one.recipe.agent == agent]
            )
            assert any("cannot be changed alone" in p.message for p in again.problems)
        seen(targets=done.reached, several=len(layers) > 1, lower=lower)

    law()
    seen.require(targets=0.8, several=0.3, lower=0.15)


def _marked(containers: Any) -> dict[str, list[list[str]]]:
    """Map agents to the stacks of records in which they stand."""
    found: dict[str, list[list[str]]] = {}
    for container in containers:
        label = container.get("dockerLabels", {}).get(LABEL)
        stack = [one["agent"] for one in stacks_of(label)]
        for agent in stack:
            found.setdefault(agent, []).append(stack)
    return found


def stacks_of(label: str | None) -> Any:
    """Read a label."""
    return json.loads(label) if label else []


def _beneath(marked: dict[str, list[list[str]]], agent: str) -> bool:
    return any(stack[-1] != agent for stack in marked[agent])


def test_no_half_of_a_layer_is_left() -> None:
    """What remove writes has no trace of the agents that it says it took out."""
    seen = Tally()

    @enough
    @given(some.documents, st.permutations(some.AGENTS), st.booleans(), st.data())
    def law(document: Any, order: Any, record: bool, data: Any) -> None:
        layers = data.draw(stacks.stack(order[: data.draw(st.integers(1, 2))]))
        done = lay(document, layers, record=record)
        _sound(done)
        count = data.draw(st.integers(0, 4))
        splits = {container["name"]: count for container in document}
        kept = dump(done.containers)
        try:
            left = remove.remove(done.containers, done.task, None, splits)
        except Failure:
            assert dump(done.containers) == kept
            seen(refused=True)
            return
        own = {added.name for layer in layers for added in layer.recipe.containers}
        own -= {container["name"] for container in document}
        assert not own & {container["name"] for container in left.containers}
        for container in left.containers:
            assert not marks.chain(container)
            for member, key in marks.REFERENCES:
                assert not own & {e[key] for e in container.get(member, ())}
        seen(targets=done.reached, out=left.agents, unrecorded=not record)

    law()
    seen.require(out=0.4, unrecorded=0.1)


def test_what_is_excluded_is_the_same_object() -> None:
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks, stacks.stacks, st.data())
    def law(document: Any, before: Any, layers: Any, data: Any) -> None:
        old = lay(document, before).containers
        own = {added.name for layer in layers for added in layer.recipe.containers}
        out = data.draw(st.sampled_from([n for n in _names(document) if n not in own]))
        asked = {layer.recipe.agent for layer in layers}
        done = lay(old, layers, exclude=[out])
        if done.problems:
            assert all("cannot be changed alone" in p.message for p in done.problems)
            seen(above=True)
            return
        was = next(container for container in old if container["name"] == out)
        now = next(one for one in done.containers if one["name"] == out)
        assert now is was
        seen(
            others=done.reached,
            instrumented=asked & {*_marked([was])},
        )

    law()
    seen.require(others=0.2, instrumented=0.1)


def test_every_member_survives() -> None:
    named = {*some.TOUCHED, "stopTimeout", "user"}
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks)
    def law(document: Any, layers: Any) -> None:
        done = lay(document, layers)
        _sound(done)
        by_name = {container["name"]: container for container in done.containers}
        order = [c["name"] for c in done.containers if c["name"] in _names(document)]
        assert order == _names(document)
        for before in document:
            after = by_name[before["name"]]
            for member, value in before.items():
                moved = member in ("entryPoint", "command")
                assert moved or member in after or not value
                assert member in named or after[member] == value
            for member, key in (
                ("environment", "name"),
                ("dependsOn", "containerName"),
            ):
                old = [entry[key] for entry in before.get(member, ())]
                new = [entry[key] for entry in after.get(member, ())]
                assert {*old} <= {*new} | {e["name"] for e in after.get("secrets", ())}
            drop = before.get("linuxParameters", {}).get("capabilities", {}).get("drop")
            made = after.get("linuxParameters", {}).get("capabilities", {}).get("drop")
            assert drop == made
        seen(targets=done.reached)

    law()
    seen.require(targets=0.8)


def _names(document: Any) -> list[str]:
    return [container["name"] for container in document]


def test_what_users_change_meanwhile_survives() -> None:
    """An edit after instrumenting is the same as the edit before it."""
    seen = Tally()
    edits = {
        "stopTimeout": 7,
        "x-theirs": {"a": [1]},
        "workingDirectory": "/srv",
        "healthCheck": {"command": ["CMD", "true"]},
    }

    @enough
    @given(some.documents, stacks.stacks, st.sampled_from(sorted(edits)), st.data())
    def law(document: Any, layers: Any, member: str, data: Any) -> None:
        target = data.draw(st.sampled_from(document))["name"]
        own = [added.name for layer in layers for added in layer.recipe.containers]

        def edited(containers: Any, name: str) -> Any:
            value = edits[member]
            return [
                {**c, member: value} if c["name"] == name else c for c in containers
            ]

        once = lay(document, layers)
        touched = target in own or any(
            isinstance(step, recipe.SetMember) and step.member == member
            for layer in layers
            for step in layer.recipe.actions
        )
        if not touched:
            again = lay(edited(once.containers, target), layers, once.task)
            _sound(again)
            assert again.text == lay(edited(document, target), layers).text
        theirs = [name for name in own if name in _names(once.containers)]
        if theirs and member != "healthCheck":
            again = lay(edited(once.containers, theirs[0]), layers, once.task)
            _sound(again)
            kept = next(c for c in again.containers if c["name"] == theirs[0])
            assert kept[member] == edits[member]
            assert edited(once.containers, theirs[0]) == again.containers
        seen(targets=once.reached, theirs=theirs, app=not touched)

    law()
    seen.require(targets=0.8, theirs=0.4, app=0.6)


def test_what_comes_in_is_not_changed() -> None:
    seen = Tally()

    @enough
    @given(some.documents, stacks.stacks)
    def law(document: Any, layers: Any) -> None:
        kept = dump(document)
        done = lay(document, layers)
        text = done.text
        lay(done.containers, layers, done.task)
        assert dump(document) == kept
        assert done.text == text
        seen(targets=done.reached)

    law()
    seen.require(targets=0.8)
