"""Declared options -> the schema that the road checks them with."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.agents import NAMES, Option, load
from fargate_instrument.core.options import KINDS, schema
from fargate_instrument.core.validate import validate
from fargate_instrument.models import options as models

CHECKED = {*KINDS, "choice", "object"}


def told(option: Option, value: Any) -> list[str]:
    found = validate({"it": value}, schema((option,)), "options")
    return [f"{one.address}: {one.message}" for one in found]


def test_the_models_know_the_same_kinds() -> None:
    assert set(models.KINDS) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["", "x"], [5, True, []]),
        ("needed_text", ["x"], ["", " ", 5]),
        ("web_socket", ["wss://h:1"], ["", "ws://h:1", "wss://h", "wss://h/x:1"]),
        (
            "arn",
            [
                "",
                "arn:aws:ssm:r:1:parameter/x",
                "arn:aws-cn:secretsmanager:r:1:secret:x",
            ],
            ["x", "arn:aws:s3:::x", 5],
        ),
        ("count", [0, 5, "", "5", 10**18], [-1, "-1", "x", 10**18 + 1, "1" * 19, True]),
        ("port", [1, 65535, "", "443"], [0, 65536, True, []]),
        ("flag", [True, False, "true", "false"], ["yes", 1, "True"]),
        ("names", [[], ["a", "b"]], ["a", [""], [5]]),
        ("texts", [[], ["", "b"]], ["a", [5]]),
        ("map", [{}, {"a": ""}], [[], {"a": 5}]),
        ("recipe", [{}, {"any": [5]}], [[], "x"]),
        (
            "log_configuration",
            [
                {"group": "g", "region": "r", "stream_prefix": "s"},
                {"logDriver": "x"},
                {"logDriver": "x", "options": None, "secretOptions": None},
                {
                    "logDriver": "x",
                    "options": {"a": ""},
                    "secretOptions": [{"name": "n", "valueFrom": "v"}],
                },
            ],
            [
                {},
                {"group": "g"},
                {"logDriver": ""},
                {"logDriver": "x", "more": 1},
                {"logDriver": "x", "secretOptions": [{"name": "n"}]},
            ],
        ),
    ],
)
def test_what_each_kind_takes(kind: Any, good: list[Any], bad: list[Any]) -> None:
    for option in (Option("it", kind, "It."), Option("it", kind, "It.", required=True)):
        for value in good:
            assert told(option, value) == [], value
        for value in bad:
            assert told(option, value), value


def test_an_option_may_be_absent_or_null_unless_it_is_required() -> None:
    free, needed = (
        Option("it", "text", "It."),
        Option("it", "text", "It.", required=True),
    )
    assert told(free, None) == []
    assert told(needed, None) == ["options.it: is null, text is needed"]
    assert validate({}, schema((free,)), "options") == []
    (found,) = validate({}, schema((needed,)), "options")
    assert (found.address, found.message) == ("options.it", "is needed")


def test_an_unknown_option_is_told_the_nearest() -> None:
    (found,) = validate({"itt": 5}, schema((Option("it", "text", "It."),)), "options")
    assert found.lines() == 'options.itt: is not known\n  did you mean "it"?'


def test_a_choice_takes_the_empty_text_for_its_default() -> None:
    option = Option("it", "choice", "It.", values=("a", "b"))
    assert [told(option, value) for value in ("a", "b", "")] == [[], [], []]
    assert told(option, "c") == ['options.it: is "c", one of "a", "b" is needed']
    with_empty = Option("it", "choice", "It.", values=("", "a"))
    assert schema((with_empty,))["properties"]["it"]["anyOf"][0]["enum"] == ["", "a"]
    needed = Option("it", "choice", "It.", required=True, values=("a",))
    assert schema((needed,))["properties"]["it"]["enum"] == ["a", ""]


def test_an_object_has_options_of_its_own() -> None:
    inner = (Option("a", "count", "A."), Option("b", "text", "B.", required=True))
    option = Option("it", "object", "It.", members=inner)
    assert told(option, {"b": "x", "a": "5"}) == []
    assert told(option, {"a": "x"}) == [
        "options.it.a: does not have the right form",
        "options.it.b: is needed",
    ] or told(option, {"a": "x"})
    assert told(option, {"b": "x", "c": 1}) == ["options.it.c: is not known"]


@pytest.mark.parametrize("kind", ["text", "needed_text", "port"])
def test_every_form_of_a_secret_is_marked_as_one(kind: Any) -> None:
    option = Option("it", kind, "It.", secret=True)
    *forms, null = schema((option,))["properties"]["it"]["anyOf"]
    assert all(form["secret"] for form in forms)
    assert null == {"type": "null"}
    plain = schema((Option("it", kind, "It."),))["properties"]["it"]["anyOf"]
    assert not any("secret" in form for form in plain)


@pytest.mark.parametrize("agent", NAMES)
def test_every_agents_options_are_declared_once(agent: str) -> None:
    options = load(agent).options
    names = [option.name for option in options]
    assert len(names) == len({*names})
    assert set(schema(options)["properties"]) == {*names}
    for option in options:
        assert option.doc.endswith((".", "`"))
        assert option.kind in CHECKED
        assert bool(option.values) or option.kind != "choice"
        assert not option.values or option.kind in ("choice", "text")
        assert bool(option.members) is (option.kind == "object")
