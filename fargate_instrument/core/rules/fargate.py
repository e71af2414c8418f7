"""What Fargate and the awsvpc network do not allow; nothing about sizes."""

from __future__ import annotations

from fargate_instrument.core.ecs_model import ENUMS
from fargate_instrument.core.rules.values import port_range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fargate_instrument.core.rules.finding import Path
    from fargate_instrument.core.rules.subject import Subject

    Value = dict[str, Any]

LOG_DRIVERS = {"awslogs", "splunk", "awsfirelens"}
OTHER_LOG_DRIVERS = frozenset(ENUMS["LogConfiguration"]["logDriver"]) - LOG_DRIVERS
AWSVPC_LACKS = {
    "dnsServers": "R55",
    "extraHosts": "R56",
    "hostname": "R57",
    "disableNetworking": "R58",
    "links": "R59",
}
FARGATE_LACKS = {
    "privileged": "R46",
    "dockerSecurityOptions": "R51",
    "dnsSearchDomains": "F1",
}
FARGATE_LINUX_LACKS = {
    "devices": "R47",
    "sharedMemorySize": "R48",
    "maxSwap": "R49",
    "swappiness": "F1",
}
SINCE_1_3 = {"startTimeout": "F7", "stopTimeout": "F7", "dependsOn": "F11"}
WINDOWS_LACKS = (
    "linuxParameters",
    "privileged",
    "readonlyRootFilesystem",
    "dnsServers",
    "dnsSearchDomains",
    "extraHosts",
    "links",
    "ulimits",
    "systemControls",
    "disableNetworking",
)


def check(subject: Subject) -> None:
    """Ask R17, R18, R21, R43-R61, R65-R71, R79 and the documented limits."""
    for path, container in subject.containers:
        _container(subject, path, container)
    if subject.awsvpc:
        _ports(subject)
    _protocols(subject)
    _secrets(subject)
    _task(subject)
    if subject.fargate:
        _fargate_task(subject)
    if subject.fargate and not subject.windows and subject.task.get("platformVersion"):
        _platform(subject)


def _container(subject: Subject, path: Path, container: Value) -> None:
    if subject.awsvpc:
        _refuse(subject, AWSVPC_LACKS, path, container, container)
    if subject.fargate:
        _refuse(subject, FARGATE_LACKS, path, container, container)
        if "linuxParameters" in container:
            _linux(subject, path, container, container["linuxParameters"])
        if "resourceRequirements" in container:
            _gpu(subject, path, container)
        if "firelensConfiguration" in container:
            _router(subject, path, container)
    if subject.windows:
        for member in WINDOWS_LACKS:
            if container.get(member):
                message = f"has {member}, which Windows containers do not have"
                subject.report.add("F19", (*path, member), message, container)
    if "logConfiguration" in container:
        _log(subject, path, container)


def _refuse(
    subject: Subject,
    refused: dict[str, str],
    path: Path,
    holder: Value,
    container: Value,
) -> None:
    for member, rule in refused.items():
        if holder.get(member):
            place = "awsvpc networks" if refused is AWSVPC_LACKS else "Fargate"
            message = f"has {member}, which {place} cannot give"
            subject.report.add(rule, (*path, member), message, container)


def _linux(subject: Subject, path: Path, container: Value, linux: Value) -> None:
    root = (*path, "linuxParameters")
    _refuse(subject, FARGATE_LINUX_LACKS, root, linux, container)
    for index, name in enumerate(linux.get("capabilities", {}).get("add", ())):
        if name != "SYS_PTRACE":
            where = (*root, "capabilities", "add", index)
            message = f"adds the capability {name}"
            subject.report.add("R44", where, message, container, capability=name)


def _gpu(subject: Subject, path: Path, container: Value) -> None:
    for index, entry in enumerate(container["resourceRequirements"]):
        if entry.get("type") == "GPU":
            where = (*path, "resourceRequirements", index, "type")
            subject.report.add("R65", where, "asks for a GPU", container)


def _router(subject: Subject, path: Path, container: Value) -> None:
    options = container["firelensConfiguration"].get("options", {})
    kind = options.get("config-file-type", "file")
    if kind != "file":
        where = (*path, "firelensConfiguration", "options", "config-file-type")
        message = f'reads its FireLens configuration from "{kind}"'
        subject.report.add("F16", where, message, container)


