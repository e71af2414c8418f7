"""What only one layer can have: asked twice, recorded, recognised."""

from __future__ import annotations

from typing import Any

import pytest

from fargate_instrument.core.recipe import (
    AddCapability,
    AddContainer,
    AddLabel,
    AddMountPoint,
    AddSecret,
    DependOn,
    Fact,
    InitProcess,
    RequireTask,
    Router,
    SetEnvironment,
    SetMember,
    WrapEntryPoint,
)
from tests.program import PRISMA_CLOUD as PRISMA
from tests.program import SYSDIG, asked, run
from tests.unit.stack import DB, WEB, Made, laid, layer

TRACE = AddCapability("SYS_PTRACE")


def clash(made: Made) -> tuple[str, str, tuple[str, ...]]:
    """Give the address, the text and the fixes of the one conflict."""
    assert made.problems == []
    (found,) = made.conflicts
    assert found.fault == "request"
    return found.address, found.message, found.fixes


# Asked and asked


@pytest.mark.parametrize(
    ("one", "two", "thing"),
    [
        (TRACE, TRACE, "a tracer"),
        (SetEnvironment("A", "1"), SetEnvironment("A", "2"), 'the variable "A"'),
        (SetEnvironment("A", "1"), AddSecret("A", "arn"), 'the variable "A"'),
        (AddSecret("A", "arn"), AddSecret("A", "other"), 'the variable "A"'),
        (
            SetEnvironment("A", "1"),
            SetEnvironment("A", "2", mode="if_absent"),
            'the variable "A"',
        ),
        (AddMountPoint("v", "/p"), AddMountPoint("w", "/p"), 'the mount path "/p"'),
        (AddLabel("k", "1"), AddLabel("k", "2"), 'the Docker label "k"'),
    ],
)
def test_two_layers_want_one_thing_of_a_container(
    one: Any, two: Any, thing: str
) -> None:
    made = laid([DB, WEB], layer("one", one), layer("two", two), exclude=["db"])
    found = [p for p in made.conflicts if thing in p.message]
    (problem,) = found
    assert problem.address == "c[1]"
    said = f'container "web" would get {thing} from both one and two'
    assert problem.message.startswith(said)
    first, second = problem.fixes
    assert first == "ask for one or two, not both"
    assert "include and exclude" in second
    worded = problem.on_command_line().fixes[0]
    assert worded == "ask for --agent one or --agent two, not both"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (SetEnvironment("A", "1"), SetEnvironment("A", "1")),
        (SetEnvironment("A", "1"), SetEnvironment("B", "2")),
        (
            SetEnvironment("A", "1", mode="append", separator=":"),
            SetEnvironment("A", "2", mode="prepend", separator=":"),
        ),
        (AddSecret("A", "arn"), AddSecret("A", "arn")),
        (AddMountPoint("v", "/p"), AddMountPoint("w", "/q")),
        (AddLabel("k", "1"), AddLabel("k", "1")),
        (AddCapability("X"), AddCapability("X")),
        (TRACE, InitProcess()),
        (WrapEntryPoint(("/one",)), WrapEntryPoint(("/two",))),
        (SetMember("user", ["x"]), SetMember("user", ["x"])),
        (SetMember("user", "0"), SetMember("user", "1", when="absent")),
        (
            SetEnvironment("A", Fact("container.name")),
            SetEnvironment("A", (Fact("container.name"),)),
        ),
        (
            SetEnvironment("A", "1", only_on=("db",)),
            SetEnvironment("A", "2", only_on=("web",)),
        ),
    ],
)
def test_what_both_can_have(one: Any, two: Any) -> None:
    made = laid([WEB, DB], layer("one", one), layer("two", two))
    assert made.conflicts == []
    assert made.problems == []


def test_different_containers_are_no_conflict() -> None:
    one, two = layer("one", TRACE, only=["web"]), layer("two", TRACE, but=["web"])
    assert laid([WEB, DB], one, two).conflicts == []


