"""Launchers of runtime agents, told by their paths in an argument list; no rule.

A fact about a launcher stands here only if its vendor documents or publishes it.
"""

from __future__ import annotations

from fargate_instrument.core.agents.marks import IMAGES, NAMES, owner
from fargate_instrument.core.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Value = dict[str, Any]


class Launcher(Frozen):
    """How an agent starts an application, and what it asks of the container.

    ``vendor``: as in the marks of known agents. ``path``: how its paths begin.
    ``ptrace``: it traces the application. ``root_only``: it works for root alone.
    ``writes``: where it writes on the application's root file system.
    ``x86_only``: the vendor documents X86_64 alone.
    """

    vendor: str
    path: str
    ptrace: bool = True
    root_only: bool = False
    writes: str = ""
    x86_only: bool = False


LAUNCHERS = (
    Launcher("Sysdig", "/opt/draios/bin/", x86_only=True),
    Launcher("Prisma Cloud", "/var/lib/twistlock/fargate/defender"),
    Launcher("CrowdStrike", "/tmp/CrowdStrike/", writes="/tmp/CrowdStrike-private"),  # noqa: S108
    Launcher("Aqua", "/.aquasec/bin/", ptrace=False),
    Launcher("Wiz", "/opt/wiz/sensor/"),
    Launcher("Datadog", "/cws-instrumentation-volume/"),
    Launcher("Lacework", "/var/lib/lacework-backup/", ptrace=False, root_only=True),
    Launcher("DoiT", "/opt/attrb/launch/", ptrace=False),
    Launcher("Deepfence", "/deepfence/usr/local/bin/", ptrace=False),
)

SECRETS = frozenset(
    {
        "SYSDIG_ACCESS_KEY",
        "INSTALL_BUNDLE",
        "AQUA_TOKEN",
        "WIZ_API_CLIENT_SECRET",
        "UPWIND_AUTH_CLIENT_SECRET",
        "LaceworkAccessToken",
        "DD_API_KEY",
        "NRIA_LICENSE_KEY",
        "SPLUNK_ACCESS_TOKEN",
        "DT_PAAS_TOKEN",
    }
)
"""Variables with which agents take their credentials."""

LEAST = {"Lacework": (512, 1024), "Trend": (1024, 512)}
"""Vendor -> the CPU units and MiB of memory that it publishes as its minimum."""


_LAST_PARTS = frozenset(suffix.rpartition("/")[2] for suffix in IMAGES)


def vendor_of(container: Value) -> str:
    """Name the vendor whose agent a container is, or give the empty string."""
    image = container.get("image", "")
    last = image.rpartition("@")[0] or image
    last = last.rpartition("/")[2].partition(":")[0]
    if last in _LAST_PARTS or container.get("name") in NAMES:
        return owner(container)
    return ""


def launchers(container: Value) -> list[Launcher]:
    """Find the launchers in a container's argument list, in no order.

    An agent's own container runs its own programs; that wraps nothing.
    """
    entry, command = container.get("entryPoint"), container.get("command")
    if not (entry or command):
        return []
    argv = "\n".join((*(entry or ()), *(command or ())))
    found = [launcher for launcher in LAUNCHERS if launcher.path in argv]
    return [] if found and vendor_of(container) else found


def declared(facts: Iterable[Value], name: str) -> list[Launcher]:
    """Read what the caller knows of agents on a container; see ``check``."""
    return [
        Launcher(
            str(fact.get("agent", "an agent")),
            "",
            ptrace=bool(fact.get("ptrace")),
            root_only=bool(fact.get("rootOnly")),
            writes=str(fact.get("writes") or ""),
            x86_only=fact.get("architectures") == ["X86_64"],
        )
        for fact in facts
        if fact.__class__ is dict
        and fact.get("containers").__class__ is list
        and name in fact["containers"]
    ]
