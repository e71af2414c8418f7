"""Rulings on values, failures, defaults and repeated runs: agent ``sysdig``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.program import ARN, Run, instrument, run

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
DB: dict[str, Any] = {"name": "db", "image": "db:1", "entryPoint": ["/db"]}
KEY = "key-0123456789"
PLAIN = {"sysdig_access_key_secret": ..., "sysdig_access_key": KEY}
NEVER_CHANGED = '& < > \u2028\u2029 \x01\x7f \u0085 null " \\ $X ${Y} # é 😀'


def sysdig(containers: Any, **more: Any) -> Run:
    return instrument("sysdig", containers, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {e["name"]: e.get("value") for e in container.get("environment", ())}


# Value damage and leaks


def test_commands_images_and_arguments_are_byte_exact() -> None:
    items = [NEVER_CHANGED, "  pad  ", "", "null", " ", "\t"]
    image = "registry.example/a&b:1"
    made = sysdig(web(command=items, image=image), checks="off").containers[0]
    assert made["command"] == ["/web", *items]
    assert made["image"] == image


def test_the_applications_environment_is_never_copied() -> None:
    secret = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    sidecar = sysdig(web(environment=secret), checks="off").containers[1]
    assert set(variables(sidecar)) == {
        "SYSDIG_COLLECTOR",
        "SYSDIG_PRIORITY",
        "SYSDIG_SIDECAR",
    }


def test_a_users_variable_of_the_agent_is_overwritten_in_place() -> None:
    own = [
        {"name": "SYSDIG_PRIORITY", "value": "security"},
        {"name": "B", "value": "1"},
    ]
    done = sysdig(web(environment=own))
    first, second, *_ = done.containers[0]["environment"]
    assert first == {"name": "SYSDIG_PRIORITY", "value": "availability"}
    assert second == own[1]
    assert variables(done.containers[1])["SYSDIG_PRIORITY"] == "availability"
    (warning,) = done.result["warnings"]
    assert warning.startswith("container_definitions[0].environment[0]: ")


def test_a_variable_that_is_not_configured_is_not_touched() -> None:
    own = [{"name": "SYSDIG_LOGGING", "value": "debug"}]
    done = sysdig(web(environment=own))
    assert done.containers[0]["environment"][0] == own[0]
    assert not done.result["warnings"]


def test_a_variable_that_has_the_value_already_gives_no_warning() -> None:
    own = [{"name": "SYSDIG_SIDECAR", "value": "auto"}]
    assert not sysdig(web(environment=own)).result["warnings"]


def test_a_duplicate_variable_keeps_the_last_with_a_warning() -> None:
    twice = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]
    done = sysdig(web(environment=twice))
    assert [e for e in done.containers[0]["environment"] if e["name"] == "A"] == [
        {"name": "A", "value": "2"}
    ]
    assert any("A more than once" in w for w in done.result["warnings"])


def test_empty_variables_are_not_written() -> None:
    options = {"collector_port": "", "sysdig_logging": "", "sidecar": ""}
    made = sysdig(web(), options=options).containers
    for container in made:
        assert set(variables(container)) == {"SYSDIG_COLLECTOR", "SYSDIG_PRIORITY"}


def test_the_key_as_a_secret_leaves_no_plain_variable() -> None:
    own = [{"name": "SYSDIG_ACCESS_KEY", "value": KEY}]
    done = sysdig(web(environment=own), checks="off")
    for container in done.containers:
        assert "SYSDIG_ACCESS_KEY" not in variables(container)
        assert container["secrets"] == [{"name": "SYSDIG_ACCESS_KEY", "valueFrom": ARN}]
    assert any("plain text" in warning for warning in done.result["warnings"])
    assert KEY not in done.out.decode()
    assert done.result["secret_arns"] == [ARN]


def test_a_secret_of_the_user_for_the_key_gets_our_arn() -> None:
    secrets = [{"name": "SYSDIG_ACCESS_KEY", "valueFrom": f"{ARN}-old"}]
    done = sysdig(web(secrets=secrets), checks="off")
    assert done.containers[0]["secrets"] == [{**secrets[0], "valueFrom": ARN}]


def test_any_other_secret_of_the_user_stays_with_a_warning() -> None:
    secrets = [{"name": "SYSDIG_COLLECTOR", "valueFrom": f"{ARN}-c"}]
    done = sysdig(web(secrets=secrets), checks="off")
    assert done.containers[0]["secrets"][0] == secrets[0]
    assert "SYSDIG_COLLECTOR" not in variables(done.containers[0])
    assert any("SYSDIG_COLLECTOR" in warning for warning in done.result["warnings"])


def test_the_plain_key_never_stands_beside_a_secret_of_its_name() -> None:
    secrets = [{"name": "SYSDIG_ACCESS_KEY", "valueFrom": f"{ARN}-mine"}]
    done = sysdig(web(secrets=secrets), options=PLAIN, checks="off")
    assert "SYSDIG_ACCESS_KEY" not in variables(done.containers[0])
    assert done.containers[0]["secrets"] == secrets


def test_the_key_in_plain_text_gives_a_warning() -> None:
    done = sysdig(web(), options=PLAIN)
    assert done.result["warnings"][0].startswith("options.sysdig_access_key: ")
    assert KEY not in "".join(done.result["warnings"])


def test_no_message_shows_the_key() -> None:
    odd = web(entryPoint=KEY, environment=[{"name": KEY, "value": 5}])
    for options in (PLAIN, {**PLAIN, "sysdig_access_key_secret": ARN}):
        assert KEY not in sysdig(odd, options=options).failure
    assert KEY not in sysdig(odd, options={**PLAIN, KEY: "x"}).failure
    broken = f'{{"sysdig_access_key": "{KEY}", }}'
    query = {"agent": "sysdig", "options": broken, "container_definitions": odd}
    assert KEY not in run(query).failure


def test_capability_and_volume_that_are_there_are_not_doubled() -> None:
    there = web(
        linuxParameters={"capabilities": {"add": ["SYS_PTRACE"]}},
        volumesFrom=[{"sourceContainer": "SysdigInstrumentation"}],
    )
    made = sysdig(there, checks="off").containers[0]
    assert made["linuxParameters"] == there[0]["linuxParameters"]
    assert made["volumesFrom"] == there[0]["volumesFrom"]


def test_a_wrapper_that_is_there_is_overwritten_with_a_warning() -> None:
    own = [{"name": "__INSTRUMENTATION_WRAPPER", "value": "x"}]
    options = {"bare_pdig_on_containers": ["web"]}
    done = sysdig(web(environment=own), options=options)
    made = done.containers[0]["environment"][0]
    assert made["value"] == "/opt/draios/bin/pdig,-C,-t,-1"
    assert len(done.result["warnings"]) == 1


def test_a_dropped_capability_that_is_needed_is_refused() -> None:
    there = web(linuxParameters={"capabilities": {"drop": ["SYS_PTRACE"]}})
    failure = sysdig(there, checks="off").failure
    assert failure.startswith(
        "container_definitions[0].linuxParameters.capabilities.drop: "
    )


def test_dropping_all_is_kept() -> None:
    there = web(linuxParameters={"capabilities": {"drop": ["ALL"]}})
    made = sysdig(there, checks="off").containers[0]["linuxParameters"]
    assert made == {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}}


def test_the_result_is_free_of_nulls_and_added_empty_lists() -> None:
    done = sysdig(web(user=None, secrets=None, mountPoints=[], cpu=None))
    assert b"null" not in done.out
    assert done.containers[0]["mountPoints"] == []
    assert "links" not in done.containers[0]


# Failures that must not be swallowed


def test_an_unknown_image_names_container_image_and_fixes() -> None:
    failure = sysdig([{"name": "web", "image": "web:1"}]).failure
    for part in ('container "web"', '"web:1"', "entryPoint", "lock web:1", "exclude"):
        assert part in failure


@pytest.mark.parametrize("image", ["", "  ", "null", " null ", None, ...])
@pytest.mark.parametrize("compatibility", ["", "provider-v3"])
def test_no_agent_image_is_refused(image: Any, compatibility: str) -> None:
    options = {"workload_agent_image": image, "compatibility": compatibility}
    if compatibility:
        options |= PLAIN
    failure = sysdig(web(), options=options).failure
    assert failure.startswith("options.workload_agent_image: ")


def test_all_or_nothing_every_problem_of_every_container() -> None:
    failure = sysdig(
        [WEB, {"name": "a", "image": "a:1"}, {**DB, "command": "x"}]
    ).failure
    addresses = [
        line.partition(": ")[0]
        for line in failure.splitlines()
        if not line.startswith("  ")
    ]
    assert addresses == sorted(addresses)
    assert addresses == [
        "container_definitions[1].entryPoint",
        "container_definitions[2].command",
    ]


def test_nothing_left_to_instrument_succeeds_and_says_why() -> None:
    done = sysdig(web(), exclude=["web"])
    assert done.containers == web()
    assert done.result["instrumented"] == []
    assert done.result["pid_mode"] == ""
    assert done.result["secret_arns"] == []
    assert done.result["skipped"][0]["name"] == "web"


# Defaults


@pytest.mark.parametrize(
    ("options", "essential"),
    [
        ({}, False),
        ({"priority": "availability"}, False),
        ({"priority": "security"}, True),
        ({"priority": "security", "instrumentation_essential": False}, False),
        ({"instrumentation_essential": True}, True),
        ({"instrumentation_essential": "true"}, True),
    ],
)
def test_essential_is_always_written_and_follows_priority(
    options: dict[str, Any], essential: bool
) -> None:
    sidecar = sysdig(web(), options=options).containers[1]
    assert sidecar["essential"] is essential


@pytest.mark.parametrize("size", [128, "128"])
def test_sizes_are_always_honoured(size: Any) -> None:
    options = {
        "instrumentation_cpu": size,
        "instrumentation_memory_limit": 256,
        "instrumentation_memory_reservation": "64",
    }
    sidecar = sysdig(web(), options=options).containers[1]
    found = sidecar["cpu"], sidecar["memory"], sidecar["memoryReservation"]
    assert found == (128, 256, 64)


@pytest.mark.parametrize("size", [0, "0", "", None])
def test_a_size_of_nothing_is_not_written(size: Any) -> None:
    sidecar = sysdig(web(), options={"instrumentation_cpu": size}).containers[1]
    assert "cpu" not in sidecar


@pytest.mark.parametrize("size", [-1, "-1", "1.5", 1.5, "x", True])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    failure = sysdig(web(), options={"instrumentation_cpu": size}).failure
    assert failure.startswith("options.instrumentation_cpu: ")


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"collector_host": ...}, "collector_host"),
        ({"collector_host": ""}, "collector_host"),
        ({"sysdig_access_key_secret": ...}, "sysdig_access_key_secret"),
        ({"sysdig_access_key": KEY}, "sysdig_access_key"),
        ({"sysdig_access_key_secret": "not an ARN"}, "sysdig_access_key_secret"),
        ({"sysdig_access_key_secret": "arn:aws:s3:::x"}, "sysdig_access_key_secret"),
    ],
)
def test_collector_and_key_are_checked(options: dict[str, Any], missing: str) -> None:
    failure = sysdig(web(), options=options).failure
    assert failure.startswith(f"options.{missing}: ")


@pytest.mark.parametrize("option", ["collector_host", "orchestrator_host"])
@pytest.mark.parametrize(
    "host", ["https://c.example", "c.example:6443", "c.example/", "c d", " c", "c\n"]
)
def test_a_host_is_a_name_alone(option: str, host: str) -> None:
    failure = sysdig(web(), options={option: host}).failure
    assert failure.startswith(f"options.{option}: does not have the right form")
    assert "without scheme, port or path" in failure


def test_an_orchestrator_needs_neither_and_is_deprecated() -> None:
    options = {
        "collector_host": ...,
        "sysdig_access_key_secret": ...,
        "orchestrator_host": "orchestrator.example",
        "orchestrator_port": 6667,
    }
    done = sysdig(web(), options=options)
    found = variables(done.containers[0])
    assert found["SYSDIG_ORCHESTRATOR"] == "orchestrator.example"
    assert found["SYSDIG_ORCHESTRATOR_PORT"] == "6667"
    assert [w.partition(":")[0] for w in done.result["warnings"]] == [
        "options.orchestrator_host",
        "options.orchestrator_port",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "x", "6443 ", "\uff11", 0, 65536, True])
def test_a_port_that_is_none_is_refused(port: Any) -> None:
    failure = sysdig(web(), options={"collector_port": port}).failure
    assert failure.startswith("options.collector_port: ")


@pytest.mark.parametrize("port", ["6443", 6443, "1", "65535"])
def test_a_port_may_be_a_number_or_text(port: Any) -> None:
    made = sysdig(web(), options={"collector_port": port}).containers
    assert variables(made[0])["SYSDIG_COLLECTOR_PORT"] == str(port)


@pytest.mark.parametrize(
    "log",
    [
        {"logDriver": "awsfirelens", "options": {"Name": "x"}},
        {"logDriver": "splunk", "secretOptions": [{"name": "t", "valueFrom": ARN}]},
        {"logDriver": "awsfirelens", "options": {"Name": "a", "X-y": "1"}},
    ],
)
def test_any_log_driver_is_taken_as_it_is(log: dict[str, Any]) -> None:
    """A log router is one only where something logs through it."""
    firelens = log["logDriver"] == "awsfirelens"
    router = {"firelensConfiguration": {"type": "fluentbit"}} if firelens else {}
    options = {"log_configuration": {**log, "options": log.get("options")}}
    done = sysdig([WEB, {**DB, **router}], options=options, checks="off")
    assert done.result["instrumented"] == ["web", *(["db"] if not firelens else [])]
    assert done.containers[-1]["logConfiguration"] == log


@pytest.mark.parametrize(
    "log",
    [
        {"group": "g", "region": "r"},
        {"group": "g", "region": "r", "stream_prefix": ""},
        {"options": {}},
        {"logDriver": "x", "more": 1},
        {"logDriver": "x", "options": {"a": 1}},
        {"logDriver": "x", "secretOptions": [{"name": "t"}]},
        "awslogs",
    ],
)
def test_a_log_configuration_of_neither_form_is_refused(log: Any) -> None:
    failure = sysdig(web(), options={"log_configuration": log}).failure
    assert failure.startswith("options.log_configuration")


def test_secret_arns_are_what_the_execution_role_reads() -> None:
    options = {
        "sysdig_access_key_secret": f"{ARN}-AbCdEf:key::",
        "image_auth_secret": f"{ARN}-quay",
        "log_configuration": {
            "logDriver": "splunk",
            "secretOptions": [
                {"name": "a", "valueFrom": f"{ARN}-log"},
                {"name": "b", "valueFrom": f"{ARN}-log"},
            ],
        },
    }
    done = sysdig(web(), options=options)
    assert done.result["secret_arns"] == [f"{ARN}-AbCdEf", f"{ARN}-quay", f"{ARN}-log"]
    assert done.containers[0]["secrets"][0]["valueFrom"] == f"{ARN}-AbCdEf:key::"
    credentials = {"credentialsParameter": f"{ARN}-quay"}
    assert done.containers[1]["repositoryCredentials"] == credentials


def test_pid_mode_is_in_the_result() -> None:
    assert sysdig(web()).result["pid_mode"] == "task"


def test_the_wrapper_goes_only_on_named_containers() -> None:
    made = sysdig([WEB, DB], options={"bare_pdig_on_containers": ["db"]}).containers
    assert "__INSTRUMENTATION_WRAPPER" not in variables(made[0])
    assert list(variables(made[1]))[-1] == "__INSTRUMENTATION_WRAPPER"
    assert "__INSTRUMENTATION_WRAPPER" not in variables(made[2])


# The wrapped argv


@pytest.mark.parametrize(
    ("task", "image", "command"),
    [
        ({"entryPoint": ["/e"], "command": ["c"]}, None, ["/e", "c"]),
        ({"entryPoint": ["/e"]}, {"Entrypoint": ["/i"], "Cmd": ["d"]}, ["/e"]),
        ({"command": ["c"]}, {"Entrypoint": ["/i"], "Cmd": ["d"]}, ["/i", "c"]),
        ({"command": ["c"]}, {"Cmd": ["d"]}, ["c"]),
        ({"command": ["c"]}, {"Entrypoint": None, "Cmd": None}, ["c"]),
        ({}, {"Entrypoint": ["/i"], "Cmd": ["d"]}, ["/i", "d"]),
        ({}, {"Entrypoint": ["/i"]}, ["/i"]),
        ({}, {"Cmd": ["d"]}, ["d"]),
    ],
)
def test_what_the_launcher_runs(
    task: dict[str, Any], image: dict[str, Any] | None, command: list[str]
) -> None:
    configs = {"web:1": image} if image is not None else {}
    container = {"name": "web", "image": "web:1", **task}
    made = sysdig([container], image_configs=configs).containers[0]
    assert made["entryPoint"] == ["/opt/draios/bin/instrument"]
    assert made["command"] == command


@pytest.mark.parametrize("image", [{}, {"Entrypoint": [], "Cmd": []}])
def test_nothing_to_run_anywhere_is_refused(image: dict[str, Any]) -> None:
    failure = sysdig(
        [{"name": "web", "image": "web:1"}], image_configs={"web:1": image}
    ).failure
    assert "has nothing to run" in failure


# Instrumented already

INSTRUMENT = "/opt/draios/bin/instrument"
SHAPES = {
    "A": {"entryPoint": [INSTRUMENT], "command": ["/web", "-x"]},
    "B": {"entryPoint": [INSTRUMENT, "/web"], "command": ["-x"]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_both_instrumented_shapes_are_left_alone(shape: str) -> None:
    made = sysdig(web(**SHAPES[shape])).containers[0]
    for member, value in SHAPES[shape].items():
        assert made[member] == value


def test_an_image_with_the_agent_embedded_is_not_wrapped() -> None:
    config = {"web:1": {"Entrypoint": [INSTRUMENT, "/web"], "Cmd": ["-x"]}}
    made = sysdig([{"name": "web", "image": "web:1"}], image_configs=config)
    assert "entryPoint" not in made.containers[0]
    assert "command" not in made.containers[0]


@pytest.mark.parametrize(
    "name", ["SysdigInstrumentation", "sysdigInstrumentation", "s"]
)
@pytest.mark.parametrize(
    ("sidecar", "entry_point"),
    [
        ({"entryPoint": ["/opt/draios/bin/logwriter"]}, ["/opt/draios/bin/logwriter"]),
        ({"entryPoint": ["/opt/draios/bin/sidecar"]}, ["/opt/draios/bin/sidecar"]),
        (
            {"entryPoint": ["/opt/draios/bin/waitforever"]},
            ["/opt/draios/bin/logwriter"],
        ),
        ({"image": "quay.io/sysdig/workload-agent:5.0.0"}, None),
        ({"image": "mirror.example/x/workload-agent@sha256:" + "0" * 64}, None),
    ],
)
def test_the_sidecar_is_upgraded_in_place(
    name: str, sidecar: dict[str, Any], entry_point: list[str] | None
) -> None:
    old = {"name": name, "image": "old:1", "user": "0", **sidecar}
    app = {
        **WEB,
        **SHAPES["A"],
        "volumesFrom": [{"sourceContainer": name, "readOnly": True}],
    }
    made = sysdig([old, app], checks="off")
    assert len(made.containers) == 2
    found = made.containers[0]
    assert found.get("entryPoint") == entry_point
    assert found["name"] == name
    assert found["user"] == "0"
    assert found["image"] == "quay.io/sysdig/workload-agent:6.2.1"
    assert made.containers[1]["volumesFrom"] == app["volumesFrom"]
    assert made.result["skipped"][0]["name"] == name


def test_variables_copied_from_the_application_stay_with_a_warning() -> None:
    sidecar = {
        "name": "SysdigInstrumentation",
        "image": "quay.io/sysdig/workload-agent:5.0.0",
        "entryPoint": ["/opt/draios/bin/logwriter"],
        "environment": [{"name": "DB_HOST", "value": "db"}],
    }
    done = sysdig([{**WEB, **SHAPES["A"]}, sidecar], checks="off")
    assert variables(done.containers[1])["DB_HOST"] == "db"
    assert any("DB_HOST" in warning for warning in done.result["warnings"])


def test_a_second_run_changes_nothing() -> None:
    once = sysdig(web())
    twice = sysdig(once.containers)
    assert twice.containers == once.containers
    assert twice.result["warnings"] == []
