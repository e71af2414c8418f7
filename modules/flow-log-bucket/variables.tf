variable "access_log" {
  description = "Bucket and prefix that receive the server access log of this bucket; null for none."
  type = object({
    bucket = string
    prefix = optional(string, "")
  })
  default = null
}

variable "bucket_owner_acl_condition" {
  description = "Adds the condition s3:x-amz-acl = bucket-owner-full-control to the write statement, as AWS's own sample has it. Off by default: ACLs are off on this bucket, and there are reports of deliveries that send no such header."
  type        = bool
  default     = false
  nullable    = false
}

variable "create" {
  description = "Whether the module creates anything at all."
  type        = bool
  default     = true
  nullable    = false
}

variable "encryption" {
  description = <<-EOT
    `sse` is `AES256` (S3's own keys) or `aws:kms`. With `aws:kms`, `create_key` makes a key whose policy lets the log delivery use it;
    without it, `key_arn` names yours, whose policy must do so. The AWS-managed key aws/s3 cannot be used for flow logs.
  EOT
  type = object({
    sse        = optional(string, "AES256")
    create_key = optional(bool, false)
    key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["AES256", "aws:kms"], var.encryption.sse)
    error_message = "encryption.sse is AES256 or aws:kms."
  }

  validation {
    condition     = var.encryption.sse == "aws:kms" || !var.encryption.create_key && var.encryption.key_arn == null
    error_message = "encryption: create_key and key_arn need sse = \"aws:kms\"."
  }

  validation {
    condition     = var.encryption.sse != "aws:kms" || var.encryption.create_key != (var.encryption.key_arn != null)
    error_message = "encryption: aws:kms needs either create_key = true or a key_arn."
  }

  validation {
    condition     = var.encryption.key_arn == null ? true : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:\\d{12}:key/.+$", var.encryption.key_arn))
    error_message = "encryption.key_arn is the ARN of a KMS key."
  }
}

variable "flow_log" {
  description = "Creates the flow log of a VPC as well; null where the VPC's own module does it."
  type = object({
    vpc_id                   = string
    traffic_type             = optional(string, "ALL")
    max_aggregation_interval = optional(number, 600)
    log_format               = optional(string)
    file_format              = optional(string, "plain-text")
    per_hour_partition       = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.flow_log == null ? true : contains(["ACCEPT", "REJECT", "ALL"], var.flow_log.traffic_type)
    error_message = "flow_log.traffic_type is ACCEPT, REJECT or ALL."
  }

  validation {
    condition     = var.flow_log == null ? true : contains([60, 600], var.flow_log.max_aggregation_interval)
    error_message = "flow_log.max_aggregation_interval is 60 or 600 seconds."
  }

  validation {
    condition     = var.flow_log == null ? true : contains(["plain-text", "parquet"], var.flow_log.file_format)
    error_message = "flow_log.file_format is plain-text or parquet."
  }
}

variable "force_destroy" {
  description = "Whether a destroy deletes the logs with the bucket."
  type        = bool
  default     = false
  nullable    = false
}

variable "hive_compatible_partitions" {
  description = "Whether the flow logs are delivered under Hive-compatible names (AWSLogs/aws-account-id=…/). The bucket policy must know."
  type        = bool
  default     = false
  nullable    = false
}

variable "lifecycle_rules" {
  description = "Days until logs move to a cheaper class (S3 leaves objects under 128 KB where they are), expire, until old versions go, and until unfinished uploads are dropped; 0 switches one of the first three off."
  type = object({
    transition_days       = optional(number, 90)
    transition_class      = optional(string, "STANDARD_IA")
    expiration_days       = optional(number, 365)
    noncurrent_days       = optional(number, 30)
    abort_incomplete_days = optional(number, 7)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"], var.lifecycle_rules.transition_class)
    error_message = "lifecycle_rules.transition_class is STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER or DEEP_ARCHIVE."
  }

  validation {
    condition     = !contains(["STANDARD_IA", "ONEZONE_IA"], var.lifecycle_rules.transition_class) || var.lifecycle_rules.transition_days == 0 || var.lifecycle_rules.transition_days >= 30
    error_message = "lifecycle_rules: S3 moves nothing to STANDARD_IA or ONEZONE_IA before 30 days."
  }

  validation {
    condition     = var.lifecycle_rules.expiration_days == 0 || var.lifecycle_rules.expiration_days > var.lifecycle_rules.transition_days
    error_message = "lifecycle_rules.expiration_days must come after transition_days."
  }

  validation {
    condition     = min(var.lifecycle_rules.transition_days, var.lifecycle_rules.expiration_days, var.lifecycle_rules.noncurrent_days) >= 0 && var.lifecycle_rules.abort_incomplete_days >= 1
    error_message = "lifecycle_rules: a number of days is not negative, and abort_incomplete_days is at least 1."
  }
}

variable "log_prefix" {
  description = "Folder of the logs in the bucket, without slashes at its ends; empty for the root."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9!_.'()-]+(/[A-Za-z0-9!_.'()-]+)*)?$", var.log_prefix)) && !startswith(var.log_prefix, "AWSLogs")
    error_message = "log_prefix is a path without slashes at its ends, and not AWSLogs, which is reserved."
  }
}

variable "minimum_tls_version" {
  description = "Oldest TLS version that the bucket answers: 1.2 or 1.3. AWS does not document which version the log delivery speaks; with 1.3 look whether logs still come."
  type        = string
  default     = "1.2"
  nullable    = false

  validation {
    condition     = contains(["1.2", "1.3"], var.minimum_tls_version)
    error_message = "minimum_tls_version is 1.2 or 1.3."
  }
}

variable "name" {
  description = "Name of the bucket; or give `name_prefix`."
  type        = string
  default     = null

  validation {
    condition     = var.name == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.name)) && !can(regex("\\.\\.|\\.-|-\\.", var.name))
    error_message = "name is 3 to 63 lower-case letters, digits, hyphens and dots, begins and ends with a letter or digit."
  }
}

variable "name_prefix" {
  description = "Beginning of a bucket name that AWS completes; or give `name`."
  type        = string
  default     = null

  validation {
    condition     = var.name_prefix == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{0,36}$", var.name_prefix))
    error_message = "name_prefix is 1 to 37 lower-case letters, digits, hyphens and dots: the provider appends 26 characters."
  }
}

variable "organization_id" {
  description = "Organization (o-…) whose accounts may all deliver logs here; null for single accounts."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id is o- and 10 to 32 lower-case letters or digits."
  }
}

variable "source_account_ids" {
  description = "Accounts whose flow logs may be delivered here; empty for this account alone."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.source_account_ids : can(regex("^\\d{12}$", id))])
    error_message = "source_account_ids are account ids of 12 digits."
  }
}

variable "source_regions" {
  description = "Regions from which logs may be delivered; empty for this region alone, [\"*\"] for all."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for region in var.source_regions : can(regex("^(\\*|[a-z]{2,4}(-[a-z]+)+-\\d)$", region))])
    error_message = "source_regions are names of regions, like ap-northeast-1, or *."
  }
}

variable "tags" {
  description = "Tags of everything; they win over the module's own."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "versioning" {
  description = "Whether the bucket keeps old versions of its objects."
  type        = bool
  default     = true
  nullable    = false
}
