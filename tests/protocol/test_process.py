"""The program among other processes: pipes, signals, folders, interpreters."""

from __future__ import annotations

import array
import concurrent.futures
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import IO, Any

import pytest

from tests.generate import python_on_runners
from tests.program import CHECKOUT, MAIN, asked, bare_environment, flat, launch

WEB: dict[str, Any] = {"name": "web", "image": "web:1", "entryPoint": ["/web"]}
ASK = json.dumps(flat(asked("sysdig", [WEB]))).encode()
BROKEN = json.dumps(flat(asked("sysdig", [{"name": "web"}]))).encode()
FORBIDDEN = frozenset(
    (
        "dataclasses",
        "inspect",
        "typing",
        "pathlib",
        "logging",
        "subprocess",
        "argparse",
        "importlib.metadata",
        "importlib.resources",
        "tomllib",
        "asyncio",
        "unittest",
        "email",
        "urllib.request",
    )
)
COMMAND = (sys.executable, "-I", str(MAIN))
PATIENCE = 300  # seconds until a hang fails; no measure of anything


def _start(**settings: Any) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    streams = {"stdin": pipe, "stdout": pipe, "stderr": pipe, **settings}
    return subprocess.Popen(COMMAND, env=bare_environment(), **streams)


# Pipes


def test_stdin_closed_is_a_problem_not_a_crash() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -I "$1" <&-', sys.executable, str(MAIN)],
        capture_output=True,
        check=False,
        env=bare_environment(),
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr == b"stdin: cannot be read\n"


def test_stdin_from_nothing() -> None:
    done = launch(b"")
    assert done.failure.startswith("stdin: is empty")


def test_a_terminal_on_stdin_gets_help_and_never_hangs() -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    ours, theirs = pty.openpty()
    with _start(stdin=theirs) as process:
        out, err = process.communicate(timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert out == b""
    assert b"usage" in err.lower()


def test_stdout_closed_by_the_reader() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with _start(stdout=writing) as process:
        os.close(writing)
        _, err = process.communicate(ASK, timeout=PATIENCE)
    assert process.returncode == 1
    assert err.startswith(b"stdout: cannot be written: ")
    assert b"Traceback" not in err


def test_stdout_not_there() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -I "$1" >&-', sys.executable, str(MAIN)],
        input=ASK,
        capture_output=True,
        check=False,
        env=bare_environment(),
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"stdout: cannot be written")


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full"
)
def test_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full, _start(stdout=full) as process:
        _, err = process.communicate(ASK, timeout=PATIENCE)
    assert process.returncode == 1
    assert err == b"stdout: cannot be written: No space left on device\n"


@pytest.mark.parametrize("data", [ASK, BROKEN])
def test_stderr_closed_changes_nothing(data: bytes) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -I "$1" 2>&-', sys.executable, str(MAIN)],
        input=data,
        stdout=subprocess.PIPE,
        check=False,
        env=bare_environment(),
        timeout=PATIENCE,
    )
    assert done.returncode == (0 if data is ASK else 1)
    assert bool(done.stdout) is (data is ASK)


def test_a_slow_writer_and_small_pieces() -> None:
    with _start() as process:
        assert process.stdin
        for at in range(0, len(ASK), 97):
            process.stdin.write(ASK[at : at + 97])
            process.stdin.flush()
        out, _ = process.communicate(timeout=PATIENCE)
    assert out == launch(ASK).out


# Signals


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1])
def test_an_interrupt_at_any_time_ends_it(wait: float) -> None:
    with _start() as process:
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    # The interpreter itself may be interrupted, before the program is there; and one
    # that comes just before it waits for stdin is noticed when stdin ends.
    assert process.returncode in (130, -signal.SIGINT, 1)


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system has no /proc to look in"
)
def test_an_interrupt_while_it_waits_for_stdin_leaves_no_traceback() -> None:
    with _start() as process:
        assert process.stdin
        assert process.stderr
        # More than a pipe holds: once it is written, the program reads.
        process.stdin.write(b" " * 2**20)
        process.stdin.flush()
        while not _waits_for(process.stdin, process.pid):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE)
        assert process.stderr.read() == b""
    assert process.returncode == 130


def _waits_for(pipe: IO[bytes], pid: int) -> bool:
    """Say whether a process has read all of the pipe and sleeps."""
    unread = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, unread)
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return (unread[0], state) == (0, "S")


# Where it stands


def _copy(folder: Path) -> Path:
    """Copy the package without compiled files; give the path to run."""
    target = folder / "fargate_instrument"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "fargate_instrument", target, ignore=ignored)
    return target / "__main__.py"


@pytest.mark.parametrize("name", ["with spaces", "ümläut-日本", "a'b\"c", "-I"])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    main = _copy(tmp_path / name)
    assert launch(ASK, main=main).out == launch(ASK).out


def test_a_relative_path_and_another_folder(tmp_path: Path) -> None:
    main = _copy(tmp_path)
    relative = main.relative_to(tmp_path)
    expected = launch(ASK).out
    assert launch(ASK, main=relative, cwd=tmp_path).out == expected
    assert launch(ASK, main="__main__.py", cwd=main.parent).out == expected
    assert launch(ASK, main=main.parent).out == expected  # a folder with __main__
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert launch(ASK, main=Path("..") / relative, cwd=elsewhere).out == expected


def test_a_read_only_checkout_and_no_file_written(tmp_path: Path) -> None:
    main = _copy(tmp_path)
    folders = [main.parent, *(p for p in main.parent.rglob("*") if p.is_dir())]
    before = sorted(main.parent.rglob("*"))
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert launch(ASK, main=main).status == 0
        assert (
            launch(ASK, main=main, python=(sys.executable, "-I", "-S", "-B")).status
            == 0
        )
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    left = [p for p in sorted(main.parent.rglob("*")) if "__pycache__" not in p.parts]
    assert left == before


