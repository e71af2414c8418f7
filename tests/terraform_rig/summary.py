"""What was built, read back from the account through its APIs. Not Terraform's word.

The registered task definition comes from ECS, not from the state; before and after are
the container as its author wrote it and as ECS holds it.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from tests.terraform_rig.workspace import Stack

PROVENANCE: Final = "fargate-instrument.provenance"
# What ECS adds to every container when it registers one.
_FILLED_IN: Final[tuple[tuple[str, object], ...]] = (
    ("cpu", 0),
    ("environment", []),
    ("essential", True),
    ("mountPoints", []),
    ("portMappings", []),
    ("systemControls", []),
    ("volumesFrom", []),
)
_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


class Built(NamedTuple):
    """What the account answers about the one service of a stack."""

    service: dict[str, Any]
    task_definition: dict[str, Any]
    before: list[dict[str, Any]]


def read_back(stack: Stack, ecs: Any) -> Built:
    """Ask ECS for the service and the task definition that it runs."""
    outputs = stack.outputs()
    answer = ecs.describe_services(
        cluster=outputs["cluster_name"], services=[outputs["service_name"]]
    )
    service = answer["services"][0]
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    before = json.loads(outputs["original_container_definitions"])
    return Built(service, definition["taskDefinition"], before)


def show(console: Console, stack: Stack, built: Built) -> None:
    """Print what was built, what runs, and the container before and after."""
    console.print(_counts(stack.state()))
    console.print(_facts(built))
    added = {container["name"]: container for container in _registered(built)}
    for container in built.before:
        after = added.pop(container["name"])
        console.rule(f"container {container['name']}: before and after", align="left")
        console.print(_difference(container, after))
    for name, container in added.items():
        console.rule(f"container {name}: added", align="left")
        console.print(Text("\n".join(_lines(container)), style="green"))


def _registered(built: Built) -> list[dict[str, Any]]:
    containers = built.task_definition["containerDefinitions"]
    written = {container["name"]: container for container in built.before}
    return [plain(container, written) for container in containers]


def plain(container: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """Leave out what ECS filled in and nobody wrote."""
    own = written.get(container["name"], {})
    filled = [key for key, value in _FILLED_IN if container.get(key) == value]
    return {
        key: value
        for key, value in container.items()
        if key not in filled or key in own
    }


def _counts(state: dict[str, Any]) -> Table:
    table = Table(title="Built", title_justify="left", box=None, pad_edge=False)
    table.add_column("module", style="bold")
    table.add_column("resources", justify="right")
    table.add_column("of these")
    for module, kinds in _by_module(state["values"]["root_module"]).items():
        listed = ", ".join(
            f"{kind.removeprefix('aws_')}{f' x{count}' if count > 1 else ''}"
            for kind, count in sorted(kinds.items())
        )
        table.add_row(module or "(stack)", str(kinds.total()), listed)
    return table


def _by_module(root: dict[str, Any]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for module in _modules(root):
        name = module.get("address", "").removeprefix("module.").partition(".")[0]
        kinds = [
            resource["type"]
            for resource in module.get("resources", [])
            if resource["mode"] == "managed"
        ]
        found.setdefault(name, Counter()).update(kinds)
    return {name: kinds for name, kinds in found.items() if kinds}


def _modules(module: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield module
    for child in module.get("child_modules", []):
        yield from _modules(child)


def _facts(built: Built) -> Table:
    definition = built.task_definition
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    rows = {
        "service": built.service["serviceName"],
        "task definition": definition["taskDefinitionArn"],
        "pid mode": definition.get("pidMode", "(default)"),
        "containers": ", ".join(c["name"] for c in definition["containerDefinitions"]),
        "secrets": "\n".join(
            f"{container['name']}: {secret['name']} from {secret['valueFrom']}"
            for container in definition["containerDefinitions"]
            for secret in container.get("secrets", [])
        ),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _lines(container: dict[str, Any]) -> list[str]:
    """Write a container for a reader: no commas, the provenance label in short."""
    labels = container.get("dockerLabels", {})
    short = {name: _in_short(name, text) for name, text in labels.items()}
    shown = {**container, "dockerLabels": short} if labels else container
    text = json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)
    return [line.rstrip(",") for line in text.splitlines()]


def _in_short(name: str, text: str) -> str:
    if name != PROVENANCE:
        return text
    return f"(what to take back, {len(text)} characters)"


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Text:
    lines = difflib.ndiff(_lines(before), _lines(after))
    shown = Text()
    for line in lines:
        if not line.startswith("?"):
            shown.append(line + "\n", style=_STYLES.get(line[0]))
    return shown
