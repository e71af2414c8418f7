"""Hazards of runtime agents: on wrapped containers and on agents' own; no others."""

from __future__ import annotations

from fargate_instrument.core import brought, marks, started
from fargate_instrument.core.rules.resources import mebibytes, units
from fargate_instrument.core.rules.wrappers import declared, launchers, least

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from fargate_instrument.core.marks import Owner
    from fargate_instrument.core.rules.finding import Path
    from fargate_instrument.core.rules.subject import Subject
    from fargate_instrument.core.rules.wrappers import Launcher

    Value = dict[str, Any]

LEAST_SECONDS = 30
DEFAULT_INTERVAL, DEFAULT_RETRIES = 30, 3
ROOT = ("", "0", "root")
POLICIES = {
    "logConfiguration": "log configuration",
    "readonlyRootFilesystem": "read-only root file system",
}


def check(subject: Subject) -> None:
    """Ask H2, H3, H6-H9, H11, H13, H17 and H19-H23."""
    owners = marks.owners([container for _, container in subject.containers])
    agents: list[tuple[Path, Value, Owner]] = [
        (*subject.containers[index], owner)
        for index, owner in owners.items()
        if owner.proven
    ]
    mounted = any("mountPoints" in container for _, container in subject.containers)
    for path, container in subject.containers:
        wrapped = _wrapped(subject, container)
        if wrapped:
            _wrapping(subject, path, container, wrapped)
        if mounted:
            _hidden(subject, path, container, wrapped, owners)
    if agents:
        _agents(subject, agents)
    if subject.task.get("pidMode") == "task":
        _shared_processes(subject)


def _wrapped(subject: Subject, container: Value) -> list[Launcher]:
    found = launchers(container)
    facts = subject.task.get("instrumentation")
    if not facts:
        return found
    told = declared(facts, container.get("name", ""))
    same = {_plain(launcher.vendor) for launcher in told}
    return told + [one for one in found if _plain(one.vendor) not in same]


def _plain(vendor: str) -> str:
    return vendor.lower().replace("_", "").replace(" ", "")


def _wrapping(
    subject: Subject, path: Path, container: Value, wrapped: list[Launcher]
) -> None:
    report = subject.report
    tracers = sorted({one.vendor for one in wrapped if one.ptrace})
    if len(tracers) > 1:
        message = f"is traced by {' and '.join(tracers)}"
        report.add("H7", (*path, "entryPoint"), message, container)
    if "firelensConfiguration" in container:
        message = f"is the log router, and wrapped by {wrapped[0].vendor}"
        report.add("H19", (*path, "entryPoint"), message, container)
    for one in wrapped:
        _wrapper(subject, path, container, one)
    _start_period(subject, path, container, wrapped[0])


def _wrapper(subject: Subject, path: Path, container: Value, one: Launcher) -> None:
    report = subject.report
    user = subject.user(container)
    if one.root_only and user not in ROOT:
        message = f'runs as "{user}", and {one.vendor} works for root only'
        report.add("H2", (*path, "user"), message, container)
    if one.writes and container.get("readonlyRootFilesystem"):
        mounts = [m.get("containerPath", "") for m in container.get("mountPoints", ())]
        if not any(one.writes == m or one.writes.startswith(m + "/") for m in mounts):
            message = f"has a read-only root, and {one.vendor} writes to {one.writes}"
            report.add("H3", (*path, "readonlyRootFilesystem"), message, container)
    architecture = subject.architecture
    if one.x86_only and architecture == "ARM64":
        message = f"runs on ARM64, and {one.vendor} is documented for X86_64 only"
        report.add(
            "H8", (*path, "entryPoint"), message, container, architecture=architecture
        )
    entry, command = container.get("entryPoint"), container.get("command")
    if entry and not command and len(entry) == 1 and one.path and one.path in entry[0]:
        message = f"has {one.vendor}'s launcher as entryPoint and nothing to launch"
        report.add("H9", (*path, "entryPoint"), message, container)


def _hidden(
    subject: Subject,
    path: Path,
    container: Value,
    wrapped: list[Launcher],
    owners: dict[int, Owner],
) -> None:
    """Find mounts over what an agent brings; its own shared volume is none."""
    containers = [one for _, one in subject.containers]
    needed = [(one.vendor, one.agent, one.path) for one in wrapped if one.path]
    needed += [
        (marks.marks(one.agent)["vendor"], one.agent, one.path)
        for one in started.preloads(container)
    ]
    for vendor, agent, file in needed:
        cover = brought.hidden(container, file, containers, owners, agent)
        if cover is None:
            continue
        where = (*path, "volumesFrom")
        if cover.container == container.get("name"):
            where = (*path, "mountPoints", cover.index, "containerPath")
        message = (
            f"has {file} of {vendor} under a mount: the volume"
            f' "{cover.volume}" at {cover.path}'
        )
        subject.report.add("H23", where, message, container)


