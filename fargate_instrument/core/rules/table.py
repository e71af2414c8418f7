"""Every rule in one table: what breaks it, what AWS says, what to do; no code.

A row is ``id: (severity, facts, when, aws, fix)``.

* ``facts``: the task-level facts without which the rule is off.
* ``when``: what breaks the rule, for the reference page.
* ``aws``: AWS's own words, as seen from RegisterTaskDefinition, or ``""``.
* ``fix``: what to do.

S: shape. R: what RegisterTaskDefinition refuses. F: what the documentation
says. E and N: entry points and plan noise. H: accepted, and wrong at run time.
"""

from __future__ import annotations

Row = tuple[str, str, str, str, str]

SHAPE: dict[str, Row] = {
    "S1": (
        "warning",
        "",
        "a member that ECS does not know",
        "",
        "{hint}; Terraform drops it silently, the AWS CLI refuses it",
    ),
    "S2": (
        "error",
        "",
        "a value of the wrong JSON type",
        "",
        "write it as {expected}",
    ),
    "S3": (
        "error",
        "",
        "a member is missing that AWS's model requires",
        "",
        'add "{member}"',
    ),
    "S4": (
        "error",
        "",
        "a container without a name",
        "Container.name should not be null or empty.",
        'give the container a "name"',
    ),
    "S5": (
        "error",
        "",
        "a container without an image",
        "Container.image should not be null or empty.",
        'give the container an "image"',
    ),
    "S6": (
        "error",
        "",
        "an empty object as a container",
        "",
        "fill it in or remove it; Terraform stops at it, too",
    ),
    "S7": (
        "error",
        "",
        "a port number outside 0-65535",
        "",
        "use a port between 1 and 65535",
    ),
    "S8": (
        "note",
        "",
        "keys in another case than ECS's own (checked by the command)",
        "",
        "write keys as ECS does; Terraform alone reads them in any case",
    ),
    "S11": (
        "note",
        "",
        "no word of the launch type, where it matters (checked by the command)",
        "",
        "add requiresCompatibilities, or say --task requires_compatibilities=EC2",
    ),
    "S10": (
        "error",
        "",
        "a member in two spellings with two values (checked by the command)",
        "",
        'keep one, spelled "{canonical}"',
    ),
    "S9": (
        "note",
        "",
        "a member that only describe-task-definition gives (checked by the command)",
        "",
        "remove it before registering; registration refuses it",
    ),
}

