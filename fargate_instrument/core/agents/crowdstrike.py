"""CrowdStrike's Falcon Container sensor: options and task facts to a recipe.

Facts: published output of the sensor image's patching utility, the vendor's Terraform
module and guides. An init container copies the sensor, with a loader and libraries of
its own, into a volume from which every application starts; no sidecar runs.
"""

from __future__ import annotations

from fargate_instrument.core.agents import Agent, Marks, Option
from fargate_instrument.core.agents import reading as read
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.recipe import (
    TARGET,
    AddCapability,
    AddContainer,
    AddMountPoint,
    AddSecret,
    AppendText,
    Architecture,
    DependOn,
    Fact,
    ReadOnlyRoot,
    Recipe,
    RequireTask,
    SetEnvironment,
    SetMember,
    UniqueEnvironment,
    When,
    WrapEntryPoint,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.recipe import Step

NAME = "crowdstrike"
CONTAINER = "crowdstrike-falcon-init-container"
VOLUME = "crowdstrike-falcon-volume"
PRIVATE_VOLUME = "crowdstrike-private-"
MOUNTED = "/tmp/CrowdStrike"  # noqa: S108  (the vendor's path)
PRIVATE = f"{MOUNTED}-private"
FILES = f"{MOUNTED}/rootfs"
OPTS = "FALCONCTL_OPTS"
OPT_OUT = ("sensor.falcon-system.crowdstrike.com/injection", "disabled")
PATCHED_IMAGE = "/opt/CrowdStrike/rootfs/bin/falcon-entrypoint"
START_TIMEOUT = (2, 120)

X86_64 = f"{FILES}/lib64/ld-linux-x86-64.so.2"
ARM64 = {
    "lib64": f"{FILES}/lib64/ld-linux-aarch64.so.1",
    "lib": f"{FILES}/lib/ld-linux-aarch64.so.1",
}
"""Layout of the sensor's files on ARM64 -> the loader in it."""

_COPY = f"cp -r /bin /etc /lib64 /usr /entrypoint-ecs.sh {FILES}"
_LOADER = f"mkdir -p {FILES}/lib && cp /lib/ld-linux-aarch64.so.1 {FILES}/lib/"
LAYOUTS = {"lib64": f"mkdir {FILES} && {_COPY}", "lib": f"{_LOADER} && {_COPY}"}
"""Layout -> how the init container makes it; that of X86_64 is ``lib64``."""

OPTIONS = (
    Option(
        "sensor_image",
        "needed_text",
        "Image of the Falcon Container sensor, usually a copy in your own registry.",
        required=True,
    ),
    Option(
        "cid",
        "text",
        "Customer ID with its checksum, as the console shows it. An identifier, not a"
        " key: it stands in plain text in the task definition. Required unless"
        " `falconctl_opts_secret` is given.",
    ),
    Option(
        "falconctl_opts",
        "text",
        "Further options of `falconctl`, such as `--tags=web,prod --billing=metered`."
        " A provisioning token belongs into `falconctl_opts_secret`.",
        secret=True,
    ),
    Option(
        "falconctl_opts_secret",
        "arn",
        "ARN of the Secrets Manager secret or SSM parameter that holds all options,"
        " `--cid=<cid>` first, in place of `cid` and `falconctl_opts`.",
    ),
    Option(
        "arm64_layout",
        "choice",
        "Where the sensor's loader lies on ARM64: in lib64 (default), as the vendor's"
        " module has it, or copied to lib, as deployed sensors have it.",
        values=("lib64", "lib"),
    ),
    Option(
        "log_configuration",
        "log_configuration",
        "Log configuration of the init container: three awslogs values, or ECS's own"
        " form.",
    ),
    Option(
        "cpu", "count", "CPU units of the init container; 0 or absent: not written."
    ),
    Option(
        "memory",
        "count",
        "Hard memory limit of the init container, MiB; 0 or absent: not written.",
    ),
    Option(
        "memory_reservation",
        "count",
        "Soft memory limit of the init container, MiB; 0 or absent: not written.",
    ),
    Option(
        "start_timeout",
        "count",
        "Seconds that the init container has to finish, 2 to 120; 0 or absent: not"
        " written.",
    ),
    Option(
        "image_auth_secret",
        "text",
        "ARN of the secret with the credentials of the sensor image's registry.",
    ),
)


def recipe(options: Mapping[str, Any], task: Mapping[str, Any]) -> Recipe:  # noqa: ARG001  (every recipe is asked for in one way)
    """Turn checked options into a recipe; raises Failure for what they lack."""
    problems = [*_problems(options), *_malformed(options)]
    if problems:
        raise Failure(problems)
    secret = read.text(options, "falconctl_opts_secret")
    auth = read.text(options, "image_auth_secret")
    arns = read.arns(secret, auth, log=read.log_configuration(options))
    return Recipe(
        NAME,
        steps=_steps(options),
        containers=(_init(options),),
        task=RequireTask(platform_version="1.4.0"),
        secret_arns=arns,
        secret_names=(OPTS,),
        policies=read.may_read(arns),
        opt_out=(OPT_OUT,),
        warnings=_warnings(options),
    )


def _problems(options: Mapping[str, Any]) -> list[Problem]:
    if not options.get("falconctl_opts_secret"):
        if options.get("cid"):
            return []
        why = "is needed: the sensor does not know whose it is without a customer ID"
        fix = "give it with its checksum, or falconctl_opts_secret in its place"
        return [read.needed("cid", why, fix)]
    return [
        read.needed(
            name,
            "is given beside falconctl_opts_secret",
            "let the secret hold all options, --cid=<cid> first",
        )
        for name in ("cid", "falconctl_opts")
        if options.get(name)
    ]


def _malformed(options: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not _is_cid(read.text(options, "cid")):
        why = "is no customer ID with its checksum"
        fix = "write 32 hexadecimal digits, a hyphen and two more"
        found.append(read.needed("cid", why, fix))
    if "--cid" in read.text(options, "falconctl_opts"):
        why = "holds --cid, which the option cid gives"
        found.append(read.needed("falconctl_opts", why, "take --cid out"))
    least, most = START_TIMEOUT
    if not least <= (read.count(options, "start_timeout") or least) <= most:
        why = f"is not within {least} to {most}, which Fargate takes"
        found.append(read.needed("start_timeout", why, "give seconds in that range"))
    return found


def _is_cid(text: str) -> bool:
    number, hyphen, checksum = text.partition("-")
    digits = {*number, *checksum} <= {*"0123456789abcdefABCDEF"}
    sizes = (len(number), len(hyphen), len(checksum)) == (32, 1, 2)
    return not text or (digits and sizes)


def _wrap(loader: str) -> WrapEntryPoint:
    return WrapEntryPoint(
        (
            loader,
            "--library-path",
            f"{FILES}/lib64",
            f"{FILES}/bin/bash",
            f"{FILES}/entrypoint-ecs.sh",
        )
    )


def _layout(options: Mapping[str, Any]) -> str:
    return read.text(options, "arm64_layout") or "lib64"


def _told(options: Mapping[str, Any]) -> Step:
    """Say whose the sensor is, in plain text or by reference."""
    secret = read.text(options, "falconctl_opts_secret")
    if secret:
        return AddSecret(OPTS, secret)
    more = read.text(options, "falconctl_opts").strip()
    value = f"--cid={read.text(options, 'cid')} {more}".rstrip()
    return SetEnvironment(OPTS, value, secret=True)


def _steps(options: Mapping[str, Any]) -> tuple[Step, ...]:
    own = (PRIVATE_VOLUME, Fact("container.name"))
    return (
        When(Architecture("X86_64"), (_wrap(X86_64),)),
        When(Architecture("ARM64"), (_wrap(ARM64[_layout(options)]),)),
        UniqueEnvironment(),
        _told(options),
        AddCapability("SYS_PTRACE"),
        AddMountPoint(VOLUME, MOUNTED, read_only=True),
        When(ReadOnlyRoot(), (AddMountPoint(own, PRIVATE),)),
        DependOn(CONTAINER, "COMPLETE"),
    )


def _copy(layout: str) -> SetMember:
    line = f"chmod u+rwx {MOUNTED} && {LAYOUTS[layout]} && chmod -R a=rX {MOUNTED}"
    return SetMember("entryPoint", ["/bin/bash", "-c", line])


def _init(options: Mapping[str, Any]) -> AddContainer:
    place = (f"{PRIVATE}-", TARGET)
    opened = AppendText("entryPoint", (f" && chmod -R a=rwX {PRIVATE}-", TARGET))
    mounted = AddMountPoint((PRIVATE_VOLUME, TARGET), place)
    return AddContainer(
        CONTAINER,
        read.text(options, "sensor_image"),
        steps=(
            When(Architecture("X86_64"), (_copy("lib64"),)),
            When(Architecture("ARM64"), (_copy(_layout(options)),)),
            SetMember("user", "0:0"),
            SetMember("essential", False),
            SetMember("readonlyRootFilesystem", True),
            AddMountPoint(VOLUME, MOUNTED),
            *read.registry_and_logs(options),
            *read.sizes(options, {**read.SIZES, "startTimeout": "start_timeout"}),
        ),
        for_each_target=(When(ReadOnlyRoot(), (opened, mounted)),),
        role="init",
    )


def _warnings(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if "--provisioning-token" not in read.text(options, "falconctl_opts"):
        return ()
    said = (
        "holds a provisioning token, which stands in plain text in the task definition"
        " and in Terraform's state; give falconctl_opts_secret instead"
    )
    return (("options.falconctl_opts", said),)


_REGISTRIES = (
    "registry.crowdstrike.com",
    "registry.laggar.gcw.crowdstrike.com",
    "registry.us-gov-2.crowdstrike.mil",
)
_CID = "0123456789ABCDEF0123456789ABCDEF-00"
_SAMPLES: tuple[dict[str, Any], ...] = (
    {"cid": _CID, "start_timeout": 120},
    {"falconctl_opts_secret": "arn:aws:ssm:r:1:parameter/unnamed"},
)

AGENT = Agent(
    NAME,
    "CrowdStrike",
    "CrowdStrike Falcon Container sensor",
    Marks(
        names=(CONTAINER,),
        repositories=tuple(
            f"{host}/falcon-container/*/release/falcon-sensor" for host in _REGISTRIES
        ),
        images=("falcon-sensor", "falcon-container"),
        wraps=(
            *(_wrap(loader) for loader in (X86_64, *ARM64.values())),
            WrapEntryPoint((PATCHED_IMAGE,)),
        ),
        variables=("FALCONCTL_",),
        secrets=(OPTS,),
        ptrace=True,
        writes=PRIVATE,
        runtime_security=True,
    ),
    OPTIONS,
    recipe,
    aliases=("falcon", "falcon_sensor", "crowd_strike"),
    samples=tuple({"sensor_image": "falcon-sensor", **sample} for sample in _SAMPLES),
)