def _start_period(
    subject: Subject, path: Path, container: Value, one: Launcher
) -> None:
    probe = container.get("healthCheck")
    if probe is None:
        return
    tries = probe.get("interval", DEFAULT_INTERVAL) * probe.get(
        "retries", DEFAULT_RETRIES
    )
    seconds = tries + probe.get("startPeriod", 0)
    if seconds < LEAST_SECONDS:
        message = (
            f"counts as unhealthy {seconds} s after {one.vendor} begins to start it"
        )
        where = (*path, "healthCheck", "startPeriod")
        subject.report.add("H6", where, message, container)


def _agents(subject: Subject, agents: list[tuple[Path, Value, Owner]]) -> None:
    probes = any("healthCheck" in container for _, container in subject.containers)
    own = {path for path, _, _ in agents}
    applications = [one for path, one in subject.containers if path not in own]
    sized = any(subject.task.get(member) for member in ("cpu", "memory"))
    for path, container, owner in agents:
        essential = container.get("essential", True)
        if probes and essential and "healthCheck" not in container:
            message = "is essential without healthCheck, and another container has one"
            subject.report.add("H11", path, message, container)
        if sized:
            _share(subject, path, container, owner)
        _unlike(subject, path, container, applications)
    for owner in {owner.agent: owner for _, _, owner in agents}.values():
        _taken_ports(subject, owner)


def _unlike(
    subject: Subject, path: Path, container: Value, applications: list[Value]
) -> None:
    """Ask for what a policy may demand of every container: the others have it."""
    for member, what in POLICIES.items():
        have = all(application.get(member) for application in applications)
        if applications and have and not container.get(member):
            message = f"has no {what}, and all the others have one"
            hint = f"give it {member}, if a policy asks for it"
            where = (*path, member)
            subject.report.add("H20", where, message, container, hint=hint)


def _share(subject: Subject, path: Path, container: Value, owner: Owner) -> None:
    report, task = subject.report, subject.task
    size = (units(task.get("cpu") or 0), mebibytes(task.get("memory") or 0))
    for have, need, what in zip(
        size, least(owner.agent), ("CPU units", "MiB"), strict=True
    ):
        if have and have < need:
            message = f"needs {need} {what} alone, and the whole task has {have}"
            hint = "raise the task's cpu and memory"
            report.add("H17", path, message, container, hint=hint)
    limits = ("cpu", "memory", "memoryReservation")
    if not any(container.get(member) for member in limits):
        message = f"has no cpu or memory of its own: {owner.vendor} shares the task's"
        hint = "give it cpu and memoryReservation, or a larger task"
        report.add("H17", path, message, container, hint=hint)


def _taken_ports(subject: Subject, owner: Owner) -> None:
    """Find port mappings of applications that take a port of the agent's."""
    ports = marks.marks(owner.agent).get("ports", ())
    for path, container, entry in subject.entries("portMappings"):
        port = entry.get("containerPort")
        if port in ports and not _is(owner, container):
            where = (*path, "containerPort")
            message = f"maps port {port}, on which {owner.vendor} listens"
            subject.report.add("H22", where, message, container)


def _is(owner: Owner, container: Value) -> bool:
    return marks.is_named(owner.agent, container)


def _shared_processes(subject: Subject) -> None:
    message = "the containers of the task share their processes"
    subject.report.add("H13", ("pidMode",), message)
    users: dict[str, int] = {}
    for _, container in subject.containers:
        user = subject.user(container) or "root"
        users[user] = users.get(user, 0) + 1
    for path, container in _tracers(subject):
        user = subject.user(container) or "root"
        others = {other for other, count in users.items() if count > (other == user)}
        different = sorted(others - {user} - ({"0", "root"} if user in ROOT else set()))
        if different:
            message = f'may trace as "{user}", and others run as "{different[0]}"'
            subject.report.add("H21", (*path, "user"), message, container)


def _tracers(subject: Subject) -> Iterator[tuple[Path, Value]]:
    for path, container in subject.containers:
        linux = container.get("linuxParameters", {})
        if "SYS_PTRACE" in linux.get("capabilities", {}).get("add", ()):
            yield path, container
