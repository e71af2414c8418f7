"""Configurations that would take all time or memory: each ends, and is not passed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.audit.adversarial import LOCALS, resource

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKOUT = Path(__file__).resolve().parents[2]
MOST_CPU = 10.0
"""Seconds of the processor, which another program on the machine does not change."""
MOST_MEMORY = 300 << 10
"""KiB of resident memory."""

BARE = resource("jsonencode([local.app])")


def doubling(first: str, step: str, times: int = 60) -> str:
    """Write locals each of which is twice the one before."""
    lines = [f"  d0 = {first}\n"]
    lines += [
        f"  d{n} = {step.replace('@', f'local.d{n - 1}')}\n" for n in range(1, times)
    ]
    return f"locals {{\n{''.join(lines)}}}\n" + resource(
        f"jsonencode(local.d{times - 1})"
    )


def nested_modules(folder: Path) -> None:
    """Make three modules that each call the next one 200 times."""
    call = 'module "m" {{\n  source = "./{}"\n  count = 200\n}}\n'
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "main.tf").write_text(call.format("a"))
    (folder / "a" / "main.tf").write_text(call.format("b"))
    (folder / "a" / "b" / "main.tf").write_text(
        LOCALS + 'resource "aws_ecs_task_definition" "x" {\n  count = 200\n'
        "  container_definitions = jsonencode([local.app])\n}\n"
    )


def fifo(folder: Path) -> None:
    """Put pipes nobody writes to where files are read."""
    os.mkfifo(folder / "main.tf")
    os.mkfifo(folder / "x.json")


def endless(folder: Path) -> None:
    """Link to a device that never ends."""
    (folder / "main.tf").symlink_to("/dev/zero")
    (folder / "x.json").symlink_to("/dev/zero")


def many_containers(folder: Path) -> None:
    """Write a list of 200,000 containers."""
    one = '{"name":"web","image":"w"}'
    (folder / "x.json").write_text("[" + ",\n".join([one] * 200_000) + "]")


def calls_itself(folder: Path) -> None:
    """Make a module that calls itself."""
    (folder / "m").mkdir()
    call = 'module "m" {\n  source = "./m"\n}\n'
    (folder / "main.tf").write_text(call)
    (folder / "m" / "main.tf").write_text(
        'module "a" {\n  source = "../m"\n}\nmodule "b" {\n  source = "../m"\n}\n'
        + LOCALS
        + BARE
    )


def template_of_itself(folder: Path) -> None:
    """Make a template that renders itself twice."""
    (folder / "main.tf").write_text(resource('templatefile("t.tpl", { n = 1 })'))
    twice = '${templatefile("t.tpl", { n = 1 })}' * 2
    (folder / "t.tpl").write_text(twice)


def many_files(folder: Path) -> None:
    """Make one large file that is read by many others."""
    (folder / "big").write_text("x" * (30 << 20))
    lines = "".join(f'  f{n} = "${{file("big")}}{n}"\n' for n in range(40))
    (folder / "main.tf").write_text(
        f"locals {{\n{lines}}}\n"
        + resource(f"jsonencode([{', '.join(f'local.f{n}' for n in range(40))}])")
    )


def deep_json(folder: Path) -> None:
    """Open more lists than anyone reads."""
    (folder / "x.json").write_text('{"containerDefinitions": ' + "[" * 200_000)


def deep_terraform_json(folder: Path) -> None:
    """Nest more lists than anyone reads, in Terraform's JSON."""
    lists = "[" * 100_000 + "]" * 100_000
    (folder / "x.tf.json").write_text(f'{{"locals": {{"a": {lists}}}}}')


BOMBS: dict[str, str | Callable[[Path], None]] = {
    "doubling_texts": doubling('"aaaaaaaa"', '"${@}${@}"'),
    "doubling_lists": doubling("[1]", "concat(@, @)"),
    "doubling_parts": doubling("[1]", "[@, @]"),
    "doubling_objects": doubling("{ a = 1 }", "{ a = @, b = @ }"),
    "doubling_holes": doubling("[aws_x.y.z]", "[@, @]"),
    "nested_loops": resource(
        "jsonencode([for a in range(1024) : [for b in range(1024) : [for c in"
        " range(1024) : a]]])"
    ),
    "regular_expression": resource(
        'replace(join("", [for i in range(1000) : "a"]), "/(a+)+$/", "b")'
    ),
    "many_stars": resource(
        'replace(join("", [for i in range(1000) : "a"]), "/a*a*a*a*a*a*a*b/", "b")'
    ),
    "growing_replace": doubling('"aa"', 'replace(@, "a", @)', 12),
    "wide_format": resource('format("%1000000000s%999999999d", "a", 1)'),
    "great_number": resource("jsonencode(1e999999999)"),
    "great_power": resource("jsonencode(pow(10, 1000000000))"),
    "great_json_number": resource('jsondecode("1e999999999")'),
    "setproduct": resource(
        "jsonencode(setproduct(range(1000), range(1000), range(1000), range(1000)))"
    ),
    "great_count": LOCALS + resource("jsonencode([local.app])", "count = 1000000000"),
    "deep_parentheses": resource("(" * 100_000 + "1" + ")" * 100_000),
    "deep_lists": resource("[" * 5_000 + "]" * 5_000),
    "deep_templates": resource('"${' * 5_000 + "1" + '}"' * 5_000),
    "deep_blocks": "a {\n" * 20_000 + "}\n" * 20_000,
    "long_chain": "locals {\n  c0 = []\n"
    + "".join(f"  c{n} = local.c{n - 1}\n" for n in range(1, 20_000))
    + "}\n"
    + resource("jsonencode(local.c19999)"),
    "many_operators": resource("jsonencode(" + " + ".join(["1"] * 100_000) + ")"),
    "many_resources": LOCALS
    + "".join(resource("jsonencode([local.app])", name=f"x{n}") for n in range(20_000)),
    "nested_modules": nested_modules,
    "fifo": fifo,
    "endless": endless,
    "many_containers": many_containers,
    "calls_itself": calls_itself,
    "template_of_itself": template_of_itself,
    "many_files": many_files,
    "deep_json": deep_json,
    "deep_terraform_json": deep_terraform_json,
}


def set_up(folder: Path, bomb: str | Callable[[Path], None]) -> None:
    if callable(bomb):
        bomb(folder)
    else:
        (folder / "main.tf").write_text(bomb)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_and_is_not_passed(tmp_path: Path, name: str) -> None:
    set_up(tmp_path, BOMBS[name])
    with (tmp_path.parent / f"{tmp_path.name}.out").open("w+b") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "fargate_instrument", "audit", str(tmp_path)],
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        shown = out.read().decode(errors="replace")
    cpu = used.ru_utime + used.ru_stime
    print(f"{name}: {cpu:.1f} s, {used.ru_maxrss >> 10} MiB")
    assert process.returncode == 1, shown[-2000:]
    assert "Traceback" not in shown
    assert cpu < MOST_CPU
    assert used.ru_maxrss < MOST_MEMORY
