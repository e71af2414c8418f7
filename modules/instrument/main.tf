# One data source, one process. Nothing here waits for anything: no dependency and no
# condition stands on the data source, so it is read at plan and a pending change
# elsewhere never replaces a task definition.

locals {
  python_command = (
    var.python_command != null ? var.python_command :
    startswith(abspath("/"), "/") ? ["python3"] : ["python"]
  )

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

  # A null element is left out of the query.
  query = {
    agent                 = var.agent
    checks                = var.checks
    container_definitions = var.container_definitions
    errors                = "report"
    exclude               = length(var.exclude) > 0 ? jsonencode(var.exclude) : null
    image_configs         = var.image_configs
    include               = length(var.include) > 0 ? jsonencode(var.include) : null
    options               = jsonencode(var.options)
    provenance            = var.provenance
    task                  = length(local.task) > 0 ? jsonencode(local.task) : null
    task_definitions      = length(local.batch) > 0 ? jsonencode(local.batch) : null
  }

  # A list is a document alone; an object is the program's whole result.
  rendered = (
    var.rendered == null ? {} :
    can(keys(jsondecode(var.rendered))) ?
    { for key, value in jsondecode(var.rendered) : key => tostring(value) } :
    { container_definitions = var.rendered }
  )

  runs   = var.create && var.rendered == null
  result = var.create ? merge(local.rendered, one(data.external.this[*].result)) : {}

  container_definitions = lookup(local.result, "container_definitions", "")
  errors                = try(jsondecode(lookup(local.result, "errors", "")), [])
  instrumented          = try(jsondecode(lookup(local.result, "instrumented", "")), [])
  pid_mode              = lookup(local.result, "pid_mode", "")
  secret_arns           = try(jsondecode(lookup(local.result, "secret_arns", "")), [])
  skipped               = try(jsondecode(lookup(local.result, "skipped", "")), [])
  task_definitions      = try(jsondecode(lookup(local.result, "task_definitions", "")), {})
  volumes               = try(jsondecode(lookup(local.result, "volumes", "")), [])
  warnings              = try(jsondecode(lookup(local.result, "warnings", "")), [])
}

data "external" "this" {
  count = local.runs ? 1 : 0

  program = concat(local.python_command, ["-I", "${path.module}/../../fargate_instrument/__main__.py"])
  query   = local.query
}

check "warnings" {
  assert {
    condition     = length(local.warnings) == 0
    error_message = join("\n", local.warnings)
  }
}
