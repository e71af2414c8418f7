variable "arm64_layout" {
  description = <<-EOT
    Where the sensor's loader lies on ARM64: in lib64 (default), as the vendor's module has it, or copied to lib, as
    deployed sensors have it.
  EOT
  type        = string
  default     = "lib64"
  nullable    = false

  validation {
    condition     = contains(["lib64", "lib"], var.arm64_layout)
    error_message = "arm64_layout must be \"lib64\" or \"lib\"."
  }
}

variable "checks" {
  description = "What a breach of the ECS and Fargate rules in your own definition does: `error`, `warn` or `off`."
  type        = string
  default     = "error"
  nullable    = false

  validation {
    condition     = contains(["error", "warn", "off"], var.checks)
    error_message = "checks must be \"error\", \"warn\" or \"off\"."
  }
}

variable "cid" {
  description = <<-EOT
    Customer ID with its checksum, as the console shows it. An identifier, not a key: it stands in plain text in the
    task definition. Required unless `falconctl_opts_secret` is given.
  EOT
  type        = string
  default     = null
}

variable "container_definitions" {
  description = <<-EOT
    Container definitions as JSON text, exactly what `aws_ecs_task_definition` takes; a whole task definition object
    is taken too. Give this or `task_definitions`.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.container_definitions == null || can(jsondecode(var.container_definitions))
    error_message = "container_definitions must be JSON text; use jsonencode(...) or file(...)."
  }
}

variable "cpu" {
  description = "CPU units of the init container; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.cpu, 0)))
    error_message = "cpu must be a whole number, 0 or more."
  }
}

variable "create" {
  description = "Whether to instrument at all. With `false` no program runs and every output is null or empty."
  type        = bool
  default     = true
  nullable    = false
}

variable "exclude" {
  description = "Names or shell-style patterns of containers to leave alone. One that matches nothing is an error."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "falconctl_opts" {
  description = <<-EOT
    Further options of `falconctl`, such as `--tags=web,prod --billing=metered`. A provisioning token belongs into
    `falconctl_opts_secret`.
  EOT
  type        = string
  default     = null
  sensitive   = true
}

variable "falconctl_opts_secret" {
  description = <<-EOT
    ARN of the Secrets Manager secret or SSM parameter that holds all options, `--cid=<cid>` first, in place of `cid`
    and `falconctl_opts`.
  EOT
  type        = string
  default     = null

  validation {
    condition = var.falconctl_opts_secret == null ? true : can(regex(
      "^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$",
      var.falconctl_opts_secret,
    ))
    error_message = "falconctl_opts_secret must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "ignore_warnings" {
  description = <<-EOT
    Warnings to leave out, each by its rule, such as `H12`, or by the address it begins with, such as
    `options.cpu`.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
}

variable "image_auth_secret" {
  description = "ARN of the secret with the credentials of the sensor image's registry."
  type        = string
  default     = null

  validation {
    condition = var.image_auth_secret == null ? true : can(regex(
      "^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$",
      var.image_auth_secret,
    ))
    error_message = "image_auth_secret must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "image_configs" {
  description = <<-EOT
    What images say of themselves, as JSON text: the content of the file that `fargate-instrument lock` writes. Needed
    where a container's entry point stands in its image alone.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.image_configs == null || can(keys(jsondecode(var.image_configs)))
    error_message = "image_configs must be a JSON object as text; use file(\"image-configs.lock.json\")."
  }
}

variable "include" {
  description = "Names or shell-style patterns of containers to instrument. Empty: every application container."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "label" {
  description = <<-EOT
    Name that stands in front of every error and warning, so that calls under `for_each` can be told apart. Default:
    `task.family`, and nothing in a batch, whose addresses name the entry.
  EOT
  type        = string
  default     = null
}

variable "log_configuration" {
  description = "Log configuration of the init container: three awslogs values, or ECS's own form."
  type = object({
    group     = optional(string)
    logDriver = optional(string)
    options   = optional(map(string))
    region    = optional(string)
    secretOptions = optional(list(object({
      name      = string
      valueFrom = string
    })))
    stream_prefix = optional(string)
  })
  default = null

  validation {
    condition = var.log_configuration == null ? true : alltrue([
      for key in ["group", "region", "stream_prefix"] :
      (var.log_configuration[key] == null) == (var.log_configuration.logDriver != null)
    ])
    error_message = "log_configuration must be group, region and stream_prefix, or logDriver with its options."
  }
}

variable "memory" {
  description = "Hard memory limit of the init container, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.memory, 0)))
    error_message = "memory must be a whole number, 0 or more."
  }
}

variable "memory_reservation" {
  description = "Soft memory limit of the init container, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.memory_reservation, 0)))
    error_message = "memory_reservation must be a whole number, 0 or more."
  }
}

variable "provenance" {
  description = "`label` records on each container what was put there, so that it can be taken out; `off` does not."
  type        = string
  default     = "label"
  nullable    = false

  validation {
    condition     = contains(["label", "off"], var.provenance)
    error_message = "provenance must be \"label\" or \"off\"."
  }
}

variable "python_command" {
  description = <<-EOT
    Command that starts Python 3.10 or newer, one word per element, such as `["py", "-3"]`. Default: `["python3"]`,
    and `["python"]` on Windows.
  EOT
  type        = list(string)
  default     = null

  validation {
    condition     = var.python_command == null ? true : length(var.python_command) > 0
    error_message = "python_command must have at least one element."
  }

  validation {
    condition = var.python_command == null ? true : alltrue([
      for word in var.python_command : length(trimspace(word)) > 0
    ])
    error_message = "python_command must have no empty element: the external provider drops those in silence."
  }
}

variable "rendered" {
  description = <<-EOT
    Result made beforehand, for runners without Python: the JSON object that the program printed, or the JSON list of
    container definitions that `fargate-instrument patch` wrote. With it no program runs.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.rendered == null || can(jsondecode(var.rendered))
    error_message = "rendered must be JSON text as the program printed it; use file(...)."
  }
}

