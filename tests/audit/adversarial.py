"""Folders that try to pass with a bare container, and such as have to pass.

Each is a module of its own; what Terraform makes of it is asked of Terraform.
"""

# ruff: noqa: E501, UP031 - Terraform code keeps its own lines and braces

from __future__ import annotations

import json
import re

from tests.audit.oracle import OURS

Files = dict[str, str]

LOCALS = """
locals {
  app   = { name = "web", image = "w:1", essential = true, entryPoint = ["/app"] }
  bare  = [local.app]
  agent = { name = "agent", image = "quay.io/sysdig/workload-agent:6", essential = false }
  ran = merge(local.app, {
    entryPoint  = ["/opt/draios/bin/instrument"]
    command     = ["/app"]
    volumesFrom = [{ sourceContainer = "agent" }]
  })
  good = [local.ran, local.agent]
}
"""
MODULE = f"""
module "agent" {{
  source                = "{OURS}"
  container_definitions = jsonencode(local.bare)
}}
"""


def resource(value: str, *more: str, name: str = "x", family: str = "x") -> str:
    """Write a task definition."""
    lines = "".join(f"  {line}\n" for line in more)
    return (
        f'resource "aws_ecs_task_definition" "{name}" {{\n  family = "{family}"\n'
        f"{lines}  container_definitions = {value}\n}}\n"
    )


def main(value: str, *around: str) -> Files:
    """Make a folder of one file with one task definition."""
    return {"main.tf": "\n".join([LOCALS, *around, resource(value)])}


M = "module.agent.container_definitions"

HOLED = "jsonencode([terraform.workspace])"
"""JSON with a part that only a plan knows."""

AFTERWARDS = {
    "concat": f'jsonencode(concat(jsondecode({M}), [{{ name = "b", image = "b" }}]))',
    "filtered": f'jsonencode([for c in jsondecode({M}) : c if c.name != "agent"])',
    "merged": f"jsonencode([for c in jsondecode({M}) : merge(c, {{ entryPoint = null }})])",
    "merged_app": f'jsonencode([for c in jsondecode({M}) : merge(c, {{ entryPoint = ["/app"] }})])',
    "replaced": f'replace({M}, "/opt/draios/bin/instrument", "/bin/app")',
    "replaced_regex": f'replace({M}, "/\\"entryPoint\\":\\\\[[^]]*\\\\],?/", "")',
    "sliced": f"jsonencode(slice(jsondecode({M}), 0, 1))",
    "one_item": f"jsonencode([jsondecode({M})[0]])",
    "reversed": f'jsonencode(concat(reverse(jsondecode({M})), [{{ name = "z", image = "z" }}]))',
    "template": f'"${{trimsuffix({M}, "]")}},{{\\"name\\":\\"b\\",\\"image\\":\\"b\\"}}]"',
    "format": f'format("[%s,%s", jsonencode(local.app), trimprefix({M}, "["))',
    "join": f'join("", ["[", jsonencode(local.app), ",", trimprefix({M}, "[")])',
    "try_other": f"try(jsonencode(jsondecode({M})[9]), jsonencode(local.bare))",
    "behind_a_mark": f"length({HOLED}) > 0 ? jsonencode(local.bare) : {M}",
    "behind_a_length": f"length({HOLED}) > 90 ? {M} : jsonencode(local.bare)",
    "conditional": f"length({M}) > 1000000 ? {M} : jsonencode(local.bare)",
    "coalesce_bare_first": f"coalesce(jsonencode(local.bare), {M})",
    "flatten": f"jsonencode(flatten([jsondecode({M}), local.bare]))",
    "keys_dropped": f'jsonencode([for c in jsondecode({M}) : {{ for k, v in c : k => v if k != "entryPoint" }}])',
    "lookup": f'jsonencode([for c in jsondecode({M}) : {{ name = c.name, image = lookup(c, "image", "") }}])',
    "base64": f"base64decode(base64encode(jsonencode(concat(jsondecode({M}), local.bare))))",
    "distinct": f"jsonencode(concat(tolist([]), [for c in jsondecode({M}) : {{ name = c.name, image = c.image }}]))",
}
CREATED = {
    "module_off": f"""
module "agent" {{
  source                = "{OURS}"
  container_definitions = jsonencode(local.bare)
  create                = false
}}
""",
    "module_excluding": f"""
module "agent" {{
  source                = "{OURS}"
  container_definitions = jsonencode(local.bare)
  exclude               = ["web"]
}}
""",
    "module_ignoring": f"""
module "agent" {{
  source                = "{OURS}"
  container_definitions = jsonencode(local.bare)
  ignore_containers     = ["web"]
}}
""",
}
SAME_TEXT = {
    "behind_a_mark": f"length({HOLED}) > 0 ? {M} : jsonencode(local.bare)",
    "plain": M,
    "tostring": f"tostring({M})",
    "round": f"jsonencode(jsondecode({M}))",
    "quoted": f'"${{{M}}}"',
    "coalesce": f"coalesce({M}, {M})",
    "try": f"try({M}, {M})",
    "conditional": f"true ? {M} : {M}",
    "listed": f"[{M}][0]",
    "member": f"{{ x = {M} }}.x",
    "nonsensitive": f"nonsensitive(sensitive({M}))",
    "lookup": f'lookup({{ x = {M} }}, "x", "")',
    "merged_map": f"merge({{ a = 1 }}, {{ x = {M} }}).x",
    "for_over": "[for m in [module.agent] : m.container_definitions][0]",
    "splat": "([module.agent][*].container_definitions)[0]",
    "one": "one([module.agent][*].container_definitions)",
}

