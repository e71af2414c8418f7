"""The program as the suites run it: in this process, or as one of its own. No tests."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fargate_instrument import cli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).resolve().parents[1]
MAIN = CHECKOUT / "fargate_instrument" / "__main__.py"
KEYS = (
    "container_definitions",
    "errors",
    "instrumented",
    "pid_mode",
    "policies",
    "secret_arns",
    "skipped",
    "tags",
    "task_definitions",
    "volumes",
    "warnings",
)
"""The keys of every result."""

ARN = "arn:aws:secretsmanager:ap-southeast-2:111122223333:secret:sysdig"
SYSDIG: dict[str, Any] = {
    "workload_agent_image": "quay.io/sysdig/workload-agent:6.2.1",
    "collector_host": "ingest.au1.sysdig.com",
    "sysdig_access_key_secret": ARN,
}
PRISMA_CLOUD: dict[str, Any] = {
    "defender_image": "registry.example/twistlock/defender:defender_34_03_138",
    "install_bundle_secret": ARN,
    "ws_address": "wss://console.example:443",
}
CROWDSTRIKE: dict[str, Any] = {
    "sensor_image": "registry.example/falcon-sensor:7.34.0",
    "cid": "0123456789ABCDEF0123456789ABCDEF-01",
}
DATADOG: dict[str, Any] = {
    "agent_image": "public.ecr.aws/datadog/agent:7.70.0",
    "api_key_secret": ARN,
}
OPTIONS = {
    "crowdstrike": CROWDSTRIKE,
    "datadog": DATADOG,
    "prisma_cloud": PRISMA_CLOUD,
    "sysdig": SYSDIG,
}
"""Agent -> the least that it needs to be told."""


class Run(NamedTuple):
    """How a run ended."""

    status: int
    out: bytes
    err: str

    @property
    def result(self) -> dict[str, Any]:
        """The result with its JSON texts read; fails if there is none."""
        assert self.status == 0, self.err
        flat = json.loads(self.out)
        assert tuple(sorted(flat)) == KEYS
        return {key: unpacked(key, text) for key, text in flat.items()}

    @property
    def containers(self) -> list[Any]:
        """The container definitions of a result."""
        found: list[Any] = self.result["container_definitions"]
        return found

    @property
    def failure(self) -> str:
        """What a failed run says; fails if it did not, or wrote to stdout too."""
        assert self.status == 1, (self.status, self.out, self.err)
        assert not self.out
        assert "Traceback" not in self.err
        return self.err


def unpacked(key: str, text: str) -> Any:
    """Read one member of a result."""
    return text if key == "pid_mode" or not text else json.loads(text)


def flat(query: Mapping[str, Any]) -> dict[str, str]:
    """Write a query as Terraform does: what is no text goes through jsonencode."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in query.items()
    }


def asked(agent: str, containers: Any, **more: Any) -> dict[str, Any]:
    """Make a query with the least options; ``options`` in ``more`` adds to them."""
    options = {**OPTIONS[agent], **more.pop("options", {})}
    if agent == "prisma_cloud":
        more.setdefault("task", {"family": "web"})
    return {
        "agent": agent,
        "options": {name: value for name, value in options.items() if value is not ...},
        "container_definitions": containers,
        **more,
    }


def run(query: Mapping[str, Any] | bytes, arguments: Sequence[str] = ()) -> Run:
    """Run the program in this process; a query's values may be plain JSON."""
    data = query if isinstance(query, bytes) else json.dumps(flat(query)).encode()
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(data))
    sys.stdout, sys.stderr = io.TextIOWrapper(out), io.TextIOWrapper(err)
    try:
        status = cli.main(list(arguments))
    finally:
        streams = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = kept
        for stream in streams:
            stream.detach()
    return Run(status, out.getvalue(), err.getvalue().decode())


def instrument(agent: str, containers: Any, **more: Any) -> Run:
    """Run the program on containers with the least options and no record."""
    more.setdefault("provenance", "off")
    return run(asked(agent, containers, **more))


def launch(
    data: bytes,
    *arguments: str,
    python: Sequence[str] = (sys.executable, "-I"),
    **settings: Any,
) -> Run:
    """Run the program as Terraform does: a process, its path, pipes."""
    settings.setdefault("timeout", 300)  # against a hang
    settings.setdefault("env", bare_environment())
    main = settings.pop("main", MAIN)
    done = subprocess.run(
        [*python, str(main), *arguments],
        input=data,
        capture_output=True,
        check=False,
        **settings,
    )
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def bare_environment() -> dict[str, str]:
    """Give this process's environment without what steers Python or coverage."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COV", "PYTEST"))
    }
