"""Ranges, lengths, characters and ARNs of single values; no references."""

from __future__ import annotations

from fargate_instrument.core import marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from fargate_instrument.core.rules.finding import Path
    from fargate_instrument.core.rules.subject import Subject

    Value = dict[str, Any]
    List = list[Value]
    Rule = Callable[[Subject, Path, Value, Any], None]

LONGEST_NAME = 255
LONGEST_PORT_NAME = 64
HIGHEST_PORT = 65535
MOST_FILES = 10
PLAIN_NAME = "letters, digits, hyphens and underscores, at most 255"
SECRET_ARN = "arn:aws:secretsmanager:region:account:secret:name[:key:stage:version]"  # noqa: S105
PARAMETER_ARN = "arn:aws:ssm:region:account:parameter/name[:version]"
SECRET_PARTS = (7, 10)
PARAMETER_PARTS = (6, 7)
SHORTEST_ARN = 6
HEALTH_CHECK = {
    "interval": ("R39", 5, 300),
    "timeout": ("R40", 2, 60),
    "retries": ("R41", 1, 10),
    "startPeriod": ("R42", 0, 300),
}


def check(subject: Subject) -> None:
    """Ask every rule that looks at one member of a container or of the task."""
    for path, container in subject.containers:
        if "name" not in container or "image" not in container:
            _identity(subject, path, container)
        for member, value in container.items():
            rule = BY_MEMBER.get(member)
            if rule is not None:
                rule(subject, path, container, value)
    _task(subject)


def _identity(subject: Subject, path: Path, container: Value) -> None:
    if not container:
        if not subject.report.damaged:
            subject.report.add("S6", path, "is empty")
        return
    for rule, member in (("S4", "name"), ("S5", "image")):
        if not container.get(member):
            where = (*path, member)
            subject.report.add(rule, where, f"has no {member}", container)


def _name(subject: Subject, path: Path, container: Value, value: str) -> None:
    if not value:
        subject.report.add("S4", (*path, "name"), "has no name", container)
    elif not _plain_name(value):
        text = "Container.name contains invalid characters."
        subject.report.add(
            "R81",
            (*path, "name"),
            f"has a name of {len(value)} characters, or other than {PLAIN_NAME}",
            container,
            text=text,
            expected=PLAIN_NAME,
        )


def _image(subject: Subject, path: Path, container: Value, value: str) -> None:
    if not value:
        subject.report.add("S5", (*path, "image"), "has no image", container)


def _plain_name(name: str) -> bool:
    bare = name.replace("-", "").replace("_", "")
    return len(name) <= LONGEST_NAME and name.isascii() and (bare.isalnum() or not bare)


def _argv(member: str) -> Rule:
    def rule(subject: Subject, path: Path, container: Value, value: list[str]) -> None:
        if not value:
            where = (*path, member)
            subject.report.add("E4", where, f"has an empty {member}", container)

    return rule


def _environment(subject: Subject, path: Path, container: Value, value: List) -> None:
    names = set()
    for index, entry in enumerate(value):
        name = entry.get("name")
        if not entry.get("value") and name:
            where = (*path, "environment", index, "value")
            message = f'sets "{name}" to an empty value'
            subject.report.add("N6", where, message, container)
        names.add(name)
    if len(names) < len(value):
        _variable_twice(subject, path, container, value)


def _variable_twice(
    subject: Subject, path: Path, container: Value, value: List
) -> None:
    seen = set()
    for index, entry in enumerate(value):
        name = entry.get("name")
        if name and name in seen:
            where = (*path, "environment", index, "name")
            message = f'sets "{name}" twice'
            subject.report.add("H18", where, message, container)
        seen.add(name)


def _environment_files(
    subject: Subject, path: Path, holder: Value, value: List
) -> None:
    if len(value) > MOST_FILES:
        where = (*path, "environmentFiles")
        message = f"has {len(value)} environment files, at most {MOST_FILES} may be"
        subject.report.add("R19", where, message, holder)
    for index, entry in enumerate(value):
        arn = entry.get("value")
        if arn is None:
            continue
        where = (*path, "environmentFiles", index, "value")
        parts = arn.split(":", 5)
        s3 = parts[:1] == ["arn"] and parts[2:3] == ["s3"]
        if not s3 or "/" not in parts[-1]:
            message = "has an environment file that is no ARN of an S3 object"
            subject.report.add("R20", where, message, holder)
        elif not arn.endswith(".env"):
            message = "has an environment file whose name does not end in .env"
            subject.report.add("R80", where, message, holder)


