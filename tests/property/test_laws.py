"""The laws that hold for every agent, over the whole program: a test for each.

Those of several layers, and of what lies beneath the program, are in
``test_stack_laws``.
"""

from __future__ import annotations

import copy
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fargate_instrument.core import agents, marks, pipeline, remove
from fargate_instrument.core.jsontext import dump, parse
from fargate_instrument.core.rules import check, whole_task
from tests.program import Run, flat, run
from tests.property import stacks
from tests.property import strategies as some

if TYPE_CHECKING:
    import random

EVERY_AGENT = pytest.mark.parametrize("agent", some.AGENTS)


def test_every_agent_is_under_the_laws() -> None:
    assert {*agents.NAMES} - {"custom"} == {*some.AGENTS}


def _succeeds(query: dict[str, Any]) -> Run:
    """Run a query; only what instrumenting would break in ECS's eyes may fail it."""
    done = run(query)
    if done.status:
        assert "instrumenting would break it" in done.failure, done.err
        assume(False)
    return done


def _again(query: dict[str, Any], done: Run, **changed: Any) -> dict[str, Any]:
    return {**query, "container_definitions": _text(done), **changed}


def _text(done: Run) -> str:
    found: str = json.loads(done.out)["container_definitions"]
    return found


@EVERY_AGENT
@given(st.data())
def test_law_1_identity_where_nothing_is_targeted(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent, exclude=["*"]))
    done = _succeeds(query)
    assert done.containers == query["container_definitions"]
    assert done.result["instrumented"] == []
    assert done.result["pid_mode"] == ""


@EVERY_AGENT
@pytest.mark.parametrize("provenance", ["label", "off"])
@given(st.data())
def test_law_2_idempotence(agent: str, provenance: str, data: Any) -> None:
    query = data.draw(some.queries(agent, provenance=provenance))
    if agent in some.OLD and data.draw(st.booleans()):
        query["container_definitions"] += some.OLD[agent]
    once = _succeeds(query)
    twice = _succeeds(_again(query, once))
    assert _text(twice) == _text(once)


