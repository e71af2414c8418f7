locals {
  log_configuration = (
    var.log_configuration == null ? null :
    { for key, value in var.log_configuration : key => value if value != null }
  )

  # What is sensitive stands apart, so that the rest is not marked, too.
  given = {
    agent_image              = var.agent_image
    api_key_secret           = var.api_key_secret
    apm                      = var.apm
    cpu                      = var.cpu
    cws                      = var.cws
    cws_image                = var.cws_image
    data_streams             = var.data_streams
    dogstatsd                = var.dogstatsd
    dogstatsd_cardinality    = var.dogstatsd_cardinality
    env                      = var.env
    environment              = var.environment
    essential                = var.essential
    image_auth_secret        = var.image_auth_secret
    keep_log_configuration   = var.keep_log_configuration
    log_collection           = var.log_collection
    log_configuration        = local.log_configuration
    log_router               = var.log_router
    log_source               = var.log_source
    memory                   = var.memory
    memory_reservation       = var.memory_reservation
    origin_detection         = var.origin_detection
    pid_mode                 = var.pid_mode
    profiling                = var.profiling
    readonly_root_filesystem = var.readonly_root_filesystem
    service                  = var.service
    site                     = var.site
    socket                   = var.socket
    tags                     = var.tags
    version                  = var.service_version
    wait_for_agent           = var.wait_for_agent
  }

  options = merge(
    { for name, value in local.given : name => value if value != null },
    nonsensitive(var.api_key == null) ? {} : { api_key = var.api_key },
  )
}

module "instrument" {
  source = "../instrument"

  agent                 = "datadog"
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
