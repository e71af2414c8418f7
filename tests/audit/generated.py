"""Small configurations made by chance from a seed: texts of container definitions."""

# ruff: noqa: E501 - Terraform code keeps its own lines

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.audit.adversarial import M

if TYPE_CHECKING:
    from collections.abc import Callable

CONDITIONS = (
    "true", "false", '"true"', "1 == 1", '"1" == 1', "contains([true], 1)",
    "0.1 + 0.2 == 0.3", "length(local.good) > 1", 'can(regex("^w", "web"))',
    "[1] == tolist([1])", 'lookup({ a = null }, "a", "d") == null', "!false",
    'length(toset([1, "1"])) == 1', 'try(tobool("x"), true)', "one([]) == null",
)  # fmt: skip
TEXTS: tuple[Callable[[Maker, int], str], ...] = (
    lambda m, n: f"jsonencode({m.containers(n)})",
    lambda m, n: f"jsonencode({m.containers(n)})",
    lambda _m, _n: M,
    lambda m, n: f"({m.condition()} ? {m.text(n)} : {m.text(n)})",
    lambda m, n: f"coalesce({m.text(n)}, {m.text(n)})",
    lambda m, n: f"try({m.text(n)}, {m.text(n)})",
    lambda m, n: f"try(jsonencode(jsondecode({m.text(n)})[7]), {m.text(n)})",
    lambda m, n: f'replace({m.text(n)}, "/opt/draios/bin/instrument", "/app")',
    lambda m, n: f'replace({m.text(n)}, "w:1", "w:2")',
    lambda m, n: f'"${{{m.text(n)}}}"',
    lambda m, n: (
        f'"%{{ if {m.condition()} }}${{{m.text(n)}}}%{{ else }}[]%{{ endif }}"'
    ),
    lambda m, n: f'format("%s", {m.text(n)})',
    lambda m, n: f"jsonencode(jsondecode({m.text(n)}))",
    lambda m, n: f'join("", [{m.text(n)}])',
    lambda m, n: f"tostring({m.text(n)})",
    lambda m, n: f"trimspace({m.text(n)})",
    lambda m, n: f'lookup({{ x = {m.text(n)} }}, "x", "")',
    lambda m, n: f"[{m.text(n)}, {m.text(n)}][{m.number()}]",
    lambda m, n: f"element([{m.text(n)}, {m.text(n)}], {m.number()})",
    lambda m, n: f"[for t in [{m.text(n)}, {m.text(n)}] : t if {m.condition()}][0]",
    lambda m, n: f"{{ for k, t in {{ a = {m.text(n)} }} : k => t }}.a",
    lambda m, n: f"base64decode(base64encode({m.text(n)}))",
    lambda m, n: f"one([{m.text(n)}])",
    lambda m, n: f"reverse([{m.text(n)}, {m.text(n)}])[{m.number()}]",
)
CONTAINERS: tuple[Callable[[Maker, int], str], ...] = (
    lambda _m, _n: "local.good",
    lambda _m, _n: "local.bare",
    lambda _m, _n: "[local.ran, local.agent]",
    lambda _m, _n: "[local.agent, local.ran, local.app]",
    lambda m, n: f"concat({m.containers(n)}, {m.containers(n)})",
    lambda m, n: f"slice({m.containers(n)}, 0, 1)",
    lambda m, n: f"reverse({m.containers(n)})",
    lambda m, n: f"flatten([{m.containers(n)}, [{m.containers(n)}]])",
    lambda m, n: f'[for c in {m.containers(n)} : c if c.name != "agent"]',
    lambda m, n: f'[for c in {m.containers(n)} : c if c.name != "web"]',
    lambda m, n: (
        f'[for c in {m.containers(n)} : merge(c, {{ entryPoint = ["/app"] }})]'
    ),
    lambda m, n: f'[for c in {m.containers(n)} : merge(c, {{ user = "0" }})]',
    lambda m, n: (
        f'[for c in {m.containers(n)} : {{ for k, v in c : k => v if k != "volumesFrom" }}]'
    ),
    lambda m, n: f"[for c in {m.containers(n)} : {{ for k, v in c : title(k) => v }}]",
    lambda m, n: f"jsondecode({m.text(n)})",
    lambda m, n: f"try({m.containers(n)}, {m.containers(n)})",
    lambda m, n: f"coalescelist([], {m.containers(n)})",
    lambda m, n: f'values({{ for i, c in {m.containers(n)} : "k${{i}}" => c }})',
    lambda m, n: f"{m.containers(n)}[*]",
    lambda m, n: f"[{m.containers(n)}[0]]",
)


class Maker:
    """Makes expressions from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  (no secret hangs on it)

    def condition(self) -> str:
        """Make a condition."""
        return self._random.choice(CONDITIONS)

    def number(self) -> int:
        """Make an index into two."""
        return self._random.randrange(2)

    def text(self, depth: int) -> str:
        """Make an expression for a text of container definitions."""
        kinds = TEXTS if depth > 0 else TEXTS[:3]
        return self._random.choice(kinds)(self, depth - 1)

    def containers(self, depth: int) -> str:
        """Make an expression for a list of container definitions."""
        kinds = CONTAINERS if depth > 0 else CONTAINERS[:4]
        return self._random.choice(kinds)(self, depth - 1)


def expressions(number: int) -> list[str]:
    """Make different expressions, the same ones on every machine."""
    made: dict[str, None] = {}
    seed = 0
    while len(made) < number:
        made[Maker(seed).text(1 + seed % 3)] = None
        seed += 1
    return list(made)
