"""Taking out what vendors' tools put in, from the text alone."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.remove import remove

Container = dict[str, Any]


TASK: dict[str, Any] = {
    "pidMode": "task",
    "volumes": [{"name": "crowdstrike-falcon-volume"}],
}


class Taken(NamedTuple):
    """What was taken out; ``task``: what is left around the containers."""

    problems: tuple[Problem, ...]
    agents: tuple[str, ...] = ()
    containers: list[Container] = []  # noqa: RUF012  (never changed)
    task: dict[str, Any] = {}  # noqa: RUF012  (as above)


def remove_unrecorded(
    containers: list[Container], agent: str = "", splits: dict[str, int] | None = None
) -> Taken:
    """Take out one agent, or whatever is there."""
    try:
        done = remove(containers, TASK, agent or None, splits)
    except Failure as failure:
        return Taken(tuple(failure.problems))
    return Taken((), done.agents, done.containers, done.task)


APP: Container = {
    "name": "web",
    "image": "shop/web:7",
    "entryPoint": ["/http_server"],
    "environment": [{"name": "MODE", "value": "shop"}],
}
PTRACE = {"capabilities": {"add": ["SYS_PTRACE"]}}


def prisma(wrapped: Container, source: str = "TwistlockDefender") -> list[Container]:
    """Give the task that Prisma Cloud's console makes of one container."""
    sidecar = {
        "name": source,
        "image": "registry.example/defender:34",
        "entryPoint": ["/usr/local/bin/defender", "fargate", "sidecar"],
    }
    app = {
        **wrapped,
        "environment": [
            *wrapped.get("environment", []),
            {"name": "TW_IMAGE_NAME", "value": "shop/web:7"},
            {"name": "TW_CONTAINER_NAME", "value": "web"},
            {"name": "DEFENDER_TYPE", "value": "fargate"},
            {"name": "FARGATE_TASK", "value": "shop"},
        ],
        "dependsOn": [{"containerName": source, "condition": "HEALTHY"}],
        "linuxParameters": PTRACE,
        "volumesFrom": [{"sourceContainer": source, "readOnly": False}],
    }
    return [sidecar, app]


@pytest.mark.parametrize(
    "launcher",
    [
        "/var/lib/twistlock/fargate/defender",
        "/var/lib/twistlock/fargate/fargate_defender.sh",
    ],
)
def test_prisma_cloud_before_the_entry_point_is_taken_out_exactly(
    launcher: str,
) -> None:
    entry_point = [launcher, "fargate", "entrypoint", "/http_server"]
    taken = remove_unrecorded(prisma({**APP, "entryPoint": entry_point}))
    assert taken.problems == ()
    assert taken.agents == ("prisma_cloud",)
    assert taken.containers == [APP]


def test_prisma_cloud_in_a_shell_command_is_taken_out_exactly() -> None:
    app = {key: value for key, value in APP.items() if key != "entryPoint"}
    line = "/var/lib/twistlock/fargate/defender fargate entrypoint php-fpm 'a b'"
    taken = remove_unrecorded(prisma({**app, "command": ["/bin/sh", "-c", line]}))
    assert taken.problems == ()
    assert taken.containers == [{**app, "command": ["php-fpm", "a b"]}]


def test_a_shell_line_that_is_no_quoted_argv_is_not_guessed() -> None:
    line = "/var/lib/twistlock/fargate/defender fargate entrypoint php-fpm && true"
    taken = remove_unrecorded(prisma({**APP, "command": ["/bin/sh", "-c", line]}))
    assert [problem.address for problem in taken.problems] == [
        "container_definitions[1].command"
    ]


def sysdig(app: Container, name: str = "SysdigInstrumentation") -> list[Container]:
    """Give the task that Sysdig's provider makes of one container."""
    return [
        {
            **app,
            "environment": [
                *app.get("environment", []),
                {"name": "SYSDIG_COLLECTOR", "value": "c.example"},
                {"name": "__INSTRUMENTATION_WRAPPER", "value": "x"},
            ],
            "secrets": [{"name": "SYSDIG_ACCESS_KEY", "valueFrom": "arn:k"}],
            "linuxParameters": {**PTRACE, "initProcessEnabled": True},
            "volumesFrom": [{"sourceContainer": name, "readOnly": True}],
        },
        {
            "name": name,
            "image": "quay.io/sysdig/workload-agent:6.2.1",
            "entryPoint": ["/opt/draios/bin/logwriter"],
        },
    ]


