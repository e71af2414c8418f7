variable "agent" {
  description = <<-EOT
    Agent to put in: a name that `fargate-instrument agents` lists, such as `sysdig`. Give this or `agents`.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.agent == null ? true : length(trimspace(var.agent)) > 0
    error_message = "agent must be the name of an agent, such as \"sysdig\"."
  }
}

variable "agents" {
  description = <<-EOT
    Several agents, in place of `agent` and `options`: a list of objects of `agent` and, each optional, `options`,
    `include` and `exclude`. They are put in in this order, so that the last is outermost and its launcher runs first.
    A layer's own `include` and `exclude` narrow those of the module.
  EOT
  type        = any
  default     = null

  validation {
    condition     = try(alltrue([for layer in var.agents : length(trimspace(layer.agent)) > 0]), var.agents == null)
    error_message = "agents must be a list of objects, each with the name of its agent."
  }

  validation {
    condition = alltrue(flatten([
      for layer in try([for layer in var.agents : layer], []) : [
        for key in try(keys(layer), []) : contains(["agent", "exclude", "include", "options"], key)
      ]
    ]))
    error_message = "agents: a layer may hold agent, exclude, include and options, nothing else."
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

variable "ignore_warnings" {
  description = <<-EOT
    Warnings to leave out, each by its rule, such as `H12`, or by the address it begins with, such as
    `options.cpu`.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
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

variable "options" {
  description = <<-EOT
    Options of `agent` as an object; `fargate-instrument schema <agent>` lists them. Secrets are best given by ARN.
  EOT
  type        = any
  default     = {}
  nullable    = false
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