# What Terraform parses and other parsers do not.

GRAMMAR = {
    "comment_behind_equals": main("/* here */ jsonencode(local.bare)"),
    "comment_in_list": main("jsonencode([ # one\n local.app /* two */, // three\n ])"),
    "strip_markers": main('"${~ jsonencode(local.bare) ~}"'),
    "strip_marker_left": main('" ${~ jsonencode(local.bare)}"'),
    "newline_in_interpolation": main('"${\n jsonencode(local.bare)\n}"'),
    "unicode_local": main(
        "jsonencode(local.größe)", "locals {\n größe = local.bare\n}"
    ),
    "unicode_label": {
        "main.tf": LOCALS + resource("jsonencode(local.bare)", name="größe")
    },
    "heredoc_blanks_behind_mark": main('<<EOT\n[{"name":"web","image":"w"}]\nEOT  \n'),
    "heredoc_indented": main('<<-EOT\n    [{"name":"web","image":"w"}]\n    EOT\n'),
    "heredoc_dashes": main('<<END-OF_IT\n[{"name":"web","image":"w"}]\nEND-OF_IT\n'),
    "heredoc_directive": main(
        '<<EOT\n[%{ for c in local.bare ~}\n{"name":"${c.name}","image":"w"}\n%{ endfor ~}\n]\nEOT\n'
    ),
    "quoted_directive": main(
        '"[%{ if true }{\\"name\\":\\"web\\",\\"image\\":\\"w\\"}%{ endif }]"'
    ),
    "label_escape": {
        "main.tf": LOCALS
        + resource("jsonencode(local.bare)").replace("ecs_task", "ecs\\u005ftask")
    },
    "latin_1_in_comment": main("jsonencode(local.bare)", "# caf\udce9"),
    "byte_order_mark": {
        "main.tf": "\ufeff" + LOCALS + resource("jsonencode(local.bare)")
    },
    "crlf": {
        "main.tf": (LOCALS + resource("jsonencode(local.bare)")).replace("\n", "\r\n")
    },
    "one_line_block": {
        "main.tf": LOCALS + resource("jsonencode(local.bare)"),
        "b.tf": 'variable "x" { default = 1 }\n',
    },
    "bare_labels": {
        "main.tf": LOCALS
        + resource("jsonencode(local.bare)").replace(
            '"aws_ecs_task_definition" "x"', "aws_ecs_task_definition x"
        )
    },
    "legacy_splat": main("jsonencode(local.bare.*)"),
    "parenthesised": main("(jsonencode((local.bare)))"),
    "core_function": main("core::jsonencode(local.bare)"),
    "operator_lines": main("jsonencode(local.bare == null\n ? [] : local.bare)").copy(),
    "nested_quotes": main('jsondecode("${jsonencode("${jsonencode(local.bare)}")}")'),
    "trailing_comma_call": main("jsonencode(local.bare,)"),
    "escaped_dollar": main('jsonencode([{ name = "$${x}", image = "w" }])'),
    "unicode_escape": main('jsonencode([{ name = "\\u0077eb", image = "w" }])'),
    "keyword_names": main(
        "jsonencode(local.for_each)", "locals {\n for_each = local.bare\n}"
    ),
    "colon_object": main('jsonencode([{ "name" : "web", "image" : "w" }])'),
    "large_file": main("jsonencode(local.bare)", "#" + "x" * 5_000_000),
}
GRAMMAR["operator_lines"] = main(
    "jsonencode(local.bare == null ? [] :\n local.bare)".replace(":\n", ": ")
)

