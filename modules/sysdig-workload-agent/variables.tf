variable "bare_pdig_on_containers" {
  description = "Containers that run under bare pdig, by exact name."
  type        = list(string)
  default     = []
  nullable    = false
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

variable "collector_host" {
  description = "Collector of your Sysdig region, for agents 6 and newer. Required unless `orchestrator_host` is given."
  type        = string
  default     = null

  validation {
    condition     = var.collector_host == null ? true : can(regex("^[^\\s/:]*$", var.collector_host))
    error_message = "collector_host must be a host name alone, without scheme, port or path."
  }
}

variable "collector_port" {
  description = "Port of the collector; the agent's own default is 6443."
  type        = string
  default     = null

  validation {
    condition = try(
      parseint(var.collector_port, 10) > 0 && parseint(var.collector_port, 10) < 65536,
      var.collector_port == null,
    )
    error_message = "collector_port must be a port, 1 to 65535."
  }
}

variable "compatibility" {
  description = <<-EOT
    `provider-v3`: the exact output of the vendor's provider 3.9, to migrate without a diff; empty: this program's
    own.
  EOT
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = contains(["", "provider-v3"], var.compatibility)
    error_message = "compatibility must be \"\" or \"provider-v3\"."
  }
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

variable "ignore_containers" {
  description = "Containers to leave alone, by exact name."
  type        = list(string)
  default     = []
  nullable    = false
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
  description = "ARN of the secret with the credentials of the agent image's registry."
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

variable "instrumentation_cpu" {
  description = "CPU units of the agent's container; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.instrumentation_cpu, 0)))
    error_message = "instrumentation_cpu must be a whole number, 0 or more."
  }
}

variable "instrumentation_essential" {
  description = "Whether the task stops with the agent. Default: true if priority is security."
  type        = bool
  default     = null
}

variable "instrumentation_memory_limit" {
  description = "Hard memory limit of the agent's container, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.instrumentation_memory_limit, 0)))
    error_message = "instrumentation_memory_limit must be a whole number, 0 or more."
  }
}

variable "instrumentation_memory_reservation" {
  description = "Soft memory limit of the agent's container, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.instrumentation_memory_reservation, 0)))
    error_message = "instrumentation_memory_reservation must be a whole number, 0 or more."
  }
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
  description = <<-EOT
    Log configuration of the agent's container: the three awslogs values, or ECS's own form for any driver, FireLens
    included.
  EOT
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

variable "orchestrator_host" {
  description = <<-EOT
    Orchestrator agent, by a name that is known at plan; deprecated, unsupported by workload agents from 6.0.0 on.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.orchestrator_host == null ? true : can(regex("^[^\\s/:]*$", var.orchestrator_host))
    error_message = "orchestrator_host must be a host name alone, without scheme, port or path."
  }
}

variable "orchestrator_port" {
  description = "Port of the orchestrator agent; deprecated."
  type        = string
  default     = null

  validation {
    condition = try(
      parseint(var.orchestrator_port, 10) > 0 && parseint(var.orchestrator_port, 10) < 65536,
      var.orchestrator_port == null,
    )
    error_message = "orchestrator_port must be a port, 1 to 65535."
  }
}

variable "priority" {
  description = <<-EOT
    What comes first when the agent cannot work: `availability` (default) lets the application run, `security` does
    not.
  EOT
  type        = string
  default     = "availability"
  nullable    = false

  validation {
    condition     = contains(["availability", "security"], var.priority)
    error_message = "priority must be \"availability\" or \"security\"."
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

variable "sidecar" {
  description = "How applications wait for the sidecar: auto (default), force, or the empty text for not at all."
  type        = string
  default     = null

  validation {
    condition     = var.sidecar == null ? true : contains(["auto", "force", ""], var.sidecar)
    error_message = "sidecar must be \"auto\", \"force\" or \"\"."
  }
}

variable "sysdig_access_key" {
  description = <<-EOT
    The access key in plain text. It ends up in the task definition and in state; give `sysdig_access_key_secret`
    instead.
  EOT
  type        = string
  default     = null
  sensitive   = true
}

variable "sysdig_access_key_secret" {
  description = "ARN of the Secrets Manager secret or SSM parameter that holds the access key. Preferred."
  type        = string
  default     = null

  validation {
    condition = var.sysdig_access_key_secret == null ? true : can(regex(
      "^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$",
      var.sysdig_access_key_secret,
    ))
    error_message = "sysdig_access_key_secret must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "sysdig_logging" {
  description = "Log level: silent, fatal, critical, error, warning, info, debug or trace."
  type        = string
  default     = null

  validation {
    condition = var.sysdig_logging == null ? true : contains([
      "silent", "fatal", "critical", "error", "warning", "info", "debug", "trace",
    ], var.sysdig_logging)
    error_message = "sysdig_logging must be one of silent, fatal, critical, error, warning, info, debug, trace."
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

variable "workload_agent_image" {
  description = "Image of the agent's container, for example `quay.io/sysdig/workload-agent:6.2.1`."
  type        = string

  validation {
    condition     = length(trimspace(var.workload_agent_image)) > 0
    error_message = "workload_agent_image must not be empty."
  }
}
