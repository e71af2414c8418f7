"""Which containers a layer is for, and why it leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import targets
from fargate_instrument.core.recipe import (
    AddContainer,
    HasVariable,
    SetEnvironment,
    SetMember,
    When,
)
from fargate_instrument.core.targets import Pattern, Reach
from tests.program import asked, run
from tests.unit.stack import DB, WEB, Made, laid, layer, patterns

MARK = SetEnvironment("MARK", "1")


@pytest.mark.parametrize(
    ("text", "exact", "name", "matches"),
    [
        ("web", False, "web", True),
        ("web", False, "Web", False),
        ("w*", False, "web", True),
        ("w?b", False, "web", True),
        ("[vw]eb", False, "web", True),
        ("w*", True, "web", False),
        ("w*", True, "w*", True),
    ],
)
def test_patterns(text: str, exact: bool, name: str, matches: bool) -> None:
    assert Pattern(text, "x", exact).matches(name) is matches


NOT_INCLUDED = "is not among the included"


@pytest.mark.parametrize(
    ("asks", "own", "refusal"),
    [
        ({}, {}, ""),
        ({"include": "w*"}, {}, ""),
        ({"include": "d*"}, {}, NOT_INCLUDED),
        ({"exclude": "w*"}, {}, 'is excluded by "w*"'),
        ({"include": "web", "exclude": "web"}, {}, 'is excluded by "web"'),
        ({}, {"include": "web"}, ""),
        ({}, {"include": "db"}, NOT_INCLUDED),
        ({}, {"exclude": "web"}, 'is excluded by "web"'),
        ({"include": "web"}, {"include": "db"}, NOT_INCLUDED),
        ({"include": "db"}, {"include": "web"}, NOT_INCLUDED),
        ({"include": "*"}, {"exclude": "w?b"}, 'is excluded by "w?b"'),
        ({"exclude": "db"}, {"include": "web"}, ""),
    ],
)
def test_a_layers_word_narrows_that_of_the_ask(
    asks: dict[str, str], own: dict[str, str], refusal: str
) -> None:
    def of(word: dict[str, str], key: str) -> tuple[Pattern, ...]:
        return patterns(word[key]) if key in word else ()

    reach = Reach(
        of(asks, "include"), of(asks, "exclude"), of(own, "include"), of(own, "exclude")
    )
    assert reach.refusal("web") == refusal
    assert reach.admits("web") is (not refusal)
    included = "include" in asks or "include" in own
    assert reach.names("web") is (included and not refusal)
    assert reach.open() is (not asks and not own)
    assert len(reach.patterns()) == len(asks) + len(own)


def reasons(made: Made) -> dict[str, str]:
    assert made.problems == []
    found = dict(made.result.layers[0].reasons)
    assert not {*made.result.layers[0].targets} & {*found}
    return found


def test_include_leaves_the_rest_out() -> None:
    done = run(asked("sysdig", [WEB, DB], include=["w*"]))
    assert done.result["skipped"] == [{"name": "db", "reason": NOT_INCLUDED}]


def test_what_is_left_out_is_the_same_object() -> None:
    made = laid([WEB, DB], layer("x", MARK), exclude=["db"])
    assert made.containers[1] is DB
    assert reasons(made) == {"db": 'is excluded by "db"'}


def test_a_container_may_decline_by_its_label() -> None:
    labelled = {**WEB, "dockerLabels": {"watch": "no"}}
    for opt_out, found in (
        ((("watch", "no"),), 'declines by its Docker label "watch"'),
        ((("watch", "off"),), None),
        ((("watch", "off"), ("watch", "no")), 'declines by its Docker label "watch"'),
    ):
        made = laid([labelled, DB], layer("x", MARK, opt_out=opt_out))
        assert reasons(made).get("web") == found
    made = laid(
        [labelled], layer("x", MARK, opt_out=(("watch", "no"),)), include=["web"]
    )
    assert reasons(made) == {"web": 'declines by its Docker label "watch"'}


XRAY = {"name": "xray", "image": "amazon/aws-xray-daemon:3"}
ROUTER = {
    "name": "logs",
    "image": "r:1",
    "firelensConfiguration": {"type": "fluentbit"},
}
LOGGED = {**WEB, "logConfiguration": {"logDriver": "awsfirelens"}}
BELONGS = "belongs to X-Ray; include it by name to instrument it"
IS_ROUTER = "is the task's FireLens log router; include it by name to instrument it"


def test_what_is_no_application_is_left_alone() -> None:
    made = laid([LOGGED, XRAY, ROUTER], layer("x", MARK))
    assert reasons(made) == {"xray": BELONGS, "logs": IS_ROUTER}
    assert made.containers[1] is XRAY


@pytest.mark.parametrize("include", [["*"], ["xray", "web", "logs"]])
def test_what_is_included_is_an_application(include: list[str]) -> None:
    made = laid([LOGGED, XRAY, ROUTER], layer("x", MARK), include=include)
    assert reasons(made) == {}
    made = laid([LOGGED, XRAY, ROUTER], layer("x", MARK, only=include))
    assert reasons(made) == {}


def test_some_agents_take_every_container() -> None:
    made = laid([LOGGED, XRAY, ROUTER], layer("x", MARK, targets="all"))
    assert reasons(made) == {}


def test_its_own_container_is_never_a_target() -> None:
    added = AddContainer("side", "side:1")
    once = laid([WEB], layer("x", MARK, containers=(added,)), record=False)
    again = layer("x", MARK, containers=(added,), targets="all")
    made = laid(once.containers, again, include=["*"])
    assert reasons(made) == {"side": "is the agent's own container"}


def test_another_layers_container_is_left_alone() -> None:
    side = layer("one", MARK, containers=(AddContainer("side", "side:1"),))
    said = "belongs to one; include it by name to instrument it"
    made = laid([WEB], side, layer("two", SetEnvironment("TWO", "2")))
    assert made.result.layers[1].reasons == {"side": said}
    kept = laid([WEB], side).containers
    assert reasons(laid(kept, layer("two", MARK))) == {"side": said}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"name": "x", "image": "my/xray/aws-xray-daemon:3"},
            "may belong to X-Ray by the end of its image's name, and nothing else says",
        ),
        (ROUTER, "has a firelensConfiguration, and no container logs through it"),
    ],
)
def test_one_sign_alone_is_a_doubt(other: dict[str, Any], said: str) -> None:
    made = laid([WEB, other], layer("x", MARK))
    (problem,) = made.problems
    assert problem.address == "c[1]"
    assert said in problem.message
    assert f'include = ["{other["name"]}"]' in problem.fixes[0]
    assert problem.fault == "request"
    assert laid([WEB, other], layer("x", MARK), exclude=[other["name"]]).problems == []
    everything = laid([WEB, other], layer("x", MARK), include=["*"])
    assert reasons(everything) == {}


def test_a_router_is_in_use_by_what_the_layer_adds() -> None:
    log = SetMember("logConfiguration", {"logDriver": "awsfirelens"})
    side = AddContainer("side", "s:1", steps=(log,))
    made = laid([WEB, ROUTER], layer("x", MARK, containers=(side,)))
    assert reasons(made) == {"logs": IS_ROUTER}
    under = When(HasVariable("A"), (log,))
    made = laid([WEB, ROUTER], layer("x", MARK, under))
    assert reasons(made) == {"logs": IS_ROUTER}


def test_patterns_that_match_nothing_are_told() -> None:
    made = laid(
        [WEB, DB],
        layer("x", MARK, only=["wbe"], but=["zzz"]),
        include=["d*", "q"],
        exclude=["dbb"],
    )
    assert [(p.address, p.message, p.fixes) for p in made.problems] == [
        ("x.include[0]", '"wbe" matches no container', ('did you mean "web"?',)),
        ("x.exclude[0]", '"zzz" matches no container', ("known: db, web",)),
        ("include[1]", '"q" matches no container', ("known: db, web",)),
        ("exclude[0]", '"dbb" matches no container', ('did you mean "db"?',)),
    ]
    assert targets.unmatched(patterns("w*"), ["web"]) == []


def test_an_option_of_the_agent_leaves_out_by_exact_name() -> None:
    left_out = layer("x", MARK, exclude=("db",), exclude_option="options.but")
    made = laid([WEB, DB], left_out)
    assert reasons(made) == {"db": 'is excluded by "db"'}
    star = layer("x", MARK, exclude=("d*",), exclude_option="options.but")
    (problem,) = laid([WEB, DB], star).problems
    assert problem.address == "options.but[0]"