def test_one_volume_is_filled_by_one_agent() -> None:
    one = layer("one", AddMountPoint("v", "/p"), only=["web"])
    two = layer("two", AddMountPoint("v", "/q"), only=["db"])
    place, said, fixes = clash(laid([WEB, DB], one, two))
    assert place == "c"
    assert said.startswith('the volume "v" is claimed by both one and two; each agent')
    assert fixes[1] == "or give one of them another by its options"


def test_a_port_is_one_agents() -> None:
    need = RequireTask(ports=(5, 6))
    one = layer("one", InitProcess(), task=need)
    two = layer("two", InitProcess(), task=RequireTask(ports=(6,)))
    place, said, _ = clash(laid([WEB], one, two))
    assert place == "c"
    assert said.startswith(
        'the port "6" is claimed by both one and two; the containers'
    )
    idle = layer("two", InitProcess(), task=need, but=["*"])
    assert laid([WEB], one, idle).conflicts == []


def test_a_name_is_one_containers() -> None:
    one = layer("one", InitProcess(), containers=(AddContainer("side", "one:1"),))
    two = layer("two", InitProcess(), containers=(AddContainer("side", "two:1"),))
    made = laid([WEB], one, two)
    said = [problem.message for problem in made.conflicts]
    assert said == [
        'the container name "side" is claimed by both one and two;'
        " names are unique in a task"
    ]


def test_a_member_is_set_to_one_value() -> None:
    one, two = (
        layer("one", SetMember("user", "0")),
        layer("two", SetMember("user", "1")),
    )
    _, said, _ = clash(laid([WEB], one, two))
    assert 'the member "user"' in said
    same = layer("two", SetMember("user", "0"))
    assert laid([WEB], one, same).conflicts == []


def test_a_log_router_is_one_agents() -> None:
    firelens = SetMember("firelensConfiguration", {"type": "fluentbit"})
    log = SetMember("logConfiguration", {"logDriver": "awsfirelens"})

    def routed(agent: str) -> Any:
        router = AddContainer(f"{agent}-logs", "r:1", (firelens,), role="router")
        return layer(agent, log, containers=(router,))

    assert laid([WEB], routed("one")).conflicts == []
    place, said, _ = clash(laid([WEB], routed("one"), routed("two")))
    assert place == "c"
    assert said == (
        "the task's log router is claimed by both one and two; a task has one"
    )
    kept = laid([WEB], routed("one")).containers
    assert clash(laid(kept, routed("two")))[1] == said
    assert laid(kept, layer("two", InitProcess())).conflicts == []
    spare = AddContainer("spare", "r:1", (firelens,), role="router", unless=Router())
    shared = layer("two", log, containers=(spare,))
    assert laid([WEB], routed("one"), shared).conflicts == []
    assert laid(kept, shared).conflicts == []
    assert clash(laid([WEB], shared, routed("three")))[1].startswith("the task's log")


def test_containers_that_would_wait_for_each_other() -> None:
    waits = {**DB, "dependsOn": [{"containerName": "web", "condition": "START"}]}
    one = layer("one", DependOn("db", "START"), only=["web"])
    two = layer("two", InitProcess(), only=["db"])
    place, said, fixes = clash(laid([WEB, waits], one, two))
    assert place == "c[0]"
    assert said == (
        'would wait for itself: "web" -> "db" -> "web", as one and two ask for it'
    )
    assert "take one of these dependencies" in fixes[0]


def test_a_ring_through_two_agents_containers() -> None:
    def side(name: str, other: str) -> AddContainer:
        return AddContainer(name, "s:1", (DependOn(other, "START"),))

    one = layer("one", InitProcess(), containers=(side("a", "b"),))
    two = layer("two", InitProcess(), containers=(side("b", "a"),))
    _, said, _ = clash(laid([WEB], one, two))
    assert said == 'would wait for itself: "a" -> "b" -> "a", as one and two ask for it'
    straight = layer("two", InitProcess(), containers=(AddContainer("b", "s:1"),))
    assert laid([WEB], one, straight).conflicts == []
    idle = layer("three", InitProcess(), but=["*"])
    assert len(laid([WEB], one, two, idle).conflicts) == 1


