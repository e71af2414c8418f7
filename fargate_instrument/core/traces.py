"""Takes out what an agent's tool left, by the traces that it is known to leave.

Off the plan path: it needs the agents' modules. Whole or not at all: what would stay
behind is a problem.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, marks
from fargate_instrument.core.agents import NAMES, load, recognised
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.recipe import (
    AddMountPoint,
    SetEnvironment,
    SetMember,
    flat,
)
from fargate_instrument.core.steps import WORK, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import Recipe


def known() -> dict[str, tuple[Recipe, ...]]:
    """Give the recipes by which the traces of every agent are known."""
    ours = {
        name: tuple(agent.recipe(sample, {"family": "f"}) for sample in agent.samples)
        for name in NAMES
        for agent in [load(name)]
        if agent.recipe is not None and agent.samples
    }
    theirs = {agent.name: agent.traces for agent in recognised.AGENTS if agent.traces}
    return {**ours, **theirs}


class Unmarking:
    """Taking one agent out of one task definition."""

    def __init__(
        self,
        agent: str,
        recipes: Sequence[Recipe],
        splits: Mapping[str, int],
        address: str,
    ) -> None:
        self.agent = agent
        self.recipes = recipes
        self.splits = splits
        self.address = address
        self.steps = [step for one in self.recipes for step in flat(one.steps)]
        self.wraps = marks.wraps_of(agent, self.steps)
        self.volumes = self._volumes()
        self.problems: list[Problem] = []

    def remove(
        self, containers: list[Any], task: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Give the containers and the task without the agent, or add problems."""
        owners = marks.owners(containers)
        own = {
            containers[index]["name"]
            for index, owner in owners.items()
            if owner.agent == self.agent and owner.proven
        }
        made = []
        for index, container in enumerate(containers):
            if container["name"] in own:
                continue
            touched = self._is_touched(container, own)
            made.append(self._undone(container, index, own) if touched else container)
        if made == containers:
            return containers, dict(task)
        self._require_whole(containers, made)
        return made, self._around(task)

    def _is_touched(self, container: Container, own: set[str]) -> bool:
        needs = {
            entry.get(key)
            for member, key in marks.REFERENCES
            for entry in ecs.known_argv(container.get(member))
            if isinstance(entry, dict)
        }
        chained = [agent for agent, _ in marks.chain(container)]
        return (
            self.agent in chained
            or bool(needs & own)
            or self._preloads(container)
            or (bool(own) and self._is_told(container))
        )

    def _is_told(self, container: Container) -> bool:
        """Tell whether a container is told or given what only the agent's tool says."""
        values = ecs.variables(container)
        return any(
            isinstance(step, SetEnvironment)
            and step.mode == "override"
            and bool(step.value)
            and values.get(step.name) == step.value
            for step in self.steps
        ) or any(
            isinstance(entry, dict) and self._is_volume(entry.get("sourceVolume"))
            for entry in ecs.known_argv(container.get("mountPoints"))
        )

    def _preloads(self, container: Container) -> bool:
        start = tuple(marks.marks(self.agent).get("preloads", ()))
        preload = str(ecs.variables(container).get("LD_PRELOAD", ""))
        return bool(start) and any(
            part.startswith(start) for part in preload.replace(":", " ").split()
        )

    def _undone(self, container: Container, index: int, own: set[str]) -> Container:
        made = self._unwrapped(container, index)
        for step in self.steps:
            made = getattr(without, WORK[type(step)].without)(made, step, own)
        for member, key in marks.REFERENCES:
            made = without.entries(made, member, key, own)
        return made

    def _unwrapped(self, container: Container, index: int) -> Container:
        while True:
            found = marks.form(container, self.wraps)
            if found is None:
                return container
            if found.raw:
                self._say_line(container, index)
                return container
            moved = getattr(found.wrap, "layout", "") == "command"
            container = marks.unwrapped(container, found)
            if moved:
                container = self._split(container, index)

    def _split(self, container: Container, index: int) -> Container:
        """Part an argv that was moved into one list, where the user says how."""
        argv = ecs.known_argv(container.get("entryPoint"))
        count = self.splits.get(container["name"])
        if count is None or not 0 <= count <= len(argv):
            self.problems.append(
                Problem(
                    f"{self.address}[{index}].command",
                    f"{ecs.describe(container, index)} was wrapped without a record of"
                    f" how many of the {len(argv)} items of its command were its"
                    " entryPoint",
                    (
                        "say it: 0 if the task gave no entryPoint, or the number of"
                        f" its items (--entry-point-items {container['name']}=N)",
                    ),
                )
            )
            return container
        kept = {
            k: v for k, v in container.items() if k not in ("entryPoint", "command")
        }
        if count:
            kept["entryPoint"] = argv[:count]
        if argv[count:]:
            kept["command"] = argv[count:]
        if len(marks.chain(kept)) < len(marks.chain(container)):
            self.problems.append(
                Problem(
                    f"{self.address}[{index}].command",
                    f"{ecs.describe(container, index)} starts another agent's launcher"
                    f" behind this one, which {count} items of entryPoint would part",
                    ("count that launcher's items, too",),
                )
            )
        return kept

    def _say_line(self, container: Container, index: int) -> None:
        self.problems.append(
            Problem(
                f"{self.address}[{index}].command",
                f"{ecs.describe(container, index)} runs a shell line behind the"
                " launcher, from which the original command cannot be read",
                ("write the original command by hand",),
            )
        )

    # Around the containers

    def _volumes(self) -> tuple[str, ...]:
        """List how the names of the agent's task volumes begin, or are."""
        found = []
        for one in self.recipes:
            own = [s for added in one.containers for s in added.for_each_target]
            mine = [s for added in one.containers for s in added.steps]
            for step in (*self.steps, *flat(own), *flat(mine)):
                if isinstance(step, AddMountPoint):
                    volume = step.volume
                    name = volume[0] if isinstance(volume, tuple) else volume
                    found.append(str(name))
        return tuple(dict.fromkeys(found))

    def _is_volume(self, name: object) -> bool:
        return any(
            name == known or (known.endswith("-") and str(name).startswith(known))
            for known in self.volumes
        )

    def _around(self, task: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(task)
        asked = {one.task.pid_mode for one in self.recipes} - {""}
        if made.get("pidMode") in asked:
            del made["pidMode"]
        volumes = made.get("volumes")
        if isinstance(volumes, list):
            made["volumes"] = [
                v
                for v in volumes
                if not (isinstance(v, dict) and self._is_volume(v.get("name")))
            ]
            if volumes and not made["volumes"]:
                del made["volumes"]
        return made

    def _require_whole(self, before: Sequence[Any], after: Sequence[Any]) -> None:
        """Find what of the agent would stay behind."""
        places = {container["name"]: index for index, container in enumerate(before)}
        for container in after:
            left = self._left(container)
            if left:
                index = places[container["name"]]
                self.problems.append(
                    Problem(
                        f"{self.address}[{index}]",
                        f"{ecs.describe(container, index)} would keep {left} of"
                        f" {self.agent}, which its marks do not let take out",
                        ("take that out by hand first, or go on without --agent",),
                    )
                )

    def _left(self, container: Container) -> str:
        if self.problems:
            return ""
        if self.agent in [agent for agent, _ in marks.chain(container)]:
            return "the launcher"
        if self._preloads(container):
            return "the library in LD_PRELOAD"
        for entry in ecs.known_argv(container.get("mountPoints")):
            if isinstance(entry, dict) and self._is_volume(entry.get("sourceVolume")):
                return f"the volume {dump(entry['sourceVolume'])}"
        if self._logs(container):
            return "the log configuration (what stood there before is recorded nowhere)"
        return ""

    def _logs(self, container: Container) -> bool:
        """Tell whether a container logs to where the agent's tool makes it log."""
        there = container.get("logConfiguration")
        return isinstance(there, dict) and any(
            isinstance(step, SetMember)
            and step.member == "logConfiguration"
            and _output(there) == _output(step.value) != ""
            for step in self.steps
        )


def _output(configuration: Mapping[str, Any]) -> object:
    """Name the output of a log configuration that goes through FireLens, or nothing."""
    options = configuration.get("options")
    if not marks.logs_through_router(configuration) or not isinstance(options, dict):
        return ""
    return options.get("Name", "")
