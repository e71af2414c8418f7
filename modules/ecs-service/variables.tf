variable "assign_public_ip" {
  description = "Gives each task a public address. Only of use in a public subnet."
  type        = bool
  default     = false
  nullable    = false
}

variable "autoscaling" {
  description = <<-EOT
    Target tracking on the service's size; null for none. `policies` maps a name of your own to a metric: `cpu`, `memory`, or `requests`
    (requests per target, which needs the `resource_label` of an application load balancer's target group).
  EOT
  type = object({
    min_capacity = optional(number, 1)
    max_capacity = number
    policies = optional(map(object({
      metric             = string
      target_value       = number
      resource_label     = optional(string)
      scale_in_cooldown  = optional(number, 300)
      scale_out_cooldown = optional(number, 60)
    })), { cpu = { metric = "cpu", target_value = 75 } })
  })
  default = null

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.min_capacity >= 0 && var.autoscaling.max_capacity >= var.autoscaling.min_capacity
    error_message = "autoscaling needs 0 <= min_capacity <= max_capacity."
  }

  validation {
    condition     = var.autoscaling == null ? true : alltrue([for policy in values(var.autoscaling.policies) : contains(["cpu", "memory", "requests"], policy.metric)])
    error_message = "autoscaling: the metric of a policy is one of cpu, memory, requests."
  }

  validation {
    condition     = var.autoscaling == null ? true : alltrue([for policy in values(var.autoscaling.policies) : policy.metric != "requests" || policy.resource_label != null])
    error_message = "autoscaling: a policy on requests needs resource_label, \"app/<lb>/<id>/targetgroup/<group>/<id>\"."
  }

  validation {
    condition     = var.autoscaling == null ? true : alltrue([for policy in values(var.autoscaling.policies) : policy.target_value > 0])
    error_message = "autoscaling: target_value is greater than 0."
  }
}

variable "availability_zone_rebalancing" {
  description = "Whether ECS moves tasks between zones to keep them even: `ENABLED` or `DISABLED`. ECS refuses it where `deployment.maximum_percent` is 100. Set explicitly because the default of AWS changed."
  type        = string
  default     = "ENABLED"
  nullable    = false

  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.availability_zone_rebalancing)
    error_message = "availability_zone_rebalancing is ENABLED or DISABLED."
  }
}

variable "capacity_provider_strategy" {
  description = "Spread over FARGATE and FARGATE_SPOT, by provider name. Takes the place of `launch_type`."
  type = map(object({
    weight = optional(number, 1)
    base   = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.capacity_provider_strategy) : contains(["FARGATE", "FARGATE_SPOT"], name)])
    error_message = "capacity_provider_strategy: the providers of Fargate are FARGATE and FARGATE_SPOT."
  }

  validation {
    condition     = alltrue([for item in values(var.capacity_provider_strategy) : item.weight >= 0 && item.weight <= 1000])
    error_message = "capacity_provider_strategy: a weight is between 0 and 1000."
  }

  validation {
    condition     = length([for item in values(var.capacity_provider_strategy) : item if item.base != null]) <= 1
    error_message = "capacity_provider_strategy: only one provider can have a base."
  }
}

variable "check_image_tags" {
  description = "Warns of images without a tag, or with the tag latest."
  type        = bool
  default     = true
  nullable    = false
}

variable "cluster_arn" {
  description = "Cluster to run in when `create_cluster` is false."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_arn == null ? true : can(regex("^arn:[a-z0-9-]+:ecs:[a-z0-9-]+:\\d{12}:cluster/.+$", var.cluster_arn))
    error_message = "cluster_arn is the ARN of an ECS cluster."
  }
}

variable "container_definitions" {
  description = "Container definitions as JSON text: a list of container definitions, as an instrumenting module puts out."
  type        = string
  nullable    = false

  # Empty text is refused by the task definition, not here: a failed instrumentation puts it out, and must not stop a destroy.
  validation {
    condition     = var.container_definitions == "" ? true : can(jsondecode(var.container_definitions)[0])
    error_message = "container_definitions is JSON text: a list of at least one container definition."
  }
}

