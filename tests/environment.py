"""Makes `.venv` with the locked packages, from a bare Python. Not a package manager.

    python3 -I tests/environment.py         makes it, prints its interpreter
    python3 -I tests/environment.py uv      prints the uv it uses, and makes nothing

Needs Python 3.10 or newer and git, nothing else: no pip, no ensurepip, no uv. pip and
uv are fetched into `.cache` by the hashes of `locked/bootstrap.txt`; then `uv sync`
works from `uv.lock`, and builds the project with what is locked there. Standard library
only, since it runs before anything is installed.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
if str(CHECKOUT) not in sys.path:
    sys.path.insert(0, str(CHECKOUT))

from locked import installing  # noqa: E402 - the path above comes first

ENVIRONMENT = CHECKOUT / ".venv"
CACHE = CHECKOUT / ".cache"
STAMP = ENVIRONMENT / ".synchronised"
OLDEST = (3, 10)
SYNC = ("sync", "--frozen", "--inexact", "--all-extras", "--all-groups", "--quiet")
WINDOWS = os.name == "nt"


class NotMadeError(RuntimeError):
    """The environment could not be made; the text says what to do."""


def python() -> Path:
    """Give the environment's interpreter, made or not."""
    return ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")


def is_current() -> bool:
    """Say whether the environment was made from today's lock file."""
    return (
        python().exists()
        and STAMP.exists()
        and STAMP.read_text(encoding="utf-8") == lock_digest()
    )


def lock_digest() -> str:
    """Name what the environment is made from."""
    parts = [CHECKOUT / "uv.lock", CHECKOUT / "pyproject.toml"]
    return installing.digest(b"\0".join(part.read_bytes() for part in parts))


def ensure(say: bool = True) -> Path:
    """Make the environment if it is not current; return its interpreter."""
    if sys.version_info < OLDEST:
        raise NotMadeError(
            f"Python {platform.python_version()} is too old, 3.10 or newer is needed"
        )
    if not is_current():
        if say:
            print("Making .venv from uv.lock (once) ...", file=sys.stderr, flush=True)
        synchronise(uv())
        STAMP.write_text(lock_digest(), encoding="utf-8")
    return python()


def synchronise(command: str) -> None:
    """Let uv make the environment exactly as it is locked.

    In two steps, so that the project is built by the locked hatchling and not by what
    the index has today.
    """
    environment = {
        **installing.clean_environment(),
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_PYTHON": str(python()) if python().exists() else sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS", "true"),
        "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy"),
    }
    environment.pop("VIRTUAL_ENV", None)
    for step in ("--no-install-project", "--no-build-isolation"):
        words = [command, *SYNC, step]
        done = subprocess.run(words, cwd=CHECKOUT, env=environment, check=False)
        if done.returncode:
            raise NotMadeError("uv could not make .venv; its message stands above")
        environment["UV_PYTHON"] = str(python())


def uv() -> str:
    """Find uv on PATH or in the cache, or fetch the locked one with the locked pip."""
    found = shutil.which("uv")
    if found:
        return found
    version, _ = installing.locked("uv")
    folder = CACHE / "bootstrap" / f"uv-{version}"
    command = folder / ("bin/uv.exe" if WINDOWS else "bin/uv")
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            target = ("--target", str(folder), "--upgrade")
            bootstrap = installing.BOOTSTRAP
            installing.install(sys.executable, bootstrap, folder.parent, *target)
        except installing.NotInstalledError as error:
            raise NotMadeError(str(error)) from None
    return str(command)


def enter(file: str) -> None:
    """Go on in the environment, isolated: the same file with its interpreter."""
    try:
        interpreter = ensure()
    except NotMadeError as error:
        sys.exit(f"{Path(file).name}: {error}")
    inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not (inside and sys.flags.isolated):
        installing.become([str(interpreter), "-I", file, *sys.argv[1:]])


if __name__ == "__main__":
    installing.isolate(__file__)
    try:
        print(uv() if sys.argv[1:] == ["uv"] else ensure())
    except NotMadeError as problem:
        sys.exit(f"environment.py: {problem}")
