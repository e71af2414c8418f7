"""What is known of the agents on a container, for the rules; no rule, and no mark."""

from __future__ import annotations

from fargate_instrument.core import marks
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.known import AGENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Value = dict[str, Any]


class Launcher(Frozen):
    """How an agent starts an application, and what it asks of the container.

    ``vendor``: as people call it. ``path``: the launcher, if one was seen. The rest is
    as in the marks of agents.
    """

    vendor: str
    path: str
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


def launchers(container: Value) -> list[Launcher]:
    """Find the launchers through which a container starts, outermost first."""
    return [_launcher(agent, wrap) for agent, wrap in marks.chain(container)]


def _launcher(agent: str, wrap: Any) -> Launcher:
    words: Any = getattr(wrap, "prefix", ()) or getattr(wrap, "launcher", ("",))
    first = words[0]
    made = _MADE.get((agent, first))
    if made is None:
        known = AGENTS[agent]
        made = _MADE[agent, first] = Launcher(
            known["vendor"],
            str(first),
            ptrace=known.get("ptrace", False),
            root_only=known.get("root_only", False),
            writes=known.get("writes", ""),
            x86_only=known.get("architectures") == ("X86_64",),
        )
    return made


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
