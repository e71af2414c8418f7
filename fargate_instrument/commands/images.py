"""Arguments of ``lock`` -> the images they want. Nobody is asked here.

An argument that is a folder is read as one, whatever image may have the same name: what
is in it is Terraform, JSON and plans, as ``audit`` reads them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.registry import wanted as wants
from fargate_instrument.registry.image import PLATFORMS

if TYPE_CHECKING:
    import argparse

    from fargate_instrument.audit.definition import Definition
    from fargate_instrument.registry.image import Platform
    from fargate_instrument.registry.wanted import Wanted
    from fargate_instrument.streams import Streams

TERRAFORM = (".tf", ".tofu")
FIXES = (
    "lock a plan, which knows more: terraform show -json saved.tfplan > plan.json",
    "or name the images themselves",
)


def wanted(
    args: argparse.Namespace, io: Streams, locked: dict[str, Any] | None
) -> list[Wanted]:
    """Want what the arguments name; without any, what is locked. Raises Failure."""
    platform = PLATFORMS.get(args.platform or "")
    if not args.images:
        if locked is None:
            raise fail(
                args.output,
                "there is no such lock file",
                "write it first: fargate-instrument lock IMAGE...",
            )
        return wants.from_lock(locked, platform)
    found: list[Wanted] = []
    problems: list[Problem] = []
    for argument in args.images:
        try:
            found += _of_argument(argument, platform, args, io)
        except Failure as failure:  # noqa: PERF203  (each is told)
            problems += failure.problems
    if problems:
        raise Failure(problems)
    return wants.unique(found)


def _of_argument(
    argument: str, platform: Platform | None, args: argparse.Namespace, io: Streams
) -> list[Wanted]:
    """Take an argument as standard input, what is on disk, or an image."""
    if argument != documents.STDIN:
        if os.path.isdir(argument) or _is_terraform(argument):  # noqa: PTH112  (as below)
            return _of_folder(argument, platform, every=args.all)
        if not _is_file(argument):
            return [wants.from_reference(argument, platform)]
    value = documents.json_file(argument, io)
    name = documents.shown(argument)
    planned = _planned(value, name)
    if planned is not None:
        return _of_definitions(planned, platform, every=args.all)
    return wants.from_document(value, name, platform, every=args.all)


def _is_file(argument: str) -> bool:
    if os.path.isfile(argument):  # noqa: PTH113  (Path raises on names too long)
        return True
    if argument.endswith(".json") or argument.startswith(("/", "./", "../", "~")):
        raise fail(argument, "there is no such file")
    return False


def _is_terraform(argument: str) -> bool:
    return argument.endswith(TERRAFORM) and _is_file(argument)


def _of_folder(path: str, platform: Platform | None, *, every: bool) -> list[Wanted]:
    from fargate_instrument.audit import sources  # noqa: PLC0415  (most asks name files)

    found = sources.definitions([path], None).definitions
    if not found:
        raise fail(path, "holds no task definition", *FIXES)
    return _of_definitions(found, platform, every=every)


def _planned(value: Any, name: str) -> list[Definition] | None:
    from fargate_instrument.audit import plan  # noqa: PLC0415  (most asks name files)

    return plan.definitions(value, name) if plan.is_plan(value) else None


def _of_definitions(
    definitions: list[Definition], platform: Platform | None, *, every: bool
) -> list[Wanted]:
    """Want the images of what audit has read; what it could not read is a problem."""
    found: list[Wanted] = []
    problems: list[Problem] = []
    for definition in definitions:
        try:
            found += _of_definition(definition, platform, every=every)
        except Failure as failure:  # noqa: PERF203  (each is told)
            problems += failure.problems
    if problems:
        raise Failure(problems)
    return found


def _of_definition(
    definition: Definition, platform: Platform | None, *, every: bool
) -> list[Wanted]:
    from fargate_instrument.audit.unknown import (  # noqa: PLC0415  (with the rest of it)
        Instrumented,
        first_unknown,
    )

    where = str(definition.place or definition.address)
    name = where if definition.name in where else f"{where}: {definition.name}"
    containers = definition.containers
    if isinstance(containers, Instrumented):
        containers = containers.containers
    if not isinstance(containers, list):
        unknown = first_unknown(containers)
        why = definition.reason or (unknown.reason if unknown else "it is not known")
        raise fail(name, f"its containers cannot be told: {why}", *FIXES)
    chosen = platform or wants.platform_of(definition.task, name)
    root = f"{name}: container_definitions"
    known = [_known(item, f"{root}[{at}]") for at, item in enumerate(containers)]
    return wants.from_containers(known, root, chosen, every=every)


def _known(container: Any, place: str) -> Any:
    """Leave out the members that are not known, save the image, which is needed."""
    from fargate_instrument.audit.unknown import first_unknown  # noqa: PLC0415

    if not isinstance(container, dict):
        unknown = first_unknown(container)
        if unknown is not None:
            raise fail(place, f"cannot be told: {unknown.reason}", *FIXES)
        return container
    unknown = first_unknown(container.get("image"))
    if unknown is not None:
        raise fail(f"{place}.image", f"cannot be told: {unknown.reason}", *FIXES)
    return {k: v for k, v in container.items() if first_unknown(v) is None}
