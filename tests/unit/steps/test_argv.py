"""Steps on entryPoint and command: what a container runs, and through what."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import shell
from fargate_instrument.core.jsontext import Number, dump
from fargate_instrument.core.marks import Found
from fargate_instrument.core.recipe import (
    AppendText,
    Fact,
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
)
from tests.unit.steps.bench import changed, done, problem, untouched, warning

RUN = WrapEntryPoint(("/run", "it"))
MOVED = WrapEntryPoint(("/run", "it"), "command")
GIVEN = WrapEntryPoint(("/run",), as_given=True)
SH = ("/bin/sh", "-c")
LINE = ShellWrapCommand(SH, ("/run", "it"))
WHOLE = ShellWrapArgv(SH, "/start && exec")
IMAGE = {"Entrypoint": ["/e", "x"], "Cmd": ["c"]}


@pytest.mark.parametrize(
    ("step", "members", "config", "made"),
    [
        (RUN, {"entryPoint": ["/e"]}, None, {"entryPoint": ["/run", "it", "/e"]}),
        (
            RUN,
            {"entryPoint": ["/e"], "command": ["c"]},
            IMAGE,
            {"entryPoint": ["/run", "it", "/e"]},
        ),
        (RUN, {}, IMAGE, {"entryPoint": ["/run", "it", "/e", "x"], "command": ["c"]}),
        (
            RUN,
            {"entryPoint": [], "command": []},
            IMAGE,
            {"entryPoint": ["/run", "it", "/e", "x"], "command": ["c"]},
        ),
        (
            RUN,
            {"command": ["d"]},
            IMAGE,
            {"entryPoint": ["/run", "it", "/e", "x"]},
        ),
        (RUN, {"command": ["d"]}, {}, {"entryPoint": ["/run", "it"]}),
        (RUN, {}, {"Entrypoint": ["/e"]}, {"entryPoint": ["/run", "it", "/e"]}),
        (
            MOVED,
            {"entryPoint": ["/e"], "command": ["c"]},
            None,
            {"entryPoint": ["/run", "it"], "command": ["/e", "c"]},
        ),
        (
            MOVED,
            {},
            IMAGE,
            {"entryPoint": ["/run", "it"], "command": ["/e", "x", "c"]},
        ),
        (
            WrapEntryPoint(("/run", Fact("container.name"))),
            {"entryPoint": ["/e"]},
            None,
            {"entryPoint": ["/run", "web", "/e"]},
        ),
    ],
)
def test_a_launcher_stands_before_what_runs(
    step: Any, members: Any, config: Any, made: Any
) -> None:
    assert changed(step, members, config) == made


def test_an_image_that_has_the_agent_built_in_is_left_alone() -> None:
    built_in = {"Entrypoint": ["/run", "it", "/e"]}
    untouched(RUN, {}, config=built_in)
    untouched(RUN, {"command": ["c"]}, config=built_in)


def test_what_the_image_runs_has_to_be_known() -> None:
    for step in (RUN, MOVED, GIVEN, WHOLE, LINE):
        place, said = problem(step, {})
        assert place == "c[0].entryPoint"
        assert 'what its image "web:1" runs is not known' in said
        assert "fargate-instrument lock web:1" in said
        assert "exclude the container by name" in said


@pytest.mark.parametrize(
    ("config", "known"),
    [({"Env": ["A=1"]}, "neither the task nor its image says"), (None, "nothing says")],
)
@pytest.mark.parametrize("step", [RUN, WHOLE])
def test_there_has_to_be_something_to_run(
    step: Any, config: dict[str, Any] | None, known: str
) -> None:
    if config is None:
        place, said = problem(GIVEN, {"entryPoint": []}, config)
    else:
        place, said = problem(step, {}, config)
    assert place == "c[0].entryPoint"
    assert "has nothing to run" in said
    assert known in said


@pytest.mark.parametrize(
    ("members", "made"),
    [
        ({"entryPoint": ["/e", None]}, ["/run", "/e", ""]),
        (
            {"entryPoint": ["/e", 5, Number("1.0"), True]},
            ["/run", "/e", "5", "1.0", "true"],
        ),
        ({"entryPoint": ["/e", {"a": []}]}, ["/run", "/e", '{"a":[]}']),
    ],
)
def test_as_given_items_that_are_no_strings_become_text(
    members: dict[str, Any], made: list[str]
) -> None:
    done_, place, said = warning(GIVEN, members)
    assert done_["entryPoint"] == made
    assert place == "c[0].entryPoint"
    assert "no strings; they become text" in said


def test_as_given_an_empty_entry_point_is_an_entry_point() -> None:
    members: dict[str, Any] = {"entryPoint": [], "command": ["c"]}
    assert changed(GIVEN, members, IMAGE) == {"entryPoint": ["/run"]}
    null = {"EntryPoint": None}
    given, notes = done(GIVEN, {"command": ["c"], **null}, IMAGE)
    assert given["entryPoint"] == ["/run"]
    assert not notes.problems
    members = {"entryPoint": ["/e"], "Command": None}
    assert changed(GIVEN, members, IMAGE) == {"entryPoint": ["/run", "/e"]}
    assert changed(GIVEN, {"command": ["c"]}, IMAGE) == {
        "entryPoint": ["/run", "/e", "x"]
    }


# A wrap that was there without a record


@pytest.mark.parametrize(
    ("found", "members", "made"),
    [
        (
            RUN,
            {"entryPoint": ["/e"], "command": ["c"]},
            {"entryPoint": ["/run", "it", "/e"]},
        ),
        (
            MOVED,
            {"entryPoint": ["/e"], "command": ["c"]},
            {"entryPoint": ["/run", "it"], "command": ["/e", "c"]},
        ),
        (MOVED, {"command": ["c"]}, {"entryPoint": ["/run", "it"]}),
        (LINE, {"command": [*SH, "a b"]}, {"command": [*SH, "/run it a b"]}),
        (
            WHOLE,
            {"entryPoint": [*SH, "a b"]},
            {"entryPoint": [*SH, "/start && exec a b"]},
        ),
    ],
)
@pytest.mark.parametrize("step", [RUN, MOVED, LINE])
def test_a_wrap_comes_back_in_the_form_that_it_had(
    step: Any, found: Any, members: Any, made: Any
) -> None:
    there = Found(found, raw=SH[0] in dump(members))
    assert changed(step, members, found=there) == made


@pytest.mark.parametrize(
    ("found", "members", "made"),
    [
        (WHOLE, {"entryPoint": [*SH, "a"]}, {"entryPoint": [*SH, "/start && exec a"]}),
        (LINE, {"command": [*SH, "a"]}, {"command": [*SH, "/start && exec a"]}),
        (RUN, {"entryPoint": ["a"]}, {"entryPoint": [*SH, "/start && exec a"]}),
        (MOVED, {"entryPoint": ["a"]}, {"entryPoint": [*SH, "/start && exec a"]}),
    ],
)
def test_a_line_of_a_shell_is_never_put_into_a_shell_again(
    found: Any, members: Any, made: Any
) -> None:
    there = Found(found, raw=SH[0] in dump(members))
    assert changed(WHOLE, members, found=there) == made


def test_a_wrap_without_anything_behind_it_is_said() -> None:
    made, place, said = warning(RUN, {}, found=Found(RUN))
    assert made["entryPoint"] == ["/run", "it"]
    assert place == "c[0].command"
    assert "nothing to run behind it" in said


# Shell lines


def test_a_command_becomes_one_line_of_a_shell() -> None:
    members = {"command": ["php", "a b", "it's", ""]}
    line = "/run it php 'a b' 'it'\"'\"'s' ''"
    assert changed(LINE, members) == {"command": [*SH, line]}
    members = {"entryPoint": ["/e"], "command": ["c"]}
    assert changed(LINE, members) == {"command": [*SH, "/run it c"]}
    assert changed(LINE, {}, IMAGE) == {"command": [*SH, "/run it c"]}


@pytest.mark.parametrize(
    ("members", "config", "place", "said"),
    [
        ({"entryPoint": ["/e"]}, None, "command", "has an entryPoint but no command"),
        (
            {"entryPoint": [*SH], "command": ["c"]},
            None,
            "entryPoint",
            "has an entryPoint that ends in -c",
        ),
        ({}, {"Entrypoint": ["/e"]}, "command", "has no command, and neither has"),
    ],
)
def test_a_command_that_cannot_become_a_line(
    members: Any, config: Any, place: str, said: str
) -> None:
    where, what = problem(LINE, members, config)
    assert where == f"c[0].{place}"
    assert said in what
    assert 'use wrap = "entry_point"' in what


def test_a_whole_argv_becomes_one_line_of_a_shell() -> None:
    members = {"entryPoint": ["/e", "a b"], "command": ["c"], "cpu": 5}
    assert changed(WHOLE, members) == {
        "entryPoint": [*SH, "/start && exec /e 'a b' c"],
        "command": None,
    }
    assert changed(WHOLE, {}, IMAGE) == {"entryPoint": [*SH, "/start && exec /e x c"]}
    untouched(WHOLE, {}, config={"Entrypoint": [*SH, "/start && exec"], "Cmd": ["c"]})


@pytest.mark.parametrize(
    ("item", "quoted"),
    [("", "''"), ("a", "a"), ("a b", "'a b'"), ("'", "''\"'\"''"), ("~", "'~'")],
)
def test_shell_quoting(item: str, quoted: str) -> None:
    assert shell.quoted(item) == quoted


@pytest.mark.parametrize("member", ["entryPoint", "command"])
def test_a_text_is_added_to_the_last_item(member: Any) -> None:
    step = AppendText(member, ("; ", Fact("container.name")))
    assert changed(step, {member: ["a", "b"]}) == {member: ["a", "b; web"]}
    untouched(step, {member: ["a", "b; web"]})
    untouched(step, {member: []})
    untouched(step, {member: "b"})
    untouched(step, {})
