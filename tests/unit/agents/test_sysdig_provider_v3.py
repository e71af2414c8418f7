"""``compatibility = "provider-v3"``, point by point: agent ``sysdig``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.program import ARN, Run, instrument

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
DB: dict[str, Any] = {"name": "db", "image": "db:1", "entryPoint": ["/db"]}
AWSLOGS = {"group": "g", "stream_prefix": "p", "region": "r"}
EXACT = {
    "sysdig_access_key_secret": ...,
    "sysdig_access_key": "key-0123456789",
    "compatibility": "provider-v3",
}
EIGHT = (
    "SYSDIG_ACCESS_KEY",
    "SYSDIG_COLLECTOR",
    "SYSDIG_COLLECTOR_PORT",
    "SYSDIG_LOGGING",
    "SYSDIG_ORCHESTRATOR",
    "SYSDIG_ORCHESTRATOR_PORT",
    "SYSDIG_PRIORITY",
    "SYSDIG_SIDECAR",
)
OTHER_TEXT = "wrote another text here"


def exact(containers: Any, **more: Any) -> Run:
    options = {**EXACT, **more.pop("options", {})}
    more.setdefault("provenance", "label")
    return instrument("sysdig", containers, options=options, **more)


def web(**members: Any) -> list[dict[str, Any]]:
    return [{**WEB, **members}]


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {e["name"]: e.get("value") for e in container.get("environment", ())}


def altered(done: Run) -> list[str]:
    """Give the addresses at which the vendor's tool wrote something else."""
    warnings = [w for w in done.result["warnings"] if w.endswith(OTHER_TEXT)]
    return [warning.partition(": ")[0] for warning in warnings]


def test_nothing_is_recorded_and_the_eight_are_sorted_and_complete() -> None:
    done = exact(web(environment=[{"name": "A", "value": "1"}]))
    assert tuple(variables(done.containers[0])) == ("A", *EIGHT)
    assert tuple(variables(done.containers[1])) == ("A", *EIGHT)
    assert b"provenance" not in done.out


def test_the_last_instrumented_container_lends_its_environment() -> None:
    other = {**DB, "environment": [{"name": "SYSDIG_LOGGING", "value": "debug"}]}
    done = exact(
        [{**WEB, "environment": [{"name": "A", "value": "1"}]}, other],
        options={"sysdig_logging": "info"},
    )
    assert variables(done.containers[1])["SYSDIG_LOGGING"] == "info"
    assert variables(done.containers[2])["SYSDIG_LOGGING"] == "debug"
    assert "A" not in variables(done.containers[2])


# Targets


def test_routers_and_other_agents_are_targets() -> None:
    router = {**DB, "firelensConfiguration": {"type": "fluentbit"}}
    datadog = {**DB, "name": "datadog-agent"}
    done = exact([WEB, router, datadog])
    assert done.result["instrumented"] == ["web", "db", "datadog-agent"]


@pytest.mark.parametrize("way", ["exclude", "ignore_containers"])
def test_what_is_excluded_is_no_target(way: str) -> None:
    more: dict[str, Any] = (
        {"exclude": ["db"]} if way == "exclude" else {"options": {way: ["db"]}}
    )
    done = exact([WEB, DB], **more)
    assert done.result["instrumented"] == ["web"]
    assert done.containers[1] == DB


def test_the_agents_own_container_is_no_target() -> None:
    once = exact(web(), options={"log_configuration": AWSLOGS})
    twice = exact(once.containers, options={"log_configuration": AWSLOGS})
    assert twice.containers == once.containers
    assert twice.result["instrumented"] == ["web"]


# Essential and sizes

SIZES = {"instrumentation_cpu": 128, "instrumentation_memory_limit": 256}


@pytest.mark.parametrize("priority", ["availability", "security"])
def test_essential_is_absent_without_the_post_step(priority: str) -> None:
    done = exact(web(), options={"priority": priority})
    assert "essential" not in done.containers[1]


@pytest.mark.parametrize("priority", ["availability", "security"])
def test_essential_defaults_to_false_whatever_the_priority(priority: str) -> None:
    options = {"priority": priority, "log_configuration": AWSLOGS}
    assert exact(web(), options=options).containers[1]["essential"] is False


def test_essential_true_is_not_written() -> None:
    options = {"instrumentation_essential": True, "log_configuration": AWSLOGS}
    assert "essential" not in exact(web(), options=options).containers[1]


