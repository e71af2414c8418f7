"""Words of a shell line: there and back, and lines that are more than words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core.shell import quoted, words

TEXTS = st.text("ab '\"\\$&;\n~é", max_size=5)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_is_quoted_is_read_back(items: list[str]) -> None:
    assert words(" ".join(map(quoted, items))) == items


@given(TEXTS)
def test_any_line_is_read_in_its_only_form_or_not_at_all(line: str) -> None:
    found = words(line)
    assert found is None or " ".join(map(quoted, found)) == line


@pytest.mark.parametrize(
    "line",
    ["", " ", "a ", "a  b", " a", "'a", "'a'b", "'a' ", "a'b'", "a;", "$A", "'a'  b"],
)
def test_a_line_that_is_more_than_quoted_words(line: str) -> None:
    assert words(line) is None
