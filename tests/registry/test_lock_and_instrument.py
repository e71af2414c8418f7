"""What ``lock`` writes is what the program takes: the image's own argv runs wrapped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.registry import images

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.registry.conftest import Outcome
    from tests.registry.servers import RealRegistry

    Lock = Callable[..., Outcome]

PROGRAM = Path(__file__).parents[2] / "fargate_instrument" / "__main__.py"
OPTIONS = {
    "workload_agent_image": "quay.io/sysdig/workload-agent:latest",
    "sysdig_access_key_secret": "arn:aws:ssm:eu-west-1:123456789012:parameter/k",
    "collector_host": "collector.example",
}


def instrument(container: dict[str, Any], lock_file: Path) -> tuple[int, str, str]:
    """Run the program as Terraform does, the lock file's text in the query."""
    query = {
        "agent": "sysdig",
        "options": json.dumps(OPTIONS),
        "container_definitions": json.dumps([container]),
        "image_configs": lock_file.read_text() if lock_file.exists() else "",
    }
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)],
        input=json.dumps(query),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_entry_point_and_command_of_the_image_are_both_there(
    open_registry: RealRegistry, lock: Lock, tmp_path: Path, architecture: str
) -> None:
    reference = open_registry.push(images.two_platforms(), "team/app", "1")
    container = {"name": "web", "image": reference}
    lock_file = tmp_path / "image-configs.lock.json"
    status, out, err = instrument(container, lock_file)
    assert (status, out) == (1, "")
    assert f"fargate-instrument lock {reference}" in err
    platform = f"linux/{architecture}"
    done = lock("-", "--platform", platform, stdin=json.dumps([container]).encode())
    assert done.err == ""
    status, out, err = instrument(container, lock_file)
    assert (status, err) == (0, "")
    made = json.loads(json.loads(out)["container_definitions"])
    (web,) = [one for one in made if one["name"] == "web"]
    argv = [*web["entryPoint"], *web["command"]]
    own = ["/bin/tini", "--", f"/app-{architecture}", "serve", "--port", "80"]
    assert argv[-len(own) :] == own
    assert len(argv) > len(own)
