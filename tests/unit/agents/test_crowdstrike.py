"""Options, wrapping, volumes and upgrades, point by point: agent ``crowdstrike``.

Expectations are facts of the vendor's published before and after of its patching
utility (CrowdStrike/Container-Security, ``aws-ecs``), of its Terraform module, and of
a published task definition with sensor 7.34 on ARM64.
"""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.remove import remove
from tests.program import ARN, CROWDSTRIKE, Run, asked, instrument, run

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["sh", "-c"]}
INIT = "crowdstrike-falcon-init-container"
VOLUME = "crowdstrike-falcon-volume"
ROOT = "/tmp/CrowdStrike"  # noqa: S108  (a path in a container)
FILES = f"{ROOT}/rootfs"
REST = [
    "--library-path",
    f"{FILES}/lib64",
    f"{FILES}/bin/bash",
    f"{FILES}/entrypoint-ecs.sh",
]
X86_64 = [f"{FILES}/lib64/ld-linux-x86-64.so.2", *REST]
COPY = f"cp -r /bin /etc /lib64 /usr /entrypoint-ecs.sh {FILES}"
LINE = f"chmod u+rwx {ROOT} && mkdir {FILES} && {COPY} && chmod -R a=rX {ROOT}"
ARM = {"runtime_platform": {"cpu_architecture": "ARM64"}}
HIDDEN = "secret-0123456789"


