"""Realistic asks: task definitions of every shape, image configurations, options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from fargate_instrument.core.ecs_model import ENUMS, SHAPES
from tests.program import (
    ARN,
    CROWDSTRIKE,
    DATADOG,
    OPTIONS,
    PRISMA_CLOUD,
    SYSDIG,
)

if TYPE_CHECKING:
    from collections.abc import Callable

AGENTS = tuple(sorted(OPTIONS))
NAMES = ("api", "worker", "db-1", "Web_2", "x", "migrate")
IMAGES = ("one:1", "two:2", "registry.example/three@sha256:" + "a" * 64)
VARIABLES = ("A", "B_2", "PATH", "SYSDIG_PRIORITY", "DEFENDER_TYPE", "FARGATE_TASK")
TOUCHED = {
    "name",
    "image",
    "entryPoint",
    "command",
    "environment",
    "secrets",
    "dependsOn",
    "volumesFrom",
    "mountPoints",
    "linuxParameters",
    "dockerLabels",
    "logConfiguration",
    "firelensConfiguration",
}
"""Members that get a strategy of their own; all others follow from ECS's shape."""

texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12
) | st.sampled_from(["", " ", "null", "a && b", '"quoted"', "${X}", "-c", "é\u2028"])
words = st.from_regex(r"[a-zA-Z0-9/_.-]{1,10}", fullmatch=True)
numbers = st.integers(0, 4096) | st.sampled_from([2**31 - 1, 2**53 + 1, 10**30, -5])
argvs = st.lists(texts, min_size=1, max_size=4)
json_values = st.recursive(
    st.booleans() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
    ),
    max_leaves=5,
)


def of_type(kind: Any, owner: str = "", member: str = "") -> st.SearchStrategy[Any]:
    """Make values of a type as ``ecs_model`` writes types."""
    if isinstance(kind, list):
        return st.lists(of_type(kind[0], owner, member), max_size=2)
    if isinstance(kind, dict):
        return st.dictionaries(texts, of_type(kind["*"]), max_size=2)
    if kind in SHAPES:
        members = {
            name: of_type(inner, kind, name) for name, inner in SHAPES[kind].items()
        }
        return st.fixed_dictionaries({}, optional=members)
    if kind == "boolean":
        return st.booleans()
    if kind in ("integer", "long"):
        return numbers
    known = ENUMS.get(owner, {}).get(member)
    return st.sampled_from(sorted(known)) if known else words


def entries(key: str, names: st.SearchStrategy[str], **more: Any) -> Any:
    """Make a list of objects told apart by a name."""
    one = st.fixed_dictionaries({key: names}, optional=more)
    return st.lists(one, max_size=3, unique_by=lambda entry: entry[key])


OTHERS = {
    member: of_type(kind, "ContainerDefinition", member)
    for member, kind in SHAPES["ContainerDefinition"].items()
    if member not in TOUCHED
}
some_of_the_others = st.lists(
    st.sampled_from(sorted(OTHERS)), max_size=4, unique=True
).flatmap(lambda chosen: st.fixed_dictionaries({name: OTHERS[name] for name in chosen}))

linux_parameters = st.fixed_dictionaries(
    {},
    optional={
        "initProcessEnabled": st.booleans(),
        "sharedMemorySize": numbers,
        "capabilities": st.fixed_dictionaries(
            {},
            optional={
                "add": st.lists(
                    st.sampled_from(["SYS_PTRACE", "NET_ADMIN"]),
                    max_size=2,
                    unique=True,
                ),
                "drop": st.lists(
                    st.sampled_from(["ALL", "NET_RAW", "CHOWN"]),
                    max_size=2,
                    unique=True,
                ),
            },
        ),
    },
)
environments = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(VARIABLES), "value": texts},
        optional={"note": st.just("kept")},
    ),
    max_size=4,
)
touched = st.fixed_dictionaries(
    {},
    optional={
        "entryPoint": argvs,
        "command": argvs,
        "environment": environments,
        "secrets": entries(
            "name", st.sampled_from(["S1", "S2"]), valueFrom=st.just(ARN)
        ),
        "dependsOn": entries(
            "containerName",
            st.sampled_from(["aside", "aside2"]),
            condition=st.sampled_from(["START", "HEALTHY"]),
        ),
        "volumesFrom": entries(
            "sourceContainer",
            st.sampled_from(["aside", "aside2"]),
            readOnly=st.booleans(),
        ),
        "linuxParameters": linux_parameters,
        "dockerLabels": st.dictionaries(texts, texts, max_size=2),
        "logConfiguration": st.just({"logDriver": "json-file"}),
        "mountPoints": entries(
            "containerPath",
            st.sampled_from(["/data", "/tmp/x"]),  # noqa: S108  (a path in a container)
            sourceVolume=st.just("data"),
            readOnly=st.booleans(),
        ),
        "x-future": json_values,
    },
)


