"""What is said twice must be the same: tables of the docs, twin resources, versions."""

from __future__ import annotations

import re
from typing import Any, Final

from tests.modules import house_rules
from tests.modules.configuration import CHECKOUT, Configuration, bare, parse

ORCHESTRATOR: Final = Configuration(CHECKOUT / "modules/orchestrator-agent")
SERVICE: Final = Configuration(CHECKOUT / "modules/ecs-service")
NETWORK: Final = CHECKOUT / "docs/reference/network-requirements.md"
ROW: Final = re.compile(
    r"^\| (?P<region>[a-z]{2}\d) \| [^|]+ \| (?P<host>\S+) \| (?P<other>\S+) \|$",
    re.MULTILINE,
)


def _collectors() -> dict[str, tuple[str, str]]:
    text = ORCHESTRATOR.texts["collectors.tf"]
    rows = re.findall(
        r'^\s+(\w+) = \{ host = "([^"]+)", alternative = "([^"]+)" \}$',
        text,
        re.MULTILINE,
    )
    return {region: (host, other) for region, host, other in rows}


def test_collectors_of_the_page_are_those_of_the_module() -> None:
    page = NETWORK.read_text(encoding="utf-8")
    said = {row["region"]: (row["host"], row["other"]) for row in ROW.finditer(page)}
    assert len(said) == 10
    assert said == _collectors()


def test_regions_that_are_accepted_have_a_collector() -> None:
    condition = ORCHESTRATOR.variables["sysdig_region"]["validation"][0]["condition"]
    listed = re.search(r"contains\(\[([^\]]*)\]", condition)
    assert listed is not None
    assert set(re.findall(r"\w+", listed[1])) == _collectors().keys()
    ibm = re.search(r"\^\(([a-z|-]+)\)-\(private-\)\?", condition)
    assert ibm is not None
    page = NETWORK.read_text(encoding="utf-8")
    assert [region for region in ibm[1].split("|") if region not in page] == []
    assert len(ibm[1].split("|")) == 12


def test_the_twin_services_differ_in_one_line_only() -> None:
    twins: dict[str, dict[str, Any]] = {
        name: body
        for _, name, body in SERVICE.blocks("resource")
        if name.startswith("aws_ecs_service.")
    }
    this, uncounted = twins["aws_ecs_service.this"], twins["aws_ecs_service.uncounted"]
    assert this["count"] != uncounted["count"]
    lifecycle = {**uncounted["lifecycle"][0]}
    assert lifecycle.pop("ignore_changes") == ["desired_count"]
    assert {**this, "count": ""} == {
        **uncounted,
        "count": "",
        "lifecycle": [lifecycle],
    }


def test_retention_values_are_the_same_everywhere() -> None:
    lists = [
        tuple(map(int, found.split(",")))
        for name in ("vpc", "ecs-service", "orchestrator-agent")
        for found in re.findall(
            r"\[(0, 1, 3, 5,[^\]]*)\]",
            Configuration(CHECKOUT / "modules" / name).texts["variables.tf"],
        )
    ]
    assert len(lists) == 3
    assert len(set(lists)) == 1


def test_sizes_are_those_of_fargate() -> None:
    """The table of ranges, spelled out and compared with AWS's own list."""
    text = SERVICE.texts["main.tf"]
    ranges = {
        int(cpu): set(range(int(low), int(high) + 1, int(step)))
        - set(map(int, re.findall(r"\d+", left_out)))
        for cpu, low, high, step, left_out in re.findall(
            r"^\s+(\d+)\s*= \{ from = (\d+), to = (\d+), step = (\d+), "
            r"except = \[([\d, ]*)\] \}$",
            text,
            re.MULTILINE,
        )
    }
    gib = 1024
    assert ranges == {
        256: {512, gib, 2 * gib},
        512: {n * gib for n in range(1, 5)},
        1024: {n * gib for n in range(2, 9)},
        2048: {n * gib for n in range(4, 17)},
        4096: {n * gib for n in range(8, 31)},
        8192: {n * gib for n in range(16, 61, 4)},
        16384: {n * gib for n in range(32, 121, 8)},
    }


def test_tflint_turns_on_the_thirteen_rules() -> None:
    rules = {rule.__name__ for rule in house_rules.RULES[:13]}
    settings = parse((CHECKOUT / ".tflint.hcl").read_text(encoding="utf-8"))
    listed = {name for block in settings["rule"] for name in block}
    assert listed == {f"terraform_{name}" for name in rules}


def test_bare_leaves_syntax_only() -> None:
    text = 'a = "b # c" # d\n// e\nf = <<-EOT\n  g\n  EOT\n/* h\n */ i = 1\n'
    assert re.findall(r"[a-z]", bare(text)) == ["a", "f", "i"]
