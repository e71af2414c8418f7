"""Verdicts: every agent's signs, near misses that are none, and what is odd beside."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fargate_instrument.audit.foretelling import foretold
from fargate_instrument.audit.unknown import Instrumented, Unknown
from fargate_instrument.audit.verdict import (
    BARE,
    INSTRUMENTED,
    SKIPPED,
    STATUSES,
    UNSURE,
    verdict,
)
from fargate_instrument.core import marks, pipeline
from fargate_instrument.core.jsontext import dump, parse
from fargate_instrument.core.known import AGENTS
from fargate_instrument.core.recipe import WrapEntryPoint
from tests.audit import genuine
from tests.audit.genuine import OWN, app, run, wrapped

LAUNCHER = genuine.SYSDIG


def one(*containers: Any, accepted: tuple[str, ...] = (), **task: Any) -> Any:
    return verdict(containers, task, accepted).containers[0]


SHELL = f"{genuine.PRISMA} fargate entrypoint /app 'a b'"
LACEWORK_LINE = f"sudo -E {genuine.LACEWORK} && /app"
AQUA_LIBRARY = "/.aquasec/bin/$PLATFORM/slklib.so"
WRAPPED: dict[str, tuple[str, dict[str, Any]]] = {
    "sysdig": ("sysdig", {"entryPoint": [LAUNCHER], "command": ["/app"]}),
    "sysdig 4": ("sysdig", {"entryPoint": [LAUNCHER, "/app"]}),
    "prisma": (
        "prisma_cloud",
        {"entryPoint": [genuine.PRISMA, "fargate", "entrypoint", "/app"]},
    ),
    "prisma, older": (
        "prisma_cloud",
        {"entryPoint": [genuine.PRISMA_SCRIPT, "fargate", "entrypoint", "/app"]},
    ),
    "shell entry point, command apart": (
        "prisma_cloud",
        {"entryPoint": ["sh", "-ec"], "command": [SHELL]},
    ),
    "crowdstrike": ("crowdstrike", {"entryPoint": [*genuine.CROWDSTRIKE, "/app"]}),
    "datadog cws": ("datadog", {"entryPoint": [*genuine.DATADOG, "/app"]}),
    "aqua": ("aqua", {"entryPoint": [genuine.AQUA, "/app"]}),
    "aqua, preload": (
        "aqua",
        {"environment": [{"name": "LD_PRELOAD", "value": AQUA_LIBRARY}]},
    ),
    "wiz": ("wiz", {"entryPoint": [genuine.WIZ, "daemon", "--", "/app"]}),
    "lacework": ("lacework", {"entryPoint": [genuine.LACEWORK, "/app"]}),
    "lacework, not root": ("lacework", {"entryPoint": ["sh", "-c", LACEWORK_LINE]}),
    "deepfence": (
        "deepfence",
        {"entryPoint": [genuine.DEEPFENCE], "command": ["/app"]},
    ),
    "upwind": ("upwind", {"entryPoint": [genuine.UPWIND], "command": ["/app"]}),
    "behind an init": ("sysdig", {"entryPoint": ["/sbin/tini", "--", LAUNCHER, "/a"]}),
    "behind env": ("sysdig", {"entryPoint": ["env", "A=1", LAUNCHER, "/app"]}),
    "behind exec in a shell": (
        "sysdig",
        {"entryPoint": ["/bin/sh", "-c", f"exec {LAUNCHER} /app"]},
    ),
    "with slashes": ("sysdig", {"entryPoint": ["/opt//draios/./bin/instrument", "/a"]}),
}


@pytest.mark.parametrize("situation", WRAPPED)
def test_a_wrapped_container_is_instrumented(situation: str) -> None:
    agent, members = WRAPPED[situation]
    containers = (wrapped(agent, **members), OWN[agent])
    found = verdict(containers, {"pidMode": "task"})
    web, own = found.containers
    assert (web.status, web.agents, own.status) == (INSTRUMENTED, (agent,), SKIPPED)
    assert web.reason.startswith(f"{agent}: ")
    assert found.findings == ()
    accepted = one(*containers, accepted=(agent,))
    assert (accepted.status, accepted.rule) == (INSTRUMENTED, "")


@pytest.mark.parametrize("situation", WRAPPED)
def test_another_agent_than_the_required_one_breaks_a_rule(situation: str) -> None:
    agent, members = WRAPPED[situation]
    found = one(wrapped(agent, **members), OWN[agent], accepted=("xray",))
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
    found = one(app(**NEAR_MISSES[situation]), OWN["sysdig"])
    assert (found.status, found.rule) == (BARE, "not-instrumented")
    assert found.reason


@pytest.mark.parametrize("agent", [name for name in AGENTS if marks.wraps_of(name)])
def test_every_agent_counts_by_its_own_forms_and_by_no_part_of_them(agent: str) -> None:
    forms = [wrap for wrap in marks.wraps_of(agent) if isinstance(wrap, WrapEntryPoint)]
    beside = own_of(agent)
    mounted = {"volumesFrom": [{"sourceContainer": beside["name"]}]}
    for form in forms:
        prefix = [str(item) for item in form.prefix]
        found = one(
            app(**mounted, entryPoint=[*prefix, "/app"]), beside, accepted=(agent,)
        )
        proven = marks.owners([beside])[0].proven
        assert found.status == (INSTRUMENTED if proven else BARE), (agent, prefix)
        for length in range(len(prefix) + 1):
            entry_point = prefix[:length] + (["/app"] if length < len(prefix) else [])
            near = one(app(**mounted, entryPoint=entry_point), beside)
            assert near.status in (BARE, UNSURE), entry_point


def own_of(agent: str) -> dict[str, Any]:
    """Give an agent's own container, by its marks where no other is known."""
    known = AGENTS[agent]
    named = {"name": known["names"][0], "image": "registry.example/x:1"}
    return OWN.get(agent, named)


