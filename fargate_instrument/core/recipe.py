"""The closed set of steps an agent may ask for, as frozen data; ``steps`` does them.

A recipe says what an agent needs, never how it is done. It holds no code and no
user document, so it can be shown, compared, written as JSON and read again. Merging,
order, idempotence, removal and conflicts are solved once, for every recipe.
"""

from __future__ import annotations

from fargate_instrument.core.frozen import Frozen, once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Literal, TypeAlias


class Fact(Frozen):
    """A value known only at the container.

    ``name``: ``container.name`` or ``container.image`` of the container under the
    step; ``target.name`` or ``target.image`` of the application a ``for_each_target``
    speaks of; ``sidecar.name``, the agent's own sidecar, or ``router.name``, the
    task's log router, under the names that they have in the document.
    """

    name: Literal[
        "container.name",
        "container.image",
        "target.name",
        "target.image",
        "sidecar.name",
        "router.name",
    ]


if TYPE_CHECKING:
    Text: TypeAlias = str | Fact | tuple[str | Fact, ...]
    """A text, a fact, or several of both put together."""

SIDECAR = Fact("sidecar.name")
ROUTER = Fact("router.name")
TARGET = Fact("target.name")


# Entry points


class WrapEntryPoint(Frozen):
    """Run the application's argv through a launcher.

    ``prefix``: the launcher and its own arguments. ``layout``: ``entry_point`` puts
    the prefix before entryPoint and leaves command alone; ``command`` makes the prefix
    the whole entryPoint and moves the original entry point in front of command. Both
    run prefix + original argv. ``as_given``: an entryPoint or command that is null or
    empty counts as given, and items that are no strings become text (a vendor's exact
    behaviour).
    """

    prefix: tuple[Text, ...]
    layout: Literal["entry_point", "command"] = "entry_point"
    as_given: bool = False


class ShellWrapCommand(Frozen):
    """Run command as one shell string behind a launcher; entryPoint stays as it is.

    ``shell``: such as ``/bin/sh -c``. ``launcher``: words before the quoted argv.
    """

    shell: tuple[str, ...]
    launcher: tuple[str, ...]


class ShellWrapArgv(Frozen):
    """Run the whole argv, quoted for a POSIX shell, behind a line of that shell.

    ``shell``: such as ``/bin/sh -c``. ``line``: what stands before the quoted argv,
    such as ``/opt/agent/start && exec``.
    """

    shell: tuple[str, ...]
    line: str


class AppendText(Frozen):
    """Add a text to the end of the last item of entryPoint or command.

    ``member``: which of the two. ``text``: such as one more command of a shell line.
    """

    member: Literal["entryPoint", "command"]
    text: Text


# Environment and secrets


class SetEnvironment(Frozen):
    """Set one environment variable.

    ``mode``: ``override`` writes over another value in place, with a warning;
    ``if_absent`` leaves the user's; ``append`` and ``prepend`` add ``value`` at one
    end of the list that is there, ``around`` at both (``value`` before, ``after``
    behind); what is there already is not added again. ``separator``: between the
    entries of such a list. ``if_in_secrets``: what to do if the name stands in
    ``secrets``: ``keep`` the user's secret with a warning, or ``error``. ``only_on``:
    containers by name, from the option ``option``; empty means all. ``secret``: the
    value is never shown.
    """

    name: str
    value: Text
    mode: Literal["override", "if_absent", "append", "prepend", "around"] = "override"
    separator: str = ""
    after: Text = ""
    if_in_secrets: Literal["keep", "error"] = "keep"
    only_on: tuple[str, ...] = ()
    option: str = ""
    secret: bool = False


class AddSecret(Frozen):
    """Take a variable from a secret; a plain variable of the name is removed.

    ``value_from``: ARN of the secret or parameter, with what may follow it.
    """

    name: str
    value_from: str


class UniqueEnvironment(Frozen):
    """Of variables with one name keep the last, which is the one that counts."""


class SortEnvironment(Frozen):
    """Sort environment by name (code points); equal names keep their order."""