variable "container_insights" {
  description = "Container Insights of the cluster that the module creates: `disabled`, `enabled` or `enhanced`."
  type        = string
  default     = "enabled"
  nullable    = false

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "container_insights is disabled, enabled or enhanced."
  }
}

variable "cpu" {
  description = "CPU units of the task: 256, 512, 1024, 2048, 4096, 8192 or 16384."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "cpu is 256, 512, 1024, 2048, 4096, 8192 or 16384."
  }
}

variable "create" {
  description = "Whether the module creates anything at all."
  type        = bool
  default     = true
  nullable    = false
}

variable "create_cluster" {
  description = "Creates a cluster. Set to false together with `cluster_arn` to run in one that exists."
  type        = bool
  default     = true
  nullable    = false
}

variable "create_security_group" {
  description = "Creates the security group of the tasks from `ingress_rules` and `egress_rules`."
  type        = bool
  default     = true
  nullable    = false
}

variable "create_service" {
  description = "Creates the service. Set to false for a task definition that something else runs."
  type        = bool
  default     = true
  nullable    = false
}

variable "deployment" {
  description = <<-EOT
    How ECS replaces tasks: healthy percentages, the circuit breaker and its rollback, the grace period of load balancer health checks,
    and whether Terraform waits until the service is steady.
  EOT
  type = object({
    minimum_healthy_percent           = optional(number, 100)
    maximum_percent                   = optional(number, 200)
    circuit_breaker                   = optional(bool, true)
    rollback                          = optional(bool, true)
    health_check_grace_period_seconds = optional(number)
    force_new_deployment              = optional(bool, false)
    wait_for_steady_state             = optional(bool, false)
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.deployment.minimum_healthy_percent >= 0 && var.deployment.minimum_healthy_percent <= 100
    error_message = "deployment.minimum_healthy_percent is between 0 and 100."
  }

  validation {
    condition     = var.deployment.maximum_percent >= 100 && var.deployment.maximum_percent <= 200
    error_message = "deployment.maximum_percent is between 100 and 200."
  }

  validation {
    condition     = var.deployment.maximum_percent > var.deployment.minimum_healthy_percent
    error_message = "deployment.maximum_percent must be greater than minimum_healthy_percent, else no deployment can move."
  }

  validation {
    condition     = var.deployment.circuit_breaker || !var.deployment.rollback
    error_message = "deployment.rollback needs deployment.circuit_breaker."
  }
}

variable "desired_count" {
  description = "Number of tasks. With autoscaling or `ignore_desired_count` it is the number at creation only."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count is a whole number from 0 up."
  }
}

variable "ecr" {
  description = <<-EOT
    Which ECR repositories the execution role may pull from: those named here, and those of the images in the container definitions.
    `pull_through_cache` adds what the first pull through a cache rule needs, on the same repositories.
  EOT
  type = object({
    repository_arns    = optional(list(string), [])
    from_images        = optional(bool, true)
    pull_through_cache = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in var.ecr.repository_arns : can(regex("^arn:[a-z0-9-]+:ecr:[a-z0-9-]+:\\d{12}:repository/.+$", arn))])
    error_message = "ecr.repository_arns are ARNs of ECR repositories."
  }
}

variable "egress_rules" {
  description = "Egress of the created security group, by a name of your own. The default lets tasks pull images, write logs and read secrets over HTTPS, and nothing else."
  type = map(object({
    description                  = optional(string)
    protocol                     = optional(string, "tcp")
    from_port                    = optional(number)
    to_port                      = optional(number)
    cidr_ipv4                    = optional(string)
    cidr_ipv6                    = optional(string)
    prefix_list_id               = optional(string)
    referenced_security_group_id = optional(string)
  }))
  default = {
    https = { description = "HTTPS: images, logs, secrets", from_port = 443, cidr_ipv4 = "0.0.0.0/0" }
  }
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress_rules) : contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)])
    error_message = "egress_rules: a protocol is tcp, udp, icmp, icmpv6 or -1."
  }

  validation {
    condition     = alltrue([for rule in values(var.egress_rules) : rule.protocol == "-1" || rule.from_port != null])
    error_message = "egress_rules: every rule needs from_port, unless its protocol is -1."
  }
}

