"""Task definitions of live accounts through the ECS API; it reads and never writes.

What a service runs is what its deployments and task sets run, which during a rollout
is more than one revision. Running tasks that no service started count too. boto3
comes with the extra ``aws``.
"""

from __future__ import annotations

import concurrent.futures
import os
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore import credentials, exceptions
from botocore import session as core
from botocore.config import Config

from fargate_instrument.audit.definition import Definition
from fargate_instrument.audit.patience import NoAnswerError
from fargate_instrument.core import ecs
from fargate_instrument.core.errors import Failure, Problem, fail
from fargate_instrument.core.rules import whole_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fargate_instrument.audit.patience import Patience

_CLUSTER_ARN = re.compile(
    r"arn:[a-z0-9-]+:ecs:(?P<region>[a-z0-9-]+):[0-9]+:cluster/.+"
)
SERVICES_AT_ONCE = 10
TASKS_AT_ONCE = 100
CLUSTERS_AT_ONCE = 100
ELSEWHERE = frozenset({"EC2", "EXTERNAL", "MANAGED_INSTANCES"})
SESSION_NAME = "fargate-instrument-audit"


class Progress(Protocol):
    """What is told while a long audit runs."""

    def expect(self, number: int) -> None:
        """More definitions are to be read."""

    def done(self, what: str) -> None:
        """One definition was read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read, where and as whom.

    ``clusters``: names or ARNs; ``everything``: all active task definitions instead
    of services. ``regions`` and ``roles``: none means the default of the profile.
    """

    clusters: tuple[str, ...] = ()
    all_clusters: bool = False
    everything: bool = False
    regions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    external_id: str = ""
    profile: str = ""
    any_launch_type: bool = False
    workers: int = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One region as one identity, with its client."""

    region: str
    role: str
    client: Any

    def __str__(self) -> str:
        return f"{self.region} as {self.role}" if self.role else self.region


def definitions(
    wanted: Wanted, patience: Patience, progress: Progress
) -> list[Definition]:
    """Read the task definitions that are wanted.

    What exists and cannot be read is among them, with the reason.

    :raises Failure: there are no credentials, no region, or no such cluster.
    """
    parts = _parts(wanted)
    with concurrent.futures.ThreadPoolExecutor(max(1, wanted.workers)) as pool:
        try:
            found = [
                _of_part(part, wanted, _Asking(part, patience, pool, progress))
                for part in parts
            ]
        except BaseException:
            patience.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    problems = [problem for _, lost in found for problem in lost]
    missing = _nowhere(problems, parts)
    if missing:
        raise Failure(missing)
    return [one for definitions_, _ in found for one in definitions_]


def _nowhere(problems: Sequence[Problem], parts: Sequence[Part]) -> list[Problem]:
    """Keep the clusters that no region has; a name may live in one of several."""
    counts: dict[str, list[Problem]] = {}
    for problem in problems:
        counts.setdefault(problem.address, []).append(problem)
    return [
        found[0]
        for address, found in counts.items()
        if _CLUSTER_ARN.search(address) or len(found) == len(parts)
    ]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks one part, several things at once."""

    part: Part
    patience: Patience
    pool: concurrent.futures.Executor
    progress: Progress

    def pages(self, operation: str, member: str, **words: Any) -> Iterator[Any]:
        """Give the items of every page; a page that fails is asked again alone."""
        call = getattr(self.part.client, operation)
        token: dict[str, str] = {}
        while True:
            answer = self.patience.ask(call, member, **words, **token)
            yield from answer.get(member) or ()
            if not answer.get("nextToken"):
                return
            token = {"nextToken": answer["nextToken"]}

    def many(self, work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Do one thing to many items at once, in order."""
        return list(self.pool.map(work, items))


def _of_part(
    part: Part, wanted: Wanted, asking: _Asking
) -> tuple[list[Definition], list[Problem]]:
    lost: list[Problem] = []
    try:
        users = (
            dict.fromkeys(_active(asking), ())
            if wanted.everything
            else _running(wanted, asking, lost)
        )
    except NoAnswerError as error:
        return [_unread(str(part), str(part), f"it could not be asked: {error}")], lost
    asking.progress.expect(len(users))
    found = asking.many(lambda arn: _described(arn, users[arn], asking), sorted(users))
    return [
        one for one in found if wanted.any_launch_type or _may_run_on_fargate(one)
    ], lost


def _active(asking: _Asking) -> Iterator[str]:
    yield from asking.pages(
        "list_task_definitions", "taskDefinitionArns", status="ACTIVE"
    )


def _running(
    wanted: Wanted, asking: _Asking, lost: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Map each revision that services run to the services."""
    clusters = (
        list(asking.pages("list_clusters", "clusterArns"))
        if wanted.all_clusters
        else _named_clusters(wanted, asking, lost)
    )
    batches = []
    for cluster in clusters:
        names = list(asking.pages("list_services", "serviceArns", cluster=cluster))
        batches += [
            (cluster, names[at : at + SERVICES_AT_ONCE])
            for at in range(0, len(names), SERVICES_AT_ONCE)
        ]
    services = asking.many(lambda batch: _services(batch, asking), batches)
    users: dict[str, list[str]] = {}
    for service in (one for batch in services for one in batch):
        if wanted.any_launch_type or service.get("launchType") not in ELSEWHERE:
            for arn in _revisions(service):
                users.setdefault(arn, []).append(_service_name(service))
    for task in _lone_tasks(clusters, asking):
        if wanted.any_launch_type or task.get("launchType") not in ELSEWHERE:
            name = f"{_last(task, 'clusterArn')}/task {_last(task, 'taskArn')}"
            users.setdefault(str(task["taskDefinitionArn"]), []).append(name)
    return {arn: tuple(sorted(set(names))) for arn, names in users.items()}


def _lone_tasks(clusters: Sequence[str], asking: _Asking) -> list[dict[str, Any]]:
    """Give the running tasks that no service started, such as scheduled ones."""
    batches = []
    for cluster in clusters:
        arns = list(asking.pages("list_tasks", "taskArns", cluster=cluster))
        batches += [
            (cluster, arns[at : at + TASKS_AT_ONCE])
            for at in range(0, len(arns), TASKS_AT_ONCE)
        ]
    found = asking.many(lambda batch: _tasks(batch, asking), batches)
    return [
        task
        for tasks in found
        for task in tasks
        if not str(task.get("group", "")).startswith("service:")
    ]


def _tasks(batch: tuple[str, list[str]], asking: _Asking) -> list[dict[str, Any]]:
    cluster, arns = batch
    call = asking.part.client.describe_tasks
    answer = asking.patience.ask(call, "tasks", cluster=cluster, tasks=arns)
    tasks: list[dict[str, Any]] = answer["tasks"]
    return tasks


def _named_clusters(wanted: Wanted, asking: _Asking, lost: list[Problem]) -> list[str]:
    here = []
    for cluster in wanted.clusters:
        match = _CLUSTER_ARN.fullmatch(cluster)
        if match is None or match["region"] == asking.part.region:
            here.append(cluster)
    found: list[str] = []
    for at in range(0, len(here), CLUSTERS_AT_ONCE):
        names = here[at : at + CLUSTERS_AT_ONCE]
        call = asking.part.client.describe_clusters
        answer = asking.patience.ask(call, "clusters", clusters=names)
        known = {
            name: one["clusterArn"]
            for one in answer.get("clusters") or ()
            if one.get("status") != "INACTIVE"
            for name in (one["clusterArn"], one["clusterName"])
        }
        for name in names:
            if name in known:
                found.append(known[name])
            else:
                lost.append(
                    Problem(
                        f"cluster {name}",
                        "is not there",
                        ("name its region with --region, or use --all-clusters",),
                        "request",
                    )
                )
    return list(dict.fromkeys(found))


def _services(batch: tuple[str, list[str]], asking: _Asking) -> list[dict[str, Any]]:
    cluster, names = batch
    call = asking.part.client.describe_services
    answer = asking.patience.ask(call, "services", cluster=cluster, services=names)
    services: list[dict[str, Any]] = answer.get("services") or []
    return [one for one in services if one.get("status") != "INACTIVE"]


def _revisions(service: dict[str, Any]) -> set[str]:
    """Collect what a service runs or is about to run."""
    found = {service.get("taskDefinition")}
    for one in (*(service.get("deployments") or ()), *(service.get("taskSets") or ())):
        counts = (
            "runningCount",
            "pendingCount",
            "desiredCount",
            "computedDesiredCount",
        )
        if one.get("status") == "PRIMARY" or any(one.get(name) for name in counts):
            found.add(one.get("taskDefinition"))
    return {arn for arn in found if isinstance(arn, str) and arn}


def _service_name(service: dict[str, Any]) -> str:
    return f"{_last(service, 'clusterArn')}/{service.get('serviceName', '')}"


def _last(value: dict[str, Any], member: str) -> str:
    """Give what stands behind the last slash of an ARN."""
    return str(value.get(member, "")).rpartition("/")[2]


def _described(arn: str, users: tuple[str, ...], asking: _Asking) -> Definition:
    name = arn.rpartition("/")[2]
    try:
        call = asking.part.client.describe_task_definition
        answer = asking.patience.ask(call, "taskDefinition", taskDefinition=arn)
    except NoAnswerError as error:
        return _unread(name, arn, f"it could not be read: {error}", users)
    finally:
        asking.progress.done(name)
    problems: list[Problem] = []
    task = ecs.recase(answer["taskDefinition"], "TaskDefinition", arn, problems)
    containers = task.pop("containerDefinitions", [])
    return Definition(
        name,
        "account",
        arn,
        containers,
        whole_task(task),
        str(task.get("family", "")),
        used_by=users,
    )


def _unread(
    name: str, address: str, reason: str, users: tuple[str, ...] = ()
) -> Definition:
    return Definition(
        name, "account", address, None, used_by=users, reason=reason, unread=True
    )


def _may_run_on_fargate(one: Definition) -> bool:
    asked = one.task.get("requiresCompatibilities")
    return not asked or "FARGATE" in asked


def _parts(wanted: Wanted) -> list[Part]:
    """Make a client for each region and role. Raises Failure."""
    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": 1},
        max_pool_connections=max(10, wanted.workers),
        connect_timeout=10,
        read_timeout=30,
        user_agent_extra="fargate-instrument",
    )
    try:
        session = boto3.Session(profile_name=wanted.profile or None)
        regions = _regions(wanted, session.region_name)
        if session.get_credentials() is None:
            raise fail(
                "AWS credentials",
                "are not there",
                "log in as for the AWS CLI, or give --profile",
                fault="request",
            )
        return [
            Part(region, role, one.client("ecs", region, config=config))
            for role in wanted.roles or ("",)
            for one in (_as(session, role, regions[0], wanted.external_id),)
            for region in regions
        ]
    except exceptions.ProfileNotFound:
        names = ", ".join(boto3.Session().available_profiles) or "none"
        raise fail(
            f"--profile {wanted.profile}", "is not known", f"known: {names}",
            fault="request",
        ) from None  # fmt: skip
    except (exceptions.BotoCoreError, ValueError) as error:
        raise fail("AWS", str(error), fault="request") from None


