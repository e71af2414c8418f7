"""The exact mode against what the vendor's own tool wrote, and how far it may differ.

The vendor's outputs are data under ``vendor``; nothing in this project writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.core.vendor_text import written
from tests.program import Run, run

VENDOR = Path(__file__).parent / "vendor"
CASES = {
    case["name"]: case
    for case in json.loads((VENDOR / "sysdig/cases.json").read_text(encoding="utf-8"))
}
PLACEHOLDER = {"priority": "security"}
"""The vendor's tests pass the word ``priority``, which its own schema refuses."""

USER_MAPS = ("dockerLabels", "options")
ALTERED_TEXT = ("shell_metacharacters", "whitespace_and_null_strings")
DOUBLED = ("caps_existing_ptrace",)
REFUSED = {
    "lookup_fails": 'what its image "img:1" runs is not known',
    "null_entrypoint_and_command": "has nothing to run",
    "error_invalid_json": "is not JSON",
    "error_env_missing_name": "has no name in entry 0 of environment",
}
TWICE = ("already_instrumented",)
SAME = sorted({*CASES} - {*ALTERED_TEXT, *DOUBLED, *REFUSED, *TWICE})


def _run(case: dict[str, Any]) -> Run:
    options = {**case["options"], "compatibility": "provider-v3"}
    if options["priority"] == "priority":
        options |= PLACEHOLDER
    query = {
        "agent": "sysdig",
        "options": options,
        "container_definitions": _text(case, case["input"]),
    }
    if "image_configs" in case:
        query["image_configs"] = case["image_configs"]
    return run(query)


def _text(case: dict[str, Any], name: str) -> str:
    path: Path = VENDOR / "sysdig" / case["folder"] / name
    return path.read_text(encoding="utf-8")


def _expected(case: dict[str, Any]) -> Any:
    containers = normal(json.loads(_text(case, "expected.json")))
    if case["options"]["priority"] == "priority":
        for container in containers:
            for entry in container["environment"]:
                if entry["name"] == "SYSDIG_PRIORITY":
                    assert entry["value"] == "priority"
                    entry["value"] = PLACEHOLDER["priority"]
    return containers


def normal(containers: Any) -> Any:
    """Lower first letters of keys, drop nulls, sort each environment by name."""
    made = _lowered(containers)
    for container in made:
        if "environment" in container:
            container["environment"].sort(key=lambda entry: entry["name"])
    return made


def _lowered(value: Any, users: bool = False) -> Any:
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        name = key if users else key[:1].lower() + key[1:]
        if item is not None:
            made[name] = _lowered(item, name in USER_MAPS)
    return made


@pytest.mark.parametrize("name", SAME)
def test_exact_mode_gives_the_vendors_output(name: str) -> None:
    case = CASES[name]
    assert normal(_run(case).containers) == _expected(case)


@pytest.mark.parametrize("name", ALTERED_TEXT)
def test_exact_mode_keeps_text_that_the_vendor_altered(name: str) -> None:
    case = CASES[name]
    done = _run(case)
    ours = normal(done.containers)
    source = normal(json.loads(_text(case, case["input"])))
    whole = source[0].get("entryPoint", []) + source[0].get("command", [])
    assert ours[0]["command"] == whole
    altered = [index for index, item in enumerate(whole) if written(item) != item]
    assert altered
    ours[0]["command"] = [written(item) for item in whole]
    assert ours == _expected(case)
    warned = [w for w in done.result["warnings"] if "wrote another text here" in w]
    assert warned == [
        f'container_definitions[0].command[{index}]: container "a": this stays as it'
        " is; the vendor's provider 3.9 wrote another text here"
        for index in altered
    ]


@pytest.mark.parametrize("name", DOUBLED)
def test_exact_mode_does_not_double_what_is_there(name: str) -> None:
    case = CASES[name]
    expected = _expected(case)
    added = expected[0]["linuxParameters"]["capabilities"]["add"]
    assert added == ["SYS_PTRACE", "SYS_PTRACE"]
    added.pop()
    assert normal(_run(case).containers) == expected


@pytest.mark.parametrize("name", TWICE)
def test_exact_mode_leaves_instrumented_containers_wrapped_once(name: str) -> None:
    case = CASES[name]
    done = _run(case)
    assert normal(done.containers) == normal(json.loads(_text(case, case["input"])))
    assert normal(done.containers) != _expected(case)


@pytest.mark.parametrize("name", REFUSED)
def test_exact_mode_refuses_what_would_not_run(name: str) -> None:
    assert REFUSED[name] in _run(CASES[name]).failure


def test_an_empty_priority_is_the_vendors_default() -> None:
    case = CASES["minimal_defaults"]
    without = {**case, "options": {**case["options"], "priority": ""}}
    assert _run(without).out == _run(case).out


def test_console_output_of_prisma_cloud_is_reproduced() -> None:
    folder = VENDOR / "prisma_cloud/webserver"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    before = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    defender = expected["containerDefinitions"][1]
    variables = {entry["name"]: entry["value"] for entry in defender["environment"]}
    done = run(
        {
            "agent": "prisma_cloud",
            "container_definitions": before,
            "provenance": "off",
            "checks": "off",
            "options": {
                "defender_image": defender["image"],
                "install_bundle": variables["INSTALL_BUNDLE"],
                "ws_address": variables["WS_ADDRESS"],
            },
        }
    )
    assert defender.pop("logConfiguration", ...) is None
    assert defender.pop("portMappings") == []
    assert done.containers == expected["containerDefinitions"]


def test_the_command_form_of_prisma_cloud_is_recognised_and_stays() -> None:
    folder = VENDOR / "prisma_cloud/php_command_form"
    text = (folder / "containers.json").read_text(encoding="utf-8")
    before = _lowered(json.loads(text))
    defender, php = before
    variables = {entry["name"]: entry["value"] for entry in defender["environment"]}
    for entry in php["environment"]:
        if entry["name"] == "TW_CONTAINER_NAME":
            entry["value"] = php["name"]  # a placeholder of the publication
    done = run(
        {
            "agent": "prisma_cloud",
            "container_definitions": before,
            "provenance": "off",
            "checks": "off",
            "task": {"family": variables["FARGATE_TASK"]},
            "options": {
                "defender_image": defender["image"],
                "install_bundle": variables["INSTALL_BUNDLE"],
                "ws_address": variables["WS_ADDRESS"],
                "filesystem_monitoring": True,
            },
        }
    )
    assert done.containers == before
    assert done.result["instrumented"] == ["php"]
