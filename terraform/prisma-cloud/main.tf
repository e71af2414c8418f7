# The web server of the Prisma Cloud task definition, as a service. What the program is
# asked is written from variables alone, so it is answered at plan.

locals {
  application_log_group = "${var.prefix}-logs"
  defender_log_group    = "${var.prefix}-defender-logs"
  console_port          = tonumber(regex("[0-9]+$", var.ws_address))

  container_definitions = jsonencode([{
    name       = "web"
    image      = var.application_image
    entryPoint = ["/http_server"]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = local.application_log_group
        awslogs-region        = var.region
        awslogs-stream-prefix = "${var.prefix}-web"
      }
    }
  }])
}

module "vpc" {
  source = "../../modules/vpc"

  name               = var.prefix
  availability_zones = var.availability_zones
  nat_gateway        = "single"
  tags               = var.tags
}

module "defender" {
  source = "../../modules/prisma-cloud-defender"

  container_definitions = local.container_definitions
  defender_image        = var.defender_image
  filesystem_monitoring = var.filesystem_monitoring
  image_auth_secret     = var.image_auth_secret_arn
  install_bundle_secret = var.install_bundle_secret_arn
  python_command        = var.python_command
  ws_address            = var.ws_address

  log_configuration = {
    group         = local.defender_log_group
    region        = var.region
    stream_prefix = "${var.prefix}-defender"
  }

  task = {
    cpu                      = "256"
    family                   = "webserver"
    memory                   = "512"
    network_mode             = "awsvpc"
    requires_compatibilities = ["FARGATE"]
    runtime_platform         = { cpu_architecture = "X86_64", operating_system_family = "LINUX" }
  }
}

module "webserver" {
  source = "../../modules/ecs-service"

  name                            = "${var.prefix}-service"
  family                          = "webserver"
  container_definitions           = module.defender.container_definitions
  normalize_container_definitions = false
  pid_mode                        = module.defender.pid_mode
  volumes_json                    = jsonencode(module.defender.volumes)
  secret_arns                     = module.defender.secret_arns
  kms_key_arns                    = var.kms_key_arns
  cpu                             = 256
  memory                          = 512
  desired_count                   = var.desired_count
  vpc_id                          = module.vpc.vpc_id
  subnet_ids                      = module.vpc.private_subnet_ids
  tags                            = var.tags

  egress_rules = merge(
    { https = { description = "Images, logs, secrets", from_port = 443, cidr_ipv4 = "0.0.0.0/0" } },
    local.console_port == 443 ? {} : {
      console = { description = "Prisma Cloud Console", from_port = local.console_port, cidr_ipv4 = "0.0.0.0/0" }
    },
  )

  log_groups = {
    (local.application_log_group) = { retention_in_days = var.log_retention_in_days }
    (local.defender_log_group)    = { retention_in_days = var.log_retention_in_days }
  }
}
