locals {
  log_configuration = (
    var.log_configuration == null ? null :
    { for key, value in var.log_configuration : key => value if value != null }
  )

  # What is sensitive stands apart, so that the rest is not marked, too.
  given = {
    arm64_layout          = var.arm64_layout
    cid                   = var.cid
    cpu                   = var.cpu
    falconctl_opts_secret = var.falconctl_opts_secret
    image_auth_secret     = var.image_auth_secret
    log_configuration     = local.log_configuration
    memory                = var.memory
    memory_reservation    = var.memory_reservation
    sensor_image          = var.sensor_image
    start_timeout         = var.start_timeout
  }

  options = merge(
    { for name, value in local.given : name => value if value != null },
    nonsensitive(var.falconctl_opts == null) ? {} : { falconctl_opts = var.falconctl_opts },
  )
}

module "instrument" {
  source = "../instrument"

  agent                 = "crowdstrike"
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
