"""Laws of static reading: any expression gives a value or a reason, never an error.

Where Terraform itself can be asked, the value is Terraform's.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fargate_instrument.audit.instance import Instance
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_instrument.audit import folder, functions, hcl
from fargate_instrument.audit.report import Demand, report
from fargate_instrument.audit.terraform import read_containers
from fargate_instrument.audit.unknown import Encoded, Instrumented, Unknown
from tests.audit.test_command import TODAY
from tests.terraform_rig import engines

AROUND = """
variable "given" {}
variable "text" { default = "a-${1 + 2}" }
locals {
  list = [{ name = "web", image = "x" }, { name = var.given }]
  map  = { a = 1, b = var.given, c = [true, null, "z"] }
}
data "external" "tool" {
  program = ["python3", "fargate_instrument/__main__.py"]
  query   = { agent = "sysdig", container_definitions = jsonencode(local.list) }
}
"""
leaves = st.sampled_from(
    [
        "null",
        "true",
        "0",
        "-1",
        "2.5",
        '""',
        '"web"',
        '"a ${var.text} b"',
        '"$${x} %%{y} \\n \\u00e9"',
        "var.given",
        "var.text",
        "var.gone",
        "local.list",
        "local.map",
        "local.map.c",
        "local.list[0].name",
        "local.list[*].name",
        "local.list.*.image",
        'local.map["b"]',
        "aws_x.y.z",
        "data.external.tool.result.container_definitions",
        "each.value",
        "path.module",
        "jsonencode(local.list)",
        "[]",
        "{}",
    ]
)
names = st.sampled_from(
    [*functions.TABLE, "file", "templatefile", "try", "can", "uuid"]
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}({})".format, names, st.lists(inner, max_size=3).map(", ".join)),
        st.builds("[{}]".format, st.lists(inner, max_size=3).map(", ".join)),
        st.builds("{{ name = {}, image = {} }}".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("[for x in {} : {}]".format, inner, inner),
        st.builds("[for i, x in {} : x if x != {}]".format, inner, inner),
        st.builds("{{ for k, v in {} : k => {} }}".format, inner, inner),
        st.builds("{}({}...)".format, names, inner),
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "&&", "||"]),
            inner,
        ),
        st.builds("(!({}))".format, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({}).name".format, inner),
        st.builds('"x${{{}}}y"'.format, inner),
    )


expressions = st.recursive(leaves, larger, max_leaves=8)


def module(text: str) -> Instance:
    """Make a root module of a text."""
    path = Path("main.tf")
    blocks = tuple(hcl.parse(text, path))
    return Instance(folder.Module(Path(), blocks, {}, {}, {}), Path(), {})


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions)
def test_any_expression_gives_a_value_or_a_reason(text: str) -> None:
    top = module(f"{AROUND}\nlocals {{\n  result = {text}\n}}\n")
    try:
        value = top.reader.read_or_raise(top.module.locals()["result"])
    except functions.WrongError as error:
        value = Unknown(str(error))
    if isinstance(value, Unknown):
        assert value.reason
    containers, reason = read_containers(value)
    assert bool(reason) == (containers is None)


# Against Terraform itself

SAME = [
    'format("%s-%03d-%q-%v", "a", 7, "b", true)',
    'replace("a.b.c", ".", "-")',
    'replace("hello world", "/w(.*)d/", "<$1>")',
    'substr("hello", 1, 3)',
    'substr("hello", -3, -1)',
    'join(",", ["a", 1, true])',
    'split(",", "a,b")',
    "merge({ a = 1, b = 2 }, { b = 3 })",
    'lookup({ a = 1 }, "b", 5)',
    "concat([1], [2, 3])",
    "flatten([[1, [2]], 3])",
    'distinct(["a", "b", "a"])',
    'compact(["a", "", "b"])',
    'coalesce("", "x")',
    "element([1, 2, 3], 4)",
    "slice([1, 2, 3], 0, 2)",
    "keys({ b = 1, a = 2 })",
    "values({ b = 1, a = 2 })",
    'zipmap(["a", "b"], [1, 2])',
    'contains(["a"], "b")',
    "one([])",
    "range(1, 7, 2)",
    "reverse([1, 2])",
    'sort(["b", "a"])',
    'title("hello world")',
    'trimprefix("xa", "x")',
    'trim("xxaxx", "x")',
    'indent(2, "a\nb")',
    'chomp("a\n")',
    "tostring(1.5)",
    'tonumber("7")',
    'tobool("true")',
    '"${1 + 2}/${7 / 2}/${true}"',
    '[for i, v in ["a", "b"] : "${i}=${v}" if v != "a"]',
    "{ for k, v in { a = 1 } : upper(k) => v * 2 }",
    '{ for v in ["ab", "ac"] : substr(v, 0, 1) => v... }',
    "[{ a = 1 }, { a = 2 }][*].a",
    'try([1][5], "none")',
    "can([1][5])",
    "5 % 3 == 2 && !(1 > 2) || false",
    'jsondecode("{\\"a\\":[1,null]}")',
    'base64decode("aGk=")',
    'startswith("abc", "ab")',
    '"a\\tb\\"c\\\\ \\u00e9 $${x} %%{y}"',
    "length({ a = 1 })",
    "max(1, 5, 3)",
    '[4 / 2, 7 % 4, -7 % 4, "3" + 1, -(2)]',
    '[1 == true, "1" == 1, 1 != 2, null == null, [1] == [1]]',
    '"true" ? "yes" : "no"',
    '"%{ if true }x%{ endif }"',
]


def test_values_are_those_of_terraform(tmp_path: Path) -> None:
    try:
        engine = engines.engine(tmp_path / "engine")
    except engines.NoEngineError as reason:
        pytest.skip(str(reason))
    lines = [text.replace("\n", "\\n") if "\n" in text else text for text in SAME]
    text = "".join(
        f'output "o{n}" {{\n  value = jsonencode({line})\n}}\n'
        for n, line in enumerate(lines)
    )
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(text)
    for words in (["init"], ["apply", "-auto-approve"]):
        done = subprocess.run(
            [engine.command, *words, "-no-color", "-input=false"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    shown = subprocess.run(
        [engine.command, "output", "-json"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    theirs = {k: json.loads(v["value"]) for k, v in json.loads(shown.stdout).items()}
    top = Instance.root(root)
    unread = []
    for n, line in enumerate(lines):
        block = next(top.module.of("output", f"o{n}"))
        ours = top.output(block)
        if isinstance(ours, Unknown):
            unread.append(line)
        else:
            assert json.loads(ours) == theirs[f"o{n}"], line
    assert unread == ['"%{ if true }x%{ endif }"']


def test_kinds_of_value_are_known_to_the_report() -> None:
    made: list[Any] = [Encoded([Unknown("x")]), Instrumented("sysdig", "module.m")]
    for value in made:
        containers, reason = read_containers(value)
        assert containers is not None
        assert reason == ""
    assert not report([], Demand(TODAY)).failed
