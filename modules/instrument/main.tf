# One data source, one process. Nothing here waits for anything: no dependency and no
# condition stands on the data source, so it is read at plan and a pending change
# elsewhere never replaces a task definition.

locals {
  python_command = (
    var.python_command != null ? var.python_command :
    startswith(abspath("/"), "/") ? ["python3"] : ["python"]
  )

  agents = var.agents == null ? null : [
    for layer in var.agents : { for key, value in layer : key => value if value != null }
  ]

  # A member that is null is a fact not given.
  task = merge(
    { for fact, value in var.task : fact => value if value != null && fact != "runtime_platform" },
    { for fact in ["runtime_platform"] : fact => {
      for member, value in var.task.runtime_platform : member => value if value != null
    } if var.task.runtime_platform != null },
  )

  batch = {
    for name, entry in var.task_definitions : name => {
      for key, value in entry : key => value if value != null
    }
  }

  # A null element is left out of the query. All but the documents stands for every entry of a batch.
  common = {
    agent         = var.agent
    agents        = local.agents == null ? null : jsonencode(local.agents)
    checks        = var.checks
    errors        = "report"
    exclude       = length(var.exclude) > 0 ? jsonencode(var.exclude) : null
    image_configs = var.image_configs
    include       = length(var.include) > 0 ? jsonencode(var.include) : null
    options       = length(var.options) > 0 ? jsonencode(var.options) : null
    provenance    = var.provenance
    task          = length(local.task) > 0 ? jsonencode(local.task) : null
  }

  query = merge(local.common, {
    container_definitions = var.container_definitions
    task_definitions      = length(local.batch) > 0 ? jsonencode(local.batch) : null
  })

  # A list is a document alone; an object is the program's whole result.
  rendered = (
    var.rendered == null ? {} :
    can(keys(jsondecode(var.rendered))) ?
    { for key, value in jsondecode(var.rendered) : key => tostring(value) } :
    { container_definitions = var.rendered }
  )

  runs   = var.create && var.rendered == null
  result = var.create ? merge(local.rendered, one(data.external.this[*].result)) : {}
}

# The answer of a data source carries no mark of what was sensitive in the question; a condition hands its own mark on.
# So what came from the question is read behind a condition that is always true, and sensitive exactly where that was.
locals {
  # Options whose values go into container definitions, and never into ARNs, statements, tags or names.
  secret_options = ["api_key", "falconctl_opts", "install_bundle", "sysdig_access_key"]

  options = concat(
    [var.options],
    [for layer in try([for layer in var.agents : layer], []) : try(layer.options, null)],
    [for entry in values(var.task_definitions) : try(entry.options, null)],
    flatten([for entry in values(var.task_definitions) : [
      for layer in try([for layer in entry.agents : layer], []) : [try(layer.options, null)]
    ]]),
  )
  reported = [
    for options in local.options :
    try({ for name, value in options : name => value if !contains(local.secret_options, name) }, options)
  ]

  from_query   = length(jsonencode([for query in [local.query] : query if local.runs && !local.is_batch])) > 0
  from_options = length(jsonencode([for options in [local.reported] : options if local.runs])) > 0
  from_entry = {
    for name, entry in var.task_definitions :
    name => length(jsonencode([for asked in [{ entry = entry, common = local.common }] : asked if local.runs])) > 0
  }

  documents = local.from_query ? local.result : {}
  reports   = local.from_options ? local.result : {}

  # Every name that was asked for is there, whatever became of it.
  entries = merge(
    { for name in keys(var.task_definitions) : name => local.nothing },
    try(jsondecode(lookup(local.result, "task_definitions", "")), {}),
  )
  nothing = {
    container_definitions = ""
    errors                = "[]"
    instrumented          = "[]"
    pid_mode              = ""
    policies              = jsonencode({ execution_role = [], task_role = [] })
    secret_arns           = "[]"
    skipped               = "[]"
    tags                  = "{}"
    volumes               = "[]"
    warnings              = "[]"
  }
}

# What people read.
locals {
  container_definitions = lookup(local.documents, "container_definitions", "")
  instrumented          = try(jsondecode(lookup(local.result, "instrumented", "")), [])
  pid_mode              = lookup(local.result, "pid_mode", "")
  policies              = try(jsondecode(lookup(local.reports, "policies", "")), jsondecode(local.nothing.policies))
  secret_arns           = try(jsondecode(lookup(local.reports, "secret_arns", "")), [])
  skipped               = try(jsondecode(lookup(local.result, "skipped", "")), [])
  tags                  = try(jsondecode(lookup(local.reports, "tags", "")), {})
  volumes               = try(jsondecode(lookup(local.reports, "volumes", "")), [])

  task_definitions = {
    for name, members in local.entries : name => merge(
      members,
      { for member in ["policies", "secret_arns", "tags", "volumes"] :
        member => local.from_options ? lookup(members, member, local.nothing[member]) : ""
      },
      { container_definitions = lookup(local.from_entry, name, true) ? members.container_definitions : "" },
    )
  }

  # Problems of a batch are told where its readers are.
  is_batch = length(var.task_definitions) > 0
  label    = var.label != null ? var.label : local.is_batch ? null : var.task.family
  prefix   = local.label == null ? "" : "${local.label}: "
  errors   = [for text in try(jsondecode(lookup(local.result, "errors", "")), []) : "${local.prefix}${text}"]
  warnings = [
    for text in try(jsondecode(lookup(local.result, "warnings", "")), []) : "${local.prefix}${text}"
    if !anytrue([for name in var.ignore_warnings : startswith(text, "${name}:") || endswith(text, "(${name})")])
  ]
}

data "external" "this" {
  count = local.runs ? 1 : 0

  program = concat(local.python_command, ["-I", "-S", "${path.module}/../../fargate_instrument/__main__.py"])
  query   = local.query
}

check "warnings" {
  assert {
    condition     = length(local.warnings) == 0
    error_message = join("\n", local.warnings)
  }
}
