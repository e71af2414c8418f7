"""Which images to ask for, on which platform, and on whose behalf; asks nobody.

An image is wanted because an argument names it, because a container of a task
definition leaves its entry point or command to it, or because it is locked already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fargate_instrument.core import definition, ecs, jsontext
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.registry.image import PLATFORMS, Platform

DEFAULT_PLATFORM = PLATFORMS["linux/amd64"]
_CPU = {
    "X86_64": PLATFORMS["linux/amd64"],
    "ARM64": PLATFORMS["linux/arm64"],
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One image to ask for.

    ``reference``: as written, the lock file's key. ``address``: the place that wants
    it. ``who``: the container in words, or ``""``. ``secret``: the container's
    repositoryCredentials, an ARN or a name, or ``""``.
    """

    reference: str
    platform: Platform
    address: str
    who: str = ""
    secret: str = ""


def from_reference(reference: str, platform: Platform | None) -> Wanted:
    """Want the image of a command line argument."""
    address = f"image {jsontext.dump(reference)}"
    return Wanted(reference, platform or DEFAULT_PLATFORM, address)


def from_lock(locked: dict[str, Any], platform: Platform | None) -> list[Wanted]:
    """Want every image of a lock file again, each on the platform it is locked for."""
    wanted = []
    for reference, entry in sorted(locked.items()):
        own = PLATFORMS.get(f"linux/{entry.get('Architecture')}", DEFAULT_PLATFORM)
        address = f"image {jsontext.dump(reference)}"
        wanted.append(Wanted(reference, platform or own, address))
    return wanted


def from_document(
    value: Any, name: str, platform: Platform | None, *, every: bool
) -> list[Wanted]:
    """Want the images of the containers of a parsed file.

    ``every``: also of those containers that give both entryPoint and command.

    :raises Failure: the file is in none of the three forms, or a container is wrong.
    """
    root = f"{name}: {definition.ADDRESS}"
    document = definition.document(value, name, address=root)
    chosen = platform or platform_of(document.task, name)
    return from_containers(document.containers, root, chosen, every=every)


def from_containers(
    containers: list[Any], root: str, platform: Platform, *, every: bool
) -> list[Wanted]:
    """Want the images of canonical containers, whose list is at the address ``root``.

    :raises Failure: a container is wrong.
    """
    wanted = []
    problems: list[Problem] = []
    for index, container in enumerate(containers):
        place = f"{root}[{index}]"
        problem = _shape(container, place)
        if problem is not None:
            problems.append(problem)
        elif every or not (container.get("entryPoint") and container.get("command")):
            wanted.append(_of_container(container, place, index, platform))
    if problems:
        raise Failure(problems)
    return wanted


def unique(wanted: list[Wanted]) -> list[Wanted]:
    """Drop repetitions; refuse one image on two platforms, which no lock file holds."""
    first: dict[str, Wanted] = {}
    problems = []
    for one in wanted:
        known = first.setdefault(one.reference, one)
        if known.platform != one.platform:
            problems.append(_two_platforms(known, one))
        elif one.secret and not known.secret:
            first[one.reference] = one
    if problems:
        raise Failure(problems)
    return list(first.values())


def _two_platforms(known: Wanted, other: Wanted) -> Problem:
    return Problem(
        other.address,
        f"{_named(other)}is wanted for {other.platform}, and for {known.platform} by"
        f" {known.address}; a lock file holds one platform of each image",
        ("keep a lock file for each platform: --output FILE",),
    )


def _named(one: Wanted) -> str:
    return f"{one.who} " if one.who else ""


def platform_of(task: dict[str, Any], name: str) -> Platform:
    """Give the platform that a task definition, named ``name``, is for.

    :raises Failure: no agent runs there.
    """
    said = task.get("runtimePlatform")
    facts = said if isinstance(said, dict) else {}
    family = str(facts.get("operatingSystemFamily", "LINUX")).upper()
    cpu = str(facts.get("cpuArchitecture", "X86_64")).upper()
    if family != "LINUX" or cpu not in _CPU:
        raise fail(
            f"{name}: runtime_platform",
            "is not Linux on X86_64 or ARM64, where the agents run",
            "ask for a platform by name: --platform linux/amd64",
        )
    return _CPU[cpu]


def _shape(container: object, place: str) -> Problem | None:
    if not isinstance(container, dict):
        return Problem(place, f"is {jsontext.kind(container)}, an object is needed")
    image = container.get("image")
    if not isinstance(image, str) or not image:
        who = ecs.describe(container, 0)
        return Problem(f"{place}.image", f"{who} has no image", ('write its "image"',))
    return None


def _of_container(
    container: dict[str, Any], place: str, index: int, platform: Platform
) -> Wanted:
    credentials = container.get("repositoryCredentials")
    secret = (
        credentials.get("credentialsParameter")
        if isinstance(credentials, dict)
        else None
    )
    return Wanted(
        container["image"],
        platform,
        f"{place}.image",
        ecs.describe(container, index),
        secret if isinstance(secret, str) else "",
    )
