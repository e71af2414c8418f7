"""JSON without loss: what is read is written back, what is no JSON says where."""

from __future__ import annotations

import json
import runpy
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.core import jsontext
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.jsontext import Number, dump, kind, parse, place

CORES = pytest.mark.parametrize("core", ["compiled", "none"])


@pytest.fixture(autouse=True)
def _core(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as on a Python without a compiled core where a test asks for it."""
    if "core" in request.fixturenames and request.getfixturevalue("core") == "none":
        monkeypatch.setattr(jsontext, "make_scanner", None)


def said(text: str) -> str:
    with pytest.raises(Failure) as caught:
        parse(text, "here")
    return str(caught.value)


@CORES
@pytest.mark.parametrize(
    "text",
    ["1.0", "1.10", "1e5", "1E+5", "-0", "0", "-5", "12345678901234567890", "9" * 5000],
)
def test_numbers_come_back_as_they_stood(text: str, core: str) -> None:
    for whole in (text, f"[{text},{{}}]", f'{{"a":{text},"b":"#0#"}}'):
        assert dump(parse(whole, "here")) == whole, core


@CORES
@pytest.mark.parametrize(
    "text", ["nul", "[1,]", '{"a":}', "'a'", "NaN", "-Infinity", "[1] 2", "\ufeff1", ""]
)
def test_what_is_no_json_says_so(text: str, core: str) -> None:
    assert said(text).startswith("here: is "), core


def test_line_and_column() -> None:
    assert "(line 2, column 3)" in said("[\n1,]") or "line 2" in said("[\n1,]")


@CORES
def test_twice_and_surrogates(core: str) -> None:
    assert said('{"a":{"b":1,"b":2,"é":3,"é":4}}') == (
        "here.a.b: this key stands twice in one object\n  keep one of the two\n"
        'here.a["\\\\xe9"]: this key stands twice in one object\n'
        "  keep one of the two"
    ), core
    assert said('["\\ud800"]') == "here[0]: holds half of a surrogate pair"
    assert "its key holds half" in said('{"\\udfff":1}')
    assert parse('"\\ud83d\\ude00"', "here") == "\U0001f600"
    assert parse('"\\\\ud800"', "here") == "\\ud800"


@CORES
def test_nesting(core: str) -> None:
    deep = "[" * 64 + "]" * 64
    assert parse(deep, "here") is not None, core
    for text in (f"[{deep}]", "[" * 100_000 + "]" * 100_000):
        assert "nested deeper" in said(text)
    wide = "[" + ",".join(["{}"] * 100) + "]"
    assert len(parse(wide, "here")) == 100


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_dump_is_json_with_sorted_keys(value: Any) -> None:
    assert dump(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert dump(value, indent=2) == json.dumps(value, sort_keys=True, indent=2)
    assert parse(dump(value), "here") == value


def test_dump_with_numbers_inside() -> None:
    value = {"b": [Number("1.0"), {}, [], ()], "a": Number("1e5")}
    assert dump(value) == '{"a":1e5,"b":[1.0,{},[],[]]}'
    assert dump(value, indent=1) == json.dumps(
        {"a": 100000.0, "b": [1.0, {}, [], []]}, indent=1
    ).replace("100000.0", "1e5")
    with pytest.raises(TypeError, match="set is no JSON value"):
        dump([{1}])


def test_numbers_are_values() -> None:
    assert Number("1.0") == Number("1.0") != Number("1.00")
    assert Number("1.0") != 1.0
    assert {Number("1.0"), Number("1.0")} == {Number("1.0")}
    assert repr(Number("1.0")) == "Number(1.0)"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "a number"),
        (Number("1.0"), "a number"),
        ("", "text"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_kinds(value: object, name: str) -> None:
    assert kind(value) == name


def test_places() -> None:
    assert place("a", 1) == "a[1]"
    assert place("a", "b") == "a.b"
    assert place("", "b") == "b"
    assert place("a", "b c") == 'a["b c"]'


def test_a_python_without_a_compiled_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_json", None)
    names = runpy.run_path(jsontext.__file__)
    assert names["make_scanner"] is None
    assert names["dump"]({"a": names["parse"]("[1.0]", "here")}) == '{"a":[1.0]}'


@pytest.mark.parametrize("other", ["pypy", "a later one"])
def test_another_python(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    if other == "pypy":
        monkeypatch.setattr(sys.implementation, "name", other)
    else:
        monkeypatch.setattr(sys, "version_info", (4, 0))
    assert runpy.run_path(jsontext.__file__)["make_scanner"] is None
