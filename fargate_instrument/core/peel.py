"""Takes off what this program put there, layer by layer; knows no agent.

Recorded layers come off newest first, by their records, exactly. Work without a record
comes off only as far as its marks prove it: the launcher before what a container runs.
Entries of lists stay where they are then, and laying them again changes nothing.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, marks, provenance
from fargate_instrument.core.errors import Failure, Problem, Said
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.shape import ContainerCheck

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.marks import Found, Wrap
    from fargate_instrument.core.provenance import Record

    Scope = Callable[[str, str], bool]


class Peeled(Frozen):
    """A definition without some layers, and what is needed to lay them again.

    ``containers``: the definition; one without changes is the same object, a touched
    one that other layers stay on has its label still. ``records``: name -> records
    that stay. ``before``: name -> the container as it was before a launcher without a
    record came off. ``found``: (agent, name) -> the form of that launcher's wrap.
    ``leftovers``: (agent, name) -> what users put on an agent's own container.
    ``lost``: (name, variable) whose values were secrets and not recorded. ``agents``:
    whose records came off. ``task``: how to take back what was changed around.
    """

    containers: list[Any]
    records: Mapping[str, tuple[Record, ...]]
    before: Mapping[str, Container]
    found: Mapping[tuple[str, str], Found]
    leftovers: Mapping[tuple[str, str], Container]
    lost: tuple[tuple[str, str], ...]
    agents: frozenset[str]
    task: Mapping[str, Any]
    problems: tuple[Problem, ...]


def peel(
    containers: Sequence[Any],
    wraps: Mapping[str, Sequence[Wrap]],
    scope: Scope,
    address: str,
    unwritten: Collection[str] = (),
) -> Peeled:
    """Take layers off canonical containers that have names, or say why not.

    ``wraps``: agent -> the forms in which it may have started an application; its keys
    are the layers to take off, without forms by records alone. ``scope``: agent,
    container name -> is it to be touched. ``unwritten``: layers that are never
    recorded. An agent's own containers that a record proves are taken out.
    """
    run = _Peeling(wraps, scope, address, unwritten)
    if not _anything(containers, wraps):
        return run.done(list(containers))
    kept = [run.container(item, index) for index, item in enumerate(containers)]
    return run.done([item for item in kept if item is not None])


def _anything(containers: Sequence[Any], wraps: Mapping[str, Sequence[Wrap]]) -> bool:
    """Tell at a glance whether there can be anything to take off."""
    firsts = marks.starts(wrap for forms in wraps.values() for wrap in forms)
    for container in containers:
        labels = container.get("dockerLabels")
        if labels.__class__ is dict and provenance.LABEL in labels:
            return True
        for member in ("entryPoint", "command"):
            items = container.get(member)
            first = items[0] if items.__class__ is list and items else None
            if first.__class__ is str and first in firsts:
                return True
    return False


class _Peeling:
    """The state of one peeling, built up container by container."""

    def __init__(
        self,
        wraps: Mapping[str, Sequence[Wrap]],
        scope: Scope,
        address: str,
        unwritten: Collection[str],
    ) -> None:
        self.wraps = wraps
        self.unwritten = unwritten
        self.scope = scope
        self.address = address
        self.records: dict[str, tuple[Record, ...]] = {}
        self.before: dict[str, Container] = {}
        self.found: dict[tuple[str, str], Found] = {}
        self.leftovers: dict[tuple[str, str], Container] = {}
        self.lost: list[tuple[str, str]] = []
        self.agents: set[str] = set()
        self.task: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def done(self, containers: list[Any]) -> Peeled:
        """Give what there is."""
        return Peeled(
            containers,
            self.records,
            self.before,
            self.found,
            self.leftovers,
            tuple(self.lost),
            frozenset(self.agents),
            self.task,
            tuple(self.problems),
        )

    def container(self, container: Container, index: int) -> Container | None:
        """Give one container without the layers; None if it was one of them."""
        place = f"{self.address}[{index}]"
        try:
            records = provenance.read(container, f"{place}.dockerLabels")
            stay, go = self._split(records, container, index)
            if any(member in r.undo for r in go for member in provenance.ARGV):
                container = self._without_above(container, records, index)
            made = self._without_records(container, stay, go, index)
        except Failure as failure:
            self.problems += failure.problems
            return container
        if stay:
            self.records[container["name"]] = stay
        if made is None:
            return None
        return self._without_launchers(made, index)

    def _split(
        self, records: tuple[Record, ...], container: Container, index: int
    ) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
        """Split records into those that stay and those that go, oldest first."""
        name = container["name"]
        mine = [
            record.agent in self.wraps
            and (record.added or self.scope(record.agent, name))
            for record in records
        ]
        at = mine.index(True) if True in mine else len(mine)
        if all(mine[at:]):
            return records[:at], records[at:]
        lower, rest = records[at].agent, zip(records[at:], mine[at:], strict=True)
        above = [record.agent for record, own in rest if not own]
        self.problems.append(_beneath(container, index, lower, above, self.address))
        return records, ()

    def _without_above(
        self, container: Container, records: tuple[Record, ...], index: int
    ) -> Container:
        """Take off what was put on top of a recorded launcher without a record."""
        recorded = {record.agent for record in records}
        while True:
            there = marks.chain(container)[:1]
            if not there or there[0][0] in recorded:
                return container
            agent = there[0][0]
            if agent not in self.wraps or not self.scope(agent, container["name"]):
                lower = records[-1].agent
                problem = _beneath(container, index, lower, [agent], self.address)
                raise Failure([problem])
            container = self._without_launcher(container, agent) or container

    def _without_launcher(self, container: Container, agent: str) -> Container | None:
        """Take one launcher off if it is outermost, and remember its form."""
        found = marks.form(container, self.wraps[agent])
        if found is None:
            return None
        self.found[agent, container["name"]] = found
        return marks.unwrapped(container, found)

    def _without_records(
        self,
        container: Container,
        stay: tuple[Record, ...],
        go: tuple[Record, ...],
        index: int,
    ) -> Container | None:
        if not go:
            return container
        made = provenance.bare(container, (*stay, *go))
        lost: list[str] = []
        for record in reversed(go):
            made, missing = provenance.undone(made, record.undo)
            lost += missing
            self.agents.add(record.agent)
            self.task = provenance.first(self.task, record.task)
        self._require_sound(made, container, go, index)
        name = container["name"]
        if go[0].added:
            if len(made) > 1:
                self.leftovers[go[0].agent, name] = made
            return None
        self.lost += [(name, variable) for variable in lost]
        return provenance.write(made, stay) if stay else made

    def _require_sound(
        self, made: Container, container: Container, go: tuple[Record, ...], index: int
    ) -> None:
        """Refuse a record that was edited by hand: what it gives back is no container.

        What an agent added has no image left once it is taken back.
        """
        place = f"{self.address}[{index}]"
        problems: list[Problem] = []
        whole = {"image": "-", **made} if go[0].added else made
        ContainerCheck(whole, index, place, problems).run()
        foreign = go[0].added and "image" in made
        if problems or foreign or made.get("name") != container["name"]:
            raise provenance.unreadable(f"{place}.dockerLabels")

    def _without_launchers(self, container: Container, index: int) -> Container:
        """Take asked layers' launchers off as far as they are outermost."""
        name, made = container["name"], container
        left = [
            agent
            for agent in self.wraps
            if (agent, name) not in self.found and self.scope(agent, name)
        ]
        while True:
            for agent in left:
                without = self._without_launcher(made, agent)
                if without is not None:
                    break
            else:
                break
            if agent not in self.unwritten:
                self.before.setdefault(name, made)
            left.remove(agent)
            made = without
        self._require_free(made, index)
        return made

    def _require_free(self, container: Container, index: int) -> None:
        """Find an asked layer's launcher that lies beneath another agent's."""
        above: list[str] = []
        for agent, _ in marks.chain(container):
            if self.wraps.get(agent) and self.scope(agent, container["name"]):
                self.problems.append(
                    _beneath(container, index, agent, above[::-1], self.address)
                )
                return
            above.append(agent)


