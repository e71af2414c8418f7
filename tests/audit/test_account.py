"""Live accounts: an emulated one of real size, pages, throttling, broken answers."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import urllib3

from fargate_instrument.audit import patience
from tests.audit import proxy
from tests.terraform_rig import emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.audit.conftest import Outcome

    Audit = Callable[..., Outcome]

CHECKOUT = Path(__file__).resolve().parents[2]
REGIONS = ("ap-southeast-2", "eu-west-1", "us-east-1")
DEFINITIONS, SERVICES = 2000, 300
AGENT = {"name": "agent", "image": "quay.io/sysdig/workload-agent:6", "memory": 64}
ARN = "arn:aws:ecs:{}:123456789012:{}"


class Ecs:
    """Calls ECS without boto3, for filling an account quickly."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pool = urllib3.PoolManager(maxsize=8)

    def call(self, region: str, operation: str, **body: Any) -> dict[str, Any]:
        scope = f"Credential=emulator/20260101/{region}/ecs/aws4_request"
        answer = self.pool.request(
            "POST",
            self.url,
            body=json.dumps(body),
            headers={
                "X-Amz-Target": f"AmazonEC2ContainerServiceV20141113.{operation}",
                "Content-Type": "application/x-amz-json-1.1",
                "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host,"
                " Signature=0",
            },
        )
        value: dict[str, Any] = json.loads(answer.data)
        assert answer.status == 200, value
        return value

    def register(self, region: str, family: str, *, good: bool, **more: Any) -> None:
        web: dict[str, Any] = {"name": "web", "image": "web:1", "memory": 64}
        containers = [web]
        if good:
            web["entryPoint"] = ["/opt/draios/bin/instrument", "/app"]
            web["volumesFrom"] = [{"sourceContainer": "agent"}]
            containers.append(AGENT)
        self.call(
            region,
            "RegisterTaskDefinition",
            family=family,
            containerDefinitions=containers,
            pidMode="task",
            **{"requiresCompatibilities": ["FARGATE"], **more},
        )

    def serve(
        self, region: str, cluster: str, name: str, family: str, kind: str = "FARGATE"
    ) -> None:
        self.call(
            region,
            "CreateService",
            cluster=cluster,
            serviceName=name,
            taskDefinition=family,
            desiredCount=1,
            launchType=kind,
        )


def is_good(number: int) -> bool:
    """Tell which families of the account are instrumented: all but every tenth."""
    return number % 10 != 0


def fill(ecs: Ecs) -> None:
    """Make the account: families over three regions, services on the first of each."""
    for region in REGIONS:
        for cluster in ("front", "back", "batch", "tools"):
            ecs.call(region, "CreateCluster", clusterName=cluster)
    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(ecs.register, REGIONS[n % 3], f"f{n}", good=is_good(n))
            for n in range(DEFINITIONS)
        ]
        for one in work:
            one.result()
        work = [
            pool.submit(
                ecs.serve,
                REGIONS[n % 3],
                "front" if n % 2 else "back",
                f"s{n}",
                f"f{n}",
            )
            for n in range(SERVICES)
        ]
        for one in work:
            one.result()


@pytest.fixture(scope="module")
def cloud() -> Iterator[emulator.Emulator]:
    """Give one emulator to all tests here; each uses regions of its own."""
    with emulator.running() as running:
        yield running


@pytest.fixture
def account(
    cloud: emulator.Emulator, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Ecs, proxy.Manners]]:
    """Point the AWS clients of this process at a proxy in front of the emulator."""
    assert elsewhere.is_dir()
    with proxy.running(cloud.url) as (url, manners):
        for name, value in cloud.environment("eu-west-1").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.05)
        yield Ecs(cloud.url), manners


