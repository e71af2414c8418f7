locals {
  log_configuration = (
    var.log_configuration == null ? null :
    { for key, value in var.log_configuration : key => value if value != null }
  )

  # What is sensitive stands apart, so that the rest is not marked, too.
  given = {
    cpu                   = var.cpu
    defender_generation   = var.defender_generation
    defender_image        = var.defender_image
    essential             = var.essential
    filesystem_monitoring = var.filesystem_monitoring
    fips_enabled          = var.fips_enabled
    image_auth_secret     = var.image_auth_secret
    install_bundle_secret = var.install_bundle_secret
    log_configuration     = local.log_configuration
    memory                = var.memory
    memory_reservation    = var.memory_reservation
    wrap                  = var.wrap
    ws_address            = var.ws_address
  }

  options = merge(
    { for name, value in local.given : name => value if value != null },
    nonsensitive(var.install_bundle == null) ? {} : { install_bundle = var.install_bundle },
  )
}

module "instrument" {
  source = "../instrument"

  agent                 = "prisma_cloud"
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
