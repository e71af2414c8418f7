"""Rulings on input shapes that the vendor's provider mishandles: agent ``sysdig``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.program import Run, asked, instrument, run

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
EXACT = {
    "sysdig_access_key_secret": ...,
    "sysdig_access_key": "key-0123456789",
    "compatibility": "provider-v3",
}
BOTH = pytest.mark.parametrize("options", [{}, EXACT], ids=["default", "provider-v3"])


def sysdig(containers: Any, **more: Any) -> Run:
    return instrument("sysdig", containers, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


# Whole documents


def test_an_empty_list_stays_empty() -> None:
    done = sysdig([], checks="off")
    assert done.containers == []
    assert done.result["instrumented"] == []


@pytest.mark.parametrize("text", ["null", ""])
def test_null_and_nothing_are_an_absent_list(text: str) -> None:
    assert "container_definitions" in sysdig(text).failure


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[{]", "line 1, column 3"),
        ("[\n {}} ]", "line 2, column 4"),
        ("[] trailing", "line 1, column 4"),
        (" ", "is empty"),
        ("\ufeff[]", "remove the byte order mark"),
        ("[NaN]", "no JSON number"),
    ],
)
def test_what_is_no_json_says_where(text: str, place: str) -> None:
    failure = sysdig(text).failure
    assert failure.startswith("container_definitions: ")
    assert place in failure


def test_a_task_definition_object_is_taken() -> None:
    document = {
        "family": "f",
        "memory": "1024",
        "executionRoleArn": "arn:aws:iam::111122223333:role/run",
        "containerDefinitions": web(),
    }
    assert sysdig(document).result["instrumented"] == ["web"]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("memory", 'container "web" has no memory, and neither has the task'),
        ("executionRoleArn", "the task has no execution role"),
    ],
)
def test_what_a_whole_task_definition_does_not_say_is_absent(
    member: str, said: str
) -> None:
    """Of a list of containers it is unknown, so it is no error there."""
    document = {
        "family": "f",
        "memory": "1024",
        "executionRoleArn": "arn:aws:iam::111122223333:role/run",
        "containerDefinitions": web(),
    }
    del document[member]
    assert said in sysdig(document).failure
    assert sysdig(web()).result["errors"] == []


@pytest.mark.parametrize("text", ['"x"', "5", "true", "{}"])
def test_any_other_document_is_refused(text: str) -> None:
    assert sysdig(text).failure.startswith("container_definitions: is ")


@pytest.mark.parametrize("item", ["x", None, 5, True, []])
def test_a_list_of_anything_but_objects_names_the_index(item: Any) -> None:
    failure = sysdig([WEB, item]).failure
    assert failure.startswith("container_definitions[1]: is ")
    if item is None:
        assert "container_definitions[1]: is null" in failure


@pytest.mark.parametrize(
    ("option", "legal"),
    [
        ("priority", ("availability", "security")),
        ("sidecar", ("auto", "force")),
        ("sysdig_logging", ("silent", "trace")),
        ("compatibility", ("provider-v3",)),
    ],
)
def test_a_value_outside_a_closed_set_is_told_the_legal_ones(
    option: str, legal: tuple[str, ...]
) -> None:
    failure = sysdig(web(), options={option: "wrong"}).failure
    assert failure.startswith(f"options.{option}: ")
    for value in legal:
        assert value in failure


# Name and image


@BOTH
@pytest.mark.parametrize(
    ("container", "missing"),
    [
        ({}, ("name", "image")),
        ({"image": "a:1"}, ("name",)),
        ({"name": "a"}, ("image",)),
        ({"name": "a", "image": ""}, ("image",)),
        ({"name": "a", "image": None}, ("image",)),
        ({"name": "", "image": "a:1"}, ("name",)),
    ],
)
def test_a_missing_name_or_image_names_the_index(
    container: dict[str, Any], missing: tuple[str, ...], options: dict[str, Any]
) -> None:
    failure = sysdig([WEB, container], options=options).failure
    for member in missing:
        assert f"container_definitions[1].{member}: " in failure
        assert f"has no {member}" in failure


@BOTH
def test_two_containers_of_one_name_are_both_named(options: dict[str, Any]) -> None:
    failure = sysdig([WEB, {**WEB, "image": "b:1"}], options=options).failure
    assert "containers 0 and 1" in failure


@pytest.mark.parametrize("name", [5, True, ["a"]])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    assert "container_definitions[0].name: " in sysdig(web(name=name)).failure


def test_a_null_name_is_a_missing_one() -> None:
    assert "has no name" in sysdig(web(name=None)).failure


@BOTH
@pytest.mark.parametrize("member", ["image", "Image"])
def test_an_image_that_is_an_object_is_refused(
    member: str, options: dict[str, Any]
) -> None:
    container = {"name": "a", "entryPoint": ["/a"], member: {"Ref": "P"}}
    failure = sysdig([container], options=options).failure
    assert "container_definitions[0].image: " in failure
    assert "text is needed" in failure


# Keys


def test_a_key_twice_in_one_object_is_named() -> None:
    text = '[{"name":"a","image":"a:1","image":"b:1"}]'
    assert sysdig(text).failure.startswith("container_definitions[0].image: ")


def test_both_cases_of_a_key_are_refused_unless_equal() -> None:
    variables = [{"name": "A", "value": "1"}]
    failure = sysdig(web(environment=variables, Environment=[])).failure
    assert failure.startswith("container_definitions[0].environment: ")
    done = sysdig(web(environment=variables, Environment=[{"Name": "A", "Value": "1"}]))
    assert done.containers[0]["environment"][0] == {"name": "A", "value": "1"}


@pytest.mark.parametrize(
    "members",
    [
        {"environment": None},
        {"environment": []},
        {"volumesFrom": None},
        {"volumesFrom": []},
        {"linuxParameters": None},
        {"linuxParameters": {}},
        {"linuxParameters": {"capabilities": None}},
    ],
)
def test_null_and_empty_members_are_as_absent_ones(members: dict[str, Any]) -> None:
    assert sysdig(web(**members)).containers == sysdig(web()).containers


@pytest.mark.parametrize(
    "members",
    [
        {"linuxParameters": {"Capabilities": {"Drop": ["NET_RAW"]}}},
        {"LinuxParameters": {"capabilities": {"drop": ["NET_RAW"]}}},
        {"LinuxParameters": {"Capabilities": {"Drop": ["NET_RAW"]}}},
    ],
)
def test_nested_keys_of_either_case_are_kept_and_merged(
    members: dict[str, Any],
) -> None:
    made = sysdig(web(**members)).containers[0]
    capabilities = {"add": ["SYS_PTRACE"], "drop": ["NET_RAW"]}
    assert made["linuxParameters"] == {"capabilities": capabilities}
    assert "LinuxParameters" not in made


def test_mixed_case_volumes_are_read() -> None:
    made = sysdig(web(volumesFrom=[{"SourceContainer": "web2", "readOnly": True}]))
    assert "web2" in made.failure  # ECS: no such container
    there = [WEB, {**WEB, "name": "web2"}]
    there[0] = {**WEB, "volumesFrom": [{"SourceContainer": "web2", "readOnly": True}]}
    entry = {"sourceContainer": "web2", "readOnly": True}
    assert sysdig(there).containers[0]["volumesFrom"][0] == entry


def test_a_nameless_member_in_linux_parameters_is_refused() -> None:
    failure = sysdig(web(linuxParameters={"": 1}), checks="off").failure
    assert "container_definitions[0].linuxParameters: " in failure


def test_keys_of_user_maps_are_never_recased() -> None:
    labels = {"Team": "a", "ownerName": "b"}
    log = {"LogDriver": "awslogs", "Options": {"Awslogs-Group": "g"}}
    made = sysdig(web(DockerLabels=labels, LogConfiguration=log), checks="off")
    assert made.containers[0]["dockerLabels"] == labels
    assert made.containers[0]["logConfiguration"]["options"] == {"Awslogs-Group": "g"}


# Entry point and command


@pytest.mark.parametrize("empty", [None, []])
def test_empty_entry_point_and_command_are_absent(empty: Any) -> None:
    container = web(entryPoint=empty, command=empty)
    assert "what its image" in sysdig(container).failure
    known = {"web:1": {"Entrypoint": ["/e"], "Cmd": ["c"]}}
    made = sysdig(container, image_configs=known).containers[0]
    assert made["command"] == ["/e", "c"]


@pytest.mark.parametrize("empty", [None, []])
def test_an_empty_entry_point_beside_a_command_comes_from_the_image(
    empty: Any,
) -> None:
    container = web(entryPoint=empty, command=["x"])
    assert "what its image" in sysdig(container).failure
    known = {"web:1": {"Entrypoint": ["/e"], "Cmd": ["c"]}}
    made = sysdig(container, image_configs=known).containers[0]
    assert made["command"] == ["/e", "x"]


@BOTH
@pytest.mark.parametrize("member", ["entryPoint", "command"])
@pytest.mark.parametrize(
    ("text", "meant"),
    [("/a -x", '["/a","-x"]'), ('["/a", "b c"]', '["/a","b c"]')],
)
def test_entry_point_or_command_as_text_is_told_the_list(
    member: str, text: str, meant: str, options: dict[str, Any]
) -> None:
    failure = sysdig(web(**{member: text}), options=options).failure
    assert f"container_definitions[0].{member}: " in failure
    assert f"\n  write {meant}\n" in failure


@pytest.mark.parametrize("item", [80, True, None, {}, 1.5])
def test_an_item_that_is_no_text_is_named(item: Any) -> None:
    failure = sysdig(web(command=["-p", item])).failure
    assert 'container_definitions[0].command[1]: container "web" has ' in failure


@BOTH
@pytest.mark.parametrize("member", ["environment", "volumesFrom", "linuxParameters"])
def test_text_where_a_list_or_object_belongs_is_refused(
    member: str, options: dict[str, Any]
) -> None:
    failure = sysdig(web(**{member: "x"}), options=options).failure
    assert f"container_definitions[0].{member}: " in failure


@BOTH
@pytest.mark.parametrize(
    "members",
    [
        {"volumesFrom": {"sourceContainer": "db"}},
        {"linuxParameters": {"capabilities": {"add": "SYS_PTRACE"}}},
        {"environment": {"A": "1"}},
    ],
)
def test_an_object_or_text_for_a_list_is_refused(
    members: dict[str, Any], options: dict[str, Any]
) -> None:
    failure = sysdig(web(**members), options=options).failure
    assert f"container_definitions[0].{next(iter(members))}" in failure


# Environment


@BOTH
@pytest.mark.parametrize("entry", [{"value": "x"}, {"name": None}, {"name": ""}, {}])
def test_a_variable_without_name_is_placed(
    entry: dict[str, Any], options: dict[str, Any]
) -> None:
    failure = sysdig(web(environment=[entry]), options=options).failure
    assert "container_definitions[0].environment[0]" in failure
    assert 'container "web" has no name' in failure


@pytest.mark.parametrize("entry", [None, "A=1", ["A", "1"], 5])
def test_a_variable_that_is_no_object_is_placed(entry: Any) -> None:
    failure = sysdig(web(environment=[entry])).failure
    assert "container_definitions[0].environment[0]: " in failure


def test_variables_are_read_in_either_case() -> None:
    made = sysdig(web(Environment=[{"name": "A", "Value": "1"}])).containers[0]
    assert made["environment"][0] == {"name": "A", "value": "1"}


@pytest.mark.parametrize("name", [5, True, ["A"]])
def test_a_variable_name_that_is_no_text_is_refused(name: Any) -> None:
    failure = sysdig(web(environment=[{"name": name, "value": "1"}])).failure
    assert "container_definitions[0].environment[0].name: " in failure


@BOTH
@pytest.mark.parametrize("key", ["value", "Value"])
@pytest.mark.parametrize("value", [80, True, 1.5, [], {}])
def test_a_variable_value_that_is_no_text_is_told_to_be_quoted(
    key: str, value: Any, options: dict[str, Any]
) -> None:
    environment = [{"name": "PORT", key: value}]
    failure = sysdig(web(environment=environment), options=options).failure
    assert 'value of variable "PORT"' in failure
    assert "in quotes" in failure


@pytest.mark.parametrize("entry", [{"name": "A"}, {"name": "A", "value": None}])
def test_a_variable_without_value_stays_with_a_warning(entry: dict[str, Any]) -> None:
    done = sysdig(web(environment=[entry]))
    assert done.containers[0]["environment"][0] == {"name": "A"}
    warning = next(w for w in done.result["warnings"] if "replaces" in w)
    assert warning.startswith("container_definitions[0].environment[0]: ")


def test_other_members_of_a_variable_are_kept() -> None:
    entry = {"name": "SYSDIG_PRIORITY", "value": "security", "note": "mine"}
    made = sysdig(web(environment=[entry]), checks="off").containers[0]
    assert made["environment"][0] == {**entry, "value": "availability"}


# Ignored containers


@pytest.mark.parametrize(
    "members",
    [
        {"environment": [{"name": "A", "value": 5}]},
        {"linuxParameters": {"capabilities": {"Add": "x"}}},
        {"entryPoint": "text", "volumesFrom": {}},
        {"image": {"Ref": "x"}},
    ],
)
@BOTH
def test_what_is_excluded_is_untouched(
    members: dict[str, Any], options: dict[str, Any]
) -> None:
    odd = {"name": "odd", "image": "o:1", **members}
    ignored = {**options, "ignore_containers": ["odd"]}
    made = sysdig([odd, WEB], options=ignored, checks="off").containers
    assert made[0] == {
        **odd,
        **(
            {"linuxParameters": {"capabilities": {"add": "x"}}}
            if "linuxParameters" in members
            else {}
        ),
    }
    same = instrument("sysdig", [odd, WEB], exclude=["odd"], checks="off")
    assert same.containers[0] == made[0]


# Bytes


def test_half_a_surrogate_pair_is_refused_with_its_member() -> None:
    text = '[{"name":"a","image":"a:1","entryPoint":["\\ud800"]}]'
    failure = sysdig(text).failure
    assert failure.startswith("container_definitions[0].entryPoint[0]: ")


def test_numbers_stay_as_they_were_written() -> None:
    text = (
        '[{"name":"a","image":"a:1","entryPoint":["/a"],"x":12345678901234567890,'
        '"y":1.0,"z":1e400,"w":-0,"v":1.10}]'
    )
    done = sysdig(text, checks="off")
    flat = json.loads(done.out)["container_definitions"]
    for part in ('"x":12345678901234567890', '"y":1.0', '"z":1e400', '"w":-0'):
        assert part in flat
    assert '"v":1.10' in flat


def test_unknown_members_are_kept() -> None:
    members = {"futureMember": {"Deep": [{"Key": 1}]}, "x-y": None}
    made = sysdig(web(**members), checks="warn").containers[0]
    assert made["futureMember"] == {"Deep": [{"Key": 1}]}
    assert "x-y" not in made


# The task


def test_windows_is_refused_only_if_the_task_says_so() -> None:
    platform = {"operating_system_family": "WINDOWS_SERVER_2022_CORE"}
    failure = sysdig(web(), task={"runtime_platform": platform}).failure
    assert failure.startswith("task.runtime_platform.operating_system_family: ")
    assert sysdig(web(), task={}).status == 0


def test_arm64_gives_a_warning() -> None:
    task = {"runtime_platform": {"cpu_architecture": "ARM64"}}
    warnings = sysdig(web(), task=task).result["warnings"]
    assert any(w.startswith("task.runtime_platform.cpu_architecture") for w in warnings)


@pytest.mark.parametrize("version", ["1.3.0", "1.0", "1.3.99"])
def test_an_old_platform_version_is_refused(version: str) -> None:
    failure = sysdig(web(), task={"platform_version": version}).failure
    assert failure.startswith("task.platform_version: ")


@pytest.mark.parametrize("version", ["1.4.0", "LATEST", "1.4", "1.10.0"])
def test_a_platform_version_that_works_is_taken(version: str) -> None:
    assert sysdig(web(), task={"platform_version": version}).status == 0


def test_the_log_port_of_the_agent_gives_a_warning() -> None:
    done = sysdig(web(portMappings=[{"containerPort": 32000}]))
    assert any("maps port 32000" in warning for warning in done.result["warnings"])
    other = sysdig(web(portMappings=[{"containerPort": 32001}]))
    assert not other.result["warnings"]


# Whose containers


@BOTH
def test_an_own_container_of_the_agents_name_is_told_to_be_renamed(
    options: dict[str, Any],
) -> None:
    own = {**WEB, "name": "SysdigInstrumentation"}
    failure = sysdig([WEB, own], options=options).failure
    assert failure.startswith("container_definitions[1].name: ")
    assert "rename it" in failure


ROUTER = {
    "name": "router",
    "image": "r:1",
    "essential": True,
    "entryPoint": ["/r"],
    "firelensConfiguration": {"type": "fluentbit"},
}
LOGGED = {**WEB, "logConfiguration": {"logDriver": "awsfirelens"}}


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (ROUTER, "FireLens"),
        ({"name": "newrelic-infra", "image": "my/newrelic/nri-ecs:1"}, "New Relic"),
        ({"name": "xray", "image": "amazon/aws-xray-daemon:3"}, "X-Ray"),
        (
            {"name": "TwistlockDefender", "image": "r.example/twistlock/defender:1"},
            "Prisma Cloud",
        ),
    ],
)
def test_routers_and_other_agents_are_left_alone(
    other: dict[str, Any], reason: str
) -> None:
    done = sysdig([LOGGED, other], checks="off")
    assert done.containers[1] == other
    (skipped,) = done.result["skipped"]
    assert skipped["name"] == other["name"]
    assert reason in skipped["reason"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"name": "TwistlockDefender", "image": "d:1"}, "its name"),
        ({"name": "x", "image": "my/newrelic/nri-ecs"}, "the end of its image's name"),
        (
            {"name": "x", "image": "d", "entryPoint": ["/usr/local/bin/defender"]},
            "the agent's program",
        ),
    ],
)
def test_one_sign_alone_is_an_error_that_asks(other: dict[str, Any], said: str) -> None:
    """An application may have any name; nobody's word is taken for it or against it."""
    failure = sysdig([WEB, other]).failure
    name = json.dumps(other["name"])
    assert failure.startswith(f"container_definitions[1]: container {name} may belong")
    assert f"by {said}, and nothing else says so" in failure
    assert f"include = [{name}]" in failure
    assert f"exclude = [{name}]" in failure
    done = sysdig([WEB, other], exclude=[other["name"]])
    assert done.result["instrumented"] == ["web"]
    argv = {"entryPoint": ["/serve"]}
    done = sysdig([WEB, {**other, **argv}], include=["web", other["name"]])
    assert done.result["instrumented"] == ["web", other["name"]]


