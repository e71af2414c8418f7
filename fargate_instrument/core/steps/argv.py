"""Steps on entryPoint and command: what a container runs, and through what."""

from __future__ import annotations

from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Said
from fargate_instrument.core.jsontext import Number, dump
from fargate_instrument.core.recipe import (
    ShellWrapArgv,
    ShellWrapCommand,
    WrapEntryPoint,
)
from fargate_instrument.core.shell import quoted
from fargate_instrument.core.steps.site import ask_the_registry, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import AppendText
    from fargate_instrument.core.steps.site import Site


def wrap(container: Container, step: WrapEntryPoint, site: Site) -> Container:
    """Put a launcher before what the container runs."""
    prefix = [text(item, container, site) for item in step.prefix]
    made = None if site.found is None else _as_found(container, prefix, site)
    if made is not None:
        return made
    argv = _argv(container, step.as_given, prefix, site)
    if argv is None:
        return container
    entry_point, command, from_image = argv
    if step.layout == "command":
        return {**container, "entryPoint": prefix, "command": entry_point + command}
    made = {**container, "entryPoint": prefix + entry_point}
    if from_image and command:
        made["command"] = command
    return made


def _argv(
    container: Container, as_given: bool, prefix: list[str], site: Site
) -> tuple[list[str], list[str], bool] | None:
    """Find the effective entry point and command; the image's where it is asked.

    None where nothing can or must be done, which is a problem by then.
    """
    entry_point, command = container.get("entryPoint"), container.get("command")
    if as_given:
        entry_point = _given(entry_point, "entryPoint", site)
        command = _given(command, "command", site)
    else:
        entry_point, command = entry_point or None, command or None
    from_image = entry_point is None
    if entry_point is None:
        argv = _image_argv(container, command, site)
        if argv is None or argv[0][: len(prefix)] == prefix:
            return None  # not known, or the image has the agent built in
        entry_point, command = argv
    if not entry_point and not command:
        site.problem("has nothing to run", "entryPoint", fixes=_nothing_fixes(site))
        return None
    return list(entry_point), list(command or ()), from_image


def _as_found(container: Container, prefix: list[str], site: Site) -> Container | None:
    """Put a wrap that was there without a record back, in the form that it had.

    None where a layer beneath has changed what that form was about.
    """
    entry_point = list(container.get("entryPoint") or ())
    command = list(container.get("command") or ())
    wrap, raw = site.found.wrap, site.found.raw
    if isinstance(wrap, ShellWrapCommand):
        if raw:
            return _behind(container, "command", wrap.shell, " ".join(prefix))
        line = _line(" ".join(prefix), command)
        return {**container, "command": [*wrap.shell, line]} if command else None
    if isinstance(wrap, ShellWrapArgv):
        return _behind(container, "entryPoint", wrap.shell, wrap.line) if raw else None
    if not entry_point and not command:
        site.warn("is wrapped but has nothing to run behind it", "command")
    if wrap.layout == "command":
        argv = entry_point + command
        return {**container, "entryPoint": prefix, "command": argv}
    return {**container, "entryPoint": prefix + entry_point}


def _behind(
    container: Container, member: str, shell: tuple[str, ...], line: str
) -> Container | None:
    """Put a line before the one that a shell runs."""
    items = ecs.known_argv(container.get(member))
    if items[:-1] != list(shell):
        return None
    return {**container, member: [*shell, f"{line} {items[-1]}"]}


def _given(value: Any, member: str, site: Site) -> list[str] | None:
    """Read entryPoint or command where null and empty count as given."""
    if value is None:
        return [] if _has(site.raw, member) else None
    items = [item if isinstance(item, str) else _as_text(item) for item in value]
    if items != value:
        site.warn(
            f"has items in {member} that are no strings; they become text", member
        )
    return items


def _has(raw: Mapping[str, Any], member: str) -> bool:
    return any(key.lower() == member.lower() for key in raw)


def _as_text(item: Any) -> str:
    if item is None:
        return ""
    return item.text if isinstance(item, Number) else dump(item)


def _image_argv(
    container: Container, command: list[str] | None, site: Site
) -> tuple[list[str], list[str]] | None:
    """Find the effective entry point and command where the task gives no entry point.

    Docker and ECS: the image's ENTRYPOINT stays in force, and a command of the task
    takes the place of the image's CMD.
    """
    config = site.image_config
    if config is None:
        site.problem(
            f"has no entryPoint, and what its image {dump(container['image'])} runs"
            " is not known",
            "entryPoint",
            fixes=_unknown_fixes(container),
        )
        return None
    entry_point = list(config.get("Entrypoint") or ())
    if command is None:
        command = list(config.get("Cmd") or ())
    return entry_point, command


def _unknown_fixes(container: Container) -> tuple[str, ...]:
    return (
        'write its "entryPoint" (and "command") as the image has them',
        ask_the_registry(str(container["image"])),
        "or exclude the container by name",
    )


def _nothing_fixes(site: Site) -> tuple[str, ...]:
    known = (
        "neither the task nor its image says" if site.image_config else "nothing says"
    )
    return (f'{known} what to run: write its "entryPoint" or "command"',)


def shell_wrap_command(
    container: Container, step: ShellWrapCommand, site: Site
) -> Container:
    """Run command as one shell string behind a launcher."""
    launcher = list(step.launcher)
    made = None if site.found is None else _as_found(container, launcher, site)
    if made is not None:
        return made
    command = _command(container, site)
    if not command:
        return container
    line = _line(" ".join(step.launcher), command)
    return {**container, "command": [*step.shell, line]}


def _command(container: Container, site: Site) -> list[str]:
    """Find the command to wrap, the image's where the task says nothing."""
    items = ecs.known_argv(container.get("entryPoint"))
    command = ecs.known_argv(container.get("command"))
    fix = Said('use wrap = "entry_point"', "say -o wrap=entry_point")
    if items and not command:
        what = "has an entryPoint but no command to wrap"
        site.problem(what, "command", fixes=(fix,))
        return []
    if items and items[-1] == "-c":
        what = "has an entryPoint that ends in -c, a shell that takes one string"
        site.problem(what, "entryPoint", fixes=(fix,))
        return []
    if command:
        return command
    argv = _image_argv(container, None, site)
    if argv is not None and not argv[1]:
        what = "has no command, and neither has its image"
        site.problem(what, "command", fixes=(f'write its "command", or {fix}',))
    return argv[1] if argv else []


def shell_wrap_argv(container: Container, step: ShellWrapArgv, site: Site) -> Container:
    """Run the whole argv behind a line of a shell."""
    made = None
    if site.found is not None and not isinstance(site.found.wrap, WrapEntryPoint):
        made = _as_found(container, [step.line], site)
    if made is not None:
        return made
    argv = _argv(container, False, [*step.shell, step.line], site)
    if argv is None:
        return container
    line = _line(step.line, argv[0] + argv[1])
    kept = {key: item for key, item in container.items() if key != "command"}
    return {**kept, "entryPoint": [*step.shell, line]}


def _line(start: str, argv: list[str]) -> str:
    return " ".join([start, *map(quoted, argv)])


def append_text(container: Container, step: AppendText, site: Site) -> Container:
    """Add a text to the last item of entryPoint or command, once."""
    items = list(ecs.known_argv(container.get(step.member)))
    added = text(step.text, container, site)
    if not items or items[-1].endswith(added):
        return container
    return {**container, step.member: [*items[:-1], items[-1] + added]}
