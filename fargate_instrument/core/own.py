"""A layer's own containers in a definition: which are there, and under which names."""

from __future__ import annotations

from fargate_instrument.core import ecs, marks
from fargate_instrument.core.recipe import InheritEnvironment, SetMember, When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.peel import Peeled
    from fargate_instrument.core.recipe import AddContainer, Recipe

REUSED = "router.reused"
"""Fact: the name of a log router that another than this layer has put there."""


class Own:
    """The containers of one layer that stand there without its record.

    ``there``: index -> the rule it is by. ``facts``: names that steps speak of. What a
    record proves has been taken out by then and will be added again.
    """

    def __init__(self, recipe: Recipe, containers: Sequence[Any], peeled: Peeled) -> None:
        self.recipe = recipe
        self.there: dict[int, AddContainer] = {}
        self._names: dict[int, str] = {}
        wrapped = {name for agent, name in peeled.found if agent == recipe.agent}
        mounted = _needed(containers, wrapped, marks.REFERENCES[1:])
        needed = _needed(containers, wrapped, marks.REFERENCES)
        for added in recipe.containers:
            for index, container in enumerate(containers):
                if index in self.there:
                    continue
                if self._is(added, container, mounted, needed):
                    self.there[index] = added
                    self._names[index] = container["name"]
                    break
        self.facts: dict[str, str] = {}

    def look(self, containers: Sequence[Any]) -> None:
        """Learn the names that the steps speak of, when it is the layer's turn."""
        self.facts = self._facts(containers)

    def _is(
        self,
        added: AddContainer,
        container: Container,
        mounted: set[str],
        needed: set[str],
    ) -> bool:
        """Tell by two signs whether a container is the one that a rule speaks of.

        ``mounted``, ``needed``: names of what wrapped applications mount, and of that
        together with what they wait for.
        """
        known = marks.marks(self.recipe.agent)
        name = container["name"]
        alone = len(self.recipe.containers) == 1
        named = name == added.name or (alone and name in known.get("names", ()))
        used = added.role == "sidecar" and name in mounted
        if not named and not used:
            return False
        if name == added.name and name in needed:
            return True
        argv = ecs.known_argv(container.get("entryPoint"))
        if argv:
            programs = known.get("programs", ())
            if argv[0] in programs or argv == _program(added):
                return True
            if not isinstance(argv[0], str):
                return False
        path = marks.repository(str(container.get("image", "")))
        ends = (*known.get("images", ()), *known.get("repositories", ()))
        return path == marks.repository(added.image) or any(
            path == end or path.endswith("/" + end) for end in ends
        )

    def _facts(self, containers: Sequence[Any]) -> dict[str, str]:
        found = {}
        for added in self.recipe.containers:
            fact = "router.name" if added.role == "router" else "sidecar.name"
            if added.role != "init" and fact not in found:
                index = self.index_of(added)
                found[fact] = added.name if index is None else self._names[index]
        router = self._router(containers)
        return {**found, "router.name": router, REUSED: router} if router else found

    def _router(self, containers: Sequence[Any]) -> str:
        """Name the task's log router, if another than this layer has put it there."""
        if not any(added.unless is not None for added in self.recipe.containers):
            return ""
        for index, container in enumerate(containers):
            if container.get("firelensConfiguration") and index not in self.there:
                return str(container["name"])
        return ""

    def index_of(self, added: AddContainer) -> int | None:
        """Give the index of the container that a rule speaks of, if it is there."""
        for index, rule in self.there.items():
            if rule is added:
                return index
        return None

    def is_spared(self, added: AddContainer) -> bool:
        """Tell whether a container is not added, since another serves."""
        return added.unless is not None and REUSED in self.facts

    def names(self) -> list[str]:
        """Name the layer's own containers, those that it adds included."""
        return [
            added.name if index is None else self._names[index]
            for added in self.recipe.containers
            if not self.is_spared(added)
            for index in [self.index_of(added)]
        ]

    def is_constant(self, added: AddContainer) -> bool:
        """Tell whether a new one is the same in every definition of a batch."""
        varies = any(isinstance(s, (InheritEnvironment, When)) for s in added.steps)
        return not (added.for_each_target or varies or "router.name" in self.facts)

    def moved(self, count: int) -> None:
        """Follow containers that were put in front of the list."""
        if count:
            self.there = {index + count: rule for index, rule in self.there.items()}
            self._names = {index + count: name for index, name in self._names.items()}


def _needed(
    containers: Sequence[Any],
    wrapped: set[str],
    references: Sequence[tuple[str, str]],
) -> set[str]:
    """Name what applications under a layer's launcher mount or wait for."""
    return {
        str(entry.get(key))
        for container in containers
        if wrapped and container["name"] in wrapped
        for member, key in references
        for entry in ecs.known_argv(container.get(member))
        if isinstance(entry, dict)
    }


def _program(added: AddContainer) -> list[Any]:
    for step in added.steps:
        if isinstance(step, SetMember) and step.member == "entryPoint":
            return list(step.value)
    return []