def test_files_around_it_are_not_imported(tmp_path: Path) -> None:
    for name in ("json.py", "re.py", "sitecustomize.py", "fargate_instrument.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')\n", encoding="utf-8")
    environment = {**bare_environment(), "PYTHONPATH": str(tmp_path)}
    assert launch(ASK, cwd=tmp_path, env=environment).out == launch(ASK).out


def test_ten_at_once() -> None:
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        outs = set(pool.map(lambda _: launch(ASK).out, range(10)))
    assert outs == {launch(ASK).out}


# Interpreters


@pytest.mark.parametrize(
    "flags",
    [
        ("-I",),
        ("-I", "-S", "-B"),
        (),
        ("-O",),
        ("-OO",),
        ("-W", "error"),
        ("-X", "dev"),
    ],
    ids=" ".join,
)
def test_any_flags(flags: tuple[str, ...]) -> None:
    done = launch(ASK, python=(sys.executable, *flags))
    assert (done.status, done.err) == (0, "")
    assert done.out == launch(ASK).out


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fargate_instrument"],
        input=ASK,
        capture_output=True,
        check=True,
        cwd=CHECKOUT,
        env=bare_environment(),
    )
    assert done.stdout == launch(ASK).out


def _version(python: Path) -> tuple[int, ...]:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return ()
    return tuple(int(part) for part in done.stdout.split("."))


def _interpreters() -> dict[tuple[int, ...], Path]:
    """Find the Pythons of this machine: on PATH, and those that pyenv keeps."""
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    root = os.environ.get("PYENV_ROOT")
    found = sorted(Path(root, "versions").glob("*/bin/python")) if root else []
    for folder in folders:
        for name in ("python2", "python2.7", *(f"python3.{n}" for n in range(6, 16))):
            if "shims" not in folder.parts and (folder / name).exists():
                found.append(folder / name)
    found.append(Path(sys.executable))
    return {version: python for python in found if (version := _version(python))}


INTERPRETERS = _interpreters()
NEW = sorted(version for version in INTERPRETERS if version >= (3, 10))
OLD = sorted(version for version in INTERPRETERS if version < (3, 10))


def _name(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@pytest.mark.parametrize("version", NEW, ids=_name)
def test_every_python_gives_the_same_bytes(version: tuple[int, ...]) -> None:
    python = str(INTERPRETERS[version])
    for data in (ASK, BROKEN):
        here, there = launch(data), launch(data, python=(python, "-I", "-S", "-B"))
        assert there == here


@pytest.mark.skipif(not OLD, reason="no Python before 3.10 on this machine")
@pytest.mark.parametrize("version", OLD, ids=_name)
def test_an_old_python_says_so_in_one_line(version: tuple[int, ...]) -> None:
    flags = ("-I",) if version >= (3, 4) else ()
    done = launch(ASK, python=(str(INTERPRETERS[version]), *flags))
    assert done.status == 1
    assert done.out == b""
    assert done.err.count("\n") == 1
    assert "Python 3.10 or later is needed" in done.err
    assert f"this is {_name(version)}" in done.err


@pytest.mark.skipif((2, 7) not in INTERPRETERS, reason="no Python 2.7 on this machine")
def test_python_2_says_what_the_readmes_say() -> None:
    """With -I, as the modules start it, it never comes to the program's own words."""
    done = launch(ASK, python=(str(INTERPRETERS[2, 7]), "-I"))
    assert (done.status, done.out) == (2, b"")
    assert done.err.startswith(python_on_runners.PYTHON_2)


@pytest.mark.skipif(not OLD, reason="no Python before 3.10 on this machine")
@pytest.mark.parametrize("version", [v for v in OLD if v > (3,)], ids=_name)
def test_an_old_python_cannot_run_what_is_locked(version: tuple[int, ...]) -> None:
    run = str(MAIN.parents[1] / "locked" / "run.py")
    words = [str(INTERPRETERS[version]), "-I", run, "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(python_on_runners.TOO_OLD)
    assert done.stderr.count("\n") == 1


LISTING = """
import sys
before = set(sys.modules)
sys.argv = [sys.argv[1]]
names = {"__name__": "__main__", "__file__": sys.argv[0], "__package__": None}
try:
    exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"), names)
except SystemExit as ended:
    assert not ended.code, ended.code
import json
json.dump(
    {name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()
     if name not in before}, sys.stderr)
"""


@pytest.mark.parametrize("version", NEW, ids=_name)
@pytest.mark.parametrize("agent", ["sysdig", "prisma_cloud"])
def test_nothing_forbidden_is_imported(version: tuple[int, ...], agent: str) -> None:
    python = str(INTERPRETERS[version])
    data = json.dumps(flat(asked(agent, [WEB]))).encode()
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", LISTING, str(MAIN)],
        input=data,
        capture_output=True,
        check=True,
        env=bare_environment(),
    )
    loaded = json.loads(done.stderr)
    ours = {name for name in loaded if name.partition(".")[0] == "fargate_instrument"}
    assert "fargate_instrument.core.pipeline" in ours
    assert not FORBIDDEN & loaded.keys()
    assert not any("-packages" in file for file in loaded.values())
    assert not {name for name in ours if ".models" in name or ".commands" in name}
    assert {f"fargate_instrument.core.agents.{agent}"} == {
        name
        for name in ours
        if name.startswith("fargate_instrument.core.agents.")
        and name.rpartition(".")[2] != "reading"
    }
