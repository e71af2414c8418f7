variable "agent_version" {
  description = "Tag of the orchestrator and workload agent images."
  type        = string
  default     = "5.0.0"

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+)*[0-9A-Za-z._-]*$", var.agent_version))
    error_message = "agent_version must be a tag that begins with a number."
  }
}

variable "application_image" {
  description = "Image of the application, in an ECR repository of this region: nothing else can be pulled from here."
  type        = string

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.application_image)) && !endswith(var.application_image, ":latest")
    error_message = "application_image must carry a tag other than latest, or a digest."
  }
}

variable "availability_zones" {
  description = "Availability zones by name, at least two; empty for the first two of the region that have Fargate. Their letters differ from account to account."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.availability_zones) != 1
    error_message = "availability_zones must name at least two zones, or none."
  }
}

variable "collector_host" {
  description = "Host name of the Sysdig collector of your region."
  type        = string
  default     = "ingest.au1.sysdig.com"
}

variable "collector_port" {
  description = "Port of the Sysdig collector."
  type        = number
  default     = 6443

  validation {
    condition     = var.collector_port >= 1 && var.collector_port <= 65535 && floor(var.collector_port) == var.collector_port
    error_message = "collector_port must be a port, 1 to 65535."
  }
}

variable "create_pull_through_cache" {
  description = "Whether to make the rule that pulls from quay.io. A registry has one rule per prefix: `false` where yours has it already."
  type        = bool
  default     = true
}

variable "desired_count" {
  description = "Number of tasks of the application."
  type        = number
  default     = 1

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count must be a whole number, 0 or more."
  }
}

variable "interface_endpoints" {
  description = "Interface endpoints, by the service's name after the region or in full; null for ECR, CloudWatch Logs, Secrets Manager, SSM and its messages. In China those of ECR are `cn.com.amazonaws.<region>.ecr.api` and `.ecr.dkr`."
  type        = set(string)
  default     = null
}

variable "kms_key_arns" {
  description = "Keys that encrypt the secrets, where they are keys of your own."
  type        = list(string)
  default     = []
}

variable "log_retention_in_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days must be a value that CloudWatch offers, such as 30, 90 or 365."
  }
}

variable "prefix" {
  description = "Beginning of every name."
  type        = string
  default     = "sysdig-no-nat"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 3 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "proxy_cidr_blocks" {
  description = "Ranges that the proxy is reached in."
  type        = list(string)

  validation {
    condition     = length(var.proxy_cidr_blocks) > 0 && alltrue([for block in var.proxy_cidr_blocks : can(cidrnetmask(block))])
    error_message = "proxy_cidr_blocks must be IPv4 ranges in CIDR notation."
  }
}

variable "proxy_host" {
  description = "Host name of the HTTP proxy that leads to the collector."
  type        = string

  validation {
    condition     = length(trimspace(var.proxy_host)) > 0
    error_message = "proxy_host must not be empty."
  }
}

variable "proxy_port" {
  description = "Port of the HTTP proxy."
  type        = number
  default     = 3128

  validation {
    condition     = var.proxy_port >= 1 && var.proxy_port <= 65535 && floor(var.proxy_port) == var.proxy_port
    error_message = "proxy_port must be a port, 1 to 65535."
  }
}

variable "pull_through_cache_prefix" {
  description = "Repository prefix of the pull-through cache for quay.io."
  type        = string
  default     = "quay"

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.pull_through_cache_prefix))
    error_message = "pull_through_cache_prefix must be lower-case letters and digits, with single separators between them."
  }
}

variable "python_command" {
  description = "Command that starts Python 3.10 or newer, one word per element; null for `python3`."
  type        = list(string)
  default     = null
}

variable "region" {
  description = "AWS region to build in."
  type        = string
  default     = "ap-northeast-1"

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as \"ap-northeast-1\"."
  }
}

variable "sysdig_access_key_secret_arn" {
  description = "ARN of the Secrets Manager secret or SSM parameter that holds your Sysdig access key. Terraform never sees the key."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", var.sysdig_access_key_secret_arn))
    error_message = "sysdig_access_key_secret_arn must be the ARN of a Secrets Manager secret or an SSM parameter."
  }
}

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}
