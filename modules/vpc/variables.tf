variable "availability_zone_count" {
  description = "Number of availability zones, the first ones of the region that have Fargate, when `availability_zones` is empty."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([2, 3, 4, 5, 6], var.availability_zone_count)
    error_message = "availability_zone_count is between 2 and 6."
  }
}

variable "availability_zones" {
  description = "Names of the availability zones, at least two; empty for the first `availability_zone_count` of the region. Name them for anything that is to last: a zone that AWS adds may come first."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.availability_zones) != 1
    error_message = "availability_zones needs at least two zones."
  }

  validation {
    condition     = length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "availability_zones names a zone twice."
  }
}

variable "cidr_block" {
  description = "IPv4 range of the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.cidr_block))
    error_message = "cidr_block is an IPv4 range in CIDR notation."
  }

  validation {
    condition     = try(tonumber(split("/", var.cidr_block)[1]) >= 16 && tonumber(split("/", var.cidr_block)[1]) <= 24, false)
    error_message = "cidr_block is between /16, the largest VPC, and /24, which still holds the subnets."
  }
}

variable "create" {
  description = "Whether the module creates anything at all."
  type        = bool
  default     = true
  nullable    = false
}

variable "endpoint_policies" {
  description = "Policies of endpoints, JSON text by service, in place of the module's own. That lets requests of this account's identities pass, and to `s3` the reading of ECR's layers; who reads public buckets without credentials through the endpoint opens it here."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for policy in values(var.endpoint_policies) : can(jsondecode(policy).Statement[0].Effect)])
    error_message = "endpoint_policies are policies as JSON text, with a list of statements."
  }
}

variable "fargate_endpoints" {
  description = "The one switch for tasks without a way out: interface endpoints for every service in `interface_endpoints`, and their security group."
  type        = bool
  default     = false
  nullable    = false
}

variable "flow_log" {
  description = <<-EOT
    Flow log of the VPC; null for none. To `cloud-watch-logs` (the default) the module makes the log group, unless `destination_arn` comes
    with `create_log_group = false`; to `s3` it needs the `destination_arn` of a bucket, as the flow-log-bucket module puts it out.
  EOT
  type = object({
    destination_type           = optional(string, "cloud-watch-logs")
    destination_arn            = optional(string)
    create_log_group           = optional(bool, true)
    retention_in_days          = optional(number, 365)
    kms_key_arn                = optional(string)
    traffic_type               = optional(string, "ALL")
    max_aggregation_interval   = optional(number, 600)
    log_format                 = optional(string)
    file_format                = optional(string, "plain-text")
    hive_compatible_partitions = optional(bool, false)
    per_hour_partition         = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.flow_log == null ? true : contains(["cloud-watch-logs", "s3"], var.flow_log.destination_type)
    error_message = "flow_log.destination_type is cloud-watch-logs or s3."
  }

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

  validation {
    condition = var.flow_log == null ? true : contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.flow_log.retention_in_days
    )
    error_message = "flow_log.retention_in_days is a value that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever."
  }
}

variable "gateway_endpoints" {
  description = "Gateway endpoints, which cost nothing: `s3` (layers of ECR images come from there), `dynamodb`."
  type        = set(string)
  default     = ["s3"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.gateway_endpoints : contains(["s3", "dynamodb"], service)])
    error_message = "gateway_endpoints: only s3 and dynamodb have gateway endpoints."
  }
}

variable "interface_endpoints" {
  description = "What `fargate_endpoints` makes endpoints for, by the service's name after the region, or in full. The default is what Fargate needs to pull, log, read secrets and take ECS Exec."
  type        = set(string)
  default     = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9]+([.-][a-z0-9]+)*$", service))])
    error_message = "interface_endpoints are names of services, like ecr.api, or in full, like com.amazonaws.eu-central-1.ecr.api."
  }
}

variable "name" {
  description = "Name of the VPC, and the stem of every other name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,200}$", var.name))
    error_message = "name is 1 to 200 letters, digits, hyphens and underscores."
  }
}

variable "nat_eip_allocation_ids" {
  description = "Elastic addresses that exist already, for the NAT gateways, in the order of the zones; empty to allocate new ones."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "nat_gateway" {
  description = "NAT gateways for the private subnets: `none`, `single` or `per_zone`."
  type        = string
  default     = "single"
  nullable    = false

  validation {
    condition     = contains(["none", "single", "per_zone"], var.nat_gateway)
    error_message = "nat_gateway is none, single or per_zone."
  }
}

variable "subnet_newbits" {
  description = "Bits that a derived subnet's prefix is longer than the VPC's. A quarter of the range goes to each tier."
  type        = number
  default     = 8
  nullable    = false

  validation {
    condition     = var.subnet_newbits >= 4 && var.subnet_newbits <= 12
    error_message = "subnet_newbits is between 4 and 12."
  }
}

variable "subnets" {
  description = <<-EOT
    The three tiers: `public` (route to the internet gateway), `private` (route to NAT, where there is one), `isolated` (no route out).
    `cidr_blocks` holds one range per zone; without it they are derived from the VPC's range. `tags` win over `var.tags`.
  EOT
  type = object({
    public = optional(object({
      create      = optional(bool, true)
      cidr_blocks = optional(list(string))
      tags        = optional(map(string), {})
    }), {})
    private = optional(object({
      create      = optional(bool, true)
      cidr_blocks = optional(list(string))
      tags        = optional(map(string), {})
    }), {})
    isolated = optional(object({
      create      = optional(bool, false)
      cidr_blocks = optional(list(string))
      tags        = optional(map(string), {})
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for cidr in flatten([for tier in values(var.subnets) : coalesce(tier.cidr_blocks, [])]) : can(cidrnetmask(cidr))
    ])
    error_message = "subnets: cidr_blocks are IPv4 ranges in CIDR notation."
  }

  validation {
    condition     = anytrue([for tier in values(var.subnets) : tier.create])
    error_message = "subnets: at least one tier must be created."
  }
}

variable "tags" {
  description = "Tags of everything; they win over the module's own."
  type        = map(string)
  default     = {}
  nullable    = false
}
