"""Verdicts: every agent's signs, near misses that are none, and what is odd beside."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.audit import marks
from fargate_instrument.audit.unknown import Instrumented, Unknown
from fargate_instrument.audit.verdict import (
    BARE,
    INSTRUMENTED,
    SKIPPED,
    STATUSES,
    UNSURE,
    foretold,
    verdict,
)
from fargate_instrument.core import pipeline
from fargate_instrument.core.agents import marks as known
from fargate_instrument.core.jsontext import dump, parse

SYSDIG = {"name": "SysdigInstrumentation", "image": "quay.io/sysdig/workload-agent:6"}
LAUNCHER = "/opt/draios/bin/instrument"
LD = "/tmp/CrowdStrike/rootfs/lib64/ld-linux-x86-64.so.2"  # noqa: S108 - the vendor's


def app(**members: Any) -> dict[str, Any]:
    return {"name": "web", "image": "registry.example/web:1", **members}


def sidecar(name: str, image: str = "mirror.example/x:1") -> dict[str, Any]:
    return {"name": name, "image": image}


def one(*containers: Any, accepted: tuple[str, ...] = (), **task: Any) -> Any:
    return verdict(containers, task, accepted).containers[0]


FROM = {"volumesFrom": [{"sourceContainer": "agent"}]}
SHELL = "/var/lib/twistlock/fargate/defender fargate entrypoint /app 'a b'"
WRAPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "sysdig": ("sysdig", {"entryPoint": [LAUNCHER], "command": ["/app"]}),
    "sysdig 4": ("sysdig", {"entryPoint": [LAUNCHER, "/app"]}),
    "prisma": (
        "prisma_cloud",
        {"entryPoint": ["/var/lib/twistlock/fargate/defender", "fargate", "/app"]},
    ),
    "prisma, older": (
        "prisma_cloud",
        {"entryPoint": ["/var/lib/twistlock/fargate/fargate_defender.sh", "/app"]},
    ),
    "prisma, command": (
        "prisma_cloud",
        {"entryPoint": ["/start"], "command": ["/bin/sh", "-c", SHELL]},
    ),
    "shell entry point, command apart": (
        "prisma_cloud",
        {"entryPoint": ["sh", "-ec"], "command": [SHELL]},
    ),
    "crowdstrike": ("crowdstrike", {"entryPoint": [LD, "--library-path", "/x"]}),
    "aqua": ("aqua", {"entryPoint": ["/.aquasec/bin/microenforcer", "/app"]}),
    "aqua, preload": (
        "aqua",
        {"environment": [{"name": "LD_PRELOAD", "value": "/.aquasec/bin/x/slklib.so"}]},
    ),
    "wiz": ("wiz", {"entryPoint": ["/opt/wiz/sensor/wiz-sensor", "daemon", "--"]}),
    "datadog cws": (
        "datadog",
        {"entryPoint": ["/cws-instrumentation-volume/cws-instrumentation", "trace"]},
    ),
    "lacework": (
        "lacework",
        {"entryPoint": ["/var/lib/lacework-backup/lacework-sidecar.sh", "/app"]},
    ),
    "lacework, not root": (
        "lacework",
        {
            "entryPoint": [
                "sh",
                "-c",
                "sudo -E /var/lib/lacework-backup/lacework-sidecar.sh && /app",
            ]
        },
    ),
    "deepfence": (
        "deepfence",
        {
            "entryPoint": [
                "/deepfence/usr/local/bin/deepfence-entry-point-scratch.sh",
                "/app",
            ]
        },
    ),
    "behind an init": ("sysdig", {"entryPoint": ["/sbin/tini", "--", LAUNCHER]}),
    "behind env": ("sysdig", {"entryPoint": ["env", "A=1", LAUNCHER, "/app"]}),
    "in command alone": ("sysdig", {"command": [LAUNCHER, "/app"]}),
}


@pytest.mark.parametrize("situation", WRAPPED)
def test_a_wrapped_container_is_instrumented(situation: str) -> None:
    agent, members = WRAPPED[situation]
    found = one(app(**members, **FROM), sidecar("agent"))
    assert (found.status, found.agents) == (INSTRUMENTED, (agent,))
    assert found.reason.startswith(f"{agent}: ")
    accepted = one(app(**members, **FROM), sidecar("agent"), accepted=(agent,))
    assert (accepted.status, accepted.rule) == (INSTRUMENTED, "")


@pytest.mark.parametrize("situation", WRAPPED)
def test_another_agent_than_the_required_one_breaks_a_rule(situation: str) -> None:
    _, members = WRAPPED[situation]
    found = one(app(**members, **FROM), sidecar("agent"), accepted=("upwind",))
    assert (found.status, found.rule) == (INSTRUMENTED, "other-agent")


NEAR_MISSES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an empty entry point": {"entryPoint": [], "command": []},
    "another program": {"entryPoint": ["/app"]},
    "a launcher as an argument": {"entryPoint": ["/app"], "command": ["x", LAUNCHER]},
    "a launcher's name elsewhere": {"entryPoint": ["/opt/other/bin/instrument"]},
    "a script that does not start it": {"entryPoint": ["sh", "-c", "echo draios"]},
    "a similar path": {"entryPoint": ["/opt/draios-bin/instrument"]},
    "its capability": {"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}},
    "its volumes": {"volumesFrom": [{"sourceContainer": "SysdigInstrumentation"}]},
    "its variables": {"environment": [{"name": "SYSDIG_COLLECTOR", "value": "x"}]},
    "another preload": {"environment": [{"name": "LD_PRELOAD", "value": "/lib/x.so"}]},
    "a preload that is not one": {
        "environment": [{"name": "PRELOAD", "value": "/.aquasec/bin/x.so"}]
    },
}


@pytest.mark.parametrize("situation", NEAR_MISSES)
def test_a_near_miss_is_not_instrumented(situation: str) -> None:
    found = one(app(**NEAR_MISSES[situation]), SYSDIG)
    assert (found.status, found.rule) == (BARE, "not-instrumented")
    assert found.reason


def test_every_launcher_of_the_table_is_recognised_by_its_path() -> None:
    for path, vendor in known.LAUNCHERS.items():
        found = one(app(entryPoint=[f"{path}x"]), accepted=(known.agent_name(vendor),))
        assert found.status == INSTRUMENTED, path


def test_upwind_is_known_by_its_container_and_a_changed_entry_point() -> None:
    wrapped = app(
        entryPoint=["/t/entry"], volumesFrom=[{"sourceContainer": "upwind-tracer"}]
    )
    assert one(wrapped, sidecar("upwind-tracer")).agents == ("upwind",)
    wrapped.pop("entryPoint")
    assert one(wrapped, sidecar("upwind-tracer")).status == BARE


@pytest.mark.parametrize(
    "container",
    [
        sidecar("SysdigInstrumentation"),
        sidecar(
            "x", "123.dkr.ecr.eu-west-1.amazonaws.com/mirror/sysdig/workload-agent"
        ),
        {**sidecar("x"), "entryPoint": ["/opt/draios/bin/logwriter"]},
        {**sidecar("x"), "entryPoint": ["/usr/local/bin/defender", "fargate"]},
        {**app(), "firelensConfiguration": {"type": "fluentbit"}},
    ],
)
def test_agents_own_containers_and_log_routers_are_skipped(
    container: dict[str, Any],
) -> None:
    assert one(container).status == SKIPPED


def test_a_wrapped_log_router_counts_as_instrumented() -> None:
    router = app(firelensConfiguration={"type": "fluentbit"}, entryPoint=[LAUNCHER])
    assert one(router, SYSDIG).status == INSTRUMENTED


def test_an_observability_container_does_not_watch_what_runs() -> None:
    found = one(app(), sidecar("datadog-agent"))
    assert found.status == BARE
    assert "datadog" in found.reason
    asked = one(app(), sidecar("datadog-agent"), accepted=("datadog",))
    assert asked.status == INSTRUMENTED


def test_guardduty_shows_in_no_task_definition() -> None:
    found = one(app(), accepted=("guardduty",))
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "when a task starts" in found.reason


UNKNOWNS: dict[str, Any] = {
    "entry point": {"entryPoint": Unknown("no value")},
    "first item": {"entryPoint": [Unknown("no value", "${var.a}")]},
    "command of a shell": {"entryPoint": ["sh", "-c"], "command": Unknown("no value")},
    "script": {"entryPoint": ["sh", "-c", Unknown("no value", "${var.a}")]},
    "beginning of a launcher": {"entryPoint": [Unknown("no value", "/opt/${var.a}")]},
}


@pytest.mark.parametrize("situation", UNKNOWNS)
def test_what_cannot_be_known_is_said_with_its_reason(situation: str) -> None:
    found = one(app(**UNKNOWNS[situation]))
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "no value" in found.reason


def test_an_unknown_part_that_decides_nothing_is_no_doubt() -> None:
    members = {"entryPoint": ["/app", Unknown("x", "${var.a}")]}
    assert one(app(**members)).status == BARE
    members = {"entryPoint": [Unknown("x", "/srv/${var.a}")]}
    assert one(app(**members)).status == BARE
    members = {"entryPoint": [LAUNCHER], "command": [Unknown("x", "${var.a}")]}
    assert one(app(**members), SYSDIG).status == INSTRUMENTED
    script = Unknown("x", f"{LAUNCHER} ${{var.a}}")
    assert one(app(entryPoint=["sh", "-c", script]), SYSDIG).status == INSTRUMENTED


@pytest.mark.parametrize("container", [None, 7, "web", [], Unknown("x")])
def test_what_is_no_container_cannot_be_judged(container: Any) -> None:
    assert one(container).status == UNSURE


# What is odd beside


def rules(*containers: Any, **task: Any) -> list[str]:
    return [found.rule for found in verdict(containers, task).findings]


def test_a_launcher_that_nothing_brings() -> None:
    alone = app(entryPoint=[LAUNCHER])
    assert rules(alone) == ["sidecar-missing"]
    lost = {**alone, "volumesFrom": [{"sourceContainer": "gone"}]}
    assert rules(lost, SYSDIG)[0] == "sidecar-missing"
    fine = {**alone, "volumesFrom": [{"sourceContainer": "SysdigInstrumentation"}]}
    assert rules(fine, SYSDIG) == []


def test_a_launcher_on_a_shared_volume_is_brought_by_the_init_container() -> None:
    mount = {"sourceVolume": "falcon", "containerPath": "/tmp/CrowdStrike"}  # noqa: S108
    wrapped = app(entryPoint=[LD], mountPoints=[mount])
    init = {**sidecar("crowdstrike-falcon-init-container"), "mountPoints": [mount]}
    assert rules(wrapped, init) == []
    assert rules(wrapped, sidecar("crowdstrike-falcon-init-container")) == [
        "sidecar-missing"
    ]


def test_a_sidecar_without_anything_that_uses_it() -> None:
    assert rules(app(), SYSDIG) == ["sidecar-idle"]
    assert rules(app(), sidecar("datadog-agent")) == []
    assert rules(SYSDIG) == []


def test_sysdig_needs_the_processes_of_the_task() -> None:
    wrapped = app(entryPoint=[LAUNCHER], volumesFrom=[{"sourceContainer": "agent"}])
    beside = {**SYSDIG, "name": "agent"}
    assert rules(wrapped, beside, pidMode=None) == ["pid-mode-missing"]
    assert rules(wrapped, beside, pidMode="task") == []
    assert rules(wrapped, beside) == []  # it is not known
    prisma = app(entryPoint=["/var/lib/twistlock/fargate/defender"], **FROM)
    assert rules(prisma, sidecar("agent"), pidMode=None) == []


# Provenance


def instrumented() -> list[dict[str, Any]]:
    options = {
        "workload_agent_image": "registry.example/agents/w:1",
        "collector_host": "c.example",
        "sysdig_access_key_secret": "arn:aws:secretsmanager:eu-west-1:1:secret:k",
    }
    query = {
        "agent": "sysdig",
        "options": dump(options),
        "container_definitions": dump([app(entryPoint=["/app"])]),
        "checks": "off",
    }
    made: list[dict[str, Any]] = parse(
        pipeline.run(query)["container_definitions"], "result"
    )
    return made


def test_what_the_program_wrote_is_recognised_by_its_provenance() -> None:
    made = verdict(instrumented(), {"pidMode": "task"})
    assert [one.status for one in made.containers] == [INSTRUMENTED, SKIPPED]
    assert {mark.how for mark in made.containers[0].marks} >= {"provenance"}
    assert made.findings == ()


def test_a_label_without_the_launcher_is_damage_and_no_instrumentation() -> None:
    web, agent = instrumented()
    web["entryPoint"], web["command"] = ["/app"], []
    made = verdict([web, agent], {"pidMode": "task"})
    assert made.containers[0].status == BARE
    assert "provenance-damaged" in [found.rule for found in made.findings]
    assert "nothing starts its launcher" in made.containers[0].reason


def test_a_label_that_cannot_be_read_is_said_and_the_launcher_counts() -> None:
    web, agent = instrumented()
    web["dockerLabels"] = {"fargate-instrument.provenance": "edited"}
    made = verdict([web, agent], {"pidMode": "task"})
    assert made.containers[0].status == INSTRUMENTED
    assert [found.rule for found in made.findings] == ["provenance-damaged"]


# What an instrumentation will write


def test_what_a_module_will_instrument_is_told_container_by_container() -> None:
    router = {**app(), "name": "log", "firelensConfiguration": {"type": "fluentbit"}}
    batch = {**app(), "name": "batch-1"}
    made = Instrumented("sysdig", "module.m", [app(), router, batch], (), ("batch-*",))
    found = {one.name: one for one in foretold(made).containers}
    assert {name: one.status for name, one in found.items()} == {
        "web": INSTRUMENTED,
        "log": SKIPPED,
        "batch-1": BARE,
    }
    assert 'is excluded by "batch-*"' in found["batch-1"].reason


def test_a_module_whose_input_is_not_known_is_told_as_a_whole() -> None:
    made = Instrumented("sysdig", "module.m", Unknown("x"))
    assert [c.status for c in foretold(made).containers] == [INSTRUMENTED]
    assert foretold(made, ("wiz",)).containers[0].rule == "other-agent"
    nameless = Instrumented("", "module.m")
    assert foretold(nameless).containers[0].status == INSTRUMENTED
    assert foretold(nameless, ("sysdig",)).containers[0].status == UNSURE


# Laws

texts = st.sampled_from(
    ["web", "sh", "-c", "/app", LAUNCHER, SHELL, "datadog-agent", "", "--", "env"]
)
words = st.one_of(texts, st.none(), st.integers(), st.builds(Unknown, texts, texts))
values = st.one_of(words, st.lists(words, max_size=4), st.builds(Unknown, texts))
entries = st.lists(
    st.one_of(
        values,
        st.dictionaries(
            st.sampled_from(["name", "value", "sourceContainer", "sourceVolume"]), words
        ),
    ),
    max_size=3,
)
anything = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "image",
            "entryPoint",
            "command",
            "environment",
            "volumesFrom",
            "mountPoints",
            "dockerLabels",
            "firelensConfiguration",
        ]
    ),
    st.one_of(values, entries),
)


@given(
    st.lists(st.one_of(anything, values), max_size=4),
    st.sampled_from([(), ("sysdig",), ("guardduty",), ("aqua", "wiz")]),
)
def test_every_container_gets_one_verdict_whatever_it_holds(
    containers: list[Any], accepted: tuple[str, ...]
) -> None:
    made = verdict(containers, {}, accepted)
    assert [found.index for found in made.containers] == list(range(len(containers)))
    for found in made.containers:
        assert found.status in STATUSES
        assert found.reason
        assert (found.status == UNSURE) == (found.rule == "cannot-tell")
        assert found.status != INSTRUMENTED or found.agents


def test_agents_have_the_names_of_the_program() -> None:
    assert {"sysdig", "prisma_cloud"} <= set(marks.VENDORS)
