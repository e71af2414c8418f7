"""The road's own validator: forms of text, bounds, closed sets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fargate_instrument.core import validate
from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.core.declared import SCHEMAS
from fargate_instrument.core.options import schema


def _patterns(value: Any) -> set[str]:
    if isinstance(value, dict):
        found = {value["pattern"]} if isinstance(value.get("pattern"), str) else set()
        return found.union(*map(_patterns, value.values()))
    if isinstance(value, list):
        return set().union(*map(_patterns, value))
    return set()


def test_no_pattern_needs_a_regular_expression() -> None:
    """Neither those of the query nor those of any agent's options."""
    options = [schema(load(name).options) for name in NAMES]
    assert _patterns([SCHEMAS, *options]) == set(validate.FORMS)


parts = st.sampled_from(
    [
        "arn",
        ":",
        "aws",
        "secretsmanager",
        "ssm",
        "wss://",
        "h",
        "/",
        "443",
        " ",
        "\n",
        "é",
    ]
)


@pytest.mark.parametrize("pattern", sorted(validate.FORMS))
@given(value=st.lists(parts, max_size=14).map("".join) | st.text(max_size=20))
@example(value="arn:aws:ssm:::x")
@example(value="arn:aws:secretsmanager:r:1:secret:x")
@example(value="arn:aws:secretsmanager:r:1:")
@example(value="arn::ssm:::x")
@example(value="wss://a:b:1")
@example(value="wss://:1")
@example(value="1" * 18)
@example(value="1" * 19)
@example(value="\u0661")
@example(value="")
def test_forms_are_their_patterns(pattern: str, value: str) -> None:
    whole = pattern.replace("$", r"\Z")
    assert bool(validate.FORMS[pattern][0](value)) is (
        re.search(whole, value) is not None
    )


def test_other_patterns_are_searched() -> None:
    wanted = {"type": "string", "pattern": "^a+$"}
    assert validate.validate("aa", wanted, "x") == []
    assert validate.validate("a\n", wanted, "x")[0].message == (
        "does not have the right form"
    )
    inside = {"type": "string", "pattern": "b"}
    assert validate.validate("abc", inside, "x") == []
    assert validate.validate(" ", inside, "x")[0].message == "is empty"


def test_numbers_have_bounds() -> None:
    wanted = {"type": "integer", "minimum": 1, "maximum": 3}
    assert validate.validate(2, wanted, "x") == []
    assert validate.validate(0, wanted, "x")[0].message == "is less than 1"
    assert validate.validate(4, wanted, "x")[0].message == "is more than 3"
    assert validate.validate(4, {"type": "integer"}, "x") == []


def test_a_closed_set_of_one_type() -> None:
    wanted = {"enum": ["a", "b"]}
    assert validate.validate("a", wanted, "x") == []
    assert validate.validate("c", wanted, "x")[0].message == (
        'is "c", one of "a", "b" is needed'
    )
    assert validate.validate(5, wanted, "x")[0].message.startswith("is a number, one")
