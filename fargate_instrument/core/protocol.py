"""The wire of Terraform's external data source: bytes to a flat map of strings.

Source: the external provider's documentation and observed behaviour of 2.x. It
writes one JSON object of strings without a final newline and reads the same.
"""

from __future__ import annotations

from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.core.jsontext import dump, kind, parse, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FIX = "the query is a JSON object of strings; use jsonencode(...) for anything else"


def read_query(data: bytes) -> dict[str, str]:
    """Decode the query. What is absent, ``null`` or ``""`` is left out.

    Raises Failure where it is not UTF-8, not one JSON object, or holds anything
    but strings.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fail(
            "stdin", f"is not UTF-8 at byte {error.start}", _FIX, fault="protocol"
        ) from None
    query = parse(text, "stdin", "protocol")
    if not isinstance(query, dict):
        raise fail(
            "stdin", f"is {kind(query)}, an object is expected", _FIX, fault="protocol"
        )
    problems = [
        Problem(
            place("query", key),
            f"is {kind(value)}, a string is expected",
            (_FIX,),
            "protocol",
        )
        for key, value in query.items()
        if value is not None and not isinstance(value, str)
    ]
    if problems:
        raise Failure(problems)
    return {key: value for key, value in query.items() if value}


def write_result(result: Mapping[str, str]) -> bytes:
    """Encode the result: ASCII, keys sorted, one line."""
    return dump(result).encode("ascii") + b"\n"
