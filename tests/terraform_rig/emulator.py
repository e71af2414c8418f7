"""An AWS emulator on loopback, one fresh process at a time. Not AWS.

moto, behind `front.py`: what is asked twice is done once, what AWS refuses is refused.

The stacks learn of it through environment variables alone, as the AWS SDKs read
them. The process watches its standard input and ends with the one who started it,
however that one ends; a detached emulator ends when it is told to.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCOUNT: Final = "123456789012"
HOST: Final = "127.0.0.1"
CHECKOUT: Final = Path(__file__).resolve().parents[2]
_PATIENCE: Final = 300.0  # seconds until a hang fails
_SETTINGS: Final = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
_FOREIGN: Final = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE")


class EmulatorError(RuntimeError):
    """The emulator did not start; the text holds what it printed."""


class Emulator(NamedTuple):
    """A running emulator: its process id and its port on loopback."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Give the address every AWS client is pointed at."""
        return f"http://{HOST}:{self.port}"

    def environment(self, region: str) -> dict[str, str]:
        """Give the variables that point any AWS client at this emulator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    def answers(self) -> bool:
        """Say whether something listens on the port."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection((HOST, self.port), timeout=1),
        ):
            return True
        return False

    def stop(self) -> None:
        """End the process, and wait until the port is free again."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if not self.answers():
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            deadline = time.monotonic() + 5
            while self.answers() and time.monotonic() < deadline:
                time.sleep(0.05)


def clean_environment() -> dict[str, str]:
    """Give this process's environment without what would lead to a real account."""
    return {name: value for name, value in os.environ.items() if name not in _FOREIGN}


@contextlib.contextmanager
def running(lost: Iterable[str] = ()) -> Iterator[Emulator]:
    """Run an emulator for the length of a with block.

    ``lost`` names operations whose first answer does not arrive, though they are done.
    """
    process = _start("--with-parent", *lost, stdin=subprocess.PIPE)
    try:
        yield Emulator(process.pid, _port(process))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        process.wait(timeout=_PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def detached() -> Emulator:
    """Start an emulator that outlives this process; ``Emulator.stop`` ends it."""
    process = _start("--detached", stdin=subprocess.DEVNULL)
    return Emulator(process.pid, _port(process))


def _start(*words: str, stdin: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.terraform_rig.emulator", *words],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**clean_environment(), **_SETTINGS},
        start_new_session=True,
        cwd=CHECKOUT,
    )


def _port(process: subprocess.Popen[str]) -> int:
    printed = process.stdout.readline() if process.stdout is not None else ""
    if not printed.strip().isdigit():
        process.kill()
        raise EmulatorError(f"the emulator did not start (it printed {printed!r})")
    found = Emulator(process.pid, int(printed))
    deadline = time.monotonic() + _PATIENCE
    while not found.answers():
        if time.monotonic() > deadline or process.poll() is not None:
            process.kill()
            raise EmulatorError("the emulator does not answer on its port")
        time.sleep(0.05)
    return found.port


def _serve(mode: str, *lost: str) -> None:
    """Be the emulator: print the port, serve until told to end."""
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - the emulator's alone
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415 - the same

    from tests.terraform_rig.account import Account  # noqa: PLC0415 - the same
    from tests.terraform_rig.front import Front  # noqa: PLC0415 - the same

    # No handler: a signal's own effect ends the process whichever thread it meets.
    app = Front(DomainDispatcherApplication(create_backend_app), lost)
    server = make_server(
        HOST, 0, app, threaded=True, request_handler=MotoRequestHandler
    )
    app.account = Account(f"http://{HOST}:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    if mode == "--with-parent":
        sys.stdin.read()
        os._exit(0)
    threading.Event().wait()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
