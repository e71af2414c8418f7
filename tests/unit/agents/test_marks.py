"""Every agent's marks recognise its own recipe's output, whole; and it comes off again.

Over all agents and all of their samples, laid on plain applications.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core import marks
from fargate_instrument.core.agents import NAMES, load
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.recipe import (
    AddSecret,
    Recipe,
    SetEnvironment,
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
    flat,
)
from fargate_instrument.core.remove import remove
from fargate_instrument.core.traces import known
from tests.program import OPTIONS, Run, run

if TYPE_CHECKING:
    from collections.abc import Mapping

ARM = {"runtime_platform": {"cpu_architecture": "ARM64"}}
WEB: dict[str, Any] = {
    "name": "web",
    "image": "shop/web:7",
    "entryPoint": ["/web"],
    "command": ["-p", "80"],
    "essential": True,
    "user": "0",
}
HARD: dict[str, Any] = {
    "name": "api",
    "image": "shop/api:7",
    "entryPoint": ["sh", "-c"],
    "command": ["api && true"],
    "essential": True,
    "user": "0",
    "readonlyRootFilesystem": True,
    "environment": [{"name": "MODE", "value": "x"}],
    "dependsOn": [{"containerName": "web", "condition": "START"}],
    "mountPoints": [
        {"containerPath": "/data", "sourceVolume": "data", "readOnly": False}
    ],
    "linuxParameters": {
        "initProcessEnabled": True,
        "capabilities": {"drop": ["NET_RAW"]},
    },
    "dockerLabels": {"team": "shop"},
}


def usable(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Give a sample the names and the account of the definitions here."""
    text = json.dumps(sample).replace('["*"]', '["web"]')
    made: dict[str, Any] = json.loads(text.replace(":r:1:", ":r:111122223333:"))
    return made


SAMPLES = [
    pytest.param(name, usable(sample), id=f"{name}-{number}")
    for name in OPTIONS
    for number, sample in enumerate((OPTIONS[name], *load(name).samples))
]
WRAPS = (WrapEntryPoint, ShellWrapCommand, ShellWrapArgv)


