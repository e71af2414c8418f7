"""The external provider's protocol, row by row, against the program as a process."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest

from tests.program import KEYS, Run, asked, flat, launch
from tests.terraform_rig.go_json import GoJSONError, flat_object

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
ASK = flat(asked("sysdig", [WEB], provenance="off"))


def go_bytes(query: dict[str, str]) -> bytes:
    """Write a query as Go's encoder does: sorted, compact, no final line feed."""
    text = json.dumps(query, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def send(query: dict[str, str]) -> Run:
    return launch(go_bytes(query))


def assert_sound(done: Run) -> None:
    """Check all that every success owes the provider."""
    assert done.status == 0, done.err
    assert done.err == ""
    assert done.out.isascii()
    assert done.out.endswith(b"}\n")
    assert done.out.count(b"\n") == 1
    decoded = flat_object(done.out)
    assert decoded == json.loads(done.out)
    assert tuple(sorted(decoded or {})) == KEYS


def assert_failed(done: Run, *parts: str) -> None:
    """Check all that every failure owes the user."""
    assert done.status == 1
    assert done.out == b""
    for part in parts:
        assert part in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    first, *more = done.err.splitlines()
    assert re.match(r"\S+: \S", first)
    for line in more:
        assert line.startswith("  ") or re.match(r"\S+: \S", line)
    assert not re.search(r"\[[A-Za-z_]+\]", done.err)


# The provider's acceptance cases, as far as a program can show them


def test_a_query_value_comes_back() -> None:
    done = send(ASK)
    assert_sound(done)
    assert done.containers[0]["command"] == ["/web"]


def test_stderr_is_what_the_user_sees() -> None:
    assert_failed(
        send({**ASK, "agent": "nobody"}), 'agent: "nobody" is not a known agent'
    )


def test_an_empty_element_is_kept_as_such_and_means_absent() -> None:
    done = launch(go_bytes({**ASK, "include": "", "exclude": "", "checks": ""}))
    assert done.out == send(ASK).out


# What stands on stdin


def test_an_empty_query_lists_what_is_needed() -> None:
    assert_failed(launch(b"{}"), "agent: is needed", "container_definitions: is needed")


def test_characters_that_go_escapes_arrive_unharmed() -> None:
    text = 'a && b < c > "d" \u2028\u2029 é 😀 \x7f \t'
    containers = json.dumps([{**WEB, "command": [text]}], ensure_ascii=False)
    done = send({**ASK, "container_definitions": containers})
    assert_sound(done)
    assert done.containers[0]["command"] == ["/web", text]


def test_text_survives_the_cores_normal_form() -> None:
    text = unicodedata.normalize("NFC", "e\u0301")
    done = send({**ASK, "container_definitions": json.dumps([{**WEB, "user": text}])})
    assert done.containers[0]["user"] == text
    assert done.out.isascii()


@pytest.mark.parametrize("key", ["include", "exclude", "task", "image_configs"])
@pytest.mark.parametrize("nothing", [b"", b"null", b'""'])
def test_absent_null_and_empty_are_the_same(key: str, nothing: bytes) -> None:
    data = go_bytes(ASK)
    if nothing:
        data = data[:-1] + b',"' + key.encode() + b'":' + nothing + b"}"
    assert launch(data).out == send(ASK).out


def test_an_unknown_key_is_named() -> None:
    assert_failed(
        send({**ASK, "contaner_definitions": "x"}),
        "query.contaner_definitions: is not known",
        'did you mean "container_definitions"?',
    )


def test_five_mebibytes() -> None:
    labels = {f"label-{i}": "x" * 100 for i in range(45_000)}
    definitions = json.dumps([{**WEB, "dockerLabels": labels}])
    assert len(definitions) > 5 * 2**20
    done = send({**ASK, "container_definitions": definitions, "checks": "off"})
    assert_sound(done)
    assert len(done.containers[0]["dockerLabels"]) == 45_000


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", "is not JSON"),
        (b"{'a': '1'}", "is not JSON"),
        (b'{"agent":"sysdig",}', "is not JSON"),
        (b'{"agent":"sysdig"', "is not JSON"),
        (b'{"agent":"sysdig"}{}', "is not JSON"),
        (b'{"agent":NaN}', "is not JSON"),
        (b'{"agent":"a\nb"}', "is not JSON"),
        (b"[]", "is a list"),
        (b'"x"', "is text"),
        (b"1", "is a number"),
        (b"true", "is a boolean"),
        (b"null", "is null"),
        (b'{"agent":"\xff"}', "is not UTF-8 at byte 10"),
        (b'\xef\xbb\xbf{"agent":"x"}', "byte order mark"),
        ('{"agent":"x"}'.encode("utf-16"), "is not UTF-8"),
        (b'{"agent":"\\ud800"}', "half of a surrogate pair"),
        (b'{"agent":"a","agent":"b"}', "stands twice"),
        (b'{"a":' * 100_000, "stdin"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested deeper"),
    ],
)
def test_what_is_no_query_is_refused(data: bytes, says: str) -> None:
    done = launch(data)
    assert_failed(done, says)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"1", "a number"),
        (b"1.5", "a number"),
        (b"true", "a boolean"),
        (b"[]", "a list"),
        (b"{}", "an object"),
    ],
)
def test_a_value_that_is_no_string_is_named(value: bytes, kind: str) -> None:
    done = launch(b'{"agent":"sysdig","options":' + value + b"}")
    assert_failed(done, f"query.options: is {kind}, a string is expected")


