"""The record: difference and undo, what is hidden, what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core.errors import Failure
from fargate_instrument.core.provenance import (
    LABEL,
    Record,
    bare,
    difference,
    first,
    heirs,
    read,
    task_difference,
    task_restored,
    undone,
    write,
)
from tests.program import asked, instrument, run
from tests.property import strategies as some

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}


@given(some.applications("web"), some.applications("web"))
def test_an_undo_leads_back(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = json.dumps(difference(before, after))
    assert undone(after, json.loads(text)) == (dict(sorted(before.items())), [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"command": ["a"]}, {"command": ["b"]}),
        ({"command": ["a", "b"]}, {"entryPoint": ["x", "a", "b"], "command": []}),
        ({"entryPoint": ["a"], "command": ["b"]}, {"command": ["a", "b", "c"]}),
        ({"environment": []}, {"environment": [{"name": "A", "value": "1"}]}),
        ({"environment": []}, {}),
        ({}, {"environment": []}),
        ({"user": "0"}, {"user": "1"}),
        ({"user": "0"}, {}),
        ({}, {"linuxParameters": {"capabilities": {"add": ["X"]}}}),
        (
            {"linuxParameters": {}},
            {"linuxParameters": {"capabilities": {"add": ["X"]}}},
        ),
        (
            {"linuxParameters": {"capabilities": {"add": ["Y", "X"]}}},
            {"linuxParameters": {"capabilities": {"add": ["X"]}}},
        ),
        ({"dockerLabels": {"a": "1"}}, {"dockerLabels": {"a": "2", "b": "3"}}),
        ({"environment": {"odd": 1}}, {"environment": [{"name": "A"}]}),
    ],
)
def test_undo_of_odd_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert undone(after, difference(before, after))[0] == before


def test_what_a_user_adds_later_survives() -> None:
    after: dict[str, Any] = {"environment": [{"name": "A", "value": "1"}], "user": "0"}
    undo = difference({}, {"environment": after["environment"]})
    after["environment"] = [*after["environment"], {"name": "MINE", "value": "2"}]
    assert undone(after, undo)[0]["environment"] == [{"name": "MINE", "value": "2"}]
    gone = {key: item for key, item in after.items() if key != "environment"}
    assert undone(gone, undo)[0] == gone


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([{"name": "K", "value": "secret"}], []),
        ([{"name": "K", "value": "secret"}], [{"name": "K", "value": "new"}]),
        ([{"name": "K", "value": "secret"}], None),
    ],
)
def test_secret_values_are_not_recorded(before: Any, after: Any) -> None:
    new = {} if after is None else {"environment": after}
    undo = difference({"environment": before}, new, ("K",))
    assert "secret" not in json.dumps(undo)
    assert undone(new, undo)[1] == ["K"]


def test_label_written_and_taken_off() -> None:
    records = (Record("a", {}, added=True, labels=True, task={"pidMode": {}}),)
    written = write({"name": "x"}, records)
    assert read(written, "here") == records
    assert bare(written, records) == {"name": "x"}
    kept = write({"dockerLabels": {}}, (Record("a", {}),))
    assert bare(kept, read(kept, "here")) == {"dockerLabels": {}}
    assert write(written, ()) == {"name": "x", "dockerLabels": {}}
    assert bare({"dockerLabels": {"a": "b"}}, ()) == {"dockerLabels": {"a": "b"}}
    assert read({"dockerLabels": 5}, "here") == ()


@pytest.mark.parametrize(
    "record",
    [
        5,
        {},
        {"agent": "a"},
        {"agent": "a", "form": 2},
        {"agent": "a", "form": "x"},
        {"agent": "a", "form": 1, "undo": 5},
        {"agent": "a", "form": 1, "undo": {"x": 5}},
        {"agent": "a", "form": 1, "task": {"x": 5}},
        {"agent": "a", "form": 1, "undo": {"x": {"of": ["environment", 1]}}},
        {"agent": "a", "form": 1, "undo": {"x": {"of": ["command"]}}},
        {"agent": "a", "form": 1, "undo": {"x": {"of": ["command", "1"]}}},
        {"agent": "a", "form": 1, "undo": {"x": {"in": 5}}},
        {"agent": "a", "form": 1, "undo": {"x": {"cut": [[]]}}},
        {"agent": "a", "form": 1, "undo": {"environment": {"was": [{}]}}},
        {"agent": "a", "form": 1, "undo": {"environment": {"put": [[0, {"name": 1}]]}}},
    ],
)
def test_a_label_that_is_no_record_is_refused(record: Any) -> None:
    container = {"dockerLabels": {LABEL: json.dumps([record])}}
    with pytest.raises(Failure) as caught:
        read(container, "here")
    assert caught.value.problems[0].address == "here"


@pytest.mark.parametrize("text", ["", "[]", "x", "5", 5])
def test_a_label_of_another_kind_is_refused(text: Any) -> None:
    with pytest.raises(Failure):
        read({"dockerLabels": {LABEL: text}}, "here")


@pytest.mark.parametrize(
    "undo",
    [
        {"environment": {"is": 5}},
        {"name": {"is": "other"}},
        {"secrets": {"is": [5]}},
        {"linuxParameters": {"is": {"capabilities": 5}}},
    ],
)
@pytest.mark.parametrize("agents", [("web", False), ("SysdigInstrumentation", True)])
def test_an_undo_to_nonsense_is_refused(
    undo: dict[str, Any], agents: tuple[str, bool]
) -> None:
    name, added = agents
    record = Record("sysdig", undo, added=added, labels=True)
    odd = write({**WEB, "name": name}, (record,))
    containers = [odd, {**WEB, "name": "other"}] if added else [odd]
    failure = instrument("sysdig", containers).failure
    assert failure.startswith("container_definitions[0].dockerLabels: ")


def test_a_secret_that_was_replaced_is_not_made_up_again() -> None:
    own = [{"name": "SYSDIG_ACCESS_KEY", "value": "mine-0123"}]
    once = run(asked("sysdig", [{**WEB, "environment": own}], checks="off")).containers
    options = {
        "sysdig_access_key_secret": ...,
        "orchestrator_host": "o.example",
        "collector_host": ...,
    }
    failure = run(asked("sysdig", once, options=options, checks="off")).failure
    assert "was not recorded" in failure


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["agent", "form", "undo", "of", "in", "is", "cut", "was", "put"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(json_like)
def test_any_label_is_read_or_refused(value: Any) -> None:
    container = {**WEB, "dockerLabels": {LABEL: json.dumps([value])}}
    assert instrument("sysdig", [container], checks="off").status in (0, 1)


SET: dict[str, Any] = {"pidMode": {"set": "task"}}
KEPT: dict[str, Any] = {"pidMode": {"set": "task", "was": "task"}}


class TestTask:
    """The way back for what stands around the containers."""

    VALUES = st.none() | st.sampled_from(["task", "host"])
    VOLUMES = st.none() | st.lists(
        st.sampled_from([{"name": name} for name in "abc"]), unique_by=str
    )

    @given(VALUES, VALUES, VOLUMES, VOLUMES)
    def test_restored(self, old: Any, new: Any, few: Any, more: Any) -> None:
        before = {"family": "f", "pidMode": old, "volumes": few}
        before = {key: value for key, value in before.items() if value is not None}
        after = dict(before)
        if new is not None:
            after["pidMode"] = new
        added = [v for v in more or () if v not in (few or ())]
        if added:
            after["volumes"] = [*(few or ()), *added]
        undo = json.loads(json.dumps(task_difference(before, after)))
        assert task_restored(after, undo) == before
        assert (undo == {}) is (before == after)

    def test_containers_have_their_own_way_back(self) -> None:
        before, after = {"containerDefinitions": [1]}, {"containerDefinitions": [2]}
        assert task_difference(before, after) == {}

    def test_what_was_changed_since_stays(self) -> None:
        undo = {"pidMode": {"set": "task"}, "volumes": {"cut": ["a"], "new": True}}
        task = {"pidMode": "host", "volumes": [{"name": "a"}, {"name": "mine"}]}
        left = task_restored(task, undo)
        assert left == {"pidMode": "host", "volumes": [{"name": "mine"}]}
        assert task_restored({"volumes": "odd"}, undo) == {"volumes": "odd"}
        assert task_restored({"volumes": [5, {"name": "a"}]}, undo) == {"volumes": [5]}
        assert task_restored({}, undo) == {}

    def test_of_two_ways_back_that_to_what_stood_there_first_counts(self) -> None:
        assert first(KEPT, SET) == SET
        assert first(SET, KEPT) == SET
        assert first({}, KEPT) == KEPT
        volumes = {"volumes": {"cut": ["v"]}}
        assert first(volumes, SET) == {**volumes, **SET}

    def test_handed_on_to_an_agent_that_stays_and_needs_it(self) -> None:
        stays = write(WEB, (Record("two", {}, labels=True, task=KEPT),))
        made, left = heirs(stays, SET)
        assert left == {}
        (record,) = read(made, "")
        assert record.task == SET
        assert bare(made, (record,)) == WEB

    def test_not_handed_on_to_an_agent_that_does_without(self) -> None:
        other = {"pidMode": {"set": "task", "was": "host"}}
        for task in ({}, other, {"volumes": {"cut": ["v"]}}):
            stays = write(WEB, (Record("two", {}, labels=True, task=task),))
            made, left = heirs(stays, SET)
            assert (made, left) == (stays, SET)
        assert heirs(WEB, SET) == (WEB, SET)
