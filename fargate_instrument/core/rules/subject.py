"""The task definition that is checked, read once; not one rule.

Everything here is well-typed: the schema has left out what is not.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from fargate_instrument.core.rules.finding import Path, Report

    Value = dict[str, Any]


class Subject:
    """What the rules ask about.

    ``containers``: (path, container) of every container that is an object.
    ``task``: the facts; a fact whose value is None or "" is known to be absent.
    ``fargate``: the task is meant for Fargate, by its word or for want of one.
    ``awsvpc``: its containers share an awsvpc network.
    """

    __slots__ = (
        "awsvpc",
        "by_name",
        "containers",
        "fargate",
        "report",
        "task",
        "windows",
    )

    def __init__(
        self, containers: list[tuple[Path, Value]], task: Value, report: Report
    ) -> None:
        self.containers = containers
        self.task = task
        self.report = report
        wanted = task.get("requiresCompatibilities")
        self.fargate = not wanted or "FARGATE" in wanted
        self.awsvpc = self.fargate or task.get("networkMode") == "awsvpc"
        platform = task.get("runtimePlatform") or {}
        family = platform.get("operatingSystemFamily", "")
        self.windows = family.startswith("WINDOWS")
        self.by_name: dict[str, Value] = {}
        for _, container in containers:
            self.by_name.setdefault(container.get("name", ""), container)

    def lacks(self, fact: str) -> bool:
        """Tell whether a fact is known to be absent; an unknown one is not."""
        return fact in self.task and not self.task[fact]

    @property
    def registered_for_fargate(self) -> bool:
        """Tell whether registration itself applies Fargate's rules to absent facts.

        A definition that is known whole and names no compatibility is registered
        for any launch type, and then nothing is missing yet.
        """
        return self.fargate and not self.lacks("requiresCompatibilities")

    def entries(self, member: str) -> Iterator[tuple[Path, Value, Value]]:
        """Go through the objects in one list member of every container."""
        for path, container in self.containers:
            for index, entry in enumerate(container.get(member, ())):
                yield (*path, member, index), container, entry

    def volumes(self) -> list[tuple[Path, Value]]:
        """Give the task's volumes with their paths."""
        known = self.task.get("volumes") or ()
        return [(("volumes", index), volume) for index, volume in enumerate(known)]

    @property
    def architecture(self) -> str:
        """The CPU architecture the task says it runs on, or the empty string."""
        platform = self.task.get("runtimePlatform") or {}
        return str(platform.get("cpuArchitecture") or "")

    def image_config(self, container: Value) -> Value:
        """Give what is known of a container's image, such as its ``Env``."""
        configs = self.task.get("imageConfigs") or {}
        config = configs.get(container.get("image", ""))
        return config if isinstance(config, dict) else {}

    def user(self, container: Value) -> str:
        """Name the user a container runs as, by its own word or by its image's."""
        user = container.get("user")
        if user is None:
            user = self.image_config(container).get("User") or ""
        return str(user).partition(":")[0]
