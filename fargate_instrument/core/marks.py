"""The only recogniser: whose a container is, and through what an application runs.

It reads ``known``, which is generated from the agents' own marks, and knows no agent.
One sign alone proves nothing: a name can be anybody's, and so can an image's path.
"""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.known import AGENTS, RECOGNISED, WRAPS
from fargate_instrument.core.recipe import (
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
)
from fargate_instrument.core.shell import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Step

    Wrap: TypeAlias = WrapEntryPoint | ShellWrapCommand | ShellWrapArgv

REFERENCES = (("dependsOn", "containerName"), ("volumesFrom", "sourceContainer"))
"""Members in which a container names others -> the member of an entry that does."""

ENOUGH = 2
"""Signs that have to agree before a container counts as an agent's own."""

_KINDS: dict[str, Any] = {
    "entry_point": lambda prefix, _: WrapEntryPoint(prefix, "entry_point"),
    "command": lambda prefix, _: WrapEntryPoint(prefix, "command"),
    "shell_command": ShellWrapCommand,
    "shell_argv": lambda shell, line: ShellWrapArgv(shell, line[0]),
}


def _indexed(field: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for agent, marks in AGENTS.items():
        for value in marks.get(field, ()):
            found.setdefault(value, []).append(agent)
    return found


_NAMES = _indexed("names")
_PROGRAMS = _indexed("programs")
_IMAGES: dict[str, list[tuple[str, str]]] = {}
for _agent, _marks in AGENTS.items():
    for _end in (*_marks.get("images", ()), *_marks.get("repositories", ())):
        _IMAGES.setdefault(_end.rpartition("/")[2], []).append((_end, _agent))
_STARTS: dict[str, list[str]] = {}
for _row in WRAPS:
    if _row[0] not in _STARTS.setdefault(_row[2][0], []):
        _STARTS[_row[2][0]].append(_row[0])


_MADE: dict[str, tuple[Wrap, ...]] = {}


class Owner(Frozen):
    """Whose a container seems to be. ``signs``: what speaks for it, in words.

    ``runs``: one of them is of what it runs, its image or its program; a name and who
    uses it are words about it.
    """

    agent: str
    signs: tuple[str, ...]
    runs: bool = False

    @property
    def proven(self) -> bool:
        """Tell whether enough signs agree."""
        return len(self.signs) >= ENOUGH

    @property
    def vendor(self) -> str:
        """Name the vendor, for people."""
        return str(AGENTS[self.agent]["vendor"])


class Found(Frozen):
    """A wrap that was found. ``raw``: it runs a line that needs its shell."""

    wrap: Wrap
    raw: bool = False


def repository(image: str) -> str:
    """Cut tag and digest off an image reference, and Docker Hub's own host."""
    path = image.partition("@")[0]
    head, _, tail = path.rpartition(":")
    path = head if head and "/" not in tail else path
    for host in ("docker.io/", "index.docker.io/"):
        path = path.removeprefix(host)
    return path.removeprefix("library/")


def owners(containers: Sequence[Any]) -> dict[int, Owner]:
    """Find the containers that seem to be an agent's own, by index."""
    found: dict[int, Owner] = {}
    used: dict[str, set[str]] | None = None
    for index, container in enumerate(containers):
        suspects = _suspects(container) if container.__class__ is dict else ()
        if not suspects:
            continue
        best = min((_owner(container, a, {}) for a in suspects), key=_rank)
        if not best.proven:
            used = _used(containers) if used is None else used
            best = min((_owner(container, a, used) for a in suspects), key=_rank)
        if best.signs:
            found[index] = best
    return found


def _rank(owner: Owner) -> tuple[int, str]:
    """Put the one with the most signs first; of as many the first by name."""
    return -len(owner.signs), owner.agent


def _suspects(container: Container) -> set[str]:
    name, image = container.get("name"), container.get("image")
    found = set(_NAMES.get(name, ())) if name.__class__ is str else set()
    if image.__class__ is str:
        last = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if last in _IMAGES:
            found.update(agent for _, agent in _IMAGES[last])
    entry_point = container.get("entryPoint")
    if entry_point.__class__ is list and entry_point:
        first = entry_point[0]
        if first.__class__ is str and first in _PROGRAMS:
            found.update(_PROGRAMS[first])
    return found


def _owner(container: Container, agent: str, used: Mapping[str, set[str]]) -> Owner:
    marks = AGENTS[agent]
    signs = []
    name, argv = container.get("name"), ecs.known_argv(container.get("entryPoint"))
    if name in marks.get("names", ()):
        signs.append("its name")
        if container.get("firelensConfiguration"):
            signs.append("the log router that it is")
    runs_program = bool(argv) and argv[0] in marks.get("programs", ())
    if runs_program:
        signs.append("the agent's program")
    path = repository(str(container.get("image", "")))
    if any(_is_repository(path, known) for known in marks.get("repositories", ())):
        signs.append("the vendor's image")
        if not argv or runs_program:
            signs.append("run as it is")
    elif any(_ends(path, end) for end in marks.get("images", ())):
        signs.append("the end of its image's name")
    runs = len(signs) > (name in marks.get("names", ()))
    if name in used.get(agent, ()):
        signs.append("what starts through it")
    return Owner(agent, tuple(signs), runs)


def _is_repository(path: str, known: str) -> bool:
    start, star, end = known.partition("*")
    if star:
        return path.startswith(start) and path.endswith(end)
    return path == known


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith("/" + end)


def _used(containers: Sequence[Any]) -> dict[str, set[str]]:
    """Map agents to what applications under their launcher need, or their own do."""
    found: dict[str, set[str]] = {}
    for container in containers:
        if container.__class__ is dict:
            name = container.get("name")
            named = _NAMES.get(name, ()) if name.__class__ is str else ()
            for agent in (*named, *(agent for agent, _ in chain(container))):
                found.setdefault(agent, set()).update(_needed(container))
    return found


def _needed(container: Container) -> set[str]:
    return {
        str(entry.get(key))
        for member, key in REFERENCES
        for entry in ecs.known_argv(container.get(member))
        if entry.__class__ is dict
    }


def routers(containers: Sequence[Any], *, used: bool = False) -> dict[int, bool]:
    """Find the containers with a firelensConfiguration: index -> is it in use.

    Only one through which the task logs is its log router. ``used``: something that is
    not there yet will log through it.
    """
    there = [
        index
        for index, container in enumerate(containers)
        if container.__class__ is dict and container.get("firelensConfiguration")
    ]
    if not there:
        return {}
    used = used or any(
        logs_through_router(container.get("logConfiguration"))
        for container in containers
        if container.__class__ is dict
    )
    return dict.fromkeys(there, used)


def logs_through_router(configuration: object) -> bool:
    """Tell whether a log configuration goes through the task's log router."""
    return (
        isinstance(configuration, dict)
        and configuration.get("logDriver") == "awsfirelens"
    )


# Launchers


def wraps_of(agent: str, steps: Iterable[Step] = ()) -> tuple[Wrap, ...]:
    """List the forms in which an agent starts an application.

    ``steps``: of its recipe, whose own form counts, too.
    """
    known = _MADE.get(agent)
    if known is None:
        rows = [row for row in WRAPS if row[0] == agent]
        known = tuple(_KINDS[kind](first, second) for _, kind, first, second in rows)
        _MADE[agent] = known
    if not steps:
        return known
    kinds = (WrapEntryPoint, ShellWrapCommand, ShellWrapArgv)
    asked = tuple(
        step
        for step in steps
        if isinstance(step, kinds)
        and all(isinstance(item, str) for item in getattr(step, "prefix", ()))
    )
    return (*known, *asked)


def form(container: Container, wraps: Iterable[Wrap]) -> Found | None:
    """Find the form in which a container is wrapped: its argv starts it, whole."""
    entry_point = ecs.known_argv(container.get("entryPoint"))
    command = ecs.known_argv(container.get("command"))
    found: Found | None = None
    for wrap in wraps:
        if isinstance(wrap, WrapEntryPoint):
            prefix = list(wrap.prefix)
            if entry_point[: len(prefix)] != prefix:
                continue
            alone = len(entry_point) == len(prefix) and wrap.layout == "command"
            if alone or found is None:
                layout = "command" if alone else "entry_point"
                same = wrap.layout == layout and not wrap.as_given
                found = Found(
                    wrap if same else wrap.replace(layout=layout, as_given=False)
                )
        elif found is None and isinstance(wrap, ShellWrapCommand):
            found = _behind(command, wrap, " ".join(wrap.launcher))
        elif found is None and isinstance(wrap, ShellWrapArgv):
            found = _behind(entry_point, wrap, wrap.line)
    return found


def _behind(items: list[Any], wrap: Any, start: str) -> Found | None:
    """Find a wrap whose shell runs a line that begins with a launcher."""
    if not items or items[:-1] != list(wrap.shell) or not isinstance(items[-1], str):
        return None
    if not items[-1].startswith(start + " "):
        return None
    return Found(wrap, raw=words(items[-1][len(start) + 1 :]) is None)


def unwrapped(container: Container, found: Found) -> Container:
    """Take a wrap off that ``form`` has found; what runs behind it stays the same."""
    entry_point = ecs.known_argv(container.get("entryPoint"))
    command = ecs.known_argv(container.get("command"))
    wrap = found.wrap
    if isinstance(wrap, ShellWrapCommand):
        made = _line(command, " ".join(wrap.launcher), found.raw)
        return {**container, "command": made}
    if isinstance(wrap, ShellWrapArgv):
        made = _line(entry_point, wrap.line, found.raw)
        return _with_argv(container, made, command)
    rest = entry_point[len(wrap.prefix) :]
    if wrap.layout == "command":
        return _with_argv(container, rest + command, [])
    return _with_argv(container, rest, command)


def _line(items: list[Any], start: str, raw: bool) -> list[Any]:
    """Take a launcher off a shell's line; words that need no shell stand alone then."""
    rest = items[-1][len(start) + 1 :]
    return [*items[:-1], rest] if raw else list(words(rest) or ())


def _with_argv(
    container: Container, entry_point: list[Any], command: list[Any]
) -> Container:
    made = {k: v for k, v in container.items() if k not in ("entryPoint", "command")}
    if entry_point:
        made["entryPoint"] = entry_point
    if command:
        made["command"] = command
    return made


def starts(wraps: Iterable[Wrap]) -> frozenset[str]:
    """List the first items by which a container may be told to be wrapped at all.

    Those of every known agent are among them.
    """
    own = (getattr(wrap, "prefix", None) or wrap.shell for wrap in wraps)  # type: ignore[union-attr]  # one of the two
    return frozenset(_STARTS) | {str(items[0]) for items in own}


def chain(container: Container) -> list[tuple[str, Wrap]]:
    """List the agents through which a container starts, outermost first."""
    found: list[tuple[str, Wrap]] = []
    while True:
        there = _outermost(container)
        if there is None:
            return found
        found.append((there[0], there[1].wrap))
        container = unwrapped(container, there[1])


def _outermost(container: Container) -> tuple[str, Found] | None:
    """Find the launcher that a container starts first, and whose it is."""
    for member in ("entryPoint", "command"):
        items = container.get(member)
        if items.__class__ is list and items and items[0].__class__ is str:
            for agent in _STARTS.get(items[0], ()):
                there = form(container, wraps_of(agent))
                if there is not None:
                    return agent, there
    return None


def marks(agent: str) -> Mapping[str, Any]:
    """Give what is known of an agent; nothing of one that nobody knows."""
    return AGENTS.get(agent, {})


def can_be_asked_for(agent: str) -> bool:
    """Tell whether an agent is one that can be put in: ours, or a recipe's."""
    return agent not in RECOGNISED


def is_named(agent: str, container: Container) -> bool:
    """Tell whether a container by itself has any sign that it is an agent's."""
    return agent in _suspects(container) and bool(_owner(container, agent, {}).signs)