# Files that Terraform puts together.

TOGETHER = {
    "override_local": {
        "main.tf": LOCALS
        + "locals {\n  used = local.good\n}\n"
        + resource("jsonencode(local.used)"),
        "a_override.tf": "locals {\n  used = local.bare\n}\n",
    },
    "override_named_override": {
        "main.tf": LOCALS + resource("jsonencode(local.good)"),
        "override.tf": resource("jsonencode(local.bare)"),
    },
    "override_variable": {
        "main.tf": LOCALS
        + 'variable "bare" {\n  default = false\n}\n'
        + resource("var.bare ? jsonencode(local.bare) : jsonencode(local.good)"),
        "z_override.tf": 'variable "bare" {\n  default = true\n}\n',
    },
    "override_json": {
        "main.tf": LOCALS + resource("jsonencode(local.good)"),
        "x_override.tf.json": '{"resource":{"aws_ecs_task_definition":{"x":'
        '{"container_definitions":"${jsonencode(local.bare)}"}}}}',
    },
    "override_last_wins": {
        "main.tf": LOCALS
        + "locals {\n  used = local.good\n}\n"
        + resource("jsonencode(local.used)"),
        "a_override.tf": "locals {\n  used = local.good\n}\n",
        "b_override.tf": "locals {\n  used = local.bare\n}\n",
    },
    "override_source": {
        "main.tf": LOCALS
        + 'module "m" {\n  source = "./good"\n}\n'
        + resource("module.m.out"),
        "override.tf": 'module "m" {\n  source = "./bad"\n}\n',
        "good/main.tf": LOCALS
        + 'output "out" {\n  value = jsonencode(local.good)\n}\n',
        "bad/main.tf": LOCALS + 'output "out" {\n  value = jsonencode(local.bare)\n}\n',
    },
    "json_syntax": {
        "main.tf": LOCALS,
        "x.tf.json": '{"resource":{"aws_ecs_task_definition":{"x":[{"family":"x",'
        '"container_definitions":"${jsonencode(local.bare)}"}]}}}',
    },
    "json_locals": {
        "a.tf.json": '{"locals":{"c":[{"name":"web","image":"w"}]},"//":"note"}',
        "main.tf": resource("jsonencode(local.c)"),
    },
    "json_module": {
        "a.tf.json": '{"module":{"m":{"source":"./m","n":"web"}}}',
        "m/main.tf": 'variable "n" {}\n'
        + resource('jsonencode([{ name = var.n, image = "w" }])'),
    },
    "json_variable": {
        "a.tf.json": '{"variable":{"n":{"type":"string","default":"${x}"}}}',
        "main.tf": resource('jsonencode([{ name = "w", image = var.n }])'),
    },
    "json_array_of_bodies": {
        "main.tf": LOCALS,
        "x.tf.json": '[{"resource":[{"aws_ecs_task_definition":[{"x":{"family":"x",'
        '"container_definitions":"${jsonencode(local.bare)}"}}]}]}]',
    },
    "count_300": {
        "main.tf": LOCALS
        + resource(
            "count.index < 299 ? jsonencode(local.good) : jsonencode(local.bare)",
            "count = 300",
        )
    },
    "for_each_late": {
        "main.tf": LOCALS
        + resource(
            'each.key == "z" ? jsonencode(local.bare) : jsonencode(local.good)',
            'for_each = toset(["a", "z"])',
        )
    },
    "module_count": {
        "main.tf": 'module "m" {\n  source = "./m"\n  count = 2\n  n = count.index\n}\n',
        "m/main.tf": LOCALS
        + 'variable "n" {}\n'
        + resource("var.n == 1 ? jsonencode(local.bare) : jsonencode(local.good)"),
    },
    "module_default": {
        "main.tf": 'module "m" {\n  source = "./m"\n}\n',
        "m/main.tf": LOCALS
        + 'variable "bare" {\n  default = true\n}\n'
        + resource("var.bare ? jsonencode(local.bare) : jsonencode(local.good)"),
    },
    "optional_default": {
        "main.tf": 'module "m" {\n  source = "./m"\n  o = {}\n}\n',
        "m/main.tf": LOCALS
        + 'variable "o" {\n  type = object({ bare = optional(bool, true) })\n}\n'
        + resource("var.o.bare ? jsonencode(local.bare) : jsonencode(local.good)"),
    },
    "null_takes_default": {
        "main.tf": 'module "m" {\n  source = "./m"\n  bare = null\n}\n',
        "m/main.tf": LOCALS
        + 'variable "bare" {\n  default = true\n  nullable = false\n}\n'
        + resource("var.bare ? jsonencode(local.bare) : jsonencode(local.good)"),
    },
    "null_is_null": {
        "main.tf": 'module "m" {\n  source = "./m"\n  used = null\n}\n',
        "m/main.tf": LOCALS
        + 'variable "used" {\n  default = "x"\n}\n'
        + resource(
            "var.used == null ? jsonencode(local.bare) : jsonencode(local.good)"
        ),
    },
    "string_type_of_number": {
        "main.tf": 'module "m" {\n  source = "./m"\n  n = 1.0\n}\n',
        "m/main.tf": LOCALS
        + 'variable "n" {\n  type = string\n}\n'
        + resource('var.n == "1" ? jsonencode(local.bare) : jsonencode(local.good)'),
    },
    "set_order": {
        "main.tf": LOCALS
        + 'locals {\n  s = tolist(toset(["b", "a"]))\n}\n'
        + resource(
            'local.s[0] == "a" ? jsonencode(local.bare) : jsonencode(local.good)'
        )
    },
    "templatefile": {
        "main.tf": LOCALS
        + resource('templatefile("${path.module}/c.tftpl", { cs = local.bare })'),
        "c.tftpl": "[\n%{ for i, c in cs ~}\n${jsonencode(c)}%{ if i < length(cs) - 1 },%{ endif }\n%{ endfor ~}\n]\n",
    },
    "file": {
        "main.tf": resource('file("${path.module}/c.json")'),
        "c.json": '[{"name":"web","image":"w"}]',
    },
    "tofu_beside": {
        "main.tf": LOCALS + resource("jsonencode(local.bare)"),
        "main.tofu": LOCALS + resource("jsonencode(local.good)", name="y"),
    },
    "hidden_file": {
        "main.tf": LOCALS + resource("jsonencode(local.bare)"),
        ".hidden.tf": "this is not read {",
    },
    "two_definitions": {
        "main.tf": LOCALS
        + resource("jsonencode(local.good)")
        + resource("jsonencode(local.bare)", name="y", family="y")
    },
    "deep_module": {
        "main.tf": 'module "a" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "./b"\n}\n',
        "a/b/main.tf": LOCALS + resource("jsonencode(local.bare)"),
    },
    "called_with_count_0": {
        "main.tf": 'module "m" {\n  source = "./m"\n  count = 0\n}\n'
        + LOCALS
        + resource("jsonencode(local.good)"),
        "m/main.tf": LOCALS + resource("jsonencode(local.bare)"),
    },
    "named_like_ours": {
        "main.tf": LOCALS + 'module "agent" {\n  source = "./modules/instrument"\n'
        "  container_definitions = jsonencode(local.bare)\n}\n" + resource(M),
        "modules/instrument/main.tf": 'variable "container_definitions" {}\n'
        'output "container_definitions" {\n  value = var.container_definitions\n}\n',
        "fargate_instrument/__main__.py": "",
    },
}

