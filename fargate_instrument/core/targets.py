"""Which containers are to be instrumented, and why the others are not."""

from __future__ import annotations

from fargate_instrument.core.agents.marks import owner
from fargate_instrument.core.errors import Problem, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fargate_instrument.core.ecs import Container


class Pattern(Frozen):
    """A container name or shell-style pattern of the user, and where it stands."""

    text: str
    address: str
    exact: bool = False

    def matches(self, name: str) -> bool:
        """Tell whether a container name is meant; case counts."""
        if self.exact or not any(char in self.text for char in "*?["):
            return name == self.text
        from fnmatch import fnmatchcase  # noqa: PLC0415  (most queries have no pattern)

        return fnmatchcase(name, self.text)


class Selection(Frozen):
    """``chosen``: indexes of the targets. ``skipped``: (name, reason) of the rest."""

    chosen: frozenset[int]
    skipped: tuple[tuple[str, str], ...]


def select(
    containers: Sequence[Container],
    include: Sequence[Pattern],
    exclude: Sequence[Pattern],
    own: Collection[int],
    everything: bool,
    problems: list[Problem],
) -> Selection:
    """Choose the targets among named containers.

    ``own``: indexes of the agent's own containers, never targets. ``everything``:
    log routers and other agents' containers are targets too. A pattern that matches
    no container becomes a problem.
    """
    names = [str(container.get("name", "")) for container in containers]
    problems += [
        Problem(
            pattern.address,
            f"{dump(pattern.text)} matches no container",
            (nearest(pattern.text, names),),
            "request",
        )
        for pattern in (*include, *exclude)
        if not any(pattern.matches(name) for name in names)
    ]
    chosen, skipped = set(), []
    for index, container in enumerate(containers):
        reason = (
            "is the agent's own container"
            if index in own
            else _reason(container, names[index], include, exclude, everything)
        )
        if reason:
            skipped.append((names[index], reason))
        else:
            chosen.add(index)
    return Selection(frozenset(chosen), tuple(skipped))


def _reason(
    container: Container,
    name: str,
    include: Sequence[Pattern],
    exclude: Sequence[Pattern],
    everything: bool,
) -> str:
    for pattern in exclude:
        if pattern.matches(name):
            return f"is excluded by {dump(pattern.text)}"
    if include:
        if any(pattern.matches(name) for pattern in include):
            return ""
        return "is not among the included"
    if everything:
        return ""
    if container.get("firelensConfiguration"):
        return "is the task's FireLens log router; include it by name to instrument it"
    agent = owner(container)
    if agent:
        return f"belongs to {agent}; include it by name to instrument it"
    return ""
