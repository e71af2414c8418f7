"""What a vendor's patcher makes of a text, to say where an exact result differs.

Not a transformation of ours: the program writes every value byte for byte. The
patcher behind the vendor's provider 3.9 builds a configuration text out of the values
and parses it again, which changes some of them; these are its rules.
"""

from __future__ import annotations

from fargate_instrument.core import ecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from fargate_instrument.core.ecs import Container, Path

_SURVIVES = frozenset("\b\f\n\r\t")
_ESCAPED = frozenset("&<>\u2028\u2029") | {
    char for char in map(chr, range(0x20)) if char not in _SURVIVES
}
SAYS = "stays as it is; the vendor's provider 3.9 wrote another text here"


def escaped(text: str) -> str:
    """Write some characters as the six characters of an escape, as the patcher does."""
    if _ESCAPED.isdisjoint(text):
        return text
    return "".join(f"\\u{ord(c):04x}" if c in _ESCAPED else c for c in text)


def written(text: str, times: int = 1) -> str:
    """Give what the patcher writes for a text that passes through it so many times."""
    text = escaped(text)
    if text == "null":
        return ""
    text = text.strip()
    return "" if times > 1 and text == "null" else text


def altered(container: Container, own: Collection[str], added: bool) -> Iterator[Path]:
    """List the members of an instrumented or ``added`` container that would differ.

    ``own``: names of the agent's variables. A workload's other variables are not
    touched by the patcher; those copied into the agent's container are.
    """
    if _differs(container["image"], 2):
        yield ("image",)
    command = () if added else ecs.known_argv(container.get("command"))
    for index, item in enumerate(command):
        if _differs(item, 1):
            yield ("command", index)
    for index, entry in enumerate(container.get("environment") or ()):
        mine = entry["name"] in own
        if added and escaped(entry["name"]) != entry["name"]:
            yield ("environment", index, "name")
        if (mine or added) and _differs(entry.get("value"), 2 if mine else 1):
            yield ("environment", index, "value")
    credentials = container.get("repositoryCredentials") or {}
    if added and _differs(credentials.get("credentialsParameter"), 1):
        yield ("repositoryCredentials", "credentialsParameter")


def _differs(value: Any, times: int) -> bool:
    return isinstance(value, str) and written(value, times) != value