# Values as Terraform has them.

VALUES = {
    "contains_across_types": "contains([true], 1) ? local.good : local.bare",
    "number_equality": "0.1 + 0.2 == 0.3 ? local.bare : local.good",
    "combining_length": 'length("e\\u0301") == 1 ? local.bare : local.good',
    "tuple_is_no_list": "[1] == tolist([1]) ? local.good : local.bare",
    "text_is_no_number": '"1" == 1 ? local.good : local.bare',
    "true_is_no_text": 'true == "true" ? local.good : local.bare',
    "composed": '"e\\u0301" == "\\u00e9" ? local.bare : local.good',
    "sort_is_of_texts": 'sort([10, 9])[0] == "10" ? local.bare : local.good',
    "title_keeps": 'title("aB") == "AB" ? local.bare : local.good',
    "remainder_sign": "-7 % 4 == -3 ? local.bare : local.good",
    "large_number": "9007199254740993 == 9007199254740992 ? local.good : local.bare",
    "format_json": 'format("%v", [1]) == "[1]" ? local.bare : local.good',
    "regex_end": 'can(regex("a$", "a\\n")) ? local.good : local.bare',
    "html_escape": 'jsonencode("<") == "\\"<\\"" ? local.good : local.bare',
    "can_null": "can(null.x) ? local.good : local.bare",
    "distinct_types": 'length(distinct([1, "1"])) == 1 ? local.bare : local.good',
    "merge_is_shallow": 'lookup(merge({ a = { b = 1 } }, { a = {} }).a, "b", 0) == 0 ? local.bare : local.good',
    "element_wraps": "element([false, true], 3) ? local.bare : local.good",
    "for_key_order": 'keys({ b = 1, a = 2 })[0] == "a" ? local.bare : local.good',
    "compact_nulls": 'length(compact([null, "", "a"])) == 1 ? local.bare : local.good',
    "try_text": 'try(tobool("yes"), true) ? local.bare : local.good',
    "one_of_none": "one([]) == null ? local.bare : local.good",
    "range_down": "range(3, 0)[0] == 3 ? local.bare : local.good",
    "split_empty": 'length(split(",", "")) == 1 ? local.bare : local.good',
    "substr_negative": 'substr("abc", -1, -1) == "c" ? local.bare : local.good',
    "coalesce_zero": "coalesce(0, 1) == 0 ? local.bare : local.good",
    "coalesce_false": "coalesce(false, true) ? local.good : local.bare",
    "conditional_unifies": '(true ? 1 : "a") == "1" ? local.bare : local.good',
    "map_key_number": '{ 1 = "x" }["1"] == "x" ? local.bare : local.good',
    "string_template_bool": '"x${true}" == "xtrue" ? local.bare : local.good',
    "trim_charset": 'trim("abca", "ac") == "b" ? local.bare : local.good',
    "chomp_all": 'chomp("a\\n\\n") == "a" ? local.bare : local.good',
    "lookup_null": 'lookup({ a = null }, "a", "d") == null ? local.bare : local.good',
    "int_division": "7 / 2 == 3.5 ? local.bare : local.good",
    "tonumber_text": 'tonumber("1e2") == 100 ? local.bare : local.good',
    "setproduct": "length(setproduct([1, 2], [3])) == 2 ? local.bare : local.good",
    "strip_heredoc": '<<-X\n  a\n   b\n  X\n == "a\\n b\\n" ? local.bare : local.good',
    "json_number_text": 'jsonencode(jsondecode("1.50")) == "1.5" ? local.bare : local.good',
}
VALUES.pop("strip_heredoc")


