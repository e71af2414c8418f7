"""Services come after all that their tasks need to start, and go before it.

``terraform graph`` says what waits for what; a destroy goes the same edges backwards.
A service that comes first fails its first tasks, and the circuit breaker stalls it
while the apply says that all is well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from tests.modules.configuration import stacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.modules.conftest import Terraform

Graph = dict[str, set[str]]

STACKS: Final = [c.name for c in stacks()]
_EDGE: Final = re.compile(
    r'^\s*"(?P<later>[^"]+)" -> "(?P<earlier>[^"]+)";$', re.MULTILINE
)
SERVICES: Final = ("aws_ecs_service.this", "aws_ecs_service.uncounted")
# What every service waits for, in its own module.
OWN: Final = (
    "aws_cloudwatch_log_group.this",
    "aws_ecs_cluster_capacity_providers.this",
    "aws_iam_role_policy.execution",
    "aws_iam_role_policy.task",
    "aws_iam_role_policy_attachment.task",
    "aws_vpc_security_group_egress_rule.this",
    "aws_vpc_security_group_ingress_rule.this",
)
NETWORK: Final = (
    "module.vpc.aws_nat_gateway.this",
    "module.vpc.aws_route.private",
    "module.vpc.aws_route_table_association.private",
    "module.vpc.aws_vpc_endpoint.gateway",
    "module.vpc.aws_vpc_endpoint.interface",
    "module.vpc.aws_vpc_security_group_ingress_rule.endpoints",
)
# What an application that speaks to an orchestrator waits for besides.
ORCHESTRATOR: Final = (
    "module.orchestrator.aws_lb_listener.this",
    "module.orchestrator.aws_route53_record.this",
    "module.orchestrator.aws_service_discovery_service.this",
    "module.orchestrator.aws_vpc_security_group_egress_rule.load_balancer",
)
# Stack -> the module of each service -> what it waits for outside its module.
OUTSIDE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "terraform/direct-collector": {"module.event_generator": NETWORK},
    "terraform/existing-vpc": {"module.event_generator": ()},
    "terraform/no-nat": {
        "module.application": (*NETWORK, *ORCHESTRATOR),
        "module.orchestrator.module.service": (
            *NETWORK,
            "module.orchestrator.aws_service_discovery_service.this",
        ),
    },
    "terraform/prisma-cloud": {"module.webserver": NETWORK},
    "terraform/walkthrough": {
        "module.event_generator": (*NETWORK, *ORCHESTRATOR),
        "module.orchestrator.module.service": (
            *NETWORK,
            "module.orchestrator.aws_lb_listener.this",
        ),
    },
}


def graph(terraform: Terraform, stack: str) -> Graph:
    """Read what every resource of a stack waits for."""
    terraform.init(stack)
    printed = terraform.run(stack, "graph")
    assert printed.returncode == 0, printed.stderr
    found: Graph = {}
    for edge in _EDGE.finditer(printed.stdout):
        found.setdefault(edge["later"], set()).add(edge["earlier"])
    assert len(found) > 5
    return found


def before(edges: Graph, start: str) -> set[str]:
    """List everything that a resource waits for, however far."""
    found: set[str] = set()
    left = [start]
    while left:
        new = edges.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_services_wait_for_what_their_tasks_need(
    terraform: Terraform, stack: str
) -> None:
    edges = graph(terraform, stack)
    services = {
        name.removesuffix(f".{kind}")
        for name in edges
        for kind in SERVICES
        if name.endswith(f".{kind}")
    }
    assert services == set(OUTSIDE[stack]), "a new service needs its line above"
    for module, outside in OUTSIDE[stack].items():
        needed = {*(f"{module}.{own}" for own in OWN), *outside}
        for kind in SERVICES:
            assert needed - before(edges, f"{module}.{kind}") == set(), kind
        print(f"\n{stack}: {module} waits for {len(needed)} kinds of resources")


@pytest.mark.parametrize("stack", STACKS)
def test_instrumentation_waits_for_nothing_that_is_made(
    terraform: Terraform, stack: str
) -> None:
    """What the program is asked is known at plan, so it answers at plan."""
    edges = graph(terraform, stack)
    asked = [
        name
        for found in edges.items()
        for name in (found[0], *found[1])
        if ".data.external." in name
    ]
    assert asked
    for name in asked:
        made = {other for other in before(edges, name) if ".data." not in f".{other}"}
        assert made == set(), name


def test_what_a_path_is() -> None:
    edges = {"a": {"b"}, "b": {"c", "a"}, "d": {"a"}}
    assert before(edges, "a") == {"a", "b", "c"}
    assert before(edges, "c") == set()