STRUCTURE: dict[str, Row] = {
    "R1": (
        "error",
        "",
        "no containers",
        "Container list cannot be empty",
        "write at least one container definition",
    ),
    "R2": (
        "error",
        "",
        "a container name used twice",
        "Container names must be unique within a task definition",
        "rename one of them",
    ),
    "R3": (
        "error",
        "",
        "no essential container",
        "Task definition doesn't have any essential container",
        'remove "essential": false from the main container',
    ),
    "R4": (
        "error",
        "",
        "more than 10 containers",
        "",
        "split the task; the quota of 10 containers cannot be raised",
    ),
    "R5": (
        "error",
        "",
        "a definition over 64 KiB",
        "Actual length: '{size}'. Max allowed length is '65536' bytes.",
        "move environment values into environmentFiles, secrets or the image",
    ),
    "R6": (
        "error",
        "family",
        "a family with other characters than A-Z a-z 0-9 _ -, or over 255 long",
        "Family contains invalid characters.",
        "use letters, digits, hyphens and underscores, at most 255",
    ),
    "R7": (
        "error",
        "tags",
        "an empty list of tags",
        "Tags can not be empty.",
        'leave "tags" out',
    ),
    "R8": (
        "error",
        "",
        "dependsOn names no container",
        "Cannot depend on container + '{target}' because it does not exist",
        "{hint}",
    ),
    "R9": (
        "error",
        "",
        "HEALTHY on a container without healthCheck",
        (
            "A dependency container with HEALTHY condition must have health check"
            " configured"
        ),
        'give "{target}" a healthCheck, or use the condition START',
    ),
    "R10": (
        "error",
        "",
        "SUCCESS or COMPLETE on an essential container",
        (
            "A dependency container with SUCCESS or COMPLETE condition cannot be an"
            " essential container"
        ),
        'set "essential": false on "{target}"',
    ),
    "R11": (
        "error",
        "volumes",
        "mountPoints names no volume of the task",
        "Unknown volume '{target}'.",
        "{hint}",
    ),
    "R12": (
        "error",
        "volumes",
        "a configuredAtLaunch volume is mounted nowhere",
        "Volumes [{target}] are not referenced by any of the containers",
        'mount "{target}" in a container or remove it',
    ),
    "R13": (
        "error",
        "",
        "volumesFrom names no container",
        "Invalid 'volumesFrom' setting. Unknown container: '{target}'.",
        "{hint}",
    ),
    "R14": (
        "error",
        "",
        "the awsfirelens log driver without a FireLens router",
        (
            "When awsfirelens log driver is specified in log configuration, a firelens"
            " configuration object must be configured in one of the containers."
        ),
        "add a log router with a firelensConfiguration, or use another log driver",
    ),
    "R15": (
        "error",
        "",
        "a FireLens router that no container logs to",
        (
            "When a firelensConfiguration object is specified, at least one container"
            " has to be configured with the awsfirelens log driver."
        ),
        "let a container log with awsfirelens, or remove the router",
    ),
    "R16": (
        "error",
        "",
        "one name in both secrets and environment",
        (
            "The secret name must be unique and not shared with any new or existing"
            " environment variables set on the container, such as '{variable}'."
        ),
        'remove "{variable}" from environment or from secrets',
    ),
    "R17": (
        "error",
        "executionRoleArn",
        "secrets without an execution role",
        (
            "When you are specifying container secrets, you must also specify a value"
            " for 'executionRoleArn'."
        ),
        "set executionRoleArn to a role that may read the secrets",
    ),
    "R18": (
        "error",
        "executionRoleArn or taskRoleArn",
        "an SSM parameter ARN of another account than the task's roles",
        (
            "The Systems Manager parameter ARN has a different account ID than the"
            " current account. The current account ID is {account} and the ARN account"
            " ID is {other}. Cross-account access for ARNs is not currently supported."
        ),
        "copy the parameter, or use a Secrets Manager secret",
    ),
    "R19": (
        "error",
        "",
        "more than 10 environmentFiles",
        (
            "The maximum number of environment files was exceeded. Specify ten or less"
            " and try again."
        ),
        "merge the files",
    ),
    "R20": (
        "error",
        "",
        "an environmentFiles value that is no S3 ARN",
        "Invalid arn syntax.",
        "write arn:aws:s3:::bucket/path/file.env",
    ),
    "R21": (
        "error",
        "proxyConfiguration, networkMode",
        "proxyConfiguration outside awsvpc",
        "APPMESH proxy configuration is only supported in networkMode=awsvpc",
        "set networkMode to awsvpc",
    ),
    "R22": (
        "error",
        "proxyConfiguration",
        "the proxy's container does not exist",
        "Proxy container [{target}] does not exist.",
        "{hint}",
    ),
    "R23": (
        "error",
        "proxyConfiguration",
        "the proxy's port properties are missing",
        "{side} port not found",
        'add the property "{property}"',
    ),
    "R24": (
        "error",
        "volumes",
        "an EFS access point together with a root directory",
        (
            "When using an EFS access point, the root directory must either be set to"
            ' "/" or be omitted.'
        ),
        "remove rootDirectory: the access point has its own",
    ),
    "R25": (
        "error",
        "volumes",
        "EFS IAM authorization without transit encryption",
        "EFS IAM authorization requires TransitEncryption to be enabled.",
        "set transitEncryption to ENABLED",
    ),
    "R26": (
        "error",
        "volumes",
        "an EFS encryption port without transit encryption",
        "TransitEncryptionPort requires that TransitEncryption is enabled.",
        "set transitEncryption to ENABLED",
    ),
}

