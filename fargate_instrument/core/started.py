"""Through which agents' launchers an argv really starts a program; knows no agent.

``marks`` tells how a launcher stands where an agent's own tool put it. Here an argv is
read as the kernel and a shell would: paths are normalised, a program that documents
that it hands over is passed, and a launcher counts only with a program behind it.
"""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.known import AGENTS, WRAPS
from fargate_instrument.core.shell import first_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container

PLACES = frozenset(
    {"", "/", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/"}
)
"""Folders in which a shell or a program that hands over is what its name says."""
SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
HAND_OVER: dict[str, tuple[frozenset[str], frozenset[str], int]] = {
    "catatonit": (frozenset({"-g"}), frozenset(), 0),
    "docker-init": (frozenset({"-s", "-w", "-g", "-v"}), frozenset({"-p", "-e"}), 0),
    "dumb-init": (
        frozenset({"-c", "--single-child", "-v", "--verbose"}),
        frozenset({"-r", "--rewrite"}),
        0,
    ),
    "env": (frozenset(), frozenset(), 0),
    "gosu": (frozenset(), frozenset(), 1),
    "nice": (frozenset(), frozenset({"-n"}), 0),
    "nohup": (frozenset(), frozenset(), 0),
    "su-exec": (frozenset(), frozenset(), 1),
    "tini": (
        frozenset({"-s", "-w", "-g", "-v", "-vv", "-vvv"}),
        frozenset({"-p", "-e"}),
        0,
    ),
}
"""Program that ends by running its arguments -> its flags, those that take a value, and
how many words stand before the program, such as a user."""

_SHELL_FLAGS = frozenset("ceflux")
_LINES = tuple(
    (agent, shell, line[0])
    for agent, kind, shell, line in WRAPS
    if kind == "shell_argv"
)


def _prefixes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for agent, kind, first, second in WRAPS:
        if kind != "shell_argv":
            words = second if kind == "shell_command" else first
            if (agent, words) not in found:
                found.append((agent, words))
    return tuple(found)


PREFIXES = _prefixes()
"""Agent, and the whole of what has to stand before a program."""


class Hole(Frozen):
    """An item that is not known. ``start``: the beginning that is.

    ``reason``: why. ``several``: it may be any number of items, none among them.
    """

    start: str = ""
    reason: str = ""
    several: bool = False


class Start(Frozen):
    """A launcher that an argv starts, or a library that is loaded before all others.

    ``where``: the member that says so. ``path``: its own, normalised; ``""`` of what is
    found by its first word alone. ``text``: as it stands there.
    """

    agent: str
    where: str
    path: str
    text: str


class Started(Frozen):
    """What an argv starts. ``doubt``: why more may be there; ``why``: why none is."""

    starts: tuple[Start, ...] = ()
    doubt: str = ""
    why: str = ""


def normal(path: str) -> str:
    """Take ``.``, ``..`` and doubled slashes out of an absolute path."""
    if not path.startswith("/"):
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept)


def started(container: Container, image: Sequence[str] | None = None) -> Started:
    """Find the launchers that a container starts, outermost first.

    ``container``: its argv may hold Hole. ``image``: the ENTRYPOINT of its image, None
    where that is not known.
    """
    given = ecs.known_argv(container.get("entryPoint"))
    items = ecs.known_argv(container.get("command"))
    outer = given or (list(image or ()) if items else [])
    if outer or (image is not None and items):
        found = _Walk([*outer, *items], len(given)).run()
        told = found.starts or found.doubt or found.why or not outer
        return found if told else _shell_command(outer, items)
    found = _Walk(items, 0).run()
    if not found.starts:
        return found
    return Started((), _unless_handed(found.starts, "image"))


def _unless_handed(starts: Sequence[Start], what: str) -> str:
    names = " and ".join(dict.fromkeys(one.agent for one in starts))
    who = "the ENTRYPOINT of its image" if what == "image" else what
    also = ", or give the image's configuration (--image-configs)"
    return (
        f"its command starts the launcher of {names}, and whether {who} starts its"
        f" command is not known: put the launcher before entryPoint"
        f"{also if what == 'image' else ''}"
    )


def _shell_command(given: Sequence[Any], items: list[Any]) -> Started:
    """Doubt where an agent's own form leaves an entry point outside its launcher."""
    shells = {shell for _, kind, shell, _ in WRAPS if kind == "shell_command"}
    first = given[0]
    known = isinstance(first, str)
    opaque = not known or (_handed_over(given, 0) is None and _line(given, 0) is None)
    if not opaque or tuple(items[:-1]) not in shells:
        return Started()
    starts = _Walk(items, 0).run().starts
    who = first if known else "its entryPoint"
    return Started((), _unless_handed(starts, who)) if starts else Started()


