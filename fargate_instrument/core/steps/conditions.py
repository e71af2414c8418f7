"""Whether a condition of a recipe holds at a container."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.recipe import (
    Architecture,
    EntryPointAbsent,
    HasVariable,
    Labelled,
    LacksVariable,
    ReadOnlyRoot,
    Router,
)
from fargate_instrument.core.steps.site import ask_the_registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Condition
    from fargate_instrument.core.steps.site import Site

ROOT = ("root", "0")


def holds(condition: Condition, container: Container, site: Site) -> bool:
    """Tell whether a condition holds; what cannot be known is a problem."""
    match condition:
        case ReadOnlyRoot():
            return container.get("readonlyRootFilesystem") is True
        case HasVariable():
            return _has_variable(container, condition.name)
        case LacksVariable():
            return not _has_variable(container, condition.name)
        case Labelled():
            labels = container.get("dockerLabels") or {}
            return bool(labels.get(condition.name) == condition.value)
        case EntryPointAbsent():
            return not ecs.known_argv(container.get("entryPoint"))
        case Architecture():
            return (site.architecture or "X86_64") == condition.name
        case Router():
            return "router.reused" in site.facts
        case _:  # RunsAsRoot: a type checker proves that none is forgotten
            return _runs_as_root(container, site)


def _has_variable(container: Container, name: str) -> bool:
    secrets = container.get("secrets") or ()
    return name in ecs.variables(container) or any(s["name"] == name for s in secrets)


def _runs_as_root(container: Container, site: Site) -> bool:
    user = container.get("user")
    if user is None and site.image_config is None:
        site.problem(
            "may run as root or not: neither it nor what is known of its image says",
            "user",
            fixes=(
                'write its "user"',
                ask_the_registry(str(container["image"])),
            ),
        )
        return False
    if user is None:
        user = (site.image_config or {}).get("User") or ROOT[0]
    return str(user).partition(":")[0] in ROOT