RESOURCES: dict[str, Row] = {
    "R27": (
        "error",
        "memory",
        "no task memory, and a container without memory or memoryReservation",
        (
            "Invalid setting for container '{container}'. At least one of 'memory' or"
            " 'memoryReservation' must be specified."
        ),
        "set the task's memory",
    ),
    "R28": (
        "error",
        "cpu",
        "Fargate without task cpu",
        "Fargate requires that 'cpu' be defined at the task level",
        "set cpu on the task definition",
    ),
    "R29": (
        "error",
        "memory",
        "Fargate without task memory",
        "Fargate requires that 'memory' be defined at the task level",
        "set memory on the task definition",
    ),
    "R30": (
        "error",
        "cpu, memory",
        (
            "a pair of cpu and memory that Fargate does not offer; Windows below 1024"
            " CPU units; Windows on ARM64"
        ),
        (
            "No Fargate configuration exists for given values: {cpu} CPU, {memory}"
            " memory. See the Amazon ECS documentation for the valid values."
        ),
        "{hint}",
    ),
    "R31": (
        "error",
        "cpu or memory",
        "a task cpu or memory that is no legal value at all",
        "Invalid '{setting}' setting for task.",
        "{hint}",
    ),
    "R32": (
        "error",
        "cpu",
        "the containers' cpu adds up to more than the task's",
        (
            "The sum of all container 'cpu' values cannot be greater than the value of"
            " the task 'cpu'."
        ),
        "raise the task's cpu, or lower that of the containers",
    ),
    "R33": (
        "error",
        "memory",
        "a container's memory is over the task's",
        "The 'memory' setting for container '{container}' is greater than for the task",
        "raise the task's memory, or lower the container's",
    ),
    "R34": (
        "error",
        "",
        "memory below memoryReservation",
        "'memory' must be greater than or equal to 'memoryReservation'",
        "raise memory (the hard limit) or lower memoryReservation",
    ),
    "R35": (
        "error",
        "ephemeralStorage",
        "ephemeralStorage outside 21-200 GiB",
        "EphemeralStorage size should be at {bound}",
        "use 21 to 200, or leave it out for the 20 GiB that come with a task",
    ),
    "R36": (
        "error",
        "ephemeralStorage, requiresCompatibilities",
        "ephemeralStorage with EC2",
        "Tasks using the EC2 launch type do not support EphemeralStorage.",
        "remove EC2 from requiresCompatibilities, or ephemeralStorage",
    ),
    "R37": (
        "error",
        "",
        "a ulimit whose soft limit is over the hard one",
        "Soft limit exceeds hard limit for ulimit {ulimit}",
        "raise hardLimit or lower softLimit",
    ),
    "R38": (
        "error",
        "",
        "restartAttemptPeriod outside 60-1800",
        (
            "The 'restartAttemptPeriod' setting for container '{container}' must be"
            " between 60 and 1800."
        ),
        "use 60 to 1800 seconds",
    ),
    "R39": (
        "error",
        "",
        "a health check interval outside 5-300",
        "Health check interval must be {bound} for container '{container}'",
        "use 5 to 300 seconds",
    ),
    "R40": (
        "error",
        "",
        "a health check timeout outside 2-60",
        "Health check timeout must be {bound} for container '{container}'",
        "use 2 to 60 seconds",
    ),
    "R41": (
        "error",
        "",
        "health check retries outside 1-10",
        "Health check retries must be {bound} for container '{container}'",
        "use 1 to 10",
    ),
    "R42": (
        "error",
        "",
        "a health check startPeriod outside 0-300",
        "Health check startPeriod must be {bound} for container '{container}'",
        "use 0 to 300 seconds",
    ),
}