variable "enable_ecs_managed_tags" {
  description = "Whether ECS tags the tasks with their cluster and service."
  type        = bool
  default     = true
  nullable    = false
}

variable "enable_execute_command" {
  description = "ECS Exec: a shell in a running container. Gives the created task role the four ssmmessages actions it needs."
  type        = bool
  default     = false
  nullable    = false
}

variable "ephemeral_storage_gib" {
  description = "Ephemeral storage of a task in GiB, 21 to 200; null for Fargate's 20."
  type        = number
  default     = null

  validation {
    condition     = var.ephemeral_storage_gib == null ? true : var.ephemeral_storage_gib >= 21 && var.ephemeral_storage_gib <= 200
    error_message = "ephemeral_storage_gib is between 21 and 200."
  }
}

variable "execute_command_kms_key_arn" {
  description = "Key that encrypts ECS Exec sessions, set on the created cluster and granted to the created task role."
  type        = string
  default     = null

  validation {
    condition     = var.execute_command_kms_key_arn == null ? true : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\\d{12}:key/.+$", var.execute_command_kms_key_arn))
    error_message = "execute_command_kms_key_arn is the ARN of a KMS key."
  }
}

variable "execution_role" {
  description = <<-EOT
    The role with which ECS pulls images, writes logs and reads secrets. Created with the rights that `secret_arns`, `kms_key_arns`,
    `log_groups`, `log_group_arns` and `ecr` name; `create = false` with an `arn` brings your own.
  EOT
  type = object({
    create               = optional(bool, true)
    arn                  = optional(string)
    name                 = optional(string)
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.execution_role.create || var.execution_role.arn == null
    error_message = "execution_role: an arn of your own goes with create = false."
  }
}

variable "family" {
  description = "Family of the task definition; null for the module's name."
  type        = string
  default     = null

  validation {
    condition     = var.family == null ? true : can(regex("^[A-Za-z0-9_-]{1,255}$", var.family))
    error_message = "family is 1 to 255 letters, digits, hyphens and underscores."
  }
}

variable "ignore_desired_count" {
  description = "Whether Terraform leaves the number of tasks alone after creation; null means: exactly when autoscaling is on. Changing it replaces the service."
  type        = bool
  default     = null
}

variable "ingress_rules" {
  description = "Ingress of the created security group, by a name of your own. Nothing is open by default."
  type = map(object({
    description                  = optional(string)
    protocol                     = optional(string, "tcp")
    from_port                    = optional(number)
    to_port                      = optional(number)
    cidr_ipv4                    = optional(string)
    cidr_ipv6                    = optional(string)
    prefix_list_id               = optional(string)
    referenced_security_group_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.ingress_rules) : contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)])
    error_message = "ingress_rules: a protocol is tcp, udp, icmp, icmpv6 or -1."
  }

  validation {
    condition     = alltrue([for rule in values(var.ingress_rules) : rule.protocol == "-1" || rule.from_port != null])
    error_message = "ingress_rules: every rule needs from_port, unless its protocol is -1."
  }
}

variable "kms_key_arns" {
  description = "Keys that encrypt the secrets, which the execution role may decrypt with."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\\d{12}:key/.+$", arn))])
    error_message = "kms_key_arns are ARNs of KMS keys (not aliases: IAM grants nothing on an alias)."
  }
}

variable "kms_via_services" {
  description = "Services through which alone the execution role may decrypt with `kms_key_arns`: it is their requests that ECS causes. Empty for any way, also a call of its own."
  type        = list(string)
  default     = ["secretsmanager", "ssm"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.kms_via_services : can(regex("^[a-z0-9-]+$", service))])
    error_message = "kms_via_services are names of services, like secretsmanager."
  }
}

