"""What the program instruments, the audit recognises: every golden of every agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.audit.verdict import (
    BARE,
    INSTRUMENTED,
    SKIPPED,
    UNSURE,
    verdict,
)
from fargate_instrument.core import agents, pipeline

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


SITUATIONS = sorted(
    path.parent
    for path in GOLDEN.glob("*/*/query.json")
    if (path.parent / "expected.json").is_file()
    and _read(path).get("errors") != "report"
)


IN_COMMAND = {"php_command_form", "wrap_command"}
"""Situations in which the launcher is put into command, behind the image's own."""


RECIPES = [path for path in SITUATIONS if path.parent.name == "custom"]
"""Situations with an agent that is nobody's here: its recipe stands in the query."""


def results(
    situation: Path, **more: str
) -> list[tuple[tuple[str, ...], dict[str, str]]]:
    """Run a golden's query; give agents and result, of a batch each one."""
    query = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in _read(situation / "query.json").items()
    }
    made = pipeline.run({**query, **more})
    batch: dict[str, Any] = json.loads(made["task_definitions"] or "{}")
    stack = json.loads(query.get("agents") or "[]") or [query]
    asked = tuple(layer["agent"] for layer in stack)
    found = [(asked, one) for one in (batch.values() if batch else [made])]
    assert found
    return found


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize(
    "situation",
    [path for path in SITUATIONS if path not in RECIPES],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_what_was_instrumented_is_recognised(situation: Path, provenance: str) -> None:
    images = _read(situation / "query.json").get("image_configs") or {}
    in_command = situation.name in IN_COMMAND
    told = {INSTRUMENTED, UNSURE} if in_command else {INSTRUMENTED}
    for asked, made in results(situation, provenance=provenance, checks="off"):
        containers = _list(made["container_definitions"])
        task = {"pidMode": made["pid_mode"] or None, "imageConfigs": images}
        found = verdict(containers, task, asked)
        by_name = {one.name: one for one in found.containers}
        for name in _list(made["instrumented"]):
            assert by_name[name].status in told, by_name[name]
            assert in_command or set(asked) <= set(by_name[name].agents)
        for one in found.containers:
            assert one.status in {*told, SKIPPED} or _skips(made, one.name)


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize("situation", RECIPES, ids=lambda path: path.name)
def test_what_a_recipe_of_nobody_s_here_starts_proves_nothing(
    situation: Path, provenance: str
) -> None:
    for _, made in results(situation, provenance=provenance, checks="off"):
        containers = _list(made["container_definitions"])
        found = verdict(containers, {"pidMode": made["pid_mode"] or None})
        outermost = {
            one["name"]
            for one in containers
            if (one.get("entryPoint") or [""])[0].startswith("/opt/acme/")
        }
        assert outermost
        for one in found.containers:
            assert "acme" not in one.agents
            assert one.name not in outermost or one.status == BARE, one


@pytest.mark.parametrize("name", sorted(IN_COMMAND))
def test_a_launcher_in_command_counts_where_the_image_starts_nothing(name: str) -> None:
    for _, made in results(GOLDEN / "prisma_cloud" / name, checks="off"):
        containers = _list(made["container_definitions"])
        images = {one["image"]: {"Entrypoint": None} for one in containers}
        found = verdict(containers, {"imageConfigs": images})
        for container, one in zip(containers, found.containers, strict=True):
            assert one.status == INSTRUMENTED or "entryPoint" in container


def _list(value: Any) -> list[Any]:
    found: list[Any] = json.loads(value) if isinstance(value, str) else value
    return found


def _skips(made: dict[str, str], name: str) -> bool:
    return name in {skipped["name"] for skipped in _list(made["skipped"])}


def test_there_are_goldens_of_every_agent() -> None:
    assert {path.parent.name for path in SITUATIONS} >= set(agents.NAMES)
