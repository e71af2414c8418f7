"""The place where a step works: one container, and what is known around it."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Problem, Said
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.recipe import Fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Text


class Notes:
    """What there is to say about one run: problems and warnings, as they are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[tuple[str, str]] = []


class Site(Frozen):
    """One container under treatment.

    ``address``, ``index``, ``name``: where it is in the user's document. ``raw``: the
    container as the user wrote it. ``image_config``: its image's configuration, or
    None if not known. ``facts``: name of a fact -> its value. ``architecture``: what
    the task says it runs on. ``own``: it is the agent's own container. ``fresh``: this
    run adds it. ``found``: the wrap without a record that was taken off it, which is
    put back in the same form. ``inherited``: the last application, as it was.
    """

    address: str
    index: int
    name: object
    raw: Mapping[str, Any]
    image_config: Mapping[str, Any] | None
    facts: Mapping[str, str]
    notes: Notes
    architecture: str = ""
    own: bool = False
    fresh: bool = False
    found: Any = None
    inherited: Container | None = None

    @property
    def who(self) -> str:
        """Name the container for a message."""
        return ecs.describe({"name": self.name}, self.index)

    def warn(self, text: str, *path: str | int) -> None:
        """Add a warning about this container."""
        place = ecs.address(self.address, *path)
        self.notes.warnings.append((place, f"{self.who} {text}"))

    def problem(self, text: str, *path: str | int, fixes: tuple[str, ...] = ()) -> None:
        """Add a problem of this container."""
        place = ecs.address(self.address, *path)
        self.notes.problems.append(Problem(place, f"{self.who} {text}", fixes, "patch"))


def ask_the_registry(image: str) -> str:
    """Say how to let the program know what an image holds."""
    lock = f"or run `fargate-instrument lock {image}` and"
    return Said(
        f"{lock} pass the file as image_configs",
        f"{lock} say --image-configs image-configs.lock.json",
    )


def text(value: Text, container: Container, site: Site) -> str:
    """Fill the facts of a text in."""
    if value.__class__ is str:
        return value
    if isinstance(value, tuple):
        return "".join(text(part, container, site) for part in value)
    if isinstance(value, Fact):
        known = site.facts.get(value.name)
        return str(container[value.name[10:]]) if known is None else known
    return str(value)


def texts(value: Any, container: Container, site: Site) -> Any:
    """Fill the facts of every text of a JSON value in."""
    if value.__class__ is str:
        return value
    if isinstance(value, (Fact, tuple)):
        return text(value, container, site)
    if isinstance(value, list):
        return [texts(item, container, site) for item in value]
    if isinstance(value, dict):
        return {key: texts(item, container, site) for key, item in value.items()}
    return value
