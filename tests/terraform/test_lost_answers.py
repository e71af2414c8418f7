"""An answer that is lost on the way is asked for again, and nothing is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.terraform import roots
from tests.terraform_rig import emulator, situations

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terraform_rig.workspace import Workspace

# A call with a client token, and one without.
LOST: Final = ("CreateHostedZone", "CreateVpc")
MAIN: Final = """
resource "aws_vpc" "this" {
  cidr_block = "10.66.0.0/16"
}

resource "aws_route53_zone" "this" {
  name = "lost.internal"
}
"""


def test_a_repeated_call_makes_nothing_twice(tmp_path: Path, place: Workspace) -> None:
    with emulator.running(LOST) as cloud:
        environment = {**place.environment, **cloud.environment(situations.REGION)}
        stack = roots.root(tmp_path, place.engine, environment, main=MAIN)
        stack.apply()
        zones = situations.client(cloud, "route53").list_hosted_zones()["HostedZones"]
        mine = [{"Name": "cidr", "Values": ["10.66.0.0/16"]}]
        vpcs = situations.client(cloud, "ec2").describe_vpcs(Filters=mine)["Vpcs"]
        assert (len(zones), len(vpcs)) == (1, 1)
        stack.destroy()
        assert (
            situations.client(cloud, "route53").list_hosted_zones()["HostedZones"] == []
        )