def test_an_account_of_real_size(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, manners = account
    began = time.monotonic()
    fill(ecs)
    seeded = time.monotonic()
    # A throttled client is slow for a while; so that is asked for in full flow, twice.
    manners.trouble = {
        "ListServices": ["", "cut", "break"],
        "ListTaskDefinitions": ["", "", "unavailable", "cut"],
        "DescribeServices": ["", "break"],
        "DescribeTaskDefinition": [*[""] * 60, "throttle", "cut", "break", "throttle"],
    }
    regions = [word for region in REGIONS for word in ("--region", region)]
    done = audit("--all-clusters", *regions, "--format", "json")
    listed = time.monotonic()
    rows = [row for row in done.report["results"] if row["container"] == "web"]
    assert done.status == 1
    assert {row["task_definition"]: row["verdict"] for row in rows} == {
        f"f{n}:1": "instrumented" if is_good(n) else "not instrumented"
        for n in range(SERVICES)
    }
    users = {row["task_definition"]: row["used_by"] for row in rows}
    assert users["f7:1"] == ["front/s7"]
    assert users["f8:1"] == ["back/s8"]
    assert max(len(b["services"]) for o, b in manners.bodies if "services" in b) == 10
    everything = audit("--task-definitions", *regions, "--format", "json")
    ended = time.monotonic()
    counts = everything.report["counts"]
    assert counts["task_definitions"] == DEFINITIONS
    assert counts["not instrumented"] == sum(not is_good(n) for n in range(DEFINITIONS))
    assert not any(manners.trouble.values()), "every trouble was met"
    print(
        f"seeded in {seeded - began:.0f} s; {SERVICES} services audited in"
        f" {listed - seeded:.0f} s, {DEFINITIONS} definitions in {ended - listed:.0f} s"
    )


def test_a_throttled_page_is_asked_again_alone(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, manners = account
    region = "eu-north-1"
    ecs.call(region, "CreateCluster", clusterName="c")
    ecs.register(region, "web", good=True)
    for number in range(25):
        ecs.serve(region, "c", f"s{number}", "web")
    manners.trouble = {"ListServices": ["", *["throttle"] * 3, "cut", "break"]}
    done = audit("--cluster", "c", "--region", region, "--format", "json")
    assert done.status == 0, done.out + done.err
    (row,) = [r for r in done.report["results"] if r["container"] == "web"]
    assert len(row["used_by"]) == 25
    tokens = [b.get("nextToken") for o, b in manners.bodies if o == "ListServices"]
    assert tokens == [None, *["10"] * 6, "20"]


def test_a_rollout_runs_two_revisions(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, _ = account
    region = "eu-west-2"
    ecs.call(region, "CreateCluster", clusterName="c")
    ecs.register(region, "web", good=False)
    ecs.serve(region, "c", "s", "web")
    ecs.register(region, "web", good=True)
    ecs.call(region, "UpdateService", cluster="c", service="s", taskDefinition="web:2")
    cluster = ARN.format(region, "cluster/c")
    rows = audit("--cluster", cluster, "--format", "json").report["results"]
    assert {
        r["task_definition"]: r["verdict"] for r in rows if r["container"] == "web"
    } == {
        "web:1": "not instrumented",
        "web:2": "instrumented",
    }


def test_what_does_not_run_on_fargate_is_left_out_unless_asked_for(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, _ = account
    region = "eu-west-3"
    ecs.call(region, "CreateCluster", clusterName="c")
    ecs.register(region, "host", good=False, requiresCompatibilities=["EC2"])
    ecs.serve(region, "c", "h", "host", "EC2")
    words = ("--region", region, "--format", "json")
    assert audit("--all-clusters", *words).report["counts"]["task_definitions"] == 0
    assert audit("--task-definitions", "--allow-empty", *words).status == 0
    assert audit("--task-definitions", *words).status == 1
    assert audit("--all-clusters", "--any-launch-type", *words).status == 1


def test_what_may_not_be_read_fails_and_the_rest_is_told(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, manners = account
    region = "ca-central-1"
    ecs.register(region, "open", good=True)
    ecs.register(region, "closed", good=True)
    manners.denied = "closed"
    done = audit("--task-definitions", "--region", region, "--format", "json")
    assert done.status == 1
    rules = {r["task_definition"]: r["rule"] for r in done.report["results"]}
    assert rules == {"open:1": None, "closed:1": "not-read"}
    manners.denied = "ACTIVE"
    done = audit("--task-definitions", "--region", region, "--format", "json")
    assert (done.status, done.rules()) == (1, ["not-read"])
    assert "AccessDeniedException: you may not" in done.out


def test_tasks_that_no_service_started_count_too(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, _ = account
    region = "eu-central-1"
    ecs.call(region, "CreateCluster", clusterName="c")
    ecs.register(region, "job", good=False)
    ec2 = boto3.client("ec2", region)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"subnets": [subnet], "securityGroups": []}
    ecs.call(
        region,
        "RunTask",
        cluster="c",
        taskDefinition="job",
        launchType="FARGATE",
        group="scheduled",
        networkConfiguration={"awsvpcConfiguration": network},
    )
    done = audit("--all-clusters", "--region", region, "--format", "json")
    (row,) = done.report["results"]
    assert (row["task_definition"], row["rule"]) == ("job:1", "not-instrumented")
    assert row["used_by"][0].startswith("c/task ")


COMMAND = (sys.executable, "-m", "fargate_instrument", "audit", "--task-definitions")


def test_a_bar_on_the_terminal_and_nowhere_else(
    account: tuple[Ecs, proxy.Manners],
) -> None:
    ecs, _ = account
    ecs.register("eu-central-2", "web", good=True)
    ours, theirs = pty.openpty()
    words = [*COMMAND, "--region", "eu-central-2", "--format", "json"]
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        drawn = drained(ours)
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["passed"] is True
    assert b"web:1" in drawn
    silent = subprocess.run(words, capture_output=True, env=environment, check=True)
    assert silent.stderr == b""


def drained(terminal: int) -> bytes:
    """Read what is drawn on a terminal until nobody draws there any more."""
    drawn = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 4096):
            drawn += chunk
    os.close(terminal)
    return drawn


def test_an_interrupted_audit_ends_soon(account: tuple[Ecs, proxy.Manners]) -> None:
    _, manners = account
    manners.trouble = {"ListTaskDefinitions": ["throttle"] * 1000}
    words = [*COMMAND, "--region", "eu-south-2"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        while manners.asked["ListTaskDefinitions"] < 2:
            assert process.poll() is None, "it ended before it asked"
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert (out, b"Traceback" in err) == (b"", False)


def test_silence_ends_with_a_reason(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    _, manners = account
    manners.trouble = {"ListTaskDefinitions": ["throttle"] * 500}
    words = ("--task-definitions", "--region", "sa-east-1", "--patience", "0.1")
    done = audit(*words, "--format", "json")
    assert (done.status, done.rules()) == (1, ["not-read"])
    assert "no answer for" in done.out
    assert "Rate exceeded" in done.out


def test_a_cluster_that_is_not_there(
    audit: Audit, account: tuple[Ecs, proxy.Manners]
) -> None:
    ecs, _ = account
    ecs.call("us-west-1", "CreateCluster", clusterName="only-here")
    regions = ("--region", "us-west-1", "--region", "us-west-2")
    words = ("--cluster", "only-here", *regions, "--format", "json")
    found = audit(*words, "--allow-empty")
    assert found.status == 0, found.err
    assert audit(*words).rules() == []
    assert audit(*words).status == 1
    done = audit("--cluster", "gone", *regions)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("cluster gone: is not there")


def test_roles_are_assumed(audit: Audit, account: tuple[Ecs, proxy.Manners]) -> None:
    ecs, manners = account
    region = "eu-south-1"
    ecs.register(region, "web", good=True)
    role = "arn:aws:iam::123456789012:role/audit"
    words = ("--task-definitions", "--region", region, "--role-arn", role)
    done = audit(*words, "--external-id", "x-1", "--format", "json")
    assert done.status == 0, done.out + done.err
    assert manners.asked[""] == 1, "one call of STS, which names no target"


def test_without_credentials_or_region_nothing_is_asked(
    audit: Audit, account: tuple[Ecs, proxy.Manners], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, manners = account
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    done = audit("--all-clusters")
    assert (done.status, done.err.splitlines()[0]) == (
        1,
        "AWS credentials: are not there",
    )
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert audit("--all-clusters").err.startswith("region: is not known")
    assert audit("--all-clusters", "--profile", "gone").err.startswith("--profile gone")
    assert not manners.asked


# Patience


def test_patience_counts_from_the_last_answer() -> None:
    now = [0.0]
    answers = iter(["break", "ok", "break", "ok"])

    def call() -> dict[str, Any]:
        now[0] += 8
        if next(answers) == "break":
            raise urllib3_trouble()
        return {"items": []}

    waits = patience.Patience(10, clock=lambda: now[0], sleep=lambda _: None)
    assert waits.ask(call, "items") == {"items": []}
    assert waits.ask(call, "items") == {"items": []}
    assert waits.waits == 2


def test_an_answer_without_its_member_was_cut_short() -> None:
    answers = iter([{}, {"items": [1]}])
    waits = patience.Patience(10, sleep=lambda _: None)
    assert waits.ask(lambda: next(answers), "items") == {"items": [1]}
    assert waits.waits == 1


def urllib3_trouble() -> Exception:
    from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415 - one use

    return ConnectionClosedError(endpoint_url="https://example")
