"""The agents: one small module each, and the explicit table of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from fargate_instrument.core.recipe import Recipe

    class Agent(Protocol):
        """What a module of an agent offers."""

        NAME: str
        FACTS: tuple[str, ...]
        """The task facts, in ECS's names, that its recipe depends on."""

        def recipe(self, options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:
            """Turn checked options and task facts into a recipe."""


TABLE = {
    "prisma_cloud": "Prisma Cloud App-Embedded Defender",
    "sysdig": "Sysdig Secure workload agent",
}
"""Agent -> what it is."""

SECRET_OPTIONS = ("install_bundle", "sysdig_access_key")
"""Options of any agent whose values are secrets."""


def load(name: str) -> Agent:
    """Import one agent's module; a run needs only its own."""
    if name == "sysdig":
        from fargate_instrument.core.agents import sysdig  # noqa: PLC0415

        return sysdig
    from fargate_instrument.core.agents import prisma_cloud  # noqa: PLC0415

    return prisma_cloud