FARGATE: dict[str, Row] = {
    "R43": (
        "error",
        "networkMode",
        "Fargate with a networkMode other than awsvpc, or none",
        "Fargate only supports network mode 'awsvpc'.",
        "set networkMode to awsvpc",
    ),
    "R44": (
        "error",
        "",
        "a capability other than SYS_PTRACE added on Fargate",
        "{capability} is not allowed on Fargate.",
        "remove it: Fargate adds SYS_PTRACE and nothing else",
    ),
    "R45": (
        "error",
        "pidMode",
        "pidMode host on Fargate",
        (
            "Tasks using the Fargate launch type do not support pidMode 'host'. The"
            " supported value for pidMode is 'task'."
        ),
        "use task, or leave pidMode out",
    ),
    "R46": (
        "error",
        "",
        "a privileged container on Fargate",
        (
            "Fargate requires that the 'privileged' setting be 'false' at the container"
            " level."
        ),
        "remove privileged",
    ),
    "R47": (
        "error",
        "",
        "linuxParameters.devices on Fargate",
        "Fargate compatible task definitions do not support devices",
        "remove devices",
    ),
    "R48": (
        "error",
        "",
        "linuxParameters.sharedMemorySize on Fargate",
        "Fargate compatible task definitions do not support sharedMemorySize",
        "remove sharedMemorySize; a tmpfs on /dev/shm is allowed",
    ),
    "R49": (
        "error",
        "",
        "linuxParameters.maxSwap on Fargate",
        "Fargate compatible task definitions do not support maxSwap",
        "remove maxSwap",
    ),
    "R50": (
        "error",
        "ipcMode",
        "ipcMode on Fargate",
        "Fargate compatible task definitions do not support ipcMode",
        "remove ipcMode",
    ),
    "R51": (
        "error",
        "",
        "dockerSecurityOptions on Fargate",
        "Fargate compatible task definitions do not support dockerSecurityOptions",
        "remove dockerSecurityOptions",
    ),
    "R52": (
        "error",
        "placementConstraints",
        "placementConstraints on Fargate",
        "Fargate compatible task definitions do not support constraints",
        "remove placementConstraints",
    ),
    "R53": (
        "error",
        "volumes",
        "dockerVolumeConfiguration on Fargate",
        "Fargate compatible task definitions do not support dockerVolumeConfiguration",
        "use a bind mount, EFS, or a volume configured at launch",
    ),
    "R54": (
        "error",
        "volumes",
        "a volume with host.sourcePath on Fargate",
        "Fargate compatible task definitions do not support sourcePath",
        "leave host out: Fargate chooses the place",
    ),
    "R55": (
        "error",
        "",
        "dnsServers with awsvpc",
        "DNS servers are not supported on container when networkMode=awsvpc.",
        "remove dnsServers",
    ),
    "R56": (
        "error",
        "",
        "extraHosts with awsvpc",
        "Extra hosts are not supported on container when networkMode=awsvpc.",
        "remove extraHosts",
    ),
    "R57": (
        "error",
        "",
        "hostname with awsvpc",
        "hostname is not supported on container when networkMode=awsvpc.",
        "remove hostname",
    ),
    "R58": (
        "error",
        "",
        "disableNetworking with awsvpc",
        "Disable Networking is not supported on container when networkMode=awsvpc.",
        "remove disableNetworking",
    ),
    "R59": (
        "error",
        "",
        "links with awsvpc",
        "Links are not supported when networkMode=awsvpc.",
        "remove links: containers of a task reach each other on localhost",
    ),
    "R60": (
        "error",
        "",
        "a hostPort that differs from its containerPort with awsvpc",
        (
            "When networkMode=awsvpc, the host ports and container ports in port"
            " mappings must match."
        ),
        "remove hostPort",
    ),
    "R61": (
        "error",
        "",
        "one port mapped twice in the task",
        (
            "{protocol} container port '{port}' is used multiple times in task when"
            " networkMode=awsvpc."
        ),
        "the containers of a task share one network: give each its own port",
    ),
    "R62": (
        "error",
        "",
        "a port mapping's name used twice",
        "When networkMode=awsvpc, port mapping name is already used",
        "rename one of them",
    ),
    "R63": (
        "error",
        "",
        "a range and a single port in one mapping",
        (
            "Invalid port mapping for container '{container}', cannot specify both"
            " single port and port range."
        ),
        "write two mappings",
    ),
    "R64": (
        "error",
        "",
        "a port range that is reversed or no range",
        "Invalid 'containerPortRange' setting for container '{container}'.",
        'write "first-last", such as "8000-8010"',
    ),
    "R65": (
        "error",
        "",
        "a GPU on Fargate",
        "Tasks using the Fargate launch type do not support GPU resource requirements.",
        "remove the GPU from resourceRequirements",
    ),
    "R66": (
        "error",
        "inferenceAccelerators",
        "inferenceAccelerators on Fargate",
        "Unsupported field 'inferenceAccelerators'.",
        "remove inferenceAccelerators",
    ),
    "R67": (
        "error",
        "",
        "a log driver other than awslogs, splunk and awsfirelens on Fargate",
        (
            "{driver} is not a valid log driver. Must be one of"
            " [awslogs,splunk,awsfirelens]"
        ),
        "use awslogs, splunk or awsfirelens",
    ),
    "R68": (
        "error",
        "",
        "awslogs without a group",
        "Log driver awslogs requires options: awslogs-group",
        'add the option "awslogs-group"',
    ),
    "R69": (
        "error",
        "",
        "awslogs on Fargate without a stream prefix",
        (
            "Fargate requires log configuration options to include"
            " awslogs-stream-prefix to support log driver awslogs."
        ),
        'add the option "awslogs-stream-prefix"',
    ),
    "R70": (
        "error",
        "executionRoleArn",
        "awslogs on Fargate without an execution role",
        (
            "Fargate requires task definition to have execution role ARN to support log"
            " driver awslogs."
        ),
        "set executionRoleArn",
    ),
    "R71": (
        "error",
        "executionRoleArn",
        "an image of a private ECR registry without an execution role",
        (
            "Fargate requires task definition to have execution role ARN to support ECR"
            " images."
        ),
        "set executionRoleArn",
    ),
}

