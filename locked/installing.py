"""Installs locked packages with pip, and pip itself by its hash. Not a resolver.

Needs Python 3.10 or newer and its standard library: no pip, no ensurepip. Every file
that is installed is a wheel whose SHA-256 stands in a file of this folder, so neither
the index nor the network can choose what runs here. Of the environment only where the
index is and how to reach it is heeded; pip's own configuration files are not read.
"""

from __future__ import annotations

import hashlib
import html.parser
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

LOCKED = Path(__file__).resolve().parent
BOOTSTRAP = LOCKED / "bootstrap.txt"
PYPI = "https://pypi.org/simple"
HEEDED = frozenset(
    {
        "PIP_CERT",
        "PIP_CLIENT_CERT",
        "PIP_DEFAULT_TIMEOUT",
        "PIP_INDEX_URL",
        "PIP_PROXY",
    }
)
"""Settings of pip that are taken from the environment: none chooses what is run."""


class NotInstalledError(RuntimeError):
    """Packages could not be installed; the text says what to do."""


def clean_environment() -> dict[str, str]:
    """Give this process's environment without what steers another Python or pip."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(("PYTHON", "PIP_")) or name.upper() in HEEDED
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull}


def install(python: str, requirements: Path, cache: Path, *more: str) -> None:
    """Install a file of hashed requirements for an interpreter, wheels only.

    ``cache``: a folder for pip's wheel. ``more``: arguments of ``pip install``.
    Raises NotInstalledError.
    """
    words = [python, "-I", str(pip(cache) / "pip"), "install", "--quiet", "--no-deps"]
    words += ["--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
    words += ["--no-warn-script-location", "--requirement", str(requirements), *more]
    done = subprocess.run(words, cwd=cache, env=clean_environment(), check=False)
    if done.returncode:
        raise NotInstalledError(
            f"pip could not install {requirements.name}; its message stands above"
        )


def pip(cache: Path) -> Path:
    """Give pip's locked wheel, fetched once. Raises NotInstalledError."""
    version, hashes = locked("pip")
    wheel = cache / f"pip-{version}-py3-none-any.whl"
    if wheel.is_file() and digest(wheel.read_bytes()) in hashes:
        return wheel
    data = _fetched(wheel.name)
    if digest(data) not in hashes:
        raise NotInstalledError(
            f"the index's {wheel.name} is not the one that {BOOTSTRAP.name} locks"
        )
    cache.mkdir(parents=True, exist_ok=True)
    beside = wheel.with_suffix(f".{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(wheel)
    return wheel


def locked(name: str) -> tuple[str, frozenset[str]]:
    """Give a bootstrap package's version and the SHA-256 of each of its files."""
    text = BOOTSTRAP.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        words = line.split()
        if words and words[0].startswith(f"{name}=="):
            hashes = [w.partition("--hash=sha256:")[2] for w in words[1:]]
            return words[0].partition("==")[2], frozenset(filter(None, hashes))
    raise NotInstalledError(f"{BOOTSTRAP.name} does not lock {name}")


def digest(data: bytes) -> str:
    """Name bytes as a requirements file does, SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _fetched(file: str) -> bytes:
    index = os.environ.get("PIP_INDEX_URL") or PYPI
    page = index.rstrip("/") + "/pip/"
    try:
        with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310 - the user's own index
            links = _Links(answer.read().decode("utf-8")).links
        address = urllib.parse.urljoin(page, links.get(file, ""))
        if file not in links:
            raise NotInstalledError(f"{page} does not name {file}")
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - the same
            return bytes(answer.read())
    except (urllib.error.URLError, OSError, UnicodeDecodeError) as error:
        raise NotInstalledError(f"pip cannot be fetched from {page}: {error}") from None


class _Links(html.parser.HTMLParser):
    """The links of an index page: file name to address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        link = dict(attrs).get("href") or ""
        path = urllib.parse.urlsplit(link).path
        if tag == "a" and path:
            name = urllib.parse.unquote(path.rpartition("/")[2])
            self.links[name] = link.partition("#")[0]


def isolate(file: str) -> None:
    """Go on as ``python -I`` if this is not one: no path of the caller's, no hooks."""
    if sys.flags.isolated:
        return
    become([sys.executable, "-I", file, *sys.argv[1:]])


def become(words: list[str]) -> None:
    """Turn this process into another Python program."""
    if os.name == "nt":
        sys.exit(subprocess.call(words, env=clean_environment()))
    os.execve(words[0], words, clean_environment())  # noqa: S606 - our own interpreter, no shell