def _log(subject: Subject, path: Path, container: Value) -> None:
    log, report = container["logConfiguration"], subject.report
    driver = log.get("logDriver")
    root = (*path, "logConfiguration")
    if driver is None:
        return
    if subject.fargate and driver in OTHER_LOG_DRIVERS:
        message = f"logs with {driver}, which Fargate does not have"
        where = (*root, "logDriver")
        report.add("R67", where, message, container, driver=driver)
    if driver != "awslogs":
        return
    options = log.get("options", {})
    where = (*root, "options")
    if not options.get("awslogs-group"):
        report.add("R68", where, "logs with awslogs without a group", container)
    if not options.get("awslogs-region"):
        report.add("F17", where, "logs with awslogs without a region", container)
    if subject.fargate and not options.get("awslogs-stream-prefix"):
        report.add("R69", where, "logs with awslogs without stream prefix", container)
    if subject.registered_for_fargate and subject.lacks("executionRoleArn"):
        message = "logs with awslogs, and the task has no execution role"
        report.add("R70", (*root, "logDriver"), message, container)


def _ports(subject: Subject) -> None:
    used: dict[tuple[int, str], Value] = {}
    ranges: list[tuple[range, str]] = []
    for path, container, entry in subject.entries("portMappings"):
        port, host = entry.get("containerPort"), entry.get("hostPort")
        protocol = entry.get("protocol", "tcp")
        if port is not None and host and host != port:
            message = f"maps container port {port} to host port {host}"
            subject.report.add("R60", (*path, "hostPort"), message, container)
        if "containerPortRange" in entry:
            where = (*path, "containerPortRange")
            wanted = port_range(entry["containerPortRange"]) or range(0)
        else:
            where = (*path, "containerPort")
            wanted = range(port or 0, (port or 0) + 1) if port else range(0)
        clash = next((p for p in wanted if (p, protocol) in used), None)
        if clash is None:
            overlap = (_overlap(wanted, r) for r, known in ranges if known == protocol)
            clash = next((p for p in overlap if p is not None), None)
        if clash is not None:
            message = f"maps port {clash}/{protocol}, which is mapped already"
            words = {"protocol": protocol.upper(), "port": clash}
            subject.report.add("R61", where, message, container, **words)
        if "containerPortRange" in entry:
            ranges.append((wanted, protocol))
        elif port:
            used[port, protocol] = container


def _overlap(one: range, other: range) -> int | None:
    low, high = max(one.start, other.start), min(one.stop, other.stop)
    return low if low < high else None


def _protocols(subject: Subject) -> None:
    for path, container in subject.containers:
        if len(container.get("portMappings", ())) < 2:  # noqa: PLR2004 (two clash)
            continue
        seen: dict[int, str] = {}
        for index, entry in enumerate(container["portMappings"]):
            port, protocol = entry.get("containerPort"), entry.get("protocol", "tcp")
            if port and seen.setdefault(port, protocol) != protocol:
                where = (*path, "portMappings", index, "protocol")
                message = f"maps port {port} for {seen[port]} and for {protocol}"
                subject.report.add("R79", where, message, container)


def _secrets(subject: Subject) -> None:
    lacks_role = subject.lacks("executionRoleArn")
    account = _account(subject.task)
    if not (lacks_role or account):
        return
    for path, container in subject.containers:
        if lacks_role and container.get("secrets"):
            message = "has secrets, and the task has no execution role"
            subject.report.add("R17", (*path, "secrets"), message, container)
        log = container.get("logConfiguration", {})
        lists = (
            ((*path, "secrets"), container.get("secrets", ())),
            (
                (*path, "logConfiguration", "secretOptions"),
                log.get("secretOptions", ()),
            ),
        )
        for where, entries in lists:
            for index, entry in enumerate(entries):
                parts = entry.get("valueFrom", "").split(":")
                ssm = account and parts[0] == "arn" and parts[2:3] == ["ssm"]
                if ssm and parts[4:5] != [account]:
                    subject.report.add(
                        "R18",
                        (*where, index, "valueFrom"),
                        "takes a parameter of another account",
                        container,
                        account=account,
                        other=(parts[4:5] or [""])[0],
                    )


def _account(task: Value) -> str:
    for fact in ("executionRoleArn", "taskRoleArn"):
        parts = (task.get(fact) or "").split(":")
        if parts[0] == "arn" and len(parts) > 5 and parts[4].isdecimal():  # noqa: PLR2004 (an ARN has six parts)
            return str(parts[4])
    return ""


