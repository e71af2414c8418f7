"""How each kind of step is done, taken back by its marks, and what it lays claim to.

One row a kind in ``WORK``. Every step is a function from a container to a container,
copy on write: a container that needs nothing comes back as the same object. No step
looks for its own earlier work; that is taken off beforehand (see ``peel``).
"""

from __future__ import annotations

from fargate_instrument.core import recipe as r
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.steps import argv, environment, members, storage
from fargate_instrument.core.steps.site import Notes, Site, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    from fargate_instrument.core.ecs import Container

    Claim: TypeAlias = tuple[str, str, str]

__all__ = ["WORK", "Notes", "Site", "Work", "actions", "claims", "text"]


class Work(Frozen):
    """What there is to do about one kind of step.

    ``apply``: container, step, site -> container. ``without``: the function of the room
    ``without`` that takes what the step's vendor put there back, as far as its marks
    prove it; argv is ``peel``'s. ``claims``: container, step, site -> (kind, name,
    value) of what only one layer can have.
    """

    apply: Callable[[Any, Any, Any], Container]
    without: str = "nothing"
    claims: Callable[[Any, Any, Any], Sequence[Claim]] = staticmethod(lambda *_: ())


def _variable(container: Container, step: r.SetEnvironment, site: Site) -> list[Claim]:
    if step.only_on and container["name"] not in step.only_on:
        return []
    if step.mode not in ("override", "if_absent"):
        return []
    value = "(hidden)" if step.secret else text(step.value, container, site)
    return [("variable", step.name, value)]


def _secret(container: Container, step: r.AddSecret, site: Site) -> list[Claim]:  # noqa: ARG001  (as the table wants it)
    return [("variable", step.name, step.value_from)]


def _path(container: Container, step: r.AddMountPoint, site: Site) -> list[Claim]:
    volume = text(step.volume, container, site)
    return [
        ("mount path", text(step.path, container, site), volume),
        ("volume", volume, ""),
    ]


def _tracer(container: Container, step: r.AddCapability, site: Site) -> list[Claim]:  # noqa: ARG001  (as above)
    return [("tracer", "ptrace", "")] if step.name == "SYS_PTRACE" else []


def _label(container: Container, step: r.AddLabel, site: Site) -> list[Claim]:
    return [("Docker label", step.name, text(step.value, container, site))]


def _member(container: Container, step: r.SetMember, site: Site) -> list[Claim]:  # noqa: ARG001  (as above)
    return [("member", step.member, "")] if step.when == "always" else []


WORK: dict[type[Any], Work] = {
    r.WrapEntryPoint: Work(argv.wrap),
    r.ShellWrapCommand: Work(argv.shell_wrap_command),
    r.ShellWrapArgv: Work(argv.shell_wrap_argv),
    r.AppendText: Work(argv.append_text),
    r.SetEnvironment: Work(environment.set_environment, "variable", _variable),
    r.AddSecret: Work(environment.add_secret, "variable", _secret),
    r.UniqueEnvironment: Work(environment.unique_environment),
    r.SortEnvironment: Work(environment.sort_environment),
    r.InheritEnvironment: Work(environment.inherit_environment),
    r.MountFrom: Work(storage.mount_from, "volumes_from"),
    r.AddMountPoint: Work(storage.add_mount_point, "mount_point", _path),
    r.AddCapability: Work(members.add_capability, "capability", _tracer),
    r.InitProcess: Work(members.init_process),
    r.DependOn: Work(members.depend_on, "dependency"),
    r.AddLabel: Work(members.add_label, "label", _label),
    r.SetMember: Work(members.set_member, "member", _member),
    r.CompareText: Work(members.compare_text),
}


def actions(
    steps: Sequence[r.Step], container: Container, site: Site
) -> Iterator[r.Action]:
    """List the steps whose conditions hold at a container, before any is done."""
    for step in steps:
        if step.__class__ is not r.When:
            yield step  # type: ignore[misc]  # told by its class
            continue
        from fargate_instrument.core.steps.conditions import holds  # noqa: PLC0415  (most recipes have none)

        if holds(step.condition, container, site):  # type: ignore[union-attr]
            yield from step.steps  # type: ignore[union-attr]


def claims(
    steps: Sequence[r.Step], container: Container, site: Site
) -> Iterator[Claim]:
    """List what steps lay claim to at a container."""
    for step in actions(steps, container, site):
        yield from WORK[type(step)].claims(container, step, site)
