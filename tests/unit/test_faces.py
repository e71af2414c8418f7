"""Terraform modules from options: every kind of option, names, widths, beginnings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core.agents import NAMES, Agent, Marks, Option, load
from fargate_instrument.core.options import KINDS
from fargate_instrument.models import faces, hcl_text, variables
from tests.modules.configuration import CHECKOUT, parse

if TYPE_CHECKING:
    from pathlib import Path

ALL = (*KINDS, "choice", "object")
LONG = " ".join(["word"] * 40)


def _option(kind: Any) -> Option:
    values = ("one", "two") if kind == "choice" else ()
    members = (Option("size", "count", "Size."),) if kind == "object" else ()
    name = f"the_{kind}"
    return Option(name, kind, "What it is.", values=values, members=members)


def _agent(*options: Option, name: str = "new_agent") -> Agent:
    sample = {option.name: "x" for option in options if option.required}
    return Agent(name, "New", "New agent", Marks(), options, samples=(sample,))


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(
    "more", [{}, {"required": True}, {"secret": True}, {"doc": LONG}]
)
def test_a_variable_of_every_kind_is_terraform(kind: str, more: dict[str, Any]) -> None:
    option = _option(kind).replace(**more)
    text = variables.variable(option)
    body = parse(text)["variable"][0][option.name]
    assert ("default" in body) is not option.required
    assert body.get("sensitive", False) is option.secret
    assert max(map(len, text.splitlines())) <= hcl_text.WIDTH
    rules = body.get("validation", [])
    assert len(rules) == len(variables.validations(option))
    assert all(f"var.{option.name}" in str(rule["condition"]) for rule in rules)
    assert len(variables.refusals(option)) >= len(rules)


def test_a_text_with_documented_values_takes_no_other() -> None:
    option = Option("level", "text", "Level.", values=("low", "high"))
    (rule,) = variables.validations(option)
    wanted = 'contains(["low", "high"], var.level)'
    assert rule.condition == f"var.level == null ? true : {wanted}"
    assert rule.message == 'level must be "low" or "high".'


@pytest.mark.parametrize("name", sorted(faces.RESERVED | {"task", "label"}))
def test_a_name_that_no_variable_may_have_is_told(name: str) -> None:
    with pytest.raises(ValueError, match=f"no variable of new_agent can be {name}"):
        faces.options(_agent(Option(name, "text", "Taken.")))


def test_a_group_of_options_that_stand_alone_is_no_variable() -> None:
    size = Option("size", "count", "Size.")
    group = Option("sidecar", "object", "Both.", members=(size,))
    assert list(faces.options(_agent(size, group))) == ["size"]
    assert list(faces.options(_agent(group))) == ["sidecar"]


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_passed_on_under_its_own_name(name: str) -> None:
    if name in faces.WITHOUT:
        return
    agent = load(name)
    text = (CHECKOUT / faces.folder(name) / "main.tf").read_text(encoding="utf-8")
    for own, option in faces.options(agent).items():
        assert re.search(rf"\b{own} += (var|local)\.{option.name}\b", text), own


def test_a_new_agent_needs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = _agent(Option("image", "needed_text", "Image.", required=True))
    monkeypatch.setattr(faces, "_agents", lambda: [agent])
    folder = faces.folder("new_agent")
    assert folder.as_posix() == "modules/new-agent"
    made: dict[Path, str] = faces.files() | faces.beginnings()
    assert {path.name for path in made if folder in path.parents} == {
        *("main.tf", "outputs.tf", "variables.tf", "versions.tf"),
        *("refusals.tftest.hcl", "README.md"),
    }
    assert 'run "image_refused"' in made[folder / "tests/refusals.tftest.hcl"]
    assert 'image                 = "x"' in made[folder / "README.md"]


def test_every_kind_is_tried() -> None:
    assert {*variables.TYPES} <= {*ALL}
    assert {option.kind for name in NAMES for option in load(name).options} <= {*ALL}


def test_no_line_is_wider_than_a_screen() -> None:
    lines = [line for text in faces.files().values() for line in text.splitlines()]
    assert len(lines) > 1000
    assert [line for line in lines if len(line) > hcl_text.WIDTH] == []