def falcon(containers: Any, **more: Any) -> Run:
    return instrument("crowdstrike", containers, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


def mounts(container: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {
        entry["containerPath"]: (entry["sourceVolume"], entry["readOnly"])
        for entry in container["mountPoints"]
    }


# Options


@pytest.mark.parametrize("value", [..., "", " "])
def test_an_image_is_needed(value: Any) -> None:
    failure = falcon(web(), options={"sensor_image": value}).failure
    assert failure.startswith("options.sensor_image: ")


def test_a_customer_id_is_needed() -> None:
    assert falcon(web(), options={"cid": ...}).failure.startswith(
        "options.cid: is need"
    )


@pytest.mark.parametrize("cid", ["x", "0" * 32, f"{'0' * 32}-0", f"{'g' * 32}-00"])
def test_a_customer_id_has_a_checksum(cid: str) -> None:
    assert "with its checksum" in falcon(web(), options={"cid": cid}).failure


def test_options_of_the_sensor_follow_the_customer_id() -> None:
    more = {"falconctl_opts": "--tags=web,prod --billing=metered"}
    app = falcon(web(), options=more).containers[0]
    value = f"--cid={CROWDSTRIKE['cid']} --tags=web,prod --billing=metered"
    assert app["environment"] == [{"name": "FALCONCTL_OPTS", "value": value}]


def test_the_customer_id_is_not_given_twice() -> None:
    failure = falcon(web(), options={"falconctl_opts": "--cid=x"}).failure
    assert failure.startswith("options.falconctl_opts: holds --cid")


def test_a_provisioning_token_in_plain_text_is_warned_of_and_not_shown() -> None:
    more = {"falconctl_opts": f"--provisioning-token={HIDDEN}"}
    result = falcon(web(), options=more).result
    assert any("falconctl_opts_secret" in text for text in result["warnings"])
    assert not any(HIDDEN in text for text in result["warnings"])
    assert HIDDEN not in falcon(web(image=1), options=more).failure


def test_all_options_from_one_secret() -> None:
    more = {"cid": ..., "falconctl_opts_secret": ARN}
    result = falcon(web(), options=more).result
    app = result["container_definitions"][0]
    assert app["secrets"] == [{"name": "FALCONCTL_OPTS", "valueFrom": ARN}]
    assert "environment" not in app
    assert result["secret_arns"] == [ARN]
    statement = result["policies"]["execution_role"][0]
    assert statement["Action"] == ["secretsmanager:GetSecretValue"]
    assert result["policies"]["task_role"] == []


@pytest.mark.parametrize("name", ["cid", "falconctl_opts"])
def test_a_secret_stands_alone(name: str) -> None:
    cid = {"cid": ..., "falconctl_opts_secret": ARN}
    more = {**cid, name: CROWDSTRIKE["cid"]}
    assert f"options.{name}: is given beside" in falcon(web(), options=more).failure


@pytest.mark.parametrize("seconds", [1, 121, "300"])
def test_a_start_timeout_that_fargate_refuses(seconds: Any) -> None:
    failure = falcon(web(), options={"start_timeout": seconds}).failure
    assert failure.startswith("options.start_timeout: ")


# The published before and after


def test_before_and_after_of_the_patching_utility() -> None:
    """The older build mounts the sensor's files writable; newer ones read-only."""
    before = web(command=["httpd-foreground"], cpu=0)
    result = falcon(before, task={"runtime_platform": {}}).result
    app, init = result["container_definitions"]
    assert app["entryPoint"] == [*X86_64, "sh", "-c"]
    assert app["command"] == ["httpd-foreground"]
    assert app["linuxParameters"] == {"capabilities": {"add": ["SYS_PTRACE"]}}
    assert app["dependsOn"] == [{"containerName": INIT, "condition": "COMPLETE"}]
    assert mounts(app) == {ROOT: (VOLUME, True)}
    assert init["name"] == INIT
    assert init["entryPoint"] == ["/bin/bash", "-c", LINE]
    assert init["user"] == "0:0"
    assert init["essential"] is False
    assert mounts(init) == {ROOT: (VOLUME, False)}
    assert result["volumes"] == [{"name": VOLUME}]
    assert {*app} - {*before[0]} == {
        "environment",
        "linuxParameters",
        "dependsOn",
        "mountPoints",
    }


def test_a_read_only_root_gets_a_private_volume_as_in_the_vendors_example() -> None:
    result = falcon(web(readonlyRootFilesystem=True)).result
    app, init = result["container_definitions"]
    assert mounts(app)[f"{ROOT}-private"] == ("crowdstrike-private-web", False)
    assert mounts(init)[f"{ROOT}-private-web"] == ("crowdstrike-private-web", False)
    assert init["entryPoint"][-1] == f"{LINE} && chmod -R a=rwX {ROOT}-private-web"
    names = [volume["name"] for volume in result["volumes"]]
    assert names == [VOLUME, "crowdstrike-private-web"]


def test_only_containers_with_a_read_only_root_get_a_private_volume() -> None:
    one, two = ({**WEB, "name": n, "readonlyRootFilesystem": n < "x"} for n in "ax")
    result = falcon([one, two]).result
    private = [f"{ROOT}-private" in mounts(c) for c in result["container_definitions"]]
    assert private == [True, False, False]
    assert len(result["volumes"]) == 2


@pytest.mark.parametrize("layout", ["lib64", "lib"])
def test_the_loader_on_arm64(layout: str) -> None:
    app, init = falcon(web(), task=ARM, options={"arm64_layout": layout}).containers
    loader = f"{FILES}/{layout}/ld-linux-aarch64.so.1"
    assert app["entryPoint"] == [loader, *REST, "sh", "-c"]
    copied = f"cp /lib/ld-linux-aarch64.so.1 {FILES}/lib/" in init["entryPoint"][-1]
    assert copied == (layout == "lib")


def test_the_layout_is_no_matter_on_x86_64() -> None:
    one, other = (
        falcon(web(), options={"arm64_layout": layout}).out
        for layout in ("lib64", "lib")
    )
    assert one == other


# What other tools get wrong


def test_an_entry_point_of_several_items_stays_several() -> None:
    app = falcon(web(entryPoint=["a", "b c", "d"])).containers[0]
    assert app["entryPoint"] == [*X86_64, "a", "b c", "d"]


def test_without_an_entry_point_the_images_counts_with_its_command() -> None:
    lone = {"name": "web", "image": "web:1"}
    configs = {"web:1": {"Entrypoint": ["/entry"], "Cmd": ["serve"]}}
    app = falcon([lone], image_configs=configs).containers[0]
    assert app["entryPoint"] == [*X86_64, "/entry"]
    assert app["command"] == ["serve"]


def test_an_unknown_entry_point_is_an_error() -> None:
    assert "is not known" in falcon([{"name": "web", "image": "web:1"}]).failure


def test_linux_parameters_are_merged() -> None:
    own = {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    app = falcon(web(linuxParameters=own)).containers[0]
    assert app["linuxParameters"] == {
        "initProcessEnabled": True,
        "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
    }


def test_environment_is_deduplicated_and_nothing_empty_is_added() -> None:
    twice = [{"name": "A", "value": value} for value in ("1", "2")]
    for container in falcon(web(environment=twice)).containers:
        assert [] not in container.values()
        assert {} not in container.values()
        names = [entry["name"] for entry in container.get("environment", ())]
        assert len({*names}) == len(names)


def test_a_container_declines_by_the_vendors_label() -> None:
    label = {"sensor.falcon-system.crowdstrike.com/injection": "disabled"}
    aside = {"name": "aside", "image": "a:1", "dockerLabels": label}
    result = falcon([*web(), aside]).result
    assert result["container_definitions"][1] == aside
    assert result["skipped"][0]["name"] == "aside"


@pytest.mark.parametrize("value", ["enabled", ""])
def test_the_label_with_another_value_declines_nothing(value: str) -> None:
    label = {"sensor.falcon-system.crowdstrike.com/injection": value}
    assert falcon(web(dockerLabels=label)).result["instrumented"] == ["web"]


def test_a_foreign_container_of_the_agents_name_is_an_error() -> None:
    foreign = {"name": INIT, "image": "busybox:1", "entryPoint": ["/x"]}
    assert "but is not it" in falcon([*web(), foreign]).failure


def test_windows_is_refused() -> None:
    task = {"runtime_platform": {"operating_system_family": "WINDOWS_SERVER_2022_CORE"}}
    assert "runs on Linux only" in falcon(web(), task=task).failure


# The init container


def test_sizes_and_what_comes_from_elsewhere() -> None:
    options = {
        "cpu": 256,
        "memory": "512",
        "memory_reservation": 0,
        "start_timeout": 120,
        "image_auth_secret": f"{ARN}-auth",
        "log_configuration": {"group": "g", "stream_prefix": "p", "region": "r"},
    }
    result = falcon(web(), options=options).result
    init = result["container_definitions"][1]
    sizes = {key: init.get(key) for key in ("cpu", "memory", "startTimeout")}
    assert sizes == {"cpu": 256, "memory": 512, "startTimeout": 120}
    assert "memoryReservation" not in init
    assert init["repositoryCredentials"] == {"credentialsParameter": f"{ARN}-auth"}
    assert init["logConfiguration"]["logDriver"] == "awslogs"
    assert result["secret_arns"] == [f"{ARN}-auth"]


def test_a_batch_of_both_architectures() -> None:
    """One init container is not taken for the other, and each has its volumes."""
    entry = {"container_definitions": web(readonlyRootFilesystem=True)}
    entries = {"a": {**entry, "task": ARM}, "b": entry, "c": {**entry, "task": ARM}}
    query = asked("crowdstrike", ..., options={"arm64_layout": "lib"})
    del query["container_definitions"]
    made = run({**query, "task_definitions": entries}).result["task_definitions"]
    lines = [made[name]["container_definitions"] for name in "abc"]
    assert ["aarch64" in text for text in lines] == [True, False, True]
    assert made["a"] == made["c"]
    assert made["a"]["volumes"] == made["b"]["volumes"] != "[]"


# What was there before


def _patched(**members: Any) -> list[dict[str, Any]]:
    """Give what an older build of the utility has made of a definition."""
    old = {
        **WEB,
        "entryPoint": [*X86_64, *WEB["entryPoint"]],
        "environment": [{"name": "FALCONCTL_OPTS", "value": "--cid=old"}],
        "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}},
        "mountPoints": [
            {"containerPath": ROOT, "readOnly": False, "sourceVolume": VOLUME}
        ],
        "dependsOn": [{"containerName": INIT, "condition": "COMPLETE"}],
    }
    init = {
        "name": INIT,
        "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/sensor",
        "entryPoint": ["/bin/bash", "-c", LINE],
        "user": "0:0",
        **members,
    }
    return [old, init]


def test_what_the_utility_has_made_is_brought_up_to_date_in_place() -> None:
    app, init = falcon(_patched()).containers
    assert app["entryPoint"] == [*X86_64, "sh", "-c"]
    assert init["image"] == CROWDSTRIKE["sensor_image"]
    assert init["essential"] is False
    assert len(app["mountPoints"]) == len(app["dependsOn"]) == 1


def test_what_the_utility_has_made_can_move_to_the_other_architecture() -> None:
    options = {"arm64_layout": "lib"}
    app, init = falcon(_patched(), task=ARM, options=options).containers
    assert app["entryPoint"][0] == f"{FILES}/lib/ld-linux-aarch64.so.1"
    assert app["entryPoint"].count(f"{FILES}/entrypoint-ecs.sh") == 1
    assert "aarch64" in init["entryPoint"][-1]


def test_what_the_utility_has_made_is_taken_out_whole() -> None:
    task = {"volumes": [{"name": VOLUME}]}
    done = remove(_patched(essential=False), task)
    assert done.agents == ("crowdstrike",)
    assert done.containers == [WEB]
    assert done.task == {}


def test_a_private_volume_follows_the_containers() -> None:
    """A second run over a container that was added meanwhile opens its volume, too."""
    once = falcon(web(readonlyRootFilesystem=True)).containers
    late = {**WEB, "name": "late", "readonlyRootFilesystem": True}
    init = falcon([*once, late]).containers[1]
    assert init["entryPoint"][-1].count("chmod -R a=rwX") == 2
