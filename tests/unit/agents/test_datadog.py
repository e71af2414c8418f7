"""Options, sockets, logs, Workload Protection and upgrades: agent ``datadog``.

Expectations are facts of the vendor's Terraform module and its tests
(DataDog/terraform-aws-ecs-datadog), of its CDK construct's snapshot
(DataDog/datadog-cdk-constructs), of its task patcher's test data
(DataDog/datadog-agent-ecs-task-patcher) and of its documentation.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_instrument.core.errors import Failure
from fargate_instrument.core.remove import remove
from tests.program import ARN, DATADOG, Run, instrument

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/entry.sh"]}
ROUTER: dict[str, Any] = {
    "name": "router",
    "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.12",
    "essential": True,
    "firelensConfiguration": {"type": "fluentbit"},
}
AWSLOGS: dict[str, Any] = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "g",
        "awslogs-region": "r",
        "awslogs-stream-prefix": "p",
    },
}
LAUNCHER = ["/cws-instrumentation-volume/cws-instrumentation", "trace", "--"]
CWS = {"cws": True, "cws_image": "public.ecr.aws/datadog/cws-instrumentation:7.70.0"}
LOGS = {"log_collection": True}
HIDDEN = "0123456789abcdef0123456789abcdef"
PLAIN = {"api_key_secret": ..., "api_key": HIDDEN}
SOCKETS = {
    "DD_DOGSTATSD_URL": "unix:///var/run/datadog/dsd.socket",
    "DD_TRACE_AGENT_URL": "unix:///var/run/datadog/apm.socket",
}
VOLUMES = ["dd-sockets", "agent-config", "agent-tmp", "agent-run"]


def datadog(containers: Any, **more: Any) -> Run:
    return instrument("datadog", containers, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


def made(*options: dict[str, Any], **members: Any) -> dict[str, dict[str, Any]]:
    """Give what one application becomes: name -> container."""
    asked = {name: value for one in options for name, value in one.items()}
    done = datadog(web(**members), options=asked)
    return {container["name"]: container for container in done.containers}


def variables(container: dict[str, Any]) -> dict[str, str]:
    found = {e["name"]: e["value"] for e in container.get("environment", ())}
    assert len(found) == len(container.get("environment", ()))
    return found


def mounts(container: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {
        entry["containerPath"]: (entry["sourceVolume"], entry["readOnly"])
        for entry in container.get("mountPoints", ())
    }


# Options


@pytest.mark.parametrize("value", [..., "", " "])
def test_an_image_is_needed(value: Any) -> None:
    failure = datadog(web(), options={"agent_image": value}).failure
    assert failure.startswith("options.agent_image: ")


@pytest.mark.parametrize(
    "options", [{"api_key_secret": ...}, {"api_key": HIDDEN}], ids=["neither", "both"]
)
def test_exactly_one_key_is_needed(options: dict[str, Any]) -> None:
    failure = datadog(web(), options=options).failure
    assert failure.startswith("options.api_key")
    assert HIDDEN not in failure


def test_the_key_by_reference() -> None:
    result = datadog(web()).result
    agent = result["container_definitions"][1]
    assert agent["secrets"] == [{"name": "DD_API_KEY", "valueFrom": ARN}]
    assert result["secret_arns"] == [ARN]
    assert HIDDEN not in json.dumps(result)


def test_the_key_in_plain_text_is_warned_of_and_not_shown() -> None:
    result = datadog(web(), options=PLAIN).result
    agent = result["container_definitions"][1]
    assert variables(agent)["DD_API_KEY"] == HIDDEN
    assert any(text.startswith("options.api_key: ") for text in result["warnings"])
    assert not any(HIDDEN in text for text in result["warnings"])
    assert "policies" in result
    assert result["policies"]["execution_role"] == []


def test_the_key_is_not_smuggled_into_the_agents_variables() -> None:
    options = {"environment": {"DD_API_KEY": HIDDEN}}
    assert datadog(web(), options=options).failure.startswith("options.environment: ")


@pytest.mark.parametrize("site", ["https://datadoghq.eu", "a/b", "a b", "a:443"])
def test_a_site_is_a_host(site: str) -> None:
    failure = datadog(web(), options={"site": site}).failure
    assert failure.startswith("options.site: ")


def test_a_site_that_nobody_documents_is_passed_on_with_a_warning() -> None:
    result = datadog(web(), options={"site": "us9.datadoghq.com"}).result
    agent = result["container_definitions"][1]
    assert variables(agent)["DD_SITE"] == "us9.datadoghq.com"
    assert "did you mean" in result["warnings"][0]


@pytest.mark.parametrize("site", ["", "datadoghq.eu", "us2.ddog-gov.com"])
def test_a_documented_site_is_no_matter(site: str) -> None:
    assert datadog(web(), options={"site": site}).result["warnings"] == []


def test_the_rights_of_the_task_are_those_that_the_vendor_grants() -> None:
    (statement,) = datadog(web()).result["policies"]["task_role"]
    assert statement["Action"] == [
        "ecs:ListClusters",
        "ecs:ListContainerInstances",
        "ecs:DescribeContainerInstances",
    ]


def test_no_tag_of_another_tool_is_asked_for() -> None:
    result = datadog(web(), options=LOGS).result
    assert result["tags"] == {}
    assert "DD_INSTALL_INFO" not in json.dumps(result)


# The sidecar


def test_the_agent_as_the_vendors_tools_have_it() -> None:
    result = datadog(web()).result
    names = [container["name"] for container in result["container_definitions"]]
    assert names == ["init-volume", "datadog-agent", "web"]
    copier, agent, _ = result["container_definitions"]
    assert copier["image"] == agent["image"] == DATADOG["agent_image"]
    assert copier["essential"] is agent["essential"] is False
    assert copier["memory"] == 128
    assert copier["readonlyRootFilesystem"] is True
    assert copier["command"][:2] == ["/bin/sh", "-c"]
    assert mounts(copier) == {"/agent-config": ("agent-config", False)}
    assert agent["portMappings"] == [
        {"containerPort": 8125, "hostPort": 8125, "protocol": "udp"},
        {"containerPort": 8126, "hostPort": 8126, "protocol": "tcp"},
    ]
    assert agent["healthCheck"] == {
        "command": ["CMD-SHELL", "/probe.sh"],
        "interval": 15,
        "retries": 3,
        "startPeriod": 60,
        "timeout": 5,
    }
    assert agent["dependsOn"] == [
        {"containerName": "init-volume", "condition": "SUCCESS"}
    ]
    assert mounts(agent) == {
        "/var/run/datadog": ("dd-sockets", False),
        "/etc/datadog-agent": ("agent-config", False),
        "/tmp": ("agent-tmp", False),  # noqa: S108  (a path in a container)
        "/opt/datadog-agent/run": ("agent-run", False),
    }
    assert [volume["name"] for volume in result["volumes"]] == VOLUMES
    assert result["pid_mode"] == "task"
    told = variables(agent)
    assert told == {
        "ECS_FARGATE": "true",
        "DD_SITE": "datadoghq.com",
        "DD_ECS_TASK_COLLECTION_ENABLED": "true",
        "DD_DOGSTATSD_TAG_CARDINALITY": "orchestrator",
        "DD_DOGSTATSD_ORIGIN_DETECTION": "true",
        "DD_DOGSTATSD_ORIGIN_DETECTION_CLIENT": "true",
        "DD_LOG_FILE": "/opt/datadog-agent/run/logs",
    }


def test_an_agent_with_a_writable_root_needs_no_init_container() -> None:
    result = datadog(web(), options={"readonly_root_filesystem": "false"}).result
    agent, _ = result["container_definitions"]
    assert "readonlyRootFilesystem" not in agent
    assert "dependsOn" not in agent
    assert "DD_LOG_FILE" not in variables(agent)
    assert result["volumes"] == [{"name": "dd-sockets"}]


def test_the_agents_own_variables_and_sizes() -> None:
    options = {
        "environment": {"DD_CLUSTER_NAME": "c", "DD_SITE": "datadoghq.eu", "DD_X": ""},
        "tags": ["team:a", "owner:b"],
        "dogstatsd_cardinality": "high",
        "origin_detection": False,
        "essential": True,
        "cpu": 64,
        "memory": "256",
    }
    agent = made(options)["datadog-agent"]
    told = variables(agent)
    assert told["DD_CLUSTER_NAME"] == "c"
    assert told["DD_SITE"] == "datadoghq.eu"
    assert told["DD_TAGS"] == "team:a,owner:b"
    assert told["DD_DOGSTATSD_TAG_CARDINALITY"] == "high"
    assert "DD_DOGSTATSD_ORIGIN_DETECTION" not in told
    assert "DD_X" not in told
    assert (agent["essential"], agent["cpu"], agent["memory"]) == (True, 64, 256)


def test_images_from_a_private_registry() -> None:
    options = {**CWS, **LOGS, "image_auth_secret": f"{ARN}-auth"}
    containers = made(options)
    credentials = {"credentialsParameter": f"{ARN}-auth"}
    for name in ("init-volume", "datadog-agent", "cws-instrumentation-init"):
        assert containers[name]["repositoryCredentials"] == credentials
    assert "repositoryCredentials" not in containers["datadog-log-router"]


def test_a_port_of_the_agents_that_an_application_maps_is_warned_of() -> None:
    mapped = [{"containerPort": 5000}]
    warnings = datadog(web(portMappings=mapped)).result["warnings"]
    assert any("maps port 5000" in text for text in warnings)
    mapped = [{"containerPort": 8126}]
    assert "8126" in datadog(web(portMappings=mapped)).failure


@pytest.mark.parametrize("cws", [False, True])
def test_the_tracers_port_counts_with_workload_protection_alone(cws: bool) -> None:
    mapped = web(portMappings=[{"containerPort": 5678}])
    warnings = datadog(mapped, options=CWS if cws else {}).result["warnings"]
    assert any("maps port 5678" in text for text in warnings) == cws


def test_the_pid_mode_can_be_left_alone() -> None:
    assert datadog(web(), options={"pid_mode": "none"}).result["pid_mode"] == ""


# The applications


def test_applications_by_sockets() -> None:
    app = made()["web"]
    assert variables(app) == SOCKETS
    assert mounts(app) == {"/var/run/datadog": ("dd-sockets", False)}
    assert {*app} - {*WEB} == {"environment", "mountPoints"}


def test_applications_by_ports() -> None:
    containers = made({"socket": False})
    assert variables(containers["web"]) == {"DD_AGENT_HOST": "127.0.0.1"}
    assert "mountPoints" not in containers["web"]
    assert "/var/run/datadog" not in mounts(containers["datadog-agent"])


@pytest.mark.parametrize(
    ("off", "variable"),
    [("apm", "DD_DOGSTATSD_URL"), ("dogstatsd", "DD_TRACE_AGENT_URL")],
)
def test_one_of_traces_and_metrics(off: str, variable: str) -> None:
    assert list(variables(made({off: False})["web"])) == [variable]


def test_nothing_is_sent_by_applications() -> None:
    containers = made({"apm": False, "dogstatsd": False})
    assert containers["web"] == WEB
    assert "/var/run/datadog" not in mounts(containers["datadog-agent"])


def test_an_address_of_another_agent_is_replaced_with_a_warning() -> None:
    own = [{"name": "DD_TRACE_AGENT_URL", "value": "http://other:8126"}]
    result = datadog(web(environment=own)).result
    assert "had its own DD_TRACE_AGENT_URL" in result["warnings"][0]


@pytest.mark.parametrize("name", ["env", "service", "version"])
def test_unified_service_tags_stand_in_both_places(name: str) -> None:
    app = made({name: "x"})["web"]
    assert variables(app)[f"DD_{name.upper()}"] == "x"
    assert app["dockerLabels"] == {f"com.datadoghq.tags.{name}": "x"}


def test_a_containers_own_service_stays() -> None:
    own = [{"name": "DD_SERVICE", "value": "worker"}]
    app = made({"service": "shop", "env": "prod"}, environment=own)["web"]
    assert variables(app)["DD_SERVICE"] == "worker"
    assert app["dockerLabels"] == {"com.datadoghq.tags.env": "prod"}


@pytest.mark.parametrize(
    ("option", "variable"),
    [
        ("profiling", "DD_PROFILING_ENABLED"),
        ("data_streams", "DD_DATA_STREAMS_ENABLED"),
    ],
)
@pytest.mark.parametrize("value", [True, "false"])
def test_switches_of_tracing_libraries(option: str, variable: str, value: Any) -> None:
    told = variables(made({option: value})["web"])
    assert told[variable] == str(value).lower()
    assert variable not in variables(made()["web"])


def test_environment_is_deduplicated_and_nothing_empty_is_added() -> None:
    twice = [{"name": "A", "value": value} for value in ("1", "2")]
    for container in datadog(web(environment=twice), options=LOGS | CWS).containers:
        assert [] not in container.values()
        assert {} not in container.values()
        variables(container)


def test_applications_can_wait_for_the_agent() -> None:
    wait = {"containerName": "datadog-agent", "condition": "HEALTHY"}
    assert made({"wait_for_agent": True})["web"]["dependsOn"] == [wait]
    assert "dependsOn" not in made()["web"]


# Logs


def test_logs_through_a_router_that_is_added() -> None:
    containers = made(LOGS, {"log_source": "nginx", "service": "shop", "tags": ["a:b"]})
    router = containers["datadog-log-router"]
    assert router["image"].rpartition(":")[2].startswith("3.")
    assert router["user"] == "0"
    assert router["essential"] is False
    assert router["firelensConfiguration"] == {
        "type": "fluentbit",
        "options": {"enable-ecs-log-metadata": "true"},
    }
    assert "logConfiguration" not in router
    assert containers["web"]["logConfiguration"] == {
        "logDriver": "awsfirelens",
        "options": {
            "Name": "datadog",
            "Host": "http-intake.logs.datadoghq.com",
            "TLS": "on",
            "provider": "ecs",
            "retry_limit": "2",
            "dd_service": "shop",
            "dd_source": "nginx",
            "dd_tags": "a:b",
        },
        "secretOptions": [{"name": "apikey", "valueFrom": ARN}],
    }
    own = containers["datadog-agent"]["logConfiguration"]["options"]
    assert own["dd_source"] == own["dd_service"] == "datadog-agent"


def test_logs_go_to_the_site() -> None:
    app = made(LOGS, {"site": "datadoghq.eu"})["web"]
    assert app["logConfiguration"]["options"]["Host"] == "http-intake.logs.datadoghq.eu"


def test_logs_with_a_key_in_plain_text() -> None:
    log = made(LOGS, PLAIN)["web"]["logConfiguration"]
    assert log["options"]["apikey"] == HIDDEN
    assert "secretOptions" not in log


def test_the_router_as_it_is_asked_for() -> None:
    asked = {"image": "mirror/fluent:3", "essential": True, "memory_reservation": 50}
    router = made(LOGS, {"log_router": asked})["datadog-log-router"]
    assert router["image"] == "mirror/fluent:3"
    assert (router["essential"], router["memoryReservation"]) == (True, 50)


def test_the_tasks_own_router_is_used_and_left_alone() -> None:
    result = datadog([*web(), ROUTER], options=LOGS).result
    containers = {c["name"]: c for c in result["container_definitions"]}
    assert [*containers] == ["init-volume", "datadog-agent", "web", "router"]
    assert containers["router"] == ROUTER
    assert containers["web"]["logConfiguration"]["logDriver"] == "awsfirelens"
    assert "log router" in result["skipped"][0]["reason"]


def test_a_router_of_another_type_does_not_know_the_words() -> None:
    fluentd = {**ROUTER, "firelensConfiguration": {"type": "fluentd"}}
    failure = datadog([*web(), fluentd], options=LOGS).failure
    assert "container_definitions[1].firelensConfiguration.type: " in failure
    assert datadog([*web(), fluentd], options=LOGS, exclude=["router"]).status == 1


def test_a_log_configuration_is_replaced_with_a_warning_or_kept() -> None:
    result = datadog(web(logConfiguration=AWSLOGS), options=LOGS).result
    assert any("had its own logConfiguration" in text for text in result["warnings"])
    kept = made(LOGS, {"keep_log_configuration": True}, logConfiguration=AWSLOGS)
    assert kept["web"]["logConfiguration"] == AWSLOGS


def test_a_replaced_log_configuration_comes_back() -> None:
    before = web(logConfiguration=AWSLOGS)
    once = datadog(before, options=LOGS, provenance="label").containers
    assert remove(once, {}).containers == before


@pytest.mark.parametrize("option", ["apikey", "splunk-token"])
def test_a_secret_of_a_replaced_log_configuration_is_not_recorded(option: str) -> None:
    log = {"logDriver": "splunk", "options": {option: HIDDEN, "splunk-url": "u"}}
    once = datadog(web(logConfiguration=log), options=LOGS, provenance="label")
    assert HIDDEN not in json.dumps(once.containers)
    again = datadog(once.containers, options=LOGS, provenance="label")
    assert again.containers == once.containers
    done = remove(once.containers, {})
    assert done.lost == (("web", option),)
    assert done.containers[0]["logConfiguration"]["options"] == {"splunk-url": "u"}
    failure = datadog(once.containers, provenance="label").failure
    assert f"logConfiguration.options.{option}: " in failure


# Workload Protection


def test_before_and_after_of_the_task_patcher() -> None:
    """The same but for the order, the health check's pace and the key's place."""
    capabilities = {"capabilities": {"add": ["SYS_PTRACE"]}}
    result = datadog(web(), options=CWS).result
    containers = {c["name"]: c for c in result["container_definitions"]}
    app, agent = containers["web"], containers["datadog-agent"]
    init = containers["cws-instrumentation-init"]
    assert app["entryPoint"] == [*LAUNCHER, "/entry.sh"]
    assert app["linuxParameters"] == capabilities
    waits = {e["containerName"]: e["condition"] for e in app["dependsOn"]}
    assert waits == {"datadog-agent": "HEALTHY", "cws-instrumentation-init": "SUCCESS"}
    path = "/cws-instrumentation-volume"
    assert mounts(app)[path] == (path[1:], True)
    assert mounts(init) == {path: (path[1:], False)}
    assert init["command"] == [
        "/cws-instrumentation",
        "setup",
        "--cws-volume-mount",
        path,
    ]
    assert (init["user"], init["essential"]) == ("0", False)
    told = variables(agent)
    assert told["DD_RUNTIME_SECURITY_CONFIG_ENABLED"] == "true"
    assert told["DD_RUNTIME_SECURITY_CONFIG_EBPFLESS_ENABLED"] == "true"
    assert agent["essential"] is True
    assert result["pid_mode"] == "task"
    assert {"name": path[1:]} in result["volumes"]


@pytest.mark.parametrize(
    ("option", "value"),
    [("cws_image", ...), ("wait_for_agent", False), ("pid_mode", "none")],
)
def test_what_workload_protection_does_not_work_without(
    option: str, value: Any
) -> None:
    failure = datadog(web(), options={**CWS, option: value}).failure
    assert failure.startswith(f"options.{option}: ")
    assert failure.count("options.") == 1


def test_linux_parameters_are_merged() -> None:
    own = {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}}
    app = made(CWS, linuxParameters=own)["web"]
    assert app["linuxParameters"] == {
        "initProcessEnabled": True,
        "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
    }


def test_an_unknown_entry_point_is_an_error_not_a_container_left_out() -> None:
    lone = [{"name": "web", "image": "web:1"}]
    assert "is not known" in datadog(lone, options=CWS).failure
    assert datadog(lone).status == 0


def test_the_images_command_is_kept() -> None:
    configs = {"web:1": {"Entrypoint": ["/entry"], "Cmd": ["serve"]}}
    lone = [{"name": "web", "image": "web:1"}]
    app = datadog(lone, options=CWS, image_configs=configs).containers[-1]
    assert app["entryPoint"] == [*LAUNCHER, "/entry"]
    assert app["command"] == ["serve"]


def test_a_container_is_left_alone_by_name() -> None:
    other = {**WEB, "name": "other"}
    result = datadog([*web(), other], options=CWS | LOGS, exclude=["other"]).result
    assert result["container_definitions"][-1] == other


# What was there before


def _patched() -> list[dict[str, Any]]:
    """Give what the vendor's task patcher has made of a definition."""
    volume = {
        "sourceVolume": "cws-instrumentation-volume",
        "containerPath": "/cws-instrumentation-volume",
    }
    app = {
        **WEB,
        "entryPoint": [*LAUNCHER, *WEB["entryPoint"]],
        "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}},
        "dependsOn": [
            {"containerName": "datadog-agent", "condition": "HEALTHY"},
            {"containerName": "cws-instrumentation-init", "condition": "SUCCESS"},
        ],
        "mountPoints": [{**volume, "readOnly": True}],
    }
    agent = {
        "name": "datadog-agent",
        "image": "public.ecr.aws/datadog/agent:latest",
        "environment": [
            {"name": "DD_API_KEY", "value": HIDDEN},
            {"name": "DD_SITE", "value": "datadoghq.com"},
        ],
        "healthCheck": {"command": ["CMD-SHELL", "/probe.sh"], "retries": 2},
    }
    init = {
        "name": "cws-instrumentation-init",
        "image": "public.ecr.aws/datadog/cws-instrumentation:latest",
        "essential": False,
        "user": "0",
        "mountPoints": [{**volume, "readOnly": False}],
    }
    return [app, agent, init]