def _secrets(subject: Subject, path: Path, container: Value, value: List) -> None:
    _secret_list(subject, (*path, "secrets"), container, value)


def _secret_list(subject: Subject, path: Path, container: Value, value: List) -> None:
    for index, entry in enumerate(value):
        arn = entry.get("valueFrom")
        if arn is None:
            continue
        expected = malformed(arn)
        if expected:
            name = entry.get("name", "")
            where = (*path, index, "valueFrom")
            message = f'has no well-formed ARN or name for "{name}"'
            subject.report.add("R77", where, message, container, expected=expected)


def malformed(arn: str) -> str:
    """Say what a secret's place must look like, or give "" if it does.

    Anything that is not an ARN is the name of a parameter in the same region.
    """
    if not arn.strip():
        return f"{SECRET_ARN} or {PARAMETER_ARN}"
    if not arn.startswith("arn:"):
        return ""
    parts = arn.split(":")
    service = parts[2] if len(parts) >= SHORTEST_ARN else ""
    if service == "ssm":
        good = len(parts) in PARAMETER_PARTS and parts[5].startswith("parameter/")
    elif service == "secretsmanager":
        good = len(parts) in SECRET_PARTS and parts[5] == "secret" and bool(parts[6])
    else:
        return f"{SECRET_ARN} or {PARAMETER_ARN}"
    if good and parts[3] and parts[4]:
        return ""
    return PARAMETER_ARN if service == "ssm" else SECRET_ARN


def _credentials(subject: Subject, path: Path, container: Value, value: Value) -> None:
    arn = value.get("credentialsParameter")
    if arn is not None and malformed(arn):
        where = (*path, "repositoryCredentials", "credentialsParameter")
        message = "has no well-formed ARN or name of the registry's credentials"
        subject.report.add("R77", where, message, container, expected=SECRET_ARN)


def _health_check(subject: Subject, path: Path, container: Value, value: Value) -> None:
    for member, (rule, low, high) in HEALTH_CHECK.items():
        number = value.get(member)
        if number is None or low <= number <= high:
            continue
        bound = f"less than or equal to the maximum allowed value {high}"
        where = (*path, "healthCheck", member)
        message = f"has a health check {member} of {number}"
        seen = number > high
        subject.report.add(rule, where, message, container, seen=seen, bound=bound)
    command = value.get("command")
    if command is None or command[:1] in (["CMD"], ["CMD-SHELL"], ["NONE"]):
        return
    if not _is_agents_own(subject, container, command[:1]):
        where = (*path, "healthCheck", "command")
        message = "has a health check that starts with neither CMD nor CMD-SHELL"
        subject.report.add("F13", where, message, container)


def _is_agents_own(subject: Subject, container: Value, program: list[str]) -> bool:
    """Tell whether an agent's own container asks its agent: the vendor's own form."""
    containers = [one for _, one in subject.containers]
    return any(
        containers[index] is container
        and owner.proven
        and program[0] in marks.marks(owner.agent).get("programs", ())
        for index, owner in marks.owners(containers).items()
        if program
    )


def _restart_policy(subject: Subject, path: Path, holder: Value, value: Value) -> None:
    period = value.get("restartAttemptPeriod")
    if period is not None and not 60 <= period <= 1800:  # noqa: PLR2004 (R38 itself)
        where = (*path, "restartPolicy", "restartAttemptPeriod")
        subject.report.add("R38", where, f"has a period of {period} seconds", holder)


def _timeout(member: str) -> Rule:
    def rule(subject: Subject, path: Path, container: Value, value: int) -> None:
        if subject.fargate and not 2 <= value <= 120:  # noqa: PLR2004 (R74 itself)
            where = (*path, member)
            message = f"has a {member} of {value} seconds"
            subject.report.add("R74", where, message, container)

    return rule


def _ulimits(subject: Subject, path: Path, container: Value, value: List) -> None:
    for index, limit in enumerate(value):
        soft, hard = limit.get("softLimit"), limit.get("hardLimit")
        if soft is None or hard is None or hard == -1:
            continue
        if soft > hard or soft == -1:
            name = limit.get("name", "")
            where = (*path, "ulimits", index, "softLimit")
            message = f"has a soft limit over the hard one for {name}"
            subject.report.add("R37", where, message, container, ulimit=name)


