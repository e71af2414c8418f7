"""Layers of agents that nobody has heard of, laid on containers. No tests."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from fargate_instrument.core import claims
from fargate_instrument.core.definition import definition
from fargate_instrument.core.pipeline import instrument
from fargate_instrument.core.recipe import Layer, Recipe
from fargate_instrument.core.targets import Pattern

if TYPE_CHECKING:
    from fargate_instrument.core.definition import Definition
    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.lay import Result
    from fargate_instrument.core.peel import Peeled

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
DB: dict[str, Any] = {"name": "db", "image": "db:1", "entryPoint": ["/db"]}


class Made(NamedTuple):
    """What came of it."""

    definition: Definition
    peeled: Peeled
    result: Result

    @property
    def containers(self) -> list[Any]:
        """The containers of a run without a problem."""
        assert self.problems == []
        return self.result.containers

    @property
    def names(self) -> list[str]:
        """The containers' names, in order."""
        return [container["name"] for container in self.containers]

    @property
    def problems(self) -> list[Problem]:
        """All that is wrong, but what two layers claim."""
        return [*self.peeled.problems, *self.result.notes.problems]

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """All there is to say beside."""
        return self.result.notes.warnings

    @property
    def conflicts(self) -> list[Problem]:
        """What two layers claim."""
        return claims.conflicts(self.definition, self.peeled, self.result)


def patterns(*texts: str, at: str = "include") -> tuple[Pattern, ...]:
    """Make patterns with their addresses."""
    return tuple(Pattern(text, f"{at}[{i}]") for i, text in enumerate(texts))


def layer(agent: str, *steps: Any, **more: Any) -> Layer:
    """Make the layer of a recipe; ``only`` and ``but`` are its own patterns."""
    only = patterns(*more.pop("only", ()), at=f"{agent}.include")
    but = patterns(*more.pop("but", ()), at=f"{agent}.exclude")
    return Layer(Recipe(agent, steps, **more), only, but)


def laid(containers: list[Any], *layers: Layer, **more: Any) -> Made:
    """Peel and lay; check that what goes in stays as it was."""
    record = more.pop("record", True)
    made = definition(
        containers,
        "c",
        more.pop("task", {}),
        whole=more.pop("whole", False),
        image_configs=more.pop("images", {}),
        include=patterns(*more.pop("include", ())),
        exclude=patterns(*more.pop("exclude", ()), at="exclude"),
    )
    assert not more
    before = copy.deepcopy(containers)
    peeled, result = instrument(made, layers, record)
    assert containers == before
    return Made(made, peeled, result)
