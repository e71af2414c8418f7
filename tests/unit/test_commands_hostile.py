"""Commands on documents that are wrong in any way: told, never a bug, never a trace."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.places import places
from tests.program import OPTIONS, run

DOCUMENT: dict[str, Any] = {
    "taskDefinition": {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "pidMode": "task",
        "volumes": [{"name": "v"}],
        "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
        "runtimePlatform": {"cpuArchitecture": "X86_64"},
        "containerDefinitions": [
            {
                "name": "web",
                "image": "nginx",
                "entryPoint": ["/serve"],
                "command": ["a"],
                "environment": [{"name": "A", "value": "1"}],
                "secrets": [
                    {
                        "name": "S",
                        "valueFrom": "arn:aws:ssm:eu-west-1:111122223333:parameter/s",
                    }
                ],
                "dockerLabels": {"l": "1"},
                "dependsOn": [{"containerName": "side", "condition": "START"}],
                "volumesFrom": [{"sourceContainer": "side"}],
                "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}],
                "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}},
            },
            {"name": "side", "image": "busybox", "essential": False},
        ],
    },
    "tags": [{"key": "a", "value": "b"}],
}
VALUES: list[Any] = [None, 3, 1.5, True, "", "text", [], [3], {}, {"name": 3}, [[]]]
ODD = st.sampled_from(VALUES)


def words(agent: str) -> list[str]:
    made = ["--agent", agent, "--exclude", "side"]
    for name, value in OPTIONS[agent].items():
        made += ["-o", f"{name}={value}"]
    return made


def instrumented(agent: str) -> Any:
    done = run(json.dumps(DOCUMENT).encode(), ["patch", *words(agent), "-"])
    return json.loads(done.out)


BASES = [DOCUMENT, *map(instrumented, OPTIONS)]


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """Put something odd in one or two places of a sound document."""
    holder = {"": copy.deepcopy(draw(st.sampled_from(BASES)))}
    for _ in range(draw(st.integers(1, 2))):
        path = ("", *draw(st.sampled_from(list(places(holder[""])))))
        parent: Any = holder
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = copy.deepcopy(draw(ODD))
    return holder[""]


@pytest.mark.parametrize("checks", ["error", "off"])
@settings(max_examples=60)
@given(
    st.sampled_from(["patch", "diff", "explain"]),
    st.sampled_from([*OPTIONS]),
    documents(),
)
def test_never_a_bug(checks: str, name: str, agent: str, document: Any) -> None:
    arguments = [name, *words(agent), "--checks", checks, "-"]
    sound(run(json.dumps(document).encode(), arguments))


def test_an_agents_container_with_a_member_of_another_type() -> None:
    document = instrumented("prisma_cloud")
    document["taskDefinition"]["containerDefinitions"][2]["healthCheck"] = []
    arguments = ["patch", *words("prisma_cloud"), "-"]
    sound(run(json.dumps(document).encode(), arguments))


@settings(max_examples=150)
@given(documents())
@example([])
@example([{}])
@example([{"dockerLabels": {"fargate-instrument.provenance": "[[]]"}}])
def test_remove_is_never_a_bug(document: Any) -> None:
    sound(run(json.dumps(document).encode(), ["remove", "--allow-missing", "-"]))


def sound(done: Any) -> None:
    assert done.status in (0, 1), done.err
    assert bool(done.err) == bool(done.status)
    assert not (done.status and done.out)
    assert "Traceback" not in done.err
