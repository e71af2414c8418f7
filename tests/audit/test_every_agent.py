"""What the program instruments, the audit recognises: every golden of every agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fargate_instrument.audit.verdict import INSTRUMENTED, SKIPPED, verdict
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


def results(situation: Path, **more: str) -> list[tuple[str, dict[str, str]]]:
    """Run a golden's query; give agent and result, of a batch each one."""
    query = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in _read(situation / "query.json").items()
    }
    made = pipeline.run({**query, **more})
    if made["task_definitions"]:
        batch: dict[str, Any] = json.loads(made["task_definitions"])
        return [(query["agent"], one) for one in batch.values()]
    return [(query["agent"], made)]


@pytest.mark.parametrize("provenance", ["label", "off"])
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda path: path.name)
def test_what_was_instrumented_is_recognised(situation: Path, provenance: str) -> None:
    for agent, made in results(situation, provenance=provenance, checks="off"):
        containers = _list(made["container_definitions"])
        pid_mode = made["pid_mode"] or None
        found = verdict(containers, {"pidMode": pid_mode}, (agent,))
        by_name = {one.name: one for one in found.containers}
        for name in _list(made["instrumented"]):
            assert by_name[name].status == INSTRUMENTED, by_name[name]
            assert agent in by_name[name].agents
        for one in found.containers:
            assert one.status in (INSTRUMENTED, SKIPPED) or _skips(made, one.name)


def _list(value: Any) -> list[Any]:
    found: list[Any] = json.loads(value) if isinstance(value, str) else value
    return found


def _skips(made: dict[str, str], name: str) -> bool:
    return name in {skipped["name"] for skipped in _list(made["skipped"])}


def test_there_are_goldens_of_every_agent() -> None:
    assert {path.parent.name for path in SITUATIONS} >= set(agents.TABLE)
