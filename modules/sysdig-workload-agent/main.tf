locals {
  log_configuration = (
    var.log_configuration == null ? null :
    { for key, value in var.log_configuration : key => value if value != null }
  )

  # What is sensitive stands apart, so that the rest is not marked, too.
  given = {
    bare_pdig_on_containers            = var.bare_pdig_on_containers
    collector_host                     = var.collector_host
    collector_port                     = var.collector_port
    compatibility                      = var.compatibility
    ignore_containers                  = var.ignore_containers
    image_auth_secret                  = var.image_auth_secret
    instrumentation_cpu                = var.instrumentation_cpu
    instrumentation_essential          = var.instrumentation_essential
    instrumentation_memory_limit       = var.instrumentation_memory_limit
    instrumentation_memory_reservation = var.instrumentation_memory_reservation
    log_configuration                  = local.log_configuration
    orchestrator_host                  = var.orchestrator_host
    orchestrator_port                  = var.orchestrator_port
    priority                           = var.priority
    sidecar                            = var.sidecar
    sysdig_access_key_secret           = var.sysdig_access_key_secret
    sysdig_logging                     = var.sysdig_logging
    workload_agent_image               = var.workload_agent_image
  }

  options = merge(
    { for name, value in local.given : name => value if value != null },
    nonsensitive(var.sysdig_access_key == null) ? {} : { sysdig_access_key = var.sysdig_access_key },
  )
}

module "instrument" {
  source = "../instrument"

  agent                 = "sysdig"
  checks                = var.checks
  container_definitions = var.container_definitions
  create                = var.create
  exclude               = var.exclude
  ignore_warnings       = var.ignore_warnings
  image_configs         = var.image_configs
  include               = var.include
  label                 = var.label
  options               = local.options
  provenance            = var.provenance
  python_command        = var.python_command
  rendered              = var.rendered
  task                  = var.task
  task_definitions      = var.task_definitions
}
