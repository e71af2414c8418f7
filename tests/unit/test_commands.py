"""The command table: help, version, usage errors, and what is imported."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fargate_instrument import commands
from fargate_instrument.streams import Streams
from fargate_instrument.version import __version__
from tests.program import CHECKOUT, Run, asked, flat, launch, run


def command(*arguments: str) -> Run:
    return run(b"", list(arguments))


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_goes_to_stdout(flag: str) -> None:
    done = command(flag)
    assert (done.status, done.err) == (0, "")
    for name, (_, text) in commands.TABLE.items():
        assert f"  {name}  " in done.out.decode()
        assert text in done.out.decode()


def test_version() -> None:
    assert command("--version").out.decode() == f"fargate-instrument {__version__}\n"


class Terminal(Streams):
    """Streams whose stderr is kept."""

    said = ""

    def err(self, text: str) -> None:
        self.said += text


def test_no_command_is_usage_on_stderr() -> None:
    streams = Terminal()
    assert commands.run([], streams) == 2
    assert streams.said == commands.help_text()


@pytest.mark.parametrize(
    ("word", "meant"), [("ptach", "patch"), ("remvoe", "remove"), ("--hlep", "--help")]
)
def test_an_unknown_word_names_the_nearest(word: str, meant: str) -> None:
    done = command(word)
    assert (done.status, done.out) == (2, b"")
    assert f'did you mean "{meant}"?' in done.err


@pytest.mark.parametrize("name", commands.TABLE)
def test_every_command_is_what_the_table_says(name: str) -> None:
    module = commands.load(name)
    assert name == module.NAME
    assert commands.TABLE[name][1] == module.HELP
    done = command(name, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.decode().startswith(f"usage: fargate-instrument {name}")
    assert "\x1b" not in done.out.decode()


@pytest.mark.parametrize("name", commands.TABLE)
def test_a_wrong_argument_is_usage(name: str) -> None:
    done = command(name, "--no-such-thing")
    assert (done.status, done.out) == (2, b"")
    first, second = done.err.splitlines()
    assert first.startswith(f"fargate-instrument {name}: --no-such-thing is no option;")
    assert second.startswith(f"usage: fargate-instrument {name} ")


def test_only_the_command_asked_for_is_imported() -> None:
    code = (
        "import sys; from fargate_instrument import cli;"
        "status = cli.main(['agents']);"
        "print([m for m in sys.modules if 'fargate_instrument.commands.' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = done.stdout.rpartition("[")[2]
    assert "commands.agents" in imported
    assert not any(f"commands.{other}'" in imported for other in ("patch", "lock"))


def test_without_the_packages_help_works_and_commands_say_what_they_need() -> None:
    bare = (sys.executable, "-I", "-S")
    assert launch(b"", "--help", python=bare).status == 0
    assert launch(b"", "agents", python=bare).status == 0
    done = launch(b"", "schema", python=bare)
    assert done.failure.startswith("schema: needs the package jsonschema, which is")
    result = launch(json.dumps(flat(asked("sysdig", []))).encode(), python=bare)
    assert result.status == 0, result.err


def test_abbreviated_options_are_refused() -> None:
    done = command("agents", "--form", "json")
    assert done.status == 2


def test_what_is_missing_is_usage_in_two_lines() -> None:
    done = command("patch")
    assert (done.status, done.out) == (2, b"")
    assert done.err == (
        "fargate-instrument patch: the following arguments are required: FILE\n"
        "usage: fargate-instrument patch --agent NAME [OPTION...] FILE"
        "   (--help lists the options)\n"
    )


@pytest.mark.parametrize(
    "words", [["--", "--x"], ["-oa=b", "--agent", "sysdig", "f"], ["-o", "a b", "f"]]
)
def test_what_only_looks_like_an_option_is_none(words: list[str]) -> None:
    assert "is no option" not in command("patch", *words).err


def test_no_command_imports_the_shell_around_it() -> None:
    for path in (CHECKOUT / "fargate_instrument" / "commands").glob("*.py"):
        assert "fargate_instrument.cli" not in path.read_text(encoding="utf-8"), path
