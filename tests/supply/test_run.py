"""The environment of the locked packages: made once, whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from locked import installing, run


@pytest.fixture
def installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note what would be installed instead of installing it."""
    noted: list[Path] = []

    def install(python: str, requirements: Path, cache: Path, *_: str) -> None:
        assert Path(python).exists()
        assert cache == tmp_path / "locked"
        noted.append(requirements)

    monkeypatch.setattr(run, "CACHE", tmp_path / "locked")
    monkeypatch.setattr(installing, "install", install)
    return noted


def test_it_is_made_once(installs: list[Path], tmp_path: Path) -> None:
    made = run.ensure()
    assert made.exists()
    assert run.ensure() == made
    assert installs == [run.REQUIREMENTS]
    assert [path.name for path in (tmp_path / "locked").iterdir()] == [
        run.environment().name
    ]


def test_other_requirements_are_another_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run.environment()
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setattr(run, "REQUIREMENTS", tmp_path / "requirements.txt")
    other = run.environment()
    assert other != before
    monkeypatch.setattr(sys, "executable", "/another/python")
    assert run.environment() not in (before, other)


def test_what_could_not_be_installed_leaves_nothing(
    installs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installs == []

    def fails(*_: object) -> None:
        raise installing.NotInstalledError("no network")

    monkeypatch.setattr(installing, "install", fails)
    with pytest.raises(installing.NotInstalledError, match="no network"):
        run.ensure()
    assert list((tmp_path / "locked").iterdir()) == []
    with pytest.raises(SystemExit, match=r"locked/run\.py: no network"):
        run.main([])


def test_who_was_faster_wins(
    installs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks of one commit may run side by side."""
    assert installs == []

    def while_another_makes_it(*_: object) -> None:
        (run.environment() / "bin").mkdir(parents=True)

    monkeypatch.setattr(installing, "install", while_another_makes_it)
    assert run.ensure() == run.python(run.environment())
    left = [path.name for path in (tmp_path / "locked").iterdir()]
    assert left == [run.environment().name]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no read-only folders")
def test_a_clone_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(run, "CACHE", tmp_path / "file" / "locked")
    with pytest.raises(SystemExit, match="cannot be made"):
        run.main([])