def apps(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give applications that the options can have."""
    if options.get("wrap") == "command":
        plain = {**HARD, "command": ["api"]}
        return [
            {k: v for k, v in one.items() if k != "entryPoint"} for one in (WEB, plain)
        ]
    return [WEB, HARD]


def lay(agents: dict[str, Any], containers: Any, **more: Any) -> Run:
    """Put agents on containers; ``agents``: name -> options, in order."""
    task = {"family": "shop", **more.pop("task", {})}
    if isinstance(containers, dict):
        more["checks"] = "off"
    configs = {one["image"]: {"Entrypoint": ["/x"]} for one in (WEB, HARD)}
    return run(
        {
            "agents": [{"agent": a, "options": o} for a, o in agents.items()],
            "container_definitions": containers,
            "image_configs": configs,
            "task": task,
            **more,
        }
    )


def recipe(name: str, options: dict[str, Any]) -> Recipe:
    asked = load(name).recipe
    assert asked is not None
    return asked(options, {"family": "shop"})


@pytest.mark.parametrize("task", [{}, ARM], ids=["x86_64", "arm64"])
@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_what_a_recipe_makes_is_recognised_whole(
    name: str, options: dict[str, Any], task: dict[str, Any]
) -> None:
    before = apps(options)
    made = lay({name: options}, before, task=task, provenance="off").containers
    mine = {one["name"] for one in before}
    owners, routers = marks.owners(made), marks.routers(made)
    asked = recipe(name, options)
    assert len(made) == len(before) + len(asked.containers)
    for index, container in enumerate(made):
        if container["name"] in mine:
            assert index not in owners
            wraps = any(isinstance(step, WRAPS) for step in flat(asked.steps))
            assert [a for a, _ in marks.chain(container)] == [name] * wraps
        else:
            assert routers.get(index, True)
            assert owners[index].agent == name
            assert owners[index].proven


@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_what_a_recipe_names_is_in_the_marks(
    name: str, options: dict[str, Any]
) -> None:
    mine, asked = load(name).marks, recipe(name, options)
    own = [step for added in asked.containers for step in flat(added.steps)]
    told = [
        step
        for step in (*flat(asked.steps), *own)
        if isinstance(step, (SetEnvironment, AddSecret))
    ]
    names = {step.name for step in told} - {"LD_PRELOAD"}
    assert {one for one in names if not one.startswith(mine.variables)} == set()
    secret = {s.name for s in told if isinstance(s, AddSecret) or s.secret}
    assert secret <= {*mine.secrets}
    assert {*mine.ports} <= {*asked.task.ports}
    assert {added.name for added in asked.containers if added.role == "sidecar"} <= {
        *mine.names
    }


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_once_more_changes_nothing(
    name: str, options: dict[str, Any], provenance: str
) -> None:
    once = lay({name: options}, apps(options), provenance=provenance)
    twice = lay({name: options}, once.containers, provenance=provenance)
    for key in ("container_definitions", "volumes", "policies", "instrumented"):
        assert twice.result[key] == once.result[key]


@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_other_options_over_a_record_are_as_if_afresh(
    name: str, options: dict[str, Any]
) -> None:
    for other in (OPTIONS[name], *load(name).samples):
        if apps(other) != apps(options):
            continue
        once = lay({name: options}, apps(options)).containers
        again = lay({name: usable(other)}, once)
        afresh = lay({name: usable(other)}, apps(options))
        assert again.containers == afresh.containers
        assert again.result["volumes"] == afresh.result["volumes"]


@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_by_its_record_it_is_taken_out_exactly(
    name: str, options: dict[str, Any]
) -> None:
    before = apps(options)
    definition = {
        "family": "shop",
        "cpu": "1024",
        "memory": "2048",
        "executionRoleArn": "arn:aws:iam::111122223333:role/x",
        "volumes": [{"name": "data"}],
        "containerDefinitions": before,
    }
    made = lay({name: options}, definition)
    done = remove(made.containers, {"volumes": [{"name": "data"}]})
    assert done.containers == before
    assert done.agents == (name,)
    assert done.lost == ()


@pytest.mark.parametrize(("name", "options"), SAMPLES)
def test_by_its_marks_alone_it_is_taken_out_whole_or_not_at_all(
    name: str, options: dict[str, Any]
) -> None:
    before = apps(options)
    made = lay({name: options}, before, provenance="off").containers
    volumes = [{"name": "data"}]
    moved = any(
        getattr(s, "layout", "") == "command" for s in recipe(name, options).steps
    )
    splits = {one["name"]: len(one.get("entryPoint", ())) for one in before if moved}
    if options.get("log_collection"):
        with pytest.raises(Failure, match="would keep the log configuration"):
            remove(made, {"volumes": volumes}, splits=splits)
        return
    done = remove(made, {"volumes": volumes}, splits=splits)
    assert done.containers == before
    assert done.task == {"volumes": volumes}


STACKS = [
    (lower, upper)
    for lower in OPTIONS
    for upper in OPTIONS
    if lower != upper and not {lower, upper} <= {*OPTIONS} - {"datadog"}
]
"""Agents that do not trace both: one of them is a sidecar that wraps nothing."""


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize(("lower", "upper"), STACKS)
def test_a_stack_is_the_same_once_more_and_comes_off(
    lower: str, upper: str, provenance: str
) -> None:
    both = {name: OPTIONS[name] for name in (lower, upper)}
    once = lay(both, [WEB, HARD], provenance=provenance)
    twice = lay(both, once.containers, provenance=provenance)
    assert twice.containers == once.containers
    assert twice.result["volumes"] == once.result["volumes"]
    if provenance == "label":
        assert remove(once.containers, {}).containers == [WEB, HARD]


@pytest.mark.parametrize("upper", OPTIONS)
@pytest.mark.parametrize("lower", OPTIONS)
def test_two_tracers_are_refused_by_name(lower: str, upper: str) -> None:
    cws = {"cws": True, "cws_image": "datadog/cws-instrumentation:1"}
    options = {**OPTIONS, "datadog": {**OPTIONS["datadog"], **cws}}
    if lower == upper:
        return
    failure = lay({name: options[name] for name in (lower, upper)}, [WEB]).failure
    assert f"a tracer from both {lower} and {upper}" in failure
    carried = lay({lower: options[lower]}, [WEB], provenance="off").containers
    assert f"both {lower} and {upper}" in lay({upper: options[upper]}, carried).failure


def test_every_agent_is_known_by_its_traces() -> None:
    assert {*OPTIONS} <= {*known()}
    assert {*NAMES} - {*OPTIONS} == {"custom"}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_result_shows_no_secret_option(name: str) -> None:
    hidden = "hidden-0123456789"
    for option in load(name).options:
        if option.secret:
            wrong = {**OPTIONS[name], option.name: hidden, "nonsense": "1"}
            assert hidden not in json.dumps(lay({name: wrong}, [WEB]).failure)
