"""Options, wrapping, merging and upgrades, point by point: agent ``prisma_cloud``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.program import ARN, Run, instrument

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
HEALTHY = "/var/lib/twistlock/fargate/defender"
START = "/var/lib/twistlock/fargate/fargate_defender.sh"
PREFIX = [HEALTHY, "fargate", "entrypoint"]
BUNDLE = "bundle-0123456789"
PLAIN = {"install_bundle_secret": ..., "install_bundle": BUNDLE}


def prisma(containers: Any, **more: Any) -> Run:
    return instrument("prisma_cloud", containers, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


def names(container: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in container["environment"]]


# Options


@pytest.mark.parametrize("option", ["defender_image", "ws_address"])
@pytest.mark.parametrize("value", [..., "", " "])
def test_image_and_address_are_needed(option: str, value: Any) -> None:
    failure = prisma(web(), options={option: value}).failure
    assert failure.startswith(f"options.{option}: ")


@pytest.mark.parametrize(
    "address", ["https://x:443", "wss://x", "wss://", "x:443", "wss://x:443/p"]
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    failure = prisma(web(), options={"ws_address": address}).failure
    assert "wss://<host>:<port>" in failure


@pytest.mark.parametrize(
    "options",
    [{"install_bundle_secret": ...}, {"install_bundle": BUNDLE}],
    ids=["neither", "both"],
)
def test_exactly_one_bundle_is_needed(options: dict[str, Any]) -> None:
    failure = prisma(web(), options=options).failure
    assert failure.startswith("options.install_bundle")
    assert BUNDLE not in failure


def test_the_bundle_as_a_secret() -> None:
    done = prisma(web())
    defender = done.containers[1]
    assert names(defender)[0] == "DEFENDER_TYPE"
    assert defender["secrets"] == [{"name": "INSTALL_BUNDLE", "valueFrom": ARN}]
    assert done.result["secret_arns"] == [ARN]
    assert done.result["warnings"] == []


def test_the_bundle_in_plain_text_comes_first_with_a_warning() -> None:
    done = prisma(web(), options=PLAIN)
    defender = done.containers[1]
    assert defender["environment"][0] == {"name": "INSTALL_BUNDLE", "value": BUNDLE}
    assert names(defender)[3] == "WS_ADDRESS"
    assert "secrets" not in defender
    (warning,) = done.result["warnings"]
    assert warning.startswith("options.install_bundle: ")
    assert BUNDLE not in warning


@pytest.mark.parametrize("given", [True, "true"])
@pytest.mark.parametrize("option", ["filesystem_monitoring", "fips_enabled"])
def test_switches_stand_on_application_and_defender(option: str, given: Any) -> None:
    for container in prisma(web(), options={option: given}).containers:
        pair = {"name": option.upper(), "value": "true"}
        assert pair in container["environment"]


@pytest.mark.parametrize("option", ["filesystem_monitoring", "fips_enabled"])
def test_the_start_generation_has_no_switches(option: str) -> None:
    start = {"defender_generation": "start"}
    failure = prisma(web(), options={**start, option: True}).failure
    assert failure.startswith(f"options.{option}: ")
    made = prisma(web(), options={**start, option: False}).containers
    assert names(made[0])[-1] == "FARGATE_TASK"


@pytest.mark.parametrize("option", ["wrap", "defender_generation"])
def test_closed_sets_name_their_values(option: str) -> None:
    failure = prisma(web(), options={option: "other"}).failure
    assert failure.startswith(f'options.{option}: is "other", one of ')


@pytest.mark.parametrize("grouped", [False, True])
def test_sizes_and_essential_alone_or_grouped(grouped: bool) -> None:
    sizes = {"essential": False, "cpu": "64", "memory": 128, "memory_reservation": 0}
    options = {"sidecar": sizes} if grouped else sizes
    defender = prisma(web(), options=options).containers[1]
    assert defender["essential"] is False
    assert (defender["cpu"], defender["memory"]) == (64, 128)
    assert "memoryReservation" not in defender


@pytest.mark.parametrize("member", ["essential", "cpu", "memory", "memory_reservation"])
def test_a_member_given_in_both_places_is_refused(member: str) -> None:
    value = True if member == "essential" else 64
    options = {member: value, "sidecar": {member: value}}
    failure = prisma(web(), options=options).failure
    assert failure.startswith(f"options.sidecar.{member}: ")


def test_essential_is_written_by_default() -> None:
    assert prisma(web()).containers[1]["essential"] is True


@pytest.mark.parametrize("task", [{}, {"family": ""}, {"family": None}, {"cpu": 256}])
def test_the_family_is_needed_and_asked_for(task: dict[str, Any]) -> None:
    failure = prisma(web(), task=task).failure
    assert failure.startswith("task.family: ")
    assert "FARGATE_TASK" in failure


def test_the_family_of_a_whole_task_definition_is_taken() -> None:
    document = {
        "Family": "mine",
        "Memory": "1024",
        "ExecutionRoleArn": "arn:aws:iam::111122223333:role/run",
        "ContainerDefinitions": web(),
    }
    made = prisma(document, task={}).containers
    assert {"name": "FARGATE_TASK", "value": "mine"} in made[0]["environment"]


@pytest.mark.parametrize("told", [True, False])
def test_what_a_whole_task_definition_does_not_say_it_has_not(told: bool) -> None:
    """A list of containers leaves the execution role unknown; a whole one has none."""
    document = {"family": "mine", "memory": "1024", "containerDefinitions": web()}
    if told:
        failure = prisma(document, task={}).failure
        assert "the task has no execution role" in failure
        assert "container_definitions[1].secrets: " in failure
    else:
        assert prisma(web()).result["errors"] == []


def test_what_the_result_says_of_the_task() -> None:
    log = {"logDriver": "splunk", "secretOptions": [{"name": "t", "valueFrom": "s"}]}
    options = {"image_auth_secret": f"{ARN}-quay", "log_configuration": log}
    done = prisma(web(), options=options)
    assert done.result["pid_mode"] == ""
    assert done.result["volumes"] == []
    assert done.result["secret_arns"] == [ARN, f"{ARN}-quay", "s"]
    assert done.containers[1]["logConfiguration"] == log


def test_without_a_log_configuration_there_is_no_such_member() -> None:
    defender = prisma(web()).containers[1]
    assert {"logConfiguration", "portMappings", "cpu"}.isdisjoint(defender)


@pytest.mark.parametrize("version", ["1.3.0", "1.0.0"])
def test_an_old_platform_version_is_refused(version: str) -> None:
    task = {"family": "web", "platform_version": version}
    assert prisma(web(), task=task).failure.startswith("task.platform_version: ")


def test_arm64_warns_and_windows_is_refused() -> None:
    arm = {"family": "web", "runtime_platform": {"cpu_architecture": "ARM64"}}
    (warning,) = prisma(web(), task=arm).result["warnings"]
    assert warning.startswith("task.runtime_platform.cpu_architecture: ")
    platform = {"operating_system_family": "WINDOWS_SERVER_2019_CORE"}
    windows = {"family": "web", "runtime_platform": platform}
    assert "operating_system_family" in prisma(web(), task=windows).failure


# Wrapping

IMAGES = {
    "both": {"Entrypoint": ["/i"], "Cmd": ["d", "e"]},
    "entry": {"Entrypoint": ["/i"]},
    "cmd": {"Cmd": ["/d"]},
    "none": {},
}


@pytest.mark.parametrize("generation", ["healthy", "start"])
@pytest.mark.parametrize(
    ("task", "image", "entry_point", "command"),
    [
        ({"entryPoint": ["/e"]}, None, ["/e"], None),
        ({"entryPoint": ["/e"], "command": ["c"]}, None, ["/e"], ["c"]),
        ({"entryPoint": ["sh", "-c"], "command": ["a b"]}, None, ["sh", "-c"], ["a b"]),
        ({"command": ["c"]}, "both", ["/i"], ["c"]),
        ({"command": ["c"]}, "none", [], ["c"]),
        ({"command": ["c"], "entryPoint": []}, "cmd", [], ["c"]),
        ({}, "both", ["/i"], ["d", "e"]),
        ({}, "entry", ["/i"], None),
        ({}, "cmd", [], ["/d"]),
        ({"entryPoint": None, "command": None}, "cmd", [], ["/d"]),
    ],
)
def test_wrap_entry_point(
    task: dict[str, Any],
    image: str | None,
    entry_point: list[str],
    command: list[str] | None,
    generation: str,
) -> None:
    configs = {"web:1": IMAGES[image]} if image else {}
    made = prisma(
        [{"name": "web", "image": "web:1", **task}],
        image_configs=configs,
        options={"defender_generation": generation},
    ).containers[0]
    launcher = START if generation == "start" else HEALTHY
    assert made["entryPoint"] == [launcher, "fargate", "entrypoint", *entry_point]
    assert made.get("command") == command


@pytest.mark.parametrize("wrap", ["entry_point", "command"])
def test_nothing_to_run_is_refused(wrap: str) -> None:
    container = [{"name": "web", "image": "web:1"}]
    options = {"wrap": wrap}
    assert "is not known" in prisma(container, options=options).failure
    known = prisma(container, options=options, image_configs={"web:1": {}})
    assert "web" in known.failure


@pytest.mark.parametrize(
    ("task", "image", "argv"),
    [
        ({"command": ["php-fpm"]}, None, "php-fpm"),
        ({"command": ["a b", ""]}, None, "'a b' ''"),
        ({"command": ["it's", "$X", "*"]}, None, "'it'\"'\"'s' '$X' '*'"),
        ({"command": ["A9@%+=:,./_-"]}, None, "A9@%+=:,./_-"),
        ({"command": ["é"]}, None, "'é'"),
        ({}, "both", "d e"),
        ({"entryPoint": ["/tini", "--"], "command": ["x"]}, None, "x"),
    ],
)
def test_wrap_command(task: dict[str, Any], image: str | None, argv: str) -> None:
    configs = {"web:1": IMAGES[image]} if image else {}
    container = {"name": "web", "image": "web:1", **task}
    made = prisma([container], image_configs=configs, options={"wrap": "command"})
    line = f"{HEALTHY} fargate entrypoint {argv}"
    assert made.containers[0]["command"] == ["/bin/sh", "-c", line]
    assert made.containers[0].get("entryPoint") == task.get("entryPoint")


@pytest.mark.parametrize(
    ("task", "image"),
    [
        ({"entryPoint": ["/e"]}, None),
        ({"entryPoint": ["sh", "-c"], "command": ["x"]}, None),
        ({}, "entry"),
    ],
)
def test_wrap_command_refuses_what_it_cannot_wrap(
    task: dict[str, Any], image: str | None
) -> None:
    configs = {"web:1": IMAGES[image]} if image else {}
    container = {"name": "web", "image": "web:1", **task}
    made = prisma([container], image_configs=configs, options={"wrap": "command"})
    assert 'use wrap = "entry_point"' in made.failure


# Merging


def test_the_users_variables_come_first_and_ours_in_order() -> None:
    own = [{"name": "Z", "value": "1"}, {"name": "A", "value": "2"}]
    made = prisma(web(environment=own)).containers[0]
    assert names(made) == [
        "Z",
        "A",
        "TW_IMAGE_NAME",
        "TW_CONTAINER_NAME",
        "DEFENDER_TYPE",
        "FARGATE_TASK",
        "FILESYSTEM_MONITORING",
        "FIPS_ENABLED",
    ]


def test_a_variable_of_ours_is_overwritten_in_place_with_a_warning() -> None:
    own = [{"name": "FARGATE_TASK", "value": "other"}, {"name": "A", "value": "2"}]
    done = prisma(web(environment=own))
    assert done.containers[0]["environment"][0]["value"] == "web"
    (warning,) = done.result["warnings"]
    assert warning.startswith("container_definitions[0].environment[0]: ")


def test_a_variable_of_ours_among_the_secrets_is_refused() -> None:
    secrets = [{"name": "FARGATE_TASK", "valueFrom": ARN}]
    failure = prisma(web(secrets=secrets), checks="off").failure
    assert failure.startswith("container_definitions[0].secrets: ")
    assert "FARGATE_TASK" in failure


def test_dependencies_are_appended_and_the_condition_is_ours() -> None:
    own = [
        {"containerName": "TwistlockDefender", "condition": "START"},
        {"containerName": "db", "condition": "START"},
    ]
    made = prisma(web(dependsOn=own), checks="off").containers[0]["dependsOn"]
    assert made == [{**own[0], "condition": "HEALTHY"}, own[1]]


def test_a_cycle_through_the_defender_is_refused() -> None:
    defender = {
        "name": "TwistlockDefender",
        "image": "d:1",
        "entryPoint": ["/usr/local/bin/defender"],
        "dependsOn": [{"containerName": "web", "condition": "START"}],
    }
    failure = prisma([defender, WEB], checks="off").failure
    assert failure.startswith("container_definitions[0].dependsOn[0]: ")


def test_linux_parameters_are_merged_deeply() -> None:
    own = {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    made = prisma(web(linuxParameters=own)).containers[0]["linuxParameters"]
    capabilities = {"add": ["SYS_PTRACE"], "drop": ["ALL"]}
    assert made == {"initProcessEnabled": True, "capabilities": capabilities}


def test_a_dropped_capability_is_refused() -> None:
    own = {"capabilities": {"drop": ["SYS_PTRACE"]}}
    assert "drops SYS_PTRACE" in prisma(web(linuxParameters=own)).failure


@pytest.mark.parametrize(("there", "warned"), [({}, False), ({"readOnly": True}, True)])
def test_a_mount_that_is_there_becomes_writable(
    there: dict[str, Any], warned: bool
) -> None:
    entry = {"sourceContainer": "TwistlockDefender", **there}
    done = prisma(web(volumesFrom=[entry]))
    (made,) = done.containers[0]["volumesFrom"]
    assert made.get("readOnly", False) is False
    assert bool(done.result["warnings"]) is warned


def test_everything_else_is_unchanged() -> None:
    members = {
        "readonlyRootFilesystem": True,
        "dockerLabels": {"Team": "A"},
        "portMappings": [{"containerPort": 80}],
        "healthCheck": {"command": ["CMD", "true"]},
    }
    made = prisma(web(**members)).containers[0]
    assert {key: made[key] for key in members} == members


# Protected already

DEFENDER = {
    "name": "TwistlockDefender",
    "image": "old:1",
    "entryPoint": ["/usr/local/bin/defender", "fargate", "sidecar"],
    "environment": [
        {"name": "INSTALL_BUNDLE", "value": "old"},
        {"name": "DEBUG", "value": "true"},
    ],
    "essential": False,
    "cpu": 10,
}
WRAPS: dict[str, dict[str, Any]] = {
    "entryPoint": {"entryPoint": [START, "fargate", "entrypoint", "/web"]},
    "command": {"command": ["/bin/sh", "-c", f"{START} fargate entrypoint web"]},
}


@pytest.mark.parametrize("wrap", ["entry_point", "command"])
@pytest.mark.parametrize("member", WRAPS)
@pytest.mark.parametrize("at", [0, 1])
def test_an_old_task_is_upgraded_in_place(member: str, wrap: str, at: int) -> None:
    app = {"name": "web", "image": "web:1", **WRAPS[member]}
    before = [app, DEFENDER] if at else [DEFENDER, app]
    done = prisma(before, options={"wrap": wrap}, checks="off")
    assert len(done.containers) == 2
    made, defender = done.containers[1 - at], done.containers[at]
    new = [item.replace(START, HEALTHY) for item in WRAPS[member][member]]
    assert made[member] == new
    assert {"entryPoint", "command"} & {*made} == {member}
    assert made["dependsOn"][0]["condition"] == "HEALTHY"
    assert defender["image"] != "old:1"
    assert "healthCheck" in defender
    assert (defender["essential"], defender["cpu"]) == (False, 10)
    assert {"name": "DEBUG", "value": "true"} in defender["environment"]
    assert "INSTALL_BUNDLE" not in names(defender)
    assert any("INSTALL_BUNDLE" in w for w in done.result["warnings"])


def test_the_path_is_switched_back_to_the_start_generation() -> None:
    app = {**WEB, "entryPoint": [*PREFIX, "/web"]}
    made = prisma([app], options={"defender_generation": "start"}).containers[0]
    assert made["entryPoint"] == [START, "fargate", "entrypoint", "/web"]


@pytest.mark.parametrize(
    "other",
    [{"entryPoint": ["/bin/mine"]}, {"image": "mine:1"}, {"command": ["x"]}],
)
def test_another_container_of_the_defenders_name_is_to_be_renamed(
    other: dict[str, Any],
) -> None:
    container = {"name": "TwistlockDefender", "image": "m:1", **other}
    failure = prisma([WEB, container], checks="off").failure
    assert "container_definitions[1].name: " in failure
    assert "rename it" in failure


@pytest.mark.parametrize("member", ["entryPoint", "command"])
@pytest.mark.parametrize("value", ["x", 5, {}, [5], [None]])
def test_what_is_no_list_of_strings_is_refused(member: str, value: Any) -> None:
    failure = prisma(web(**{member: value})).failure
    assert failure.startswith(f"container_definitions[0].{member}")


def test_a_second_run_changes_nothing() -> None:
    once = prisma(web())
    twice = prisma(once.containers)
    assert twice.containers == once.containers
    assert twice.result["warnings"] == []