def test_sysdig_that_kept_the_command_is_taken_out_exactly() -> None:
    entry_point = ["/opt/draios/bin/instrument", "/http_server"]
    taken = remove_unrecorded(sysdig({**APP, "entryPoint": entry_point}))
    assert taken.problems == ()
    assert "pidMode" not in taken.task
    assert taken.containers == [
        {**APP, "linuxParameters": {"initProcessEnabled": True}}
    ]


def test_sysdig_that_moved_the_entry_point_says_what_is_missing() -> None:
    app = {**APP, "entryPoint": ["/opt/draios/bin/instrument"], "command": ["/a", "b"]}
    taken = remove_unrecorded(sysdig(app))
    (problem,) = taken.problems
    assert "2 items" in problem.message
    assert "--entry-point-items web=N" in problem.fixes[0]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_sysdig_that_moved_the_entry_point_is_taken_out_once_told(count: int) -> None:
    app = {**APP, "entryPoint": ["/opt/draios/bin/instrument"], "command": ["/a", "b"]}
    taken = remove_unrecorded(sysdig(app), splits={"web": count})
    assert taken.problems == ()
    (web,) = taken.containers
    assert web.get("entryPoint", []) == ["/a", "b"][:count]
    assert web.get("command", []) == ["/a", "b"][count:]


@pytest.mark.parametrize("count", [-1, 3])
def test_a_count_that_cannot_be_is_refused(count: int) -> None:
    app = {**APP, "entryPoint": ["/opt/draios/bin/instrument"], "command": ["/a", "b"]}
    assert remove_unrecorded(sysdig(app), splits={"web": count}).problems


def test_crowdstrike_is_taken_out_with_its_init_container() -> None:
    root = "/tmp/CrowdStrike/rootfs"  # noqa: S108  (the vendor's own path)
    app = {
        **APP,
        "entryPoint": [
            f"{root}/lib64/ld-linux-x86-64.so.2",
            "--library-path",
            f"{root}/lib64",
            f"{root}/bin/bash",
            f"{root}/entrypoint-ecs.sh",
            "/http_server",
        ],
        "environment": [*APP["environment"], {"name": "FALCONCTL_OPTS", "value": "-"}],
        "linuxParameters": PTRACE,
        "mountPoints": [
            {
                "sourceVolume": "crowdstrike-falcon-volume",
                "containerPath": "/tmp/CrowdStrike",  # noqa: S108  (as above)
            }
        ],
        "dependsOn": [
            {
                "containerName": "crowdstrike-falcon-init-container",
                "condition": "COMPLETE",
            }
        ],
    }
    init = {
        "name": "crowdstrike-falcon-init-container",
        "image": "registry.example/falcon-sensor:7",
        "essential": False,
    }
    taken = remove_unrecorded([init, app])
    assert taken.problems == ()
    assert taken.containers == [APP]
    assert "volumes" not in taken.task


def test_only_the_agent_that_is_named_is_taken_out() -> None:
    entry_point = ["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", "/s"]
    task = prisma({**APP, "entryPoint": entry_point})
    assert remove_unrecorded(task, agent="sysdig").containers == task


def test_what_no_agent_touched_comes_back_as_it_is() -> None:
    other = {"name": "db", "image": "db", "linuxParameters": PTRACE}
    taken = remove_unrecorded([APP, other])
    assert taken.containers == [APP, other]
    assert taken.agents == ()


def test_an_application_beside_an_agent_keeps_its_own_capability() -> None:
    other = {"name": "tracer", "image": "tracer", "linuxParameters": PTRACE}
    entry_point = ["/opt/draios/bin/instrument", "/http_server"]
    taken = remove_unrecorded([*sysdig({**APP, "entryPoint": entry_point}), other])
    assert taken.containers[-1] == other
