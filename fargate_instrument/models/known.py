"""Writes ``core/known.py``: the marks of every agent in one table of plain data.

So that telling whose a container is needs no agent's module.
"""

from __future__ import annotations

import pprint
from typing import Any

from fargate_instrument.core.agents import NAMES, Agent, Marks, load, recognised
from fargate_instrument.core.recipe import ShellWrapCommand, WrapEntryPoint


def known() -> str:
    """Give the text of ``known.py``: what the plan path knows of all agents at once."""
    found = [*map(load, NAMES), *recognised.AGENTS]
    marked = [agent for agent in found if agent.marks != Marks()]
    everyone = sorted(marked, key=lambda agent: agent.name)
    table = {agent.name: _marks(agent) for agent in everyone}
    wraps = [row for agent in everyone for row in _wraps(agent)]
    aliases = {alias: agent.name for agent in everyone for alias in agent.aliases}
    secret = sorted({o.name for a in everyone for o in a.options if o.secret})
    only = tuple(sorted(agent.name for agent in recognised.AGENTS))
    return (
        '"""By what agents are known, as data; GENERATED from their modules, never edited.'
        "\n\n``AGENTS``: agent -> its marks, those that are not empty. ``WRAPS``: (agent,"
        " kind,\nprefix or shell, launcher). ``ALIASES``: what people type -> agent."
        "\n``SECRET_OPTIONS``: options of any agent whose values are secrets."
        '\n``RECOGNISED``: agents that are recognised and cannot be put in.\n"""\n\n'
        "from __future__ import annotations\n\n"
        "TYPE_CHECKING = False\n"
        "if TYPE_CHECKING:\n"
        "    from typing import Any\n\n"
        f"AGENTS: dict[str, dict[str, Any]] = {_shown(table)}\n\n"
        f"WRAPS: tuple[Any, ...] = {_shown(tuple(wraps))}\n\n"
        f"ALIASES: dict[str, str] = {_shown(aliases)}\n\n"
        f"SECRET_OPTIONS: tuple[str, ...] = {_shown(tuple(secret))}\n\n"
        f"RECOGNISED: tuple[str, ...] = {_shown(only)}\n"
    )


def _shown(value: Any) -> str:
    return pprint.pformat(value, width=88, compact=True, sort_dicts=True)


def _marks(agent: Agent) -> dict[str, Any]:
    fields = [field for field in Marks.__annotations__ if field != "wraps"]
    plain = {field: getattr(agent.marks, field) for field in fields}
    found = {field: value for field, value in plain.items() if value}
    if found.get("least") == (0, 0):
        del found["least"]
    return {"vendor": agent.vendor, **found}


def _wraps(agent: Agent) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for wrap in agent.marks.wraps:
        if isinstance(wrap, WrapEntryPoint):
            found.append((agent.name, wrap.layout, wrap.prefix, ()))
        elif isinstance(wrap, ShellWrapCommand):
            found.append((agent.name, "shell_command", wrap.shell, wrap.launcher))
        else:
            found.append((agent.name, "shell_argv", wrap.shell, (wrap.line,)))
    return found
