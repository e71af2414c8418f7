"""Hostile queries and definitions, seeded and on a budget: an answer, never a crash.

Whatever comes in, the program ends with 0 or 1, without a traceback, without much
work (processor time, which a busy machine does not lengthen), and with nothing on
stdout when it fails.
"""

from __future__ import annotations

import json
import random
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.places import places
from tests.program import CHECKOUT, KEYS, Run, flat, launch, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOLDEN = CHECKOUT / "tests" / "golden"
QUERIES = [
    flat(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(GOLDEN.glob("*/*/query.json"))
]
DEFINITIONS = [
    json.loads(query["container_definitions"])
    for query in QUERIES
    if query.get("container_definitions", "").startswith("[")
]
NESTED = (
    "agents",
    "options",
    "container_definitions",
    "task",
    "include",
    "exclude",
    "image_configs",
    "task_definitions",
)
SECONDS = 10  # of processor time
RAW = "\ufffeRAW"


class Lexeme:
    """JSON text that goes into a document as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text


ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**400,
    "",
    " ",
    "null",
    "\x00",
    "\u2028",
    "\x1b[31m",
    "a" * 300,
    "x\ny",
    [],
    {},
    [[]],
    [{}],
    [None],
    {"": None},
    {"name": []},
    [["a"], "a", 5],
    {"Name": "a", "name": "b"},
    Lexeme("1.0"),
    Lexeme("-0"),
    Lexeme("1e999"),
    Lexeme("1.10"),
    Lexeme("9" * 5000),
    Lexeme('"\\ud800"'),
    Lexeme('{"a":1,"a":2}'),
    Lexeme('{"\\udfff":1}'),
    Lexeme("[" * 70 + "]" * 70),
    Lexeme("NaN"),
    Lexeme("-Infinity"),
    Lexeme("{"),
    "/opt/draios/bin/instrument",
    "TwistlockDefender",
    "SysdigInstrumentation",
    ["/var/lib/twistlock/fargate/defender"],
    {"fargate-instrument.provenance": "[]"},
    {"fargate-instrument.provenance": '[{"agent":"sysdig","form":1,"undo":{"a":{}}}]'},
    {"fargate-instrument.provenance": '[{"agent":"sysdig","form":1,"undo":5}]'},
    {
        "fargate-instrument.provenance": '[{"agent":"sysdig","form":1,"undo":'
        '{"environment":{"cut":5,"put":[1],"was":[2]},"command":{"of":["x"]},'
        '"linuxParameters":{"in":{"in":5}},"secrets":{"is":7}}}]'
    },
)


def text_of(value: Any) -> str:
    """Write JSON with lexemes in it."""
    found: list[str] = []

    def lexeme(item: Any) -> str:
        found.append(item.text)
        return f"{RAW}{len(found) - 1}{RAW}"

    text = json.dumps(value, default=lexeme)
    mark = json.dumps(RAW)[1:-1]
    for index, raw in enumerate(found):
        text = text.replace(f'"{mark}{index}{mark}"', raw)
    return text


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Put something else at a place."""
    if not path:
        return new
    made = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = replaced(value[path[0]], path[1:], new)
    return made


def mutated(query: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Change a query in one to three places."""
    made = dict(query)
    for _ in range(chance.randint(1, 3)):
        kind = chance.random()
        nested = [key for key in NESTED if made.get(key)]
        if kind < 0.75 and nested:
            key = chance.choice(nested)
            made[key] = _document(made[key], chance)
        elif kind < 0.85:
            key = chance.choice([*NESTED, "agent", "provenance", "checks", "errors"])
            made[key] = text_of(chance.choice(ODD))
        elif kind < 0.95 and nested:
            key = chance.choice(nested)
            made[key] = _damaged(made[key], chance)
        else:
            made.pop(chance.choice(sorted(made)), None)
            made = made or {"x": "y"}
    return made


def _document(text: str, chance: random.Random) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _damaged(text, chance)
    place = chance.choice(list(places(value)))
    new = chance.choice(ODD)
    if chance.random() < 0.15:
        new = chance.choice(DEFINITIONS)
    if place and isinstance(place[-1], str) and chance.random() < 0.2:
        new = {place[-1].upper(): new, place[-1]: 5}
    return text_of(replaced(value, place, new))


def _damaged(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    piece = chance.choice(['"', "{", "]", ",", "\\", "\x00", "é", "\ufeff", "1", ""])
    return text[:at] + piece + text[at + chance.randint(0, 3) :]


class _TooMuchWork(BaseException):
    """A run took more processor time than it may."""


def _alarm(*_: Any) -> None:
    raise _TooMuchWork


@pytest.fixture(autouse=True)
def work_limit() -> Iterator[None]:
    previous = signal.signal(signal.SIGPROF, _alarm)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, previous)


def within_limit(data: bytes | dict[str, str]) -> Run:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    done = run(data)
    signal.setitimer(signal.ITIMER_PROF, 0)
    assert_answer(done)
    return done


def assert_answer(done: Run) -> None:
    """Check that a run ended as one may end."""
    assert done.status in (0, 1), done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    if done.status:
        assert done.out == b""
        assert done.err
    else:
        assert done.err == ""
        assert tuple(sorted(json.loads(done.out))) == KEYS


@pytest.mark.parametrize("seed", range(20))
def test_mutated_queries(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (repeatable is the point)
    for _ in range(200):
        query = mutated(chance.choice(QUERIES), chance)
        try:
            within_limit(query)
        except (AssertionError, _TooMuchWork):
            print(json.dumps(query))
            raise


@pytest.mark.parametrize("seed", range(4))
def test_mutated_bytes(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (the same)
    for _ in range(250):
        data = bytearray(json.dumps(chance.choice(QUERIES)).encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 2)] = chance.randbytes(
                chance.randint(0, 2)
            )
        within_limit(bytes(data))


def _whole(name: str) -> dict[str, str]:
    path: Path = GOLDEN / name / "query.json"
    return flat(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "name",
    [
        "sysdig/event_generator",
        "sysdig/event_generator_provider_v3",
        "sysdig/batch",
        "sysdig/upgrade_of_a_hand_written_definition",
        "prisma_cloud/php_command_form",
        "prisma_cloud/merged_members",
    ],
)
def test_a_wrong_type_at_every_place(name: str) -> None:
    query = _whole(name)
    for key in NESTED:
        if key not in query:
            continue
        value = json.loads(query[key])
        for place in places(value):
            for odd in ODD[:8] + ODD[15:24] + ODD[24:34:3]:
                within_limit({**query, key: text_of(replaced(value, place, odd))})


def test_a_wrong_type_at_every_place_of_a_recorded_definition() -> None:
    query = _whole("sysdig/event_generator_collector")
    done = within_limit(query)
    recorded = json.loads(done.out)["container_definitions"]
    value = json.loads(recorded)
    label = "fargate-instrument.provenance"
    for index, container in enumerate(value):
        record = json.loads(container["dockerLabels"][label])
        for place in places(record):
            for odd in ODD[:24]:
                text = text_of(replaced(record, place, odd))
                made = replaced(value, (index, "dockerLabels", label), text)
                within_limit({**query, "container_definitions": json.dumps(made)})


@pytest.mark.parametrize("deep", [60, 64, 65, 1000, 200_000])
def test_deep_nesting(deep: int) -> None:
    query = _whole("sysdig/event_generator")
    inside = "[" * deep + "]" * deep
    definitions = f'[{{"name":"a","image":"a:1","entryPoint":["/a"],"x":{inside}}}]'
    for key in ("container_definitions", "options", "task", "image_configs"):
        within_limit({**query, key: definitions})
        within_limit({**query, key: inside})


def test_a_megabyte_of_nonsense() -> None:
    query = _whole("sysdig/event_generator")
    for text in (
        "[" + "{}," * 20_000 + "{}]",
        '"' + "x" * 2**20,
        "[5" + ",5" * 500_000,
    ):
        within_limit({**query, "container_definitions": text})


def test_a_sample_as_processes() -> None:
    chance = random.Random(99)  # noqa: S311  (the same)
    for _ in range(40):
        query = mutated(chance.choice(QUERIES), chance)
        data = json.dumps(query).encode()
        done = launch(data)
        assert_answer(done)
        assert done == run(data)