LOGIC: dict[str, Row] = {
    "R72": (
        "error",
        "",
        "dependsOn goes round in a circle",
        "",
        "remove one of the dependencies",
    ),
    "R73": (
        "error",
        "",
        "a container depends on itself",
        "",
        "remove the dependency",
    ),
    "R74": (
        "error",
        "",
        "startTimeout or stopTimeout outside 2-120 on Fargate",
        "",
        "use 2 to 120 seconds",
    ),
    "R75": (
        "error",
        "volumes",
        "two volumes of one name",
        "",
        "rename one of them",
    ),
    "R76": (
        "error",
        "",
        "a tmpfs without containerPath or size",
        "",
        'add "{member}"',
    ),
    "R77": (
        "error",
        "",
        "a malformed secret ARN",
        "",
        "write {expected}",
    ),
    "R78": (
        "error",
        "",
        "a value that is not in ECS's list for the member",
        "",
        "{hint}",
    ),
    "R79": (
        "error",
        "",
        "one container port for several protocols",
        "",
        "a container cannot expose one port for several protocols: use two ports",
    ),
    "R80": (
        "error",
        "",
        "an environment file whose name does not end in .env",
        "",
        "name the S3 object something.env",
    ),
    "R81": (
        "error",
        "",
        "a volume, container or port name outside its characters or length",
        "{text}",
        "use {expected}",
    ),
}

DOCUMENTED: dict[str, Row] = {
    "E4": (
        "note",
        "",
        "an empty list as entryPoint or command",
        "",
        "leave it out: here it is read as absent, so that the image's own value counts",
    ),
    "N6": (
        "warning",
        "",
        "a variable with an empty value",
        "",
        (
            "leave the entry out: ECS drops it, and Terraform then replaces the task"
            " definition on every apply"
        ),
    ),
    "F1": (
        "warning",
        "",
        "dnsSearchDomains or swappiness on Fargate",
        "",
        "remove it: AWS documents it as not valid on Fargate",
    ),
    "F2": (
        "warning",
        "platformVersion",
        "capabilities.add below platform version 1.4.0",
        "",
        "use platform version 1.4.0 or LATEST",
    ),
    "F5": (
        "warning",
        "platformVersion, cpu",
        "8 or 16 vCPU below platform version 1.4.0",
        "",
        "use platform version 1.4.0 or LATEST",
    ),
    "F7": (
        "warning",
        "platformVersion",
        "startTimeout or stopTimeout below platform version 1.3.0",
        "",
        "use platform version 1.3.0 or later",
    ),
    "F8": (
        "warning",
        "platformVersion, ephemeralStorage",
        "ephemeralStorage below platform version 1.4.0",
        "",
        "use platform version 1.4.0 or LATEST",
    ),
    "F11": (
        "warning",
        "platformVersion",
        "dependsOn below platform version 1.3.0",
        "",
        "use platform version 1.3.0 or later",
    ),
    "F13": (
        "warning",
        "",
        "a healthCheck.command that starts with neither CMD nor CMD-SHELL",
        "",
        'put "CMD" before the program; AWS documents it as required',
    ),
    "F15": (
        "warning",
        "pidMode",
        "pidMode task on Windows, or below platform version 1.4.0",
        "",
        "leave pidMode out, or use Linux on platform version 1.4.0 or later",
    ),
    "F16": (
        "warning",
        "",
        "a FireLens config-file-type other than file on Fargate",
        "",
        "put the file into the router's image and use config-file-type file",
    ),
    "F17": (
        "warning",
        "",
        "awslogs without a region",
        "",
        'add the option "awslogs-region"; AWS documents it as required',
    ),
    "F20": (
        "warning",
        "memory",
        "the memory that containers reserve adds up to more than the task's",
        "",
        "raise the task's memory: AWS documents that the sum must fit",
    ),
    "F19": (
        "warning",
        "runtimePlatform",
        "a member that Windows containers do not have",
        "",
        "remove it: Windows tasks on Fargate cannot use it",
    ),
}

