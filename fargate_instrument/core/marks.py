"""The only recogniser: whose a container is, and through what an application runs.

It reads ``known``, which is generated from the agents' own marks, and knows no agent.
One sign alone proves nothing: a name can be anybody's, and so can an image's path.
"""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.known import AGENTS, WRAPS
from fargate_instrument.core.recipe import (
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, TypeAlias

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Step

    Wrap: TypeAlias = WrapEntryPoint | ShellWrapCommand | ShellWrapArgv

ENOUGH = 2
"""Signs that have to agree before a container counts as an agent's own."""

_KINDS: dict[str, Any] = {
    "entry_point": lambda a, b: WrapEntryPoint(a, "entry_point"),
    "command": lambda a, b: WrapEntryPoint(a, "command"),
    "shell_command": ShellWrapCommand,
    "shell_argv": lambda a, b: ShellWrapArgv(a, b[0]),
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
_STARTS: dict[str, list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]] = {}
for _row in WRAPS:
    _STARTS.setdefault(_row[2][0], []).append(_row)


_MADE: dict[str, tuple[Wrap, ...]] = {}


class Owner(Frozen):
    """Whose a container seems to be. ``signs``: what speaks for it, in words."""

    agent: str
    signs: tuple[str, ...]

    @property
    def proven(self) -> bool:
        """Tell whether enough signs agree."""
        return len(self.signs) >= ENOUGH

    @property
    def vendor(self) -> str:
        """Name the vendor, for people."""
        return str(AGENTS[self.agent]["vendor"])


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
        if container.__class__ is not dict:
            continue
        suspects = _suspects(container)
        if not suspects:
            continue
        if used is None:
            used = _used(containers)
        best = max((_owner(container, a, used) for a in sorted(suspects)), key=_strength)
        if best.signs:
            found[index] = best
    return found


def _strength(owner: Owner) -> int:
    return len(owner.signs)


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
    if name in used.get(agent, ()):
        signs.append("applications that start through it")
    return Owner(agent, tuple(signs))


def _is_repository(path: str, known: str) -> bool:
    start, star, end = known.partition("*")
    if star:
        return path.startswith(start) and path.endswith(end)
    return path == known


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith("/" + end)


def _used(containers: Sequence[Any]) -> dict[str, set[str]]:
    """Map agents to the containers that applications under their launcher need."""
    found: dict[str, set[str]] = {}
    for container in containers:
        if container.__class__ is dict:
            agents = [agent for agent, _ in chain(container)]
            for agent in agents:
                found.setdefault(agent, set()).update(_needed(container))
    return found


def _needed(container: Container) -> set[str]:
    lists = (("volumesFrom", "sourceContainer"), ("dependsOn", "containerName"))
    return {
        str(entry.get(key))
        for member, key in lists
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


def form(container: Container, wraps: Iterable[Wrap]) -> Wrap | None:
    """Find the form in which a container is wrapped: its argv starts it, whole."""
    entry_point = ecs.known_argv(container.get("entryPoint"))
    command = ecs.known_argv(container.get("command"))
    found: Wrap | None = None
    for wrap in wraps:
        if isinstance(wrap, WrapEntryPoint):
            prefix = list(wrap.prefix)
            if entry_point[: len(prefix)] != prefix:
                continue
            alone = len(entry_point) == len(prefix) and wrap.layout == "command"
            if alone or found is None:
                layout = "command" if alone else "entry_point"
                found = wrap.replace(layout=layout, as_given=False)
        elif isinstance(wrap, ShellWrapCommand):
            if _line(command, wrap.shell, " ".join(wrap.launcher)):
                return found or wrap
        elif _line(entry_point, wrap.shell, wrap.line):
            return found or wrap
    return found


def _line(items: list[Any], shell: tuple[str, ...], start: str) -> bool:
    return (
        bool(items)
        and items[:-1] == list(shell)
        and isinstance(items[-1], str)
        and items[-1].startswith(start + " ")
    )


def unwrapped(container: Container, wrap: Wrap) -> Container:
    """Take a wrap off that ``form`` has found; the argv behind it stays the same."""
    entry_point = ecs.known_argv(container.get("entryPoint"))
    command = ecs.known_argv(container.get("command"))
    if isinstance(wrap, ShellWrapCommand):
        start = len(" ".join(wrap.launcher)) + 1
        return {**container, "command": [*command[:-1], command[-1][start:]]}
    if isinstance(wrap, ShellWrapArgv):
        line = entry_point[-1][len(wrap.line) + 1 :]
        return _with_argv(container, [*entry_point[:-1], line], command)
    rest = entry_point[len(wrap.prefix) :]
    if wrap.layout == "command":
        return _with_argv(container, rest + command, [])
    return _with_argv(container, rest, command)


def _with_argv(
    container: Container, entry_point: list[Any], command: list[Any]
) -> Container:
    made = {k: v for k, v in container.items() if k not in ("entryPoint", "command")}
    if entry_point:
        made["entryPoint"] = entry_point
    if command:
        made["command"] = command
    return made


def chain(container: Container) -> list[tuple[str, Wrap]]:
    """List the agents through which a container starts, outermost first."""
    found: list[tuple[str, Wrap]] = []
    while True:
        candidates = _candidates(container)
        if not candidates:
            return found
        for agent in candidates:
            wrap = form(container, wraps_of(agent))
            if wrap is not None:
                break
        else:
            return found
        found.append((agent, wrap))
        container = unwrapped(container, wrap)


def _candidates(container: Container) -> list[str]:
    """Name the agents whose launcher may be the first that a container starts."""
    found = []
    for member in ("entryPoint", "command"):
        items = container.get(member)
        first = items[0] if items.__class__ is list and items else None
        if first.__class__ is str and first in _STARTS:
            for agent, kind, _, second in _STARTS[first]:
                shell = kind.startswith("shell")
                if not shell or str(items[-1]).startswith(second[0]):
                    found.append(agent)
    return list(dict.fromkeys(found))


def marks(agent: str) -> Mapping[str, Any]:
    """Give what is known of an agent; nothing of one that nobody knows."""
    return AGENTS.get(agent, {})


def is_named(agent: str, container: Container) -> bool:
    """Tell whether a container has one of the names or images of an agent's own."""
    return agent in _suspects(container)
