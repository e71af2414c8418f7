"""The agents: one value in one module each; nothing else knows a vendor.

To add one: its module, its name in ``NAMES``, a folder of goldens, and
``python -m fargate_instrument.models.generate --write``, which makes what the plan path
knows of all agents at once (``known``), the schemas, the pages and the HCL face.
"""

from __future__ import annotations

from fargate_instrument.core.errors import fail, nearest
from fargate_instrument.core.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Literal, TypeAlias

    from fargate_instrument.core.recipe import (
        Recipe,
        ShellWrapArgv,
        ShellWrapCommand,
        WrapEntryPoint,
    )

    Options: TypeAlias = Mapping[str, Any]
    Wrap: TypeAlias = WrapEntryPoint | ShellWrapCommand | ShellWrapArgv
    Kind: TypeAlias = Literal[
        "text",
        "needed_text",
        "arn",
        "count",
        "port",
        "flag",
        "host",
        "choice",
        "names",
        "texts",
        "map",
        "log_configuration",
        "web_socket",
        "object",
        "recipe",
    ]

NAMES = ("crowdstrike", "custom", "datadog", "prisma_cloud", "sysdig")
"""Every agent that can be put in; ``custom`` is the one that a recipe describes."""


class Option(Frozen):
    """One option of an agent: all that schema, page and HCL face are made from.

    ``kind``: what it takes; texts, counts and flags may be given as text. ``doc``: one
    sentence or two. ``secret``: its value is never shown. ``values``: of a ``choice``,
    the default first, without the empty text; of a ``text``, what is documented.
    ``members``: of an ``object``.
    """

    name: str
    kind: Kind
    doc: str
    required: bool = False
    secret: bool = False
    values: tuple[str, ...] = ()
    members: tuple[Option, ...] = ()


class Marks(Frozen):
    """By what an agent is known in a definition that nobody recorded, and its nature.

    Of its own containers: ``names``; ``repositories``, the vendor's own with their
    host; ``images``, ends of the repositories of copies; ``programs``, first items of
    their argv. Of applications: ``wraps``, every form in which its tools start one;
    ``preloads``, beginnings of its libraries in LD_PRELOAD; ``variables``, how its own
    begin; ``mounted``, it has a launcher of no fixed path, known by volumesFrom.
    ``copies_environment``: its tools copy an application's variables into its own.

    ``secrets``: variables that carry its credentials. ``ports``: where it listens.
    ``ptrace``: it traces applications. ``root_only``: it works for root alone.
    ``writes``: where it writes on an application's root file system.
    ``architectures``: those that the vendor documents, if it does not document both.
    ``least``: CPU units and MiB that it publishes as its minimum. ``watches_task``:
    its container serves the whole task without a change to applications.
    ``runtime_security``: it watches what an application does. ``injected``: it is put
    in when a task starts, so that no definition shows it. ``pid_mode``: the task's,
    which it needs to see what it watches.

    In Terraform: ``modules``, those of this project that put it in; ``data_sources``,
    those of its vendor's provider that do.
    """

    names: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    wraps: tuple[Wrap, ...] = ()
    preloads: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    mounted: bool = False
    copies_environment: bool = False
    secrets: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    ptrace: bool = False
    root_only: bool = False
    writes: str = ""
    architectures: tuple[str, ...] = ()
    least: tuple[int, int] = (0, 0)
    watches_task: bool = False
    runtime_security: bool = False
    injected: bool = False
    pid_mode: str = ""
    modules: tuple[str, ...] = ()
    data_sources: tuple[str, ...] = ()


class Agent(Frozen):
    """All there is to say of one agent.

    ``vendor``: how people call it; ``title``: what it is. ``recipe``: options and task
    facts -> recipe; it raises Failure for what they lack. ``facts``: the task facts, in
    ECS's names, that the recipe depends on. ``aliases``: other names people type.
    ``samples``: options under which the recipes name everything the agent ever
    touches. ``traces``: the same as recipes, where the agent cannot be put in.
    """

    name: str
    vendor: str
    title: str
    marks: Marks
    options: tuple[Option, ...] = ()
    recipe: Callable[[Options, Mapping[str, Any]], Recipe] | None = None
    facts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    samples: tuple[Options, ...] = ()
    traces: tuple[Recipe, ...] = ()


def load(name: str) -> Agent:
    """Import one agent's module; a run needs only its own.

    Raises Failure for a name that is none, with the name that was probably meant.
    """
    if name not in NAMES:
        from fargate_instrument.core.known import ALIASES  # noqa: PLC0415

        meant = ALIASES.get(name.lower().replace("-", "_").replace(" ", "_"))
        likely = meant in NAMES
        fix = f'did you mean "{meant}"?' if likely else nearest(name, NAMES)
        said = "is not a known agent"
        raise fail("agent", f'"{name}" {said}', fix, fault="request")
    module = __import__(f"{__name__}.{name}", fromlist=["AGENT"])
    agent: Agent = module.AGENT
    return agent
