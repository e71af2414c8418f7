"""What instruments container definitions at plan time, told by its name and source.

This project's modules and program, and the vendors' own data sources. It reads no
file but looks whether a module's checkout holds the program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit.unknown import Instrumented

if TYPE_CHECKING:
    from pathlib import Path

MODULES = {
    "instrument": "",
    "prisma-cloud-defender": "prisma_cloud",
    "sysdig-workload-agent": "sysdig",
}
"""Module of this project -> the agent it puts in; ``""``: it is told which."""

OUTPUTS = ("container_definitions", "output_container_definitions", "task_definitions")
"""What those modules give out that holds instrumented containers."""

DATA_SOURCES = {"sysdig_fargate_workload_agent": "sysdig"}
"""Data source of a vendor's provider -> agent."""

PROGRAM = re.compile(r"fargate[-_]instrument")
_REMOTE = re.compile(r"fargate-instrument(?:\.git)?//modules/(?P<name>[a-z-]+)")
_LOCAL = re.compile(r"(?:^|/)modules/(?P<name>[a-z-]+)/?$")
_INDEX = re.compile(r"\[(?:[0-9]+|\"(?:[^\"\\]|\\.)*\")\]")
_LONGEST_CHAIN = 40


def module(source: object, folder: Path | None = None) -> str | None:
    """Name this project's module that a source means, or give None.

    ``folder``: where a relative source starts; without it the name alone decides.
    """
    if not isinstance(source, str):
        return None
    remote = _REMOTE.search(source)
    if remote:
        return remote["name"] if remote["name"] in MODULES else None
    local = _LOCAL.search(source)
    if local is None or local["name"] not in MODULES or not source.startswith("."):
        return None
    if folder is not None:
        checkout = (folder / source).parent.parent
        if not (checkout / "fargate_instrument" / "__main__.py").is_file():
            return None
    return local["name"]


def from_configuration(root: Any, address: str) -> Instrumented | None:
    """Follow a resource's container definitions through a plan's configuration.

    ``root``: ``configuration.root_module``. None, unless every reference leads to
    one and the same instrumentation.
    """
    *modules, kind, name = _INDEX.sub("", address).split(".")
    calls = modules[1::2]
    chain = [root]
    for call in calls:
        chain.append(_get(chain[-1], "module_calls", call, "module"))
    for resource in _get(chain[-1], "resources") or ():
        if resource.get("address") == f"{kind}.{name}":
            expression = _get(resource, "expressions", "container_definitions")
            return _trace(expression, chain, calls, 0)
    return None


def _trace(
    expression: Any, chain: list[Any], calls: list[str], depth: int
) -> Instrumented | None:
    references = [
        reference
        for reference in _get(expression, "references") or ()
        if reference.count(".") > 1 or not reference.startswith(("module.", "data."))
    ]
    if not references or depth > _LONGEST_CHAIN:
        return None
    found = {_follow(reference, chain, calls, depth) for reference in references}
    return found.pop() if len(found) == 1 else None


def _follow(
    reference: str, chain: list[Any], calls: list[str], depth: int
) -> Instrumented | None:
    words = _INDEX.sub("", reference).split(".")
    if words[0] == "var" and calls:
        call = _get(chain[-2], "module_calls", calls[-1])
        expression = _get(call, "expressions", words[1])
        return _trace(expression, chain[:-1], calls[:-1], depth + 1)
    if words[0] == "data":
        return _data(words, chain[-1])
    if words[0] != "module" or len(words) < len(("module", "name", "output")):
        return None
    call = _get(chain[-1], "module_calls", words[1])
    name = module(_get(call, "source"))
    by = f"module.{words[1]}"
    if name is not None:
        said = _get(call, "expressions", "agent", "constant_value")
        agent = MODULES[name] or (said if isinstance(said, str) else "")
        return Instrumented(agent, by) if words[2] in OUTPUTS else None
    inner = _get(call, "module")
    output = _get(inner, "outputs", words[2], "expression")
    return _trace(output, [*chain, inner], [*calls, words[1]], depth + 1)


def _data(words: list[str], configuration: Any) -> Instrumented | None:
    kind, name = words[1], words[2]
    by = f"data.{kind}.{name}"
    if kind in DATA_SOURCES:
        return Instrumented(DATA_SOURCES[kind], by)
    for resource in _get(configuration, "resources") or ():
        if kind == "external" and resource.get("address") == by:
            program = _get(resource, "expressions", "program")
            query = _get(resource, "expressions", "query", "constant_value")
            agent = query.get("agent") if isinstance(query, dict) else ""
            if PROGRAM.search(str(program)):
                return Instrumented(agent if isinstance(agent, str) else "", by)
    return None


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
