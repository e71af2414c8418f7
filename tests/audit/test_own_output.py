"""What the program itself writes: the audit and the rules are silent about it.

Over every agent that can be put in, each of its samples, alone and with another.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fargate_instrument.audit.verdict import INSTRUMENTED, SKIPPED, UNSURE, verdict
from fargate_instrument.core import agents, pipeline
from fargate_instrument.core.jsontext import dump, parse
from fargate_instrument.core.known import AGENTS
from fargate_instrument.core.pipeline import EXPECTED, QUIET
from fargate_instrument.core.recipe import ShellWrapCommand
from fargate_instrument.core.rules import check, whole_task

Value = dict[str, Any]

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
LOGGED = {"logConfiguration": {"logDriver": "awsfirelens"}}
SIZE = {"cpu": 128, "memory": 256}
CONTAINERS: tuple[Value, ...] = (
    {"name": "web", "image": "web:1", "entryPoint": ["/app"], "command": ["a"], **SIZE},
    {"name": "job", "image": "job:1", "command": ["/job", "b"], **SIZE, **LOGGED},
    {
        "name": "log",
        "image": "router:1",
        "firelensConfiguration": {"type": "fluentbit"},
        **SIZE,
    },
    {"name": "shell", "image": "sh:1", "entryPoint": ["sh", "-c"], "command": ["x y"]},
)
CONFIGS = {"job:1": {"Entrypoint": None, "Cmd": ["/job"]}}
TASK: Value = {
    "family": "f",
    "cpu": "1024",
    "memory": "2048",
    "networkMode": "awsvpc",
    "executionRoleArn": ROLE,
    "requiresCompatibilities": ["FARGATE"],
    "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
}
HAZARDS = (QUIET - {"E4", "F13"}) | EXPECTED
"""What is documented to come with an agent: policies, shares of the task, probes."""


def _samples() -> list[Value]:
    found = []
    for name in agents.NAMES:
        for sample in agents.load(name).samples:
            text = dump({key: value for key, value in sample.items() if value != ["*"]})
            options = parse(text.replace("ssm:r:1:", f"ssm:eu-west-1:{ACCOUNT}:"), "")
            found.append({"agent": name, "options": options})
    return found


SAMPLES = _samples()
STACKS = [
    *([one] for one in SAMPLES),
    *(
        [first, second]
        for first, second in itertools.permutations(SAMPLES, 2)
        if first["agent"] != second["agent"]
    ),
]


def _is_outside(layer: Value) -> bool:
    """Tell whether a layer's form leaves an entry point outside its launcher."""
    recipe = agents.load(layer["agent"]).recipe
    assert recipe is not None
    steps = recipe(layer["options"], {"family": "f"}).steps
    return any(isinstance(step, ShellWrapCommand) for step in steps)


def _reach(stack: list[Value]) -> list[Value]:
    """Give two tracers containers of their own, and a shell to no other shell."""
    tracers = sum(bool(AGENTS[one["agent"]].get("ptrace")) for one in stack)
    shares = (["web"], ["job"]) if tracers > 1 else ([], [])
    return [
        {
            **layer,
            "include": share,
            "exclude": ["shell"] if _is_outside(layer) and not share else [],
        }
        for layer, share in zip(stack, shares, strict=False)
    ]


def _made(stack: list[Value], provenance: str) -> dict[str, str]:
    definition = {**TASK, "containerDefinitions": list(CONTAINERS)}
    query = {
        "agents": dump(stack),
        "container_definitions": dump(definition),
        "image_configs": dump(CONFIGS),
        "provenance": provenance,
        "checks": "off",
    }
    return pipeline.run(query)


def _registered(made: dict[str, str]) -> Value:
    """Give the task as it is registered: with what the result says beside the list."""
    volumes = parse(made["volumes"], "result")
    pid_mode = {"pidMode": made["pid_mode"]} if made["pid_mode"] else {}
    return {**TASK, **pid_mode, **({"volumes": volumes} if volumes else {})}


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize("stack", STACKS, ids=lambda s: "+".join(x["agent"] for x in s))
def test_what_the_program_wrote_gives_no_finding(
    stack: list[Value], provenance: str
) -> None:
    layers = _reach(stack)
    made = _made(layers, provenance)
    containers = parse(made["container_definitions"], "result")
    targets = parse(made["instrumented"], "result")
    assert targets
    task = {**TASK, "pidMode": made["pid_mode"] or None, "imageConfigs": CONFIGS}
    found = verdict(containers, task)
    by_name = {one.name: one for one in found.containers}
    outside = any(_is_outside(one) and one["include"] != ["job"] for one in layers)
    for name in targets:
        status = UNSURE if outside and name == "web" else INSTRUMENTED
        assert by_name[name].status == status, by_name[name]
    added = {one["name"] for one in containers} - {one["name"] for one in CONTAINERS}
    assert added
    for name in {*added, "log"}:
        assert by_name[name].status == SKIPPED, by_name[name]
    assert [one.rule for one in found.findings] == []


@pytest.mark.parametrize("stack", STACKS, ids=lambda s: "+".join(x["agent"] for x in s))
def test_what_the_program_wrote_breaks_no_rule_that_the_input_kept(
    stack: list[Value],
) -> None:
    made = _made(_reach(stack), "label")
    containers = parse(made["container_definitions"], "result")
    facts = {**whole_task(_registered(made)), "imageConfigs": CONFIGS}
    before = check(list(CONTAINERS), {**whole_task(TASK), "imageConfigs": CONFIGS})
    known = {(one.rule, one.container) for one in before}
    caused = [
        one
        for one in check(containers, facts)
        if (one.rule, one.container) not in known and one.rule not in HAZARDS
    ]
    assert caused == []
