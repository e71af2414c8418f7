"""Steps on environment and secrets: what a container is told."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.steps.site import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import (
        AddSecret,
        InheritEnvironment,
        SetEnvironment,
        SortEnvironment,
        UniqueEnvironment,
    )
    from fargate_instrument.core.steps.site import Site


def set_environment(
    container: Container, step: SetEnvironment, site: Site
) -> Container:
    """Set one variable, in place where it is there already."""
    if step.only_on and container["name"] not in step.only_on:
        return container
    if "secrets" in container and _secret(container, step.name) is not None:
        return _from_secret(container, step, site)
    value = text(step.value, container, site)
    entries = list(container.get("environment") or ())
    if step.mode in ("append", "prepend", "around"):
        value = _joined(container, step, value, site)
    at = [i for i, entry in enumerate(entries) if entry["name"] == step.name]
    if not at:
        if step.mode == "if_absent" and _image_has(step.name, site):
            return container
        entries.append({"name": step.name, "value": value})
        return {**container, "environment": entries}
    old = entries[at[-1]].get("value", "")
    if (old == value and len(at) == 1) or step.mode == "if_absent":
        return container
    if step.mode == "override" and old != value and not site.own:
        what = "" if step.secret else f": it was {dump(old)} and is now {dump(value)}"
        site.warn(f"had its own {step.name}{what}", "environment", at[-1])
    entries[at[-1]] = {**entries[at[-1]], "value": value}
    kept = [entry for i, entry in enumerate(entries) if i not in at[:-1]]
    return {**container, "environment": kept}


def _from_secret(container: Container, step: SetEnvironment, site: Site) -> Container:
    """Leave a user's secret of that name, or say that it cannot stay."""
    if step.mode in ("append", "prepend", "around") or step.if_in_secrets == "error":
        site.problem(
            f"takes {step.name} from a secret, and the agent must set it",
            "secrets",
            fixes=(f"take {step.name} out of its secrets",),
        )
    elif step.mode == "override":
        site.warn(f"takes {step.name} from a secret, which stays", "secrets")
    return container


def _joined(container: Container, step: SetEnvironment, value: str, site: Site) -> str:
    """Add to a list variable; the image's own value counts where the task has none."""
    known = ecs.variables(container)
    if step.name not in known and container.get("environmentFiles"):
        site.warn(
            f"may get {step.name} from its environmentFiles, which cannot be read"
            " here; the value set now takes its place",
            "environmentFiles",
        )
    base = known.get(step.name) or ""
    if step.name not in known:
        base = _image_variable(step.name, site)
    separator = step.separator
    before = {"append": "", "prepend": value, "around": value}[step.mode]
    after = value if step.mode == "append" else ""
    if step.mode == "around":
        after = text(step.after, container, site)
    return _with(_with(base, before, separator, 0), after, separator, 1)


def _with(base: str, value: str, separator: str, end: int) -> str:
    """Put a value at one end of a list, unless the list holds it already."""
    if not base or not value:
        return base or value
    if f"{separator}{value}{separator}" in f"{separator}{base}{separator}":
        return base
    return separator.join([base, value] if end else [value, base])


def _image_has(name: str, site: Site) -> bool:
    return any(
        str(entry).partition("=")[0] == name
        for entry in (site.image_config or {}).get("Env") or ()
    )


def _image_variable(name: str, site: Site) -> str:
    for entry in (site.image_config or {}).get("Env") or ():
        key, _, value = str(entry).partition("=")
        if key == name:
            return value
    return ""


def _secret(container: Container, name: str) -> int | None:
    for index, entry in enumerate(container.get("secrets") or ()):
        if entry["name"] == name:
            return index
    return None


def add_secret(container: Container, step: AddSecret, site: Site) -> Container:
    """Take a variable from a secret, in place of a plain one."""
    made = _without_plain(container, step.name, site)
    entries = list(made.get("secrets") or ())
    at = _secret(made, step.name)
    if at is None:
        entries.append({"name": step.name, "valueFrom": step.value_from})
    elif entries[at].get("valueFrom") == step.value_from:
        return made
    else:
        site.warn(f"took {step.name} from another secret", "secrets", at)
        entries[at] = {**entries[at], "valueFrom": step.value_from}
    return {**made, "secrets": entries}


def _without_plain(container: Container, name: str, site: Site) -> Container:
    entries = container.get("environment") or ()
    kept = [entry for entry in entries if entry["name"] != name]
    if len(kept) == len(entries):
        return container
    site.warn(f"had {name} in plain text; it is taken from a secret now", "environment")
    if kept:
        return {**container, "environment": kept}
    return {key: item for key, item in container.items() if key != "environment"}


def unique_environment(
    container: Container,
    step: UniqueEnvironment,  # noqa: ARG001  (every step is done in one way)
    site: Site,
) -> Container:
    """Keep the last of variables with one name."""
    entries = container.get("environment") or ()
    last = {entry["name"]: index for index, entry in enumerate(entries)}
    if len(last) == len(entries):
        return container
    twice = {e["name"] for i, e in enumerate(entries) if last[e["name"]] != i}
    for name in sorted(twice):
        site.warn(f"has {name} more than once; the last one counts", "environment")
    kept = [entry for i, entry in enumerate(entries) if last[entry["name"]] == i]
    return {**container, "environment": kept}


def sort_environment(
    container: Container,
    step: SortEnvironment,  # noqa: ARG001  (as above)
    site: Site,
) -> Container:
    """Sort environment by name in code points.

    One that was sorted before, without a record, is left as it is if nothing new is in
    it: what stands behind may be another layer's.
    """
    entries = container.get("environment") or []
    if site.found is not None:
        there = {e.get("name") for e in site.raw.get("environment") or ()}
        if all(entry["name"] in there for entry in entries):
            return container
    ordered = sorted(entries, key=lambda entry: str(entry["name"]))
    return container if ordered == entries else {**container, "environment": ordered}


def inherit_environment(
    container: Container, step: InheritEnvironment, site: Site
) -> Container:
    """Give the agent's container an application's variables; its own are set later.

    On a container that is there already nothing is taken over again, and an own
    variable stays only if it was the user's: if it differs from what the application
    was told.
    """
    source = (site.inherited or {}).get("environment") or ()
    passed = {entry["name"]: entry for entry in source}
    if site.fresh:
        return {**container, "environment": [_pair(e) for e in passed.values()]}
    kept = [
        entry
        for entry in container.get("environment") or ()
        if entry["name"] not in step.own or _differs(entry, passed.get(entry["name"]))
    ]
    return {**container, "environment": kept}


def _differs(one: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    return other is not None and one.get("value", "") != other.get("value", "")


def _pair(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("name", "value") if key in entry}
