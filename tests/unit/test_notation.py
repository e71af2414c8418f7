"""Recipes as JSON: what is written is read again, and what cannot be is told."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fargate_instrument.core import agents, notation, recipe
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.request import secret_values
from fargate_instrument.models import recipe as recipe_models
from tests.places import places
from tests.program import ARN, CHECKOUT, OPTIONS, Run, asked, run

SCHEMA = json.loads(
    (CHECKOUT / "docs/reference/schemas/recipe.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TASK = {"family": "web"}
DEFINITION: dict[str, Any] = {
    "family": "web",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
    "containerDefinitions": [
        {"name": "web", "image": "nginx", "entryPoint": ["/web"], "command": ["a"]},
        {
            "name": "api",
            "image": "api:1",
            "entryPoint": ["/bin/api"],
            "command": ["{{x}}"],
        },
    ],
}
PROBE: dict[str, Any] = {"command": ["CMD", "/acme", "{{cpu}}s"], "retries": 3}
ACME: dict[str, Any] = {
    "agent": "acme",
    "parameters": {
        "image": {"required": True, "doc": "Image of the sensor."},
        "cpu": {"kind": "count", "default": 64},
        "kept": {"kind": "flag", "default": False},
        "token_arn": {"kind": "arn", "default": ARN},
        "token": {"secret": True, "required": True},
    },
    "steps": [
        {"step": "WrapEntryPoint", "prefix": ["/acme", "--of={{container.name}}"]},
        {"step": "SetEnvironment", "name": "OF", "value": "{{task.family}}/{{ cpu }}"},
        {"step": "SetEnvironment", "name": "TOKEN", "value": "t={{token}}"},
        {"step": "AddSecret", "name": "REF", "value_from": "{{token_arn}}"},
        {
            "step": "When",
            "condition": {"condition": "Labelled", "name": "acme", "value": "on"},
            "steps": [{"step": "AddMountPoint", "volume": "v", "path": "/{{braces}}"}],
        },
        {"step": "DependOn", "container": "{{sidecar.name}}", "condition": "START"},
    ],
    "containers": [
        {
            "name": "acme",
            "image": "{{image}}",
            "steps": [
                {"step": "SetMember", "member": "cpu", "value": "{{cpu}}"},
                {"step": "SetMember", "member": "essential", "value": "{{kept}}"},
                {"step": "SetMember", "member": "healthCheck", "value": PROBE},
            ],
        }
    ],
}
GIVEN = {"image": "acme:1", "token": "token-0123456789"}


def made(document: Any, given_: Any = GIVEN, task: Any = TASK) -> recipe.Recipe:
    return notation.read(document, given_, task, "options.recipe")


def told(document: Any, given_: Any = GIVEN, task: Any = TASK) -> str:
    with pytest.raises(Failure) as failure:
        made(document, given_, task)
    return str(failure.value)


def changed(**members: Any) -> Any:
    return {**copy.deepcopy(ACME), **members}


def custom(document: Any, parameters: Any = None, **more: Any) -> Run:
    options = {"recipe": document, "parameters": parameters or {}}
    return run(
        {
            "agent": "custom",
            "options": options,
            "container_definitions": DEFINITION,
            **more,
        }
    )


def printed(agent: str, options: Any, *more: str) -> Any:
    words = [w for k, v in options.items() for w in ("-o", f"{k}={_text(v)}")]
    done = run(b"", ["recipe", agent, *words, "--task", "family=web", *more])
    assert done.status == 0
    typed = [line for line in done.err.splitlines() if "list of processes" not in line]
    assert typed == []
    return json.loads(done.out)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def together(least: Any, more: Any) -> dict[str, Any]:
    """Join options; a secret takes the place of what it holds."""
    if "falconctl_opts_secret" in more:
        least = {name: value for name, value in least.items() if name != "cid"}
    return {**least, **more}


SAMPLES = [
    (name, together(least, more))
    for name, least in OPTIONS.items()
    for more in ({}, *agents.load(name).samples)
]
EXACT = {k: v for k, v in OPTIONS["sysdig"].items() if not k.endswith("_secret")}
SAMPLES.append(("sysdig", {**EXACT, "compatibility": "provider-v3"}))
SAMPLES.append(("sysdig", {**OPTIONS["sysdig"], "ignore_containers": ["api"]}))


class TestThereAndBack:
    """What ``recipe`` prints is what ``custom`` takes, for every agent."""

    @pytest.mark.parametrize(("agent", "options"), SAMPLES)
    def test_the_same_bytes(self, agent: str, options: dict[str, Any]) -> None:
        options = {k: v for k, v in options.items() if v != ["*"]}
        options |= {k: ARN for k in options if k.endswith("_secret")}
        document = printed(agent, options)
        assert not list(VALIDATOR.iter_errors(document))
        query = {**asked(agent, DEFINITION), "options": options}
        expected = run(query)
        assert expected.status == 0, expected.err
        again = custom(document)
        assert again.out == expected.out, again.err

    @pytest.mark.parametrize(
        ("agent", "option"),
        [("sysdig", "sysdig_access_key"), ("prisma_cloud", "install_bundle")],
    )
    def test_a_secret_becomes_a_parameter(self, agent: str, option: str) -> None:
        value = "plain-secret-0123456789"
        options = {**OPTIONS[agent], option: value}
        options.pop(f"{option}_secret")
        document = printed(agent, options)
        assert value not in json.dumps(document)
        assert document["parameters"] == {option: {"required": True, "secret": True}}
        query = asked(agent, DEFINITION, options={**options, f"{option}_secret": ...})
        expected = run(query)
        again = custom(document, {option: value})
        assert again.containers == expected.containers
        place = f"options.parameters.{option}: stands in plain text"
        assert again.result["warnings"][-1].startswith(place)

    def test_what_is_read_is_written_the_same(self) -> None:
        document = printed("custom", {"recipe": ACME, "parameters": GIVEN})
        assert "token-0123456789" not in json.dumps(document)
        assert made(document, {}).steps[0] == made(ACME).steps[0]

    def test_facts_and_braces(self) -> None:
        texts: list[Any] = [
            "{{",
            "{",
            "}}",
            "{{{",
            "{{x}}",
            "{{{{",
            ("{{", recipe.SIDECAR),
            (recipe.SIDECAR, recipe.TARGET),
        ]
        for text in texts:
            value = recipe.Recipe("x", steps=(recipe.AddLabel("l", text),))
            assert made(notation.written(value), {}) == value, text

    def test_only_what_differs_from_the_default_is_written(self) -> None:
        value = recipe.Recipe("x", steps=(recipe.InitProcess(),))
        expected = {"agent": "x", "steps": [{"step": "InitProcess"}]}
        assert notation.written(value) == expected


class TestParameters:
    """Typed values, by name."""

    def test_they_are_filled_in(self) -> None:
        done = custom(ACME, {**GIVEN, "cpu": "32", "kept": "true"})
        web, api, acme = done.containers
        assert web["entryPoint"] == ["/acme", "--of=web", "/web"]
        assert api["entryPoint"][:2] == ["/acme", "--of=api"]
        assert {"name": "OF", "value": "web/32"} in web["environment"]
        assert acme["cpu"] == 32
        assert acme["essential"] is True
        assert acme["healthCheck"] == {"command": ["CMD", "/acme", "32s"], "retries": 3}
        assert acme["image"] == "acme:1"
        assert done.result["secret_arns"] == []

    def test_a_secret_is_hidden_and_warned_of(self) -> None:
        done = custom(ACME, GIVEN)
        assert any("parameters.token: stands in" in w for w in done.result["warnings"])
        variable = made(ACME).steps[2]
        assert isinstance(variable, recipe.SetEnvironment)
        assert variable.secret
        assert "TOKEN" in made(ACME).secret_names
        broken = custom(changed(agent=""), GIVEN)
        assert "options.recipe.agent: is empty" in broken.failure
        assert GIVEN["token"] not in broken.failure
        options = json.dumps({"recipe": ACME, "parameters": GIVEN})
        assert secret_values({"options": options}) == [GIVEN["token"]]
        layer = json.dumps([{"agent": "custom", "options": options}])
        assert secret_values({"agents": layer}) == [GIVEN["token"]]

    @pytest.mark.parametrize(
        ("given_", "what"),
        [
            ({}, "options.parameters.image: is needed\n  Image of the sensor."),
            ({"image": ""}, "options.parameters.image: is needed"),
            ({"cpu": "many"}, "options.parameters.cpu: does not have the right form"),
            ({"kept": "yes"}, "options.parameters.kept: is"),
            ({"token_arn": "x"}, "options.parameters.token_arn: does not have"),
            (
                {"imag": "x"},
                'options.parameters.imag: is not known\n  did you mean "im',
            ),
        ],
    )
    def test_values_that_do_not_fit(self, given_: dict[str, str], what: str) -> None:
        assert what in told(ACME, {"token": "t", **given_})

    @pytest.mark.parametrize(
        ("declared", "what"),
        [
            ([], "options.recipe.parameters: is a list, an object is needed"),
            ({"a": 1}, "options.recipe.parameters.a: is a number, an object is"),
            ({"a b": {"default": ""}}, "is no name for a parameter"),
            ({"braces": {"default": ""}}, "is no name for a parameter"),
            ({"a": {}}, "parameters.a.default: is needed, or required"),
            ({"a": {"kind": "date"}}, "parameters.a.kind: is"),
            ({"a": {"kind": "count", "default": "x"}}, "parameters.a.default: does"),
            ({"a": {"secret": True, "default": "x"}}, "default: is given for a secret"),
        ],
    )
    def test_declarations_that_do_not_fit(self, declared: Any, what: str) -> None:
        assert what in told({"agent": "x", "parameters": declared}, {})

    def test_an_undefined_name_names_the_nearest(self) -> None:
        step = {"step": "AddLabel", "name": "l", "value": "{{contianer.name}}"}
        assert (
            "options.recipe.steps[0].value: {{contianer.name}} is not defined\n"
            '  did you mean "container.name"?'
        ) in told(changed(steps=[step]))

    def test_a_secret_where_it_would_be_shown(self) -> None:
        steps: tuple[dict[str, Any], ...] = (
            {"step": "AddLabel", "name": "l", "value": "{{token}}"},
            {"step": "WrapEntryPoint", "prefix": ["/a", "{{token}}"]},
            {"step": "SetMember", "member": "user", "value": "{{token}}"},
            {"step": "SetEnvironment", "name": "{{token}}", "value": "x"},
        )
        for step in steps:
            assert "{{token}} is a secret and" in told(changed(steps=[step]))
        log = {"secretOptions": [{"name": "key", "valueFrom": "{{token}}"}]}
        step = {"step": "SetMember", "member": "logConfiguration", "value": log}
        assert made(changed(steps=[step])).steps

    def test_a_fact_where_every_container_needs_the_same(self) -> None:
        step = {"step": "AddSecret", "name": "A", "value_from": "{{container.name}}"}
        assert "differs from container to container" in told(changed(steps=[step]))

    def test_braces_without_an_end(self) -> None:
        for text in ("{{", "a {{b", "{{{{braces}}", "{{a}} {{"):
            step = {"step": "AddLabel", "name": "l", "value": text}
            assert "options.recipe.steps[0].value: " in told(changed(steps=[step]))

    def test_a_port_is_a_whole_number(self) -> None:
        assert "a whole number" in told(changed(task={"ports": ["8126"]}))

    def test_the_family_has_to_be_known(self) -> None:
        assert "task.family: is needed: the recipe speaks of" in told(ACME, task={})


class TestLayers:
    """A layer is known by its recipe's name."""

    def test_two_recipes_in_one_ask(self) -> None:
        layers = [
            {
                "agent": "custom",
                "options": {
                    "recipe": {
                        "agent": name,
                        "steps": [{"step": "WrapEntryPoint", "prefix": [f"/{name}"]}],
                    }
                },
            }
            for name in ("one", "two")
        ]
        query = {"agents": layers, "container_definitions": DEFINITION}
        done = run(query)
        assert done.containers[0]["entryPoint"] == ["/two", "/one", "/web"]
        label = done.containers[0]["dockerLabels"]["fargate-instrument.provenance"]
        assert [record["agent"] for record in json.loads(label)] == ["one", "two"]
        again = {**query, "container_definitions": done.containers}
        assert run(again).containers == done.containers

    @pytest.mark.parametrize("other", ["custom", "sysdig"])
    def test_one_name_twice(self, other: str) -> None:
        options: Any = {"recipe": {"agent": "sysdig"}}
        second = options if other == "custom" else OPTIONS[other]
        layers = [
            {"agent": "custom", "options": options},
            {"agent": other, "options": second},
        ]
        told_ = run({"agents": layers, "container_definitions": DEFINITION}).failure
        assert 'agents[1].options.recipe.agent: is "sysdig", which layer 0 is' in told_

    def test_its_container_is_known_by_the_record(self) -> None:
        first = custom(ACME, GIVEN).containers
        value = {**DEFINITION, "containerDefinitions": first}
        done = run(asked("sysdig", value))
        reasons = {one["name"]: one["reason"] for one in done.result["skipped"]}
        assert reasons["acme"].startswith("belongs to acme")
        assert custom(ACME, GIVEN, container_definitions=value).containers == first

    def test_no_recipe(self) -> None:
        done = run({"agent": "custom", "container_definitions": DEFINITION})
        assert "options.recipe: is needed" in done.failure


