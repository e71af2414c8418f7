"""Steps on volumes: what a container sees of others' files."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.recipe import SIDECAR, AddMountPoint, Fact, MountFrom
from tests.unit.steps.bench import changed, problem, untouched, warning


def entry(source: str, **more: Any) -> dict[str, Any]:
    return {"sourceContainer": source, **more}


def test_another_containers_volumes_are_mounted_once() -> None:
    step = MountFrom(SIDECAR, read_only=True)
    wanted = entry("agent", readOnly=True)
    assert changed(step, {}) == {"volumesFrom": [wanted]}
    other = entry("x")
    assert changed(step, {"volumesFrom": [other]}) == {"volumesFrom": [other, wanted]}
    untouched(step, {"volumesFrom": [wanted]})
    untouched(step, {"volumesFrom": [entry("agent", readOnly=False)]})
    untouched(step, {"volumesFrom": [entry("agent")]})


def test_the_way_of_mounting_may_matter() -> None:
    step = MountFrom("agent", read_only=False, enforce=True)
    untouched(step, {"volumesFrom": [entry("agent")]})
    untouched(step, {"volumesFrom": [entry("agent", readOnly=False)]})
    there = {"volumesFrom": [entry("x"), entry("agent", readOnly=True)]}
    made, place, said = warning(step, there)
    assert made["volumesFrom"] == [entry("x"), entry("agent", readOnly=False)]
    assert place == "c[0].volumesFrom[1]"
    assert said.endswith("mounted agent with the other readOnly; the agent needs false")


def point(volume: str, path: str, **more: Any) -> dict[str, Any]:
    return {"containerPath": path, "sourceVolume": volume, **more}


@pytest.mark.parametrize("read_only", [True, False])
def test_a_volume_is_mounted_once(read_only: bool) -> None:
    step = AddMountPoint("v", "/p", read_only)
    wanted = point("v", "/p", readOnly=read_only)
    other = point("w", "/q")
    assert changed(step, {}) == {"mountPoints": [wanted]}
    assert changed(step, {"mountPoints": [other]}) == {"mountPoints": [other, wanted]}
    untouched(step, {"mountPoints": [other, wanted]})


def test_names_and_paths_are_made_of_facts() -> None:
    step = AddMountPoint(("v-", Fact("target.name")), ("/p/", Fact("container.name")))
    wanted = point("v-web", "/p/web", readOnly=False)
    assert changed(step, {}) == {"mountPoints": [wanted]}


def test_a_path_that_is_taken_is_a_problem() -> None:
    there = {"mountPoints": [point("w", "/q"), point("w", "/p")]}
    place, said = problem(AddMountPoint("v", "/p"), there)
    assert place == "c[0].mountPoints[1]"
    assert "mounts another volume at /p, which the agent needs" in said
