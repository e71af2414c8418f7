"""The security pages: the tests they name are there, and so is the way to report."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.docs.pages import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL: Final = (CHECKOUT / "docs/explanation/security.md").read_text(encoding="utf-8")
POLICY: Final = (CHECKOUT / "SECURITY.md").read_text(encoding="utf-8")
NAMED: Final = re.findall(r"^- `(tests/[\w/]+\.py)::([\w:]+)`$", MODEL, re.MULTILINE)


def written_in(file: str) -> Iterator[str]:
    """Name the tests of a file as pytest does, without parameters."""
    body = ast.parse((CHECKOUT / file).read_text(encoding="utf-8")).body
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}::{inner.name}"


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_every_test_that_is_named_is_there(file: str, name: str) -> None:
    assert name in set(written_in(file))


def test_every_line_that_names_a_test_is_read() -> None:
    assert len(NAMED) == MODEL.count("- `tests/")
    assert len(NAMED) == MODEL.count("::test_")
    assert len(set(NAMED)) == len(NAMED)


def test_the_policy_says_how_to_report_and_where_the_model_is() -> None:
    assert "/security/advisories/new" in POLICY
    assert "(docs/explanation/security.md)" in POLICY
    assert "(../../SECURITY.md)" in MODEL
