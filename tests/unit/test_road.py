"""Small parts of the road: records, errors, the wire, forms, targets, requests."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fargate_instrument.core import errors, protocol, render, targets, validate
from fargate_instrument.core.agents.marks import agent_name, owner, repository
from fargate_instrument.core.declared import SCHEMAS
from fargate_instrument.core.errors import Failure, Problem, fail, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.instrumentation import Definition, instrument
from fargate_instrument.core.pipeline import outcomes
from fargate_instrument.core.recipe import (
    AddContainer,
    Recipe,
    RequireTask,
    SetEnvironment,
    WrapEntryPoint,
)
from fargate_instrument.core.request import Ask, Request
from tests.program import asked, run

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}


# Records


class Pair(Frozen):
    left: int
    right: int = 2


class Triple(Pair):
    third: int = 3


def test_a_record_is_a_value() -> None:
    assert Pair(1) == Pair(left=1, right=2) != Pair(1, 3)
    assert Pair(1) != Triple(1)
    assert {Pair(1), Pair(1, 2)} == {Pair(1)}
    assert repr(Triple(1)) == "Triple(left=1, right=2, third=3)"
    assert Triple(1).replace(third=4) == Triple(1, 2, 4)


def test_a_record_is_frozen() -> None:
    pair = Pair(1)
    with pytest.raises(AttributeError, match=r"Pair\.left is read-only"):
        pair.left = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"Pair\.left is read-only"):
        del pair.left


@pytest.mark.parametrize(
    ("values", "named"),
    [((1, 2, 3), {}), ((1,), {"left": 1}), ((1,), {"x": 1}), ((), {})],
)
def test_a_record_takes_its_fields_alone(
    values: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="Pair"):
        Pair(*values, **named)


# Errors


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


# The wire


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"[]", "is a list"),
        (b'{"a":1}', "a number"),
    ],
)
def test_a_query_that_is_none(data: bytes, says: str) -> None:
    with pytest.raises(Failure, match=says):
        protocol.read_query(data)


def test_a_query_without_what_says_nothing() -> None:
    assert protocol.read_query(b'{"a":"","b":null,"c":"d"}') == {"c": "d"}
    assert (
        protocol.write_result({"b": "\u00e9", "a": ""}) == b'{"a":"","b":"\\u00e9"}\n'
    )


def test_every_key_of_a_failed_result_is_there() -> None:
    failed = render.failed([Problem("a", "b")])
    assert set(failed) == set(asked_result())
    assert failed["errors"] == '["a: b"]'


def asked_result() -> dict[str, Any]:
    return run(asked("sysdig", [WEB])).result


# Forms of text


def _patterns(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        found = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
        return found.union(*map(_patterns, schema.values()))
    if isinstance(schema, list):
        return set().union(*map(_patterns, schema))
    return set()


def test_no_pattern_needs_a_regular_expression() -> None:
    assert _patterns(SCHEMAS) == set(validate.FORMS)


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
    schema = {"type": "string", "pattern": "^a+$"}
    assert validate.validate("aa", schema, "x") == []
    assert validate.validate("a\n", schema, "x")[0].message == (
        "does not have the right form"
    )
    inside = {"type": "string", "pattern": "b"}
    assert validate.validate("abc", inside, "x") == []
    assert validate.validate(" ", inside, "x")[0].message == "is empty"


def test_numbers_have_bounds() -> None:
    schema = {"type": "integer", "minimum": 1, "maximum": 3}
    assert validate.validate(2, schema, "x") == []
    assert validate.validate(0, schema, "x")[0].message == "is less than 1"
    assert validate.validate(4, schema, "x")[0].message == "is more than 3"
    assert validate.validate(4, {"type": "integer"}, "x") == []


def test_a_closed_set_of_one_type() -> None:
    schema = {"enum": ["a", "b"]}
    assert validate.validate("a", schema, "x") == []
    assert validate.validate("c", schema, "x")[0].message == (
        'is "c", one of "a", "b" is needed'
    )
    assert validate.validate(5, schema, "x")[0].message.startswith("is a number, one")


# Targets


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
    assert targets.Pattern(text, "x", exact).matches(name) is matches


def test_include_leaves_the_rest_out() -> None:
    done = run(asked("sysdig", [WEB, {**WEB, "name": "db"}], include=["w*"]))
    assert done.result["skipped"] == [
        {"name": "db", "reason": "is not among the included"}
    ]


@pytest.mark.parametrize(
    ("image", "path"),
    [
        ("a", "a"),
        ("a:1", "a"),
        ("r:5000/a", "r:5000/a"),
        ("r:5000/a:1@sha256:0", "r:5000/a"),
    ],
)
def test_repositories(image: str, path: str) -> None:
    assert repository(image) == path


def test_names_of_agents() -> None:
    assert agent_name("Prisma Cloud") == "prisma_cloud"


def test_a_text_with_a_least_length() -> None:
    assert "include[0]: is empty" in run(asked("sysdig", [WEB], include=[""])).failure


def test_findings_are_one_line() -> None:
    odd = {**WEB, "name": "a\nb"}
    assert 'container "a\\nb"' in run(asked("sysdig", [odd])).failure


def test_owners() -> None:
    assert owner({"name": "x", "image": "datadog/agent:7"}) == "Datadog"
    assert owner({"name": "x", "image": "my/datadog/agentx"}) == ""
    assert owner({"name": 5, "image": 5}) == ""


# Whole requests


def test_a_batch_and_a_list_are_one_too_many() -> None:
    query = asked("sysdig", [WEB], task_definitions={"a": {}})
    failure = run(query).failure
    assert "container_definitions: is given beside task_definitions" in failure


@pytest.mark.parametrize("entries", ["{}", "null"])
def test_an_empty_batch(entries: str) -> None:
    query = {"agent": "sysdig", "options": {}, "task_definitions": entries}
    assert "task_definitions: is empty" in run(query).failure


def test_include_and_exclude_of_the_whole_batch() -> None:
    one = {"container_definitions": [WEB, {**WEB, "name": "db"}]}
    own = {**one, "include": ["db"], "exclude": ["web"]}
    query = asked("sysdig", "", task_definitions={"a": one, "b": own}, include=["web"])
    done = run(query).result["instrumented"]
    assert done == ["a/web", "b/db"]
    query = asked("sysdig", "", task_definitions={"a": one, "b": own}, exclude=["db"])
    assert run(query).result["instrumented"] == ["a/web", "b/db"]


def test_options_of_a_batch_are_merged() -> None:
    one = {"container_definitions": [WEB], "options": {"priority": "security"}}
    text = {**one, "options": '{"priority":"security"}'}
    null = {**one, "options": {"sidecar": None}}
    query = asked("sysdig", "", task_definitions={"a": one, "b": text, "c": null})
    entries = run(query).result["task_definitions"]
    assert entries["a"] == entries["b"] != entries["c"]


@pytest.mark.parametrize("options", ["[]", "5", '"x"', "null"])
def test_options_that_are_no_object(options: str) -> None:
    query = {**asked("sysdig", [WEB]), "options": options}
    assert "options" in run(query).failure
    entry = {"container_definitions": [WEB], "options": 5}
    query = asked("sysdig", "", task_definitions={"a": entry})
    assert run(query).failure.startswith('task_definitions["a"].options: is a number')


@pytest.mark.parametrize(
    "document",
    [
        {"family": "x"},
        {"containerDefinitions": {}},
        {"containerDefinitions": [], "ContainerDefinitions": []},
        {"containerDefinitions": [WEB], "runtimePlatform": 5},
        {"taskDefinition": {"x": 1}},
    ],
)
def test_task_definitions_that_are_none(document: dict[str, Any]) -> None:
    failure = run(asked("sysdig", document)).failure
    assert failure.startswith("container_definitions")


@pytest.mark.parametrize("key", ["options", "task", "include", "image_configs"])
def test_a_part_that_is_no_json(key: str) -> None:
    assert f"{key}: is not JSON" in run({**asked("sysdig", [WEB]), key: "{"}).failure


def test_no_agent_or_an_unknown_one() -> None:
    query = asked("sysdig", [WEB])
    assert "agent: is needed" in run({**query, "agent": ""}).failure
    assert 'did you mean "sysdig"?' in run({**query, "agent": "sysdg"}).failure


def test_secrets_beyond_options_that_are_no_json() -> None:
    key = "key-0123456789"
    for text in (f'{{"sysdig_access_key": "{key}"', f"sysdig_access_key = {key}"):
        query = {**asked("sysdig", [WEB]), "options": text, "agent": key}
        assert key not in run(query).failure


# Whole definitions


def _made(containers: list[Any], recipe: Recipe, record: bool = True) -> Any:
    definition = Definition("c", containers, containers, {}, {}, (), (), {})
    return instrument(definition, recipe, record)


def test_containers_may_join_first_and_be_no_sidecar() -> None:
    init = AddContainer({"name": "init", "image": "i:1"}, role="init", position="first")
    recipe = Recipe("x", (WrapEntryPoint(("/run",)),), (init,))
    once = _made([WEB], recipe)
    assert [c["name"] for c in once.containers] == ["init", "web"]
    twice = _made(once.containers, recipe)
    assert twice.containers == once.containers
    late = AddContainer({"name": "late", "image": "i:1"}, entry_points=("/l",))
    both = Recipe("x", (WrapEntryPoint(("/run",)),), (init, late))
    more = _made(_made([WEB], both).containers, both)
    assert [c["name"] for c in more.containers] == ["init", "web", "late"]


def test_a_sidecar_known_by_its_whole_repository() -> None:
    sidecar = AddContainer({"name": "s", "image": "q/a:2"}, images=("q/a",))
    recipe = Recipe("x", (WrapEntryPoint(("/run",)),), (sidecar,))
    made = _made([WEB, {"name": "s", "image": "q/a:1"}], recipe, record=False)
    assert made.containers[1] == {"name": "s", "image": "q/a:2"}
    assert _made([WEB, {"name": "s", "image": {"odd": 1}}], recipe).notes.problems


def test_volumes_of_a_recipe_are_declared_and_known_to_the_rules() -> None:
    volume = {"name": "v"}
    recipe = Recipe("x", (SetEnvironment("A", "1"),), volumes=(volume,))
    definition = Definition("container_definitions", [WEB], [WEB], {}, {}, (), (), {})
    request = Request("x", (Ask("", definition, recipe),), False, True, "")
    (outcome,) = outcomes(request)
    assert render.result([outcome], batch=False)["volumes"] == '[{"name":"v"}]'


def test_any_requirement_may_be_absent() -> None:
    recipe = Recipe(
        "x", (SetEnvironment("A", "1"),), task=RequireTask(linux_only=False)
    )
    windows = {"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"}}
    definition = Definition("c", [WEB], [WEB], {}, windows, (), (), {})
    assert not instrument(definition, recipe, True).notes.problems


def test_a_sidecar_may_wait_for_what_does_not_wait_for_it() -> None:
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "a:1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "dependsOn": [{"containerName": "web", "condition": "START"}],
    }
    done = run(asked("sysdig", [WEB, sidecar]))
    assert done.containers[1]["dependsOn"] == sidecar["dependsOn"]


def test_exact_mode_keeps_what_the_sidecar_has_of_its_own() -> None:
    launcher = ["/opt/draios/bin/instrument"]
    web = {
        **WEB,
        "entryPoint": launcher,
        "command": ["/web"],
        "environment": [{"name": "SYSDIG_LOGGING", "value": "debug"}],
    }
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "a:1",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "environment": [{"name": "SYSDIG_LOGGING", "value": "trace"}],
    }
    options = {
        "sysdig_access_key_secret": ...,
        "sysdig_logging": "info",
        "compatibility": "provider-v3",
    }
    done = run(asked("sysdig", [web, sidecar], options=options))
    variables = {e["name"]: e["value"] for e in done.containers[1]["environment"]}
    assert variables["SYSDIG_LOGGING"] == "trace"
