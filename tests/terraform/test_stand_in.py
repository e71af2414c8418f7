"""The stand-in for the external provider: what it writes, reads, and says."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import pytest

from tests.terraform import roots
from tests.terraform_rig import external_stand_in, mirror
from tests.terraform_rig.go_json import GoJSONError, flat_object

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.engines import Engine

READ: Final = [
    (b'{"a":"1"}', {"a": "1"}),
    (b" \t\r\n{} \n", {}),
    (b'{"a":null,"b":"x"}', {"a": "", "b": "x"}),
    (b"null", None),
    (b'{"a":"1","a":"2"}', {"a": "2"}),
    (b'{"":"1"}', {"": "1"}),
    (b'{"a":"\xff"}', {"a": "\ufffd"}),
    (b'{"a":"\\ud800"}', {"a": "\ufffd"}),
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
]
FRAMES: Final = [
    (["print(1)"], "Unexpected External Program Results", WHOLE.format("number")),
    (["raise SystemExit(3)"], "no additional error messaging", "State: exit status 3"),
    (
        ["import os; os.kill(os.getpid(), 9)"],
        "External Program Execution Failed",
        "State: signal: killed",
    ),
]


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
            '{"a":"","b":"\\u003c\\u0026\\u003e\\u2028\\u2029é\x7f'
            '\\u0008\\u000c\\n\\\\b"}'
        ).encode()
    )


@pytest.mark.skipif(
    not mirror.external_is_stand_in(), reason="the real provider is here to be used"
)
@pytest.mark.parametrize(("code", "summary", "detail"), FRAMES)
def test_failures_are_framed_as_the_provider_frames_them(
    tmp_path: Path,
    engine: Engine,
    cli: dict[str, str],
    code: list[str],
    summary: str,
    detail: str,
) -> None:
    program = json.dumps([sys.executable, "-c", *code])
    main = f'data "external" "x" {{\n  program = {program}\n}}\n'
    planned = roots.root(tmp_path, engine, cli, main=main).plan()
    assert planned.status == 1
    text = " ".join(planned.text.split())
    assert summary in text
    assert detail in text