@EVERY_AGENT
@given(st.data())
def test_law_3_inverse_from_the_text_alone(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    if agent in some.OLD and data.draw(st.booleans()):
        query["container_definitions"] += some.OLD[agent]
    once = _succeeds(query)
    for text in (_text(once), _text(_succeeds(_again(query, once)))):
        removed = remove.recorded(parse(text, ""), {})
        assert removed.containers == query["container_definitions"]
        assert removed.lost == ()


@EVERY_AGENT
@given(st.data())
def test_law_6_the_input_is_not_mutated(agent: str, data: Any) -> None:
    query = flat(data.draw(some.queries(agent)))
    kept = copy.deepcopy(query)
    pipeline.run(query)
    assert query == kept


@EVERY_AGENT
@given(st.data())
def test_law_7_completeness(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    if data.draw(st.booleans()):
        query["image_configs"] = {}
    done = run(query)
    names = [c["name"] for c in query["container_definitions"]]
    if done.status:
        for line in done.failure.splitlines():
            if not line.startswith("  "):
                assert 'container "' in line or "container_definitions[" in line
        return
    instrumented = done.result["instrumented"]
    skipped = [entry["name"] for entry in done.result["skipped"]]
    assert sorted(instrumented + skipped) == sorted(names)
    assert all(entry["reason"] for entry in done.result["skipped"])
    by_name = {c["name"]: c for c in done.containers}
    wraps = any("entryPoint" in by_name[name] for name in instrumented)
    if agent != "datadog" and wraps:
        for name in instrumented:
            assert agent in [found for found, _ in marks.chain(by_name[name])]


def test_law_10_what_is_written_has_no_error_of_check() -> None:
    """Whole task definitions: a fact that is not there is absent, not unknown."""
    seen = stacks.Tally()
    facts = st.fixed_dictionaries(
        {"family": st.just("web")},
        optional={
            "cpu": st.sampled_from(["256", "1024", "4096"]),
            "memory": st.sampled_from(["512", "2048", "8192"]),
            "networkMode": st.just("awsvpc"),
            "executionRoleArn": st.just("arn:aws:iam::111122223333:role/exec"),
            "requiresCompatibilities": st.just(["FARGATE"]),
            "volumes": st.just([{"name": "data"}]),
        },
    )
    whole = {
        "family": "web",
        "cpu": "4096",
        "memory": "8192",
        "networkMode": "awsvpc",
        "executionRoleArn": "arn:aws:iam::111122223333:role/exec",
        "requiresCompatibilities": ["FARGATE"],
    }
    app = st.sampled_from(
        [
            {"name": "web", "image": "one:1", "entryPoint": ["/web"]},
            {"name": "web", "image": "one:1", "command": ["x"], "essential": True},
            {
                "name": "web",
                "image": "two:2",
                "readonlyRootFilesystem": True,
                "mountPoints": [{"containerPath": "/data", "sourceVolume": "data"}],
            },
        ]
    )

    @stacks.enough
    @given(st.sampled_from(some.AGENTS), app, facts | st.just(whole), st.data())
    def law(agent: str, container: Any, task: Any, data: Any) -> None:
        document = {**task, "containerDefinitions": [container]}
        query = {
            **data.draw(some.queries(agent, containers=st.just([]))),
            "container_definitions": document,
            "checks": "error",
        }
        del query["task"]
        done = run(query)
        if done.status:
            assert done.failure
            seen(refused=True)
            return
        result = done.result
        volumes = [*task.get("volumes", []), *result["volumes"]]
        made = {**task, "volumes": volumes} if volumes else dict(task)
        if result["pid_mode"]:
            made["pidMode"] = result["pid_mode"]
        found = check(result["container_definitions"], whole_task(made))
        assert not [one for one in found if one.severity == "error"], found
        seen(targets=result["instrumented"])

    law()
    seen.require(targets=0.1, refused=0.1)


@pytest.mark.parametrize(
    "pair", list(itertools.permutations(some.AGENTS, 2)), ids="+".join
)
@given(st.data())
def test_law_11_two_agents_stand_together_or_are_refused_by_name(
    pair: tuple[str, str], data: Any
) -> None:
    options = {agent: data.draw(some.options[agent]) for agent in pair}
    query = {
        "agents": [{"agent": agent, "options": options[agent]} for agent in pair],
        "container_definitions": data.draw(some.documents),
        "image_configs": data.draw(some.image_configs),
        "task": {"family": "web"},
        "checks": data.draw(st.sampled_from(["off", "warn"])),
    }
    done = run(query)
    if done.status:
        refused = [line for line in done.failure.splitlines() if line[:1] != " "]
        both = [line for line in refused if all(agent in line for agent in pair)]
        assert both or "instrumenting would break it" in done.failure, done.failure
        return
    instrumented = done.result["instrumented"]
    again = run({**query, "container_definitions": _text(done)})
    assert _text(again) == _text(done)
    for container in done.containers:
        if container["name"] in instrumented:
            tracers = [
                agent
                for agent, _ in marks.chain(container)
                if marks.marks(agent).get("ptrace")
            ]
            assert len(tracers) <= 1


@EVERY_AGENT
@given(st.data())
def test_law_8_determinism_for_any_key_order(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    mixed = data.draw(st.randoms(use_true_random=False))
    assert run(_shuffled(query, mixed)).out == run(query).out


def _shuffled(value: Any, mixed: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(item, mixed) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, _shuffled(item, mixed)) for key, item in value.items()]
    mixed.shuffle(items)
    return dict(items)


@EVERY_AGENT
@given(st.data())
def test_law_8_determinism_for_either_key_case_and_nulls(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    mixed = data.draw(st.randoms(use_true_random=False))
    containers = some.recased(
        query["container_definitions"], lambda: mixed.random() < 0.4
    )
    other = run({**query, "container_definitions": containers})
    assert other.out == run(query).out


PLAIN = {
    "crowdstrike": ("falconctl_opts", "falconctl_opts_secret"),
    "datadog": ("api_key", "api_key_secret"),
    "prisma_cloud": ("install_bundle", "install_bundle_secret"),
    "sysdig": ("sysdig_access_key", "sysdig_access_key_secret"),
}
"""Agent -> its option for a plain secret, and the one for a reference."""
CID = "0123456789ABCDEF0123456789ABCDEF-01"
VALUE = "s3cr3t&value/0123456789"


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_what_is_insisted_on(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    option, reference = PLAIN[agent]
    prefix = "--provisioning-token=" if agent == "crowdstrike" else ""
    given_ = {option: prefix + VALUE, reference: ""}
    query["options"] = {**query["options"], **given_}
    if agent == "crowdstrike":
        query["options"]["cid"] = CID
    done = _succeeds(query)
    assume(done.result["instrumented"])
    result = done.result
    for container in result["container_definitions"]:
        kept = {**container, "environment": [], "logConfiguration": {}}
        assert VALUE not in dump(kept)
    del result["container_definitions"]
    assert VALUE not in json.dumps(result)
    assert any(w.startswith(f"options.{option}: ") for w in result["warnings"])


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_a_value_that_an_agent_replaced(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    name = marks.marks(agent)["secrets"][0]
    first = query["container_definitions"][0]
    first["environment"] = [{"name": name, "value": VALUE}]
    done = _succeeds(query)
    result = done.result
    if agent == "sysdig":
        assert VALUE not in done.out.decode()
        removed = remove.recorded(parse(_text(done), ""), {})
        assert removed.lost == ((first["name"], name),)
    assert VALUE not in json.dumps(result["warnings"])


@EVERY_AGENT
@given(st.data())
def test_law_9_secrecy_of_broken_asks(agent: str, data: Any) -> None:
    query = data.draw(some.queries(agent))
    option, _ = PLAIN[agent]
    query["options"] = {**query["options"], option: VALUE}
    broken = data.draw(st.sampled_from(["entryPoint", "environment", "name", VALUE]))
    query["container_definitions"][0][broken] = {VALUE: VALUE}
    query["checks"] = data.draw(st.sampled_from(["error", "warn"]))
    done = run(query)
    if not done.status:
        assume(False)  # an unknown member is no error, and nothing else is wrong
    assert VALUE not in done.failure
    reported = run({**query, "errors": "report"})
    assert VALUE not in reported.out.decode()