class InheritEnvironment(Frozen):
    """Give an agent's container the variables of the last instrumented application.

    None of its own is overwritten (a vendor's exact behaviour). ``own``: the agent's
    variables, which are not taken over a second time.
    """

    own: tuple[str, ...] = ()


# Volumes


class MountFrom(Frozen):
    """Mount another container's volumes.

    ``enforce``: an entry that is there already gets this ``read_only``.
    """

    source: Text
    read_only: bool
    enforce: bool = False


class AddMountPoint(Frozen):
    """Mount a task volume at a path, and declare the volume.

    A path that another volume has taken is an error.
    """

    volume: Text
    path: Text
    read_only: bool = False


# Everything else


class AddCapability(Frozen):
    """Add a Linux capability once, leaving the rest of linuxParameters alone."""

    name: str


class InitProcess(Frozen):
    """Ask for an init process where the user has not decided."""


class DependOn(Frozen):
    """Start after another container has reached a condition."""

    container: Text
    condition: Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]


class AddLabel(Frozen):
    """Set one Docker label."""

    name: str
    value: Text


class SetMember(Frozen):
    """Set a member of the container definition that no other step speaks of.

    ``value``: JSON, in which texts may hold facts. ``when``: ``always``; ``absent``,
    only where the container has none; ``new``, only on a container that this run adds.
    ``retired``: values that are replaced all the same.
    """

    member: str
    value: Any
    when: Literal["always", "absent", "new"] = "always"
    retired: tuple[Any, ...] = ()


class CompareText(Frozen):
    """Warn where a vendor's tool would have written another text; change nothing.

    ``own``: the agent's variables. ``copied``: the container is the agent's own.
    """

    own: tuple[str, ...] = ()
    copied: bool = False


# Conditions


class ReadOnlyRoot(Frozen):
    """The container's root file system is read-only."""


class RunsAsRoot(Frozen):
    """The container runs as root, by its own word or by its image's."""


class HasVariable(Frozen):
    """The container has a variable of this name, plain or from a secret."""

    name: str


class LacksVariable(Frozen):
    """The container has no variable of this name."""

    name: str


class Labelled(Frozen):
    """The container has a Docker label with this value."""

    name: str
    value: str


class EntryPointAbsent(Frozen):
    """The container definition gives no entryPoint."""


class Architecture(Frozen):
    """The task runs on this CPU architecture; X86_64 where it does not say."""

    name: Literal["X86_64", "ARM64"]


class Router(Frozen):
    """The task has a FireLens log router that this recipe did not add."""


if TYPE_CHECKING:
    Condition: TypeAlias = (
        ReadOnlyRoot
        | RunsAsRoot
        | HasVariable
        | LacksVariable
        | Labelled
        | EntryPointAbsent
        | Architecture
        | Router
    )
    Action: TypeAlias = (
        WrapEntryPoint
        | ShellWrapCommand
        | ShellWrapArgv
        | AppendText
        | SetEnvironment
        | AddSecret
        | UniqueEnvironment
        | SortEnvironment
        | InheritEnvironment
        | MountFrom
        | AddMountPoint
        | AddCapability
        | InitProcess
        | DependOn
        | AddLabel
        | SetMember
        | CompareText
    )


class When(Frozen):
    """Do steps only where a condition holds before the agent touches the container."""

    condition: Condition
    steps: tuple[Action, ...]


if TYPE_CHECKING:
    Step: TypeAlias = Action | When


class AddContainer(Frozen):
    """Add one container to the task, or bring the one that is there up to date.

    ``name``, ``image``: of a new one. ``steps``: done to it, as to an application.
    ``for_each_target``: done to it once for each instrumented application, with that
    one's facts. ``unless``: not added where this holds; what is there serves.
    ``role``: what it is for. ``position``: where a new one goes.
    """

    name: str
    image: str
    steps: tuple[Step, ...] = ()
    for_each_target: tuple[Step, ...] = ()
    unless: Router | None = None
    role: Literal["sidecar", "init", "router"] = "sidecar"
    position: Literal["last", "first"] = "last"


