"""Looks at a live stack and says what it sees, in a table to paste. It writes nothing.

Every call is a Describe, List or Get. Numbers of accounts are masked, values of secrets
are never asked for.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GOOD, BAD, LOOK = "good", "BAD", "look"
_ACCOUNT: Final = re.compile(r"\b\d{12}\b")


class Row(NamedTuple):
    """One line of the table: what was looked at, what was seen, what to think of it."""

    what: str
    seen: str
    verdict: str


class Place(NamedTuple):
    """Where to look: clients by name, and the cluster."""

    ask: Callable[[str], Any]
    cluster: str


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; the status is 1 if anything in it is bad."""
    parser = argparse.ArgumentParser(
        prog="smoke.py", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("cluster", help="the output cluster_name of the stack")
    parser.add_argument("--region", required=True, help="region of the stack")
    asked = parser.parse_args(words)
    make: Any = boto3.client
    place = Place(lambda name: make(name, region_name=asked.region), asked.cluster)
    try:
        rows = list(look(place))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"smoke.py: {error}")
    print(table(rows))
    return int(any(row.verdict == BAD for row in rows))


def look(place: Place) -> Iterator[Row]:
    """Look at every service of the cluster, its network and its logs."""
    ecs = place.ask("ecs")
    arns = ecs.list_services(cluster=place.cluster)["serviceArns"]
    if not arns:
        yield Row(f"cluster {place.cluster}", "no service", BAD)
        return
    services = ecs.describe_services(cluster=place.cluster, services=arns)["services"]
    subnets: set[str] = set()
    for service in services:
        yield from _service(place, service)
        network = service["networkConfiguration"]["awsvpcConfiguration"]
        subnets |= set(network["subnets"])
    yield from _network(place, sorted(subnets))


def _service(place: Place, service: dict[str, Any]) -> Iterator[Row]:
    name = service["serviceName"]
    desired, running = service["desiredCount"], service["runningCount"]
    yield Row(
        f"{name}: tasks",
        f"{running} of {desired} run, {service['pendingCount']} pending",
        GOOD if running >= desired else BAD,
    )
    for deployment in service["deployments"][:1]:
        state = deployment.get("rolloutState", "unknown")
        reason = deployment.get("rolloutStateReason", "")
        verdict = {"COMPLETED": GOOD, "IN_PROGRESS": LOOK}.get(state, BAD)
        yield Row(f"{name}: deployment", f"{state} {reason}".strip(), verdict)
    for event in service.get("events", [])[:2]:
        yield Row(f"{name}: event", event["message"], LOOK)
    yield from _stopped(place, name)
    yield from _definition(place, name, service["taskDefinition"])
    for balancer in service.get("loadBalancers", []):
        yield from _targets(place, name, balancer["targetGroupArn"])


def _stopped(place: Place, name: str) -> Iterator[Row]:
    ecs = place.ask("ecs")
    arns = ecs.list_tasks(
        cluster=place.cluster, serviceName=name, desiredStatus="STOPPED"
    )["taskArns"][:3]
    if not arns:
        return
    for task in ecs.describe_tasks(cluster=place.cluster, tasks=arns)["tasks"]:
        yield Row(f"{name}: stopped", task.get("stoppedReason", "no reason"), LOOK)


def _definition(place: Place, name: str, arn: str) -> Iterator[Row]:
    found = place.ask("ecs").describe_task_definition(taskDefinition=arn)
    definition = found["taskDefinition"]
    containers = definition["containerDefinitions"]
    yield Row(
        f"{name}: containers",
        ", ".join(f"{one['name']} ({one['image']})" for one in containers)
        + f", pid mode {definition.get('pidMode', 'none')}",
        LOOK,
    )
    options = [
        (one.get("logConfiguration") or {}).get("options", {}) for one in containers
    ]
    groups = {one["awslogs-group"] for one in options if "awslogs-group" in one}
    for group in sorted(groups):
        yield _log(place, group)


def _log(place: Place, group: str) -> Row:
    logs = place.ask("logs")
    try:
        streams = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
        )["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return Row(f"log group {group}", "is not there", BAD)
    if not streams:
        return Row(f"log group {group}", "nobody has written to it", BAD)
    return Row(f"log group {group}", f"written by {streams[0]['logStreamName']}", GOOD)


def _targets(place: Place, name: str, group: str) -> Iterator[Row]:
    found = place.ask("elbv2").describe_target_health(TargetGroupArn=group)
    for target in found["TargetHealthDescriptions"]:
        health = target["TargetHealth"]
        seen = f"{health['State']} {health.get('Description', '')}".strip()
        verdict = GOOD if health["State"] == "healthy" else BAD
        yield Row(f"{name}: target", seen, verdict)


def _network(place: Place, subnets: list[str]) -> Iterator[Row]:
    ec2 = place.ask("ec2")
    vpc = ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    for subnet in subnets:
        yield Row(f"way out of {subnet}", _way(tables, subnet), LOOK)
    for nat in ec2.describe_nat_gateways(Filters=mine)["NatGateways"]:
        verdict = GOOD if nat["State"] == "available" else BAD
        yield Row(f"NAT {nat['NatGatewayId']}", nat["State"], verdict)
    for endpoint in ec2.describe_vpc_endpoints(Filters=mine)["VpcEndpoints"]:
        verdict = GOOD if endpoint["State"].lower() == "available" else BAD
        service = endpoint["ServiceName"]
        if "guardduty" in service:
            verdict = LOOK
        yield Row(f"endpoint {service}", endpoint["State"], verdict)
    of_vpc = [{"Name": "resource-id", "Values": [vpc]}]
    for log in ec2.describe_flow_logs(Filters=of_vpc)["FlowLogs"]:
        status = log.get("DeliverLogsStatus", "not said")
        error = log.get("DeliverLogsErrorMessage", "")
        verdict = BAD if error or status == "FAILED" else GOOD
        seen = f"{log['LogDestinationType']} {status} {error}".strip()
        yield Row("flow log", seen, verdict)


def _way(tables: list[dict[str, Any]], subnet: str) -> str:
    own = [
        t for t in tables if subnet in [a.get("SubnetId") for a in t["Associations"]]
    ]
    main = [t for t in tables if any(a.get("Main") for a in t["Associations"])]
    ways = [
        next((v for k, v in route.items() if k.endswith("Id")), "something else")
        for table in (own or main)
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == "0.0.0.0/0"
    ]
    return ", ".join(ways) or "none but endpoints"


def table(rows: Sequence[Row]) -> str:
    """Write the rows as Markdown, without account numbers."""
    lines = ["| what | seen | verdict |", "| --- | --- | --- |"]
    for row in rows:
        cells = [" ".join(cell.split()).replace("|", "\\|") for cell in row]
        lines.append(f"| {' | '.join(cells)} |")
    return _ACCOUNT.sub("111122223333", "\n".join(lines))
