"""JSON without loss: what is read is written back, what is no JSON says where."""

from __future__ import annotations

import _json
import json
import runpy
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fargate_instrument.core import jsonfault, jsontext
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.jsonfault import first
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


FAULTS = {
    "": "",
    " ": "",
    "nul": "a value is expected (line 1, column 1)",
    "'a'": "a value is expected (line 1, column 1)",
    "[": "a value is expected (line 1, column 2)",
    '{"a":}': "a value is expected (line 1, column 6)",
    "\u0661": "a value is expected (line 1, column 1)",
    "-": "a value is expected (line 1, column 1)",
    "NaN": "NaN is no JSON number (line 1, column 1)",
    "[ -Infinity]": "-Infinity is no JSON number (line 1, column 3)",
    "[1] 2": "more follows the value (line 1, column 5)",
    "01": "more follows the value (line 1, column 2)",
    "1.": "more follows the value (line 1, column 2)",
    "1\u00a0": "more follows the value (line 1, column 2)",
    "[1 2]": '"," or "]" is expected (line 1, column 4)',
    '{"a":1': '"," or "}" is expected (line 1, column 7)',
    "[\n1,]": '"," stands before "]" (line 2, column 2)',
    '{"a":1, }': '"," stands before "}" (line 1, column 7)',
    "{": "a key in double quotes is expected (line 1, column 2)",
    '{"a":1, 2}': "a key in double quotes is expected (line 1, column 9)",
    '{"a" 1}': '":" is expected (line 1, column 6)',
    '["a': "a text has no closing quote (line 1, column 2)",
    '["\\x"]': "this is no escape (line 1, column 3)",
    '["\\u12"]': "this is no escape (line 1, column 3)",
    '["\t"]': "a control character must be written as an escape (line 1, column 3)",
}


@CORES
@pytest.mark.parametrize("text", FAULTS)
def test_every_python_says_the_same_of_what_is_no_json(text: str, core: str) -> None:
    what = (
        f"is not JSON: {FAULTS[text]}" if text.strip() else "is empty, JSON is expected"
    )
    assert said(text) == f"here: {what}", core


def test_a_byte_order_mark_is_named() -> None:
    assert said("\ufeff1").endswith("\n  remove the byte order mark at its start")


def refuse(name: str) -> None:
    raise ValueError(name)


pieces = st.sampled_from(
    [
        *'[]{}",:-\\/ \t\n0159.eEutn\u0661\u00a0\u00e9\x1f',
        *("true", "null", "NaN", "Infinity", '"a"', "\\u00e9", "\\n"),
        *("{}", "[1]", '"b":'),
    ]
)
seen = {True: 0, False: 0}


@given(st.lists(pieces, max_size=12).map("".join) | st.text(max_size=8))
@example('[[1, {"a": [-0.5e+3, false]}, "\\u00e9"]]')
@example('{"a":1,"b":[{},[]]}')
def test_a_fault_is_found_exactly_where_there_is_one(text: str) -> None:
    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        good = False
    else:
        good = True
    seen[good] += 1
    assert (first(text, jsontext.MAX_DEPTH) == "") is good


def test_texts_with_and_without_faults_were_seen() -> None:
    assert min(seen.values()) >= 2, seen


@CORES
def test_too_deep_comes_before_a_fault_that_lies_deeper(core: str) -> None:
    for depth in (65, 2_000, 100_000):
        assert "nested deeper" in said("[" * depth + "!"), core
    assert said("!" + "[" * 2_000).startswith("here: is not JSON: a value"), core
    assert "column 65" in said("[" * 64 + "!"), core


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


def test_the_core_of_this_python_is_used() -> None:
    if sys.implementation.name != "cpython":
        pytest.skip("only CPython has the compiled core")
    assert jsontext.make_scanner is not None


OTHER_CORES: dict[str, dict[str, Any]] = {
    "takes other arguments": {"make_encoder": lambda: None},
    "asks for more": {"make_scanner": lambda context: context.an_attribute},
    "reads no pairs": {"make_scanner": lambda _: lambda text, _: ({}, len(text))},
    "reads on": {"make_scanner": lambda _: lambda text, _: (json.loads(text), 0)},
    "writes spaces": {"make_encoder": lambda *_: lambda value, _: [json.dumps(value)]},
    "writes text": {"make_encoder": lambda *_: lambda _value, _indent: 5},
    "is another": {"encode_basestring_ascii": None},
}


@pytest.mark.parametrize("which", OTHER_CORES)
def test_a_core_of_another_kind_is_not_used(
    monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    names = ("make_scanner", "make_encoder", "encode_basestring_ascii")
    core = {name: getattr(_json, name) for name in names} | OTHER_CORES[which]
    monkeypatch.setitem(sys.modules, "_json", SimpleNamespace(**core))
    made = runpy.run_path(jsontext.__file__)
    assert made["make_scanner"] is None
    assert (
        made["dump"]({"b": 1, "a": made["parse"]("[1.0]", "x")}) == '{"a":[1.0],"b":1}'
    )


@pytest.mark.parametrize("version", [(3, 10), (3, 14), (4, 0)])
def test_no_version_is_asked(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert runpy.run_path(jsontext.__file__)["make_scanner"] is not None


@pytest.mark.parametrize("text", ["nul", "NaN"])
def test_a_fault_that_only_json_sees_is_told(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(jsonfault, "first", lambda *_: "")
    assert said(text).startswith("here: is not JSON: ")
