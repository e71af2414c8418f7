# ruff: noqa: INP001 - a program of its own, in a folder of stacks
"""What a live stack looks like, in a table to paste into an issue. It writes nothing.

    python3 -I terraform/smoke.py sysdig-fargate-cluster --region ap-northeast-1

makes `.venv` and asks AWS with the credentials of the shell, Describe, List and Get
alone. Account numbers are masked; secrets are not asked for.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import environment

if __name__ == "__main__":
    environment.enter(__file__)
    from tests.terraform_rig import smoke  # what it imports is in `.venv`

    sys.exit(smoke.main(sys.argv[1:]))