def test_a_wait_that_is_no_ring() -> None:
    both = layer(
        "one", DependOn("side", "START"), containers=(AddContainer("side", "s"),)
    )
    late = {**DB, "dependsOn": [{"containerName": "web"}, 5, {"containerName": "no"}]}
    assert (
        laid([WEB, late], both, layer("two", InitProcess()), exclude=["db"]).conflicts
        == []
    )


# Asked and recorded


@pytest.mark.parametrize(
    ("there", "asked_for", "thing"),
    [
        (TRACE, TRACE, "a tracer"),
        (SetEnvironment("A", "1"), SetEnvironment("A", "2"), 'the variable "A"'),
        (AddSecret("A", "arn"), AddSecret("A", "other"), 'the variable "A"'),
        (
            AddSecret("A", "arn"),
            SetEnvironment("A", "1", mode="if_absent"),
            'the variable "A"',
        ),
    ],
)
def test_a_recorded_layer_keeps_what_it_has(
    there: Any, asked_for: Any, thing: str
) -> None:
    kept = laid([WEB], layer("one", there)).containers
    made = laid(kept, layer("two", asked_for))
    found = [problem.message for problem in made.conflicts]
    assert len(found) == 1
    assert f"would get {thing} from both one and two" in found[0]
    assert laid(kept, layer("one", asked_for)).conflicts == []


@pytest.mark.parametrize(
    ("there", "asked_for"),
    [
        (SetEnvironment("A", "1"), SetEnvironment("A", "1")),
        (SetEnvironment("A", "1"), SetEnvironment("B", "2")),
        (AddSecret("A", "arn"), AddSecret("A", "arn")),
        (AddCapability("X"), TRACE),
        (WrapEntryPoint(("/one",)), WrapEntryPoint(("/two",))),
    ],
)
def test_a_recorded_layer_that_wants_something_else(there: Any, asked_for: Any) -> None:
    kept = laid([WEB], layer("one", there)).containers
    assert laid(kept, layer("two", asked_for)).conflicts == []


def test_a_variable_that_a_recorded_layer_changed_is_its_own() -> None:
    told = {**WEB, "environment": [{"name": "A", "value": "0"}]}
    kept = laid([told], layer("one", SetEnvironment("A", "1"))).containers
    _, said, _ = clash(laid(kept, layer("two", SetEnvironment("A", "2"))))
    assert "both one and two" in said


def test_what_users_have_taken_out_since_is_claimed_no_more() -> None:
    other = {"name": "B", "valueFrom": "x"}
    told = {**WEB, "secrets": [other]}
    both = layer("one", SetEnvironment("A", "1"), AddSecret("S", "arn"))
    web = laid([told], both).containers[0]
    two = layer(
        "two", SetEnvironment("A", "2"), SetEnvironment("S", "2", mode="if_absent")
    )
    assert len(laid([web], two).conflicts) == 2
    without = {**web, "environment": [], "secrets": [other]}
    assert laid([without], two).conflicts == []