def test_all_problems_are_there_and_sorted() -> None:
    options = json.dumps({"workload_agent_image": "x", "priority": "p", "other": 1})
    definitions = json.dumps([{"name": "a", "image": "a:1"}, {"name": "b"}])
    done = send(
        {
            "agent": "sysdig",
            "options": options,
            "container_definitions": definitions,
            "x": "1",
        }
    )
    assert_failed(done)
    heads = [line for line in done.err.splitlines() if not line.startswith("  ")]
    assert heads == sorted(heads)
    addresses = {head.partition(": ")[0] for head in heads}
    assert {
        "container_definitions[1].image",
        "options.other",
        "options.priority",
        "query.x",
    } <= addresses


def test_errors_may_be_reported() -> None:
    broken = {**ASK, "container_definitions": "[{}]", "errors": "report"}
    done = send(broken)
    assert_sound(done)
    result = done.result
    assert result["container_definitions"] == ""
    lines = send({**broken, "errors": "exit"}).err.splitlines()
    assert len(result["errors"]) == len([x for x in lines if not x.startswith("  ")])
    assert all("\n" not in error for error in result["errors"])


@pytest.mark.parametrize("word", ["blue", "bold", "reset"])
def test_no_word_stands_bare_in_square_brackets(word: str) -> None:
    done = send(
        {**ASK, "container_definitions": json.dumps([{**WEB, word: {word: 1}}])}
    )
    assert f"[{word}]" not in done.err + done.out.decode()
    batch = {"agent": "sysdig", "options": ASK["options"]}
    entry = {word: {"container_definitions": [{"name": word}]}}
    assert_failed(send({**batch, "task_definitions": json.dumps(entry)}), f'"{word}"')


# What stands on stdout: the suite's own decoder refuses what the provider refuses

GO_TABLE = {
    b'{"a":1}': "json: cannot unmarshal number into Go value of type string",
    b'{"a":true}': "json: cannot unmarshal bool into Go value of type string",
    b'{"a":[]}': "json: cannot unmarshal array into Go value of type string",
    b'{"a":{}}': "json: cannot unmarshal object into Go value of type string",
    b"[]": "json: cannot unmarshal array into Go value of type map[string]string",
    b'"x"': "json: cannot unmarshal string into Go value of type map[string]string",
    b"1": "json: cannot unmarshal number into Go value of type map[string]string",
    b"true": "json: cannot unmarshal bool into Go value of type map[string]string",
    b"": "unexpected end of JSON input",
    b'{"a":"1"': "unexpected end of JSON input",
    b'hello\n{"a":"1"}': "invalid character 'h' looking for beginning of value",
    b'{"a":"1"}\ndone': "invalid character 'd' after top-level value",
    b'{"a":"1"}{}': "invalid character '{' after top-level value",
    b'\xef\xbb\xbf{"a":"1"}': "invalid character 'ï' looking for beginning of value",
    b"\xff\xfe{\x00": "invalid character 'ÿ' looking for beginning of value",
    b'{"a":"\n"}': r"invalid character '\n' in string literal",
    b"{'a': '1'}": r"invalid character '\'' looking for beginning of object key string",
    b'{"a":NaN}': "invalid character 'N' looking for beginning of value",
    b'{"a":"1",}': "invalid character '}' looking for beginning of object key string",
}


@pytest.mark.parametrize("data", GO_TABLE)
def test_the_decoder_refuses_as_the_provider_does(data: bytes) -> None:
    with pytest.raises(GoJSONError) as caught:
        flat_object(data)
    assert str(caught.value) == GO_TABLE[data]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a":"1"}', {"a": "1"}),
        (b" \r\n\t{}\n", {}),
        (b'{"a":null,"b":"x"}', {"a": "", "b": "x"}),
        (b"null", None),
        (b'{"a":"1","a":"2"}', {"a": "2"}),
        (b'{"":"1"}', {"": "1"}),
        (b'{"a":"\\ud800"}', {"a": "\ufffd"}),
        (b'{"a":"\\ud83d\\ude00\\u0000"}', {"a": "😀\0"}),
    ],
)
def test_the_decoder_takes_what_the_provider_takes(
    data: bytes, value: dict[str, str] | None
) -> None:
    assert flat_object(data) == value


# Long definitions stay quick


def test_a_megabyte_of_containers() -> None:
    many = [{**WEB, "name": f"c{i}", "user": "x" * 1000} for i in range(1000)]
    done = send({**ASK, "container_definitions": json.dumps(many), "checks": "off"})
    assert_sound(done)
    assert len(done.result["instrumented"]) == 1000


@pytest.mark.parametrize("name", ["\x1b[31m", "a\nb", "\x9b", "[blue]", "\u202e"])
def test_no_text_of_the_user_reaches_a_terminal_raw(name: str) -> None:
    definitions = json.dumps([{"name": name, "image": "a:1"}, {"name": "b"}])
    for more in ({}, {"include": json.dumps([name + "x"])}):
        failed = send({**ASK, "container_definitions": definitions, **more})
        assert_failed(failed)
        assert all(
            character.isprintable() or character == "\n" for character in failed.err
        )
    variables = [{"name": "SYSDIG_PRIORITY", "value": name}]
    done = send(
        {
            **ASK,
            "container_definitions": json.dumps([{**WEB, "environment": variables}]),
        }
    )
    (warning,) = done.result["warnings"]
    assert warning.isprintable()
    assert "[blue]" not in warning