def applications(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Make an application container, canonical and without nulls."""
    return st.builds(
        lambda image, own, more: {**more, **own, "name": name, "image": image},
        st.sampled_from(
            ["one:1", "two:2", "registry.example/three@sha256:" + "a" * 64]
        ),
        touched,
        some_of_the_others,
    )


ASIDE = (
    {
        "name": "log_router",
        "image": "fluent:1",
        "essential": True,
        "firelensConfiguration": {"type": "fluentbit", "options": {"Mixed-Case": "1"}},
    },
    {"name": "datadog-agent", "image": "public.ecr.aws/datadog/agent:7"},
    {"name": "xray", "image": "public.ecr.aws/xray/aws-xray-daemon:3", "cpu": 10},
)
"""Containers that are nobody's target unless included."""

ROUTED = {
    "logDriver": "awsfirelens",
    "options": {"Name": "x", "lower-Case": "y"},
}


def _beside(apps: Any, aside: list[Any]) -> list[Any]:
    """Put containers beside applications, one of which uses a router that is there."""
    first, *rest = apps
    if any("firelensConfiguration" in container for container in aside):
        first = {**first, "logConfiguration": ROUTED}
    return [first, *rest, *aside]


documents = st.lists(
    st.sampled_from(NAMES), min_size=1, max_size=3, unique=True
).flatmap(
    lambda names: st.builds(
        _beside,
        st.tuples(*(applications(name) for name in names)),
        st.lists(st.sampled_from(ASIDE), max_size=2, unique_by=lambda c: c["name"]),
    )
)

SYSDIG_OLD = [
    {
        "name": "old",
        "image": "one:1",
        "entryPoint": ["/opt/draios/bin/instrument"],
        "command": ["/old", "-x"],
        "volumesFrom": [{"sourceContainer": "SysdigInstrumentation", "readOnly": True}],
        "environment": [{"name": "SYSDIG_LOGGING", "value": "debug"}],
    },
    {
        "name": "SysdigInstrumentation",
        "image": "quay.io/sysdig/workload-agent:5.0.0",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "environment": [{"name": "SYSDIG_COLLECTOR", "value": "old"}],
        "cpu": 12,
    },
]
PRISMA_OLD = [
    {
        "name": "TwistlockDefender",
        "image": "defender:old",
        "entryPoint": ["/usr/local/bin/defender", "fargate", "sidecar"],
        "environment": [{"name": "DEBUG", "value": "true"}],
    },
    {
        "name": "old",
        "image": "one:1",
        "command": [
            "/bin/sh",
            "-c",
            "/var/lib/twistlock/fargate/fargate_defender.sh fargate entrypoint old",
        ],
    },
]
OLD = {"sysdig": SYSDIG_OLD, "prisma_cloud": PRISMA_OLD}
"""Agent -> containers that the vendor's tools have instrumented already."""

image_configs = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries(
            {"Entrypoint": argvs},
            optional={"Cmd": argvs, "Env": st.just(["A=1"]), "Architecture": words},
        )
        for name in (*IMAGES, *(container["image"] for container in ASIDE))
    }
)

