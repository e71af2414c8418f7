"""What is generated is fresh: ECS's shapes from botocore, the page from the table."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import botocore
import pytest

from fargate_instrument.core import ecs_model
from tests.generate import ecs_model as model_generator
from tests.generate import rules_page

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

GENERATORS = [model_generator, rules_page]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.TARGET.name)
def test_generated_file_is_fresh(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out
    assert "is fresh" in capsys.readouterr().out


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.TARGET.name)
def test_stale_file_is_noticed_and_written_anew(
    generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = generator.TARGET.read_text(encoding="utf-8")
    copy = tmp_path / generator.TARGET.name
    monkeypatch.setattr(generator, "TARGET", copy)
    assert generator.main(["--check"]) == 1, "a missing file is stale"
    changed = fresh.replace("dependsOn", "dependsUpon", 1)
    assert changed != fresh
    copy.write_text(changed, encoding="utf-8")
    assert generator.main(["--check"]) == 1
    assert generator.main(["--write"]) == 0
    assert generator.main(["--check"]) == 0
    assert copy.read_text(encoding="utf-8").splitlines()[1:] == fresh.splitlines()[1:]


def test_shapes_say_where_they_come_from() -> None:
    name, version, model = ecs_model.SOURCE.split()
    assert (name, model) == ("botocore", "ecs/2014-11-13")
    assert version.count(".") == 2
    assert botocore.__version__.split(".")[0] == version.split(".")[0]


def test_shapes_are_plain_data() -> None:
    """Every table is a literal, so that the file cannot do anything but be read."""
    tree = ast.parse((model_generator.TARGET).read_text(encoding="utf-8"))
    tables = [node for node in tree.body if isinstance(node, ast.AnnAssign)]
    assert {ast.unparse(table.target) for table in tables} == set(model_generator.TYPES)
    for table in tables:
        assert table.value is not None
        ast.literal_eval(table.value)


def test_every_type_is_known() -> None:
    def known(kind: object) -> bool:
        if isinstance(kind, list):
            return len(kind) == 1 and known(kind[0])
        if isinstance(kind, dict):
            return set(kind) == {"*"} and known(kind["*"])
        return kind in ecs_model.SHAPES or kind in {"string", "integer", "boolean"}

    for shape, members in ecs_model.SHAPES.items():
        assert all(known(kind) for kind in members.values()), shape
        assert set(ecs_model.REQUIRED.get(shape, ())) <= set(members)
        assert set(ecs_model.ENUMS.get(shape, ())) <= set(members)
    assert len(ecs_model.SHAPES["ContainerDefinition"]) >= 42