def test_a_launcher_of_no_fixed_path_cannot_be_told() -> None:
    changed = wrapped("upwind", entryPoint=["/t/entry"])
    found = one(changed, OWN["upwind"])
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "/t/entry" in found.reason
    del changed["entryPoint"]
    assert one(changed, OWN["upwind"]).status == BARE


@pytest.mark.parametrize("agent", OWN)
def test_agents_own_containers_are_skipped(agent: str) -> None:
    found = one(OWN[agent])
    assert (found.status, found.rule) == (SKIPPED, "")
    assert AGENTS[agent]["vendor"] in found.reason


def test_a_copy_of_an_agents_image_is_its_own_with_another_sign() -> None:
    mirror = {
        "name": "x",
        "image": "1.dkr.ecr.eu-west-1.amazonaws.com/m/workload-agent",
    }
    assert one(mirror).status == BARE
    assert one({**mirror, "name": "SysdigInstrumentation"}).status == SKIPPED
    assert (
        one({**mirror, "entryPoint": ["/opt/draios/bin/logwriter"]}).status == SKIPPED
    )


FIRELENS = {"firelensConfiguration": {"type": "fluentbit"}}
THROUGH = {"logConfiguration": {"logDriver": "awsfirelens"}}


def test_a_log_router_is_skipped_where_another_container_logs_through_it() -> None:
    router = {**app(**FIRELENS), "name": "log"}
    assert one(router, app(**THROUGH)).status == SKIPPED
    assert one(router, app()).status == BARE
    assert one({**router, **THROUGH}).status == BARE
    unknown = app(logConfiguration=Unknown("no value"))
    assert one(router, unknown).status == UNSURE


def test_a_wrapped_log_router_counts_as_instrumented() -> None:
    router = wrapped("sysdig", **FIRELENS, entryPoint=[LAUNCHER, "/fluent-bit"])
    assert one(router, OWN["sysdig"]).status == INSTRUMENTED


def test_an_observability_container_does_not_watch_what_runs() -> None:
    found = one(app(), OWN["xray"])
    assert found.status == BARE
    assert "xray" in found.reason
    asked = one(app(), OWN["xray"], accepted=("xray",))
    assert asked.status == INSTRUMENTED


def test_an_agent_that_is_put_in_later_shows_in_no_task_definition() -> None:
    injected = [name for name, known in AGENTS.items() if known.get("injected")]
    assert injected
    for agent in injected:
        found = one(app(), accepted=(agent,))
        assert (found.status, found.rule) == (UNSURE, "cannot-tell")
        assert "when a task starts" in found.reason


UNKNOWNS: dict[str, Any] = {
    "entry point": {"entryPoint": Unknown("no value")},
    "first item": {"entryPoint": [Unknown("no value", "${var.a}")]},
    "command of a shell": {"entryPoint": ["sh", "-c"], "command": Unknown("no value")},
    "script": {"entryPoint": ["sh", "-c", Unknown("no value", "${var.a}")]},
    "beginning of a launcher": {"entryPoint": [Unknown("no value", "/opt/${var.a}")]},
    "what runs behind it": {"entryPoint": [LAUNCHER], "command": Unknown("no value")},
    "what its line runs behind it": {
        "entryPoint": ["sh", "-c", Unknown("no value", f"{LAUNCHER} ${{var.a}}")]
    },
    "a word of its prefix": {
        "entryPoint": [genuine.PRISMA, Unknown("no value", "${var.a}"), "entrypoint"]
    },
    "what brings it": {
        "entryPoint": [LAUNCHER, "/app"],
        "volumesFrom": Unknown("no value"),
    },
}


