"""Task definitions that break one rule each, and their sound twins; no test.

``CASES``: rule -> (broken, sound), two lists of ``Case``. A broken definition
breaks its rule and no other; a sound one stands as close to the border as it can
and breaks none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Value = dict[str, Any]

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/execution"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-a1b2c3"
PARAMETER = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/db"
ECR = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
LOG = {
    "awslogs-group": "shop",
    "awslogs-region": "eu-west-1",
    "awslogs-stream-prefix": "web",
}
SYSDIG = "/opt/draios/bin/instrument"
DEFENDER = "/var/lib/twistlock/fargate/defender"
FALCON = "/tmp/CrowdStrike/rootfs/lib64/ld-linux-x86-64.so.2"  # noqa: S108
LACEWORK = "/var/lib/lacework-backup/lacework-sidecar.sh"
DEFENDED = [DEFENDER, "fargate", "entrypoint", "/app"]
ITSELF = "/usr/local/bin/defender"


class Case(NamedTuple):
    """A whole task definition, and what is known beside it."""

    definition: Value
    facts: Value


def web(**members: object) -> Value:
    return {"name": "web", "image": "nginx:1.27", **members}


def side(**members: object) -> Value:
    return {"name": "side", "image": "busybox:1.37", **members}


def task(*containers: object, facts: Value | None = None, **members: object) -> Case:
    definition: Value = {
        "family": "shop",
        "cpu": "512",
        "memory": "1024",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "executionRoleArn": ROLE,
        "containerDefinitions": list(containers),
        **members,
    }
    present = {key: value for key, value in definition.items() if value is not None}
    return Case(present, facts or {})


def ec2(*containers: object, **members: object) -> Case:
    given: Value = {
        "requiresCompatibilities": ["EC2"],
        "networkMode": "bridge",
        **members,
    }
    return task(*containers, **given)


def image(**config: object) -> Value:
    return {"imageConfigs": {"nginx:1.27": config}}


def variables(**values: str) -> list[Value]:
    return [{"name": name, "value": value} for name, value in values.items()]


def log(driver: str, **options: str) -> Value:
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return {"logDriver": driver, **({"options": given} if given else {})}


def awslogs(*without: str) -> Value:
    options = {name: value for name, value in LOG.items() if name not in without}
    return {"logDriver": "awslogs", "options": options}


def after(name: str, condition: str = "START") -> list[Value]:
    return [{"containerName": name, "condition": condition}]


def secret(value: str) -> list[Value]:
    return [{"name": "DB", "valueFrom": value}]


def probe(**members: object) -> Value:
    return {"command": ["CMD", "true"], **members}


def mount(volume: str, path: str = "/data") -> list[Value]:
    return [{"sourceVolume": volume, "containerPath": path}]


def efs(**members: object) -> list[Value]:
    return [
        {
            "name": "data",
            "efsVolumeConfiguration": {"fileSystemId": "fs-0a1b2c3d", **members},
        }
    ]


def proxy(*properties: str, container: str = "web") -> Value:
    return {
        "type": "APPMESH",
        "containerName": container,
        "properties": [{"name": name, "value": "15000"} for name in properties],
    }


def linux(**members: object) -> Value:
    return {"linuxParameters": members}


def ports(*entries: Value) -> Value:
    return {"portMappings": list(entries)}


def limit(soft: int, hard: int) -> Value:
    return {"ulimits": [{"name": "nofile", "softLimit": soft, "hardLimit": hard}]}


def files(*names: str) -> Value:
    return {"environmentFiles": [{"type": "s3", "value": name} for name in names]}


def sized(cpu: str, memory: str, **members: object) -> Case:
    given: Value = {"cpu": cpu, "memory": memory, **members}
    return task(web(), **given)


PROXY_PORTS = ("ProxyIngressPort", "ProxyEgressPort")
ROUTER: Value = {"firelensConfiguration": {"type": "fluentbit"}}
FIRELENS: Value = {"logConfiguration": {"logDriver": "awsfirelens"}}
PTRACE: Value = linux(capabilities={"add": ["SYS_PTRACE"]})
S3 = "arn:aws:s3:::shop"
ARM = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
X86 = {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}
WINDOWS = {
    "cpuArchitecture": "X86_64",
    "operatingSystemFamily": "WINDOWS_SERVER_2022_CORE",
}
HELPER = side(essential=False)

Pair = tuple[list[Case], list[Case]]

SHAPE: dict[str, Pair] = {
    "S1": (
        [
            task(web(memory_limit_mib=512)),
            task(web(networkMode="awsvpc")),
            task(web(logConfiguration={**awslogs(), "driver": "awslogs"})),
        ],
        [task(web(memory=512)), task(web(dockerLabels={"any": "thing"}))],
    ),
    "S2": (
        [
            task(web(memory="512")),
            task(web(memory=512.5)),
            task(web(cpu=True)),
            task(web(essential="true")),
            task(web(entryPoint="sh")),
            task(web(command=["sleep", 5])),
            task(web(environment={"A": "b"})),
            task(web(environment=[{"name": "A", "value": 1}])),
            task(web(environment=["A=b"])),
            task(web(dockerLabels={"a": 1})),
            task(web(logConfiguration={**awslogs(), "options": {**LOG, "m": True}})),
            task(web(healthCheck={"command": "true"})),
            task(web(dockerLabels=["a"])),
            task(web(dependsOn=["side"]), HELPER),
            task(web(environmentFiles=["a.env"])),
            task(web(), {"name": 5}),
            task(web(), {"image": {}}),
            task({"name": 5}),
            task("web"),
            task(web(), volumes={"name": "data"}),
            task(web(), requiresCompatibilities="FARGATE"),
        ],
        [task(web(memory=512, cpu=0, essential=True, dockerLabels={"a": "1"}))],
    ),
    "S3": (
        [
            task(web(secrets=[{"name": "DB"}])),
            task(web(dependsOn=[{"containerName": "side"}]), HELPER),
            task(web(logConfiguration={"options": {}})),
            task(web(healthCheck={"interval": 30})),
            task(web(repositoryCredentials={})),
            task(web(dependsOn=[{"condition": "START"}])),
            task(web(environmentFiles=[{"type": "s3"}])),
        ],
        [task(web(healthCheck=probe())), task(web(environment=[{"name": "A"}]))][:1],
    ),
    "S4": (
        [task({"image": "nginx"}), task(web(name=""))],
        [task(web(name="w"))],
    ),
    "S5": (
        [task({"name": "web"}), task(web(image=""))],
        [task(web(image="nginx"))],
    ),
    "S6": ([task(web(), {})], [task(web())]),
    "S7": (
        [task(web(**ports({"containerPort": 65536})))],
        [task(web(**ports({"containerPort": 65535})))],
    ),
}

STRUCTURE: dict[str, Pair] = {
    "R1": ([task()], [task(web())]),
    "R2": ([task(web(), web())], [task(web(), side())]),
    "R3": (
        [task(web(essential=False), HELPER)],
        [task(web(essential=True), HELPER), task(web(), HELPER)],
    ),
    "R4": (
        [task(*(web(name=f"web{number}") for number in range(11)))],
        [task(*(web(name=f"web{number}") for number in range(10)))],
    ),
    "R5": (
        [task(web(command=["x" * 65536])), task(web(command=['"' * 32768]))],
        [task(web(command=["x" * 65000])), task(web(command=['"' * 32000]))],
    ),
    "R6": (
        [task(web(), family="shop.web"), task(web(), family="s" * 256)],
        [task(web(), family="Shop_web-2"), task(web(), family="s" * 255)],
    ),
    "R7": (
        [task(web(), tags=[])],
        [task(web(), tags=[{"key": "team", "value": "shop"}])],
    ),
    "R8": (
        [task(web(dependsOn=after("sied")), HELPER)],
        [task(web(dependsOn=after("side")), HELPER)],
    ),
    "R9": (
        [task(web(dependsOn=after("side", "HEALTHY")), side())],
        [task(web(dependsOn=after("side", "HEALTHY")), side(healthCheck=probe()))],
    ),
    "R10": (
        [
            task(web(dependsOn=after("side", "SUCCESS")), side()),
            task(web(dependsOn=after("side", "COMPLETE")), side(essential=True)),
        ],
        [task(web(dependsOn=after("side", "SUCCESS")), HELPER)],
    ),
    "R11": (
        [
            task(web(mountPoints=mount("data"))),
            task(web(mountPoints=mount("data")), volumes=[{"name": "date"}]),
        ],
        [task(web(mountPoints=mount("data")), volumes=[{"name": "data"}])],
    ),
    "R12": (
        [task(web(), volumes=[{"name": "data", "configuredAtLaunch": True}])],
        [
            task(
                web(mountPoints=mount("data")),
                volumes=[{"name": "data", "configuredAtLaunch": True}],
            ),
            task(web(), volumes=[{"name": "data"}]),
        ],
    ),
    "R13": (
        [task(web(volumesFrom=[{"sourceContainer": "sied"}]), HELPER)],
        [task(web(volumesFrom=[{"sourceContainer": "side"}]), HELPER)],
    ),
    "R14": ([task(web(**FIRELENS))], [task(web(**FIRELENS), side(**ROUTER))]),
    "R15": ([task(web(), side(**ROUTER))], [task(web(**FIRELENS), side(**ROUTER))]),
    "R16": (
        [task(web(environment=variables(DB="x"), secrets=secret(SECRET)))],
        [task(web(environment=variables(DB2="x"), secrets=secret(SECRET)))],
    ),
    "R17": (
        [task(web(secrets=secret(SECRET)), executionRoleArn=None)],
        [task(web(secrets=secret(SECRET)))],
    ),
    "R18": (
        [task(web(secrets=secret(PARAMETER.replace(ACCOUNT, "444455556666"))))],
        [
            task(web(secrets=secret(PARAMETER))),
            task(web(secrets=secret(SECRET.replace(ACCOUNT, "444455556666")))),
        ],
    ),
    "R19": (
        [task(web(**files(*(f"{S3}/{number}.env" for number in range(11)))))],
        [task(web(**files(*(f"{S3}/{number}.env" for number in range(10)))))],
    ),
    "R20": (
        [task(web(**files("s3://shop/a.env"))), task(web(**files(S3)))],
        [task(web(**files(f"{S3}/a.env")))],
    ),
    "R21": (
        [
            ec2(web(), proxyConfiguration=proxy(*PROXY_PORTS)),
            ec2(web(), proxyConfiguration=proxy(*PROXY_PORTS), networkMode=None),
        ],
        [task(web(), proxyConfiguration=proxy(*PROXY_PORTS))],
    ),
    "R22": (
        [task(web(), proxyConfiguration=proxy(*PROXY_PORTS, container="envoy"))],
        [task(web(), proxyConfiguration=proxy(*PROXY_PORTS))],
    ),
    "R23": (
        [task(web(), proxyConfiguration=proxy("ProxyEgressPort"))],
        [task(web(), proxyConfiguration=proxy(*PROXY_PORTS, "AppPorts"))],
    ),
    "R24": (
        [
            task(
                web(),
                volumes=efs(
                    rootDirectory="/a",
                    transitEncryption="ENABLED",
                    authorizationConfig={"accessPointId": "fsap-1"},
                ),
            )
        ],
        [
            task(
                web(),
                volumes=efs(
                    rootDirectory="/",
                    transitEncryption="ENABLED",
                    authorizationConfig={"accessPointId": "fsap-1"},
                ),
            ),
            task(web(), volumes=efs(rootDirectory="/a")),
        ],
    ),
    "R25": (
        [task(web(), volumes=efs(authorizationConfig={"iam": "ENABLED"}))],
        [
            task(
                web(),
                volumes=efs(
                    transitEncryption="ENABLED", authorizationConfig={"iam": "ENABLED"}
                ),
            ),
            task(web(), volumes=efs(authorizationConfig={"iam": "DISABLED"})),
        ],
    ),
    "R26": (
        [task(web(), volumes=efs(transitEncryptionPort=2049))],
        [
            task(
                web(),
                volumes=efs(transitEncryption="ENABLED", transitEncryptionPort=2049),
            )
        ],
    ),
}

RESOURCES: dict[str, Pair] = {
    "R27": (
        [ec2(web(), memory=None)],
        [
            ec2(web(memory=64), memory=None),
            ec2(web(memoryReservation=64), memory=None),
            ec2(web()),
        ],
    ),
    "R28": ([task(web(), cpu=None)], [ec2(web(), cpu=None)]),
    "R29": (
        [task(web(memory=64), memory=None)],
        [ec2(web(memory=64), memory=None)],
    ),
    "R30": (
        [
            sized("512", "512"),
            sized("512", "8192"),
            sized("256", "1536"),
            sized("8192", "17408"),
            sized("0.25 vCPU", "4 GB"),
            sized("512", "1024", runtimePlatform=WINDOWS),
            sized(
                "1024", "2048", runtimePlatform={**WINDOWS, "cpuArchitecture": "ARM64"}
            ),
        ],
        [
            sized("256", "2048"),
            sized("512", "4096"),
            sized("1024", "8192"),
            sized("4096", "30720"),
            sized("8192", "61440"),
            sized("16384", "122880"),
            sized(".5 vCPU", "1GB"),
            sized("1 vCPU", "2 GB"),
            sized("1024", "2048", runtimePlatform=WINDOWS),
            ec2(web(), cpu="512", memory="512"),
        ],
    ),
    "R31": (
        [
            sized("300", "1024"),
            sized("half", "1024"),
            sized("512", "lots"),
            sized("half vCPU", "1024"),
            sized("0.3 vCPU", "1024"),
            sized("512", "9" * 40),
            ec2(web(), cpu="64"),
        ],
        [
            sized("512", "1024"),
            ec2(web(), cpu="300"),
            ec2(web(), cpu="0.125 vCPU"),
        ],
    ),
    "R32": (
        [task(web(cpu=256), side(cpu=257))],
        [task(web(cpu=256), side(cpu=256))],
    ),
    "R33": (
        [task(web(memory=1025))],
        [task(web(memory=1024))],
    ),
    "R34": (
        [task(web(memory=256, memoryReservation=257))],
        [task(web(memory=256, memoryReservation=256))],
    ),
    "R35": (
        [
            task(web(), ephemeralStorage={"sizeInGiB": 20}),
            task(web(), ephemeralStorage={"sizeInGiB": 201}),
        ],
        [
            task(web(), ephemeralStorage={"sizeInGiB": 21}),
            task(web(), ephemeralStorage={"sizeInGiB": 200}),
        ],
    ),
    "R36": (
        [
            ec2(web(), ephemeralStorage={"sizeInGiB": 21}),
            task(
                web(),
                requiresCompatibilities=["EC2", "FARGATE"],
                ephemeralStorage={"sizeInGiB": 21},
            ),
        ],
        [task(web(), ephemeralStorage={"sizeInGiB": 21})],
    ),
    "R37": (
        [task(web(**limit(1025, 1024))), task(web(**limit(-1, 1024)))],
        [task(web(**limit(1024, 1024))), task(web(**limit(1024, -1)))],
    ),
    "R38": (
        [
            task(web(restartPolicy={"enabled": True, "restartAttemptPeriod": 59})),
            task(web(restartPolicy={"enabled": True, "restartAttemptPeriod": 1801})),
        ],
        [
            task(web(restartPolicy={"enabled": True, "restartAttemptPeriod": 60})),
            task(web(restartPolicy={"enabled": True, "restartAttemptPeriod": 1800})),
        ],
    ),
    **{
        rule: (
            [
                task(web(healthCheck=probe(**{member: low - 1}))),
                task(web(healthCheck=probe(**{member: high + 1}))),
            ],
            [
                task(web(healthCheck=probe(**{member: low}))),
                task(web(healthCheck=probe(**{member: high}))),
            ],
        )
        for rule, member, low, high in (
            ("R39", "interval", 5, 300),
            ("R40", "timeout", 2, 60),
            ("R41", "retries", 1, 10),
            ("R42", "startPeriod", 0, 300),
        )
    },
}

FARGATE: dict[str, Pair] = {
    "R43": (
        [task(web(), networkMode="bridge"), task(web(), networkMode=None)],
        [
            task(web(), networkMode="awsvpc"),
            task(web(), networkMode=None, requiresCompatibilities=None),
            ec2(web()),
        ],
    ),
    "R44": (
        [
            task(web(**linux(capabilities={"add": ["NET_ADMIN"]}))),
            task(web(**linux(capabilities={"add": ["SYS_PTRACE", "ALL"]}))),
        ],
        [
            task(web(**PTRACE)),
            task(web(**linux(capabilities={"drop": ["ALL"]}))),
            ec2(web(**linux(capabilities={"add": ["NET_ADMIN"]}))),
        ],
    ),
    "R45": ([task(web(), pidMode="host")], [ec2(web(), pidMode="host")]),
    "R46": (
        [task(web(privileged=True))],
        [task(web(privileged=False)), ec2(web(privileged=True))],
    ),
    "R47": (
        [task(web(**linux(devices=[{"hostPath": "/dev/fuse"}])))],
        [task(web(**linux(devices=[]))), ec2(web(**linux(devices=[])))],
    ),
    "R48": (
        [task(web(**linux(sharedMemorySize=64)))],
        [ec2(web(**linux(sharedMemorySize=64)))],
    ),
    "R49": ([task(web(**linux(maxSwap=64)))], [ec2(web(**linux(maxSwap=64)))]),
    "R50": ([task(web(), ipcMode="task")], [ec2(web(), ipcMode="task")]),
    "R51": (
        [task(web(dockerSecurityOptions=["no-new-privileges"]))],
        [ec2(web(dockerSecurityOptions=["no-new-privileges"]))],
    ),
    "R52": (
        [task(web(), placementConstraints=[{"type": "memberOf", "expression": "a"}])],
        [
            task(web(), placementConstraints=[]),
            ec2(web(), placementConstraints=[{"type": "memberOf", "expression": "a"}]),
        ],
    ),
    "R53": (
        [
            task(
                web(),
                volumes=[{"name": "a", "dockerVolumeConfiguration": {"scope": "task"}}],
            )
        ],
        [
            ec2(
                web(),
                volumes=[{"name": "a", "dockerVolumeConfiguration": {"scope": "task"}}],
            )
        ],
    ),
    "R54": (
        [task(web(), volumes=[{"name": "a", "host": {"sourcePath": "/a"}}])],
        [
            task(web(), volumes=[{"name": "a", "host": {}}]),
            ec2(web(), volumes=[{"name": "a", "host": {"sourcePath": "/a"}}]),
        ],
    ),
    "R55": (
        [
            task(web(dnsServers=["10.0.0.2"])),
            ec2(web(dnsServers=["10.0.0.2"]), networkMode="awsvpc"),
        ],
        [task(web(dnsServers=[])), ec2(web(dnsServers=["10.0.0.2"]))],
    ),
    "R56": (
        [task(web(extraHosts=[{"hostname": "db", "ipAddress": "10.0.0.9"}]))],
        [ec2(web(extraHosts=[{"hostname": "db", "ipAddress": "10.0.0.9"}]))],
    ),
    "R57": ([task(web(hostname="web"))], [ec2(web(hostname="web"))]),
    "R58": (
        [task(web(disableNetworking=True))],
        [task(web(disableNetworking=False)), ec2(web(disableNetworking=True))],
    ),
    "R59": ([task(web(links=["side"]), side())], [ec2(web(links=["side"]), side())]),
    "R60": (
        [task(web(**ports({"containerPort": 80, "hostPort": 8080})))],
        [
            task(web(**ports({"containerPort": 80, "hostPort": 80}))),
            ec2(web(**ports({"containerPort": 80, "hostPort": 8080}))),
        ],
    ),
    "R61": (
        [
            task(
                web(**ports({"containerPort": 80})),
                side(**ports({"containerPort": 80, "protocol": "tcp"})),
            ),
            task(
                web(**ports({"containerPortRange": "8000-8010"})),
                side(**ports({"containerPort": 8010})),
            ),
            task(
                web(**ports({"containerPort": 8000})),
                side(**ports({"containerPortRange": "8000-8010"})),
            ),
            task(
                web(**ports({"containerPortRange": "8000-8010"})),
                side(**ports({"containerPortRange": "8010-8020"})),
            ),
        ],
        [
            task(
                web(**ports({"containerPort": 53, "protocol": "tcp"})),
                side(**ports({"containerPort": 53, "protocol": "udp"})),
            ),
            task(
                web(**ports({"containerPortRange": "8000-8009"})),
                side(**ports({"containerPortRange": "8010-8020"})),
            ),
        ],
    ),
    "R62": (
        [
            task(
                web(**ports({"containerPort": 80, "name": "http"})),
                side(**ports({"containerPort": 81, "name": "http"})),
            )
        ],
        [
            task(
                web(**ports({"containerPort": 80, "name": "http"})),
                side(**ports({"containerPort": 81, "name": "http2"})),
            )
        ],
    ),
    "R63": (
        [task(web(**ports({"containerPort": 80, "containerPortRange": "90-99"})))],
        [task(web(**ports({"containerPort": 80}, {"containerPortRange": "90-99"})))],
    ),
    "R64": (
        [
            task(web(**ports({"containerPortRange": "99-90"}))),
            task(web(**ports({"containerPortRange": "90"}))),
            task(web(**ports({"containerPortRange": "0-70000"}))),
            task(web(**ports({"containerPortRange": "8000-8000000000"}))),
        ],
        [task(web(**ports({"containerPortRange": "90-99"})))],
    ),
    "R65": (
        [task(web(resourceRequirements=[{"type": "GPU", "value": "1"}]))],
        [
            ec2(web(resourceRequirements=[{"type": "GPU", "value": "1"}])),
            task(web(resourceRequirements=[{"type": "NeuronDevice", "value": "1"}])),
        ],
    ),
    "R66": (
        [
            task(
                web(),
                inferenceAccelerators=[
                    {"deviceName": "a", "deviceType": "eia2.medium"}
                ],
            )
        ],
        [task(web(), inferenceAccelerators=[])],
    ),
    "R67": (
        [task(web(logConfiguration=log("json-file")))],
        [
            task(web(logConfiguration=log("splunk"))),
            ec2(web(logConfiguration=log("json-file"))),
        ],
    ),
    "R68": (
        [
            task(web(logConfiguration=awslogs("awslogs-group"))),
            ec2(web(logConfiguration=awslogs("awslogs-group"))),
        ],
        [task(web(logConfiguration=awslogs()))],
    ),
    "R69": (
        [task(web(logConfiguration=awslogs("awslogs-stream-prefix")))],
        [ec2(web(logConfiguration=awslogs("awslogs-stream-prefix")))],
    ),
    "R70": (
        [task(web(logConfiguration=awslogs()), executionRoleArn=None)],
        [
            task(web(logConfiguration=awslogs())),
            ec2(web(logConfiguration=awslogs()), executionRoleArn=None),
        ],
    ),
    "R71": (
        [
            task(web(image=ECR), executionRoleArn=None),
            task(
                web(image=f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws/shop"),
                executionRoleArn=None,
            ),
        ],
        [
            task(web(image=ECR)),
            task(web(image="public.ecr.aws/shop:1"), executionRoleArn=None),
        ],
    ),
}

LOGIC: dict[str, Pair] = {
    "R72": (
        [
            task(web(dependsOn=after("side")), side(dependsOn=after("web"))),
            task(
                web(name="a", dependsOn=after("b")),
                web(name="b", dependsOn=after("c")),
                web(name="c", dependsOn=after("a")),
            ),
        ],
        [
            task(
                web(name="a", dependsOn=[*after("b"), *after("c")]),
                web(name="b", dependsOn=after("c")),
                web(name="c"),
            )
        ],
    ),
    "R73": ([task(web(dependsOn=after("web")))], [task(web(dependsOn=[]))]),
    "R74": (
        [
            task(web(stopTimeout=121)),
            task(web(startTimeout=1)),
            task(web(stopTimeout=1)),
        ],
        [task(web(stopTimeout=120, startTimeout=2)), ec2(web(stopTimeout=300))],
    ),
    "R75": (
        [task(web(), volumes=[{"name": "data"}, {"name": "data"}])],
        [task(web(), volumes=[{"name": "data"}, {"name": "Data"}])],
    ),
    "R76": (
        [
            task(web(**linux(tmpfs=[{"containerPath": "/run"}]))),
            task(web(**linux(tmpfs=[{"size": 64}]))),
        ],
        [task(web(**linux(tmpfs=[{"containerPath": "/run", "size": 64}])))],
    ),
    "R77": (
        [
            task(web(secrets=secret(""))),
            task(web(secrets=secret(f"{SECRET}:password"))),
            task(web(secrets=secret(PARAMETER.replace("parameter/", "")))),
            task(web(secrets=secret(f"arn:aws:iam::{ACCOUNT}:role/a"))),
            task(web(secrets=secret("arn:aws:secretsmanager"))),
            task(web(repositoryCredentials={"credentialsParameter": ROLE})),
            task(web(secrets=secret(f"{PARAMETER}:1:2"))),
            task(
                web(
                    logConfiguration={
                        **log("splunk"),
                        "secretOptions": secret(f"{SECRET}:"),
                    }
                )
            ),
        ],
        [
            task(web(secrets=secret(SECRET))),
            task(web(secrets=secret(f"{SECRET}:password::"))),
            task(web(secrets=secret(SECRET.replace("arn:aws:", "arn:aws-us-gov:")))),
            task(web(secrets=secret(PARAMETER))),
            task(web(secrets=secret(f"{PARAMETER}:3"))),
            task(web(secrets=secret("/shop/db"))),
            task(web(repositoryCredentials={"credentialsParameter": "registry"})),
        ],
    ),
    "R78": (
        [
            task(web(dependsOn=after("side", "UP")), HELPER),
            task(web(logConfiguration=log("cloudwatch"))),
            task(web(**ports({"containerPort": 80, "protocol": "TCP"}))),
            task(web(versionConsistency="on")),
            task(web(), runtimePlatform={"cpuArchitecture": "arm64"}),
            task(web(), requiresCompatibilities=["FARGATE", "LAMBDA"]),
        ],
        [
            task(web(dependsOn=after("side", "START")), HELPER),
            task(web(versionConsistency="disabled"), runtimePlatform=ARM),
        ],
    ),
    "R79": (
        [
            task(
                web(
                    **ports(
                        {"containerPort": 53, "protocol": "tcp"},
                        {"containerPort": 53, "protocol": "udp"},
                    )
                )
            )
        ],
        [
            task(
                web(
                    **ports(
                        {"containerPort": 53, "protocol": "tcp"},
                        {"containerPort": 54, "protocol": "udp"},
                    )
                )
            )
        ],
    ),
    "R80": (
        [task(web(**files(f"{S3}/env")))],
        [task(web(**files(f"{S3}/deep/path/a.env")))],
    ),
    "R81": (
        [
            task(web(name="my web")),
            task(web(name="wéb")),
            task(web(name="w" * 256)),
            task(web(), volumes=[{"name": "my data"}]),
            task(web(), volumes=[{"name": ""}]),
            task(web(**ports({"containerPort": 80, "name": "Http"}))),
            task(web(**ports({"containerPort": 80, "name": "-http"}))),
            task(web(**ports({"containerPort": 80, "name": "h" * 65}))),
        ],
        [
            task(web(name="W" * 255)),
            task(web(name="_"), volumes=[{"name": "my-data_2"}]),
            task(web(**ports({"containerPort": 80, "name": "h" * 64}))),
        ],
    ),
}

OLD: Value = {"platformVersion": "1.3.0"}
OLDER: Value = {"platformVersion": "1.2.0"}
NEW: Value = {"platformVersion": "1.4.0"}
LATEST: Value = {"platformVersion": "LATEST"}

DOCUMENTED: dict[str, Pair] = {
    "E4": (
        [task(web(entryPoint=[])), task(web(command=[]))],
        [task(web(entryPoint=["sh"])), task(web(command=["sh"]))],
    ),
    "N6": (
        [
            task(web(environment=variables(A=""))),
            task(web(environment=[{"name": "A"}])),
        ],
        [task(web(environment=variables(A=" ")))],
    ),
    "F1": (
        [
            task(web(dnsSearchDomains=["corp"])),
            task(web(**linux(swappiness=10))),
        ],
        [ec2(web(dnsSearchDomains=["corp"])), ec2(web(**linux(swappiness=10)))],
    ),
    "F2": (
        [task(web(**PTRACE), facts=OLD)],
        [
            task(web(**PTRACE), facts=NEW),
            task(web(**PTRACE), facts=LATEST),
            task(web(**PTRACE), facts={"platformVersion": "1.100000.0"}),
        ],
    ),
    "F5": (
        [task(web(), cpu="8192", memory="16384", facts=OLD)],
        [task(web(), cpu="8192", memory="16384", facts=NEW)],
    ),
    "F7": (
        [task(web(stopTimeout=60), facts=OLDER)],
        [task(web(stopTimeout=60), facts=OLD)],
    ),
    "F8": (
        [task(web(), ephemeralStorage={"sizeInGiB": 21}, facts=OLD)],
        [task(web(), ephemeralStorage={"sizeInGiB": 21}, facts=NEW)],
    ),
    "F11": (
        [task(web(dependsOn=after("side")), HELPER, facts=OLDER)],
        [task(web(dependsOn=after("side")), HELPER, facts=OLD)],
    ),
    "F13": (
        [task(web(healthCheck={"command": ["/bin/check", "now"]}))],
        [
            task(web(healthCheck={"command": ["CMD-SHELL", "check now"]})),
            task(web(healthCheck={"command": ["CMD", "check"]})),
            task(
                web(entryPoint=DEFENDED),
                {
                    "name": "TwistlockDefender",
                    "image": "registry.example/twistlock/defender:1",
                    "entryPoint": [ITSELF, "fargate", "sidecar"],
                    "healthCheck": {"command": [ITSELF, "fargate", "healthcheck"]},
                    "cpu": 64,
                },
            ),
        ],
    ),
    "F16": (
        [
            task(
                web(**FIRELENS),
                side(
                    firelensConfiguration={
                        "type": "fluentbit",
                        "options": {"config-file-type": "s3"},
                    }
                ),
            )
        ],
        [
            task(
                web(**FIRELENS),
                side(
                    firelensConfiguration={
                        "type": "fluentbit",
                        "options": {"config-file-type": "file"},
                    }
                ),
            )
        ],
    ),
    "F17": (
        [task(web(logConfiguration=awslogs("awslogs-region")))],
        [task(web(logConfiguration=awslogs()))],
    ),
    "F20": (
        [
            task(web(memory=512), side(memory=513)),
            task(web(memoryReservation=1000), side(memory=25)),
        ],
        [
            task(web(memory=512), side(memory=512)),
            task(web(memory=1024, memoryReservation=256), side(memory=512)),
        ],
    ),
    "F19": (
        [
            task(
                web(readonlyRootFilesystem=True),
                cpu="1024",
                memory="2048",
                runtimePlatform=WINDOWS,
            )
        ],
        [
            task(
                web(readonlyRootFilesystem=False),
                cpu="1024",
                memory="2048",
                runtimePlatform=WINDOWS,
            ),
            task(web(readonlyRootFilesystem=True), runtimePlatform=X86),
        ],
    ),
}

FAR_SIDE = {"name": "datacollector-sidecar", "image": "lacework/datacollector"}
AGENT = {"name": "SysdigInstrumentation", "image": "quay.io/sysdig/workload-agent:6"}
JAVA: Value = {"Env": ["PATH=/bin", "JAVA_TOOL_OPTIONS=-Xmx1g"]}


def over(path: str) -> Value:
    """Give a container that starts Sysdig's launcher and mounts a volume at a path."""
    return web(entryPoint=[SYSDIG], command=["/app"], mountPoints=mount("own", path))


