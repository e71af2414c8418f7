"""What AWS does after it has answered: gateways and endpoints come up, names stay.

moto has everything at once and forgets what others would leave. A NAT gateway and an
interface endpoint are pending until they have been asked for some times, which is a
wait without a clock; the task of a service with a Cloud Map registry is registered
there, and stays when the service goes.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html (state)
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html (state)
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
"""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from moto.backends import get_backend

if TYPE_CHECKING:
    from tests.terraform_rig.account import Account
    from tests.terraform_rig.aws_call import Call

ACCOUNT: Final = "123456789012"
# The provider asks again after 0.1, 0.2, 0.4 ... at most 10 seconds, so the eighth time
# comes after its waits for a cluster and its capacity providers, 10 seconds each: by
# then a service that does not wait for the network has been asked for.
QUESTIONS: Final = 8
_MADE: Final = {
    "CreateNatGateway": "nat_gateways",
    "CreateVpcEndpoint": "vpc_end_points",
}
_ASKED: Final = {
    "DescribeNatGateways": "nat_gateways",
    "DescribeVpcEndpoints": "vpc_end_points",
}


class Delays:
    """The states of what is not up yet: id to the questions still to come."""

    def __init__(self) -> None:
        self._left: Counter[str] = Counter()

    def before(self, call: Call) -> None:
        """Count a question, and bring up what was asked for often enough."""
        kind = _ASKED.get(call.operation) if call.service == "ec2" else None
        if kind is None:
            return
        ids = call.parameters.get("NatGatewayIds") or call.parameters.get(
            "VpcEndpointIds"
        )
        for name, item in self._all(call, kind).items():
            if self._left[name] and (not ids or name in ids):
                self._left[name] -= 1
                if not self._left[name]:
                    item.state = "available"

    def after(self, call: Call, account: Account) -> None:
        """Let what was just made be pending, and a service's task be registered."""
        if call.service == "ec2" and call.operation in _MADE:
            for name, item in self._all(call, _MADE[call.operation]).items():
                is_gateway = getattr(item, "vpc_endpoint_type", "") == "Gateway"
                if name not in self._left and not is_gateway:
                    self._left[name] = QUESTIONS
                    item.state = "pending"
        if (call.service, call.operation) == ("ecs", "CreateService"):
            for registry in call.parameters.get("serviceRegistries", []):
                _register(registry["registryArn"], account, call.region)

    def _all(self, call: Call, kind: str) -> dict[str, Any]:
        backend: Any = get_backend("ec2")
        return dict(getattr(backend[ACCOUNT][call.region], kind))


def _register(arn: str, account: Account, region: str) -> None:
    cloud_map = account.ask("servicediscovery", region)
    cloud_map.register_instance(
        ServiceId=arn.rpartition("/")[2],
        InstanceId=uuid.uuid4().hex,
        Attributes={"AWS_INSTANCE_IPV4": "10.0.0.10"},
    )
