"""Makes `.venv` with the locked packages, from a bare Python. Not a package manager.

Needs Python 3.10 or newer and git, nothing else: no pip, no ensurepip, no uv. uv is
fetched with pip, pip with urllib, both into `.cache`; then `uv sync --frozen` does the
work. Standard library only, since it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import html.parser
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ENVIRONMENT = CHECKOUT / ".venv"
CACHE = CHECKOUT / ".cache"
STAMP = ENVIRONMENT / ".synchronised"
OLDEST = (3, 10)
PYPI = "https://pypi.org/simple"
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
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


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
    """Let uv make the environment exactly as it is locked."""
    environment = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_PYTHON": str(python()) if python().exists() else sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS", "true"),
        "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy"),
    }
    environment.pop("VIRTUAL_ENV", None)
    words = [command, *SYNC]
    done = subprocess.run(words, cwd=CHECKOUT, env=environment, check=False)
    if done.returncode:
        raise NotMadeError("uv could not make .venv; its message stands above")


def uv() -> str:
    """Find uv on PATH or in the cache, or fetch it with pip."""
    found = shutil.which("uv")
    if found:
        return found
    folder = CACHE / "bootstrap"
    command = folder / ("bin/uv.exe" if WINDOWS else "bin/uv")
    if not command.exists():
        install = ["install", "--quiet", "--disable-pip-version-check"]
        words = [*pip(), *install, "--target", str(folder), "uv"]
        if subprocess.run(words, cwd=CHECKOUT, check=False).returncode:
            raise NotMadeError("pip could not fetch uv; its message stands above")
    return str(command)


def pip() -> list[str]:
    """Give a command that is pip: the one installed, or its wheel run in place."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    wheels = sorted((CACHE / "bootstrap").glob("pip-*.whl"))
    wheel = wheels[-1] if wheels else fetch_pip(CACHE / "bootstrap")
    return [sys.executable, str(wheel / "pip")]


def fetch_pip(folder: Path) -> Path:
    """Fetch pip's newest wheel from the index that pip itself would use."""
    index = os.environ.get("PIP_INDEX_URL") or PYPI
    page = index.rstrip("/") + "/pip/"
    try:
        with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310 - the user's own index
            links = _Links(answer.read().decode("utf-8"))
        link = links.newest_wheel()
        address = urllib.parse.urljoin(page, link)
        plain, _, wanted = address.partition("#sha256=")
        with urllib.request.urlopen(plain, timeout=60) as answer:  # noqa: S310 - the same
            data = answer.read()
    except (urllib.error.URLError, OSError) as error:
        raise NotMadeError(f"pip cannot be fetched from {page}: {error}") from None
    if wanted and hashlib.sha256(data).hexdigest() != wanted:
        raise NotMadeError(f"{plain} is not what {page} announces")
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / urllib.parse.unquote(plain.rpartition("/")[2])
    wheel.write_bytes(data)
    return wheel


class _Links(html.parser.HTMLParser):
    """The links of an index page that this Python may use."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wheels: list[tuple[tuple[int, ...], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") or ""
        name = urllib.parse.urlsplit(link).path.rpartition("/")[2]
        parts = name.split("-")
        if tag == "a" and name.endswith("-py3-none-any.whl"):
            numbers = parts[1].split(".")
            if all(number.isdigit() for number in numbers):
                self.wheels.append((tuple(map(int, numbers)), link))

    def newest_wheel(self) -> str:
        """Give the link of the highest final version."""
        if not self.wheels:
            raise NotMadeError("the index page of pip names no wheel")
        return max(self.wheels)[1]


def enter(file: str) -> None:
    """Go on in the environment: run the same file with its interpreter."""
    try:
        interpreter = ensure()
    except NotMadeError as error:
        sys.exit(f"{Path(file).name}: {error}")
    if Path(sys.prefix).resolve() == ENVIRONMENT.resolve():
        return
    words = [str(interpreter), file, *sys.argv[1:]]
    if WINDOWS:
        sys.exit(subprocess.call(words))
    os.execv(words[0], words)  # noqa: S606 - our own interpreter, no shell


if __name__ == "__main__":
    try:
        print(ensure())
    except NotMadeError as problem:
        sys.exit(f"environment.py: {problem}")
