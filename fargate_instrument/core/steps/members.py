"""Steps on all other members: capabilities, order of start, labels, plain members."""

from __future__ import annotations

from fargate_instrument.core import ecs, marks
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.steps.site import text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import (
        AddCapability,
        AddLabel,
        CompareText,
        DependOn,
        InitProcess,
        SetMember,
    )
    from fargate_instrument.core.steps.site import Site


def add_capability(container: Container, step: AddCapability, site: Site) -> Container:
    """Add a Linux capability, once."""
    parameters = container.get("linuxParameters") or {}
    capabilities = parameters.get("capabilities") or {}
    if step.name in (capabilities.get("drop") or ()):
        site.problem(
            f"drops {step.name}, which the agent needs",
            "linuxParameters",
            "capabilities",
            "drop",
            fixes=(f"take {step.name} out of drop, or exclude the container",),
        )
        return container
    added = capabilities.get("add") or []
    if step.name in added:
        return container
    capabilities = {**capabilities, "add": [*added, step.name]}
    return {
        **container,
        "linuxParameters": {**parameters, "capabilities": capabilities},
    }


def init_process(
    container: Container,
    step: InitProcess,  # noqa: ARG001  (every step is done in one way)
    site: Site,  # noqa: ARG001
) -> Container:
    """Ask for an init process where the user has not decided."""
    parameters = container.get("linuxParameters") or {}
    if "initProcessEnabled" in parameters:
        return container
    return {**container, "linuxParameters": {**parameters, "initProcessEnabled": True}}


def depend_on(container: Container, step: DependOn, site: Site) -> Container:
    """Wait for another container; a stronger condition that is there stays."""
    target = text(step.container, container, site)
    entries = list(container.get("dependsOn") or ())
    for index, entry in enumerate(entries):
        if entry.get("containerName") == target:
            there = entry.get("condition")
            if there == step.condition or (there, step.condition) == (
                "SUCCESS",
                "COMPLETE",
            ):
                return container
            entries[index] = {**entry, "condition": step.condition}
            return {**container, "dependsOn": entries}
    entries.append({"condition": step.condition, "containerName": target})
    return {**container, "dependsOn": entries}


def add_label(container: Container, step: AddLabel, site: Site) -> Container:
    """Set one Docker label."""
    labels = container.get("dockerLabels") or {}
    value = text(step.value, container, site)
    if labels.get(step.name) == value:
        return container
    if step.name in labels:
        site.warn(f"had its own label {dump(step.name)}", "dockerLabels")
    return {**container, "dockerLabels": {**labels, step.name: value}}


def set_member(container: Container, step: SetMember, site: Site) -> Container:
    """Set a member that no other step speaks of."""
    member, there = step.member, container.get(step.member)
    kept = (step.when == "absent" and there is not None) or (
        step.when == "new" and not site.fresh
    )
    if kept and there not in step.retired:
        return container
    value = texts(step.value, container, site)
    if there == value:
        return container
    routed = member == "logConfiguration" and marks.logs_through_router(value)
    if routed and "firelensConfiguration" in container:
        site.problem("is the log router, and would log to itself", member)
        return container
    if there is not None and not site.own:
        site.warn(f"had its own {member}, which the agent replaces", member)
    return {**container, member: value}


def compare_text(container: Container, step: CompareText, site: Site) -> Container:
    """Say where a vendor's own output differs; change nothing."""
    from fargate_instrument.core import vendor_text  # noqa: PLC0415  (exact mode only)

    for path in vendor_text.altered(container, step.own, step.copied):
        place = ecs.address(site.address, *path)
        said = f"{site.who}: this {vendor_text.SAYS}"
        site.notes.warnings.append((place, said))
    return container
