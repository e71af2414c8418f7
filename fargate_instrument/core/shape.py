"""The shape that the parts an agent may touch must have, checked once at the door."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.jsontext import dump, kind, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fargate_instrument.core.ecs import Container


class ContainerCheck:
    """The shape that the parts an agent touches must have, checked at the door.

    ``container``: recased. ``root``: its address. Problems are added to
    ``problems``. With ``loose_argv`` items of entryPoint and command may be
    numbers, booleans or null, which the caller turns into text.
    """

    def __init__(
        self,
        container: Container,
        index: int,
        root: str,
        problems: list[Problem],
        *,
        loose_argv: bool = False,
    ) -> None:
        self.container = container
        self.root = root
        self.problems = problems
        self.loose_argv = loose_argv
        self.index = index

    def run(self) -> None:
        """Check every part that a recipe can touch."""
        for member in ("name", "image"):
            self._identity(member)
        for member in ("entryPoint", "command"):
            self._argv(member)
        for member, key in ecs.LIST_KEYS.items():
            self._entries(member, key)
        for member in ("linuxParameters", "dockerLabels", "logConfiguration"):
            self._object(self.container, member)
        parameters = self.container.get("linuxParameters")
        if isinstance(parameters, dict):
            self._capabilities(parameters)

    def _say(self, what: str, *path: str | int, fix: str = "") -> None:
        fixes = (fix,) if fix else ()
        self.problems.append(
            Problem(
                ecs.address(self.root, *path),
                f"{ecs.describe(self.container, self.index)} {what}",
                fixes,
            )
        )

    def _identity(self, member: str) -> None:
        value = self.container.get(member)
        if value is None or value == "":
            self._say(f"has no {member}", member, fix=f'write its "{member}"')
        elif not isinstance(value, str):
            self._say(f"has {kind(value)} as {member}, text is needed", member)

    def _argv(self, member: str) -> None:
        value = self.container.get(member)
        if value is None:
            return
        if not isinstance(value, list):
            fix = f"write {_likely_argv(value)}" if isinstance(value, str) else ""
            self._say(
                f"has {kind(value)} as {member}, a list of strings is needed",
                member,
                fix=fix,
            )
            return
        for index, item in enumerate(value):
            wrong = not isinstance(item, str)
            if wrong and (isinstance(item, (dict, list)) or not self.loose_argv):
                self._say(
                    f"has {kind(item)} as item {index} of {member}, text is needed",
                    member,
                    index,
                    fix='put it in quotes, such as "80" for 80',
                )

    def _entries(self, member: str, key: str) -> None:
        value = self.container.get(member)
        if value is None:
            return
        if not isinstance(value, list):
            self._say(f"has {kind(value)} as {member}, a list is needed", member)
            return
        for index, entry in enumerate(value):
            self._entry(member, key, index, entry)

    def _entry(self, member: str, key: str, index: int, entry: object) -> None:
        if not isinstance(entry, dict):
            self._say(
                f"has {kind(entry)} as entry {index} of {member}, an object is needed",
                member,
                index,
            )
            return
        name = entry.get(key)
        if not isinstance(name, str) or not name:
            state = "no" if name in (None, "") else f"{kind(name)} as"
            self._say(
                f"has {state} {key} in entry {index} of {member}", member, index, key
            )
        if member == "environment":
            self._variable(index, entry.get("value"), name)

    def _variable(self, index: int, value: object, name: object) -> None:
        if value is not None and not isinstance(value, str):
            shown = dump(name) if isinstance(name, str) else f"entry {index}"
            self._say(
                f"has {kind(value)} as value of variable {shown}, text is needed",
                "environment",
                index,
                "value",
                fix='put the value in quotes, such as "80" for 80',
            )

    def _object(self, holder: dict[str, Any], member: str, *path: str) -> None:
        value = holder.get(member)
        if value is not None and not isinstance(value, dict):
            self._say(
                f"has {kind(value)} as {member}, an object is needed", *path, member
            )

    def _capabilities(self, parameters: dict[str, Any]) -> None:
        self._object(parameters, "capabilities", "linuxParameters")
        capabilities = parameters.get("capabilities")
        if not isinstance(capabilities, dict):
            return
        for member in ("add", "drop"):
            value = capabilities.get(member)
            names = value if isinstance(value, list) else [value]
            if value is not None and (
                not isinstance(value, list)
                or not all(isinstance(name, str) for name in names)
            ):
                self._say(
                    f"has no list of strings as capabilities.{member}",
                    "linuxParameters",
                    "capabilities",
                    member,
                )


def _likely_argv(text: str) -> str:
    try:
        read = parse(text, "")
    except Exception:  # noqa: BLE001  (any text is a legal guess, none may fail)
        read = None
    if isinstance(read, list) and all(isinstance(item, str) for item in read):
        return dump(read)
    return dump(text.split())