variable "launch_type" {
  description = "`FARGATE`, or null when `capacity_provider_strategy` is given (null without one means FARGATE)."
  type        = string
  default     = null

  validation {
    condition     = var.launch_type == null ? true : var.launch_type == "FARGATE"
    error_message = "launch_type is FARGATE or null: this module is about Fargate."
  }
}

variable "load_balancers" {
  description = "Target groups that the service registers its tasks in, by a name of your own."
  type = map(object({
    target_group_arn = string
    container_name   = string
    container_port   = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for lb in values(var.load_balancers) : lb.container_port >= 1 && lb.container_port <= 65535])
    error_message = "load_balancers: container_port is between 1 and 65535."
  }
}

variable "log_group_arns" {
  description = "Log groups that exist already and that the execution role may write to."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.log_group_arns : can(regex("^arn:[a-z0-9-]+:logs:[a-z0-9-]+:\\d{12}:log-group:[^:*]+(:\\*)?$", arn))])
    error_message = "log_group_arns are ARNs of CloudWatch log groups."
  }
}

variable "log_groups" {
  description = "Log groups to create, by name. The execution role may write to them."
  type = map(object({
    retention_in_days = optional(number, 365)
    kms_key_arn       = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.log_groups) : can(regex("^[A-Za-z0-9_/.#-]{1,512}$", name))])
    error_message = "log_groups: a name is 1 to 512 letters, digits and _ - / . #."
  }

  validation {
    condition = alltrue([
      for group in values(var.log_groups) :
      contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], group.retention_in_days)
    ])
    error_message = "log_groups: retention_in_days is a value that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever."
  }
}

variable "memory" {
  description = "Memory of the task in MiB, one of those that Fargate offers for the `cpu`."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory >= 512 && var.memory <= 122880
    error_message = "memory is between 512 and 122880 MiB."
  }
}

variable "name" {
  description = "Name of the service, and the stem of every other name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,200}$", var.name))
    error_message = "name is 1 to 200 letters, digits, hyphens and underscores."
  }
}

variable "normalize_container_definitions" {
  description = "Writes the container definitions in one canonical form (camelCase keys, environment and secrets sorted by name, no null among the members of a container and of its objects), so that a change of spelling is no change. False passes the text on as it is."
  type        = bool
  default     = true
  nullable    = false
}

variable "pid_mode" {
  description = "`task` lets the containers of a task see each other's processes, which runtime agents need; empty or null for the default."
  type        = string
  default     = null

  validation {
    condition     = var.pid_mode == null ? true : contains(["", "task"], var.pid_mode)
    error_message = "pid_mode is \"task\", or empty: Fargate knows no other."
  }
}

variable "platform_version" {
  description = "Platform version of Fargate: `LATEST` or a number like `1.4.0`."
  type        = string
  default     = "LATEST"
  nullable    = false

  validation {
    condition     = can(regex("^(LATEST|\\d+\\.\\d+\\.\\d+)$", var.platform_version))
    error_message = "platform_version is LATEST or three numbers, like 1.4.0."
  }
}

variable "propagate_tags" {
  description = "Where a task's tags come from: `SERVICE`, `TASK_DEFINITION` or `NONE`."
  type        = string
  default     = "SERVICE"
  nullable    = false

  validation {
    condition     = contains(["SERVICE", "TASK_DEFINITION", "NONE"], var.propagate_tags)
    error_message = "propagate_tags is SERVICE, TASK_DEFINITION or NONE."
  }
}

variable "runtime_platform" {
  description = "Operating system and processor architecture of the tasks."
  type = object({
    operating_system_family = optional(string, "LINUX")
    cpu_architecture        = optional(string, "X86_64")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.runtime_platform.cpu_architecture)
    error_message = "runtime_platform.cpu_architecture is X86_64 or ARM64."
  }

  validation {
    condition = contains([
      "LINUX", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL",
    ], var.runtime_platform.operating_system_family)
    error_message = "runtime_platform.operating_system_family is LINUX or a WINDOWS_SERVER_2019/2022 _CORE or _FULL."
  }
}

