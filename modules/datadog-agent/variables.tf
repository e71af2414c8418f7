variable "agent_image" {
  description = "Image of the Agent, for example `public.ecr.aws/datadog/agent:7`."
  type        = string

  validation {
    condition     = length(trimspace(var.agent_image)) > 0
    error_message = "agent_image must not be empty."
  }
}

variable "api_key" {
  description = "The API key in plain text. It ends up in the task definition and in state."
  type        = string
  default     = null
  sensitive   = true
}

variable "api_key_secret" {
  description = "ARN of the Secrets Manager secret or SSM parameter that holds the API key. Preferred."
  type        = string
  default     = null

  validation {
    condition = var.api_key_secret == null ? true : can(regex(
      "^arn:[a-z0-9-]+:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+|ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+)$",
      var.api_key_secret,
    ))
    error_message = "api_key_secret must be the ARN of a Secrets Manager secret or of an SSM parameter."
  }
}

variable "apm" {
  description = "Whether applications send traces; default true."
  type        = bool
  default     = null
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
  description = "CPU units of the Agent; 0 or absent: not written."
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

variable "cws" {
  description = "Workload Protection; default false."
  type        = bool
  default     = null
}

variable "cws_image" {
  description = <<-EOT
    Image of its tracer, for example `public.ecr.aws/datadog/cws-instrumentation` with the Agent's version as tag.
    Required with cws.
  EOT
  type        = string
  default     = null
}

variable "data_streams" {
  description = "Data Streams Monitoring; absent: not written."
  type        = bool
  default     = null
}

variable "dogstatsd" {
  description = "Whether applications send metrics; default true."
  type        = bool
  default     = null
}

variable "dogstatsd_cardinality" {
  description = "Tags of metrics: orchestrator (default), low or high."
  type        = string
  default     = "orchestrator"
  nullable    = false

  validation {
    condition     = contains(["orchestrator", "low", "high"], var.dogstatsd_cardinality)
    error_message = "dogstatsd_cardinality must be \"orchestrator\", \"low\" or \"high\"."
  }
}

variable "env" {
  description = "Environment, for tags. A container's own DD_ENV stays."
  type        = string
  default     = null
}

variable "environment" {
  description = "Further variables of the Agent, such as `DD_CLUSTER_NAME`; they win over those above."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "essential" {
  description = "Whether the task stops with the Agent; default: with cws."
  type        = bool
  default     = null
}

variable "exclude" {
  description = "Names or shell-style patterns of containers to leave alone. One that matches nothing is an error."
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
  description = "ARN of the secret with the credentials of the registry of the agent's images."
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

variable "keep_log_configuration" {
  description = "With log_collection: containers that have a log configuration keep it; default false."
  type        = bool
  default     = null
}

variable "label" {
  description = <<-EOT
    Name that stands in front of every error and warning, so that calls under `for_each` can be told apart. Default:
    `task.family`, and nothing in a batch, whose addresses name the entry.
  EOT
  type        = string
  default     = null
}

variable "log_collection" {
  description = <<-EOT
    Whether logs go to Datadog through FireLens, by the task's log router or one that is added; default false.
  EOT
  type        = bool
  default     = null
}

variable "log_configuration" {
  description = <<-EOT
    Log configuration of the agent's containers: three awslogs values, or ECS's own form. Default: FireLens for the
    Agent with log_collection.
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

variable "log_router" {
  description = "The log router that is added."
  type = object({
    cpu                = optional(number)
    essential          = optional(bool)
    image              = optional(string)
    memory             = optional(number)
    memory_reservation = optional(number)
  })
  default = null
}

variable "log_source" {
  description = "Source of the applications' logs, such as `nginx`."
  type        = string
  default     = null
}

variable "memory" {
  description = "Hard memory limit of the Agent, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.memory, 0)))
    error_message = "memory must be a whole number, 0 or more."
  }
}

variable "memory_reservation" {
  description = "Soft memory limit of the Agent, MiB; 0 or absent: not written."
  type        = number
  default     = null

  validation {
    condition     = can(regex("^[0-9]+$", coalesce(var.memory_reservation, 0)))
    error_message = "memory_reservation must be a whole number, 0 or more."
  }
}

variable "origin_detection" {
  description = "Whether metrics are tagged by the container they come from; default true."
  type        = bool
  default     = null
}

variable "pid_mode" {
  description = "`task` (default): the Agent sees the processes of the task; `none`: pidMode is left as it is."
  type        = string
  default     = "task"
  nullable    = false

  validation {
    condition     = contains(["task", "none"], var.pid_mode)
    error_message = "pid_mode must be \"task\" or \"none\"."
  }
}

variable "profiling" {
  description = "Continuous Profiler; absent: not written."
  type        = bool
  default     = null
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

variable "readonly_root_filesystem" {
  description = <<-EOT
    Whether the Agent's root file system is read-only; default true. It takes an init container and three volumes.
  EOT
  type        = bool
  default     = null
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

variable "service" {
  description = "Service, for tags. A container's own DD_SERVICE stays."
  type        = string
  default     = null
}

variable "service_version" {
  description = "Version, for tags. A container's own DD_VERSION stays."
  type        = string
  default     = null
}

variable "site" {
  description = <<-EOT
    Datadog site: datadoghq.com, us3.datadoghq.com, us5.datadoghq.com, ap1.datadoghq.com, ap2.datadoghq.com,
    uk1.datadoghq.com, datadoghq.eu, ddog-gov.com or us2.ddog-gov.com; default datadoghq.com.
  EOT
  type        = string
  default     = null
}

variable "socket" {
  description = "Whether applications reach the Agent by Unix sockets (default) or by ports."
  type        = bool
  default     = null
}

variable "tags" {
  description = "Further tags, `key:value`, of all that the Agent sends."
  type        = list(string)
  default     = []
  nullable    = false
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

variable "wait_for_agent" {
  description = "Whether applications start only once the Agent is healthy; default: with cws."
  type        = bool
  default     = null
}
