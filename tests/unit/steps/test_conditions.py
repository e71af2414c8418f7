"""Whether a condition of a recipe holds at a container."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.recipe import (
    Architecture,
    EntryPointAbsent,
    HasVariable,
    Labelled,
    LacksVariable,
    ReadOnlyRoot,
    Router,
    RunsAsRoot,
)
from fargate_instrument.core.steps.conditions import holds
from tests.unit.steps.bench import FACTS, WEB, env, secrets, site


def told(condition: Any, members: Any = None, config: Any = None, **known: Any) -> bool:
    container = {**WEB, **(members or {})}
    here = site(container, config, **known)
    found = holds(condition, container, here)
    assert not here.notes.problems
    assert not here.notes.warnings
    return found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, False),
        ({"readonlyRootFilesystem": True}, True),
        ({"readonlyRootFilesystem": False}, False),
        ({"readonlyRootFilesystem": "true"}, False),
    ],
)
def test_read_only_root(members: Any, found: bool) -> None:
    assert told(ReadOnlyRoot(), members) is found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, False),
        ({"environment": env(A="")}, True),
        ({"secrets": secrets(A="arn")}, True),
        ({"environment": env(B="1"), "secrets": secrets(C="arn")}, False),
    ],
)
def test_variables(members: Any, found: bool) -> None:
    assert told(HasVariable("A"), members) is found
    assert told(LacksVariable("A"), members) is not found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, False),
        ({"dockerLabels": {"k": "v"}}, True),
        ({"dockerLabels": {"k": "w"}}, False),
        ({"dockerLabels": {"l": "v"}}, False),
    ],
)
def test_labels(members: Any, found: bool) -> None:
    assert told(Labelled("k", "v"), members) is found


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({}, True),
        ({"entryPoint": None}, True),
        ({"entryPoint": []}, True),
        ({"entryPoint": ["/e"]}, False),
    ],
)
def test_entry_point_absent(members: Any, found: bool) -> None:
    assert told(EntryPointAbsent(), members) is found
    assert told(EntryPointAbsent(), members, {"Entrypoint": ["/e"]}) is found


def test_architecture() -> None:
    assert told(Architecture("X86_64"))
    assert told(Architecture("X86_64"), architecture="X86_64")
    assert told(Architecture("ARM64"), architecture="ARM64")
    assert not told(Architecture("ARM64"))
    assert not told(Architecture("X86_64"), architecture="ARM64")


def test_router() -> None:
    assert not told(Router())
    assert told(Router(), facts={**FACTS, "router.reused": "logs"})


@pytest.mark.parametrize(
    ("user", "image", "found"),
    [
        ("0", None, True),
        ("root", None, True),
        ("0:0", None, True),
        ("root:staff", None, True),
        ("1000", None, False),
        ("web", {"User": "root"}, False),
        ("", {"User": "1000"}, False),
        (None, {"User": "1000"}, False),
        (None, {"User": "0"}, True),
        (None, {"User": ""}, True),
        (None, {}, True),
    ],
)
def test_runs_as_root(user: str | None, image: Any, found: bool) -> None:
    members = {} if user is None else {"user": user}
    assert told(RunsAsRoot(), members, image) is found


def test_whether_a_container_runs_as_root_has_to_be_known() -> None:
    here = site(WEB)
    assert holds(RunsAsRoot(), WEB, here) is False
    (problem,) = here.notes.problems
    assert problem.address == "c[0].user"
    assert "may run as root or not" in problem.message
    assert problem.fixes[0] == 'write its "user"'
    assert "fargate-instrument lock web:1" in problem.fixes[1]