class _Walk:
    """Goes along one argv. ``split``: how many items entryPoint has."""

    def __init__(self, items: list[Any], split: int) -> None:
        self.items = items
        self.split = split
        self.where = ""
        self.starts: list[Start] = []

    def run(self) -> Started:
        """Find out what the argv starts."""
        at = 0
        while at < len(self.items):
            self.where = "entryPoint" if at < self.split else "command"
            item = self.items[at]
            if not isinstance(item, str):
                return self._hole(item, at)
            behind = self._launcher(at)
            if isinstance(behind, Started):
                return behind
            onward = behind if behind > at else _handed_over(self.items, at)
            if onward is None:
                return self._shell(at)
            at = onward
        return self._nothing_behind()

    def _hole(self, item: object, at: int) -> Started:
        if not isinstance(item, Hole):
            return Started((), "", f"an item of its {self.where} is no text")
        if item.several and self.starts:
            said = f"whether a program follows {self.starts[-1].path} is not known"
            return Started((), f"{said}: {item.reason}")
        if self.starts:
            return self._done()
        if item.several or _open(item.start, self.items[at + 1 :]):
            what = f"{'' if item.several else 'an item of '}its {self.where}"
            return Started((), f"{what} is not known: {item.reason}")
        return Started()

    def _launcher(self, at: int) -> int | Started:
        """Give what is behind a launcher that stands here; ``at`` if none does."""
        program = normal(self.items[at])
        near: Started | None = None
        for agent, words in PREFIXES:
            if words[0] != program:
                continue
            rest = self.items[at + 1 : at + len(words)]
            if rest == list(words[1:]):
                self.starts.append(Start(agent, self.where, program, self.items[at]))
                return at + len(words)
            near = _near(agent, words, rest)
        if near is not None:
            return near if not self.starts else self._done()
        return at

    def _shell(self, at: int) -> Started:
        """Look at the line of a shell; what is no shell is the program that runs."""
        line_at = _line(self.items, at)
        if line_at is None:
            return self._program(self.items[at])
        if line_at >= len(self.items):
            return self._done()
        self.where = "entryPoint" if line_at < self.split else "command"
        line = self.items[line_at]
        if isinstance(line, Hole):
            if line.several or not line.start.strip():
                if self.starts:
                    return self._done()
                said = f"the script of its shell is not known: {line.reason}"
                return Started((), said)
            return self._script(line.start, line, self.items[at:line_at])
        if not isinstance(line, str):
            return self._done()
        return self._script(line, None, self.items[at:line_at])

    def _script(self, line: str, hole: Hole | None, shell: list[Any]) -> Started:
        """Look at the first command of a line; ``hole``: it goes on, unknown."""
        outside = len(self.starts)
        for agent, known, text in _LINES:
            if shell == list(known) and line.startswith(text + " "):
                path = next(w for w in text.split() if w.startswith("/"))
                self.starts.append(Start(agent, self.where, path, text))
                line = line[len(text) + 1 :]
                break
        words, rest = first_command(line)
        if hole is not None and not rest and not line[-1:].isspace():
            words = words[:-1]
        words = words[_assigned(words) :]
        words = words[1:] if words[:1] == ["exec"] else words
        tail = [] if hole is None or rest else [hole.replace(start="", several=True)]
        split = 0 if self.where == "command" else len(words) + len(tail)
        inner = _Walk([*words, *tail], split)
        inner.starts = self.starts
        found = inner.run()
        if rest and len(found.starts) > outside:
            said = (
                f"its shell goes on after what starts through {found.starts[-1].path}"
            )
            return Started((), f"{said}, and that is not watched")
        return found

    def _program(self, item: str) -> Started:
        if self.starts and (not item or item.startswith("-")):
            return self._nothing_behind()
        return self._done()

    def _done(self) -> Started:
        return Started(tuple(self.starts))

    def _nothing_behind(self) -> Started:
        if not self.starts:
            return Started()
        said = f"it starts {self.starts[-1].path} with no program behind it"
        return Started((), "", said)


def _near(agent: str, words: Sequence[str], rest: list[Any]) -> Started:
    """Say why the first word of a launcher alone is not the launcher."""
    hole = next((item for item in rest if isinstance(item, Hole)), None)
    shown = f'"{" ".join(words)}"'
    if hole is not None:
        return Started((), f"whether it starts {shown} is not known: {hole.reason}")
    said = f"it starts {words[0]} of {agent} without the rest of {shown}"
    return Started((), "", said)


def _open(start: str, rest: Sequence[Any]) -> bool:
    """Tell whether what begins so may be a launcher, or start one that follows."""
    if not start:
        return True
    paths = [words[0] for _, words in PREFIXES]
    if any(path.startswith(start) or start.startswith(path) for path in paths):
        return True
    return any(path in str(item) for item in rest for path in paths)


def _handed_over(items: Sequence[Any], at: int) -> int | None:
    """Give where the program is that the one here documents to run; None if none."""
    folder, slash, name = items[at].rpartition("/")
    form = HAND_OVER.get(name) if folder + slash in PLACES else None
    if form is None:
        return None
    flags, valued, operands = form
    at += 1
    while at < len(items) and isinstance(items[at], str) and items[at][:1] == "-":
        item = items[at]
        at += 2 if item in valued else 1
        if item == "--":
            break
        if item not in flags and item not in valued:
            return None
    if name == "env":
        at += _assigned(items[at:])
    return at + operands


def _assigned(items: Sequence[Any]) -> int:
    """Count the assignments at the beginning."""
    count = 0
    for item in items:
        name, equals, _ = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not equals or not name.isidentifier() or not name.isascii():
            break
        count += 1
    return count


def _line(items: Sequence[Any], at: int) -> int | None:
    """Give the place of the line that a shell here runs; None if it is no shell."""
    folder, slash, name = items[at].rpartition("/")
    if name not in SHELLS or folder + slash not in PLACES:
        return None
    for index in range(at + 1, len(items)):
        item = items[index]
        if isinstance(item, Hole):
            return index
        letters = item[1:] if isinstance(item, str) else ""
        if not letters or item[0] != "-" or not _SHELL_FLAGS.issuperset(letters):
            return None
        if "c" in letters:
            return index + 1
    return None


def preloads(container: Container) -> Iterator[Start]:
    """Find agents' libraries that LD_PRELOAD names."""
    value = ecs.variables(container).get("LD_PRELOAD")
    if not isinstance(value, str):
        return
    for library in value.replace(":", " ").split():
        for agent, known in AGENTS.items():
            if normal(library).startswith(known.get("preloads", ()) or ("\0",)):
                yield Start(agent, "LD_PRELOAD", normal(library), library)
