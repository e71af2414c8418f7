"""Which containers a layer is for, and why it leaves the others alone."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Problem, Said, nearest
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.shell import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.marks import Owner
    from fargate_instrument.core.recipe import Recipe


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


class Reach(Frozen):
    """The user's word on which containers a layer is for.

    ``include`` and ``exclude``: of the ask; ``own_include`` and ``own_exclude``: of
    the layer, which narrow them. An empty include is no limit.
    """

    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    own_include: tuple[Pattern, ...] = ()
    own_exclude: tuple[Pattern, ...] = ()

    def admits(self, name: str) -> bool:
        """Tell whether the user's word lets a container in."""
        return not self.refusal(name)

    def names(self, name: str) -> bool:
        """Tell whether an include of the user's means a container."""
        return bool(self.include or self.own_include) and self.admits(name)

    def refusal(self, name: str) -> str:
        """Say why the user's word leaves a container out; empty if it does not."""
        for pattern in (*self.exclude, *self.own_exclude):
            if pattern.matches(name):
                return f"is excluded by {dump(pattern.text)}"
        for patterns in (self.include, self.own_include):
            if patterns and not any(pattern.matches(name) for pattern in patterns):
                return "is not among the included"
        return ""

    def patterns(self) -> tuple[Pattern, ...]:
        """List all patterns."""
        return (*self.include, *self.own_include, *self.exclude, *self.own_exclude)

    def open(self) -> bool:
        """Tell whether nothing is left out."""
        return not self.patterns()


class Around(Frozen):
    """What is known around the containers of a definition, by index.

    ``own``: the layer's own containers. ``others``: containers of other layers, and
    whose they are. ``owners``: containers that seem to be an agent's. ``routers``:
    containers with a firelensConfiguration, and whether it is in use.
    """

    own: Collection[int]
    others: Mapping[int, str]
    owners: Mapping[int, Owner]
    routers: Mapping[int, bool]


def select(
    containers: Sequence[Container],
    recipe: Recipe,
    reach: Reach,
    around: Around,
    doubts: list[tuple[int, str]],
) -> dict[int, str]:
    """Choose a layer's targets among named containers: index -> why not, or empty.

    What looks like an agent's container or a log router by one sign alone is a doubt.
    """
    return {
        index: _reason(index, container, recipe, reach, around, doubts)
        for index, container in enumerate(containers)
    }


def _reason(
    index: int,
    container: Container,
    recipe: Recipe,
    reach: Reach,
    around: Around,
    doubts: list[tuple[int, str]],
) -> str:
    name = str(container["name"])
    if index in around.own:
        return "is the agent's own container"
    refused = reach.refusal(name)
    if refused:
        return refused
    declined = _declined(container, recipe)
    if declined or reach.names(name) or recipe.targets == "all":
        return declined
    own = {added.name for added in recipe.containers}
    return _set_aside(index, around, doubts if name not in own else [])


def _declined(container: Container, recipe: Recipe) -> str:
    labels = container.get("dockerLabels")
    for label, value in recipe.opt_out:
        if labels.__class__ is dict and labels.get(label) == value:
            return f"declines by its Docker label {dump(label)}"
    return ""


def _set_aside(index: int, around: Around, doubts: list[tuple[int, str]]) -> str:
    """Leave alone what is no application, where nobody says that it is meant."""
    if index in around.others:
        agent = around.others[index]
        return f"belongs to {agent}; include it by name to instrument it"
    if index in around.routers:
        if around.routers[index]:
            return (
                "is the task's FireLens log router; include it by name to instrument it"
            )
        said = (
            "has a firelensConfiguration, and no container logs through it, so whether"
            " it is a log router cannot be told"
        )
        doubts.append((index, said))
        return said
    owner = around.owners.get(index)
    if owner is None:
        return ""
    if owner.proven:
        return f"belongs to {owner.vendor}; include it by name to instrument it"
    said = f"may belong to {owner.vendor} by {owner.signs[0]}, and nothing else says so"
    doubts.append((index, said))
    return said


def doubt(container: Container, index: int, text: str, address: str) -> Problem:
    """Ask for a word of the user's where one sign alone speaks."""
    name, shell = dump(container["name"]), quoted(str(container["name"]))
    return Problem(
        f"{address}[{index}]",
        f"{ecs.describe(container, index)} {text}",
        (
            Said(
                f"say what it is: include = [{name}] if it is an application, or"
                f" exclude = [{name}]",
                f"say what it is: --include {shell} if it is an application, or"
                f" --exclude {shell}",
            ),
        ),
        "request",
    )


def unmatched(patterns: Iterable[Pattern], names: Sequence[str]) -> list[Problem]:
    """Find patterns that match no container."""
    return [
        Problem(
            pattern.address,
            f"{dump(pattern.text)} matches no container",
            (nearest(pattern.text, names),),
            "request",
        )
        for pattern in patterns
        if not any(pattern.matches(name) for name in names)
    ]
