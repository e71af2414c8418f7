"""What can go wrong: sorted, said once, on printable lines."""

from __future__ import annotations

import pytest

from fargate_instrument.core import errors
from fargate_instrument.core.errors import Failure, Problem, Said, fail, nearest


def test_failures_are_sorted_and_said_once() -> None:
    failure = Failure(
        [Problem("b", "x"), Problem("a", "y", ("do",)), Problem("b", "x")]
    )
    assert str(failure) == "a: y\n  do\nb: x"
    assert fail("a", "b", fault="patch").problems[0].fault == "patch"
    assert Problem("a", "b", ("c", "d")).one_line() == "a: b; c; d"


def test_nearest() -> None:
    assert nearest("wbe", ["web", "db"]) == 'did you mean "web"?'
    assert nearest("zzz", ["web", "db"]) == "known: db, web"
    assert nearest("zzz", []) == "known: none"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a[0].b", "a[0].b"),
        ("[blue]", '["blue"]'),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\u2028", "a\\nb\\u2028"),
        ("é", "é"),
    ],
)
def test_shown(text: str, shown: str) -> None:
    assert errors.shown(text) == shown


def test_a_fix_may_have_other_words_on_a_command_line() -> None:
    fix = Said("task = {}", "--task")
    problem = Problem("a", "b", (fix, "or not"))
    assert problem.lines() == "a: b\n  task = {}\n  or not"
    assert problem.on_command_line().lines() == "a: b\n  --task\n  or not"
    assert problem.on_command_line().address == "a"