@pytest.mark.parametrize("situation", UNKNOWNS)
def test_what_cannot_be_known_is_said_with_its_reason(situation: str) -> None:
    found = one(wrapped("sysdig", **UNKNOWNS[situation]), OWN["sysdig"])
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "no value" in found.reason


def test_an_unknown_part_that_decides_nothing_is_no_doubt() -> None:
    members: dict[str, Any] = {"entryPoint": ["/app", Unknown("x", "${var.a}")]}
    assert one(app(**members)).status == BARE
    members = {"entryPoint": [Unknown("x", "/srv/${var.a}")]}
    assert one(app(**members)).status == BARE
    members = {"entryPoint": [LAUNCHER], "command": [Unknown("x", "${var.a}")]}
    assert one(wrapped("sysdig", **members), OWN["sysdig"]).status == INSTRUMENTED
    script = Unknown("x", f"{LAUNCHER} /app ${{var.a}}")
    assert one(run("sh", "-c", script), OWN["sysdig"]).status == INSTRUMENTED
    tag = {**OWN["sysdig"], "image": Unknown("x", "quay.io/sysdig/workload-agent:${t}")}
    assert one(tag).status == SKIPPED


def test_whose_a_container_is_cannot_be_told_where_its_image_is_not_known() -> None:
    hidden = {**OWN["lacework"], "image": Unknown("no value", "${var.image}")}
    assert (one(hidden).status, one(hidden).rule) == (UNSURE, "cannot-tell")
    web = wrapped("lacework", entryPoint=[genuine.LACEWORK, "/app"])
    assert one(web, hidden).status == UNSURE
    assert one({**OWN["lacework"], "entryPoint": Unknown("no value")}).status == SKIPPED
    vendor = {"name": "x", "image": OWN["lacework"]["image"]}
    assert one({**vendor, "entryPoint": Unknown("no value")}).status == UNSURE


def test_a_command_counts_where_the_image_is_known_to_start_it() -> None:
    web = wrapped("sysdig", command=[LAUNCHER, "/app"])
    found = one(web, OWN["sysdig"])
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "--image-configs" in found.reason
    for entry_point, status in (
        (None, INSTRUMENTED),
        ([], INSTRUMENTED),
        (["/tini", "--"], INSTRUMENTED),
        (["/app"], BARE),
    ):
        configs = {web["image"]: {"Entrypoint": entry_point}}
        found = one(web, OWN["sysdig"], imageConfigs=configs)
        assert found.status == status, entry_point


def test_a_form_that_leaves_an_entry_point_outside_cannot_be_told() -> None:
    members = {"entryPoint": ["/start"], "command": ["/bin/sh", "-c", SHELL]}
    found = one(wrapped("prisma_cloud", **members), OWN["prisma_cloud"])
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    assert "/start" in found.reason


@pytest.mark.parametrize("container", [None, 7, "web", [], Unknown("x")])
def test_what_is_no_container_cannot_be_judged(container: Any) -> None:
    assert one(container).status == UNSURE


# What is odd beside


def rules(*containers: Any, **task: Any) -> list[str]:
    return [found.rule for found in verdict(containers, task).findings]


def test_a_launcher_that_nothing_brings() -> None:
    alone = app(entryPoint=[LAUNCHER, "/app"])
    assert rules(alone) == ["sidecar-missing"]
    assert one(alone).status == BARE
    lost = {**alone, "volumesFrom": [{"sourceContainer": "gone"}]}
    assert rules(lost, OWN["sysdig"]) == ["sidecar-missing"]
    fine = {**alone, "volumesFrom": [{"sourceContainer": "SysdigInstrumentation"}]}
    assert rules(fine, OWN["sysdig"]) == []


def test_a_launcher_on_a_shared_volume_is_brought_by_the_agents_container() -> None:
    mount = {"sourceVolume": "agent", "containerPath": "/opt/wiz"}
    web = app(entryPoint=[genuine.WIZ, "daemon", "--", "/app"], mountPoints=[mount])
    own = {**OWN["wiz"], "mountPoints": [{**mount, "containerPath": "/out"}]}
    assert rules(web, own) == []
    assert one(web, own).status == INSTRUMENTED
    assert rules(web, OWN["wiz"]) == ["launcher-hidden"]
    assert one(web, OWN["wiz"]).status == BARE


HIDING = ("/opt/draios", "/opt", "/opt/draios/bin/", "/opt/draios/bin/instrument", "/")


@pytest.mark.parametrize("path", HIDING)
def test_a_mount_over_the_launcher_hides_it(path: str) -> None:
    mount = {"sourceVolume": "data", "containerPath": path}
    web = run(LAUNCHER, "/app", mountPoints=[mount])
    assert rules(web, OWN["sysdig"]) == ["launcher-hidden"]
    assert (one(web, OWN["sysdig"]).status, one(web, OWN["sysdig"]).rule) == (
        BARE,
        "not-instrumented",
    )


