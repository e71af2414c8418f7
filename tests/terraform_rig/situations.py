"""What each stack expects to find in an account, made in the emulator. Not fixtures.

A stack is given what its reader would give it: the ARN of a secret that exists, a VPC
that exists. The values of the secrets are made up and stay in the emulator.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.terraform_rig.emulator import Emulator

    Variables = dict[str, Any]

REGION: Final = "ap-northeast-1"
SECRET_VALUE: Final = "made-up-secret-7f3a9c1e"  # noqa: S105 - made up, and looked for
REGISTRY: Final = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
# What the stack without NAT finds in its registry: its first pulls cannot be its own.
PULLED: Final = {
    "event-generator": "0.11.0",
    "quay/sysdig/orchestrator-agent": "5.0.0",
    "quay/sysdig/workload-agent": "5.0.0",
}


def client(cloud: Emulator, service: str) -> Any:
    """Give a boto3 client that speaks to the emulator and to nothing else."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=cloud.url,
        region_name=REGION,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",  # noqa: S106 - the emulator's
        verify=False,
    )


def prepare(stack: str, cloud: Emulator) -> Variables:
    """Make what the stack expects; return the variables its reader would set."""
    return SITUATIONS[stack](cloud)


def secret(cloud: Emulator, name: str) -> str:
    """Make a secret, or find it, and return its ARN."""
    manager = client(cloud, "secretsmanager")
    try:
        made = manager.create_secret(Name=name, SecretString=SECRET_VALUE)
    except manager.exceptions.ResourceExistsException:
        made = manager.describe_secret(SecretId=name)
    return str(made["ARN"])


def _sysdig(cloud: Emulator) -> Variables:
    return {"sysdig_access_key_secret_arn": secret(cloud, "sysdig-access-key")}


def _no_nat(cloud: Emulator) -> Variables:
    for name, tag in PULLED.items():
        pulled(cloud, name, tag)
    return {
        **_sysdig(cloud),
        "application_image": f"{REGISTRY}/event-generator:0.11.0",
        # The emulator knows no pull-through cache.
        "create_pull_through_cache": False,
        "proxy_host": "proxy.corp.example",
        "proxy_cidr_blocks": ["192.0.2.0/24"],
    }


def pulled(cloud: Emulator, name: str, tag: str) -> None:
    """Let the registry hold an image, as after its first pull or a push."""
    ecr = client(cloud, "ecr")
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=name)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"digest": f"sha256:{name}:{tag}"},
    }
    with contextlib.suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(
            repositoryName=name, imageTag=tag, imageManifest=json.dumps(manifest)
        )


def _existing_vpc(cloud: Emulator) -> Variables:
    ec2 = client(cloud, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=REGION + zone
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ac")
    ]
    _way_out(ec2, vpc)
    return {**_sysdig(cloud), "vpc_id": vpc, "subnet_ids": subnets}


def _way_out(ec2: Any, vpc: str) -> None:
    """Give the VPC's main route table a NAT gateway in a public subnet."""
    public = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.9.0/24")["Subnet"]["SubnetId"]
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)
    name = nat["NatGateway"]["NatGatewayId"]
    while not ec2.describe_nat_gateways(
        NatGatewayIds=[name], Filters=[{"Name": "state", "Values": ["available"]}]
    )["NatGateways"]:
        continue
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(
        RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=name
    )


def _prisma_cloud(cloud: Emulator) -> Variables:
    return {
        "application_image": "registry.example/web:1.4.2",
        "install_bundle_secret_arn": secret(cloud, "prisma-cloud-install-bundle"),
        "defender_image": "registry-auth.twistlock.com/defender:defender_34_01_126",
        "ws_address": "wss://console.example:443",
    }


SITUATIONS: Final[Mapping[str, Callable[[Emulator], Variables]]] = {
    "walkthrough": _sysdig,
    "direct-collector": _sysdig,
    "existing-vpc": _existing_vpc,
    "no-nat": _no_nat,
    "prisma-cloud": _prisma_cloud,
}
