# ruff: noqa: INP001 - a program of its own, in a folder of stacks
"""The project's main job in one command, from a bare Python. Not part of any stack.

    python3 -I terraform/demo.py

makes `.venv`, starts an AWS emulator on loopback, applies `terraform/walkthrough` to
it, shows what was built, and destroys it again. `--help` lists what else it can do.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import environment

if __name__ == "__main__":
    environment.enter(__file__)
    from tests.terraform_rig import demo  # what it imports is in `.venv`

    sys.exit(demo.main(sys.argv[1:]))
