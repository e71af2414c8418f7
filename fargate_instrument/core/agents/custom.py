"""The agent that a recipe in JSON describes; its layer has that recipe's name."""

from __future__ import annotations

from fargate_instrument.core import notation
from fargate_instrument.core.agents import Agent, Marks, Option
from fargate_instrument.core.errors import fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.recipe import Recipe

OPTIONS = (
    Option(
        "recipe",
        "recipe",
        "What the agent asks for, as `fargate-instrument recipe NAME` prints it and"
        " schemas/recipe.json describes it.",
        required=True,
    ),
    Option(
        "parameters",
        "map",
        "Values of the parameters that the recipe declares, as text.",
    ),
)


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:
    """Read the recipe; raises Failure for what it lacks."""
    given = options.get("recipe")
    if not isinstance(given, dict):
        raise fail("options.recipe", "is needed", fault="request")
    return notation.read(given, options.get("parameters") or {}, task, "options.recipe")


AGENT = Agent(
    "custom",
    "custom",
    "Whatever a recipe in JSON describes",
    Marks(),
    OPTIONS,
    recipe,
    facts=("family",),
)
