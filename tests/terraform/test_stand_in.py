"""The stand-in for the external provider: what it writes, reads, and says."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.generate import python_on_runners
from tests.terraform import roots
from tests.terraform_rig import external_stand_in, go_words, mirror
from tests.terraform_rig.go_json import GoJSONError, flat_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.terraform_rig.engines import Engine


def ran(code: str) -> str:
    """Write the argument that runs a line of Python."""
    return f"program = {json.dumps([sys.executable, '-I', '-c', code])}"


READ: Final = [
    (b'{"a":"1"}', {"a": "1"}),
    (b" \t\r\n{} \n", {}),
    (b'{"a":null,"b":"x"}', {"a": "", "b": "x"}),
    (b"null", None),
    (b'{"a":"1","a":"2"}', {"a": "2"}),
    (b'{"":"1"}', {"": "1"}),
    (b'{"a":"\xff"}', {"a": "\ufffd"}),
    (b'{"a":"\\ud800"}', {"a": "\ufffd"}),
    (b'{"a":"\xe2\x82A\xed\xa0\x80"}', {"a": "\ufffd\ufffdA\ufffd\ufffd\ufffd"}),
    (b'{"a":"\\ud83d\\ude00\\u0000\\r\\n"}', {"a": "\U0001f600\x00\r\n"}),
]
TYPES: Final = "json: cannot unmarshal {} into Go value of type string"
WHOLE: Final = "json: cannot unmarshal {} into Go value of type map[string]string"
BEGINNING: Final = "invalid character '{}' looking for beginning of value"
REFUSED: Final = [
    (b'{"a":1}', TYPES.format("number")),
    (b'{"a":true}', TYPES.format("bool")),
    (b'{"a":[]}', TYPES.format("array")),
    (b'{"a":{}}', TYPES.format("object")),
    (b"[]", WHOLE.format("array")),
    (b'"x"', WHOLE.format("string")),
    (b"1", WHOLE.format("number")),
    (b"true", WHOLE.format("bool")),
    (b"", "unexpected end of JSON input"),
    (b'{"a":"', "unexpected end of JSON input"),
    (b'hello {"a":"1"}', BEGINNING.format("h")),
    (b'{"a":"1"}\ndone', "invalid character 'd' after top-level value"),
    (b"{}{}", "invalid character '{' after top-level value"),
    (b'\xef\xbb\xbf{"a":"1"}', BEGINNING.format("ï")),
    ('{"a":"1"}'.encode("utf-16"), BEGINNING.format("ÿ")),
    (b'{"a":"x\ny"}', r"invalid character '\n' in string literal"),
    (
        b"{'a': '1'}",
        r"invalid character '\'' looking for beginning of object key string",
    ),
    (b'{"a":NaN}', BEGINNING.format("N")),
    (
        b'{"a":"1",}',
        "invalid character '}' looking for beginning of object key string",
    ),
    (b'{"a" "1"}', "invalid character '\"' after object key"),
    (b'{"a":"1" "b"}', "invalid character '\"' after object key:value pair"),
    (b"[1 2]", "invalid character '2' after array element"),
    (b'{"a":tru}', "invalid character '}' in literal true (expecting 'e')"),
    (b'{"a":"\\x"}', "invalid character 'x' in string escape code"),
    (b'{"a":1,"a":"2"}', TYPES.format("number")),
    (b"nul", "invalid character ' ' in literal null (expecting 'l')"),
    (b"-", "invalid character ' ' in numeric literal"),
    (b"[1.]", "invalid character ']' after decimal point in numeric literal"),
    (b"[1e+]", "invalid character ']' in exponent of numeric literal"),
    (b"1E-2.5", "invalid character '.' after top-level value"),
    (b"1" * 5000, WHOLE.format("number")),
    (b"\x7f", BEGINNING.format(r"\x7f")),
    (b"\x85", BEGINNING.format(r"\u0085")),
]
# What a program or its absence gives: the block's arguments, and what the user is told.
FRAMES: Final = {
    "no-flat-object": (
        ran("print(1)"),
        (
            "Error: Unexpected External Program Results",
            "If the error is unclear, the output can be viewed by enabling Terraform's"
            " logging at TRACE level. Terraform documentation on logging:"
            " https://www.terraform.io/internals/debugging Program: ",
            f"Result Error: {WHOLE.format('number')}",
        ),
    ),
    "no-words": (
        ran("raise SystemExit(3)"),
        ("no additional error messaging. Program: ", "State: exit status 3"),
    ),
    "words": (
        ran("raise SystemExit('why')"),
        ("Error Message: why State: exit status 1",),
    ),
    "killed": (
        ran("import os; os.kill(os.getpid(), 9)"),
        ("Error: External Program Execution Failed", "State: signal: killed"),
    ),
    "crashed": (
        ran("import os; os.kill(os.getpid(), 11)"),
        ("State: signal: segmentation fault",),
    ),
    "not-on-path": (
        'program = ["no-such-program"]',
        (
            "Error: External Program Lookup Failed",
            "If the expected program should be automatically found on the platform",
            'For example: "${path.module}/my-program" The program must also be',
            f'Platform: {sys.platform} Program: "no-such-program" Error: exec:'
            ' "no-such-program": executable file not found in $PATH',
        ),
    ),
    "words-of-the-readmes": (
        'program = ["python3-that-is-not-there", "-I"]',
        (
            "Error: External Program Lookup Failed",
            python_on_runners.MISSING.replace("python3", "python3-that-is-not-there"),
        ),
    ),
    "null-first": (
        'program = [null, "no-such-program"]',
        ('Program: <null> Error: exec: "no-such-program": executable file',),
    ),
    "not-there": (
        'program = ["./none"]',
        ('Error: exec: "./none": stat ./none: no such file or directory',),
    ),
    "folder": ('program = ["./folder"]', ('Error: exec: "./folder": is a directory',)),
    "no-working-folder": (
        f'{ran("print(1)")}\n  working_dir = "none"',
        ("State: chdir none: no such file or directory",),
    ),
}


@pytest.mark.parametrize(("data", "expected"), READ)
def test_what_go_reads(data: bytes, expected: dict[str, str] | None) -> None:
    assert flat_object(data) == expected


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_what_go_refuses(data: bytes, message: str) -> None:
    with pytest.raises(GoJSONError) as refusal:
        flat_object(data)
    assert str(refusal.value) == message


def test_query_is_written_as_go_writes_it() -> None:
    query = {"b": "<&>\u2028\u2029é\x7f\b\f\n\\b", "a": "", "c": None}
    assert (
        external_stand_in.query_bytes(query)
        == (
            '{"a":"","b":"\\u003c\\u0026\\u003e\\u2028\\u2029é\x7f\\b\\f\\n\\\\b"}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "hangup"),
        (11, "segmentation fault"),
        (31, "bad system call"),
        (34, "signal 34"),
    ],
)
def test_signals_have_go_s_names(number: int, words: str) -> None:
    assert go_words.signal(number) == words


def test_texts_are_quoted_as_go_quotes_them() -> None:
    text = 'é"\\\n\x7f\x85\u2028\U000e0001 \U0001f600'
    assert (
        go_words.quoted(text) == r'"é\"\\\n\x7f\u0085\u2028\U000e0001 ' + '\U0001f600"'
    )


@pytest.fixture
def external(record_property: Callable[[str, object], None]) -> str:
    """Say which provider answers here, in the output and in reports."""
    name = mirror.external_name()
    record_property("external provider", name)
    print(f"\nexternal provider: {name}")
    return name


@pytest.mark.parametrize("case", FRAMES)
def test_failures_are_framed_as_the_provider_frames_them(
    tmp_path: Path, engine: Engine, cli: dict[str, str], external: str, case: str
) -> None:
    """Held against whichever provider is here, the real one or the stand-in."""
    arguments, told = FRAMES[case]
    (tmp_path / "folder").mkdir()
    main = f'data "external" "x" {{\n  {arguments}\n}}\n'
    planned = roots.root(tmp_path, engine, cli, main=main).plan()
    assert planned.status == 1
    text = re.sub(r"[\s│╷╵]+", " ", planned.text)
    for words in told:
        assert words in text, f"{external}: {text}"


def test_a_query_arrives_as_go_writes_it(
    tmp_path: Path, engine: Engine, cli: dict[str, str], external: str
) -> None:
    code = "import json, sys; print(json.dumps({'in': sys.stdin.buffer.read().hex()}))"
    text = r'"\u0008\u000c\n\u2028<&>é"'
    main = (
        f'data "external" "x" {{\n  {ran(code)}\n'
        f'  query = {{ b = {text}, a = "", c = null, d = 1.5 }}\n}}\n'
        'output "in" {\n  value = data.external.x.result.in\n}\n'
    )
    stack = roots.root(tmp_path, engine, cli, main=main)
    stack.apply()
    arrived = bytes.fromhex(str(stack.outputs()["in"])).decode()
    expected = r'{"a":"","b":"\b\f\n\u2028\u003c\u0026\u003eé","d":"1.5"}'
    assert arrived == expected, external