def _regions(wanted: Wanted, default: str | None) -> tuple[str, ...]:
    named = [
        match["region"]
        for cluster in wanted.clusters
        if (match := _CLUSTER_ARN.fullmatch(cluster))
    ]
    default = default or os.environ.get("AWS_REGION")
    only_arns = named and len(named) == len(wanted.clusters)
    fallback = () if only_arns or not default else (default,)
    regions = tuple(dict.fromkeys((*(wanted.regions or fallback), *named)))
    if not regions:
        raise fail(
            "region",
            "is not known",
            "give --region, or set AWS_REGION or the profile's region",
            fault="request",
        )
    return regions


def _as(session: Any, role: str, region: str, external_id: str) -> Any:
    """Give a session that has assumed a role, and assumes it again in time."""
    if not role:
        return session
    extra = {"RoleSessionName": SESSION_NAME}
    if external_id:
        extra["ExternalId"] = external_id
    fetcher = credentials.AssumeRoleCredentialFetcher(
        partial(session.client, region_name=region),
        session.get_credentials(),
        role,
        extra_args=extra,
        cache={},
    )
    assumed = core.get_session()
    renewing = credentials.DeferredRefreshableCredentials(
        fetcher.fetch_credentials, "assume-role"
    )
    # botocore has no other door for credentials that renew themselves.
    assumed._credentials = renewing  # type: ignore[attr-defined]  # noqa: SLF001
    return boto3.Session(botocore_session=assumed)
