"""Bytes and the flat map of texts: what is a query, and how a result is written."""

from __future__ import annotations

import pytest

from fargate_instrument.core import protocol
from fargate_instrument.core.errors import Failure


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"[]", "is a list"),
        (b'{"a":1}', "a number"),
    ],
)
def test_a_query_that_is_none(data: bytes, says: str) -> None:
    with pytest.raises(Failure, match=says):
        protocol.read_query(data)


def test_a_query_without_what_says_nothing() -> None:
    assert protocol.read_query(b'{"a":"","b":null,"c":"d"}') == {"c": "d"}
    assert (
        protocol.write_result({"b": "\u00e9", "a": ""}) == b'{"a":"","b":"\\u00e9"}\n'
    )
