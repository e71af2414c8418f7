"""The one reader of a task definition: its forms, its spelling, what it gives back."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core import ecs
from fargate_instrument.core.definition import (
    description_key,
    document,
    task_facts,
)
from fargate_instrument.core.errors import Failure
from tests.unit.stack import DB, WEB

TASK: dict[str, Any] = {"family": "f", "cpu": "256"}
WHOLE: dict[str, Any] = {**TASK, "containerDefinitions": [WEB]}
DESCRIBED: dict[str, Any] = {
    "taskDefinition": {**WHOLE, "revision": 3, "status": "ACTIVE"},
    "tags": [{"key": "a", "value": "b"}],
}


def said(value: Any) -> list[tuple[str, str]]:
    with pytest.raises(Failure) as caught:
        document(value, "file")
    return [(one.address, one.message) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("value", "form", "key"),
    [
        ([WEB, DB], "list", ""),
        ([], "list", ""),
        (WHOLE, "definition", ""),
        (DESCRIBED, "description", "taskDefinition"),
        ({"TaskDefinition": WHOLE, "x": 1}, "description", "TaskDefinition"),
        ({**WHOLE, "taskDefinition": "arn"}, "definition", ""),
    ],
)
def test_a_document_comes_back_as_it_came(value: Any, form: str, key: str) -> None:
    made = document(value, "file", "text")
    assert (made.form, made.key, made.name, made.text) == (form, key, "file", "text")
    assert made.value() == value
    assert description_key(value) == key


def test_ecs_own_keys_are_spelled_as_ecs_does() -> None:
    upper = {"Family": "f", "ContainerDefinitions": [{"Name": "web", "Image": "web:1"}]}
    made = document(upper, "file")
    assert made.task == {"family": "f"}
    assert made.containers == [{"name": "web", "image": "web:1"}]


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        (5, [("file", "is a number, which is no task definition")]),
        ("x", [("file", "is text, which is no task definition")]),
        (None, [("file", "is null, which is no task definition")]),
        ({}, [("file", "is an object without a list containerDefinitions")]),
        (
            {"taskDefinition": {"family": "f"}},
            [("file", "is an object without a list containerDefinitions")],
        ),
        (
            {**WHOLE, "ContainerDefinitions": []},
            [("file", "is an object without a list containerDefinitions")],
        ),
        ({**WHOLE, "runtimePlatform": 5}, [("file.runtimePlatform", "is no object")]),
    ],
)
def test_what_is_no_task_definition(value: Any, problems: Any) -> None:
    assert said(value) == problems


def test_a_key_in_two_spellings_is_told_where_it_is() -> None:
    ((address, _),) = said([WEB, {**DB, "Image": "other"}])
    assert address == "container_definitions[1].image"


def test_what_register_task_definition_takes() -> None:
    assert document(WHOLE, "file").registrable() == WHOLE
    tags = DESCRIBED["tags"]
    made = document(DESCRIBED, "file").registrable()
    assert made == {**WHOLE, "tags": tags}
    own = {**DESCRIBED, "taskDefinition": {**WHOLE, "tags": [{"key": "own"}]}}
    assert document(own, "file").registrable()["tags"] == [{"key": "own"}]
    bare = {**DESCRIBED, "tags": []}
    assert "tags" not in document(bare, "file").registrable()
    with pytest.raises(Failure) as caught:
        document([WEB], "file").registrable()
    assert caught.value.problems[0].fault == "request"
    assert "is a list of container definitions" in caught.value.problems[0].message


def test_changed_content_keeps_the_form() -> None:
    made = document(DESCRIBED, "file").changed([DB], {"family": "g"})
    assert made.value() == {
        "taskDefinition": {"family": "g", "containerDefinitions": [DB]},
        "tags": DESCRIBED["tags"],
    }


def test_facts_that_are_given_are_told_in_ecs_words() -> None:
    assert task_facts({}) == {}
    assert task_facts({"family": "", "volumes": [], "cpu": None}) == {}
    platform = {"cpu_architecture": "ARM64", "operating_system_family": ""}
    assert task_facts({"pid_mode": "task", "runtime_platform": platform}) == {
        "pidMode": "task",
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
    }
    assert task_facts({"cpu": 256, "runtime_platform": {}}) == {"cpu": 256}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"name": "web", "environment": [{"name": "A"}]}, []),
        ({"Name": "web", "odd": 1}, [(("Name",), "name")]),
        (
            {"Environment": [{"name": "A"}, {"Value": "x"}]},
            [(("Environment",), "environment"), (("Environment", 1, "Value"), "value")],
        ),
        ({"dockerLabels": {"Name": "x"}}, []),
        ({"environment": 5, "linuxParameters": []}, []),
    ],
)
def test_members_that_are_spelled_otherwise(value: Any, found: Any) -> None:
    assert ecs.misspelled(value, "ContainerDefinition") == found
