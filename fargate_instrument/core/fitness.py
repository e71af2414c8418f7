"""Whether a layer fits the definition that it is asked for; each check by itself."""

from __future__ import annotations

from fargate_instrument.core import ecs, marks
from fargate_instrument.core.errors import Problem
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.recipe import SetMember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any, Protocol

    from fargate_instrument.core.definition import Definition
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.own import Own
    from fargate_instrument.core.recipe import Recipe, Step
    from fargate_instrument.core.steps import Notes, Site

    class Run(Protocol):
        """What a check needs to know of a run."""

        definition: Definition
        made: list[Any]
        index: Mapping[str, int]
        notes: Notes


def names(run: Run, recipe: Recipe, own: Own, chosen: Sequence[int]) -> None:
    """Find containers that have the name of the agent's own and are not it."""
    taken = {added.name for added in recipe.containers if not own.is_spared(added)}
    for index, container in enumerate(run.made):
        name = container["name"]
        if chosen and index not in own.there and name in taken:
            at = run.index.get(name, index)
            run.notes.problems.append(
                Problem(
                    f"{run.definition.address}[{at}].name",
                    f"container {dump(name)} has the name of the"
                    f" {recipe.agent} agent's own container but is not it",
                    ("rename it",),
                )
            )


def router(run: Run, recipe: Recipe, own: Own) -> None:
    """Find a log router that serves and is of another type than the agent's would be.

    A log configuration has the words of one type.
    """
    for added in recipe.containers:
        wanted = _router_type(added.steps) if own.is_spared(added) else None
        if wanted is None:
            continue
        names = [container["name"] for container in run.made]
        index = names.index(own.facts["router.name"])
        there = run.made[index]["firelensConfiguration"]
        if not isinstance(there, dict) or there.get("type") == wanted:
            continue
        at = run.index.get(names[index], index)
        run.notes.problems.append(
            Problem(
                f"{run.definition.address}[{at}].firelensConfiguration.type",
                f"{ecs.describe(run.made[index], at)} is the task's log router, and the"
                f" {recipe.agent} agent logs in the words of {wanted}",
                (f"make it a {wanted} router, or leave the agent's logs out",),
            )
        )


def _router_type(steps: Sequence[Step]) -> object:
    for step in steps:
        if isinstance(step, SetMember) and step.member == "firelensConfiguration":
            return step.value.get("type")
    return None


def only_on(recipe: Recipe, instrumented: Sequence[str], notes: Notes) -> None:
    """Find containers that an option names and that are not instrumented."""
    for step in recipe.limited:
        for name in step.only_on:
            if name not in instrumented:
                notes.problems.append(
                    Problem(
                        step.option,
                        f"{dump(name)} is not an instrumented container",
                        ("known: " + (", ".join(instrumented) or "none"),),
                        "request",
                    )
                )


def task(definition: Definition, recipe: Recipe, notes: Notes) -> None:
    """Hold what the agent needs of the task against its facts."""
    need, facts = recipe.task, definition.task
    root = definition.address.rpartition("container_definitions")[0] + "task"
    platform = facts.get("runtimePlatform") or {}
    family = str(platform.get("operatingSystemFamily") or "")
    if need.linux_only and family.upper().startswith("WINDOWS"):
        notes.problems.append(
            Problem(
                f"{root}.runtime_platform.operating_system_family",
                f"is {family}; the {recipe.agent} agent runs on Linux only",
                ("exclude the task, or run it on LINUX",),
            )
        )
    if need.x86_only and str(platform.get("cpuArchitecture")).upper() == "ARM64":
        said = (
            f"is ARM64; the vendor does not confirm that the {recipe.agent} agent"
            " supports it"
        )
        place = f"{root}.runtime_platform.cpu_architecture"
        notes.warnings.append((place, said))
    version = facts.get("platformVersion")
    if need.platform_version and older(version, need.platform_version):
        notes.problems.append(
            Problem(
                f"{root}.platform_version",
                f"is {version}; the {recipe.agent} agent needs"
                f" {need.platform_version} or later",
                (f'use "LATEST" or "{need.platform_version}"',),
            )
        )


def older(version: object, least: str) -> bool:
    """Compare platform versions; LATEST and anything that is no version is not older.

    What a version does not say is zero: 1.4 is 1.4.0.
    """
    parts = version.split(".") if isinstance(version, str) else []
    if not all(
        part.isascii() and part.isdecimal() and part[9:] == "" for part in parts
    ):
        return False
    wanted = [int(part) for part in least.split(".")]
    given = [int(part) for part in parts]
    return bool(given) and [*given, *[0] * (len(wanted) - len(given))] < wanted


def ports(run: Run, recipe: Recipe, targets: Collection[str]) -> None:
    """Warn of port mappings that take a port of the agent's."""
    if not recipe.task.ports:
        return
    for container in run.made:
        if container["name"] not in targets:
            continue
        index = run.index.get(container["name"], 0)
        for at, mapping in enumerate(ecs.known_argv(container.get("portMappings"))):
            port = mapping.get("containerPort") if isinstance(mapping, dict) else None
            if port in recipe.task.ports:
                run.notes.warnings.append(
                    (
                        f"{run.definition.address}[{index}].portMappings[{at}]",
                        f"{ecs.describe(container, index)} maps port {port},"
                        f" on which the {recipe.agent} agent listens",
                    )
                )


def foreign_variables(container: Container, agent: str, site: Site) -> None:
    """Warn of variables on an agent's container that are not the agent's."""
    known = marks.marks(agent)
    own = tuple(known.get("variables", ()))
    foreign = [name for name in ecs.variables(container) if not name.startswith(own)]
    if known.get("copies_environment") and foreign:
        site.warn(
            "has variables that are not the agent's, as if copied from an application: "
            + ", ".join(sorted(foreign)),
            "environment",
        )


def cycle(run: Run, name: str, targets: Sequence[str]) -> None:
    """Find an agent's container that waits for one that must wait for it."""
    by_name = {container["name"]: container for container in run.made}
    for at, entry in enumerate(by_name[name].get("dependsOn") or ()):
        other = entry.get("containerName")
        waits = any(
            one.get("containerName") == name
            for one in by_name.get(other, {}).get("dependsOn") or ()
        )
        if other in targets and waits:
            index = run.index.get(name, 0)
            run.notes.problems.append(
                Problem(
                    f"{run.definition.address}[{index}].dependsOn[{at}]",
                    f"{ecs.describe(by_name[name], index)} waits for"
                    f" {dump(other)}, which must wait for it",
                    ("take this dependency out",),
                )
            )