variable "sensor_image" {
  description = "Image of the Falcon Container sensor, usually a copy in your own registry."
  type        = string

  validation {
    condition     = length(trimspace(var.sensor_image)) > 0
    error_message = "sensor_image must not be empty."
  }
}

variable "start_timeout" {
  description = "Seconds that the init container has to finish, 2 to 120; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.start_timeout, 0)))
    error_message = "start_timeout must be a whole number, 0 or more."
  }
}

variable "task" {
  description = <<-EOT
    Facts of the task definition, each optional. A fact that is not given switches off only the checks that need it.
  EOT
  type = object({
    cpu                      = optional(string)
    execution_role_arn       = optional(string)
    family                   = optional(string)
    memory                   = optional(string)
    network_mode             = optional(string)
    pid_mode                 = optional(string)
    platform_version         = optional(string)
    requires_compatibilities = optional(list(string))
    runtime_platform = optional(object({
      cpu_architecture        = optional(string)
      operating_system_family = optional(string)
    }))
    task_role_arn = optional(string)
    volumes       = optional(any)
  })
  default  = {}
  nullable = false
}

variable "task_definitions" {
  description = <<-EOT
    Batch: a map from a name of your choice to an object of `container_definitions` and, each optional, `task`,
    `options`, `agents`, `include` and `exclude`. One program run serves them all; an entry's options are merged over
    `options`, and its agents take the place of `agents`.
  EOT
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for entry in values(var.task_definitions) : can(jsondecode(entry.container_definitions))
    ])
    error_message = "task_definitions: every entry must hold container_definitions as JSON text."
  }

  validation {
    condition = alltrue(flatten([
      for entry in values(var.task_definitions) : [
        for key in keys(entry) : contains(
          ["agents", "container_definitions", "exclude", "include", "options", "task"], key
        )
      ]
    ]))
    error_message = "task_definitions: entries hold agents, container_definitions, exclude, include, options and task."
  }
}
