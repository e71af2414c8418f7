"""The closed set of steps an agent may ask for, as frozen data; patch does them.

A recipe says what an agent needs, never how it is done. It holds no code and no
user document, so it can be shown, compared and written as JSON. Merging, order,
conflicts, idempotence and removal are solved once, in ``patch`` and ``provenance``.
"""

from __future__ import annotations

from fargate_instrument.core.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias


class Fact(Frozen):
    """A value known only at the container: ``container.name``, ``container.image``."""

    name: str


if TYPE_CHECKING:
    Text: TypeAlias = str | Fact | tuple[str | Fact, ...]

SIDECAR = Fact("sidecar.name")
"""The agent's own container, under the name that it has in the document."""


class WrapEntryPoint(Frozen):
    """Run the application's argv through a launcher.

    ``prefix``: the launcher and its own arguments.
    ``layout``: ``entry_point`` puts the prefix before entryPoint and leaves command
    alone; ``command`` makes the prefix the whole entryPoint and moves the original
    entry point in front of command. Both run prefix + original argv.
    ``launchers``: first items by which a wrapped container is known; one that is
    known but is not ``prefix[0]`` is switched to it if ``switch``.
    ``as_given``: an entryPoint or command that is null or empty counts as given,
    and items that are no strings become text (a vendor's exact behaviour).
    """

    prefix: tuple[str, ...]
    layout: str = "entry_point"
    launchers: tuple[str, ...] = ()
    switch: bool = False
    as_given: bool = False


class ShellWrapCommand(Frozen):
    """Run command as one shell string behind a launcher; entryPoint stays as it is.

    ``shell``: such as ``("/bin/sh", "-c")``. ``launcher``: words before the quoted
    argv. ``launchers`` and ``switch`` as in WrapEntryPoint, found inside strings.
    """

    shell: tuple[str, ...]
    launcher: tuple[str, ...]
    launchers: tuple[str, ...] = ()
    switch: bool = False


class SetEnvironment(Frozen):
    """Set one environment variable.

    ``mode``: ``override`` writes over another value in place, with a warning;
    ``if_absent`` leaves the user's; ``append`` adds ``value`` behind ``separator``
    unless it is there already.
    ``if_in_secrets``: what to do if the name stands in ``secrets``: ``keep`` the user's
    secret with a warning, or ``error``.
    ``only_on``: containers by name, from the option ``option``; empty means all.
    ``secret``: the value is never shown.
    """

    name: str
    value: Text
    mode: str = "override"
    separator: str = ""
    if_in_secrets: str = "keep"
    only_on: tuple[str, ...] = ()
    option: str = ""
    secret: bool = False


class AddSecret(Frozen):
    """Take a variable from a secret; a plain variable of the name is removed."""

    name: str
    value_from: str


class UniqueEnvironment(Frozen):
    """Of variables with one name keep the last, which is the one that counts."""


class SortEnvironment(Frozen):
    """Sort environment by name (code points); equal names keep their order."""


class AddCapability(Frozen):
    """Add a Linux capability once, leaving the rest of linuxParameters alone."""

    name: str


class InitProcess(Frozen):
    """Ask for an init process where the user has not decided."""


class MountFrom(Frozen):
    """Mount another container's volumes.

    ``enforce``: an entry that is there already gets this ``read_only``.
    """

    source: Text
    read_only: bool
    enforce: bool = False


class AddMountPoint(Frozen):
    """Mount a task volume at a path; a path taken by another volume is an error."""

    volume: str
    path: str
    read_only: bool = False


class DependOn(Frozen):
    """Start after another container has reached a condition."""

    container: Text
    condition: str


class AddLabel(Frozen):
    """Set one Docker label."""

    name: str
    value: Text


class SetLogConfiguration(Frozen):
    """Give the container a log configuration: ``always`` or only if it has none."""

    configuration: Mapping[str, Any]
    always: bool = False


if TYPE_CHECKING:
    Step: TypeAlias = (
        WrapEntryPoint
        | ShellWrapCommand
        | SetEnvironment
        | AddSecret
        | UniqueEnvironment
        | SortEnvironment
        | AddCapability
        | InitProcess
        | MountFrom
        | AddMountPoint
        | DependOn
        | AddLabel
        | SetLogConfiguration
    )


class AddContainer(Frozen):
    """Add one container to the task, or bring the one that is there up to date.

    ``definition``: its members, canonical, ``name`` included.
    ``defaults``: members written on a new one only.
    ``aliases``: other names under which it may stand.
    ``entry_points``: first items of entryPoint by which it is known.
    ``images``: repositories by which one without entryPoint is known: a suffix that
    begins with ``/``, or a whole repository.
    ``renamed_entry_points``: old first item -> new one, on upgrade.
    ``keep_entry_point``: on upgrade entryPoint stays as it is, absent included.
    ``own_variables``: how the agent's own variables begin; others get a warning.
    ``role``: ``sidecar`` or ``init``. ``position``: ``last`` or ``first``.
    ``inherit_environment``: it also gets the variables of the last instrumented
    container, without overwriting (a vendor's exact behaviour).
    """

    definition: Mapping[str, Any]
    defaults: Mapping[str, Any] = {}
    aliases: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    renamed_entry_points: tuple[tuple[str, str], ...] = ()
    keep_entry_point: bool = False
    own_variables: tuple[str, ...] = ()
    role: str = "sidecar"
    position: str = "last"
    inherit_environment: bool = False

    @property
    def name(self) -> str:
        """The name of a new one."""
        return str(self.definition["name"])


class RequireTask(Frozen):
    """What the task must be for the agent to work.

    ``pid_mode``: the pidMode to set. ``platform_version``: the oldest one that
    works, such as ``1.4.0``. ``linux_only``: Windows tasks are refused.
    ``x86_only``: ARM64 tasks get a warning. ``ports``: TCP ports the agent listens
    on, which a port mapping of the user must not take.
    """

    pid_mode: str = ""
    platform_version: str = ""
    linux_only: bool = True
    x86_only: bool = False
    ports: tuple[int, ...] = ()


class Recipe(Frozen):
    """All that one agent asks for.

    ``agent``: its name. ``steps``: for each targeted container, in order.
    ``containers``: what joins the task. ``volumes``: task volumes to declare.
    ``secret_arns``: what the execution role must be able to read.
    ``secret_names``: variables that carry a secret; their values are never recorded.
    ``exact``: promises a vendor's exact output: every container but the agent's own
    is a target, and nothing is recorded in the definition.
    ``exclude``: containers that the agent's own option leaves out, by exact name;
    ``exclude_option``: the address of that option.
    ``warnings``: (address, text) pairs about the ask itself.
    """

    agent: str
    steps: tuple[Step, ...] = ()
    containers: tuple[AddContainer, ...] = ()
    volumes: tuple[Mapping[str, Any], ...] = ()
    task: RequireTask = RequireTask()
    secret_arns: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    exact: bool = False
    exclude: tuple[str, ...] = ()
    exclude_option: str = ""
    warnings: tuple[tuple[str, str], ...] = ()