def _task(subject: Subject) -> None:
    task, report = subject.task, subject.report
    mode = task.get("networkMode")
    if task.get("proxyConfiguration") and "networkMode" in task and mode != "awsvpc":
        message = f"the proxy needs awsvpc, the network mode is {mode or 'not set'}"
        report.add("R21", ("proxyConfiguration",), message)
    storage = task.get("ephemeralStorage")
    if storage and "EC2" in (task.get("requiresCompatibilities") or ()):
        message = "the task has ephemeralStorage and is meant for EC2, too"
        report.add("R36", ("ephemeralStorage",), message)
    if task.get("pidMode") == "task" and subject.windows:
        report.add("F15", ("pidMode",), "the task has pidMode task, and is for Windows")


def _fargate_task(subject: Subject) -> None:
    task, report = subject.task, subject.report
    mode = task.get("networkMode")
    missing = subject.lacks("networkMode") and subject.registered_for_fargate
    if missing or (mode and mode != "awsvpc"):
        report.add("R43", ("networkMode",), f"the network mode is {mode or 'not set'}")
    if task.get("pidMode") == "host":
        report.add("R45", ("pidMode",), "the pid mode is host")
    for member, rule in (
        ("ipcMode", "R50"),
        ("placementConstraints", "R52"),
        ("inferenceAccelerators", "R66"),
    ):
        if task.get(member):
            report.add(rule, (member,), f"the task has {member}")
    for path, volume in subject.volumes():
        _volume(subject, path, volume)
    if subject.registered_for_fargate and subject.lacks("executionRoleArn"):
        for path, container in subject.containers:
            if private_ecr(container.get("image", "")):
                message = "comes from a private registry, and has no execution role"
                report.add("R71", (*path, "image"), message, container)


def _volume(subject: Subject, path: Path, volume: Value) -> None:
    if "dockerVolumeConfiguration" in volume:
        where = (*path, "dockerVolumeConfiguration")
        subject.report.add("R53", where, "a volume is a Docker volume")
    if volume.get("host", {}).get("sourcePath"):
        where = (*path, "host", "sourcePath")
        subject.report.add("R54", where, "a volume stands at a path of the host")


def private_ecr(image: str) -> bool:
    """Tell whether an image lives in an account's own ECR registry."""
    host, slash, _ = image.partition("/")
    parts = host.split(".")
    if not slash or not parts[0].isdecimal():
        return False
    old = parts[1:2] == ["dkr"] and parts[2:3] in (["ecr"], ["ecr-fips"])
    new = parts[1:2] in (["dkr-ecr"], ["dkr-ecr-fips"])
    return old or new


def _platform(subject: Subject) -> None:
    task, report = subject.task, subject.report
    version = task["platformVersion"]
    if below(version, (1, 4, 0)):
        text = f"platform version {version} is too old for"
        if task.get("ephemeralStorage"):
            report.add("F8", ("ephemeralStorage",), f"{text} ephemeralStorage")
        if task.get("pidMode"):
            report.add("F15", ("pidMode",), f"{text} pidMode")
        if str(task.get("cpu") or "") in ("8192", "16384", "8 vCPU", "16 vCPU"):
            report.add("F5", ("cpu",), f"{text} so many vCPU")
        for path, container in subject.containers:
            linux = container.get("linuxParameters", {})
            if linux.get("capabilities", {}).get("add"):
                where = (*path, "linuxParameters", "capabilities", "add")
                message = f"adds a capability, which needs more than {version}"
                report.add("F2", where, message, container)
    if below(version, (1, 3, 0)):
        for path, container in subject.containers:
            _since(subject, path, container, version)


def _since(subject: Subject, path: Path, container: Value, version: str) -> None:
    for member, rule in SINCE_1_3.items():
        if container.get(member):
            message = f"has {member}, which needs more than {version}"
            subject.report.add(rule, (*path, member), message, container)


def below(version: str, least: tuple[int, int, int]) -> bool:
    """Compare a platform version; ``LATEST`` and what is no version is never below."""
    parts = version.split(".")
    if not (version.isascii() and all(part.isdecimal() for part in parts)):
        return False
    if any(len(part) > 4 for part in parts):  # noqa: PLR2004 (no version has more)
        return False
    return tuple(int(part) for part in parts) < least