B, G = "jsonencode(local.bare)", "jsonencode(local.good)"
MORE: dict[str, Files] = {
    "path_module": {
        "main.tf": 'module "m" {\n source = "./a/../a"\n}\n',
        "a/main.tf": LOCALS + resource('endswith(path.module, "a") ? %s : %s' % (B, G)),
    },
    "path_root": main('path.root == "." ? %s : %s' % (B, G)),
    "heredoc_strip": main(
        '<<-EOT\n      [\n        {"name":"web",\n   "image":"w"}\n      ]\n      EOT\n'
    ),
    "indent_cmp": main(
        '"${<<-EOT\n    a\n      b\n  EOT\n}" == "a\\n  b\\n" ? %s : %s' % (B, G)
    ),
    "json_template": {
        "main.tf": LOCALS,
        "x.tf.json": json.dumps(
            {
                "resource": {
                    "aws_ecs_task_definition": {
                        "x": {
                            "family": "x",
                            "container_definitions": "[%{ for c in local.bare }${jsonencode(c)}%{ endfor }]",
                        }
                    }
                }
            }
        ),
    },
    "json_count": {
        "main.tf": LOCALS,
        "x.tf.json": json.dumps(
            {
                "resource": {
                    "aws_ecs_task_definition": {
                        "x": {
                            "count": 2,
                            "family": "x",
                            "container_definitions": "${count.index == 1 ? jsonencode(local.bare) : jsonencode(local.good)}",
                        }
                    }
                }
            }
        ),
    },
    "json_for_each": {
        "main.tf": LOCALS,
        "x.tf.json": json.dumps(
            {
                "resource": {
                    "aws_ecs_task_definition": {
                        "x": {
                            "for_each": {"a": 1, "b": 2},
                            "family": "x",
                            "container_definitions": "${each.value == 2 ? jsonencode(local.bare) : jsonencode(local.good)}",
                        }
                    }
                }
            }
        ),
    },
    "json_escape": {
        "main.tf": LOCALS,
        "x.tf.json": '{"resource":{"aws_ecs_task\\u005fdefinition":{"x":{"family":"x","container_definitions":"${jsonencode(local.bare)}"}}}}',
    },
    "json_type": {
        "a.tf.json": json.dumps(
            {"variable": {"n": {"type": "number", "default": "1"}}}
        ),
        "main.tf": LOCALS + resource("var.n == 1 ? %s : %s" % (B, G)),
    },
    "json_default_obj": {
        "a.tf.json": json.dumps({"variable": {"n": {"default": {"a": ["${x}"]}}}}),
        "main.tf": LOCALS + resource('var.n.a[0] == "$${x}" ? %s : %s' % (B, G)),
    },
    "json_bool_text": {
        "a.tf.json": json.dumps({"locals": {"t": "${true}", "u": "x${true}"}}),
        "main.tf": LOCALS
        + resource('local.t == true && local.u == "xtrue" ? %s : %s' % (B, G)),
    },
    "override_block_count": {
        "main.tf": LOCALS + resource(G, "count = 0"),
        "override.tf": 'resource "aws_ecs_task_definition" "x" {\n count = 1\n container_definitions = %s\n}\n'
        % B,
    },
    "override_order_json": {
        "main.tf": LOCALS
        + "locals { u = 1 }\n"
        + resource("local.u == 3 ? %s : %s" % (B, G)),
        "a_override.tf": "locals {\n u = 2\n}\n",
        "a_override.tf.json": '{"locals":{"u":3}}',
    },
    "tuple_type_var": {
        "main.tf": 'module "m" {\n source = "./m"\n l = [1, "a"]\n}\n',
        "m/main.tf": LOCALS
        + 'variable "l" { type = list(string) }\n'
        + resource('var.l[0] == "1" ? %s : %s' % (B, G)),
    },
    "any_list": {
        "main.tf": 'module "m" {\n source = "./m"\n l = [1, "a"]\n}\n',
        "m/main.tf": LOCALS
        + 'variable "l" { type = list(any) }\n'
        + resource('var.l[0] == "1" ? %s : %s' % (B, G)),
    },
    "map_any": {
        "main.tf": 'module "m" {\n source = "./m"\n l = { a = 1, b = "x" }\n}\n',
        "m/main.tf": LOCALS
        + 'variable "l" { type = map(any) }\n'
        + resource('var.l.a == "1" ? %s : %s' % (B, G)),
    },
    "object_drops": {
        "main.tf": 'module "m" {\n source = "./m"\n o = { a = 1, b = 2 }\n}\n',
        "m/main.tf": LOCALS
        + 'variable "o" { type = object({ a = number }) }\n'
        + resource("try(var.o.b, 0) == 0 ? %s : %s" % (B, G)),
    },
    "set_var": {
        "main.tf": 'module "m" {\n source = "./m"\n s = ["b", "a", "b"]\n}\n',
        "m/main.tf": LOCALS
        + 'variable "s" { type = set(string) }\n'
        + resource('length(var.s) == 2 && tolist(var.s)[0] == "a" ? %s : %s' % (B, G)),
    },
    "optional_nested": {
        "main.tf": 'module "m" {\n source = "./m"\n o = { i = {} }\n}\n',
        "m/main.tf": LOCALS
        + 'variable "o" { type = object({ i = optional(object({ x = optional(number, 7) }), {}) , j = optional(string) }) }\n'
        + resource("var.o.i.x == 7 && var.o.j == null ? %s : %s" % (B, G)),
    },
    "module_for_each_ref": {
        "main.tf": LOCALS
        + 'module "m" {\n source = "./m"\n for_each = { a = true, b = false }\n v = each.value\n}\n'
        + resource('module.m["b"].o ? %s : %s' % (G, B)),
        "m/main.tf": 'variable "v" {}\noutput "o" { value = var.v }\n',
    },
    "module_splat": {
        "main.tf": LOCALS
        + 'module "m" {\n source = "./m"\n count = 2\n v = count.index\n}\n'
        + resource("sum(module.m[*].o) == 1 ? %s : %s" % (B, G)),
        "m/main.tf": 'variable "v" {}\noutput "o" { value = var.v }\n',
    },
    "values_module": {
        "main.tf": LOCALS
        + 'module "m" {\n source = "./m"\n for_each = toset(["x"])\n v = each.key\n}\n'
        + resource('values(module.m)[0].o == "x" ? %s : %s' % (B, G)),
        "m/main.tf": 'variable "v" {}\noutput "o" { value = var.v }\n',
    },
    "tpl_for_strip": main(
        '"%%{ for x in ["a","b"] ~}\\n ${x}\\n%%{ endfor ~}\\n" == "a\\nb\\n" ? %s : %s'
        % (B, G)
    ),
    "cond_chain": main("false ? %s : true ? %s : %s" % (G, B, G)),
    "precedence": main("!false && 1 + 2 * 3 == 7 || false ? %s : %s" % (B, G)),
    "neg_literal": main("-1 + 2 == 1 && 2 - -1 == 3 ? %s : %s" % (B, G)),
    "mod_prec": main("7 - 5 %% 3 == 5 ? %s : %s" % (B, G)),
    "nested_attr_index": main(
        "{ a = [{ b = [1, 2] }] }.a[0].b[1] == 2 ? %s : %s" % (B, G)
    ),
    "dollar_literal": main('"$" == "$" && "$${" == "\\u0024{" ? %s : %s' % (B, G)),
}


