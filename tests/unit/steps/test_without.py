"""Taking back what a vendor's tool wrote, by its marks alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from fargate_instrument.core.recipe import (
    AddCapability,
    AddLabel,
    AddMountPoint,
    AddSecret,
    DependOn,
    Fact,
    InitProcess,
    MountFrom,
    SetEnvironment,
    SetMember,
    WrapEntryPoint,
)
from fargate_instrument.core.steps import WORK, without
from tests.unit.steps.bench import WEB, env, secrets

OWN = ("agent", "init")
APPEND = SetEnvironment("LD", "/a", mode="append", separator=":")
AROUND = SetEnvironment("LD", "/a", mode="around", separator=":", after="/z")
SPACED = SetEnvironment("LD", "/a", mode="prepend")
PRIVATE = AddMountPoint(("v-", Fact("container.name")), "/p")


def taken(step: Any, members: dict[str, Any]) -> Any:
    """Give the members that are left beside name and image."""
    container = {**WEB, **members}
    before = copy.deepcopy(container)
    made = getattr(without, WORK[type(step)].without)(container, step, OWN)
    assert container == before
    assert (made is container) is (made == container)
    return {key: item for key, item in made.items() if key not in WEB}


def parameters(**members: Any) -> dict[str, Any]:
    return {"linuxParameters": members}


@pytest.mark.parametrize(
    ("step", "members", "left"),
    [
        (SetEnvironment("A", "1"), {"environment": env(A="0")}, {}),
        (
            SetEnvironment("A", "1"),
            {"environment": env(A="0", B="1"), "secrets": secrets(A="arn", C="arn")},
            {"environment": env(B="1"), "secrets": secrets(C="arn")},
        ),
        (AddSecret("A", "arn"), {"secrets": secrets(A="other")}, {}),
        (AddSecret("A", "arn"), {"environment": env(A="0")}, {}),
        (APPEND, {"environment": env(LD="/x:/a")}, {"environment": env(LD="/x")}),
        (
            APPEND,
            {"environment": env(B="/a", LD="/a:/x")},
            {"environment": env(B="/a", LD="/x")},
        ),
        (APPEND, {"environment": env(LD="/a")}, {}),
        (AROUND, {"environment": env(LD="/a:/x:/z")}, {"environment": env(LD="/x")}),
        (AROUND, {"environment": env(LD="/a:/z")}, {}),
        (SPACED, {"environment": env(LD="/a /x")}, {"environment": env(LD="/x")}),
        (
            MountFrom("agent", read_only=True),
            {"volumesFrom": [{"sourceContainer": "agent"}, {"sourceContainer": "x"}]},
            {"volumesFrom": [{"sourceContainer": "x"}]},
        ),
        (
            DependOn("agent", "START"),
            {"dependsOn": [{"containerName": "init"}, {"containerName": "x"}]},
            {"dependsOn": [{"containerName": "x"}]},
        ),
        (
            AddMountPoint("v", "/p"),
            {"mountPoints": [{"sourceVolume": "v"}, {"sourceVolume": "v-web"}]},
            {"mountPoints": [{"sourceVolume": "v-web"}]},
        ),
        (
            PRIVATE,
            {"mountPoints": [{"sourceVolume": "v"}, {"sourceVolume": "v-web"}]},
            {"mountPoints": [{"sourceVolume": "v"}]},
        ),
        (AddLabel("k", "v"), {"dockerLabels": {"k": "other"}}, {}),
        (
            AddLabel("k", "v"),
            {"dockerLabels": {"k": "v", "l": "v"}},
            {"dockerLabels": {"l": "v"}},
        ),
        (SetMember("user", "0"), {"user": "0"}, {}),
        (
            AddCapability("X"),
            parameters(capabilities={"add": ["X"]}),
            {},
        ),
        (
            AddCapability("X"),
            parameters(capabilities={"add": ["X", "Y"]}),
            parameters(capabilities={"add": ["Y"]}),
        ),
        (
            AddCapability("X"),
            parameters(capabilities={"add": ["X"], "drop": ["Z"]}),
            parameters(capabilities={"drop": ["Z"]}),
        ),
        (
            AddCapability("X"),
            parameters(capabilities={"add": ["X"]}, swappiness=5),
            parameters(swappiness=5),
        ),
    ],
)
def test_known_entries_go_and_nothing_else(step: Any, members: Any, left: Any) -> None:
    assert taken(step, members) == left


@pytest.mark.parametrize(
    ("step", "members"),
    [
        (SetEnvironment("A", "1"), {"environment": env(B="0")}),
        (SetEnvironment("A", "1"), {"environment": 5, "secrets": [5]}),
        (APPEND, {"environment": env(LD="/x:/aa")}),
        (APPEND, {}),
        (APPEND, {"environment": [{"name": "LD"}]}),
        (MountFrom("agent", read_only=True), {}),
        (DependOn("agent", "START"), {"dependsOn": [{"containerName": "x"}]}),
        (AddMountPoint("v", "/p"), {"mountPoints": [{"sourceVolume": "w"}]}),
        (PRIVATE, {"mountPoints": [{"sourceVolume": "w"}, {"containerPath": "/v-"}]}),
        (PRIVATE, {}),
        (AddLabel("k", "v"), {"dockerLabels": {"l": "v"}}),
        (AddLabel("k", "v"), {}),
        (SetMember("user", "0"), {"user": "1"}),
        (SetMember("user", "0"), {}),
        (AddCapability("X"), {}),
        (AddCapability("X"), parameters(capabilities={"add": ["Y"], "drop": ["X"]})),
        (InitProcess(), parameters(initProcessEnabled=True)),
        (WrapEntryPoint(("/run",)), {"entryPoint": ["/run", "/e"]}),
    ],
)
def test_what_is_not_known_stays(step: Any, members: Any) -> None:
    assert taken(step, members) == members