HAZARDS: dict[str, Pair] = {
    "H1": (
        [
            task(
                web(environment=variables(JAVA_TOOL_OPTIONS="-javaagent:/a.jar")),
                facts=image(**JAVA),
            )
        ],
        [
            task(
                web(
                    environment=variables(JAVA_TOOL_OPTIONS="-Xmx1g -javaagent:/a.jar")
                ),
                facts=image(**JAVA),
            ),
            task(
                web(environment=variables(NODE_OPTIONS="--inspect")),
                facts=image(**JAVA),
            ),
        ],
    ),
    "H2": (
        [
            task(web(entryPoint=[LACEWORK], command=["/app"], user="1000")),
            task(
                web(entryPoint=[LACEWORK], command=["/app"]),
                facts=image(User="app:app"),
            ),
            task(
                web(user="1000"),
                facts={
                    "instrumentation": [
                        {"agent": "own", "containers": ["web"], "rootOnly": True}
                    ]
                },
            ),
        ],
        [
            task(web(entryPoint=[LACEWORK], command=["/app"], user="0:0")),
            task(web(entryPoint=DEFENDED, user="1000")),
        ],
    ),
    "H3": (
        [
            task(
                web(
                    entryPoint=[LACEWORK], command=["/app"], readonlyRootFilesystem=True
                )
            )
        ],
        [
            task(
                web(
                    entryPoint=[LACEWORK],
                    command=["/app"],
                    readonlyRootFilesystem=True,
                    mountPoints=mount("own", "/var/lib/lacework"),
                ),
                volumes=[{"name": "own"}],
            ),
            task(web(entryPoint=[LACEWORK], command=["/app"])),
        ],
    ),
    "H4": (
        [
            task(
                web(repositoryCredentials={"credentialsParameter": SECRET}),
                executionRoleArn=None,
            ),
            task(web(**files(f"{S3}/a.env")), executionRoleArn=None),
        ],
        [task(web(repositoryCredentials={"credentialsParameter": SECRET}))],
    ),
    "H5": (
        [
            task(
                web(dependsOn=after("side", "HEALTHY")),
                side(
                    image="gcr.io/distroless/static",
                    healthCheck={"command": ["CMD-SHELL", "true"]},
                ),
            )
        ],
        [
            task(
                web(dependsOn=after("side", "HEALTHY")),
                side(image="gcr.io/distroless/static", healthCheck=probe()),
            )
        ],
    ),
    "H6": (
        [
            task(
                web(
                    entryPoint=DEFENDED,
                    healthCheck=probe(interval=5, retries=3, startPeriod=10),
                )
            )
        ],
        [
            task(
                web(
                    entryPoint=DEFENDED,
                    healthCheck=probe(interval=5, retries=3, startPeriod=60),
                )
            ),
            task(web(entryPoint=DEFENDED, healthCheck=probe())),
            task(web(healthCheck=probe(interval=5, retries=3))),
        ],
    ),
    "H7": (
        [
            task(web(entryPoint=[SYSDIG], command=DEFENDED)),
            task(
                web(entryPoint=DEFENDED),
                facts={
                    "instrumentation": [
                        {"agent": "sysdig", "containers": ["web"], "ptrace": True}
                    ]
                },
            ),
        ],
        [
            task(web(entryPoint=[SYSDIG], command=["/app"])),
            task(web(entryPoint=["/opt/attrb/launch/ecs-fargate"], command=DEFENDED)),
            task(
                web(entryPoint=DEFENDED),
                facts={
                    "instrumentation": [
                        {"agent": "prisma_cloud", "containers": ["web"], "ptrace": True}
                    ]
                },
            ),
        ],
    ),
    "H8": (
        [
            task(web(entryPoint=[SYSDIG], command=["/app"]), runtimePlatform=ARM),
            task(web(), runtimePlatform=ARM, facts=image(Architecture="amd64")),
            task(web(), runtimePlatform=X86, facts=image(Architecture="arm64")),
            task(web(entryPoint=[FALCON], command=["/app"]), runtimePlatform=ARM),
            task(
                web(environment=variables(LD_PRELOAD="/lib/x86_64-linux-gnu/a.so")),
                runtimePlatform=ARM,
            ),
        ],
        [
            task(web(entryPoint=[SYSDIG], command=["/app"]), runtimePlatform=X86),
            task(web(), runtimePlatform=ARM, facts=image(Architecture="arm64")),
            task(web(entryPoint=["/srv/x86_64/app"]), runtimePlatform=ARM),
            task(
                web(environment=variables(A="b", LD_PRELOAD="/lib/aarch64/a.so")),
                runtimePlatform=ARM,
            ),
        ],
    ),
    "H9": (
        [task(web(entryPoint=[SYSDIG]))],
        [task(web(entryPoint=[SYSDIG], command=["/app"]))],
    ),
    "H10": (
        [task(web(), web(name="db-init"))],
        [
            task(web(), web(name="db-init", essential=False)),
            task(web(), web(name="initial")),
        ],
    ),
    "H11": (
        [task(web(healthCheck=probe()), {**AGENT, "cpu": 64})],
        [
            task(web(healthCheck=probe()), {**AGENT, "cpu": 64, "essential": False}),
            task(web(), {**AGENT, "cpu": 64}),
        ],
    ),
    "H12": (
        [
            task(
                web(
                    entryPoint=[LACEWORK],
                    command=["/app"],
                    volumesFrom=[{"sourceContainer": "side"}],
                    dependsOn=after("side", "COMPLETE"),
                ),
                HELPER,
            )
        ],
        [
            task(
                web(
                    entryPoint=[LACEWORK],
                    command=["/app"],
                    volumesFrom=[{"sourceContainer": "side"}],
                    dependsOn=after("side", "SUCCESS"),
                ),
                HELPER,
            ),
            task(web(dependsOn=after("side", "COMPLETE")), HELPER),
        ],
    ),
    "H13": ([task(web(), pidMode="task")], [task(web())]),
    "H14": (
        [
            task(
                web(systemControls=[{"namespace": "net.core.somaxconn", "value": "1"}]),
                side(
                    systemControls=[{"namespace": "net.core.somaxconn", "value": "2"}]
                ),
            )
        ],
        [
            task(
                web(systemControls=[{"namespace": "net.core.somaxconn", "value": "1"}]),
                side(
                    systemControls=[{"namespace": "net.core.somaxconn", "value": "1"}]
                ),
            )
        ],
    ),
    "H15": (
        [task(web(**limit(1024, 1048577)))],
        [task(web(**limit(1024, 1048576)))],
    ),
    "H16": (
        [
            task(web(**linux(capabilities={"add": ["SYS_PTRACE"], "drop": ["ALL"]}))),
            task(
                web(
                    **linux(
                        capabilities={"add": ["SYS_PTRACE"], "drop": ["SYS_PTRACE"]}
                    )
                )
            ),
        ],
        [task(web(**linux(capabilities={"add": ["SYS_PTRACE"], "drop": ["MKNOD"]})))],
    ),
    "H17": (
        [
            task(web(), AGENT),
            task(web(), {**FAR_SIDE, "cpu": 64, "essential": False}, cpu="256"),
        ],
        [
            task(web(), {**AGENT, "memoryReservation": 128}),
            task(web(), {**FAR_SIDE, "cpu": 64, "essential": False}),
        ],
    ),
    "H18": (
        [task(web(environment=[*variables(A="1"), *variables(A="2")]))],
        [task(web(environment=variables(A="1", a="2")))],
    ),
    "H19": (
        [
            task(web(**FIRELENS), side(**ROUTER, entryPoint=DEFENDED)),
            task(web(), side(**ROUTER, **FIRELENS)),
        ],
        [task(web(**FIRELENS), side(**ROUTER, logConfiguration=awslogs()))],
    ),
    "H20": (
        [
            task(web(environment=variables(SYSDIG_ACCESS_KEY="not-a-key"))),
            task(web(logConfiguration=awslogs()), {**AGENT, "cpu": 64}),
            task(web(readonlyRootFilesystem=True), {**AGENT, "cpu": 64}),
        ],
        [
            task(web(logConfiguration=awslogs()), side(), {**AGENT, "cpu": 64}),
            task({**AGENT, "cpu": 64}),
            task(
                web(secrets=[{"name": "SYSDIG_ACCESS_KEY", "valueFrom": SECRET}]),
            ),
        ],
    ),
    "H21": (
        [task(web(**PTRACE), side(user="1000"), pidMode="task")],
        [task(web(**PTRACE), side(user="0"), pidMode="task")],
    ),
    "H22": (
        [task(web(**ports({"containerPort": 32000})), {**AGENT, "cpu": 64})],
        [
            task(web(**ports({"containerPort": 32001})), {**AGENT, "cpu": 64}),
            task(web(**ports({"containerPort": 32000}))),
        ],
    ),
    "H23": (
        [
            task(over("/opt"), {**AGENT, "cpu": 64}, volumes=[{"name": "own"}]),
            task(over("/opt/draios/"), {**AGENT, "cpu": 64}, volumes=[{"name": "own"}]),
            task(
                web(
                    entryPoint=DEFENDED,
                    mountPoints=mount("own", "/var/lib/twistlock"),
                ),
                volumes=[{"name": "own"}],
            ),
            task(
                web(
                    environment=[{"name": "LD_PRELOAD", "value": "/.aquasec/bin/x.so"}],
                    mountPoints=mount("own", "/.aquasec"),
                ),
                volumes=[{"name": "own"}],
            ),
        ],
        [
            task(over("/opt/data"), {**AGENT, "cpu": 64}, volumes=[{"name": "own"}]),
            task(
                over("/opt/draios"),
                {**AGENT, "cpu": 64, "mountPoints": mount("own", "/shared")},
                volumes=[{"name": "own"}],
            ),
            task(web(mountPoints=mount("own", "/opt")), volumes=[{"name": "own"}]),
        ],
    ),
}

CASES: dict[str, Pair] = {
    **SHAPE,
    **STRUCTURE,
    **RESOURCES,
    **FARGATE,
    **LOGIC,
    **DOCUMENTED,
    **HAZARDS,
    "F15": (
        [
            task(web(), pidMode="task", facts=OLD),
            task(
                web(),
                pidMode="task",
                cpu="1024",
                memory="2048",
                runtimePlatform=WINDOWS,
            ),
        ],
        [task(web(), pidMode="task", facts=NEW)],
    ),
}

ALWAYS_WITH = {"F15": {"H13"}, "H21": {"H13"}}
"""Rules that cannot be broken without a note of another rule."""
