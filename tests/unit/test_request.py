"""Query -> asks: one agent or several, options, batches, addresses of what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fargate_instrument.core.request import Request, read_request, secret_values
from tests.program import ARN, PRISMA_CLOUD, SYSDIG, asked, flat, run
from tests.unit.stack import DB, WEB

SECRET = "key-0123456789"  # noqa: S105  (of no use)


def layer(agent: str = "sysdig", **more: Any) -> dict[str, Any]:
    options = {"sysdig": SYSDIG, "prisma_cloud": PRISMA_CLOUD}.get(agent, {})
    return {"agent": agent, "options": {**options, **more.pop("options", {})}, **more}


def agents(*layers: Any, **more: Any) -> dict[str, Any]:
    return {
        "agents": list(layers),
        "container_definitions": [WEB, DB],
        "task": {"family": "f"},
        **more,
    }


def read(query: dict[str, Any]) -> Request:
    return read_request(flat({k: v for k, v in query.items() if v not in ("", None)}))


def told(query: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((p.address, p.message) for p in read(query).problems)


# Several agents in one ask


def test_one_agent_is_the_list_of_one() -> None:
    alone = run(asked("sysdig", [WEB, DB], task={"family": "f"}))
    assert run(agents(layer())).out == alone.out
    text = agents({**layer(), "options": json.dumps(SYSDIG)})
    assert run(text).out == alone.out


def test_layers_are_laid_in_the_order_of_the_ask() -> None:
    both = agents(layer("prisma_cloud", include=["web"]), layer(exclude=["web"]))
    request = read(both)
    assert request.problems == ()
    (ask,) = request.asks
    assert [one.recipe.agent for one in ask.layers] == ["prisma_cloud", "sysdig"]
    done = run(both)
    assert done.result["instrumented"] == ["web", "db"]
    names = [container["name"] for container in done.containers]
    assert names == ["web", "db", "TwistlockDefender", "SysdigInstrumentation"]


def test_a_layers_own_patterns_narrow_those_of_the_ask() -> None:
    done = run(agents(layer(include=["w*"]), include=["web", "db"], exclude=["db"]))
    assert done.result["instrumented"] == ["web"]
    said = 'is excluded by "db"'
    assert {"name": "db", "reason": said} in done.result["skipped"]


@pytest.mark.parametrize("null", [None, []])
def test_patterns_that_say_nothing(null: Any) -> None:
    (ask,) = read(agents(layer(include=null, exclude=null))).asks
    assert (ask.layers[0].include, ask.layers[0].exclude) == ((), ())


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        (
            agents(layer(), layer("prisma_cloud"), layer()),
            [("agents[2].agent", 'is "sysdig" for the second time')],
        ),
        (agents(), [("agents", "is empty")]),
        (
            {**agents(layer()), "agent": "sysdig"},
            [("agent", "is given beside agents")],
        ),
        (
            {**agents(layer()), "options": SYSDIG, "agent": "sysdig"},
            [
                ("agent", "is given beside agents"),
                ("options", "is given beside agents"),
            ],
        ),
        (
            agents(layer(), layer("twistlock")),
            [("agents[1].agent", '"twistlock" is not a known agent')],
        ),
        (agents({"options": {}}), [("agents[0].agent", "is needed")]),
        (agents({"agent": ""}), [("agents[0].agent", "is empty")]),
        (agents("sysdig"), [("agents[0]", "is text, an object is needed")]),
        (agents(layer(), agents={}), [("agents", "is an object, a list is needed")]),
        (agents(layer(incldue=[])), [("agents[0].incldue", "is not known")]),
        (agents(layer(include=[""])), [("agents[0].include[0]", "is empty")]),
        (
            agents(layer(include="web")),
            [("agents[0].include", "is text, a list is needed")],
        ),
        (
            agents(layer("prisma_cloud"), layer(options={"priority": "hihg"})),
            [
                (
                    "agents[1].options.priority",
                    'is "hihg", one of "availability", "security" is needed',
                )
            ],
        ),
        (
            agents(layer(options={"x": 1})),
            [("agents[0].options.x", "is not known")],
        ),
        (
            agents({"agent": "sysdig", "options": 5}),
            [("agents[0].options", "is a number, an object is needed")],
        ),
        (
            agents({"agent": "sysdig", "options": "{"}),
            [
                (
                    "agents[0].options",
                    "is not JSON: a key in double quotes is expected"
                    " (line 1, column 2)",
                )
            ],
        ),
        (
            agents(layer("prisma_cloud"), task={}),
            [
                (
                    "task.family",
                    "is needed: the Defender is told the task's family as FARGATE_TASK,"
                    " and container definitions do not carry it",
                )
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_list_of_agents(query: Any, problems: Any) -> None:
    assert told(query) == problems
    if "agents" in query:
        assert run(query).failure.startswith(f"{problems[0][0]}: ")


def test_every_layer_tells_what_is_wrong_with_it() -> None:
    query = agents({"agent": "sysdig"}, {"agent": "prisma_cloud"}, {"agent": "sysdg"})
    found = {address for address, _ in told(query)}
    assert {"agents[0].options.workload_agent_image", "agents[2].agent"} <= found
    assert "agents[1].options.defender_image" in found
    failure = run(query).failure
    assert 'did you mean "sysdig"?' in failure


def test_an_alias_is_told_the_name() -> None:
    for alias in ("twistlock", "Prisma-Cloud", "prisma cloud", "falco"):
        meant = "sysdig" if alias == "falco" else "prisma_cloud"
        assert f'did you mean "{meant}"?' in run(agents(layer(alias))).failure
        assert (
            f'did you mean "{meant}"?'
            in run({**agents(), "agents": "", "agent": alias}).failure
        )


def test_what_an_option_of_a_layer_says_has_the_layers_address() -> None:
    failure = run(agents(layer(options={"ignore_containers": ["wbe"]}))).failure
    assert failure.startswith('agents[0].options.ignore_containers[0]: "wbe" matches')
    plain = {"install_bundle": SECRET, "install_bundle_secret": None}
    done = run(agents(layer("prisma_cloud", options=plain)))
    assert done.result["warnings"][0].startswith("agents[0].options.install_bundle: ")
    assert SECRET not in "".join(done.result["warnings"])


def test_the_result_speaks_of_all_layers() -> None:
    query = agents(
        layer(include=["web"]),
        layer(
            "prisma_cloud",
            include=["db"],
            options={"install_bundle_secret": f"{ARN}-2"},
        ),
    )
    result = run(query).result
    assert result["secret_arns"] == [ARN, f"{ARN}-2"]
    statements = result["policies"]["execution_role"]
    resources = {arn for one in statements for arn in _listed(one["Resource"])}
    assert {ARN, f"{ARN}-2"} <= resources
    assert result["skipped"] == []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# Batches


def batch(**entries: Any) -> dict[str, Any]:
    made = {
        name: {"container_definitions": [WEB], **entry}
        for name, entry in entries.items()
    }
    return {"task_definitions": made, "task": {"family": "f"}}


def test_entries_have_the_asks_agents_or_their_own() -> None:
    own = {"agents": [layer("prisma_cloud")], "task": {"family": "own"}}
    result = run({**batch(a={}, b=own), "agents": [layer()]}).result
    made = {
        name: [c["name"] for c in json.loads(entry["container_definitions"])]
        for name, entry in result["task_definitions"].items()
    }
    assert made == {
        "a": ["web", "SysdigInstrumentation"],
        "b": ["web", "TwistlockDefender"],
    }
    assert result["instrumented"] == ["a/web", "b/web"]


def test_no_agent_is_needed_where_every_entry_has_its_own() -> None:
    entry = {"agents": [layer()]}
    assert run(batch(a=entry, b=entry)).result["instrumented"] == ["a/web", "b/web"]
    failure = run(batch(a=entry, b={})).failure
    assert failure.startswith("agent: is needed")
    for odd in ("[]", "{", '{"a": 5}'):
        assert "agent: is needed" in run({"task_definitions": odd}).failure


@pytest.mark.parametrize(
    ("entry", "address"),
    [
        ({"agents": [layer(), layer()]}, "agents[1].agent"),
        ({"agents": []}, "agents"),
        ({"agents": [layer("sysdg")]}, "agents[0].agent"),
        ({"agents": [layer(options={"priority": "x"})]}, "agents[0].options.priority"),
        ({"agents": [layer("prisma_cloud")], "task": {}}, "task.family"),
        ({"agents": "["}, "agents"),
        ({"agents": [layer(include=["q"])]}, "agents[0].include[0]"),
        (
            {"agents": [layer(options={"ignore_containers": ["q"]})]},
            "agents[0].options.ignore_containers[0]",
        ),
    ],
)
def test_what_is_wrong_with_an_entrys_agents(entry: Any, address: str) -> None:
    query = {**batch(web=entry), "agents": [layer()]}
    query.pop("task")
    found = [line for line in run(query).failure.splitlines() if line[:1] != " "]
    assert [line.partition(": ")[0] for line in found] == [
        f'task_definitions["web"].{address}'
    ]


def test_an_agent_that_is_not_known_is_told_in_every_entry() -> None:
    query = batch(a={"agents": [layer("sysdg")]}, b={"agents": [layer("sysdg")]})
    assert [address for address, _ in told(query)] == [
        'task_definitions["a"].agents[0].agent',
        'task_definitions["b"].agents[0].agent',
    ]


def test_options_of_an_entry_are_merged_over_the_asks() -> None:
    entry = {"options": {"priority": "security"}}
    text = {"options": '{"priority":"security"}'}
    null = {"options": {"sidecar": None}}
    query = {**batch(a=entry, b=text, c=null), "agent": "sysdig", "options": SYSDIG}
    entries = run(query).result["task_definitions"]
    assert entries["a"] == entries["b"] != entries["c"]


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"priority": "x"}, 'task_definitions["a"].options.priority'),
        ({"sidecar": "auto"}, "options.priority"),
    ],
)
def test_an_option_is_wrong_where_it_stands(options: Any, address: str) -> None:
    wrong = {**SYSDIG, "priority": "y"}
    query = {**batch(a={"options": options}), "agent": "sysdig", "options": wrong}
    assert run(query).failure.startswith(f"{address}: ")


@pytest.mark.parametrize("options", ["[]", "5", '"x"', "null"])
def test_options_that_are_no_object(options: str) -> None:
    assert "options" in run({**asked("sysdig", [WEB]), "options": options}).failure
    query = {**batch(a={"options": 5}), "agent": "sysdig", "options": SYSDIG}
    assert run(query).failure.startswith('task_definitions["a"].options: is a number')


def test_options_that_cannot_be_read_are_told_once_in_a_batch() -> None:
    query = {**batch(a={}, b={"options": {}}), "agent": "sysdig", "options": "{"}
    lines = [one for one in run(query).failure.splitlines() if "not JSON" in one]
    assert len(lines) == 1
    query = {**batch(a={"options": "{"}), "agent": "sysdig", "options": SYSDIG}
    assert 'task_definitions["a"].options: is not JSON' in run(query).failure


def test_include_and_exclude_of_the_whole_batch() -> None:
    one = {"container_definitions": [WEB, DB]}
    own = {**one, "include": ["db"], "exclude": ["web"]}
    query = asked("sysdig", "", task_definitions={"a": one, "b": own}, include=["web"])
    assert run(query).result["instrumented"] == ["a/web", "b/db"]
    query = asked("sysdig", "", task_definitions={"a": one, "b": own}, exclude=["db"])
    assert run(query).result["instrumented"] == ["a/web", "b/db"]


def test_a_batch_and_a_list_are_one_too_many() -> None:
    query = asked("sysdig", [WEB], task_definitions={"a": {}})
    failure = run(query).failure
    assert "container_definitions: is given beside task_definitions" in failure
    assert 'task_definitions["a"].container_definitions: is needed' in failure


@pytest.mark.parametrize("entries", ["{}", "null"])
def test_an_empty_batch(entries: str) -> None:
    query = {"agent": "sysdig", "options": {}, "task_definitions": entries}
    assert "task_definitions: is empty" in run(query).failure


# What is needed, and what is none


@pytest.mark.parametrize(
    "key", ["options", "task", "include", "image_configs", "agents"]
)
def test_a_part_that_is_no_json(key: str) -> None:
    query = asked("sysdig", [WEB]) if key != "agents" else agents(layer())
    assert f"{key}: is not JSON" in run({**query, key: "{"}).failure


def test_no_agent_or_an_unknown_one() -> None:
    query = asked("sysdig", [WEB])
    failure = run({**query, "agent": ""}).failure
    assert failure.startswith("agent: is needed\n  known: ")
    assert "sysdig" in failure
    assert 'did you mean "sysdig"?' in run({**query, "agent": "sysdg"}).failure


def test_container_definitions_are_needed() -> None:
    failure = run(asked("sysdig", "")).failure
    assert failure.startswith("container_definitions: is needed: a JSON list")


@pytest.mark.parametrize(
    "document",
    [
        {"family": "x"},
        {"containerDefinitions": {}},
        {"containerDefinitions": [], "ContainerDefinitions": []},
        {"containerDefinitions": [WEB], "runtimePlatform": 5},
        {"taskDefinition": {"x": 1}},
    ],
)
def test_task_definitions_that_are_none(document: dict[str, Any]) -> None:
    failure = run(asked("sysdig", document)).failure
    assert failure.startswith("container_definitions")


def test_given_facts_win_over_the_documents() -> None:
    document = {"family": "theirs", "containerDefinitions": [WEB]}
    (ask,) = read({**asked("sysdig", document), "task": {"family": "ours"}}).asks
    assert ask.definition.task["family"] == "ours"
    assert ask.definition.whole
    (ask,) = read(asked("sysdig", [WEB])).asks
    assert not ask.definition.whole


@pytest.mark.parametrize(
    ("more", "record", "checks"),
    [
        ({}, True, ""),
        ({"provenance": "label", "checks": "warn"}, True, "warn"),
        ({"provenance": "off", "checks": "off"}, False, "off"),
    ],
)
def test_modes(more: dict[str, str], record: bool, checks: str) -> None:
    request = read(asked("sysdig", [WEB], **more))
    assert (request.record, request.checks, request.batch) == (record, checks, False)


# Secrets


def secret(text: Any, key: str = "options") -> list[str]:
    return secret_values(flat({key: text}))


def test_values_of_secret_options_are_found_wherever_they_stand() -> None:
    held = {"sysdig_access_key": SECRET, "priority": "x"}
    assert secret(held) == [SECRET]
    assert secret([{"agent": "sysdig", "options": held}], "agents") == [SECRET]
    text = [{"agent": "sysdig", "options": json.dumps(held)}]
    assert secret(text, "agents") == [SECRET]
    entry = {"a": {"agents": text}, "b": {"options": {"install_bundle": "other"}}}
    assert secret(entry, "task_definitions") == [SECRET, "other"]
    assert secret({"sysdig_access_key": ""}) == []
    assert secret({"sysdig_access_key": 5}) == []
    deep = {"a": {"agents": json.dumps(text)}}
    assert secret(deep, "task_definitions") == [SECRET]


@pytest.mark.parametrize(
    "text", [f'{{"sysdig_access_key": "{SECRET}"', f"sysdig_access_key = {SECRET}"]
)
def test_secrets_beyond_options_that_are_no_json(text: str) -> None:
    query = {**asked("sysdig", [WEB]), "options": text, "agent": SECRET}
    assert SECRET not in run(query).failure
    query = agents({"agent": SECRET, "options": text})
    assert SECRET not in run(query).failure
