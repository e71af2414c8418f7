"""Steps on environment and secrets: what a container is told."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.recipe import (
    AddSecret,
    Fact,
    InheritEnvironment,
    SetEnvironment,
    SortEnvironment,
    UniqueEnvironment,
)
from tests.unit.steps.bench import (
    WEB,
    changed,
    done,
    env,
    problem,
    secrets,
    untouched,
    warning,
)

SET = SetEnvironment("A", "1")
ABSENT = SetEnvironment("A", "1", mode="if_absent")
APPEND = SetEnvironment("LD", "/a", mode="append", separator=":")
PREPEND = SetEnvironment("LD", "/a", mode="prepend", separator=":")
AROUND = SetEnvironment("LD", "/a", mode="around", separator=":", after="/z")
LISTS = (APPEND, PREPEND, AROUND)


@pytest.mark.parametrize(
    ("config", "members", "appended", "prepended", "around"),
    [
        (None, {}, "/a", "/a", "/a:/z"),
        (None, {"environment": env(LD="")}, "/a", "/a", "/a:/z"),
        (None, {"environment": env(LD="/x")}, "/x:/a", "/a:/x", "/a:/x:/z"),
        ({"Env": ["LD=/i", "X=1"]}, {}, "/i:/a", "/a:/i", "/a:/i:/z"),
        ({"Env": ["OTHER=/i"]}, {}, "/a", "/a", "/a:/z"),
        ({"Env": None}, {}, "/a", "/a", "/a:/z"),
        (
            {"Env": ["LD=/i"]},
            {"environment": env(LD="/x")},
            *("/x:/a", "/a:/x", "/a:/x:/z"),
        ),
        (None, {"environment": env(LD="/aa")}, "/aa:/a", "/a:/aa", "/a:/aa:/z"),
    ],
)
def test_a_list_variable_gets_more(
    config: Any, members: Any, appended: str, prepended: str, around: str
) -> None:
    for step, value in zip(LISTS, (appended, prepended, around), strict=True):
        assert changed(step, members, config) == {"environment": env(LD=value)}


@pytest.mark.parametrize("there", ["/a", "/x:/a", "/a:/x", "/x:/a:/y"])
def test_what_is_in_a_list_already_is_not_added_again(there: str) -> None:
    untouched(APPEND, {"environment": env(LD=there)})
    untouched(PREPEND, {"environment": env(LD=there)})
    untouched(AROUND, {"environment": env(LD=f"{there}:/z")})


def test_of_what_stands_around_only_what_is_missing_is_added() -> None:
    half = {"environment": env(LD="/x:/z")}
    assert changed(AROUND, half) == {"environment": env(LD="/a:/x:/z")}
    without = SetEnvironment("LD", "/a", mode="around", separator=":")
    assert changed(without, {"environment": env(LD="/x")}) == {
        "environment": env(LD="/a:/x")
    }


@pytest.mark.parametrize("step", LISTS)
def test_a_list_that_may_stand_in_a_file_is_said(step: Any) -> None:
    files = {"environmentFiles": [{"value": "x", "type": "s3"}]}
    _, place, said = warning(step, files)
    assert place == "c[0].environmentFiles"
    assert "LD" in said
    told = {**files, "environment": env(LD="/x")}
    assert set(changed(step, told)) == {"environment"}


def test_override_writes_in_place_and_says_so() -> None:
    members = {"environment": [*env(A="0"), *env(B="2")]}
    made, place, said = warning(SET, members)
    assert made["environment"] == [*env(A="1"), *env(B="2")]
    assert place == "c[0].environment[0]"
    assert said == 'container "web" had its own A: it was "0" and is now "1"'
    untouched(SET, {"environment": env(A="1")})
    assert changed(SET, {}) == {"environment": env(A="1")}


def test_the_value_of_a_secret_is_not_said() -> None:
    hush = SetEnvironment("A", "hush-1", secret=True)
    _, _, said = warning(hush, {"environment": env(A="hush-0")})
    assert said == 'container "web" had its own A'


def test_the_agents_own_container_is_overwritten_in_silence() -> None:
    made = changed(SET, {"environment": env(A="0")}, own=True)
    assert made == {"environment": env(A="1")}


def test_override_merges_doubles_into_one() -> None:
    doubles = {"environment": [*env(A="0"), *env(B="2"), *env(A="1")]}
    assert changed(SET, doubles) == {"environment": [*env(B="2"), *env(A="1")]}


def test_an_entry_keeps_what_else_it_holds_and_may_lack_a_value() -> None:
    odd = {"environment": [{"name": "A", "note": "x"}]}
    made, _, said = warning(SET, odd)
    assert made["environment"] == [{"name": "A", "note": "x", "value": "1"}]
    assert 'it was ""' in said


def test_if_absent_leaves_what_is_there() -> None:
    untouched(ABSENT, {"environment": env(A="2")})
    untouched(ABSENT, {}, config={"Env": ["A=2"]})
    assert changed(ABSENT, {}) == {"environment": env(A="1")}
    assert changed(ABSENT, {}, {"Env": ["AB=2"]}) == {"environment": env(A="1")}


def test_only_on_named_containers() -> None:
    untouched(SetEnvironment("A", "1", only_on=("other",)), {})
    made = changed(SetEnvironment("A", "1", only_on=("web",)), {})
    assert made == {"environment": env(A="1")}


def test_values_made_of_facts() -> None:
    value = ("x-", Fact("container.name"), "-", Fact("sidecar.name"))
    step = SetEnvironment("A", value)
    assert changed(step, {}) == {"environment": env(A="x-web-agent")}


# A variable that the user takes from a secret


def test_a_users_secret_stays() -> None:
    there = {"secrets": secrets(A="arn")}
    made, place, said = warning(SET, there)
    assert made == {**WEB, **there}
    assert place == "c[0].secrets"
    assert said.endswith("takes A from a secret, which stays")
    untouched(ABSENT, there)
    assert changed(SET, {"secrets": secrets(B="arn")}) == {"environment": env(A="1")}
    assert changed(SET, {"secrets": None}) == {"environment": env(A="1")}


@pytest.mark.parametrize(
    "step", [*LISTS, SetEnvironment("LD", "1", if_in_secrets="error")]
)
def test_a_secret_that_cannot_stay_is_a_problem(step: Any) -> None:
    place, said = problem(step, {"secrets": secrets(LD="arn")})
    assert place == "c[0].secrets"
    assert "take LD out of its secrets" in said


def test_a_secret_is_added_once() -> None:
    step = AddSecret("A", "arn")
    assert changed(step, {}) == {"secrets": secrets(A="arn")}
    assert changed(step, {"secrets": secrets(B="x")}) == {
        "secrets": secrets(B="x", A="arn")
    }
    untouched(step, {"secrets": secrets(A="arn")})


def test_another_secret_of_the_name_is_replaced_with_a_warning() -> None:
    made, place, said = warning(
        AddSecret("A", "arn"), {"secrets": secrets(B="x", A="y")}
    )
    assert made["secrets"] == secrets(B="x", A="arn")
    assert place == "c[0].secrets[1]"
    assert "took A from another secret" in said


def test_a_plain_variable_gives_way_to_the_secret() -> None:
    step = AddSecret("A", "arn")
    members = {"environment": env(A="1", B="2")}
    made, place, said = warning(step, members)
    assert made["environment"] == env(B="2")
    assert made["secrets"] == secrets(A="arn")
    assert place == "c[0].environment"
    assert "had A in plain text" in said
    made, _, _ = warning(step, {"environment": env(A="1"), "secrets": secrets(A="arn")})
    assert made == {**WEB, "secrets": secrets(A="arn")}


# The list as a whole


def test_of_variables_with_one_name_the_last_counts() -> None:
    twice = [*env(A="0"), *env(B="2"), *env(A="1"), *env(B="3")]
    made, notes = done(UniqueEnvironment(), {"environment": twice})
    assert made["environment"] == [*env(A="1"), *env(B="3")]
    assert [said.split(" has ")[1] for _, said in notes.warnings] == [
        "A more than once; the last one counts",
        "B more than once; the last one counts",
    ]
    untouched(UniqueEnvironment(), {"environment": env(A="1", B="2")})
    untouched(UniqueEnvironment(), {})


def test_variables_are_sorted_by_code_points() -> None:
    mixed = [*env(b="1"), *env(B="2"), *env(A="3")]
    made = changed(SortEnvironment(), {"environment": mixed})
    assert made == {"environment": [*env(A="3"), *env(B="2"), *env(b="1")]}
    untouched(SortEnvironment(), {"environment": env(A="1", B="2")})
    untouched(SortEnvironment(), {})


# Variables that the agent's container takes from an application

APPLICATION = {"environment": env(A="app", OWN="app", B="app")}
INHERIT = InheritEnvironment(("OWN",))


def test_a_new_container_takes_all_of_an_application() -> None:
    made = changed(INHERIT, {}, inherited=APPLICATION, fresh=True, own=True)
    assert made == {"environment": env(A="app", OWN="app", B="app")}


def test_of_one_that_is_there_none_of_its_own_is_overwritten() -> None:
    there = {"environment": env(A="mine", C="mine")}
    made, notes = done(INHERIT, there, inherited=APPLICATION, own=True)
    assert made["environment"] == env(A="mine", C="mine")
    assert not notes.warnings


@pytest.mark.parametrize(("own", "kept"), [("app", []), ("mine", env(OWN="mine"))])
def test_an_own_variable_stays_if_it_differs(own: str, kept: list[Any]) -> None:
    there = {"environment": env(OWN=own, A="app", B="app")}
    made, notes = done(INHERIT, there, inherited=APPLICATION, own=True)
    assert made["environment"] == [*kept, *env(A="app", B="app")]
    assert not notes.warnings


def test_without_an_application_its_own_go() -> None:
    there = {"environment": env(OWN="x", A="1")}
    assert changed(INHERIT, there, own=True) == {"environment": env(A="1")}


def test_nothing_but_name_and_value_is_taken_over() -> None:
    odd = {"environment": [{"name": "A", "value": "1", "x": 5}, {"name": "B"}]}
    made = changed(INHERIT, {}, inherited=odd, own=True, fresh=True)
    assert made == {"environment": [*env(A="1"), {"name": "B"}]}
    there = {"environment": env(C="mine")}
    made, _ = done(INHERIT, there, inherited=odd, own=True)
    assert made["environment"] == env(C="mine")
