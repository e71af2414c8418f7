"""The pages about ``lock`` say what the program does."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from pathlib import Path

import hcl2
import pytest

from fargate_instrument.commands import lock as command
from fargate_instrument.registry import image, lockfile, transport

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = (DOCS / "how-to" / "lock-image-configs.md").read_text()
REFERENCE = (DOCS / "reference" / "lock-file.md").read_text()


def fences(page: str, language: str) -> list[str]:
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE
    )
    return [
        re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found
    ]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="fargate-instrument lock")
    command.configure(made)
    return made


COMMANDS = [
    line.removeprefix("$ ")
    for text in fences(HOW_TO, "console")
    for line in text.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_how_to_is_one(line: str) -> None:
    words = shlex.split(line.partition(" < ")[0])
    assert words[:2] == ["fargate-instrument", "lock"]
    parser().parse_args(words[2:])


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 8


def test_the_terraform_of_the_how_to_parses() -> None:
    (text,) = fences(HOW_TO, "hcl")
    assert "image-configs.lock.json" in str(hcl2.loads(text))


def test_the_example_is_byte_for_byte_a_lock_file() -> None:
    (text,) = fences(REFERENCE, "json")
    entries = lockfile.parse(text.encode(), "the example")
    assert lockfile.render(entries).decode() == text
    for entry in entries.values():
        assert set(entry) == set(image.ENTRY_MEMBERS)
        config = {"os": "linux", "architecture": "amd64", "config": entry}
        platform = image.PLATFORMS["linux/amd64"]
        assert image.entry_of(config, platform, entry["Digest"]) == entry


def test_the_table_of_options_is_the_parser_s() -> None:
    told = set(re.findall(r"^\| `(--[a-z-]+)", REFERENCE, re.MULTILINE))
    known = set(re.findall(r"--[a-z-]+", parser().format_help())) - {"--help"}
    assert told == known


def test_the_table_of_statuses_is_the_program_s() -> None:
    told = set(re.findall(r"^\| `([a-z]+)` \|", REFERENCE, re.MULTILINE))
    assert told == command.FINE | command.NOT_FINE


def test_the_numbers_are_the_program_s() -> None:
    pauses = [transport.FIRST_PAUSE * 2**turn for turn in range(transport.TRIES - 1)]
    assert f"| {transport.TRIES} tries on HTTP" in REFERENCE
    assert f"waits {', '.join(f'{pause:g}' for pause in pauses)} seconds" in REFERENCE
    for status in transport.TRANSIENT:
        assert str(status) in REFERENCE
    assert f"connection {transport.CONNECT_SECONDS:g} s" in REFERENCE
    assert f"silence {transport.READ_SECONDS:g} s" in REFERENCE
    assert f"manifest {image.MAX_MANIFEST >> 20} MiB" in REFERENCE
    assert f"configuration {image.MAX_CONFIG >> 20} MiB" in REFERENCE
    assert f"at most {transport.MAX_REDIRECTS}." in REFERENCE
    assert f"default {command.DEFAULT_SECONDS:g} |" in REFERENCE
    assert json.dumps(lockfile.DEFAULT_PATH).strip('"') in REFERENCE
