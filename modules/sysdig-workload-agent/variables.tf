variable "bare_pdig_on_containers" {
  description = "Names of containers that run under the bare tracer."
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
  description = "Host name of the Sysdig collector, for agents 6 and newer. Needed unless `orchestrator_host` is given."
  type        = string
  default     = null
}

variable "collector_port" {
  description = "Port of the Sysdig collector; the agent takes 6443 where none is given."
  type        = string
  default     = null

  validation {
    condition     = var.collector_port == null ? true : can(regex("^[0-9]{1,5}$", var.collector_port)) && try(tonumber(var.collector_port) >= 1 && tonumber(var.collector_port) <= 65535, false)
    error_message = "collector_port must be a port, 1 to 65535."
  }
}

variable "compatibility" {
  description = "`provider-v3` writes what version 3 of the vendor's provider writes, for a migration without a diff; empty writes our own form."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = contains(["", "provider-v3"], var.compatibility)
    error_message = "compatibility must be \"\" or \"provider-v3\"."
  }
}

variable "container_definitions" {
  description = "Container definitions as JSON text, exactly what `aws_ecs_task_definition` takes; a whole task definition object is taken too. Give this or `task_definitions`."
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
  description = "Names of containers to leave alone, exactly as written."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "image_auth_secret" {
  description = "ARN of the secret with the credentials for the registry of `workload_agent_image`."
  type        = string
  default     = null

  validation {
    condition     = var.image_auth_secret == null ? true : can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", var.image_auth_secret))
    error_message = "image_auth_secret must be the ARN of a Secrets Manager secret or an SSM parameter, of any partition."
  }
}

variable "image_configs" {
  description = "What images say of themselves, as JSON text: the content of the file that `fargate-instrument lock` writes. Needed where a container's entry point stands in its image alone."
  type        = string
  default     = null

  validation {
    condition     = var.image_configs == null || can(keys(jsondecode(var.image_configs)))
    error_message = "image_configs must be a JSON object as text; use file(\"image-configs.lock.json\")."
  }
}

variable "include" {
  description = "Names or shell-style patterns of the containers to instrument. Empty means every application container."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "instrumentation_cpu" {
  description = "CPU units of the sidecar; 0 or null reserves none."
  type        = number
  default     = null

  validation {
    condition     = var.instrumentation_cpu == null ? true : var.instrumentation_cpu >= 0 && floor(var.instrumentation_cpu) == var.instrumentation_cpu
    error_message = "instrumentation_cpu must be a whole number, 0 or more."
  }
}

variable "instrumentation_essential" {
  description = "Whether the task stops when the sidecar does. Default: yes with `priority = \"security\"`, no otherwise."
  type        = bool
  default     = null
}

variable "instrumentation_memory_limit" {
  description = "Hard memory limit of the sidecar in MiB; 0 or null sets none."
  type        = number
  default     = null

  validation {
    condition     = var.instrumentation_memory_limit == null ? true : var.instrumentation_memory_limit >= 0 && floor(var.instrumentation_memory_limit) == var.instrumentation_memory_limit
    error_message = "instrumentation_memory_limit must be a whole number, 0 or more."
  }
}

variable "instrumentation_memory_reservation" {
  description = "Memory in MiB reserved for the sidecar; 0 or null reserves none."
  type        = number
  default     = null

  validation {
    condition     = var.instrumentation_memory_reservation == null ? true : var.instrumentation_memory_reservation >= 0 && floor(var.instrumentation_memory_reservation) == var.instrumentation_memory_reservation
    error_message = "instrumentation_memory_reservation must be a whole number, 0 or more."
  }
}

variable "log_configuration" {
  description = "Where the sidecar logs: `group`, `region` and `stream_prefix` for awslogs, or `logDriver`, `options` and `secretOptions` for any driver, FireLens included."
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
    condition = (
      var.log_configuration == null ? true :
      var.log_configuration.logDriver != null ? alltrue([
        for value in [var.log_configuration.group, var.log_configuration.region, var.log_configuration.stream_prefix] : value == null
      ]) :
      alltrue([
        for value in [var.log_configuration.group, var.log_configuration.region, var.log_configuration.stream_prefix] : value != null
      ])
    )
    error_message = "log_configuration must be either group, region and stream_prefix, or logDriver with options and secretOptions."
  }
}

variable "orchestrator_host" {
  description = "Host name of the orchestrator agent, for agents before 6. It should be known at plan: an own name or a Cloud Map name."
  type        = string
  default     = null
}

variable "orchestrator_port" {
  description = "Port of the orchestrator agent."
  type        = string
  default     = null

  validation {
    condition     = var.orchestrator_port == null ? true : can(regex("^[0-9]{1,5}$", var.orchestrator_port)) && try(tonumber(var.orchestrator_port) >= 1 && tonumber(var.orchestrator_port) <= 65535, false)
    error_message = "orchestrator_port must be a port, 1 to 65535."
  }
}

variable "priority" {
  description = "What goes first when the agent cannot work: `availability` lets the application run, `security` does not."
  type        = string
  default     = "availability"
  nullable    = false

  validation {
    condition     = contains(["availability", "security"], var.priority)
    error_message = "priority must be \"availability\" or \"security\"."
  }
}

variable "provenance" {
  description = "`label` records on each container what was put there, so that it can be taken out again; `off` records nothing."
  type        = string
  default     = "label"
  nullable    = false

  validation {
    condition     = contains(["label", "off"], var.provenance)
    error_message = "provenance must be \"label\" or \"off\"."
  }
}

variable "python_command" {
  description = "Command that starts Python 3.10 or newer, one word per element, such as `[\"py\", \"-3\"]`. Default: `[\"python3\"]`, and `[\"python\"]` on Windows."
  type        = list(string)
  default     = null

  validation {
    condition     = var.python_command == null ? true : length(var.python_command) > 0
    error_message = "python_command must have at least one element."
  }

  validation {
    condition     = var.python_command == null ? true : alltrue([for word in var.python_command : length(trimspace(word)) > 0])
    error_message = "python_command must have no empty element: the external provider drops those in silence."
  }
}

variable "rendered" {
  description = "Result made beforehand, for runners without Python: the JSON object that the program printed, or the JSON list of container definitions that `fargate-instrument patch` wrote. With it no program runs."
  type        = string
  default     = null

  validation {
    condition     = var.rendered == null || can(jsondecode(var.rendered))
    error_message = "rendered must be JSON text as the program printed it; use file(...)."
  }
}

variable "sidecar" {
  description = "How the workload waits for the sidecar: `auto`, `force`, or empty for not at all."
  type        = string
  default     = "auto"
  nullable    = false

  validation {
    condition     = contains(["auto", "force", ""], var.sidecar)
    error_message = "sidecar must be \"auto\", \"force\" or \"\"."
  }
}

variable "sysdig_access_key" {
  description = "Sysdig access key in plain text. It ends up in the task definition and in the state; give `sysdig_access_key_secret` instead."
  type        = string
  default     = null
  sensitive   = true
}

variable "sysdig_access_key_secret" {
  description = "ARN of the Secrets Manager secret or SSM parameter that holds the Sysdig access key."
  type        = string
  default     = null

  validation {
    condition     = var.sysdig_access_key_secret == null ? true : can(regex("^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$", var.sysdig_access_key_secret))
    error_message = "sysdig_access_key_secret must be the ARN of a Secrets Manager secret or an SSM parameter, of any partition."
  }
}

variable "sysdig_logging" {
  description = "Log level of the agent: `silent`, `fatal`, `critical`, `error`, `warning`, `info`, `debug` or `trace`."
  type        = string
  default     = null

  validation {
    condition     = var.sysdig_logging == null ? true : contains(["silent", "fatal", "critical", "error", "warning", "info", "debug", "trace"], var.sysdig_logging)
    error_message = "sysdig_logging must be \"silent\", \"fatal\", \"critical\", \"error\", \"warning\", \"info\", \"debug\" or \"trace\"."
  }
}

variable "task" {
  description = "Facts of the task definition, each optional. A fact that is not given switches off only the checks that need it."
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
  description = "Batch: a map from a name of your choice to an object of `container_definitions` and, each optional, `task`, `options`, `include` and `exclude`. One program run serves them all; an entry's options are merged over `options`."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for entry in values(var.task_definitions) : can(jsondecode(entry.container_definitions))])
    error_message = "task_definitions: every entry must hold container_definitions as JSON text."
  }

  validation {
    condition = alltrue(flatten([
      for entry in values(var.task_definitions) : [
        for key in keys(entry) : contains(["container_definitions", "exclude", "include", "options", "task"], key)
      ]
    ]))
    error_message = "task_definitions: an entry may hold container_definitions, exclude, include, options and task, nothing else."
  }
}

variable "workload_agent_image" {
  description = "Image of the workload agent, with a tag or digest of your choice."
  type        = string

  validation {
    condition     = length(trimspace(var.workload_agent_image)) > 0
    error_message = "workload_agent_image must not be empty."
  }
}
