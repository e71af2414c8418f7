"""Runs the program of this clone in an environment of its own. Not an installer's CLI.

    python3 -I locked/run.py [arguments of fargate-instrument]

The environment holds what ``requirements.txt`` beside this file locks, and is made once
in the clone's ``.cache``. Nothing of the folder it is called in is ever run: neither
modules nor settings of Python or pip. The action and the pre-commit hooks use this.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

if sys.version_info < (3, 10):  # noqa: UP036 - said before anything newer is read
    sys.exit(
        "fargate-instrument: Python 3.10 or later is needed, this is"
        f" {platform.python_version()} ({sys.executable})"
    )

CLONE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CLONE))

from locked import installing  # noqa: E402 - the path above comes first

PROGRAM = CLONE / "fargate_instrument" / "__main__.py"
REQUIREMENTS = CLONE / "locked" / "requirements.txt"
CACHE = CLONE / ".cache" / "locked"


def environment() -> Path:
    """Name the environment of this Python and these requirements, made or not."""
    parts = [REQUIREMENTS.read_bytes(), sys.version.encode(), sys.executable.encode()]
    parts += [platform.platform().encode()]
    return CACHE / installing.digest(b"\0".join(parts))[:16]


def python(folder: Path) -> Path:
    """Give the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure() -> Path:
    """Make the environment if there is none; give its interpreter.

    It is made beside its place and moved there whole, so several may try at once.
    Raises NotInstalledError.
    """
    folder = environment()
    if not folder.exists():
        try:
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="making-", dir=CACHE) as place:
                making = Path(place, "environment")
                _make(making)
                making.rename(folder)
        except OSError as error:
            if not folder.exists():
                raise installing.NotInstalledError(
                    f"{folder} cannot be made: {error}"
                ) from None
    return python(folder)


def _make(folder: Path) -> None:
    words = [sys.executable, "-I", "-m", "venv", "--without-pip", str(folder)]
    made = subprocess.run(
        words, cwd=CACHE, env=installing.clean_environment(), check=False
    )
    if made.returncode:
        raise installing.NotInstalledError("Python's venv could not make a folder")
    installing.install(str(python(folder)), REQUIREMENTS, CACHE)


def main(words: list[str]) -> None:
    """Become the program."""
    try:
        interpreter = ensure()
    except installing.NotInstalledError as error:
        sys.exit(f"locked/run.py: {error}")
    installing.become([str(interpreter), "-I", str(PROGRAM), *words])


if __name__ == "__main__":
    installing.isolate(__file__)
    main(sys.argv[1:])
