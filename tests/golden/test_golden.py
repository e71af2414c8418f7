"""Whole queries and what comes back, byte for byte; one folder for each situation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import Run, run, unpacked

HERE = Path(__file__).parent
SITUATIONS = sorted(path.parent for path in HERE.glob("*/*/query.json"))


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@pytest.mark.parametrize("folder", SITUATIONS, ids=_name)
def test_golden(folder: Path, request: pytest.FixtureRequest) -> None:
    query = json.loads((folder / "query.json").read_text(encoding="utf-8"))
    done = run(query)
    if request.config.getoption("--update-golden"):
        _write(folder, done)
    if (folder / "stderr.txt").exists():
        assert done.failure == (folder / "stderr.txt").read_text(encoding="utf-8")
    else:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        assert done.result == expected
        assert done.out == _bytes(expected)
        assert not done.err


def _bytes(expected: dict[str, Any]) -> bytes:
    flat = {
        key: value if isinstance(value, str) else _compact(value)
        for key, value in expected.items()
    }
    return f"{_compact(flat)}\n".encode()


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _write(folder: Path, done: Run) -> None:
    """Write a golden that has changed, and fail, so that somebody looks at it."""
    if done.status == 0:
        name = "expected.json"
        value = {k: unpacked(k, t) for k, t in json.loads(done.out).items()}
        text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    else:
        name, text = "stderr.txt", done.failure
    for other in {"expected.json", "stderr.txt"} - {name}:
        (folder / other).unlink(missing_ok=True)
    path = folder / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        pytest.fail(f"wrote {path.relative_to(HERE)}: read it before you commit it")