awslogs = st.just({"group": "g", "stream_prefix": "p", "region": "r"})
splunk = st.just(
    {
        "logDriver": "splunk",
        "options": {"splunk-url": "https://splunk.example"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": f"{ARN}-log"}],
    }
)
sizes = st.integers(0, 4096) | st.integers(1, 4096).map(str)
flags = st.booleans() | st.sampled_from(["true", "false"])
sysdig_options = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in SYSDIG.items()},
        "workload_agent_image": st.sampled_from(["agent:1", "q.example/agent:2"]),
    },
    optional={
        "collector_port": st.sampled_from([6443, "6443", ""]),
        "image_auth_secret": st.just(f"{ARN}-auth"),
        "orchestrator_host": st.sampled_from(["", "orchestrator.example"]),
        "orchestrator_port": st.sampled_from([6667, "6667"]),
        "sysdig_logging": st.sampled_from(["info", "debug", ""]),
        "log_configuration": awslogs | splunk,
        "sidecar": st.sampled_from(["auto", "force", ""]),
        "priority": st.sampled_from(["availability", "security", ""]),
        "instrumentation_essential": flags,
        "instrumentation_cpu": sizes,
        "instrumentation_memory_limit": st.just(512),
        "instrumentation_memory_reservation": st.just("256"),
    },
)
exact_options = st.fixed_dictionaries(
    {
        "workload_agent_image": st.just("agent:1"),
        "compatibility": st.just("provider-v3"),
    },
    optional={
        "sysdig_access_key": st.just("key-0123456789"),
        "collector_host": words,
        "collector_port": words,
        "sysdig_logging": words,
        "log_configuration": awslogs,
        "priority": st.sampled_from(["availability", "security"]),
    },
)
prisma_options = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in PRISMA_CLOUD.items()},
        "defender_image": st.sampled_from(["defender:1", "defender:2"]),
    },
    optional={
        "image_auth_secret": st.just(f"{ARN}-auth"),
        "defender_generation": st.sampled_from(["healthy", "start", ""]),
        "log_configuration": awslogs | splunk,
        "sidecar": st.fixed_dictionaries(
            {},
            optional={
                "essential": flags,
                "cpu": sizes,
                "memory": st.just(512),
                "memory_reservation": st.just("256"),
            },
        ),
    },
)
crowdstrike_options = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in CROWDSTRIKE.items()},
        "sensor_image": st.sampled_from(["falcon-sensor:1", "falcon-sensor:2"]),
    },
    optional={
        "falconctl_opts": st.sampled_from(["", "--tags=a,b", "--billing=metered"]),
        "arm64_layout": st.sampled_from(["lib64", "lib", ""]),
        "image_auth_secret": st.just(f"{ARN}-auth"),
        "log_configuration": awslogs | splunk,
        "cpu": sizes,
        "start_timeout": st.sampled_from([0, 2, "120"]),
    },
)
datadog_options = st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in DATADOG.items()},
        "agent_image": st.sampled_from(["datadog/agent:1", "q/datadog/agent:2"]),
    },
    optional={
        **dict.fromkeys(("env", "service", "version"), st.sampled_from(["", "a", "b"])),
        **dict.fromkeys(("socket", "apm", "dogstatsd", "wait_for_agent"), flags),
        **dict.fromkeys(("profiling", "readonly_root_filesystem", "essential"), flags),
        **dict.fromkeys(("log_collection", "keep_log_configuration"), flags),
        "tags": st.just(["team:a"]),
        "pid_mode": st.sampled_from(["task", "none", ""]),
        "log_configuration": awslogs | splunk,
        "memory": st.just(512),
    },
) | st.fixed_dictionaries(
    {
        **{name: st.just(value) for name, value in DATADOG.items()},
        "cws": st.just(True),
        "cws_image": st.sampled_from(
            ["x/cws-instrumentation:1", "cws-instrumentation:2"]
        ),
    },
    optional={"socket": flags, "log_collection": flags, "version": words},
)
options = {
    "crowdstrike": crowdstrike_options,
    "datadog": datadog_options,
    "prisma_cloud": prisma_options,
    "sysdig": sysdig_options,
}
"""Agent -> options that it takes and that put a record into the definition."""


def queries(
    agent: str, containers: st.SearchStrategy[Any] = documents, **more: Any
) -> st.SearchStrategy[dict[str, Any]]:
    """Make whole queries that ought to succeed; values are plain JSON."""
    return st.fixed_dictionaries(
        {
            "agent": st.just(agent),
            "options": options[agent],
            "container_definitions": containers,
            "image_configs": image_configs,
            "task": st.just({"family": "web"}),
            "checks": st.just("off"),
            **{key: st.just(value) for key, value in more.items()},
        }
    )


def recased(value: Any, flip: Callable[[], bool], users: bool = False) -> Any:
    """Write some members with a capital, and put nulls beside them."""
    if isinstance(value, list):
        return [recased(item, flip, users) for item in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, item in value.items():
        known = not users and key in ALL_MEMBERS
        name = key[:1].upper() + key[1:] if known and flip() else key
        made[name] = recased(item, flip, users or not known or key in USER_MAPS)
    if not users and flip():
        made["hostname" if "hostname" not in made else "x-null"] = None
    return made


USER_MAPS = ("dockerLabels", "options", "x-future")
ALL_MEMBERS = {member for shape in SHAPES.values() for member in shape}
