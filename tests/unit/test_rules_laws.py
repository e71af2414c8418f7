"""Laws of the rules over any input: no crash, no change, no chance, in time."""

from __future__ import annotations

import copy
import json
import time
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fargate_instrument.core.ecs_model import ENUMS, SHAPES
from fargate_instrument.core.jsontext import Number
from fargate_instrument.core.rules import check, whole_task
from fargate_instrument.core.rules.table import RULES
from tests.rule_cases import CASES, Case, task, web

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from fargate_instrument.core.rules import Finding

    Json = Any

NAMES = ("web", "side", "", "my app", "1-2", "*")
WORDS = st.sampled_from((*NAMES, "-", "9-1", "arn:", "arn:aws:ssm", "1 vCPU", "256"))
NUMBERS = st.integers(-2, 70000) | st.sampled_from((2**31, 10**400))
WRONG: SearchStrategy[Json] = st.sampled_from(
    (None, True, "", "x", 0, -1, [], {}, [None], [[]], {"a": 1}, [{}])
) | st.builds(Number, st.just("1.50"))


def value(kind: Json, words: tuple[str, ...] = ()) -> SearchStrategy[Json]:
    """Make values of a type, some of them of another one."""
    right: SearchStrategy[Json]
    if isinstance(kind, list):
        right = st.lists(value(kind[0], words), max_size=3)
    elif isinstance(kind, dict):
        right = st.dictionaries(WORDS, value(kind["*"]), max_size=2)
    elif kind in SHAPES:
        right = shape(kind)
    elif kind == "boolean":
        right = st.booleans()
    elif kind == "integer":
        right = NUMBERS
    else:
        right = st.sampled_from(words) | WORDS if words else WORDS
    return st.one_of(right, right, right, WRONG)


def shape(name: str) -> SearchStrategy[dict[str, Json]]:
    members = {
        member: value(kind, ENUMS.get(name, {}).get(member, ()))
        for member, kind in SHAPES[name].items()
        if member != "containerDefinitions"
    }
    members["unknownMember"] = WRONG
    return st.fixed_dictionaries({}, optional=members)


CONTAINERS = st.lists(shape("ContainerDefinition") | WRONG, max_size=4)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{
            member: value(kind, ENUMS.get("TaskDefinition", {}).get(member, ()))
            for member, kind in SHAPES["TaskDefinition"].items()
            if member != "containerDefinitions"
        },
        "platformVersion": st.sampled_from(("1.3.0", "LATEST", "1.4", "9" * 5000, "")),
    },
)


def order(found: list[Finding]) -> list[tuple[str, str]]:
    return sorted((one.rule, repr(one.address)) for one in found)


@given(CONTAINERS, FACTS)
@settings(max_examples=300, deadline=None)
def test_any_input_gives_worded_findings_and_is_left_alone(
    containers: list[Json], facts: dict[str, Json]
) -> None:
    before = copy.deepcopy((containers, facts))
    found = check(containers, facts)
    assert (containers, facts) == before
    assert found == check(copy.deepcopy(containers), copy.deepcopy(facts))
    for one in found:
        assert one.rule in RULES
        assert one.message.isprintable()
        assert one.fix.isprintable()


@given(CONTAINERS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_members_does_not_matter(containers: list[Json], dice: Json) -> None:
    def shuffled(item: Json) -> Json:
        if not isinstance(item, dict):
            return [shuffled(part) for part in item] if isinstance(item, list) else item
        keys = list(item)
        dice.shuffle(keys)
        return {key: shuffled(item[key]) for key in keys}

    assert order(check(containers, {})) == order(check(shuffled(containers), {}))


def broken_cases() -> list[Case]:
    return [case for broken, _ in CASES.values() for case in broken]


@given(st.sampled_from(broken_cases()), WRONG, st.data())
@settings(max_examples=500, deadline=None)
def test_one_wrong_value_anywhere_does_not_stop_the_rules(
    case: Case, wrong: Json, data: Json
) -> None:
    holder: Json = copy.deepcopy(whole_task(case.definition) | case.facts)
    facts = holder
    while True:
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not steps:
            return
        step = data.draw(st.sampled_from(steps))
        inner = holder[step]
        if not isinstance(inner, (dict, list)) or data.draw(st.integers(0, 3)) == 0:
            break
        holder = inner
    holder[step] = wrong
    for one in check(facts.get("containerDefinitions"), facts):
        assert one.rule in RULES
        assert one.message.isprintable()


@given(st.sampled_from(broken_cases()), st.data())
@settings(max_examples=200, deadline=None)
def test_knowing_less_never_finds_more(case: Case, data: Json) -> None:
    """A fact that is taken away switches rules off, and none on.

    ``requiresCompatibilities`` apart, which itself switches Fargate's rules off, and
    the sizes, of which a wrong pair may be only half known.
    """
    facts = whole_task(case.definition) | case.facts
    fixed = {"requiresCompatibilities", "containerDefinitions", "runtimePlatform"}
    kept = {
        key: item
        for key, item in facts.items()
        if key in fixed or data.draw(st.booleans(), label=key)
    }
    containers = case.definition["containerDefinitions"]
    more, less = check(containers, facts), check(containers, kept)
    assert {one.rule for one in less} <= {one.rule for one in more}


def test_ten_containers_cost_no_more_than_a_few_readings_of_their_text() -> None:
    """The fastest of many runs, against the same text's way through JSON.

    On a quiet machine this is about 300 microseconds; a busy one slows down both.
    """
    containers = [
        web(
            name=f"web{number}",
            cpu=10,
            environment=[
                {"name": f"V{n}", "value": f"{n} and so on"} for n in range(10)
            ],
            portMappings=[{"containerPort": 8000 + number, "protocol": "tcp"}],
            command=["serve", "--all"],
            healthCheck={"command": ["CMD-SHELL", "true"]},
        )
        for number in range(10)
    ]
    facts = whole_task(task(*containers).definition)
    text = json.dumps(containers)
    assert check(containers, facts) == []
    best = reading = 1.0
    for _ in range(200):
        start = time.perf_counter()
        check(containers, facts)
        middle = time.perf_counter()
        json.dumps(json.loads(text))
        best = min(best, middle - start)
        reading = min(reading, time.perf_counter() - middle)
    print(f"10 containers: {best * 1e6:.0f} us, as JSON {reading * 1e6:.0f} us")
    assert best < 5 * reading
