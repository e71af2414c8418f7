"""What ECS accepts and what then fails at run time; agents have their own module."""

from __future__ import annotations

from fargate_instrument.core.rules.wrappers import SECRETS, launchers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fargate_instrument.core.rules.finding import Path
    from fargate_instrument.core.rules.subject import Subject

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
ARCHITECTURES = {"amd64": "X86_64", "x86_64": "X86_64", "arm64": "ARM64"}
LOADERS = {"X86_64": ("x86_64", "x86-64", "linux-x64"), "ARM64": ("aarch64", "arm64")}
NO_SHELL = ("distroless", "/static-debian", "chainguard/static", "cgr.dev/")


def check(subject: Subject) -> None:
    """Ask H1, H4, H5, H8, H10, H12, H14-H16, H19 and H20."""
    for path, container in subject.containers:
        _container(subject, path, container)
    _images(subject)
    _roles(subject)
    _controls(subject)
    _probes(subject)


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
    architecture = subject.architecture
    if not (architecture or subject.task.get("imageConfigs")):
        return
    for path, container in subject.containers:
        config = subject.image_config(container)
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
