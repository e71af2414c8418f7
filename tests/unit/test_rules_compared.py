"""The page that compares validators tells what this program and botocore do now.

cfn-lint is no dependency and takes long: ``tests/compare_validators.py --check`` asks
it, too, where it is installed.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import compare_validators
from tests.compare_validators import Count, botocore, cloudformation, count, ours
from tests.rule_cases import CASES


@pytest.fixture(scope="module")
def counts() -> list[Count]:
    return count({"fargate-instrument": ours, "botocore": botocore})


def column(title: str, name: str) -> list[int]:
    """Read one column of a table of the page."""
    lines = compare_validators.TARGET.read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {title} |"))
    header = [cell.strip() for cell in lines[start].strip("|").split("|")]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(line.strip("|").split("|"))
    return [int(row[header.index(name)]) for row in rows]


def with_total(numbers: list[int]) -> list[int]:
    return [*numbers, sum(numbers)]


def test_this_program_catches_everything_and_objects_to_nothing(
    counts: list[Count],
) -> None:
    assert all(row.caught["fargate-instrument"] == row.broken for row in counts)
    assert not any(row.alarms["fargate-instrument"] for row in counts)


@pytest.mark.parametrize("name", ["fargate-instrument", "botocore"])
def test_page_tells_what_is_so(counts: list[Count], name: str) -> None:
    broken, sound = "Broken definitions", "Sound definitions"
    assert column(broken, "Number") == with_total([row.broken for row in counts])
    assert column(broken, name) == with_total([row.caught[name] for row in counts])
    assert column(sound, "Number") == with_total([row.sound for row in counts])
    assert column(sound, name) == with_total([row.alarms[name] for row in counts])


def test_template_has_the_same_values_under_other_names() -> None:
    def leaves(value: Any) -> list[str]:
        if isinstance(value, dict):
            return sorted(leaf for item in value.values() for leaf in leaves(item))
        if isinstance(value, list):
            return sorted(leaf for item in value for leaf in leaves(item))
        return [json.dumps(value)]

    for broken, sound in CASES.values():
        for case in broken + sound:
            task = cloudformation(case.definition)["Resources"]["Task"]
            assert task["Type"] == "AWS::ECS::TaskDefinition"
            assert leaves(task["Properties"]) == leaves(case.definition)
    efs = CASES["R24"][0][0].definition
    properties = cloudformation(efs)["Resources"]["Task"]["Properties"]
    assert "FilesystemId" in properties["Volumes"][0]["EFSVolumeConfiguration"]