def _beneath(
    container: Container, index: int, lower: str, above: list[str], address: str
) -> Problem:
    """Say that a layer cannot be changed while others lie above it, innermost first."""
    upper = list(dict.fromkeys(above)) or [lower]
    order = [lower, *upper]
    listed = ", ".join(f'{{agent = "{name}"}}' for name in order)
    spelled = " ".join(f"--agent {name}" for name in order)
    place = f"{address}[{index}]"
    said = (
        f"{ecs.describe(container, index)} has {upper[0]} put on top of {lower}, which"
        " cannot be changed alone"
    )
    foreign = [name for name in upper if not marks.can_be_asked_for(name)]
    if foreign:
        out = f"take {foreign[-1]} out first, by hand or with its vendor's tool"
        return Problem(place, said, (out,))
    return Problem(
        place,
        said,
        (
            Said(
                f"ask for both, in this order: agents = [{listed}]",
                f"ask for both, in this order: {spelled}",
            ),
            Said(
                f"or take {upper[-1]} out first: fargate-instrument remove --agent"
                f" {upper[-1]}",
                f"or take {upper[-1]} out first: --agent {upper[-1]}",
            ),
        ),
    )


def require_values(containers: Sequence[Any], address: str) -> list[Problem]:
    """Find variables whose earlier value is due again but was not recorded."""
    return [
        Problem(
            f"{address}[{index}].{place}",
            f"{ecs.describe(container, index)} had a {name} of its own,"
            " which is a secret and was not recorded",
            (
                f"write {dump(name)} by hand and take the label"
                f' "{provenance.LABEL}" out, or let the agent set it',
            ),
        )
        for index, container in enumerate(containers)
        for place, name in provenance.missing(container)
    ]