variable "secret_arns" {
  description = "Secrets Manager secrets and SSM parameters that the execution role may read. A JSON key or version at the end of a secret's ARN is allowed and left off in the policy. Give the complete ARN, with its six random characters: Secrets Manager takes a name that ends like them for complete."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.secret_arns : can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?|ssm:[a-z0-9-]+:\\d{12}:parameter/.+)$", arn))])
    error_message = "secret_arns are ARNs of Secrets Manager secrets or SSM parameters."
  }
}

variable "security_group_ids" {
  description = "Security groups of the tasks besides the created one."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "service_connect" {
  description = "Service Connect: the namespace and, for a service that is called, its named ports; null for none."
  type = object({
    namespace = optional(string)
    services = optional(map(object({
      port_name             = string
      discovery_name        = optional(string)
      ingress_port_override = optional(number)
      dns_name              = optional(string)
      port                  = optional(number)
    })), {})
  })
  default = null
}

variable "service_registry" {
  description = "Cloud Map service that the tasks register in; null for none."
  type = object({
    registry_arn   = string
    container_name = optional(string)
    container_port = optional(number)
    port           = optional(number)
  })
  default = null

  validation {
    condition     = var.service_registry == null ? true : alltrue([for port in [var.service_registry.container_port, var.service_registry.port] : port == null ? true : port >= 1 && port <= 65535])
    error_message = "service_registry: container_port and port are between 1 and 65535."
  }
}

variable "subnet_ids" {
  description = "Subnets of the tasks, at least one; private ones with a way out, or with the endpoints of the vpc module."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of everything; they win over the module's own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "task_role" {
  description = "The role of the application itself: the rights that `statements` and `policy_arns` (by a name of your own) give it. `create = false` with an `arn` brings your own, without one means no role."
  type = object({
    create               = optional(bool, true)
    arn                  = optional(string)
    name                 = optional(string)
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    policy_arns          = optional(map(string), {})
    statements = optional(list(object({
      sid        = optional(string)
      effect     = optional(string, "Allow")
      actions    = list(string)
      resources  = list(string)
      conditions = optional(map(map(list(string))), {})
    })), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.task_role.create || var.task_role.arn == null
    error_message = "task_role: an arn of your own goes with create = false."
  }

  validation {
    condition     = alltrue([for statement in var.task_role.statements : contains(["Allow", "Deny"], statement.effect)])
    error_message = "task_role: the effect of a statement is Allow or Deny."
  }
}

variable "volumes" {
  description = "Volumes of the task by name: empty for a scratch volume that containers share, or an EFS file system."
  type = map(object({
    efs = optional(object({
      file_system_id          = string
      root_directory          = optional(string)
      access_point_id         = optional(string)
      iam                     = optional(bool, false)
      transit_encryption      = optional(bool, true)
      transit_encryption_port = optional(number)
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for volume in values(var.volumes) : try(!volume.efs.iam && volume.efs.access_point_id == null || volume.efs.transit_encryption, true)])
    error_message = "volumes: EFS with IAM or an access point needs transit_encryption."
  }
}

variable "volumes_json" {
  description = "Volumes of the task as JSON text, in the form of RegisterTaskDefinition: what an instrumenting module puts out. A volume of the same name in `volumes` wins."
  type        = string
  default     = "[]"

  validation {
    condition     = var.volumes_json == null || var.volumes_json == "" ? true : can([for volume in concat(jsondecode(var.volumes_json)) : volume.name])
    error_message = "volumes_json is JSON text: a list of objects with a name."
  }
}

variable "vpc_id" {
  description = "VPC of the created security group."
  type        = string
  default     = null

  validation {
    condition     = var.vpc_id == null ? true : can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id is the id of a VPC, vpc-…"
  }
}