WHOLE: list[Any] = [
    {k: v for k, v in ACME.items() if k != "parameters"} | {"steps": []},
    *(printed(agent, options) for agent, options in SAMPLES[:3]),
    {
        "agent": "x",
        "task": {"ports": [1], "linux_only": False, "pid_mode": "task"},
        "tags": {"a": "b"},
        "opt_out": [["a", "b"]],
        "policies": {"task_role": [{"Effect": "Allow"}]},
        "containers": [
            {
                "name": "r",
                "image": "r",
                "role": "router",
                "unless": {"condition": "Router"},
                "for_each_target": [
                    {
                        "step": "DependOn",
                        "container": "{{target.name}}",
                        "condition": "START",
                    }
                ],
            }
        ],
        "steps": [
            {"step": "SetEnvironment", "name": "A", "value": "b", "mode": "around"},
            {
                "step": "When",
                "condition": {"condition": "Architecture", "name": "ARM64"},
                "steps": [{"step": "InitProcess"}],
            },
        ],
        "parameters": {"p": {"kind": "count", "default": 1}},
    },
]
ODD: list[Any] = [
    *(None, 3, True, "", " ", "x", [], [3], ["x"], [[]], {}, {"a": 1}),
    *({"step": "InitProcess"}, {"step": "No"}, {"condition": "RunsAsRoot"}),
    {"step": "AddCapability", "name": "X"},
]


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """Put something odd in a place of a sound recipe, or take something out."""
    holder = {"": copy.deepcopy(draw(st.sampled_from(WHOLE)))}
    path = ("", *draw(st.sampled_from(list(places(holder[""])))))
    parent: Any = holder
    for step in path[:-1]:
        parent = parent[step]
    if len(path) > 1 and draw(st.booleans()):
        del parent[path[-1]]
    else:
        parent[path[-1]] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return holder[""]


