variable "application_image" {
  description = "Image of the application."
  type        = string
  default     = "falcosecurity/event-generator:0.11.0"

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.application_image)) && !endswith(var.application_image, ":latest")
    error_message = "application_image must carry a tag other than latest, or a digest."
  }
}

variable "availability_zones" {
  description = "Availability zones by name, exactly two; empty for the first two of the region that have Fargate. Their letters differ from account to account."
  type        = list(string)
  default     = []

  validation {
    condition     = contains([0, 2], length(var.availability_zones))
    error_message = "availability_zones must name two zones, or none: the subnets have two ranges."
  }
}

variable "collector_cidr_blocks" {
  description = "Ranges that the collector is reached in. Sysdig publishes those of each region; the default leaves only the port limited."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for block in var.collector_cidr_blocks : can(cidrnetmask(block))])
    error_message = "collector_cidr_blocks must be IPv4 ranges in CIDR notation."
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

variable "desired_count" {
  description = "Number of tasks of the application."
  type        = number
  default     = 1

  validation {
    condition     = var.desired_count >= 0 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count must be a whole number, 0 or more."
  }
}

variable "flow_log_force_destroy" {
  description = "Whether a destroy deletes the flow logs with their bucket."
  type        = bool
  default     = false
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

variable "orchestrator_agent_image" {
  description = "Image of the Sysdig orchestrator agent."
  type        = string
  default     = "quay.io/sysdig/orchestrator-agent:5.0.0"

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.orchestrator_agent_image)) && !endswith(var.orchestrator_agent_image, ":latest")
    error_message = "orchestrator_agent_image must carry a tag other than latest, or a digest."
  }
}

variable "orchestrator_port" {
  description = "Port that the orchestrator agent listens on."
  type        = number
  default     = 6667

  validation {
    condition     = var.orchestrator_port >= 1 && var.orchestrator_port <= 65535 && floor(var.orchestrator_port) == var.orchestrator_port
    error_message = "orchestrator_port must be a port, 1 to 65535."
  }
}

variable "prefix" {
  description = "Beginning of every name."
  type        = string
  default     = "sysdig-fargate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.prefix))
    error_message = "prefix must be 3 to 20 lower-case letters, digits and hyphens, beginning with a letter."
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

variable "workload_agent_image" {
  description = "Image of the Sysdig workload agent."
  type        = string
  default     = "quay.io/sysdig/workload-agent:5.0.0"

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.workload_agent_image)) && !endswith(var.workload_agent_image, ":latest")
    error_message = "workload_agent_image must carry a tag other than latest, or a digest."
  }
}
