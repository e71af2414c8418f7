"""What is installed is what is locked: files with hashes, fresh, and pip by its own."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
import tomlkit
from packaging.requirements import Requirement

from locked import installing
from tests.generate import locked
from tests.generate.locked import CHECKOUT
from tests.registry import servers

if TYPE_CHECKING:
    from pathlib import Path

PROJECT: Final[dict[str, Any]] = tomlkit.parse(
    (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
).unwrap()
PACKAGE: Final = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<marker> ; [^\\\n]+)? \\\n"
    r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
)


def packages(name: str) -> dict[str, str]:
    """Read a locked file: every package and its version; nothing else is in it."""
    text = (CHECKOUT / "locked" / name).read_text(encoding="utf-8")
    rest = PACKAGE.sub("", text.removeprefix(locked.HEAD))
    assert rest == "", f"{name} has what is no package with hashes"
    return {found["name"]: found["version"] for found in PACKAGE.finditer(text)}


def requirements() -> list[Requirement]:
    more = PROJECT["project"]["optional-dependencies"]["aws"]
    return [Requirement(text) for text in (*PROJECT["project"]["dependencies"], *more)]


def test_the_files_are_fresh() -> None:
    assert locked.main(["--check"]) == 0


def test_a_stale_file_is_told_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(locked, "LOCKED", tmp_path)
    assert locked.main(["--check"]) == 1
    assert "stale: locked/requirements.txt" in capsys.readouterr().out
    assert locked.main(["--write"]) == 0
    assert locked.main(["--check"]) == 0


def test_every_package_is_pinned_with_hashes() -> None:
    assert packages("bootstrap.txt").keys() == {"pip", "uv"}
    found = packages("requirements.txt")
    for requirement in requirements():
        assert requirement.specifier.contains(found[requirement.name])
    assert not found.keys() & {"pytest", "hatchling", "fargate-instrument"}


@pytest.mark.parametrize(
    ("name", "next_one"),
    [("boto3", "2.0"), ("botocore", "2.0")],
)
def test_what_is_rested_on_is_bounded(name: str, next_one: str) -> None:
    (requirement,) = [one for one in requirements() if one.name == name]
    assert requirement.specifier.contains(packages("requirements.txt")[name])
    assert not requirement.specifier.contains(next_one)


class TestPip:
    """pip's wheel is taken by its hash, wherever it comes from."""

    def test_the_locked_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = b"a wheel"
        lines = f"pip==9.8 \\\n    --hash=sha256:{installing.digest(data)}\n"
        (tmp_path / "bootstrap.txt").write_text(lines)
        monkeypatch.setattr(installing, "BOOTSTRAP", tmp_path / "bootstrap.txt")
        served = tmp_path / "index" / "pip"
        served.mkdir(parents=True)
        (served / "pip-9.8-py3-none-any.whl").write_bytes(data)
        asked: list[str] = []

        def fetched(file: str) -> bytes:
            asked.append(file)
            return (served / file).read_bytes()

        monkeypatch.setattr(installing, "_fetched", fetched)
        cache = tmp_path / "cache"
        wheel = installing.pip(cache)
        assert (wheel.read_bytes(), asked) == (data, [wheel.name])
        assert installing.pip(cache) == wheel
        assert asked == [wheel.name], "what is in the cache is not fetched again"
        wheel.write_bytes(b"tampered with")
        assert installing.pip(cache).read_bytes() == data
        assert asked == [wheel.name] * 2

    def test_another_is_refused_and_not_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(installing, "_fetched", lambda _: b"another")
        with pytest.raises(installing.NotInstalledError, match="is not the one that"):
            installing.pip(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_from_an_index(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version, _ = installing.locked("pip")
        name = f"pip-{version}-py3-none-any.whl"
        page = f'<a href="/files/{name}#sha256=00">{name}</a>'.encode()
        with servers.scripted() as index:
            monkeypatch.setenv("PIP_INDEX_URL", f"http://{index.host}/simple/")
            with pytest.raises(installing.NotInstalledError, match="cannot be fetched"):
                installing.pip(tmp_path)
            index.say("/simple/pip/", servers.Answer(200, b"<a href='x.whl'>x</a>"))
            with pytest.raises(installing.NotInstalledError, match="does not name pip"):
                installing.pip(tmp_path)
            index.say("/simple/pip/", servers.Answer(200, page))
            index.say(f"/files/{name}", servers.Answer(200, b"another"))
            with pytest.raises(installing.NotInstalledError, match="is not the one"):
                installing.pip(tmp_path)


def test_a_wheel_that_is_not_locked_is_not_installed(tmp_path: Path) -> None:
    """The twin of every install: the right version with another hash."""
    text = installing.BOOTSTRAP.read_text(encoding="utf-8")
    wrong = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", text)
    (tmp_path / "wrong.txt").write_text(wrong)
    target = ("--target", str(tmp_path / "target"))
    with pytest.raises(installing.NotInstalledError, match="could not install"):
        installing.install(sys.executable, tmp_path / "wrong.txt", tmp_path, *target)
    assert not list((tmp_path / "target").glob("*"))