def test_a_recorded_layer_where_nothing_is_asked() -> None:
    kept = laid([WEB, DB], layer("one", TRACE), exclude=["db"]).containers
    assert laid(kept, layer("two", TRACE), exclude=["web"]).conflicts == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"initProcessEnabled": True},
        {"capabilities": {}},
        {"capabilities": {"add": ["X"]}},
        {"capabilities": {"drop": ["Y"]}},
    ],
)
def test_a_recorded_tracer_among_other_parameters(parameters: Any) -> None:
    told = {**WEB, "linuxParameters": parameters}
    kept = laid([told], layer("one", TRACE)).containers
    assert "a tracer" in clash(laid(kept, layer("two", TRACE)))[1]
    own = {**WEB, "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}
    kept = laid([own], layer("one", TRACE, InitProcess())).containers
    assert laid(kept, layer("two", TRACE)).conflicts == []


# Asked and recognised

SIDECAR = {
    "name": "SysdigInstrumentation",
    "image": "quay.io/sysdig/workload-agent:6",
    "entryPoint": ["/opt/draios/bin/logwriter"],
}
WRAPPED = {**WEB, "entryPoint": ["/opt/draios/bin/instrument", "/web"]}


def test_a_launcher_that_traces_is_a_tracer() -> None:
    _, said, fixes = clash(laid([WRAPPED, SIDECAR], layer("two", TRACE)))
    assert 'container "web" would get a tracer from both sysdig and two' in said
    assert "take sysdig out of the definition first" in fixes[1]


def test_a_launcher_that_does_not_trace_is_none() -> None:
    aqua = {**WEB, "entryPoint": ["/.aquasec/bin/microenforcer", "/web"]}
    assert laid([aqua], layer("two", TRACE)).conflicts == []


def test_a_launcher_that_stays_although_its_agent_is_asked_for_elsewhere() -> None:
    mine = layer("sysdig", WrapEntryPoint(("/opt/draios/bin/instrument",)), but=["web"])
    made = laid([WRAPPED, DB, SIDECAR], mine, layer("two", TRACE, only=["web"]))
    assert any("from both sysdig and two" in p.message for p in made.conflicts)


def test_a_recognised_container_has_its_ports_and_its_name() -> None:
    two = layer("two", InitProcess(), task=RequireTask(ports=(32000,)))
    _, said, _ = clash(laid([WEB, SIDECAR], two))
    assert 'the port "32000" is claimed by both sysdig and two' in said
    assert laid([WEB, SIDECAR], layer("two", InitProcess())).conflicts == []
    idle = layer("two", InitProcess(), task=RequireTask(ports=(32000,)), but=["*"])
    assert laid([WEB, SIDECAR], idle).conflicts == []


def test_what_only_looks_like_an_agents_claims_nothing() -> None:
    named = {**DB, "name": "SysdigInstrumentation"}
    two = layer("two", InitProcess(), task=RequireTask(ports=(32000,)))
    assert laid([WEB, named], two, exclude=["SysdigInstrumentation"]).conflicts == []


# As users see it

BOTH: dict[str, Any] = {
    "agents": [
        {"agent": "sysdig", "options": SYSDIG},
        {"agent": "prisma_cloud", "options": PRISMA},
    ],
    "container_definitions": [WEB],
    "task": {"family": "web"},
}


@pytest.mark.parametrize("checks", ["error", "warn", "off"])
def test_two_tracers_are_an_error_whatever_the_checks(checks: str) -> None:
    failure = run({**BOTH, "checks": checks}).failure
    assert "a tracer from both sysdig and prisma_cloud; a process can have" in failure
    assert failure.startswith('container_definitions[0]: container "web" would get')


@pytest.mark.parametrize("checks", ["error", "warn", "off"])
@pytest.mark.parametrize("provenance", ["label", "off"])
def test_a_tracer_beside_one_that_is_there(checks: str, provenance: str) -> None:
    there = run(asked("sysdig", [WEB], provenance=provenance)).containers
    more = {"checks": checks, "provenance": provenance}
    failure = run(asked("prisma_cloud", there, **more)).failure
    assert "a tracer from both sysdig and prisma_cloud" in failure


def test_dropping_one_agent_solves_it() -> None:
    for agent, options in (("sysdig", SYSDIG), ("prisma_cloud", PRISMA)):
        query = {**BOTH, "agents": [{"agent": agent, "options": options}]}
        assert run(query).result["instrumented"] == ["web"]


def test_the_value_of_a_secret_is_not_told() -> None:
    one = layer("one", SetEnvironment("A", "hush-1", secret=True))
    two = layer("two", SetEnvironment("A", "hush-2"))
    _, said, fixes = clash(laid([WEB], one, two))
    assert "hush" not in said + "".join(fixes)
