"""What ``removal`` promises beside the law that remove undoes instrument."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core import provenance, removal
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.provenance import Record
from tests.program import asked, run

WEB: dict[str, Any] = {"name": "web", "image": "nginx", "entryPoint": ["/serve"]}


def instrumented(
    containers: list[Any], agent: str = "sysdig", **more: Any
) -> list[Any]:
    return run(asked(agent, containers, **more)).containers


def test_nothing_recorded_is_nothing_done() -> None:
    containers = [WEB, {"name": "x"}, 3]
    removed = removal.remove(containers)
    assert removed == removal.Removed(containers, (), (), {})
    assert removed.containers[0] is WEB


def test_the_input_is_not_changed() -> None:
    containers = instrumented([WEB])
    text = repr(containers)
    removal.remove(containers)
    assert repr(containers) == text


def test_an_agent_that_is_not_there_leaves_everything() -> None:
    containers = instrumented([WEB])
    removed = removal.remove(containers, "prisma_cloud")
    assert removed.containers == containers
    assert removed.agents == ()


def test_another_agent_on_top_is_the_only_problem_told() -> None:
    both = instrumented(instrumented([WEB]), "prisma_cloud")
    with pytest.raises(Failure) as caught:
        removal.remove(both, "sysdig", "taken")
    told = [problem.address for problem in caught.value.problems]
    assert told == ["taken[0]"]


def test_every_unreadable_label_is_told() -> None:
    broken = {**WEB, "dockerLabels": {provenance.LABEL: "{"}}
    with pytest.raises(Failure) as caught:
        removal.remove([broken, {**broken, "name": "api"}])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("member", "entry"),
    [
        ("dependsOn", {"containerName": "SysdigInstrumentation", "condition": "START"}),
        ("volumesFrom", {"sourceContainer": "SysdigInstrumentation"}),
    ],
)
def test_a_container_that_needs_what_goes(member: str, entry: dict[str, str]) -> None:
    made = [*instrumented([WEB]), {"name": "late", "image": "x", member: [entry]}]
    with pytest.raises(Failure) as caught:
        removal.remove(made)
    assert caught.value.problems[0].address == f"container_definitions[2].{member}[0]"


def test_what_the_user_added_since_stays() -> None:
    made = instrumented([WEB])
    mine = {"name": "MINE", "value": "1"}
    made[0]["environment"] = [*made[0]["environment"], mine]
    made[0]["dockerLabels"]["mine"] = "1"
    left = removal.remove(made).containers
    assert left == [{**WEB, "environment": [mine], "dockerLabels": {"mine": "1"}}]


def test_a_lost_value_leaves_other_variables() -> None:
    hush = {"name": "SYSDIG_ACCESS_KEY", "value": "hush-hush"}
    mine = {"name": "A", "value": ""}
    for environment, left in (
        ([hush], WEB),
        ([hush, mine], {**WEB, "environment": [mine]}),
    ):
        removed = removal.remove(instrumented([{**WEB, "environment": environment}]))
        assert removed.lost == (("web", "SYSDIG_ACCESS_KEY"),)
        assert removed.containers == [left]


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
        undo = removal.task_difference(before, after)
        assert removal.task_restored(after, undo) == before

    def test_what_was_changed_since_stays(self) -> None:
        undo = {"pidMode": {"set": "task"}, "volumes": {"cut": ["a"], "new": True}}
        task = {"pidMode": "host", "volumes": [{"name": "a"}, {"name": "mine"}]}
        left = removal.task_restored(task, undo)
        assert left == {"pidMode": "host", "volumes": [{"name": "mine"}]}
        assert removal.task_restored({"volumes": "odd"}, undo) == {"volumes": "odd"}

    def test_recorded_on_the_agents_own_container_and_carried_on(self) -> None:
        made = instrumented([WEB])
        undo = {"pidMode": {"set": "task"}}
        written = removal.recorded(made, "sysdig", undo, {})
        assert provenance.read(written[1], "")[0].task == undo
        assert instrumented(written) == written
        later = removal.recorded(written, "sysdig", {"pidMode": {"set": "x"}}, {})
        assert later == written
        removed = removal.remove(written)
        assert removed.task == undo
        assert removed.containers == [WEB]

    def test_nothing_to_record_or_nowhere(self) -> None:
        assert removal.recorded([WEB], "sysdig", {"pidMode": {"set": "task"}}, {}) == [
            WEB
        ]
        made = instrumented([WEB])
        assert removal.recorded(made, "sysdig", {}, {}) is made

    def test_recorded_on_the_first_it_touched_where_it_has_no_own(self) -> None:
        other = Record("other", {})
        touched = provenance.write(WEB, (Record("ours", {}, labels=True), other))
        undo = {"pidMode": {"set": "task"}}
        made = removal.recorded([WEB, touched], "ours", undo, {})
        ours, theirs = provenance.read(made[1], "")
        assert (ours.task, theirs) == (undo, other)

    def test_handed_on_to_an_agent_that_stays_and_needs_it(self) -> None:
        undo = {"pidMode": {"set": "task"}}
        first = provenance.write({**WEB, "name": "a"}, (Record("one", {}, task=undo),))
        second = provenance.write(WEB, (Record("two", {}, labels=True),))
        needed = {"pidMode": "task"}
        both = removal.recorded([first, second], "two", {}, needed)
        assert removal.recorded(both, "two", {}, needed) == both
        assert removal.remove(both).task == undo
        assert removal.remove(both[::-1]).task == undo
        later = removal.remove(both, "two")
        assert removal.task_restored({"pidMode": "task"}, later.task) == needed
        earlier = removal.remove([*both, 3], "one")
        assert earlier.task == {}
        assert removal.remove(earlier.containers).task == undo

    def test_not_handed_on_to_an_agent_that_does_without(self) -> None:
        undo = {"pidMode": {"set": "task"}}
        first = provenance.write({**WEB, "name": "a"}, (Record("one", {}, task=undo),))
        second = provenance.write(WEB, (Record("two", {}, labels=True),))
        removed = removal.remove([first, second], "one")
        assert removed.task == undo
        assert removed.containers[1] == second
