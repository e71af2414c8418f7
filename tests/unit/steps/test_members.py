"""Steps on all other members: capabilities, order of start, labels, plain members."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.recipe import (
    ROUTER,
    SIDECAR,
    AddCapability,
    AddLabel,
    CompareText,
    DependOn,
    Fact,
    InitProcess,
    SetMember,
)
from tests.unit.steps.bench import (
    WEB,
    changed,
    done,
    env,
    problem,
    untouched,
    warning,
)

TRACE = AddCapability("SYS_PTRACE")


def capabilities(**lists: list[str]) -> dict[str, Any]:
    return {"linuxParameters": {"capabilities": lists}}


def test_a_capability_is_added_once() -> None:
    assert changed(TRACE, {}) == capabilities(add=["SYS_PTRACE"])
    assert changed(TRACE, {"linuxParameters": {"sharedMemorySize": 5}}) == {
        "linuxParameters": {
            "sharedMemorySize": 5,
            "capabilities": {"add": ["SYS_PTRACE"]},
        }
    }
    there = capabilities(add=["X"], drop=["Y"])
    made = changed(TRACE, there)
    assert made == capabilities(add=["X", "SYS_PTRACE"], drop=["Y"])
    untouched(TRACE, capabilities(add=["SYS_PTRACE"], drop=["ALL"]))


def test_a_capability_that_is_dropped_is_a_problem() -> None:
    place, said = problem(TRACE, capabilities(drop=["SYS_PTRACE"]))
    assert place == "c[0].linuxParameters.capabilities.drop"
    assert "drops SYS_PTRACE, which the agent needs" in said


@pytest.mark.parametrize("value", [True, False, None])
def test_an_init_process_is_the_users_to_decide(value: bool | None) -> None:
    untouched(InitProcess(), {"linuxParameters": {"initProcessEnabled": value}})
    asked = {"linuxParameters": {"initProcessEnabled": True}}
    assert changed(InitProcess(), {}) == asked
    assert changed(InitProcess(), {"linuxParameters": {"swappiness": 5}}) == {
        "linuxParameters": {"swappiness": 5, "initProcessEnabled": True}
    }


def wait(name: str, condition: str) -> dict[str, str]:
    return {"containerName": name, "condition": condition}


def test_a_container_waits_once() -> None:
    step = DependOn(SIDECAR, "HEALTHY")
    wanted = wait("agent", "HEALTHY")
    assert changed(step, {}) == {"dependsOn": [wanted]}
    other = wait("db", "START")
    assert changed(step, {"dependsOn": [other]}) == {"dependsOn": [other, wanted]}
    untouched(step, {"dependsOn": [other, wanted]})


def test_another_condition_gives_way_unless_it_is_stronger() -> None:
    there = {"dependsOn": [wait("db", "START"), wait("agent", "START")]}
    made = changed(DependOn("agent", "HEALTHY"), there)
    assert made == {"dependsOn": [wait("db", "START"), wait("agent", "HEALTHY")]}
    untouched(DependOn("agent", "COMPLETE"), {"dependsOn": [wait("agent", "SUCCESS")]})
    there = {"dependsOn": [wait("agent", "COMPLETE")]}
    made = changed(DependOn("agent", "SUCCESS"), there)
    assert made == {"dependsOn": [wait("agent", "SUCCESS")]}


def test_a_label_is_set_once() -> None:
    step = AddLabel("k", ("v", Fact("container.name")))
    assert changed(step, {}) == {"dockerLabels": {"k": "vweb"}}
    untouched(step, {"dockerLabels": {"k": "vweb"}})
    made, place, said = warning(step, {"dockerLabels": {"k": "x", "Other": "1"}})
    assert made["dockerLabels"] == {"k": "vweb", "Other": "1"}
    assert place == "c[0].dockerLabels"
    assert said.endswith('had its own label "k"')


LOG = {"logDriver": "awslogs", "options": {"a": "b"}}
SET_LOG = SetMember("logConfiguration", LOG)


def test_a_member_is_set() -> None:
    assert changed(SET_LOG, {}) == {"logConfiguration": LOG}
    untouched(SET_LOG, {"logConfiguration": LOG})
    made, place, said = warning(SET_LOG, {"logConfiguration": {"logDriver": "x"}})
    assert made["logConfiguration"] == LOG
    assert place == "c[0].logConfiguration"
    assert said.endswith("had its own logConfiguration, which the agent replaces")
    there = {"logConfiguration": {"logDriver": "x"}}
    assert changed(SET_LOG, there, own=True) == {"logConfiguration": LOG}


def test_a_member_may_be_set_only_where_it_is_absent() -> None:
    step = SetMember("user", "0", when="absent")
    untouched(step, {"user": "1"})
    assert changed(step, {}) == {"user": "0"}
    assert changed(step, {"user": None}) == {"user": "0"}


def test_a_member_may_be_set_only_on_a_new_container() -> None:
    step = SetMember("essential", value=False, when="new")
    untouched(step, {})
    untouched(step, {"essential": True})
    assert changed(step, {}, fresh=True, own=True) == {"essential": False}


def test_a_retired_value_is_replaced_all_the_same() -> None:
    step = SetMember("user", "0", when="absent", retired=("old", "older"))
    untouched(step, {"user": "new"})
    assert changed(step, {"user": "older"}, own=True) == {"user": "0"}
    new = SetMember("user", "0", when="new", retired=("old",))
    assert changed(new, {"user": "old"}, own=True) == {"user": "0"}


def test_values_hold_facts() -> None:
    step = SetMember(
        "healthCheck", {"command": ["CMD", ("see ", Fact("sidecar.name"))]}
    )
    assert changed(step, {}) == {"healthCheck": {"command": ["CMD", "see agent"]}}


def test_a_log_router_does_not_log_to_itself() -> None:
    routed = {"logDriver": "awsfirelens", "options": {"to": ROUTER}}
    step = SetMember("logConfiguration", routed)
    made = changed(step, {})
    assert made["logConfiguration"]["options"] == {"to": "logs"}
    place, said = problem(step, {"firelensConfiguration": {"type": "fluentbit"}})
    assert place == "c[0].logConfiguration"
    assert "is the log router, and would log to itself" in said
    assert changed(SET_LOG, {"firelensConfiguration": {"type": "fluentbit"}}) == {
        "logConfiguration": LOG
    }


@pytest.mark.parametrize(
    ("copied", "places"),
    [
        (False, ["command[1]", "environment[0].value"]),
        (True, ["environment[0].value", "environment[1].value"]),
    ],
)
def test_text_that_a_vendor_would_write_otherwise_is_said_and_kept(
    copied: bool, places: list[str]
) -> None:
    step = CompareText(("OWN",), copied)
    there = {"environment": env(OWN="<a>", B="<b>", C="c"), "command": ["a", " b"]}
    made, notes = done(step, there)
    assert made == {**WEB, **there}
    assert [place for place, _ in notes.warnings] == [f"c[0].{one}" for one in places]
    assert all('container "web": this stays as it is' in s for _, s in notes.warnings)
    untouched(step, {"environment": env(OWN="a", B="b")})
