"""Purity and determinism of whole processes: nothing around the program counts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.program import CHECKOUT, bare_environment, flat

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = CHECKOUT / "tests" / "golden"
FOLDERS = sorted(path.parent for path in GOLDEN.glob("*/*/query.json"))

WATCHER = """
import json, os, sys
sys.dont_write_bytecode = True
checkout, queries = sys.argv[1], json.loads(sys.stdin.read())
sys.path.insert(0, checkout)
package = os.path.join(checkout, "fargate_instrument") + os.sep
library = os.path.dirname(os.__file__) + os.sep
forbidden = ("socket.", "subprocess.", "os.", "urllib.", "ctypes.", "sqlite3.", "time.")
seen = []

def watch(event, arguments):
    if event == "open":
        name, mode = str(arguments[0]), arguments[1] or "r"
        if "w" in mode or "a" in mode or not name.startswith((package, library)):
            seen.append([event, name])
    elif event.startswith(forbidden) and event not in ("os.listdir", "os.scandir"):
        seen.append([event, repr(arguments)])

class Environment(dict):
    def _say(self, *_):
        seen.append(["environ", ""])
        raise RuntimeError("the environment was read")
    __getitem__ = get = __contains__ = __iter__ = items = keys = _say

from fargate_instrument import cli
from fargate_instrument.core import pipeline
from fargate_instrument.core.errors import Failure
import encodings.idna, fnmatch, difflib  # what is imported on demand
os.environ = Environment()
sys.addaudithook(watch)
done = []
for query in queries:
    try:
        done.append(pipeline.run(query))
    except Failure as failure:
        done.append(str(failure))
print(json.dumps([done, seen]))
"""


def _queries() -> list[dict[str, str]]:
    return [
        flat(json.loads((folder / "query.json").read_text(encoding="utf-8")))
        for folder in FOLDERS
    ]


def _watched(**settings: Any) -> tuple[list[Any], list[Any]]:
    done = subprocess.run(
        [sys.executable, "-c", WATCHER, str(CHECKOUT)],
        input=json.dumps(_queries()),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        **{"env": bare_environment(), **settings},
    )
    assert done.returncode == 0, done.stderr
    results, seen = json.loads(done.stdout)
    return results, seen


def test_law_6_purity_no_file_environment_network_or_clock() -> None:
    results, seen = _watched()
    assert len(results) == len(FOLDERS)
    assert seen == []


def test_the_watch_sees_what_it_forbids() -> None:
    code = WATCHER.replace(
        "for query in queries:",
        "open(os.devnull).close()\n"
        "import socket\nsocket.socket().close()\n"
        "for query in queries[:0]:",
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(CHECKOUT)],
        input="[]",
        capture_output=True,
        text=True,
        check=True,
        env=bare_environment(),
    )
    events = {event for event, _ in json.loads(done.stdout)[1]}
    assert {"open", "socket.__new__"} <= events


@pytest.mark.parametrize(
    "around",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
        {"TZ": "America/Caracas", "HOME": "/nonexistent"},
    ],
    ids="+".join,
)
def test_law_8_determinism_whatever_is_around(
    around: dict[str, str], tmp_path: Path
) -> None:
    base, _ = _watched(env={**bare_environment(), "PYTHONHASHSEED": "0"})
    other, _ = _watched(env={**bare_environment(), **around}, cwd=tmp_path)
    assert other == base
    assert list(tmp_path.iterdir()) == []
