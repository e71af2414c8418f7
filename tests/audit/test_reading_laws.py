"""Laws of static reading: any expression gives a value or a reason, never an error."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fargate_instrument.audit import containers
from fargate_instrument.audit.tooling import Tooling
from fargate_instrument.audit.unknown import Unknown
from fargate_instrument.hcl import files, functions, module
from fargate_instrument.hcl.budget import Budget
from fargate_instrument.hcl.files import Files
from fargate_instrument.hcl.instance import Instance
from fargate_instrument.hcl.values import BudgetError, WrongError
from fargate_instrument.hcl.world import World

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
    [*functions.TABLE, *files.TABLE, "try", "can", "coalesce", "uuid"]
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


def root(text: str) -> Instance:
    """Make a root module of a text."""
    path = Path("main.tf")
    budget = Budget()
    world = World(Path(), Files((), budget), budget, Tooling())
    return Instance(module.Module(Path(), tuple(module.parse(text, path))), world)


reached: list[str] = []


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions)
def any_expression(text: str) -> None:
    top = root(f"{AROUND}\nlocals {{\n  result = {text}\n}}\n")
    try:
        value = top.reader.read_or_raise(top.module.locals()["result"])
    except (WrongError, BudgetError) as error:
        value = Unknown(str(error))
    else:
        reached.append(text)
    if isinstance(value, Unknown):
        assert value.reason
    found, reason = containers.read(value)
    assert bool(reason) == (found is None)


def test_any_expression_gives_a_value_or_a_reason() -> None:
    any_expression()
    print(f"{len(reached)} expressions had a value")
    assert len(reached) > 100
