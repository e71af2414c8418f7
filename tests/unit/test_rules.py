"""Every rule against a definition that breaks exactly it, and a sound twin."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core.ecs_model import ENUMS, SHAPES
from fargate_instrument.core.jsontext import Number
from fargate_instrument.core.pipeline import QUIET
from fargate_instrument.core.rules import SEVERITIES, check, whole_task
from fargate_instrument.core.rules.schema import fits
from fargate_instrument.core.rules.table import RULES
from tests.rule_cases import ALWAYS_WITH, CASES, Case, side, task, web

if TYPE_CHECKING:
    from fargate_instrument.core.rules import Finding

    Json = Any

BY_COMMAND = {"S8", "S9", "S10", "S11"}
BROKEN = [
    pytest.param(rule, case, id=f"{rule}-{number}")
    for rule, (broken, _) in CASES.items()
    for number, case in enumerate(broken)
]
SOUND = [
    pytest.param(rule, case, id=f"{rule}-{number}")
    for rule, (_, sound) in CASES.items()
    for number, case in enumerate(sound)
]


def findings(case: Case) -> list[Finding]:
    facts = whole_task(case.definition) | case.facts
    return check(case.definition["containerDefinitions"], facts)


def leads_somewhere(definition: Json, address: tuple[str | int, ...]) -> bool:
    """Follow an address; only its last step may be missing."""
    for step in address[:-1]:
        there = (
            step in definition
            if isinstance(definition, dict)
            else isinstance(step, int) and step < len(definition)
        )
        if not there:
            return False
        definition = definition[step]
    return True


def test_every_rule_has_its_cases() -> None:
    assert set(CASES) == set(RULES) - BY_COMMAND
    assert {f"R{number}" for number in range(1, 82)} <= set(RULES)
    assert {f"H{number}" for number in range(1, 22)} <= set(RULES)
    assert all(broken and sound for broken, sound in CASES.values())


def test_a_plan_says_no_note() -> None:
    notes = {rule for rule, row in RULES.items() if row[0] == "note"}
    assert notes - BY_COMMAND == {"E4", "H13"}
    assert notes - BY_COMMAND < QUIET


def test_rules_are_worded() -> None:
    for rule, (severity, _, when, _, fix) in RULES.items():
        assert severity in SEVERITIES, rule
        assert when, rule
        assert fix, rule


@pytest.mark.parametrize(("rule", "case"), BROKEN)
def test_broken_definition_breaks_its_rule_alone(rule: str, case: Case) -> None:
    found = findings(case)
    assert {one.rule for one in found} == {rule} | ALWAYS_WITH.get(rule, set()), found


@pytest.mark.parametrize(("rule", "case"), SOUND)
def test_sound_definition_breaks_nothing(rule: str, case: Case) -> None:
    found = {one.rule for one in findings(case)}
    assert found == ALWAYS_WITH.get(rule, set())


@pytest.mark.parametrize(("rule", "case"), BROKEN)
def test_finding_says_where_what_and_how_to_fix(rule: str, case: Case) -> None:
    found = findings(case)
    assert rule in {one.rule for one in found}
    for one in found:
        assert one.severity == RULES[one.rule][0]
        assert one.message
        assert one.fix
        assert "\n" not in one.message + one.fix
        assert "{" not in one.message + one.fix, "a blank was not filled"
        assert leads_somewhere(case.definition, one.address), one
        if one.container:
            assert one.message.startswith(f'container "{one.container}" ')


@pytest.mark.parametrize(("rule", "case"), BROKEN)
def test_definition_is_not_changed(rule: str, case: Case) -> None:
    before = copy.deepcopy(case)
    findings(case)
    assert case == before, rule


@pytest.mark.parametrize(("rule", "case"), BROKEN)
def test_unknown_fact_switches_a_rule_off(rule: str, case: Case) -> None:
    found = check(case.definition["containerDefinitions"], {})
    assert not [one for one in found if RULES[one.rule][1]], rule


def test_secret_values_are_never_shown() -> None:
    value = "s3cr3t-v4lue"
    plain = {"name": "SYSDIG_ACCESS_KEY", "value": value}
    secret = {"name": "SYSDIG_ACCESS_KEY", "valueFrom": "arn:" + value}
    whole = task(web(environment=[plain, plain], secrets=[secret]))
    odd = task(web(environment=[{"name": "A", "value": [value]}]))
    found = findings(whole)
    assert {one.rule for one in found} == {"R77", "R16", "H18", "H20"}
    assert [one.rule for one in findings(odd)] == ["S2"]
    assert value not in repr(found) + repr(findings(odd))


def test_order_is_shape_ranges_references_fargate_sizes_hazards() -> None:
    broken = task(
        web(
            nonsense=True,
            stopTimeout=500,
            dependsOn=[{"containerName": "gone", "condition": "UP"}],
            privileged=True,
            memory=4096,
            ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2000000}],
        )
    )
    order = [one.rule for one in findings(broken)]
    assert order == ["S1", "R78", "R74", "R8", "R46", "R33", "H15"]


def test_containers_that_are_no_list() -> None:
    values: list[object] = [{}, "[]", None, 5]
    for value in values:
        assert [one.rule for one in check(value, {})] == ["S2"]


def test_wrong_type_does_not_set_off_rules_about_absence() -> None:
    case = task(
        web(dependsOn=[{"containerName": "side", "condition": "HEALTHY"}]),
        side(healthCheck="true", essential="false"),
    )
    assert [one.rule for one in findings(case)] == ["S2", "S2"]


def test_wrong_entry_keeps_the_addresses_of_the_others() -> None:
    entries = [5, {"containerPort": 80}, {"containerPort": 70000}]
    found = findings(task(web(portMappings=entries)))
    assert [one.address[-2:] for one in found] == [
        ("portMappings", 0),
        (2, "containerPort"),
    ]


def test_facts_of_the_wrong_type_are_reported_and_left_out() -> None:
    found = check([web()], {"volumes": "data", "pidMode": 5, "cpu": 512})
    assert {one.rule for one in found} == {"S2"}
    assert {one.address for one in found} == {("volumes",), ("pidMode",)}


def test_own_facts_of_the_wrong_type_are_reported_and_left_out() -> None:
    wrong = {"imageConfigs": [], "instrumentation": {}, "platformVersion": 1.4}
    found = check([web()], wrong)
    assert [(one.rule, one.address) for one in found] == [
        ("S2", ("imageConfigs",)),
        ("S2", ("instrumentation",)),
        ("S2", ("platformVersion",)),
    ]
    facts = [5, {}, {"containers": 5}, {"containers": ["web"], "agent": 1}]
    assert check([web()], {"instrumentation": facts}) == []
    assert check([web()], {"imageConfigs": {"nginx:1.27": {"Env": 5}}}) == []


def test_number_that_is_carried_as_text() -> None:
    """Where a number cannot be read exactly, the size is measured as JSON."""
    small = web(unknown=Number("1.50"))
    large = web(unknown=Number("1.50"), command=["x" * 70000])
    assert [one.rule for one in check([small], {})] == ["S1"]
    assert [one.rule for one in check([large], {})] == ["S1", "R5"]
    (found,) = check([web(memory=Number("512.0"))], {})
    assert (found.rule, found.address[-1]) == ("S2", "memory")


def test_unknown_member_has_a_hint() -> None:
    hints = {
        "futureField": "remove it",
        "helthCheck": 'did you mean "healthCheck"?',
        "networkMode": "it belongs to the task definition",
    }
    for member, hint in hints.items():
        (found,) = check([web(**{member: "1"})], {})
        assert found.fix.startswith(hint)


def test_numbers_are_good_enough_for_cpu_and_memory_facts() -> None:
    assert check([web()], {"cpu": 512, "memory": 1024}) == []
    assert [one.rule for one in check([web()], {"cpu": 512, "memory": 512})] == ["R30"]


def test_empty_fact_is_a_fact_known_to_be_absent() -> None:
    containers = [web(secrets=[{"name": "A", "valueFrom": "/a"}])]
    assert check(containers, {}) == []
    for absent in (None, ""):
        found = check(containers, {"executionRoleArn": absent})
        assert [one.rule for one in found] == ["R17"]


def test_fargate_is_assumed_unless_the_task_says_otherwise() -> None:
    privileged = [web(privileged=True)]
    for fargate in ({}, {"requiresCompatibilities": ["FARGATE", "EC2"]}):
        assert [one.rule for one in check(privileged, fargate)] == ["R46"]
    for other in ("EC2", "EXTERNAL", "MANAGED_INSTANCES"):
        assert check(privileged, {"requiresCompatibilities": [other]}) == []


def sample(kind: Json) -> Json:
    """Make a value of a type: every member of every shape, with a legal word."""
    if isinstance(kind, list):
        return [sample(kind[0])]
    if isinstance(kind, dict):
        return {"any": sample(kind["*"])}
    if kind not in SHAPES:
        return {"string": "1", "integer": 1, "boolean": True}[kind]
    words = ENUMS.get(kind, {})
    return {
        member: sample(inner)
        if member not in words
        else list(words[member])
        if isinstance(inner, list)
        else words[member][-1]
        for member, inner in SHAPES[kind].items()
    }


def test_every_member_of_every_shape_is_accepted() -> None:
    found = check([sample("ContainerDefinition")], {"requiresCompatibilities": ["EC2"]})
    about_shape = {"S1", "S2", "S3", "R76", "R78"}
    assert not {one.rule for one in found} & about_shape, found


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_member_of_every_shape_is_checked(shape: str) -> None:
    """A value of the wrong type does not fit, whichever member has it."""
    whole = sample(shape)
    for member in SHAPES[shape]:
        assert not fits({**whole, member: Ellipsis}, shape)
        assert not fits({**whole, member.upper() + "x": "1"}, shape)


@pytest.mark.parametrize(("characters", "too_large"), [(30_000, False), (40_000, True)])
def test_a_definition_is_measured_as_it_is_sent(
    characters: int, too_large: bool
) -> None:
    large = web(environment=[{"name": "A", "value": "\u00e9" * characters}])
    found = [one for one in check([large], {}) if one.rule == "R5"]
    assert bool(found) == too_large
    for one in found:
        (size,) = re.findall(r"has (\d+) bytes", one.message)
        assert 2 * characters < int(size) < 2 * characters + 500
