"""The shell: streams that are closed, full or not there, our own bugs, interrupts."""

from __future__ import annotations

import io
import json
import runpy
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from fargate_instrument import __main__ as entry
from fargate_instrument import cli
from fargate_instrument import streams as outside
from fargate_instrument.core import pipeline, secrecy
from fargate_instrument.core.errors import Failure
from tests.program import asked, flat, run

if TYPE_CHECKING:
    from collections.abc import Callable

WEB = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
ASK = flat(asked("sysdig", [WEB]))
START: Callable[[], int] = entry._main  # noqa: SLF001  (what runs by path)
ROOT: Callable[[str], str] = entry._root  # noqa: SLF001  (the same)


class Broken(io.RawIOBase):
    """A stream that fails as a full disk does."""

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def readinto(self, _: Any) -> int:
        raise OSError(5, "Input/output error")

    def write(self, _: Any) -> int:
        raise OSError(28, "No space left on device")


class Piecemeal(io.RawIOBase):
    """A stream that takes a few bytes at a time, and at times none."""

    def __init__(self) -> None:
        self.data = b""
        self.turn = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        self.turn += 1
        if self.turn % 3 == 0:
            return None
        self.data += bytes(data[:7])
        return min(7, len(data))


def _raiser(error: BaseException) -> Callable[..., NoReturn]:
    def raising(*_: Any) -> NoReturn:
        raise error

    return raising


def test_streams_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    streams = outside.Streams()
    with pytest.raises(Failure, match="stdin: cannot be read"):
        streams.read()
    with pytest.raises(Failure, match="stdout: cannot be written: it is closed"):
        streams.out("x")
    streams.err("x")
    assert not streams.out_is_terminal
    assert cli.main([]) == 1


def test_streams_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = io.TextIOWrapper(io.BufferedReader(Broken()))
    monkeypatch.setattr(sys, "stdin", broken)
    full = io.TextIOWrapper(io.BufferedWriter(Broken()))
    monkeypatch.setattr(sys, "stdout", full)
    monkeypatch.setattr(sys, "stderr", full)
    streams = outside.Streams()
    with pytest.raises(Failure, match="stdin: cannot be read"):
        streams.read()
    with pytest.raises(Failure, match="No space left on device"):
        streams.out("x")
    streams.err("x")


def test_a_stream_that_takes_little_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Piecemeal()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(slow)))
    outside.Streams().out("0123456789" * 5)
    assert slow.data == b"0123456789" * 5


def test_a_bug_of_ours_says_so_without_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "run", _raiser(ZeroDivisionError("secret")))
    done = run(ASK)
    assert done.status == 3
    assert done.out == b""
    assert "internal error: ZeroDivisionError in raising, line" in done.err
    assert outside.REPORT_AT in done.err
    assert "secret" not in done.err
    assert "Traceback" not in done.err


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "run", _raiser(KeyboardInterrupt()))
    assert run(ASK) == (130, b"", "")
    monkeypatch.setattr(cli, "main", _raiser(KeyboardInterrupt()))
    assert START() == 130


def test_a_subcommand_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from fargate_instrument import commands  # noqa: PLC0415  (off the road)
    from fargate_instrument.core.errors import fail  # noqa: PLC0415  (as above)

    monkeypatch.setattr(commands, "run", _raiser(fail("a", "b", "c")))
    assert run(b"", ["check"]) == (1, b"", "a: b\n  c\n")


def test_the_arguments_are_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["program"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err))
    assert START() == 1
    assert err.getvalue().startswith(b"stdin: is empty")


def test_an_old_python_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    assert START() == 1
    assert capsys.readouterr().err.startswith(
        "fargate-instrument: Python 3.10 or later is needed, this is 3.9 ("
    )


def test_run_by_path_finds_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "__package__", "")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(cli, "main", lambda: 7)
    assert START() == 7
    assert entry.__file__.startswith(sys.path[0])


def test_run_by_path_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "main", lambda: 5)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(entry.__file__, run_name="__main__")
    assert ended.value.code == 5


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/a/b/fargate_instrument/__main__.py", "/a/b"),
        ("/fargate_instrument/__main__.py", "/"),
        ("fargate_instrument/__main__.py", "."),
        ("a\\fargate_instrument\\__main__.py", "a"),
        ("__main__.py", "."),
    ],
)
def test_the_folder_of_the_package(path: str, root: str) -> None:
    assert ROOT(path) == root


def test_short_values_hide_nothing() -> None:
    assert secrecy.hidden("a key is a", ["a"]) == "a key is a"
    assert secrecy.hidden("x 123456 y", ["123456"]) == "x (hidden) y"


def test_secrets_inside_a_batch_are_hidden() -> None:
    key = "key-0123456789"
    options = {"sysdig_access_key": key, "priority": [key]}
    for own in (options, json.dumps(options)):
        entry_ = {"container_definitions": [{"name": key}, [key]], "options": own}
        query = {"agent": "sysdig", "task_definitions": {"a": entry_, key: [entry_]}}
        assert key not in run(query).failure
