"""The WWW-Authenticate header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.registry.challenge import Challenge, parse, preferred

TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.", min_size=1)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("Basic", [Challenge("basic")]),
        ('Basic realm="a b"', [Challenge("basic", {"realm": "a b"})]),
        (
            'Bearer realm="https://a/t",service="s",scope="r:x:pull,push"',
            [
                Challenge(
                    "bearer",
                    {"realm": "https://a/t", "service": "s", "scope": "r:x:pull,push"},
                )
            ],
        ),
        (
            'Negotiate YWJj==, Basic realm=plain , Bearer realm = "x"',
            [
                Challenge("negotiate"),
                Challenge("basic", {"realm": "plain"}),
                Challenge("bearer", {"realm": "x"}),
            ],
        ),
        ('realm="no scheme"', []),
        ('Bearer realm="open', [Challenge("bearer"), Challenge("realm")][:1]),
    ],
)
def test_examples(header: str, expected: list[Challenge]) -> None:
    assert parse(header) == expected


def test_bearer_is_preferred_and_basic_is_taken() -> None:
    both = preferred('Basic realm="a", Bearer realm="b"')
    assert both == Challenge("bearer", {"realm": "b"})
    assert preferred('Basic realm="a"') == Challenge("basic", {"realm": "a"})
    assert preferred("Digest realm=a") is None


@given(
    st.lists(
        st.tuples(TOKENS, st.dictionaries(TOKENS.map(str.lower), VALUES, min_size=1)),
        max_size=3,
    )
)
def test_what_is_written_is_read(made: list[tuple[str, dict[str, str]]]) -> None:
    header = ", ".join(
        f"{scheme} " + ", ".join(f'{key}="{quote(v)}"' for key, v in pairs.items())
        for scheme, pairs in made
    )
    assert parse(header) == [Challenge(scheme.lower(), pairs) for scheme, pairs in made]


@given(st.text())
def test_any_text_is_read_without_complaint(header: str) -> None:
    for one in parse(header):
        assert one.scheme


def quote(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