COUNTED = {True: 0, False: 0}


@settings(max_examples=300)
@given(documents())
def test_the_schema_says_the_same(document: Any) -> None:
    """JSON Schema and the road's reader agree on every recipe.

    What a schema cannot say is left out: names in templates and of parameters.
    """
    fits = VALIDATOR.is_valid(document)
    said: list[Problem] = []
    if isinstance(document, dict):
        try:
            notation.read(document, {}, TASK, "r")
        except Failure as failure:
            said = [p for p in failure.problems if not _beyond(p)]
    else:
        said = [Problem("r", "is no object")]
    assert fits == (not said), (document, said)
    COUNTED[fits] += 1


def _beyond(problem: Problem) -> bool:
    return (
        problem.address.startswith("options.parameters.")
        or problem.address.endswith(".default")
        or problem.message.endswith("is not defined")
        or "is no name for a parameter" in problem.message
    )


def test_both_verdicts_were_reached() -> None:
    assert min(COUNTED.values()) >= 30, COUNTED


def test_the_readers_records_are_the_models() -> None:
    records = {
        name
        for name, value in vars(recipe).items()
        if isinstance(value, type)
        and value.__module__ == recipe.__name__
        and hasattr(value, "_fields")
    }
    models = {model.__name__ for model in recipe_models.RECORDS}
    assert models == records - {"Fact", "Layer"} | {"Parameter"}


def test_every_annotation_is_understood() -> None:
    for record in (*notation.ACTIONS, *notation.CONDITIONS, recipe.Recipe):
        for shape in notation.shapes(record).values():
            assert shape[0] in (
                "Any", "Text", "bool", "choice", "int", "list", "map", "optional",
                "pair", "record", "str", "tagged",
            )  # fmt: skip
