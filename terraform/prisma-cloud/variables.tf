variable "application_image" {
  description = "Image of the web server, which has /http_server: the task starts that."
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

variable "defender_image" {
  description = "Image of the Defender, as your Console names it under Manual deploy."
  type        = string

  validation {
    condition     = can(regex("(:[^/:]+|@sha256:[0-9a-f]{64})$", var.defender_image)) && !endswith(var.defender_image, ":latest")
    error_message = "defender_image must carry a tag other than latest, or a digest."
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

variable "filesystem_monitoring" {
  description = "Whether the Defender watches the file system."
  type        = bool
  default     = true
}

variable "image_auth_secret_arn" {
  description = "ARN of the secret with the credentials for the registry of `defender_image`; null where it needs none."
  type        = string
  default     = null

  validation {
    condition     = var.image_auth_secret_arn == null ? true : can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", var.image_auth_secret_arn))
    error_message = "image_auth_secret_arn must be the ARN of a Secrets Manager secret or an SSM parameter."
  }
}

variable "install_bundle_secret_arn" {
  description = "ARN of the Secrets Manager secret or SSM parameter that holds the install bundle of your Console. Terraform never sees the bundle."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", var.install_bundle_secret_arn))
    error_message = "install_bundle_secret_arn must be the ARN of a Secrets Manager secret or an SSM parameter."
  }
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
  default     = "prisma-cloud"

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

variable "tags" {
  description = "Tags of everything."
  type        = map(string)
  default     = {}
}

variable "ws_address" {
  description = "Address of your Console, such as `wss://console.example:443`."
  type        = string

  validation {
    condition     = can(regex("^wss://[^/:]+:[0-9]{1,5}$", var.ws_address))
    error_message = "ws_address must have the form wss://<host>:<port>."
  }
}
