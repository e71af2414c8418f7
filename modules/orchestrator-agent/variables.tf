variable "access_key" {
  description = "Sysdig access key in plain text. It ends up in the state and in the task definition, so it needs `allow_plain_text_access_key`; `access_key_secret` is the way."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.access_key == null ? true : !startswith(var.access_key, "arn:")
    error_message = "access_key is the key itself: an ARN belongs in access_key_secret."
  }
}

variable "access_key_secret" {
  description = "ARN of the Secrets Manager secret (a JSON key may follow) or SSM parameter that holds the Sysdig access key, in any partition."
  type        = string
  default     = null

  validation {
    condition     = var.access_key_secret == null ? true : can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:\\d{12}:secret:[^:]+(:[^:]*:[^:]*:[^:]*)?|ssm:[a-z0-9-]+:\\d{12}:parameter/.+)$", var.access_key_secret))
    error_message = "access_key_secret is the ARN of a Secrets Manager secret or an SSM parameter."
  }
}

variable "agent_extra_conf" {
  description = "More lines of agent configuration, YAML, appended to what the module writes."
  type        = string
  default     = ""
  nullable    = false
}

variable "agent_image" {
  description = "Image of the orchestrator agent, with a tag or digest. 5.x works with workload agents 4.3 and 5.x, none with 6.x."
  type        = string
  default     = "quay.io/sysdig/orchestrator-agent:5.0.0"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._:/@-]*$", var.agent_image))
    error_message = "agent_image is an image reference, like quay.io/sysdig/orchestrator-agent:5.0.0."
  }
}

variable "agent_log_level" {
  description = "Log level of the agent: `fatal`, `critical`, `error`, `warning`, `notice`, `info`, `debug` or `trace`."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["fatal", "critical", "error", "warning", "notice", "info", "debug", "trace"], var.agent_log_level)
    error_message = "agent_log_level is fatal, critical, error, warning, notice, info, debug or trace."
  }
}

variable "agent_tags" {
  description = "Tags that the agent reports to Sysdig."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.agent_tags : !can(regex("[:,]", "${key}${value}"))])
    error_message = "agent_tags: neither keys nor values hold a colon or a comma."
  }
}

variable "allow_plain_text_access_key" {
  description = "Accepts `access_key`, with the key in the state and in the task definition."
  type        = bool
  default     = false
  nullable    = false
}

variable "allow_unpinned_image" {
  description = "Accepts an `agent_image` without a tag, or with the tag latest."
  type        = bool
  default     = false
  nullable    = false
}

variable "assign_public_ip" {
  description = "Gives the tasks public addresses: only where they stand in public subnets without NAT."
  type        = bool
  default     = false
  nullable    = false
}

variable "autoscaling" {
  description = "Target tracking on the number of tasks; null for none. AWS's service-linked role does it."
  type = object({
    target_metric      = optional(string, "ECSServiceAverageCPUUtilization")
    target_value       = optional(number, 70)
    min_capacity       = optional(number, 1)
    max_capacity       = number
    scale_in_cooldown  = optional(number, 300)
    scale_out_cooldown = optional(number, 60)
  })
  default = null

  validation {
    condition     = var.autoscaling == null ? true : contains(["ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization"], var.autoscaling.target_metric)
    error_message = "autoscaling.target_metric is ECSServiceAverageCPUUtilization or ECSServiceAverageMemoryUtilization."
  }

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.min_capacity >= 1 && var.autoscaling.max_capacity >= var.autoscaling.min_capacity
    error_message = "autoscaling needs 1 <= min_capacity <= max_capacity."
  }

  validation {
    condition     = var.autoscaling == null ? true : var.autoscaling.target_value > 0 && var.autoscaling.target_value <= 100
    error_message = "autoscaling.target_value is a percentage."
  }
}

variable "availability_zone_rebalancing" {
  description = "Whether ECS moves tasks between zones to keep them even: `ENABLED` or `DISABLED`. ECS refuses it where `deployment.maximum_percent` is not greater than 100."
  type        = string
  default     = "ENABLED"
  nullable    = false

  validation {
    condition     = contains(["ENABLED", "DISABLED"], var.availability_zone_rebalancing)
    error_message = "availability_zone_rebalancing is ENABLED or DISABLED."
  }
}

variable "check_collector_certificate" {
  description = "Whether the agent checks the collector's certificate."
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

variable "collector_ca_certificate" {
  description = "Certificate of a collector of your own: how `value` is encoded, the value, and where the agent puts it."
  type = object({
    type  = optional(string, "base64")
    value = optional(string, "")
    path  = optional(string, "/ssl/collector_cert.pem")
  })
  default  = {}
  nullable = false
}

variable "collector_cidr_blocks" {
  description = "Where the collector may be: the agent's way out on the collector's port. Sysdig publishes the ranges of its regions."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.collector_cidr_blocks : can(cidrnetmask(cidr))])
    error_message = "collector_cidr_blocks are IPv4 ranges in CIDR notation."
  }
}