def folders() -> dict[str, Files]:
    """Give every folder in which a container runs bare."""
    made: dict[str, Files] = {}
    for name, value in AFTERWARDS.items():
        made[f"after_{name}"] = main(value, MODULE)
        made[f"after_{name}_through_local"] = main(
            "local.made", MODULE, f"locals {{\n  made = {value}\n}}\n"
        )
    for name, module in CREATED.items():
        value = f"coalesce({M}, jsonencode(local.bare))"
        made[name] = main(value, module)
    for name, choice in VALUES.items():
        value = re.sub(r"local\.(bare|good)", r"jsonencode(local.\1)", choice)
        made[f"value_{name}"] = main(value)
        made[f"value_{name}_in_module"] = {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": LOCALS + resource(value),
        }
    made.update({f"grammar_{name}": files for name, files in GRAMMAR.items()})
    made.update({f"together_{name}": files for name, files in TOGETHER.items()})
    made.update({f"more_{name}": files for name, files in MORE.items()})
    return made


def fine() -> dict[str, Files]:
    """Give every folder in which all containers run under an agent, for sure."""
    made = {f"same_{n}": main(v, MODULE) for n, v in SAME_TEXT.items()}
    made["good"] = main("jsonencode(local.good)")
    made["image_tag"] = main(
        'jsonencode([merge(local.ran, { image = "w:${var.tag}" }), local.agent])',
        'variable "tag" {\n  default = "1"\n}\n',
    )
    made["through_module"] = {
        "main.tf": LOCALS
        + MODULE
        + f'module "s" {{\n  source = "./s"\n  c = {M}\n}}\n',
        "s/main.tf": 'variable "c" {\n  type = string\n}\n' + resource("var.c"),
    }
    made["for_each"] = {
        "main.tf": LOCALS
        + resource("jsonencode(local.good)", 'for_each = toset(["a", "b"])')
    }
    made["override_to_good"] = {
        "main.tf": LOCALS + resource("jsonencode(local.bare)"),
        "override.tf": resource("jsonencode(local.good)"),
    }
    return made