@pytest.mark.parametrize(
    "post", [{"log_configuration": AWSLOGS}, {"bare_pdig_on_containers": ["web"]}]
)
def test_sizes_are_written_by_the_post_step(post: dict[str, Any]) -> None:
    sidecar = exact(web(), options={**SIZES, **post}).containers[1]
    assert (sidecar["cpu"], sidecar["memory"]) == (128, 256)


@pytest.mark.parametrize(
    "option", ["instrumentation_cpu", "instrumentation_memory_limit"]
)
def test_an_ignored_size_gives_a_warning(option: str) -> None:
    done = exact(web(), options={option: 128})
    assert {"cpu", "memory"}.isdisjoint(done.containers[1])
    assert any(w.startswith(f"options.{option}: ") for w in done.result["warnings"])


@pytest.mark.parametrize("essential", [True, "true"])
def test_an_ignored_essential_gives_a_warning(essential: Any) -> None:
    done = exact(web(), options={"instrumentation_essential": essential})
    assert "options.instrumentation_essential: " in " ".join(done.result["warnings"])


@pytest.mark.parametrize("nothing", [{}, {"instrumentation_cpu": 0}])
def test_what_asks_for_nothing_gives_no_warning(nothing: dict[str, Any]) -> None:
    done = exact(web(), options=nothing)
    assert "is ignored" not in " ".join(done.result["warnings"])


# Entry point and command

KNOWN = {"web:1": {"Entrypoint": ["/i"], "Cmd": ["d"]}}


@pytest.mark.parametrize("empty", [None, []])
def test_empty_counts_as_given(empty: Any) -> None:
    one = exact(web(command=empty), image_configs=KNOWN)
    assert one.containers[0]["command"] == ["/web"]
    other = exact(web(entryPoint=empty, command=["c"]), image_configs=KNOWN)
    assert other.containers[0]["command"] == ["c"]
    last = [{"name": "web", "image": "web:1", "command": empty}]
    third = exact(last, image_configs=KNOWN)
    assert third.containers[0]["command"] == ["/i"]


@pytest.mark.parametrize("empty", [None, []])
def test_an_empty_result_is_refused_all_the_same(empty: Any) -> None:
    done = exact(web(entryPoint=empty, command=empty), image_configs=KNOWN)
    assert "has nothing to run" in done.failure


@pytest.mark.parametrize(
    ("item", "text"), [(80, "80"), (True, "true"), (False, "false"), (None, "")]
)
def test_items_that_are_no_text_become_text_with_a_warning(
    item: Any, text: str
) -> None:
    done = exact(web(command=["-p", item]))
    assert done.containers[0]["command"] == ["/web", "-p", text]
    assert any(
        w.startswith('container_definitions[0].command: container "web" has items')
        for w in done.result["warnings"]
    )


@pytest.mark.parametrize("item", [{}, []])
def test_items_that_are_objects_or_lists_are_refused(item: Any) -> None:
    assert "container_definitions[0].command[0]: " in exact(web(command=[item])).failure


# Text that the vendor's tool alters


@pytest.mark.parametrize(
    "text", [" x", "x\n", "null", "a&b", "<", "\x01", "\u2028", "\xa0"]
)
def test_altered_arguments_stay_with_a_warning(text: str) -> None:
    done = exact(web(command=["ok", text]))
    assert done.containers[0]["command"] == ["/web", "ok", text]
    assert altered(done) == ["container_definitions[0].command[2]"]


@pytest.mark.parametrize("text", ["", "a b", "x\ny", '"', "\\", "${X}", "#", "\b", "é"])
def test_arguments_that_survive_give_no_warning(text: str) -> None:
    assert altered(exact(web(command=["ok", text]))) == []


def test_an_altered_image_gives_a_warning() -> None:
    assert altered(exact(web(image="a&b:1"), checks="off")) == [
        "container_definitions[0].image"
    ]


def test_copies_in_the_sidecar_that_are_altered_give_a_warning() -> None:
    pairs = [{"name": "B", "value": "a&b"}, {"name": "C&", "value": "c"}]
    done = exact(web(environment=pairs), checks="off")
    assert variables(done.containers[0])["B"] == "a&b"
    assert variables(done.containers[1])["B"] == "a&b"
    assert altered(done) == [
        "container_definitions[1].environment[0].value",
        "container_definitions[1].environment[1].name",
    ]