def test_a_router_through_which_nobody_logs_is_an_error_that_asks() -> None:
    failure = sysdig([WEB, ROUTER]).failure
    assert failure.startswith('container_definitions[1]: container "router" has a')
    assert "no container logs through it" in failure
    assert 'exclude = ["router"]' in failure
    done = sysdig([WEB, ROUTER], exclude=["router"], checks="off")
    assert done.containers[1] == ROUTER


def test_include_takes_a_router() -> None:
    done = sysdig([LOGGED, ROUTER], include=["router", "web"])
    assert done.result["instrumented"] == ["web", "router"]


@pytest.mark.parametrize("option", ["ignore_containers", "bare_pdig_on_containers"])
def test_an_unknown_name_is_told_the_nearest(option: str) -> None:
    failure = sysdig(web(), options={option: ["wbe"]}).failure
    assert failure.startswith(f"options.{option}")
    assert "web" in failure.partition("\n")[2]


def test_a_colon_is_part_of_a_name() -> None:
    failure = sysdig(
        [WEB, {**WEB, "name": "b"}], options={"ignore_containers": ["web:b"]}
    )
    assert '"web:b" matches no container' in failure.failure


def test_names_are_exact_and_case_counts() -> None:
    assert sysdig(web(), options={"ignore_containers": ["WEB"]}).status == 1
    assert sysdig(web(), options={"ignore_containers": ["w*"]}).status == 1
    assert run(asked("sysdig", web(), exclude=["w*"])).status == 0