variable "collector_configuration" {
  description = "Which CA certificate file the agent uses for the collector; empty for the image's own."
  type = object({
    ca_certificate = optional(string, "")
  })
  default  = {}
  nullable = false
}

variable "collector_host" {
  description = "Host of the collector; takes the place of what `sysdig_region` stands for."
  type        = string
  default     = null

  validation {
    condition     = var.collector_host == null ? true : can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", var.collector_host))
    error_message = "collector_host is a host name or address, without scheme and port."
  }
}

variable "collector_port" {
  description = "Port of the collector; null for 6443, or 443 of the alternative collector."
  type        = number
  default     = null

  validation {
    condition     = var.collector_port == null ? true : var.collector_port >= 1 && var.collector_port <= 65535
    error_message = "collector_port is between 1 and 65535."
  }
}

variable "container" {
  description = "Details of the agent's container: health check, read-only root file system, user, ulimits by name, seconds until it is stopped."
  type = object({
    essential                = optional(bool, true)
    readonly_root_filesystem = optional(bool, false)
    user                     = optional(string)
    stop_timeout             = optional(number)
    ulimits = optional(map(object({
      soft_limit = number
      hard_limit = number
    })), {})
    health_check = optional(object({
      command      = list(string)
      interval     = optional(number, 30)
      timeout      = optional(number, 5)
      retries      = optional(number, 3)
      start_period = optional(number, 60)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.container.stop_timeout == null ? true : var.container.stop_timeout >= 2 && var.container.stop_timeout <= 120
    error_message = "container.stop_timeout is between 2 and 120 seconds on Fargate."
  }

  validation {
    condition     = var.container.health_check == null ? true : contains(["CMD", "CMD-SHELL", "NONE"], try(var.container.health_check.command[0], ""))
    error_message = "container.health_check.command begins with CMD, CMD-SHELL or NONE."
  }
}

variable "container_insights" {
  description = "Container Insights of the created cluster: `disabled`, `enabled` or `enhanced`."
  type        = string
  default     = "enabled"
  nullable    = false

  validation {
    condition     = contains(["disabled", "enabled", "enhanced"], var.container_insights)
    error_message = "container_insights is disabled, enabled or enhanced."
  }
}

variable "cpu" {
  description = "CPU units of the task."
  type        = number
  default     = 2048
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

variable "deployment" {
  description = "How ECS replaces tasks: healthy percentages, circuit breaker and rollback, whether Terraform waits for a steady service."
  type = object({
    minimum_healthy_percent = optional(number, 100)
    maximum_percent         = optional(number, 200)
    circuit_breaker         = optional(bool, true)
    rollback                = optional(bool, true)
    wait_for_steady_state   = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.deployment.minimum_healthy_percent >= 0 && var.deployment.minimum_healthy_percent <= 100
    error_message = "deployment.minimum_healthy_percent is between 0 and 100."
  }

  validation {
    condition     = var.deployment.maximum_percent > var.deployment.minimum_healthy_percent && var.deployment.maximum_percent <= 200
    error_message = "deployment.maximum_percent is greater than minimum_healthy_percent, and at most 200."
  }

  validation {
    condition     = var.deployment.circuit_breaker || !var.deployment.rollback
    error_message = "deployment.rollback needs deployment.circuit_breaker."
  }
}

variable "desired_count" {
  description = "Number of tasks. With autoscaling it is the number at creation only."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count is a whole number from 0 up."
  }
}

variable "ecr" {
  description = "Which ECR repositories the execution role may pull from, besides the image's own; `pull_through_cache` adds what the first pull through a cache rule needs."
  type = object({
    repository_arns    = optional(list(string), [])
    pull_through_cache = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "egress_rules" {
  description = "Ways out of the tasks, by a name of your own, in place of the default: the collector's port, HTTPS, DNS inside the VPC, and the proxy where there is one."
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
  default = null

  validation {
    condition     = alltrue([for rule in values(coalesce(var.egress_rules, {})) : contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)])
    error_message = "egress_rules: a protocol is tcp, udp, icmp, icmpv6 or -1."
  }
}

variable "execution_role" {
  description = "The role with which ECS starts the tasks; `create = false` with an `arn` brings your own, which must be able to read `access_key_secret`."
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

variable "exposure" {
  description = "How workload agents find the orchestrator: `load_balancer`, whose address is known after the first apply, or `cloud_map`, whose name is known before."
  type        = string
  default     = "load_balancer"
  nullable    = false

  validation {
    condition     = contains(["load_balancer", "cloud_map"], var.exposure)
    error_message = "exposure is load_balancer or cloud_map."
  }
}

variable "http_proxy_ca_certificate" {
  description = "Certificate of the proxy: how `value` is encoded, the value, and where the agent puts it."
  type = object({
    type  = optional(string, "base64")
    value = optional(string, "")
    path  = optional(string, "/ssl/proxy_cert.pem")
  })
  default  = {}
  nullable = false
}

variable "http_proxy_configuration" {
  description = "Proxy on the way to the collector; none without `proxy_host`. The password comes from a secret, by its ARN; `cidr_block` is where the proxy is, null for the VPC."
  type = object({
    proxy_host             = optional(string, "")
    proxy_port             = optional(number, 3128)
    proxy_user             = optional(string, "")
    proxy_password_secret  = optional(string)
    ssl                    = optional(bool, false)
    ssl_verify_certificate = optional(bool, true)
    ca_certificate         = optional(string, "")
    cidr_block             = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.http_proxy_configuration.proxy_port >= 1 && var.http_proxy_configuration.proxy_port <= 65535
    error_message = "http_proxy_configuration.proxy_port is between 1 and 65535."
  }

  validation {
    condition     = var.http_proxy_configuration.proxy_password_secret == null ? true : can(regex("^arn:[a-z0-9-]+:(secretsmanager|ssm):[a-z0-9-]+:\\d{12}:(secret:|parameter/).+$", var.http_proxy_configuration.proxy_password_secret))
    error_message = "http_proxy_configuration.proxy_password_secret is the ARN of a Secrets Manager secret or an SSM parameter."
  }
}

variable "ingress_cidr_blocks" {
  description = "Where workload agents are; null for the whole VPC. Never everywhere."
  type        = list(string)
  default     = null

  validation {
    condition     = var.ingress_cidr_blocks == null ? true : alltrue([for cidr in coalesce(var.ingress_cidr_blocks, []) : can(cidrnetmask(cidr))])
    error_message = "ingress_cidr_blocks are IPv4 ranges in CIDR notation."
  }

  validation {
    condition     = var.ingress_cidr_blocks == null ? true : alltrue([for cidr in coalesce(var.ingress_cidr_blocks, []) : try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "ingress_cidr_blocks: a range larger than /8 opens the orchestrator to the world."
  }
}

variable "ingress_security_group_ids" {
  description = "Security groups of the workload agents, by a name of your own; they come on top of `ingress_cidr_blocks` (set that to [] for groups alone)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(distinct(values(var.ingress_security_group_ids))) == length(var.ingress_security_group_ids)
    error_message = "ingress_security_group_ids names a group twice."
  }
}

variable "kms_key_arns" {
  description = "Keys that encrypt the secrets, which the execution role may decrypt with."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\\d{12}:key/.+$", arn))])
    error_message = "kms_key_arns are ARNs of KMS keys."
  }
}

variable "kms_via_services" {
  description = "Services through which alone the execution role may decrypt with `kms_key_arns`; empty for any way."
  type        = list(string)
  default     = ["secretsmanager", "ssm"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.kms_via_services : can(regex("^[a-z0-9-]+$", service))])
    error_message = "kms_via_services are names of services, like secretsmanager."
  }
}

variable "load_balancer" {
  description = <<-EOT
    The internal network load balancer: its name, cross-zone balancing, deletion protection, the health check of its targets.
    `dns_record` gives it a name of your own in a hosted zone, which is known before the first apply.
  EOT
  type = object({
    name                 = optional(string)
    cross_zone           = optional(bool, true)
    deletion_protection  = optional(bool, false)
    deregistration_delay = optional(number, 60)
    dns_record = optional(object({
      zone_id = string
      name    = string
    }))
    health_check = optional(object({
      protocol            = optional(string, "TCP")
      port                = optional(string, "traffic-port")
      path                = optional(string)
      interval            = optional(number, 30)
      timeout             = optional(number, 10)
      healthy_threshold   = optional(number, 3)
      unhealthy_threshold = optional(number, 3)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.load_balancer.name == null ? true : can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$", var.load_balancer.name)) && !startswith(var.load_balancer.name, "internal-")
    error_message = "load_balancer.name is 1 to 32 letters, digits and hyphens, with no hyphen at its ends and no internal- at its beginning."
  }

  validation {
    condition     = var.load_balancer.health_check.port == "traffic-port" || try(tonumber(var.load_balancer.health_check.port) >= 1 && tonumber(var.load_balancer.health_check.port) <= 65535, false)
    error_message = "load_balancer.health_check.port is traffic-port, or between 1 and 65535."
  }

  validation {
    condition     = var.load_balancer.health_check.path == null || var.load_balancer.health_check.protocol != "TCP"
    error_message = "load_balancer.health_check.path goes with protocol HTTP or HTTPS."
  }

  validation {
    condition     = contains(["TCP", "HTTP", "HTTPS"], var.load_balancer.health_check.protocol)
    error_message = "load_balancer.health_check.protocol is TCP, HTTP or HTTPS."
  }

  validation {
    condition     = var.load_balancer.health_check.interval >= 5 && var.load_balancer.health_check.interval <= 300
    error_message = "load_balancer.health_check.interval is between 5 and 300 seconds."
  }

  validation {
    condition     = var.load_balancer.deregistration_delay >= 0 && var.load_balancer.deregistration_delay <= 3600
    error_message = "load_balancer.deregistration_delay is between 0 and 3600 seconds."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the log group; null for CloudWatch's own."
  type        = string
  default     = null
}

variable "log_retention_days" {
  description = "Days that the agent's log is kept; 0 for ever."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is a value that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever."
  }
}

variable "memory" {
  description = "Memory of the task in MiB, one of those that Fargate offers for the `cpu`."
  type        = number
  default     = 8192
  nullable    = false

  validation {
    condition     = var.memory >= 512 && var.memory <= 122880
    error_message = "memory is between 512 and 122880 MiB."
  }
}

variable "name" {
  description = "Name of the service, and the stem of every other name."
  type        = string
  default     = "sysdig-fargate-orchestrator"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$", var.name))
    error_message = "name is 1 to 200 letters, digits, hyphens and underscores."
  }
}

variable "orchestrator_port" {
  description = "Port that the orchestrator listens on."
  type        = number
  default     = 6667
  nullable    = false

  validation {
    condition     = var.orchestrator_port >= 1 && var.orchestrator_port <= 65535
    error_message = "orchestrator_port is between 1 and 65535."
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

variable "runtime_platform" {
  description = "Processor architecture of the tasks; Sysdig documents amd64 only."
  type = object({
    cpu_architecture = optional(string, "X86_64")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["X86_64", "ARM64"], var.runtime_platform.cpu_architecture)
    error_message = "runtime_platform.cpu_architecture is X86_64 or ARM64."
  }
}

variable "service_discovery" {
  description = "The Cloud Map name, for `exposure = \"cloud_map\"`: the private namespace to create, or with `create_namespace = false` the one of `namespace_id`, and the service's name in it."
  type = object({
    create_namespace = optional(bool, true)
    namespace_id     = optional(string)
    namespace_name   = optional(string, "sysdig.internal")
    service_name     = optional(string, "orchestrator")
    ttl              = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", var.service_discovery.namespace_name))
    error_message = "service_discovery.namespace_name is a domain name."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$", var.service_discovery.service_name))
    error_message = "service_discovery.service_name is one label of a domain name."
  }

  validation {
    condition     = !var.service_discovery.create_namespace || var.service_discovery.namespace_id == null
    error_message = "service_discovery: a namespace_id goes with create_namespace = false."
  }
}

variable "subnets" {
  description = "Subnets of the load balancer and the tasks, at least two in different zones; private ones with a way out."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "sysdig_region" {
  description = "Region of the Sysdig account, which says where the collector is: us1, us2, us3, us4, eu1, eu2, au1, in1, jp1, me2, or one of IBM Cloud's, like eu-de-secure or us-south-private-monitor."
  type        = string
  default     = null

  validation {
    condition = var.sysdig_region == null ? true : anytrue([
      contains(["us1", "us2", "us3", "us4", "eu1", "eu2", "au1", "in1", "jp1", "me2"], var.sysdig_region),
      can(regex("^(au-syd|br-sao|ca-mon|ca-tor|eu-de|eu-gb|in-che|in-mum|jp-osa|jp-tok|us-east|us-south)-(private-)?(monitor|secure)$", var.sysdig_region)),
    ])
    error_message = "sysdig_region is us1, us2, us3, us4, eu1, eu2, au1, in1, jp1, me2, or a region of IBM Cloud with -monitor, -secure, -private-monitor or -private-secure."
  }
}

variable "tags" {
  description = "Tags of everything; they win over the module's own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "use_alternative_collector" {
  description = "Takes the region's alternative collector, which listens on 443."
  type        = bool
  default     = false
  nullable    = false
}

variable "vpc_id" {
  description = "VPC of the orchestrator: one orchestrator serves one VPC."
  type        = string
  default     = null

  validation {
    condition     = var.vpc_id == null ? true : can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id is the id of a VPC, vpc-…"
  }
}
