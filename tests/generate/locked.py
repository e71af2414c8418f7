"""Writes locked/*.txt, what is installed to run from a clone, from uv.lock.

python tests/generate/locked.py --write | --check
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LOCKED = CHECKOUT / "locked"
HEAD = "# Written by tests/generate/locked.py from uv.lock; not to be edited.\n"
EXPORTS = {
    "requirements.txt": ("--no-default-groups", "--extra", "aws"),
    "bootstrap.txt": ("--only-group", "bootstrap"),
}


def text(name: str) -> str:
    """Give the text of one file: every package with the hashes of all its files."""
    words = [sys.executable, "-I", "-m", "uv", "export", "--quiet", "--frozen"]
    words += ["--offline", "--no-emit-project", "--no-header", "--no-annotate"]
    done = subprocess.run(
        [*words, *EXPORTS[name]],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    return HEAD + done.stdout


def main(words: list[str]) -> int:
    """Write the files, or say which are stale and exit 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true")
    mode.add_argument("--check", action="store_true")
    options = parser.parse_args(words)
    stale = 0
    for name in EXPORTS:
        path, made = LOCKED / name, text(name)
        if path.is_file() and path.read_text(encoding="utf-8") == made:
            continue
        if options.write:
            path.write_text(made, encoding="utf-8")
            print(f"wrote {path}")
        else:
            stale += 1
            print(f"stale: locked/{name}; run: python tests/generate/locked.py --write")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
