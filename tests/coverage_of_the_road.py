"""Measures the branches of the plan path that tests reach; not a test itself.

    python tests/coverage_of_the_road.py

Runs the suites that call the program in this process and fails under 100 %.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SUITES = (
    "tests/golden",
    "tests/unit/agents",
    "tests/unit/steps",
    *(
        f"tests/unit/test_{name}.py"
        for name in (
            *(
                "claims",
                "cli",
                "corners",
                "definition",
                "errors",
                "frozen",
                "jsontext",
                "lay",
                "marks",
            ),
            *("options", "peel", "pipeline", "protocol", "provenance", "render"),
            *("request", "rules", "rules_generated", "rules_genuine", "rules_laws"),
            *("notation", "remove_unrecorded", "shell", "targets", "validate"),
            *("commands_patch", "commands_shown", "commands_stacks", "rules_compared"),
        )
    ),
    "tests/audit/test_own_output.py",
    "tests/audit/test_spoofs.py",
    "tests/audit/test_verdict.py",
    "tests/property/test_laws.py",
    "tests/property/test_schemas.py",
)
TIMED = (
    "tests/unit/test_rules_laws.py"
    "::test_ten_containers_cost_no_more_than_a_few_readings_of_their_text"
)
"""Compares times, which measuring coverage distorts; the test command runs it."""


def main() -> int:
    """Run the suites under coverage and report."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COVERAGE_FILE": str(Path(folder, "coverage"))}
        pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--deselect", TIMED]
        for words in (["run", *pytest, *SUITES], ["report", "--skip-covered"]):
            done = subprocess.run(
                [sys.executable, "-m", "coverage", *words],
                cwd=CHECKOUT,
                env=environment,
                check=False,
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
