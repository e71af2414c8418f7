"""ECS shapes and enumerations, as data; GENERATED, never edited by hand.

Written by tests/generate/ecs_model.py from botocore's service model: whatever
RegisterTaskDefinition's input can hold. No code, and nothing to import.

``SHAPES``: shape -> member -> type. A type is one of

* ``"string"``, ``"integer"``, ``"long"``, ``"boolean"``: a scalar;
* a name that starts with a capital letter: another shape;
* ``[type]``: a list of it;
* ``{"*": type}``: a map whose keys are the user's own, never ECS's.

``"TaskDefinition"`` is the shape of RegisterTaskDefinition's whole input.
``REQUIRED``: shape -> the members that AWS's model marks as required.
``ENUMS``: shape -> member -> the values it (or each of its elements) may have.
``DESCRIBE_ONLY``: members that only DescribeTaskDefinition gives back, and
that registration refuses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Type: TypeAlias = str | list[Any] | dict[str, Any]

SOURCE = "botocore 1.44.5 ecs/2014-11-13"

SHAPES: dict[str, dict[str, Type]] = {
    "TaskDefinition": {
        "family": "string",
        "taskRoleArn": "string",
        "executionRoleArn": "string",
        "networkMode": "string",
        "containerDefinitions": ["ContainerDefinition"],
        "volumes": ["Volume"],
        "placementConstraints": ["TaskDefinitionPlacementConstraint"],
        "requiresCompatibilities": ["string"],
        "cpu": "string",
        "memory": "string",
        "tags": ["Tag"],
        "pidMode": "string",
        "ipcMode": "string",
        "proxyConfiguration": "ProxyConfiguration",
        "inferenceAccelerators": ["InferenceAccelerator"],
        "ephemeralStorage": "EphemeralStorage",
        "runtimePlatform": "RuntimePlatform",
        "enableFaultInjection": "boolean",
        "trustedExecutionConfiguration": "TrustedExecutionConfiguration",
    },
    "ContainerDefinition": {
        "name": "string",
        "image": "string",
        "repositoryCredentials": "RepositoryCredentials",
        "cpu": "integer",
        "memory": "integer",
        "memoryReservation": "integer",
        "links": ["string"],
        "portMappings": ["PortMapping"],
        "essential": "boolean",
        "restartPolicy": "ContainerRestartPolicy",
        "entryPoint": ["string"],
        "command": ["string"],
        "environment": ["KeyValuePair"],
        "environmentFiles": ["EnvironmentFile"],
        "mountPoints": ["MountPoint"],
        "volumesFrom": ["VolumeFrom"],
        "linuxParameters": "LinuxParameters",
        "secrets": ["Secret"],
        "dependsOn": ["ContainerDependency"],
        "startTimeout": "integer",
        "stopTimeout": "integer",
        "versionConsistency": "string",
        "hostname": "string",
        "user": "string",
        "workingDirectory": "string",
        "disableNetworking": "boolean",
        "privileged": "boolean",
        "readonlyRootFilesystem": "boolean",
        "dnsServers": ["string"],
        "dnsSearchDomains": ["string"],
        "extraHosts": ["HostEntry"],
        "dockerSecurityOptions": ["string"],
        "interactive": "boolean",
        "pseudoTerminal": "boolean",
        "dockerLabels": {"*": "string"},
        "ulimits": ["Ulimit"],
        "logConfiguration": "LogConfiguration",
        "healthCheck": "HealthCheck",
        "systemControls": ["SystemControl"],
        "resourceRequirements": ["ResourceRequirement"],
        "firelensConfiguration": "FirelensConfiguration",
        "credentialSpecs": ["string"],
    },
    "Volume": {
        "name": "string",
        "host": "HostVolumeProperties",
        "dockerVolumeConfiguration": "DockerVolumeConfiguration",
        "efsVolumeConfiguration": "EFSVolumeConfiguration",
        "s3filesVolumeConfiguration": "S3FilesVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration": "FSxWindowsFileServerVolumeConfiguration",
        "configuredAtLaunch": "boolean",
    },
    "TaskDefinitionPlacementConstraint": {
        "type": "string",
        "expression": "string",
    },
    "Tag": {
        "key": "string",
        "value": "string",
    },
    "ProxyConfiguration": {
        "type": "string",
        "containerName": "string",
        "properties": ["KeyValuePair"],
    },
    "InferenceAccelerator": {
        "deviceName": "string",
        "deviceType": "string",
    },
    "EphemeralStorage": {
        "sizeInGiB": "integer",
    },
    "RuntimePlatform": {
        "cpuArchitecture": "string",
        "operatingSystemFamily": "string",
    },
    "TrustedExecutionConfiguration": {
        "isolationMode": "string",
        "attestationPolicy": "string",
    },
    "RepositoryCredentials": {
        "credentialsParameter": "string",
    },
    "PortMapping": {
        "containerPort": "integer",
        "hostPort": "integer",
        "protocol": "string",
        "name": "string",
        "appProtocol": "string",
        "containerPortRange": "string",
    },
    "ContainerRestartPolicy": {
        "enabled": "boolean",
        "ignoredExitCodes": ["integer"],
        "restartAttemptPeriod": "integer",
    },
    "KeyValuePair": {
        "name": "string",
        "value": "string",
    },
    "EnvironmentFile": {
        "value": "string",
        "type": "string",
    },
    "MountPoint": {
        "sourceVolume": "string",
        "containerPath": "string",
        "readOnly": "boolean",
    },
    "VolumeFrom": {
        "sourceContainer": "string",
        "readOnly": "boolean",
    },
    "LinuxParameters": {
        "capabilities": "KernelCapabilities",
        "devices": ["Device"],
        "initProcessEnabled": "boolean",
        "sharedMemorySize": "integer",
        "tmpfs": ["Tmpfs"],
        "maxSwap": "integer",
        "swappiness": "integer",
    },
    "Secret": {
        "name": "string",
        "valueFrom": "string",
    },
    "ContainerDependency": {
        "containerName": "string",
        "condition": "string",
    },
    "HostEntry": {
        "hostname": "string",
        "ipAddress": "string",
    },
    "Ulimit": {
        "name": "string",
        "softLimit": "integer",
        "hardLimit": "integer",
    },
    "LogConfiguration": {
        "logDriver": "string",
        "options": {"*": "string"},
        "secretOptions": ["Secret"],
    },
    "HealthCheck": {
        "command": ["string"],
        "interval": "integer",
        "timeout": "integer",
        "retries": "integer",
        "startPeriod": "integer",
    },
    "SystemControl": {
        "namespace": "string",
        "value": "string",
    },
    "ResourceRequirement": {
        "value": "string",
        "type": "string",
        "sharingStrategy": "SharingStrategy",
    },
    "FirelensConfiguration": {
        "type": "string",
        "options": {"*": "string"},
    },
    "HostVolumeProperties": {
        "sourcePath": "string",
    },
    "DockerVolumeConfiguration": {
        "scope": "string",
        "autoprovision": "boolean",
        "driver": "string",
        "driverOpts": {"*": "string"},
        "labels": {"*": "string"},
    },
    "EFSVolumeConfiguration": {
        "fileSystemId": "string",
        "rootDirectory": "string",
        "transitEncryption": "string",
        "transitEncryptionPort": "integer",
        "authorizationConfig": "EFSAuthorizationConfig",
    },
    "S3FilesVolumeConfiguration": {
        "fileSystemArn": "string",
        "rootDirectory": "string",
        "transitEncryptionPort": "integer",
        "accessPointArn": "string",
    },
    "FSxWindowsFileServerVolumeConfiguration": {
        "fileSystemId": "string",
        "rootDirectory": "string",
        "authorizationConfig": "FSxWindowsFileServerAuthorizationConfig",
    },
    "KernelCapabilities": {
        "add": ["string"],
        "drop": ["string"],
    },
    "Device": {
        "hostPath": "string",
        "containerPath": "string",
        "permissions": ["string"],
    },
    "Tmpfs": {
        "containerPath": "string",
        "size": "integer",
        "mountOptions": ["string"],
    },
    "SharingStrategy": {
        "nvidiaMps": "NvidiaMpsAllocation",
    },
    "EFSAuthorizationConfig": {
        "accessPointId": "string",
        "iam": "string",
    },
    "FSxWindowsFileServerAuthorizationConfig": {
        "credentialsParameter": "string",
        "domain": "string",
    },
    "NvidiaMpsAllocation": {
        "memory": "integer",
        "maxComputePercent": "integer",
    },
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "TaskDefinition": (
        "family",
        "containerDefinitions",
    ),
    "ProxyConfiguration": ("containerName",),
    "InferenceAccelerator": (
        "deviceName",
        "deviceType",
    ),
    "EphemeralStorage": ("sizeInGiB",),
    "TrustedExecutionConfiguration": ("isolationMode",),
    "RepositoryCredentials": ("credentialsParameter",),
    "ContainerRestartPolicy": ("enabled",),
    "EnvironmentFile": (
        "value",
        "type",
    ),
    "Secret": (
        "name",
        "valueFrom",
    ),
    "ContainerDependency": (
        "containerName",
        "condition",
    ),
    "HostEntry": (
        "hostname",
        "ipAddress",
    ),
    "Ulimit": (
        "name",
        "softLimit",
        "hardLimit",
    ),
    "LogConfiguration": ("logDriver",),
    "HealthCheck": ("command",),
    "ResourceRequirement": ("type",),
    "FirelensConfiguration": ("type",),
    "EFSVolumeConfiguration": ("fileSystemId",),
    "S3FilesVolumeConfiguration": ("fileSystemArn",),
    "FSxWindowsFileServerVolumeConfiguration": (
        "fileSystemId",
        "rootDirectory",
        "authorizationConfig",
    ),
    "Device": ("hostPath",),
    "Tmpfs": (
        "containerPath",
        "size",
    ),
    "FSxWindowsFileServerAuthorizationConfig": (
        "credentialsParameter",
        "domain",
    ),
    "NvidiaMpsAllocation": ("memory",),
}

ENUMS: dict[str, dict[str, tuple[str, ...]]] = {
    "TaskDefinition": {
        "networkMode": (
            "bridge",
            "host",
            "awsvpc",
            "none",
        ),
        "requiresCompatibilities": (
            "EC2",
            "FARGATE",
            "EXTERNAL",
            "MANAGED_INSTANCES",
        ),
        "pidMode": (
            "host",
            "task",
        ),
        "ipcMode": (
            "host",
            "task",
            "none",
        ),
    },
    "ContainerDefinition": {
        "versionConsistency": (
            "enabled",
            "disabled",
        ),
    },
    "TaskDefinitionPlacementConstraint": {
        "type": ("memberOf",),
    },
    "ProxyConfiguration": {
        "type": ("APPMESH",),
    },
    "RuntimePlatform": {
        "cpuArchitecture": (
            "X86_64",
            "ARM64",
        ),
        "operatingSystemFamily": (
            "WINDOWS_SERVER_2019_FULL",
            "WINDOWS_SERVER_2019_CORE",
            "WINDOWS_SERVER_2016_FULL",
            "WINDOWS_SERVER_2004_CORE",
            "WINDOWS_SERVER_2022_CORE",
            "WINDOWS_SERVER_2022_FULL",
            "WINDOWS_SERVER_2025_CORE",
            "WINDOWS_SERVER_2025_FULL",
            "WINDOWS_SERVER_20H2_CORE",
            "LINUX",
        ),
    },
    "TrustedExecutionConfiguration": {
        "isolationMode": (
            "SHARED",
            "ISOLATED_SANDBOX",
            "CONFIDENTIAL_SANDBOX",
        ),
    },
    "PortMapping": {
        "protocol": (
            "tcp",
            "udp",
        ),
        "appProtocol": (
            "http",
            "http2",
            "grpc",
        ),
    },
    "EnvironmentFile": {
        "type": ("s3",),
    },
    "ContainerDependency": {
        "condition": (
            "START",
            "COMPLETE",
            "SUCCESS",
            "HEALTHY",
        ),
    },
    "Ulimit": {
        "name": (
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack",
        ),
    },
    "LogConfiguration": {
        "logDriver": (
            "json-file",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "awsfirelens",
        ),
    },
    "ResourceRequirement": {
        "type": (
            "GPU",
            "InferenceAccelerator",
            "NeuronDevice",
        ),
    },
    "FirelensConfiguration": {
        "type": (
            "fluentd",
            "fluentbit",
        ),
    },
    "DockerVolumeConfiguration": {
        "scope": (
            "task",
            "shared",
        ),
    },
    "EFSVolumeConfiguration": {
        "transitEncryption": (
            "ENABLED",
            "DISABLED",
        ),
    },
    "Device": {
        "permissions": (
            "read",
            "write",
            "mknod",
        ),
    },
    "EFSAuthorizationConfig": {
        "iam": (
            "ENABLED",
            "DISABLED",
        ),
    },
}

DESCRIBE_ONLY: tuple[str, ...] = (
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "deregisteredAt",
    "deleteRequestedAt",
    "registeredBy",
)
