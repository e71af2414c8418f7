"""What a run costs, as a ratio to a bare Python; measures and writes, asserts nothing.

    python tests/bench/startup.py [--python PYTHON] [--rounds N] [--write]

The calls are interleaved, so that a busy machine is busy for all of them alike, and
medians are compared. ``--write`` puts the figures into the reference.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = Path(__file__).resolve().parents[2]
MAIN = CHECKOUT / "fargate_instrument" / "__main__.py"
PAGE = CHECKOUT / "docs" / "reference" / "benchmarks.md"
SITUATION = CHECKOUT / "tests" / "golden" / "sysdig" / "event_generator" / "query.json"
BARE, CALL, LISTED, BATCH, GROUPED = (
    "bare `python3 -c pass`",
    "one definition (event generator)",
    "one list of 1,000 containers",
    "batch of 1,000 containers: 1,000 x 1",
    "batch of 1,000 containers: 250 x 4",
)
LIMITS = {CALL: 2.6, LISTED: 28.0, BATCH: 64.0, GROUPED: 36.0}
"""What each may cost at most, in bare starts, before the tests fail."""

GOAL = 15
"""What a batch ought to cost at most; see the page for how far it is."""


class Cost(NamedTuple):
    """Median time of a call, in seconds and in bare starts, and its peak memory."""

    seconds: float
    ratio: float
    mebibytes: float


def flat(query: dict[str, Any]) -> bytes:
    """Write a query as Terraform does."""
    made = {k: v if isinstance(v, str) else json.dumps(v) for k, v in query.items()}
    return json.dumps(made).encode()


def one() -> dict[str, Any]:
    """Read the query of the event generator."""
    query: dict[str, Any] = json.loads(SITUATION.read_text(encoding="utf-8"))
    return query


def batch(definitions: int, containers: int) -> dict[str, Any]:
    """Make a batch of so many definitions of so many containers each."""
    query = one()
    (container,) = query.pop("container_definitions")
    task = query.pop("task")
    query["task_definitions"] = {
        f"task-{number}": {
            "container_definitions": [
                {**container, "name": f"{container['name']}-{at}"}
                for at in range(containers)
            ],
            "task": {**task, "family": f"task-{number}"},
        }
        for number in range(definitions)
    }
    return query


def listed(containers: int) -> dict[str, Any]:
    """Make one list of so many containers, more than ECS takes: no check of that."""
    query = one()
    (container,) = query["container_definitions"]
    query["container_definitions"] = [
        {**container, "name": f"{container['name']}-{at}"} for at in range(containers)
    ]
    return {**query, "checks": "off"}


def measure(
    python: str, rounds: int, batches: int, flags: Sequence[str] = ("-I",)
) -> dict[str, Cost]:
    """Time every kind of call in turns; ``batches`` says how often the long ones."""
    command = [python, *flags, str(MAIN)]
    calls: dict[str, tuple[list[str], bytes, int]] = {
        BARE: ([python, *flags, "-c", "pass"], b"", rounds),
        CALL: (command, flat(one()), rounds),
        LISTED: (command, flat(listed(1000)), batches),
        BATCH: (command, flat(batch(1000, 1)), batches),
        GROUPED: (command, flat(batch(250, 4)), batches),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    peaks = dict.fromkeys(calls, 0.0)
    for number in range(-1, rounds):  # the first round warms files and .pyc, uncounted
        for name, (words, data, often) in calls.items():
            if number >= often:
                continue
            took, peak = timed(words, data)
            peaks[name] = max(peaks[name], peak)
            if number >= 0:
                times[name].append(took)
    bare = statistics.median(times[BARE])
    return {
        name: Cost(found, found / bare, peaks[name])
        for name, values in times.items()
        if values
        for found in [statistics.median(values)]
    }


def timed(words: Sequence[str], data: bytes) -> tuple[float, float]:
    """Run a command once; give its processor time and its peak memory in MiB."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout:
        stdin.write(data)
        stdin.seek(0)
        process = subprocess.Popen(words, stdin=stdin, stdout=stdout, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def table(costs: dict[str, Cost]) -> str:
    """Write the figures as a table."""
    lines = ["| call | x bare | limit | peak memory |", "|---|---|---|---|"]
    for name, cost in costs.items():
        limit = f"{LIMITS[name]:g}" if name in LIMITS else "-"
        lines.append(
            f"| {name} | {cost.ratio:.2f} | {limit} | {cost.mebibytes:.0f} MiB |"
        )
    return "\n".join(lines) + "\n"


def page(costs: dict[str, Cost], python: str) -> str:
    """Write the page of the reference."""
    code = "import platform; print(platform.python_version())"
    version = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    return (
        "# Benchmarks\n\n"
        "What a run costs in processor time, as a multiple of starting Python with"
        " nothing to do\n(`python3 -c pass`) in the same interleaved run:"
        " milliseconds depend on the machine and on\nwhat else it does, ratios hardly"
        " do. A test holds the program to the limits.\n\n"
        f"{table(costs)}\n"
        f"The goal for 1,000 containers is {GOAL} bare starts, and no form of the call"
        " reaches it yet:\nevery definition is checked against ECS's rules by itself."
        " The limits leave room for a\nbusy machine.\n\n"
        f"CPython {version}, {platform.system()} {platform.machine()}, `-I`,"
        " compiled files warm; medians.\nMeasure again with"
        " `python tests/bench/startup.py`; `--write` renews this page.\n"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--batches", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(words)
    costs = measure(asked.python, asked.rounds, asked.batches)
    print(table(costs))
    if asked.write:
        PAGE.write_text(page(costs, asked.python), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