def test_what_the_patcher_has_made_is_brought_up_to_date_in_place() -> None:
    containers = datadog(_patched(), options=CWS).containers
    names = [container["name"] for container in containers]
    assert names == ["init-volume", "web", "datadog-agent", "cws-instrumentation-init"]
    _, app, agent, init = containers
    assert app["entryPoint"] == [*LAUNCHER, "/entry.sh"]
    assert app["linuxParameters"]["capabilities"]["add"] == ["SYS_PTRACE"]
    assert len(app["dependsOn"]) == 2
    assert agent["image"] == DATADOG["agent_image"]
    assert "DD_API_KEY" not in variables(agent)
    assert init["image"] == CWS["cws_image"]


def test_what_the_patcher_has_made_is_taken_out_whole() -> None:
    task = {"pidMode": "task", "volumes": [{"name": "cws-instrumentation-volume"}]}
    done = remove(_patched(), task)
    assert (done.containers, done.task) == ([WEB], {})


@pytest.mark.parametrize("options", [{}, {"socket": False}, {"version": "1"}])
def test_a_sidecar_alone_is_taken_out_whole_without_a_record(
    options: dict[str, Any],
) -> None:
    once = datadog(web(), options=options).containers
    assert remove(once, {}).containers == [WEB]


def test_logs_whose_old_configuration_nobody_knows_are_not_taken_out_by_half() -> None:
    once = datadog(web(logConfiguration=AWSLOGS), options=LOGS).containers
    with pytest.raises(Failure, match="would keep the log configuration"):
        remove(once, {})


def test_a_list_without_task_facts_leaves_its_volumes_unknown() -> None:
    """What is added makes the task's volumes no less unknown than they were."""
    mounted = [{"containerPath": "/data", "sourceVolume": "data", "readOnly": False}]
    assert datadog(web(mountPoints=mounted)).status == 0
    known = {"volumes": [{"name": "other"}]}
    assert "R11" in datadog(web(mountPoints=mounted), task=known).failure
