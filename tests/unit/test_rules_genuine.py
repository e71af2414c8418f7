"""No false alarm on definitions that vendors' own tools made or took."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.commands.check import check_document

VENDOR = Path(__file__).parents[1] / "golden" / "vendor"
FILES = sorted(path for path in VENDOR.glob("*/**/*.json") if path.name != "cases.json")
ALWAYS_TRUE = {"N6", "H20"}
"""Empty variables and tokens in plain text, which most of the vendors' output has."""

TRUE_BREACHES = {
    # An excerpt: its log router stands in another part of the task definition.
    "prisma_cloud/php_command_form/containers.json": {"R14"},
    # Its sidecar has no size of its own.
    "prisma_cloud/webserver/expected.json": {"H17"},
    # The vendor's tool adds its sidecar a second time.
    "sysdig/observed/already_instrumented/expected.json": {"R2"},
    # It depends on a container that is not there, has a member of no known API, and
    # a log router that logs to itself; wrapping it all makes it no better.
    "sysdig/observed/passthrough_fields/input.json": {"R8", "S1", "H19"},
    "sysdig/observed/passthrough_fields/expected.json": {"R8", "S1", "H19", "H11"},
    # SYS_PTRACE is added and ALL is dropped.
    "sysdig/observed/caps_existing_ptrace/input.json": {"H16"},
    "sysdig/observed/caps_existing_ptrace/expected.json": {"H16"},
    # The vendor's tool could not look the image up, and wraps nothing.
    "sysdig/observed/lookup_fails/expected.json": {"H9"},
    "sysdig/observed/null_entrypoint_and_command/expected.json": {"H9"},
    "sysdig/observed/env_merge_sort_overwrite/input.json": {"H18"},
}

GOLDEN = Path(__file__).parents[1] / "golden"
RESULTS = sorted(GOLDEN.glob("*/*/expected.json"))
TRUE_ERRORS = {
    # The vendors' own definitions of above, instrumented.
    "prisma_cloud/php_command_form": {"R14"},
    "sysdig/vendor_passthrough_fields": {"R8"},
}


def test_there_are_genuine_definitions() -> None:
    results = {f"{path.parent.parent.name}/{path.parent.name}" for path in RESULTS}
    assert set(TRUE_ERRORS) <= results
    names = {path.relative_to(VENDOR).as_posix() for path in FILES}
    assert set(TRUE_BREACHES) <= names
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(VENDOR).as_posix())
def test_only_true_breaches_are_found(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    found = check_document(document, path.name)
    spoken = {one.rule for one in found if one.severity != "note"} - ALWAYS_TRUE
    name = path.relative_to(VENDOR).as_posix()
    assert spoken == TRUE_BREACHES.get(name, set())


def definitions(result: dict[str, Any]) -> list[Any]:
    """Give the container definitions of a result, or of each entry of a batch."""
    many = result.get("task_definitions") or {}
    batch = json.loads(many) if isinstance(many, str) else many
    texts = [result, *batch.values()]
    found = [text.get("container_definitions") or "[]" for text in texts]
    return [json.loads(one) if isinstance(one, str) else one for one in found]


@pytest.mark.parametrize(
    "path", RESULTS, ids=lambda p: f"{p.parent.parent.name}/{p.parent.name}"
)
def test_results_have_only_true_errors(path: Path) -> None:
    result = json.loads(path.read_text(encoding="utf-8"))
    spoken = {
        one.rule
        for containers in definitions(result)
        for one in (check_document(containers, path.name) if containers else ())
        if one.severity == "error"
    }
    name = f"{path.parent.parent.name}/{path.parent.name}"
    assert spoken == TRUE_ERRORS.get(name, set())
