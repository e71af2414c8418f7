"""Every fence of the README and the docs: parsed, and run where it says so."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import hcl2
import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are no dependency

from fargate_instrument import commands
from fargate_instrument.streams import Streams
from tests.docs.pages import CHECKOUT, Fence, console, fences, pages, program_calls

KNOWN = {"hcl", "json", "sh", "console", "python", "yaml", "text", "diff", "toml", ""}


def read(page: Path) -> list[Fence]:
    if not page.is_file():
        pytest.fail(f"{page.name} is missing")
    return fences(page.read_text(encoding="utf-8"))


def named(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("page", pages(), ids=named)
def test_fences_parse(page: Path) -> None:
    for fence in read(page):
        where = f"{named(page)}:{fence.line}"
        assert fence.language in KNOWN, f"{where}: a fence in {fence.language}"
        try:
            parse(fence)
        except Exception as error:  # noqa: BLE001  (parsers fail in their own ways)
            pytest.fail(f"{where}: {error}")


def parse(fence: Fence) -> None:
    match fence.language:
        case "hcl":
            hcl2.loads(fence.text)
        case "json":
            json.loads(fence.text)
        case "yaml":
            yaml.safe_load(fence.text)
        case "python":
            ast.parse(fence.text)
        case "sh":
            shell = ["bash", "-n", "-c", fence.text]
            subprocess.run(shell, check=True, capture_output=True)
        case _:
            pass


@pytest.mark.parametrize("page", pages(), ids=named)
def test_commands_exist_as_written(page: Path) -> None:
    for fence in read(page):
        if fence.language not in ("sh", "console"):
            continue
        for words in program_calls(fence.text):
            where = f"{named(page)}:{fence.line}: {' '.join(words)}"
            assert understood(words), where


def understood(words: list[str]) -> bool:
    """Read the arguments of a call; words with ``...`` or ``<`` stand for others."""
    if not words or words[0] in ("--help", "--version", "-h"):
        return True
    if words[0] not in commands.TABLE:
        return words[0].isupper()
    parser = commands.parser_of(words[0], commands.load(words[0]), Quiet())
    try:
        parser.parse_args(words[1:])
    except SystemExit as stop:
        return stop.code == 0
    return True


@pytest.mark.parametrize("name", commands.TABLE)
def test_the_examples_of_the_help_exist_as_written(name: str) -> None:
    for example in getattr(commands.load(name), "EXAMPLES", ()):
        (words,) = program_calls(example)
        assert words[0] == name
        assert understood(words), example


def test_python_programs_are_where_the_pages_say() -> None:
    named_there = [
        (named(page), match[1])
        for page in pages()
        for match in re.finditer(
            r"^(?:\$ )?python3 -I (\S+\.py)",
            page.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert ("README.md", "terraform/demo.py") in named_there
    assert ("README.md", "tests/run.py") in named_there
    assert [one for one in named_there if not (CHECKOUT / one[1]).is_file()] == []


def test_every_python_that_the_pages_start_is_isolated() -> None:
    """Without -I a module of the reader's current folder could run instead."""
    started = [
        (named(page), line.strip())
        for page in pages()
        for fence in read(page)
        if fence.language in ("sh", "console")
        for line in fence.text.splitlines()
        if re.search(r"(?:^|[ ;|&/])python3? (?!-I )", line)
    ]
    assert started == []


class Quiet(Streams):
    """Streams that say nothing."""

    def err(self, text: str) -> None:
        """Drop it."""

    def out(self, text: str) -> None:
        """Drop it."""


@pytest.mark.parametrize("page", pages(), ids=named)
def test_what_is_run_runs_and_shows_what_is_shown(page: Path, tmp_path: Path) -> None:
    for fence in read(page):
        where = f"{named(page)}:{fence.line}"
        if fence.what == "file":
            (tmp_path / fence.argument).write_text(fence.text, encoding="utf-8")
        elif fence.what == "output of":
            assert shell(fence.argument, tmp_path) == fence.text, where
        elif fence.what == "run" and fence.language == "python":
            python([sys.executable, "-c", fence.text], tmp_path)
        elif fence.what == "run" and fence.language == "sh":
            shell(f"set -eu\n{fence.text}", tmp_path)
        elif fence.what == "run":
            for command, expected in console(fence.text):
                assert shell(command, tmp_path, fails=True) == expected, where


def shell(command: str, folder: Path, *, fails: bool = False) -> str:
    """Run a shell command as a reader would; give what it shows."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=600,
    )
    assert fails or done.returncode == 0, done.stdout
    return done.stdout


def python(words: list[str], folder: Path) -> None:
    done = subprocess.run(
        words,
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr


def environment() -> dict[str, str]:
    """Give a reader's environment: the program on PATH, no colours, no credentials."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "COV"))}
    folder = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": folder + os.pathsep + kept.get("PATH", ""),
        "NO_COLOR": "1",
        "COLUMNS": "80",
    }


def test_links_lead_somewhere() -> None:
    broken = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        outside = [part for at, part in enumerate(text.split("```")) if at % 2 == 0]
        for link in links("".join(outside)):
            path = link.partition("#")[0]
            if path and not (page.parent / path).exists():
                broken.append(f"{named(page)}: {link}")
    assert broken == []


def links(text: str) -> list[str]:
    """List the links of a page that stay in the repository."""
    found = []
    for part in text.split("](")[1:]:
        link = part.partition(")")[0].partition(" ")[0]
        if "://" not in link and not link.startswith("mailto:"):
            found.append(link)
    return found