HAZARDS: dict[str, Row] = {
    "H1": (
        "warning",
        "imageConfigs",
        "a list-like variable replaces the one of the image",
        "",
        "write the image's value into the task's, too",
    ),
    "H2": (
        "warning",
        "",
        "a non-root user runs a wrapper that only root can use",
        "",
        "run the container as root, or use an agent that works for other users",
    ),
    "H3": (
        "warning",
        "",
        "a read-only root file system under an agent that writes outside its volume",
        "",
        "mount a volume where the agent writes, or make the root writable",
    ),
    "H4": (
        "warning",
        "executionRoleArn",
        "something to fetch at start, and no execution role to fetch it",
        "",
        "set executionRoleArn to a role with the rights: {rights}",
    ),
    "H5": (
        "warning",
        "",
        "HEALTHY on a probe that needs a shell, in an image without one",
        "",
        'use the form ["CMD", program, …] with a program of the image',
    ),
    "H6": (
        "warning",
        "",
        "too little time before a wrapped container counts as unhealthy",
        "",
        "raise healthCheck.startPeriod: starting through the agent takes longer",
    ),
    "H7": (
        "warning",
        "",
        "two agents that trace one process",
        "",
        "keep one of them: Linux lets a process have one tracer",
    ),
    "H8": (
        "warning",
        "runtimePlatform",
        "an image or a loader of another CPU architecture than the task's",
        "",
        "use an image that is built for {architecture}",
    ),
    "H9": (
        "warning",
        "",
        "a wrapped entry point that runs nothing, for the image's CMD is lost",
        "",
        "write the image's CMD out as command",
    ),
    "H10": (
        "warning",
        "",
        "an init container that is essential by omission",
        "",
        'set "essential": false, or the task ends when it exits',
    ),
    "H11": (
        "warning",
        "",
        "an essential agent container without healthCheck beside one that has it",
        "",
        "give it a healthCheck, or the task's health stays UNKNOWN",
    ),
    "H12": (
        "warning",
        "",
        "COMPLETE on a container whose files the dependent one starts from",
        "",
        "use SUCCESS: COMPLETE also lets the container start after a failed copy",
    ),
    "H13": (
        "note",
        "pidMode",
        "pidMode task",
        "",
        "keep in mind that ECS Exec then has one session per task",
    ),
    "H14": (
        "warning",
        "",
        "two containers set one net.* system control to different values",
        "",
        "set it once: the container that starts last wins for the whole task",
    ),
    "H15": (
        "warning",
        "",
        "a nofile limit over the platform's 1048576",
        "",
        "use at most 1048576, or the container cannot start",
    ),
    "H16": (
        "warning",
        "",
        "capabilities.drop takes away the SYS_PTRACE that is added",
        "",
        (
            "drop the capabilities by name, without ALL and SYS_PTRACE, or try it out"
            " before relying on it"
        ),
    ),
    "H17": (
        "warning",
        "cpu or memory",
        (
            "an agent container without a share of the task's cpu or memory, or a task"
            " too small for the agent"
        ),
        "",
        "{hint}",
    ),
    "H18": (
        "warning",
        "",
        "one variable twice in environment",
        "",
        "keep one: which of them wins is not documented",
    ),
    "H19": (
        "warning",
        "",
        "the FireLens router itself is wrapped, or logs to itself",
        "",
        "leave the router alone, and let it log with awslogs",
    ),
    "H20": (
        "warning",
        "",
        (
            "something that policy gates turn down: an agent's token in plain text, or"
            " an agent container without the log configuration or the read-only root"
            " that all the others have"
        ),
        "",
        "{hint}",
    ),
    "H21": (
        "warning",
        "pidMode",
        "a tracer of the task's processes under another user than theirs",
        "",
        "use one user ID for the tracer and what it traces",
    ),
    "H22": (
        "warning",
        "",
        "a port is mapped on which an agent of the task listens",
        "",
        "use another port, or move the agent's (Sysdig: SYSDIG_LOG_LISTEN_PORT and"
        " SYSDIG_LOG_FORWARD_ADDR)",
    ),
    "H23": (
        "error",
        "",
        (
            "a mount lies over an agent's launcher or library, so that what is started"
            " is not there"
        ),
        "",
        "mount the volume at another path",
    ),
}

RULES: dict[str, Row] = {
    **SHAPE,
    **STRUCTURE,
    **RESOURCES,
    **FARGATE,
    **LOGIC,
    **DOCUMENTED,
    **HAZARDS,
}
