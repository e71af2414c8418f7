"""Instrumentation without a record: recognise it, and take it out where that is exact.

For definitions made by the vendors' own tools, or with the record switched off. What
the text does not say is never guessed: it is a problem that says what is missing.
Off the plan path.
"""

from __future__ import annotations

import shlex
from typing import Any

from fargate_instrument.core import agents, ecs, patch
from fargate_instrument.core.agents.marks import repository
from fargate_instrument.core.agents.others import OTHERS
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.recipe import (
    AddCapability,
    AddContainer,
    AddMountPoint,
    AddSecret,
    DependOn,
    MountFrom,
    Recipe,
    SetEnvironment,
    ShellWrapCommand,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Step

_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:unnamed"
_ASKS: dict[str, tuple[dict[str, Any], ...]] = {
    "sysdig": (
        {
            "workload_agent_image": "workload-agent",
            "collector_host": "c",
            "collector_port": "1",
            "orchestrator_host": "o",
            "orchestrator_port": "1",
            "sysdig_logging": "info",
            "sysdig_access_key_secret": _ARN,
            "bare_pdig_on_containers": ["*"],
        },
    ),
    "prisma_cloud": tuple(
        {
            "defender_image": "defender",
            "ws_address": "wss://c:443",
            "install_bundle_secret": _ARN,
            "wrap": wrap,
        }
        for wrap in ("entry_point", "command")
    ),
}
"""Asks that make an agent's recipe name everything it ever touches."""


class Taken(Frozen):
    """What came of taking out. ``containers`` is meaningless if there are problems.

    ``agents``: whose instrumentation was found. ``volumes``: task volumes that only
    it mounted. ``pid_mode``: whether it had asked for pidMode.
    """

    containers: list[Any]
    problems: tuple[Problem, ...]
    agents: tuple[str, ...]
    volumes: tuple[str, ...] = ()
    pid_mode: bool = False


def known_recipes() -> dict[str, tuple[Recipe, ...]]:
    """Give the recipes by which each agent's traces are known."""
    ours = {
        name: tuple(agents.load(name).recipe(ask, {"family": "f"}) for ask in asks)
        for name, asks in _ASKS.items()
    }
    return {**ours, **{name: (recipe,) for name, recipe in OTHERS.items()}}


def wrapped_by(container: Container) -> tuple[str, ...]:
    """Name the agents whose launcher a container runs through."""
    return tuple(
        name
        for name, recipes in known_recipes().items()
        if any(patch.is_wrapped(container, recipe.steps) for recipe in recipes)
    )


def remove_unrecorded(
    containers: Sequence[Any],
    agent: str | None = None,
    splits: Mapping[str, int] | None = None,
    address: str = "container_definitions",
) -> Taken:
    """Take out what agents' tools put in, from the text alone.

    ``agent``: only this one's. ``splits``: container name -> how many items of its
    command are the original entry point, where the text does not say. The input is
    canonical and is not changed.
    """
    made = list(containers)
    problems: list[Problem] = []
    found: list[str] = []
    volumes: list[str] = []
    pid_mode = False
    for name, recipes in known_recipes().items():
        if agent not in (None, name):
            continue
        work = _Removal(recipes, splits or {}, address)
        after = work.remove(made)
        if after != made:
            found.append(name)
            volumes += [v["name"] for recipe in recipes for v in recipe.volumes]
            pid_mode = pid_mode or any(recipe.task.pid_mode for recipe in recipes)
        problems += work.problems
        made = after
    return Taken(made, tuple(problems), tuple(found), tuple(volumes), pid_mode)


class _Removal:
    """Taking one agent out of one task definition."""

    def __init__(
        self, recipes: Sequence[Recipe], splits: Mapping[str, int], address: str
    ) -> None:
        self.recipes = recipes
        self.steps = tuple(step for recipe in recipes for step in recipe.steps)
        self.splits = splits
        self.address = address
        self.problems: list[Problem] = []

    def remove(self, containers: list[Any]) -> list[Any]:
        """Give the containers without the agent."""
        own = [
            container["name"]
            for container in containers
            if any(is_own(container, added) for added in self._added())
        ]
        made = []
        for index, container in enumerate(containers):
            if not any(is_own(container, added) for added in self._added()):
                touched = self._touched(container, own)
                made.append(
                    self._undone(container, index, own) if touched else container
                )
        return made

    def _added(self) -> list[AddContainer]:
        return [added for recipe in self.recipes for added in recipe.containers]

    def _touched(self, container: Container, own: list[str]) -> bool:
        mounts = {
            entry.get("sourceContainer")
            for entry in ecs.known_argv(container.get("volumesFrom"))
            if isinstance(entry, dict)
        }
        return patch.is_wrapped(container, self.steps) or bool(mounts & {*own})

    def _undone(self, container: Container, index: int, own: list[str]) -> Container:
        for step in self.steps:
            container = self._without(container, step, index, own)
        return container

    def _without(
        self, container: Container, step: Step, index: int, own: list[str]
    ) -> Container:
        match step:
            case WrapEntryPoint():
                return self._unwrapped(container, step, index)
            case ShellWrapCommand():
                return self._unwrapped_shell(container, step, index)
            case SetEnvironment() | AddSecret():
                made = _dropped(container, "environment", "name", {step.name})
                return _dropped(made, "secrets", "name", {step.name})
            case AddCapability():
                return _without_capability(container, step.name)
            case MountFrom():
                return _dropped(container, "volumesFrom", "sourceContainer", {*own})
            case DependOn():
                return _dropped(container, "dependsOn", "containerName", {*own})
            case AddMountPoint():
                return _dropped(container, "mountPoints", "sourceVolume", {step.volume})
            case _:
                return container

    def _unwrapped(
        self, container: Container, step: WrapEntryPoint, index: int
    ) -> Container:
        items = ecs.known_argv(container.get("entryPoint"))
        if not items or items[0] not in (*step.launchers, step.prefix[0]):
            return container
        rest = items[len(step.prefix) :]
        if step.layout == "entry_point" or rest:
            return _member(container, "entryPoint", rest)
        return self._split(container, index)

    def _split(self, container: Container, index: int) -> Container:
        command = ecs.known_argv(container.get("command"))
        count = self.splits.get(container["name"])
        if count is None or not 0 <= count <= len(command):
            self.problems.append(
                Problem(
                    f"{self.address}[{index}].command",
                    f"{ecs.describe(container, index)} was wrapped without a record of"
                    f" how many of the {len(command)} items of its command were its"
                    " entryPoint",
                    (
                        "say it: 0 if the task gave no entryPoint, or the number of"
                        f" its items (--entry-point-items {container['name']}=N)",
                    ),
                )
            )
            return container
        made = _member(container, "entryPoint", command[:count])
        return _member(made, "command", command[count:])

    def _unwrapped_shell(
        self, container: Container, step: ShellWrapCommand, index: int
    ) -> Container:
        command = ecs.known_argv(container.get("command"))
        shell = [*step.shell]
        for launcher in (*step.launchers, step.launcher[0]):
            start = " ".join((launcher, *step.launcher[1:])) + " "
            if command[:-1] != shell or not str(command[-1]).startswith(start):
                continue
            line = command[-1][len(start) :]
            argv = _words(line)
            if argv is None:
                self.problems.append(
                    Problem(
                        f"{self.address}[{index}].command",
                        f"{ecs.describe(container, index)} runs a shell line behind the"
                        " launcher, from which the original command cannot be read",
                        ("write the original command by hand",),
                    )
                )
                return container
            return {**container, "command": argv}
        return container


def is_own(container: Any, added: AddContainer) -> bool:
    """Tell whether a container is an agent's own, without a record."""
    entry_point = ecs.known_argv(container.get("entryPoint"))
    if entry_point and added.entry_points:
        return entry_point[0] in added.entry_points
    named = container.get("name") in (added.name, *added.aliases)
    path = repository(str(container.get("image", "")))
    return named and (
        not added.images or any(path.endswith(known) for known in added.images)
    )


def _words(line: str) -> list[str] | None:
    """Read a shell line that is nothing but quoted words; anything else is None."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    return words if " ".join(map(patch.shell_quoted, words)) == line else None


def _member(container: Container, member: str, items: list[Any]) -> Container:
    if items:
        return {**container, member: items}
    return {key: value for key, value in container.items() if key != member}


def _dropped(container: Container, member: str, key: str, names: set[str]) -> Container:
    entries = container.get(member)
    if not isinstance(entries, list):
        return container
    kept = [
        entry
        for entry in entries
        if not isinstance(entry, dict) or entry.get(key) not in names
    ]
    return container if len(kept) == len(entries) else _member(container, member, kept)


def _without_capability(container: Container, name: str) -> Container:
    parameters: dict[str, Any] = container.get("linuxParameters") or {}
    capabilities = parameters.get("capabilities") or {}
    if name not in (capabilities.get("add") or ()):
        return container
    kept = [item for item in capabilities["add"] if item != name]
    capabilities = _member(capabilities, "add", kept)
    parameters = {k: v for k, v in parameters.items() if k != "capabilities"}
    if capabilities:
        parameters["capabilities"] = capabilities
    if parameters:
        return {**container, "linuxParameters": parameters}
    return {k: v for k, v in container.items() if k != "linuxParameters"}
