"""What ECS accepts and what then fails at run time; nothing that ECS refuses."""

from __future__ import annotations

from fargate_instrument.rules.wrappers import (
    LEAST,
    SECRETS,
    declared,
    launchers,
    vendor_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from fargate_instrument.rules.finding import Path
    from fargate_instrument.rules.subject import Subject
    from fargate_instrument.rules.wrappers import Launcher

    Value = dict[str, Any]

LIST_VARIABLES = frozenset(
    {
        "CLASSPATH",
        "DOTNET_ADDITIONAL_DEPS",
        "DOTNET_SHARED_STORE",
        "DOTNET_STARTUP_HOOKS",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "NODE_OPTIONS",
        "NODE_PATH",
        "OTEL_RESOURCE_ATTRIBUTES",
        "PATH",
        "PERL5LIB",
        "PERL5OPT",
        "PYTHONPATH",
        "RUBYLIB",
        "RUBYOPT",
        "_JAVA_OPTIONS",
    }
)
"""Variables that hold a list, to which a task usually means to add."""

HIGHEST_NOFILE = 1048576
LEAST_SECONDS = 30
DEFAULT_INTERVAL, DEFAULT_RETRIES = 30, 3
LOG_WRITER_PORT = 32000
ROOT = ("", "0", "root")
POLICIES = {
    "logConfiguration": "log configuration",
    "readonlyRootFilesystem": "read-only root file system",
}
ARCHITECTURES = {"amd64": "X86_64", "x86_64": "X86_64", "arm64": "ARM64"}
LOADERS = {"X86_64": ("x86_64", "x86-64", "linux-x64"), "ARM64": ("aarch64", "arm64")}
NO_SHELL = ("distroless", "/static-debian", "chainguard/static", "cgr.dev/")


def check(subject: Subject) -> None:
    """Ask every hazard that the text or the facts can show."""
    agents: list[tuple[Path, Value, str]] = []
    for path, container in subject.containers:
        vendor = vendor_of(container)
        if vendor:
            agents.append((path, container, vendor))
        wrapped = _wrapped(subject, container)
        if wrapped:
            _wrapping(subject, path, container, wrapped)
        _container(subject, path, container)
    _images(subject)
    _roles(subject)
    _controls(subject)
    _probes(subject)
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
    user = _user(subject, container)
    if one.root_only and user not in ROOT:
        message = f'runs as "{user}", and {one.vendor} works for root only'
        report.add("H2", (*path, "user"), message, container)
    if one.writes and container.get("readonlyRootFilesystem"):
        mounts = [m.get("containerPath", "") for m in container.get("mountPoints", ())]
        if not any(one.writes == m or one.writes.startswith(m + "/") for m in mounts):
            message = f"has a read-only root, and {one.vendor} writes to {one.writes}"
            report.add("H3", (*path, "readonlyRootFilesystem"), message, container)
    architecture = _architecture(subject)
    if one.x86_only and architecture == "ARM64":
        message = f"runs on ARM64, and {one.vendor} is documented for X86_64 only"
        report.add(
            "H8", (*path, "entryPoint"), message, container, architecture=architecture
        )
    entry, command = container.get("entryPoint"), container.get("command")
    if entry and not command and len(entry) == 1 and one.path and one.path in entry[0]:
        message = f"has {one.vendor}'s launcher as entryPoint and nothing to launch"
        report.add("H9", (*path, "entryPoint"), message, container)


def _user(subject: Subject, container: Value) -> str:
    user = container.get("user")
    if user is None:
        user = _config(subject, container).get("User") or ""
    return str(user).partition(":")[0]


def _config(subject: Subject, container: Value) -> Value:
    configs = subject.task.get("imageConfigs") or {}
    config = configs.get(container.get("image", ""))
    return config if isinstance(config, dict) else {}


def _architecture(subject: Subject) -> str:
    platform = subject.task.get("runtimePlatform") or {}
    return str(platform.get("cpuArchitecture") or "")


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


def _container(subject: Subject, path: Path, container: Value) -> None:
    report = subject.report
    for index, limit in enumerate(container.get("ulimits", ())):
        highest = max(limit.get("softLimit", 0), limit.get("hardLimit", 0))
        if limit.get("name") == "nofile" and highest > HIGHEST_NOFILE:
            message = f"asks for {highest} open files"
            report.add("H15", (*path, "ulimits", index), message, container)
    capabilities = container.get("linuxParameters", {}).get("capabilities", {})
    drop = capabilities.get("drop", ())
    if "SYS_PTRACE" in capabilities.get("add", ()) and (
        "ALL" in drop or "SYS_PTRACE" in drop
    ):
        where = (*path, "linuxParameters", "capabilities", "drop")
        message = "adds SYS_PTRACE and drops it, too"
        report.add("H16", where, message, container)
    log = container.get("logConfiguration", {})
    if "firelensConfiguration" in container and log.get("logDriver") == "awsfirelens":
        where = (*path, "logConfiguration", "logDriver")
        report.add("H19", where, "is the log router, and logs to itself", container)
    if "environment" in container:
        _tokens(subject, path, container)


def _tokens(subject: Subject, path: Path, container: Value) -> None:
    for index, entry in enumerate(container["environment"]):
        if entry.get("name") in SECRETS and entry.get("value"):
            where = (*path, "environment", index, "value")
            message = f'has the value of "{entry["name"]}" in plain text'
            hint = "move it to secrets"
            subject.report.add("H20", where, message, container, hint=hint)


def _images(subject: Subject) -> None:
    """Compare with the image's own configuration, and with the architecture."""
    architecture = _architecture(subject)
    if not (architecture or subject.task.get("imageConfigs")):
        return
    for path, container in subject.containers:
        config = _config(subject, container)
        made_for = ARCHITECTURES.get(str(config.get("Architecture", "")).lower(), "")
        if made_for and architecture and made_for != architecture:
            subject.report.add(
                "H8",
                (*path, "image"),
                f"has an image for {made_for} in a task for {architecture}",
                container,
                architecture=architecture,
            )
        if architecture:
            _loader(subject, path, container, architecture)
        if config.get("Env").__class__ is list:
            _replaced(subject, path, container, config["Env"])


def _loader(subject: Subject, path: Path, container: Value, architecture: str) -> None:
    other = "ARM64" if architecture == "X86_64" else "X86_64"
    preloads = (
        ((*path, "environment", index, "value"), entry.get("value") or "")
        for index, entry in enumerate(container.get("environment", ()))
        if entry.get("name") == "LD_PRELOAD"
    )
    first = (container.get("entryPoint") or [""])[0]
    for where, text in (*preloads, ((*path, "entryPoint", 0), first)):
        if "/ld-linux" not in text and where[-1] == 0:
            continue
        if any(word in text for word in LOADERS[other]):
            message = f"loads a library for {other} in a task for {architecture}"
            subject.report.add(
                "H8", where, message, container, architecture=architecture
            )


def _replaced(subject: Subject, path: Path, container: Value, env: list[str]) -> None:
    pairs = (str(item).partition("=") for item in env)
    fold = str.upper if subject.windows else str
    image = {fold(name): value for name, _, value in pairs}
    for index, entry in enumerate(container.get("environment", ())):
        name = entry.get("name", "")
        old = image.get(fold(name))
        if name not in LIST_VARIABLES or not old or old in (entry.get("value") or ""):
            continue
        where = (*path, "environment", index, "value")
        message = f'sets "{name}", and the value that the image gives it is lost'
        subject.report.add("H1", where, message, container)


def _roles(subject: Subject) -> None:
    if not subject.lacks("executionRoleArn"):
        return
    for path, container in subject.containers:
        log = container.get("logConfiguration", {})
        needs = (
            (log.get("secretOptions"), ("logConfiguration", "secretOptions"), ""),
            (container.get("repositoryCredentials"), ("repositoryCredentials",), ""),
            (container.get("environmentFiles"), ("environmentFiles",), "s3:GetObject"),
        )
        for given, member, rights in needs:
            if given:
                subject.report.add(
                    "H4",
                    (*path, *member),
                    f"has {member[-1]}, and the task has no execution role",
                    container,
                    rights=rights or "secretsmanager:GetSecretValue, ssm:GetParameters",
                )


def _controls(subject: Subject) -> None:
    if not subject.awsvpc:
        return
    seen: dict[str, str | None] = {}
    for path, container, entry in subject.entries("systemControls"):
        name, value = entry.get("namespace", ""), entry.get("value")
        if name.startswith("net.") and seen.setdefault(name, value) != value:
            message = f"sets {name} to another value than a container before it"
            subject.report.add("H14", (*path, "value"), message, container)


def _probes(subject: Subject) -> None:
    for path, container, entry in subject.entries("dependsOn"):
        target = subject.by_name.get(entry.get("containerName", ""))
        if target is None:
            continue
        condition, name = entry.get("condition"), target.get("name")
        if condition == "HEALTHY" and _lacks_shell(target):
            where = (*path, "condition")
            message = f'waits for a shell probe of "{name}", whose image has no shell'
            subject.report.add("H5", where, message, container)
        if condition == "COMPLETE" and _starts_from(container, target):
            where = (*path, "condition")
            message = f'starts from files of "{name}", and waits only for its end'
            subject.report.add("H12", where, message, container)
    for path, container in subject.containers:
        if "essential" not in container and _is_init(container.get("name", "")):
            message = "looks like an init container, and is essential by omission"
            subject.report.add("H10", path, message, container)


def _lacks_shell(container: Value) -> bool:
    command = container.get("healthCheck", {}).get("command", ())
    image = container.get("image", "")
    return command[:1] == ["CMD-SHELL"] and any(mark in image for mark in NO_SHELL)


def _starts_from(container: Value, target: Value) -> bool:
    """Tell whether a container is launched from a volume that another fills."""
    if not launchers(container):
        return False
    sources = (
        entry.get("sourceContainer") for entry in container.get("volumesFrom", ())
    )
    mine, theirs = _mounted(container), _mounted(target)
    return target.get("name") in sources or bool(mine & theirs)


def _mounted(container: Value) -> set[str]:
    return {entry.get("sourceVolume", "") for entry in container.get("mountPoints", ())}


def _is_init(name: str) -> bool:
    return "init" in name.lower().replace("_", "-").split("-")


def _agents(subject: Subject, agents: list[tuple[Path, Value, str]]) -> None:
    probes = any("healthCheck" in container for _, container in subject.containers)
    own = {path for path, _, _ in agents}
    applications = [one for path, one in subject.containers if path not in own]
    sized = any(subject.task.get(member) for member in ("cpu", "memory"))
    for path, container, vendor in agents:
        essential = container.get("essential", True)
        if probes and essential and "healthCheck" not in container:
            message = "is essential without healthCheck, and another container has one"
            subject.report.add("H11", path, message, container)
        if sized:
            _share(subject, path, container, vendor)
        _unlike(subject, path, container, applications)
    if any(vendor == "Sysdig" for _, _, vendor in agents):
        _log_writer_port(subject)


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


def _share(subject: Subject, path: Path, container: Value, vendor: str) -> None:
    from fargate_instrument.rules.resources import mebibytes, units  # noqa: PLC0415  (only beside agents)

    report, task = subject.report, subject.task
    size = (units(task.get("cpu") or 0), mebibytes(task.get("memory") or 0))
    for have, least, what in zip(
        size, LEAST.get(vendor, (0, 0)), ("CPU units", "MiB"), strict=True
    ):
        if have and have < least:
            message = f"needs {least} {what} alone, and the whole task has {have}"
            hint = "raise the task's cpu and memory"
            report.add("H17", path, message, container, hint=hint)
    limits = ("cpu", "memory", "memoryReservation")
    if not any(container.get(member) for member in limits):
        message = f"has no cpu or memory of its own: {vendor} shares the task's"
        hint = "give it cpu and memoryReservation, or a larger task"
        report.add("H17", path, message, container, hint=hint)


def _log_writer_port(subject: Subject) -> None:
    for path, container, entry in subject.entries("portMappings"):
        if entry.get("containerPort") == LOG_WRITER_PORT:
            where = (*path, "containerPort")
            message = f"maps port {LOG_WRITER_PORT}, which Sysdig's log writer takes"
            subject.report.add("H22", where, message, container)


def _shared_processes(subject: Subject) -> None:
    message = "the containers of the task share their processes"
    subject.report.add("H13", ("pidMode",), message)
    tracers = list(_tracers(subject))
    for path, container in tracers:
        user = _user(subject, container) or "root"
        others = {
            _user(subject, other) or "root"
            for where, other in subject.containers
            if where != path
        }
        different = sorted(others - {user} - ({"0", "root"} if user in ROOT else set()))
        if different:
            message = f'may trace as "{user}", and others run as "{different[0]}"'
            subject.report.add("H21", (*path, "user"), message, container)


def _tracers(subject: Subject) -> Iterator[tuple[Path, Value]]:
    for path, container in subject.containers:
        linux = container.get("linuxParameters", {})
        if "SYS_PTRACE" in linux.get("capabilities", {}).get("add", ()):
            yield path, container
