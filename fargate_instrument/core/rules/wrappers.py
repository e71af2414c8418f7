"""What is known of the agents on a container, for the rules; no rule, and no mark."""

from __future__ import annotations

from fargate_instrument.core import marks, started
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.known import AGENTS, WRAPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Value = dict[str, Any]


class Launcher(Frozen):
    """How an agent starts an application, and what it asks of the container.

    ``vendor``: as people call it. ``path``: the launcher, if one was seen, and
    ``agent``: whose it is. The rest is as in the marks of agents.
    """

    vendor: str
    path: str
    agent: str = ""
    ptrace: bool = False
    root_only: bool = False
    writes: str = ""
    x86_only: bool = False


SECRETS = frozenset(
    name for known in AGENTS.values() for name in known.get("secrets", ())
)
"""Variables with which agents take their credentials."""


def least(agent: str) -> tuple[int, int]:
    """Give the CPU units and MiB that an agent's vendor publishes as the least."""
    found: tuple[int, int] = marks.marks(agent).get("least", (0, 0))
    return found


_MADE: dict[tuple[str, str], Launcher] = {}
_PROGRAMS = frozenset(
    str(word).rpartition("/")[2]
    for _, kind, first, second in WRAPS
    for word in (first[:1] if not kind.startswith("shell") else second[:1])
)
"""Last parts of the paths of known launchers, and the beginnings of shell lines."""


def launchers(container: Value) -> list[Launcher]:
    """Find the launchers through which a container starts, outermost first.

    What an agent's own tool wrote counts with nothing behind it, too.
    """
    found = [(agent, _first(wrap)) for agent, wrap in marks.chain(container)]
    if not found and _may_start(container):
        found = [(one.agent, one.path) for one in started.started(container).starts]
    return [_launcher(agent, path) for agent, path in found]


def _may_start(container: Value) -> bool:
    """Tell at a glance whether an argv names any known launcher."""
    items = (*container.get("entryPoint", ()), *container.get("command", ()))
    text = "\n".join(items) if items else ""
    return any(program in text for program in _PROGRAMS)


def _launcher(agent: str, path: str) -> Launcher:
    made = _MADE.get((agent, path))
    if made is None:
        known = AGENTS[agent]
        made = _MADE[agent, path] = Launcher(
            known["vendor"],
            path,
            agent,
            ptrace=known.get("ptrace", False),
            root_only=known.get("root_only", False),
            writes=known.get("writes", ""),
            x86_only=known.get("architectures") == ("X86_64",),
        )
    return made


def _first(wrap: Any) -> str:
    words = getattr(wrap, "prefix", ()) or getattr(wrap, "launcher", ())
    line: list[str] = str(getattr(wrap, "line", "")).split()
    return next((str(w) for w in (*words, *line) if str(w).startswith("/")), "")


def declared(facts: Iterable[Value], name: str) -> list[Launcher]:
    """Read what the caller knows of agents on a container; see ``check``."""
    return [
        Launcher(
            str(fact.get("agent", "an agent")),
            "",
            ptrace=bool(fact.get("ptrace")),
            root_only=bool(fact.get("rootOnly")),
            writes=str(fact.get("writes") or ""),
            x86_only=fact.get("architectures") == ["X86_64"],
        )
        for fact in facts
        if fact.__class__ is dict
        and fact.get("containers").__class__ is list
        and name in fact["containers"]
    ]
