"""Many images at once: a few at a time, each within its time, every failure told."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.registry import aws, credentials, docker_config, reference
from fargate_instrument.registry.client import Client
from fargate_instrument.registry.transport import Deadline, Transport
from fargate_instrument.registry.trouble import RegistryTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fargate_instrument.registry.credentials import Source
    from fargate_instrument.registry.image import Entry
    from fargate_instrument.registry.wanted import Wanted

    Outcome = Entry | BaseException

AT_ONCE = 4
GRACE_SECONDS = 1.0
_OR_WRITE_THEM = "or write entryPoint and command into the container definition"


@dataclass(frozen=True, slots=True)
class Login:
    """A user name and password given on the command line."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Means:
    """What asking needs: the environment, seconds for each image, maybe a login.

    ``trust``: who may get secrets that a document names.
    """

    environ: Mapping[str, str]
    seconds: float
    login: Login | None = None
    trust: credentials.Trust = credentials.NOBODY


def ask_all(wanted: Sequence[Wanted], means: Means) -> dict[str, Entry]:
    """Ask for every image: reference to entry.

    :raises Failure: one problem for each image that could not be had.
    """
    references = _references(wanted)
    if means.login:
        _require_one_registry(references)

    def work(one: Wanted) -> Entry:
        return ask(one, references[one.reference], means)

    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for one, outcome in _outcomes(wanted, work, means.seconds):
        if isinstance(outcome, RegistryTrouble):
            problems.append(_addressed(one, outcome))
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            entries[one.reference] = outcome
    if problems:
        raise Failure(problems)
    return entries


def ask(one: Wanted, name: reference.Reference, means: Means) -> Entry:
    """Ask one registry for one image.

    :raises RegistryTrouble: it could not be had.
    """
    transport = Transport(Deadline(means.seconds, time.monotonic))
    try:
        return Client(name, transport, sources(one, name, means)).entry(one.platform)
    finally:
        transport.close()


def sources(one: Wanted, name: reference.Reference, means: Means) -> list[Source]:
    """List where credentials may be from, in the order in which they are asked."""
    found: list[Source] = []
    if means.login:
        login = means.login
        found.append(
            credentials.explicit(name.registry, login.username, login.password)
        )
    found += [docker_config.docker_config(means.environ), aws.ecr_token]
    if one.secret:
        released = means.trust.covers(name.registry)
        found.append(
            aws.repository_secret(one.secret) if released else credentials.withheld
        )
    return found


def _references(wanted: Sequence[Wanted]) -> dict[str, reference.Reference]:
    parsed: dict[str, reference.Reference] = {}
    problems = []
    for one in wanted:
        try:
            parsed[one.reference] = reference.parse(one.reference)
        except RegistryTrouble as trouble:  # noqa: PERF203  (each is told)
            problems.append(_addressed(one, trouble))
    if problems:
        raise Failure(problems)
    return parsed


def _require_one_registry(references: Mapping[str, reference.Reference]) -> None:
    registries = sorted({name.registry for name in references.values()})
    if len(registries) > 1:
        raise Failure(
            [
                Problem(
                    "--username",
                    "is for one registry, but the images are from "
                    + ", ".join(registries),
                    ("lock each registry's images in a run of their own",),
                    "request",
                )
            ]
        )


def _addressed(one: Wanted, trouble: RegistryTrouble) -> Problem:
    """Turn a registry's trouble into a problem of the place that wants the image."""
    if not one.who:
        return Problem(one.address, trouble.message, trouble.fixes)
    message = f"{one.who} has image {reference.shown(one.reference)}: {trouble.message}"
    return Problem(one.address, message, (*trouble.fixes, _OR_WRITE_THEM))


def _outcomes(
    wanted: Sequence[Wanted], work: Callable[[Wanted], Entry], seconds: float
) -> list[tuple[Wanted, Outcome]]:
    """Run the work in threads, and leave behind one that outlives its time.

    So a server that sends one byte a second cannot hold the program.
    """
    done: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
    waiting = deque(enumerate(wanted))
    ends: dict[int, float] = {}
    outcomes: dict[int, Outcome] = {}
    while waiting or ends:
        while waiting and len(ends) < AT_ONCE:
            number, one = waiting.popleft()
            ends[number] = time.monotonic() + seconds + GRACE_SECONDS
            _start(done, number, one, work)
        try:
            left = max(0.0, min(ends.values()) - time.monotonic())
            number, outcome = done.get(timeout=left)
        except queue.Empty:
            number = min(ends, key=lambda key: ends[key])
            late = Deadline(seconds, time.monotonic)
            outcome = late.passed(_registry_of(wanted[number]))
        if number in ends:
            outcomes[number] = outcome
            del ends[number]
    return [(one, outcomes[number]) for number, one in enumerate(wanted)]


def _start(
    done: queue.SimpleQueue[tuple[int, Outcome]],
    number: int,
    one: Wanted,
    work: Callable[[Wanted], Entry],
) -> None:
    def run() -> None:
        outcome: Outcome
        try:
            outcome = work(one)
        except BaseException as error:  # noqa: BLE001  (raised again by the caller)
            outcome = error
        done.put((number, outcome))

    threading.Thread(target=run, daemon=True).start()


def _registry_of(one: Wanted) -> str:
    return reference.parse(one.reference).registry