def test_altered_values_of_options_give_a_warning_where_they_stand() -> None:
    options = {"collector_host": "a&b", "image_auth_secret": " x"}
    done = exact(web(), options=options, checks="off")
    assert altered(done) == [
        "container_definitions[0].environment[1].value",
        "container_definitions[1].environment[1].value",
        "container_definitions[1].repositoryCredentials.credentialsParameter",
    ]


def test_an_altered_secret_is_not_shown() -> None:
    key = "key&0123456789"
    done = exact(web(), options={"sysdig_access_key": key})
    assert len(altered(done)) == 2
    assert key not in " ".join(done.result["warnings"])


def test_the_default_mode_says_nothing_of_the_vendors_text() -> None:
    done = instrument("sysdig", web(command=["a&b"]))
    assert altered(done) == []


# Doubled entries


def test_entries_that_are_there_are_not_doubled() -> None:
    there = web(
        linuxParameters={"capabilities": {"add": ["SYS_PTRACE"]}},
        volumesFrom=[{"sourceContainer": "SysdigInstrumentation", "readOnly": True}],
        environment=[{"name": "__INSTRUMENTATION_WRAPPER", "value": "x"}],
    )
    options = {"bare_pdig_on_containers": ["web"]}
    made = exact(there, options=options, checks="off").containers[0]
    assert made["linuxParameters"] == there[0]["linuxParameters"]
    assert made["volumesFrom"] == there[0]["volumesFrom"]
    assert list(variables(made)).count("__INSTRUMENTATION_WRAPPER") == 1


# What the vendor's provider cannot express, and what it does not check


@pytest.mark.parametrize(
    "options",
    [
        {"sysdig_access_key_secret": ARN, "sysdig_access_key": ...},
        {"log_configuration": {"logDriver": "awsfirelens"}},
    ],
)
def test_what_it_cannot_express_is_refused(options: dict[str, Any]) -> None:
    assert "cannot be expressed" in exact(web(), options=options).failure


@pytest.mark.parametrize(
    ("option", "value"), [("sysdig_logging", "verbose"), ("sidecar", "sometimes")]
)
def test_values_it_does_not_check_pass_with_a_warning(option: str, value: str) -> None:
    done = exact(web(), options={option: value})
    assert value in variables(done.containers[0]).values()
    assert any(
        w.startswith(f"options.{option}: is outside the documented values")
        for w in done.result["warnings"]
    )


@pytest.mark.parametrize("port", ["collector_port", "70000", ""])
def test_any_port_text_passes(port: str) -> None:
    done = exact(web(), options={"collector_port": port})
    assert variables(done.containers[0])["SYSDIG_COLLECTOR_PORT"] == port


def test_neither_collector_nor_key_is_needed() -> None:
    options = {"collector_host": ..., "sysdig_access_key": ...}
    found = variables(exact(web(), options=options).containers[0])
    assert found["SYSDIG_COLLECTOR"] == ""
    assert found["SYSDIG_ACCESS_KEY"] == ""


# The rest is as in the default mode


def test_numbers_are_exact() -> None:
    text = '[{"name":"web","image":"web:1","entryPoint":["/web"],"x":1.0,"y":1e5}]'
    done = exact(text, checks="off")
    assert b'\\"x\\":1.0,\\"y\\":1e5' in done.out


def test_ecs_rules_warn_unless_asked_for() -> None:
    there = web(dependsOn=[{"containerName": "none", "condition": "START"}])
    assert exact(there).status == 0
    assert exact(there, checks="error").status == 1


def test_user_maps_keep_their_keys() -> None:
    labels = {"Team": "x", "lower": "y"}
    assert exact(web(dockerLabels=labels)).containers[0]["dockerLabels"] == labels


@pytest.mark.parametrize("more", [{"value": "x", "note": "mine"}, {}])
def test_the_sidecars_copy_is_a_pair_and_stays_one(more: dict[str, str]) -> None:
    done = exact(web(environment=[{"name": "SYSDIG_PRIORITY", **more}]), checks="off")
    entries = {e["name"]: e for e in done.containers[1]["environment"]}
    pair = {"name": "SYSDIG_PRIORITY", **{k: more[k] for k in more if k == "value"}}
    assert entries["SYSDIG_PRIORITY"] == pair
    assert exact(done.containers, checks="off").containers == done.containers
