"""What is generated is what would be generated now, and says so when it is not."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from fargate_instrument.core import agents
from fargate_instrument.models import generate
from tests.docs.pages import CHECKOUT
from tests.generate import cli_reference, docs_index, python_on_runners
from tests.program import MAIN, bare_environment

if TYPE_CHECKING:
    from pathlib import Path

PAGES: list[Any] = [cli_reference, docs_index]


def test_models() -> None:
    stale = [
        str(path.relative_to(CHECKOUT))
        for path, text in generate.files().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    again = "python -m fargate_instrument.models.generate --write"
    assert stale == [], f"stale, run: {again}"


@pytest.mark.parametrize("generator", PAGES)
def test_pages(generator: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("generator", PAGES)
def test_a_stale_page_is_told_and_mended(
    generator: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "CHECKOUT", tmp_path)
    monkeypatch.setattr(generator, "PAGE", tmp_path / "page.md")
    assert generator.main(["--check"]) == 1
    assert not generator.PAGE.exists()
    assert generator.main(["--write"]) == 0
    assert generator.main(["--check"]) == 0


def test_a_stale_model_is_told_and_mended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.main(["--check"]) == 1
    assert "stale: fargate_instrument/core/declared.py" in capsys.readouterr().out
    assert generate.main(["--write"]) == 0
    assert generate.main(["--check"]) == 0


def test_the_readme_names_every_agent() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == sorted(agents.NAMES)


def test_every_decision_has_its_number_in_its_title() -> None:
    pages = sorted((CHECKOUT / "docs" / "decisions").glob("*.md"))
    assert pages
    for page in pages:
        number = docs_index.title(page).partition(".")[0]
        assert int(number) == int(page.name[:4]), page.name
    numbers = [page.name[:4] for page in pages]
    assert len(set(numbers)) == len(numbers)


def test_what_terraform_says_without_python_is_on_every_page() -> None:
    pages = python_on_runners.pages()
    assert {page.parent.name for page in pages[1:]} >= {"instrument"}
    assert python_on_runners.main(["--check"]) == 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for words in (python_on_runners.MISSING, python_on_runners.PYTHON_2):
            assert words in text


def test_a_page_with_other_words_about_python_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"a\n{python_on_runners.BEGIN}old\n{python_on_runners.END}b\n")
    monkeypatch.setattr(python_on_runners, "pages", lambda: [page])
    assert python_on_runners.main(["--check"]) == 1
    assert "stale: " in capsys.readouterr().out
    assert python_on_runners.main(["--write"]) == 0
    assert page.read_text() == f"a\n{python_on_runners.section()}b\n"
    page.write_text("no marks\n")
    with pytest.raises(ValueError, match="no place"):
        python_on_runners.main(["--check"])


def test_what_an_old_python_is_told_is_what_the_pages_say(tmp_path: Path) -> None:
    """The guard's own words, from a program that is made to take itself for old."""
    source = MAIN.read_text(encoding="utf-8")
    aged = source.replace("sys.version_info < (3, 10)", "True")
    assert aged != source
    (tmp_path / "main.py").write_text(aged)
    words = [sys.executable, "-I", str(tmp_path / "main.py")]
    done = subprocess.run(
        words, env=bare_environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(python_on_runners.TOO_OLD)
