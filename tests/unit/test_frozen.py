"""Records: values that never change, made of the annotations of their class."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from fargate_instrument.core.frozen import Frozen
from tests.program import CHECKOUT


class Pair(Frozen):
    left: int
    right: int = 2


class Triple(Pair):
    third: int = 3


class Renamed(Triple):
    """A class of its own without a field of its own."""


def test_a_record_is_a_value() -> None:
    assert Pair(1) == Pair(left=1, right=2) != Pair(1, 3)
    assert Pair(1) != Triple(1)
    assert Triple(1) != Renamed(1)
    assert {Pair(1), Pair(1, 2)} == {Pair(1)}
    assert repr(Triple(1)) == "Triple(left=1, right=2, third=3)"
    assert repr(Renamed(1)) == "Renamed(left=1, right=2, third=3)"
    assert Triple(1).replace(third=4) == Triple(1, 2, 4)


def test_a_record_is_frozen() -> None:
    pair = Pair(1)
    with pytest.raises(AttributeError, match=r"Pair\.left is read-only"):
        pair.left = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"Pair\.left is read-only"):
        del pair.left


@pytest.mark.parametrize(
    ("values", "named"),
    [((1, 2, 3), {}), ((1,), {"left": 1}), ((1,), {"x": 1}), ((), {})],
)
def test_a_record_takes_its_fields_alone(
    values: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="Pair"):
        Pair(*values, **named)


class Lazy(type):
    """Gives a class its annotations only when they are asked for, as Python 3.14."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Lazy:
        fields = body.pop("__annotations__")
        return super().__new__(cls, name, bases, {**body, "later": fields})

    @property
    def __annotations__(cls) -> dict[str, Any]:  # type: ignore[override]  # as there
        found: dict[str, Any] = vars(cls)["later"]
        return found


def test_annotations_that_are_made_when_they_are_asked_for() -> None:
    class Later(Frozen, metaclass=Lazy):
        one: int
        two: int = 2

    assert "__annotations__" not in vars(Later)
    assert repr(Later(1)) == "Later(one=1, two=2)"


def test_every_module_with_records_has_annotations_as_text() -> None:
    """So none is evaluated where its names are known to type checkers alone."""
    seen = 0
    for path in sorted((CHECKOUT / "fargate_instrument").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = [one for one in tree.body if isinstance(one, ast.ClassDef)]
        if any("Frozen" in map(ast.unparse, one.bases) for one in classes):
            seen += 1
            imports = [one for one in tree.body if isinstance(one, ast.ImportFrom)]
            assert "__future__" in {one.module for one in imports}, path
    assert seen >= 10