@pytest.mark.parametrize("path", ["/opt/draios-data", "/data", "/opt/draios/bin/x", ""])
def test_a_mount_beside_the_launcher_hides_nothing(path: str) -> None:
    mount = {"sourceVolume": "data", "containerPath": path}
    web = run(LAUNCHER, "/app", mountPoints=[mount])
    assert rules(web, OWN["sysdig"]) == []
    assert one(web, OWN["sysdig"]).status == INSTRUMENTED


def test_a_sidecar_without_anything_that_uses_it() -> None:
    assert rules(app(), OWN["sysdig"]) == ["sidecar-idle"]
    assert rules(app(), OWN["xray"]) == []
    assert rules(OWN["sysdig"]) == []


def test_sysdig_needs_the_processes_of_the_task() -> None:
    web = run(LAUNCHER, "/app")
    assert rules(web, OWN["sysdig"], pidMode=None) == ["pid-mode-missing"]
    assert rules(web, OWN["sysdig"], pidMode="task") == []
    assert rules(web, OWN["sysdig"]) == []  # it is not known
    prisma = wrapped("prisma_cloud", entryPoint=[*PRISMA_WORDS, "/app"])
    assert rules(prisma, OWN["prisma_cloud"], pidMode=None) == []


PRISMA_WORDS = (genuine.PRISMA, "fargate", "entrypoint")


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


def test_what_the_program_wrote_is_recognised_with_its_provenance() -> None:
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
    router = {**app(**FIRELENS), "name": "log"}
    batch = {**app(**THROUGH), "name": "batch-1"}
    given = [app(), router, batch, OWN["xray"]]
    made = Instrumented("sysdig", "module.m", given, (), ("batch-*",))
    found = {one.name: one for one in foretold(made).containers}
    assert {name: one.status for name, one in found.items()} == {
        "web": INSTRUMENTED,
        "log": SKIPPED,
        "batch-1": BARE,
        "xray": SKIPPED,
    }
    assert 'is excluded by "batch-*"' in found["batch-1"].reason


def test_what_a_module_refuses_is_not_told_as_instrumented() -> None:
    spoofed = {**app(), "name": "TwistlockDefender"}
    made = Instrumented("sysdig", "module.m", [spoofed])
    found = foretold(made).containers[0]
    assert (found.status, found.rule) == (UNSURE, "cannot-tell")
    named = Instrumented("sysdig", "module.m", [spoofed], ("TwistlockDefender",))
    assert foretold(named).containers[0].status == INSTRUMENTED


def test_a_module_whose_input_is_not_known_is_told_as_a_whole() -> None:
    made = Instrumented("sysdig", "module.m", Unknown("x"))
    assert [c.status for c in foretold(made).containers] == [INSTRUMENTED]
    assert foretold(made, ("wiz",)).containers[0].rule == "other-agent"
    nameless = Instrumented("", "module.m")
    assert foretold(nameless).containers[0].status == INSTRUMENTED
    assert foretold(nameless, ("sysdig",)).containers[0].status == UNSURE
    chosen = Instrumented("sysdig", "module.m", Unknown("x"), (), ("web",))
    assert foretold(chosen).containers[0].status == UNSURE
    unnamed = [{**app(), "name": Unknown("x", "${var.a}")}]
    chosen = Instrumented("sysdig", "module.m", unnamed, (), ("web",))
    assert foretold(chosen).containers[0].status == UNSURE


def test_layers_are_told_together_and_apart() -> None:
    batch = {**app(), "name": "batch"}
    inner = Instrumented("sysdig", "module.m", [app(), batch])
    outer = Instrumented("prisma_cloud", "module.m", inner, (), ("batch",))
    found = foretold(outer).containers
    assert [one.agents for one in found] == [("sysdig", "prisma_cloud"), ("sysdig",)]
    asked = foretold(outer, ("prisma_cloud",)).containers
    assert [(one.status, one.rule) for one in asked] == [
        (INSTRUMENTED, ""),
        (INSTRUMENTED, "other-agent"),
    ]
    narrowed = Instrumented(
        "sysdig", "module.m", [app(), batch], ("*",), (), ("batch",)
    )
    assert [one.status for one in foretold(narrowed).containers] == [BARE, INSTRUMENTED]


def test_an_agent_that_watches_nothing_makes_a_module_count_only_where_asked() -> None:
    made = Instrumented("xray", "module.m", [app()])
    assert foretold(made).containers[0].status == BARE
    assert foretold(made, ("xray",)).containers[0].status == INSTRUMENTED


# Laws

texts = st.sampled_from(
    ["web", "sh", "-c", "/app", LAUNCHER, SHELL, "wiz-sensor", "", "--", "env"]
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
    st.sampled_from([(), ("sysdig",), ("aws_guardduty",), ("aqua", "wiz")]),
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
