# The agent in the task speaks to Sysdig's collector itself. What the program is asked is
# written from variables alone, so it is answered at plan.

locals {
  application_log_group = "${var.prefix}-logs"
  agent_log_group       = "${var.prefix}-workload-agent-logs"

  # On 443 everywhere the collector goes the way of HTTPS, and EC2 refuses a second rule of the same port and range.
  collector_cidr_blocks = setsubtract(
    [for block in var.collector_cidr_blocks : cidrsubnet(block, 0, 0)],
    var.collector_port == 443 ? ["0.0.0.0/0"] : [],
  )

  container_definitions = jsonencode([{
    name       = "event-generator"
    essential  = true
    image      = var.application_image
    entryPoint = ["/bin/event-generator"]
    command    = ["run", "syscall", "--loop"]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = local.application_log_group
        awslogs-region        = var.region
        awslogs-stream-prefix = "${var.prefix}-event-generator"
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

module "workload_agent" {
  source = "../../modules/sysdig-workload-agent"

  collector_host                     = var.collector_host
  collector_port                     = var.collector_port
  container_definitions              = local.container_definitions
  instrumentation_cpu                = 256
  instrumentation_memory_reservation = 512
  python_command                     = var.python_command
  sysdig_access_key_secret           = var.sysdig_access_key_secret_arn
  workload_agent_image               = var.workload_agent_image

  log_configuration = {
    group         = local.agent_log_group
    region        = var.region
    stream_prefix = "${var.prefix}-workload-agent"
  }

  task = {
    cpu                      = "1024"
    family                   = "${var.prefix}-td-event-generator"
    memory                   = "2048"
    network_mode             = "awsvpc"
    requires_compatibilities = ["FARGATE"]
    runtime_platform         = { cpu_architecture = "X86_64", operating_system_family = "LINUX" }
  }
}

module "event_generator" {
  source = "../../modules/ecs-service"

  name                            = "${var.prefix}-service"
  family                          = "${var.prefix}-td-event-generator"
  container_definitions           = module.workload_agent.container_definitions
  normalize_container_definitions = false
  pid_mode                        = module.workload_agent.pid_mode
  volumes_json                    = jsonencode(module.workload_agent.volumes)
  secret_arns                     = module.workload_agent.secret_arns
  kms_key_arns                    = var.kms_key_arns
  cpu                             = 1024
  memory                          = 2048
  desired_count                   = var.desired_count
  vpc_id                          = module.vpc.vpc_id
  subnet_ids                      = module.vpc.private_subnet_ids
  tags                            = var.tags

  egress_rules = merge(
    { https = { description = "Images, logs, secrets", from_port = 443, cidr_ipv4 = "0.0.0.0/0" } },
    {
      for block in local.collector_cidr_blocks : "collector-${block}" => {
        description = "Sysdig collector"
        from_port   = var.collector_port
        cidr_ipv4   = block
      }
    },
  )

  log_groups = {
    (local.agent_log_group)       = { retention_in_days = var.log_retention_in_days }
    (local.application_log_group) = { retention_in_days = var.log_retention_in_days }
  }
}
