"""Names and what they point to: containers, volumes, routers, secrets; no numbers."""

from __future__ import annotations

from fargate_instrument.core.errors import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from fargate_instrument.core.rules.finding import Path, Report
    from fargate_instrument.core.rules.subject import Subject

    Value = dict[str, Any]

MOST_CONTAINERS = 10


def check(subject: Subject) -> None:
    """Ask R1-R4, R8-R16, R22, R23, R62, R72, R73 and R75."""
    _containers(subject)
    _dependencies(subject)
    _volumes(subject)
    _routers(subject)
    _variables(subject)
    if subject.task.get("proxyConfiguration"):
        _proxy(subject, subject.task["proxyConfiguration"])
    if subject.awsvpc:
        _port_names(subject)


def _containers(subject: Subject) -> None:
    report, containers = subject.report, subject.containers
    root: Path = ("containerDefinitions",)
    if not containers:
        if not report.damaged:
            report.add("R1", root, "has no container definition")
        return
    if len(containers) > MOST_CONTAINERS:
        report.add("R4", root, f"has {len(containers)} containers, at most 10 may be")
    if len(subject.by_name) < len(containers):
        _name_twice(subject)
    if not any(container.get("essential", True) for _, container in containers):
        report.add("R3", root, "has no essential container")


def _name_twice(subject: Subject) -> None:
    seen: set[str] = set()
    for path, container in subject.containers:
        name = container.get("name", "")
        if name in seen and name:
            subject.report.add(
                "R2", (*path, "name"), "stands twice in the task definition", container
            )
        seen.add(name)


def _hint(word: str, known: Iterable[str]) -> str:
    names = [name for name in known if name]
    return nearest(word, names)


def _dependencies(subject: Subject) -> None:
    graph: dict[str, list[tuple[str, Path, Value]]] = {}
    for path, container, entry in subject.entries("dependsOn"):
        target, name = entry.get("containerName"), container.get("name", "")
        where = (*path, "containerName")
        if target is None:
            continue
        if target == name:
            subject.report.add("R73", where, "depends on itself", container)
        elif target not in subject.by_name:
            hint = _hint(target, subject.by_name)
            message = f'depends on "{target}", which is not in the task definition'
            subject.report.add(
                "R8", where, message, container, target=target, hint=hint
            )
        else:
            graph.setdefault(name, []).append((target, where, container))
            _condition(subject, path, container, entry)
    if len(graph) > 1:
        _cycles(graph, subject.report)


def _condition(subject: Subject, path: Path, container: Value, entry: Value) -> None:
    target, condition = entry["containerName"], entry.get("condition")
    other = subject.by_name[target]
    where = (*path, "condition")
    if condition == "HEALTHY" and "healthCheck" not in other:
        message = f'waits for "{target}" to be HEALTHY, which has no healthCheck'
        subject.report.add("R9", where, message, container, target=target)
    if condition in ("SUCCESS", "COMPLETE") and other.get("essential", True):
        message = f'waits for {condition} of "{target}", which is essential'
        subject.report.add("R10", where, message, container, target=target)


def _cycles(graph: dict[str, list[tuple[str, Path, Value]]], report: Report) -> None:
    done: set[str] = set()
    for start, edges in graph.items():
        if start in done:
            continue
        trail, stack = [start], [iter(edges)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                done.add(trail.pop())
                continue
            target, where, container = step
            if target in trail:
                circle = [*trail[trail.index(target) :], target]
                message = "is part of a circle: " + " -> ".join(circle)
                report.add("R72", where, message, container)
            elif target not in done and target in graph:
                trail.append(target)
                stack.append(iter(graph[target]))


def _volumes(subject: Subject) -> None:
    for path, container, entry in subject.entries("volumesFrom"):
        target = entry.get("sourceContainer")
        if target is not None and target not in subject.by_name:
            subject.report.add(
                "R13",
                (*path, "sourceContainer"),
                f'takes volumes from "{target}", which is not in the task definition',
                container,
                target=target,
                hint=_hint(target, subject.by_name),
            )
    if "volumes" in subject.task:
        _mounts(subject)


def _mounts(subject: Subject) -> None:
    volumes: dict[str, Value] = {}
    for path, volume in subject.volumes():
        name = volume.get("name", "")
        if name and name in volumes:
            subject.report.add("R75", (*path, "name"), f'volume "{name}" stands twice')
        volumes[name] = volume
    mounted = set()
    for path, container, entry in subject.entries("mountPoints"):
        source = entry.get("sourceVolume")
        mounted.add(source)
        if source is not None and source not in volumes:
            subject.report.add(
                "R11",
                (*path, "sourceVolume"),
                f'mounts "{source}", which is no volume of the task',
                container,
                target=source,
                hint=_hint(source, volumes)
                if volumes
                else f'add the volume "{source}"',
            )
    for path, volume in subject.volumes():
        if volume.get("configuredAtLaunch") and volume.get("name") not in mounted:
            name = volume.get("name", "")
            message = f'volume "{name}" is configured at launch and mounted nowhere'
            subject.report.add("R12", path, message, target=name)


def _routers(subject: Subject) -> None:
    routers, users = [], []
    for path, container in subject.containers:
        if "firelensConfiguration" in container:
            routers.append((path, container))
        log = container.get("logConfiguration")
        if log and log.get("logDriver") == "awsfirelens":
            users.append((path, container))
    if users and not routers:
        for path, container in users:
            message = "logs with awsfirelens, and no container is a log router"
            where = (*path, "logConfiguration", "logDriver")
            subject.report.add("R14", where, message, container)
    if routers and not users:
        for path, container in routers:
            message = "is a log router, and no container logs with awsfirelens"
            where = (*path, "firelensConfiguration")
            subject.report.add("R15", where, message, container)


def _variables(subject: Subject) -> None:
    for path, container in subject.containers:
        secrets = container.get("secrets")
        if not secrets or "environment" not in container:
            continue
        plain = {entry.get("name") for entry in container["environment"]}
        for index, secret in enumerate(secrets):
            name = secret.get("name")
            if name is not None and name in plain:
                subject.report.add(
                    "R16",
                    (*path, "secrets", index, "name"),
                    f'has "{name}" both in secrets and in environment',
                    container,
                    variable=name,
                )


def _proxy(subject: Subject, proxy: Value) -> None:
    target = proxy.get("containerName")
    root: Path = ("proxyConfiguration",)
    if target is not None and target not in subject.by_name:
        subject.report.add(
            "R22",
            (*root, "containerName"),
            f'the proxy\'s container "{target}" is not in the task definition',
            target=target,
            hint=_hint(target, subject.by_name),
        )
    given = {entry.get("name") for entry in proxy.get("properties", ())}
    for side in ("Ingress", "Egress"):
        name = f"Proxy{side}Port"
        if name not in given:
            where = (*root, "properties")
            message = f'the proxy has no property "{name}"'
            seen = side == "Ingress"
            subject.report.add(
                "R23", where, message, seen=seen, side=side, property=name
            )


def _port_names(subject: Subject) -> None:
    seen = set()
    for path, container, entry in subject.entries("portMappings"):
        name = entry.get("name")
        if not name:
            continue
        if name in seen:
            message = f'has the port name "{name}", which is used already'
            subject.report.add("R62", (*path, "name"), message, container)
        seen.add(name)