def _ports(subject: Subject, path: Path, container: Value, value: List) -> None:
    for index, entry in enumerate(value):
        where = (*path, "portMappings", index)
        for member in ("containerPort", "hostPort"):
            port = entry.get(member)
            if port is not None and not 0 <= port <= HIGHEST_PORT:
                message = f"has the {member} {port}"
                subject.report.add("S7", (*where, member), message, container)
        ports = entry.get("containerPortRange")
        if ports is not None:
            _port_range(subject, where, container, entry)
        name = entry.get("name")
        if name is not None and not _port_name(name):
            expected = "a-z, 0-9, hyphens and underscores, at most 64, no hyphen first"
            subject.report.add(
                "R81",
                (*where, "name"),
                f"has a port name of {len(name)} characters, or other than {expected}",
                container,
                text="",
                expected=expected,
            )


def _port_name(name: str) -> bool:
    return (
        name == name.lower()
        and _plain_name(name)
        and 0 < len(name) <= LONGEST_PORT_NAME
        and name[0] != "-"
    )


def _port_range(subject: Subject, where: Path, container: Value, entry: Value) -> None:
    text = entry["containerPortRange"]
    if "containerPort" in entry or "hostPort" in entry:
        message = "has a range and a single port in one mapping"
        subject.report.add("R63", where, message, container)
    if port_range(text) is None:
        message = "has a port range that is reversed or not first-last"
        subject.report.add("R64", (*where, "containerPortRange"), message, container)


def port_range(text: str) -> range | None:
    """Read ``8000-8010``; None if it is no range of ports."""
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal() and text.isascii()):
        return None
    if len(text) > len("65535-65535"):
        return None
    low, high = int(first), int(last)
    return range(low, high + 1) if 0 < low <= high <= HIGHEST_PORT else None


def _log(subject: Subject, path: Path, container: Value, value: Value) -> None:
    if "secretOptions" in value:
        where = (*path, "logConfiguration", "secretOptions")
        _secret_list(subject, where, container, value["secretOptions"])


BY_MEMBER: dict[str, Rule] = {
    "name": _name,
    "image": _image,
    "entryPoint": _argv("entryPoint"),
    "command": _argv("command"),
    "environment": _environment,
    "environmentFiles": _environment_files,
    "secrets": _secrets,
    "repositoryCredentials": _credentials,
    "healthCheck": _health_check,
    "restartPolicy": _restart_policy,
    "startTimeout": _timeout("startTimeout"),
    "stopTimeout": _timeout("stopTimeout"),
    "ulimits": _ulimits,
    "portMappings": _ports,
    "logConfiguration": _log,
}


def _task(subject: Subject) -> None:
    task, report = subject.task, subject.report
    family = task.get("family")
    if family and not _plain_name(family):
        message = f"the family has {len(family)} characters, or other than {PLAIN_NAME}"
        report.add("R6", ("family",), message)
    if task.get("tags") == []:
        report.add("R7", ("tags",), "the list of tags is empty")
    for path, volume in subject.volumes():
        _volume(subject, path, volume)
    size = (task.get("ephemeralStorage") or {}).get("sizeInGiB")
    if size is not None and not 21 <= size <= 200:  # noqa: PLR2004 (R35 itself)
        bound = "most 200" if size > 200 else "least 21"  # noqa: PLR2004
        where = ("ephemeralStorage", "sizeInGiB")
        report.add("R35", where, f"the storage has {size} GiB", bound=bound)


def _volume(subject: Subject, path: Path, volume: Value) -> None:
    report, name = subject.report, volume.get("name")
    if name is not None and not (name and _plain_name(name)):
        message = f"a volume's name has {len(name)} characters, or other than {{}}"
        report.add(
            "R81",
            (*path, "name"),
            message.format(PLAIN_NAME),
            text="",
            expected=PLAIN_NAME,
        )
    efs = volume.get("efsVolumeConfiguration")
    if efs is None:
        return
    where = (*path, "efsVolumeConfiguration")
    access = efs.get("authorizationConfig", {})
    encrypted = efs.get("transitEncryption") == "ENABLED"
    if access.get("accessPointId") and efs.get("rootDirectory", "/") not in ("", "/"):
        message = "an EFS volume has an access point and a root directory"
        report.add("R24", (*where, "rootDirectory"), message)
    if access.get("iam") == "ENABLED" and not encrypted:
        message = "an EFS volume has IAM authorization without transit encryption"
        report.add("R25", (*where, "authorizationConfig", "iam"), message)
    if efs.get("transitEncryptionPort") is not None and not encrypted:
        message = "an EFS volume has an encryption port without transit encryption"
        report.add("R26", (*where, "transitEncryptionPort"), message)
