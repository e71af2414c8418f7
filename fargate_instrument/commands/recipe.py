"""``recipe``: what an agent asks for, in the form that the agent custom takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import asking
from fargate_instrument.core import agents, jsontext, notation, secrecy
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.request import read_request, secret_values

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.core.recipe import Recipe
    from fargate_instrument.streams import Streams

NAME = "recipe"
HELP = "print what an agent asks for, as the agent custom takes it"
DESCRIPTION = """\
Print an agent's recipe as JSON: every step that it does to a container, the containers
that it adds, and what it needs of the task. What differs from container to container
stands in {{double braces}}. The agent custom takes a recipe in this form, changed or
not. A secret is never printed; it becomes a parameter of the recipe."""
EXAMPLES = (
    "fargate-instrument recipe sysdig --options sysdig.json",
    "fargate-instrument recipe prisma_cloud --options p.json --task family=web",
)
_MARK = "\ue000{}\ue000"
"""Stands for the value of a secret while a recipe is made."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = DESCRIPTION
    parser.set_defaults(layers=None)
    parser.add_argument("agent", metavar="AGENT", help="one that agents lists")
    asking.options(parser)
    asking.task(parser)


def run(args: argparse.Namespace, io: Streams) -> int:
    """Print a recipe. Raises Failure with every problem of the options."""
    layer = (args.layers or [asking.Layer()])[0]
    layer.agent = args.agent
    options = asking.given(args, layer, io)
    told = printed(args.agent, options, asking.facts(args))
    secrets = secret_values({"options": jsontext.dump(options)})
    io.out(json.dumps(secrecy.value(told, secrets), indent=2) + "\n")
    return 0


def printed(
    agent: str, options: dict[str, Any], task: dict[str, Any]
) -> dict[str, Any]:
    """Write the recipe that options make, its secrets as parameters."""
    names = [option.name for option in agents.load(agent).options if option.secret]
    secrets = [n for n in names if isinstance(options.get(n), str) and options[n]]
    marked = {name: _MARK.format(name) for name in secrets}
    _made(agent, options, task)  # what is wrong with a secret itself is told here
    recipe = _made(agent, {**options, **marked}, task)
    said = [w for w in recipe.warnings if w[0].removeprefix("options.") not in secrets]
    found: Any = notation.written(recipe.replace(warnings=tuple(said)))
    for name, mark in marked.items():
        found = _replaced(found, mark, "{{" + name + "}}")
    declared = {name: {"required": True, "secret": True} for name in secrets}
    return {"parameters": declared, **found} if declared else dict(found)


def _made(agent: str, options: dict[str, Any], task: dict[str, Any]) -> Recipe:
    query = {
        "agent": agent,
        "options": jsontext.dump(options),
        "container_definitions": "[]",
        **({"task": jsontext.dump(task)} if task else {}),
    }
    request = read_request(query)
    if request.problems:
        secrets = secret_values(query)
        raise Failure(secrecy.problem(one, secrets) for one in request.problems)
    return request.asks[0].layers[0].recipe


def _replaced(value: Any, mark: str, text: str) -> Any:
    if isinstance(value, str):
        return value.replace(mark, text)
    if isinstance(value, dict):
        return {key: _replaced(item, mark, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, mark, text) for item in value]
    return value