class RequireTask(Frozen):
    """What the task must be for the agent to work.

    ``pid_mode``: the pidMode to set. ``platform_version``: the oldest Fargate platform
    version that works, such as ``1.4.0``. ``linux_only``: Windows tasks are refused.
    ``x86_only``: ARM64 tasks get a warning. ``ports``: ports on which the agent
    listens, in the network that all containers share.
    """

    pid_mode: str = ""
    platform_version: str = ""
    linux_only: bool = True
    x86_only: bool = False
    ports: tuple[int, ...] = ()


class Policies(Frozen):
    """IAM statements that the agent's task needs, beside ECS's own.

    ``execution_role``, ``task_role``: statements as in an IAM policy.
    """

    execution_role: tuple[Mapping[str, Any], ...] = ()
    task_role: tuple[Mapping[str, Any], ...] = ()


class Recipe(Frozen):
    """All that one agent asks for.

    ``agent``: its name. ``steps``: for each targeted container, in order.
    ``containers``: what joins the task. ``task``: what the task must be.
    ``secret_arns``: what the execution role must be able to read. ``secret_names``:
    variables that carry a secret; their values are never recorded. ``policies``,
    ``tags``: what the roles need beside, and tags for the task definition.
    ``targets``: ``applications`` leaves log routers and agents' containers alone;
    ``all`` takes every container but the agent's own. ``recorded``: what is done is
    written down in the definition. ``checks``: what a breach of ECS's rules in the
    user's input does where the ask does not say. ``opt_out``: Docker labels with which
    a container declines. ``exclude``: containers that an option of the agent leaves
    out, by exact name; ``exclude_option``: the address of that option. ``warnings``:
    pairs of address and text about the ask itself.
    """

    agent: str
    steps: tuple[Step, ...] = ()
    containers: tuple[AddContainer, ...] = ()
    task: RequireTask = RequireTask()
    secret_arns: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    policies: Policies = Policies()
    tags: Mapping[str, str] = {}
    targets: Literal["applications", "all"] = "applications"
    recorded: bool = True
    checks: Literal["error", "warn"] = "error"
    opt_out: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_option: str = ""
    warnings: tuple[tuple[str, str], ...] = ()

    @once
    def actions(self) -> tuple[Action, ...]:
        """List what is done to targets, those things included that are conditional."""
        return tuple(flat(self.steps))

    @once
    def mounts(self) -> bool:
        """Tell whether targets mount task volumes."""
        return any(isinstance(step, AddMountPoint) for step in self.actions)

    @once
    def limited(self) -> tuple[SetEnvironment, ...]:
        """List the variables that are for some containers only."""
        found = (step for step in self.actions if isinstance(step, SetEnvironment))
        return tuple(step for step in found if step.only_on)

    @once
    def takes_any_argv(self) -> bool:
        """Tell whether null and empty argument lists count as given."""
        return any(getattr(step, "as_given", False) for step in self.actions)

    @once
    def routed(self) -> bool:
        """Tell whether anything is made to log through the task's log router."""
        own = (step for one in self.containers for step in flat(one.steps))
        members = (s for s in (*self.actions, *own) if isinstance(s, SetMember))
        return any(
            step.member == "logConfiguration"
            and isinstance(step.value, dict)
            and step.value.get("logDriver") == "awsfirelens"
            for step in members
        )

    @once
    def made(self) -> dict[Any, Any]:
        """Keep the agent's containers that are the same in every definition."""
        return {}


def flat(steps: Iterable[Step]) -> Iterator[Action]:
    """List steps, in place of conditional ones what they hold."""
    for step in steps:
        if step.__class__ is When:
            yield from step.steps  # type: ignore[union-attr]  # told by its class
        else:
            yield step  # type: ignore[misc]  # as above


class Layer(Frozen):
    """One agent in an ask, and which containers it is for, by the user's word.

    ``include``, ``exclude``: the layer's own patterns, beside those of the ask.
    """

    recipe: Recipe
    include: tuple[Any, ...] = ()
    exclude: tuple[Any, ...] = ()
