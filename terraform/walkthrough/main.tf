# VPC with flow logs, orchestrator agent, and the event generator with the workload agent
# beside it. The orchestrator's load balancer gets a name of our own, because the name AWS
# gives it is unknown until it exists, and what is unknown would postpone instrumentation.

data "aws_caller_identity" "current" {}

locals {
  application_log_group = "${var.prefix}-logs"
  agent_log_group       = "${var.prefix}-workload-agent-logs"
  zone_name             = "${var.prefix}.internal"
  orchestrator_host     = "orchestrator.${local.zone_name}"

  container_definitions = templatefile("${path.module}/task_definition/event_generator.json", {
    image             = var.application_image
    log_group_name    = local.application_log_group
    log_stream_prefix = "${var.prefix}-event-generator"
    region            = var.region
  })
}

module "flow_log_bucket" {
  source = "../../modules/flow-log-bucket"

  name          = "${var.prefix}-flowlog-${data.aws_caller_identity.current.account_id}-${var.region}"
  force_destroy = var.flow_log_force_destroy
  tags          = var.tags
}

module "vpc" {
  source = "../../modules/vpc"

  name               = var.prefix
  cidr_block         = "10.0.0.0/16"
  availability_zones = var.availability_zones
  nat_gateway        = "single"
  tags               = var.tags

  subnets = {
    private = { cidr_blocks = ["10.0.1.0/24", "10.0.2.0/24"] }
    public  = { cidr_blocks = ["10.0.101.0/24", "10.0.102.0/24"] }
  }

  flow_log = {
    destination_type = "s3"
    destination_arn  = module.flow_log_bucket.bucket_arn
    traffic_type     = "ALL"
  }
}

resource "aws_ecs_cluster" "this" {
  name = "${var.prefix}-cluster"
  tags = var.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_route53_zone" "internal" {
  name    = local.zone_name
  comment = "Names inside the VPC of ${var.prefix}"
  tags    = var.tags

  vpc {
    vpc_id = module.vpc.vpc_id
  }
}

module "orchestrator" {
  source = "../../modules/orchestrator-agent"

  name                  = "${var.prefix}-orchestrator"
  access_key_secret     = var.sysdig_access_key_secret_arn
  agent_image           = var.orchestrator_agent_image
  cluster_arn           = aws_ecs_cluster.this.arn
  collector_cidr_blocks = var.collector_cidr_blocks
  collector_host        = var.collector_host
  collector_port        = var.collector_port
  create_cluster        = false
  kms_key_arns          = var.kms_key_arns
  log_retention_days    = var.log_retention_in_days
  orchestrator_port     = var.orchestrator_port
  subnets               = module.vpc.private_subnet_ids
  tags                  = var.tags
  vpc_id                = module.vpc.vpc_id

  ingress_cidr_blocks        = []
  ingress_security_group_ids = { event-generator = module.event_generator.security_group_id }

  load_balancer = {
    dns_record = {
      name    = local.orchestrator_host
      zone_id = aws_route53_zone.internal.zone_id
    }
  }
}

module "workload_agent" {
  source = "../../modules/sysdig-workload-agent"

  container_definitions              = local.container_definitions
  instrumentation_cpu                = 256
  instrumentation_memory_reservation = 512
  orchestrator_host                  = local.orchestrator_host
  orchestrator_port                  = var.orchestrator_port
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
  cluster_arn                     = aws_ecs_cluster.this.arn
  container_definitions           = module.workload_agent.container_definitions
  cpu                             = 1024
  create_cluster                  = false
  desired_count                   = var.desired_count
  execution_role                  = { name = "${var.prefix}-role-task-execution-${var.region}" }
  kms_key_arns                    = var.kms_key_arns
  memory                          = 2048
  normalize_container_definitions = false
  pid_mode                        = module.workload_agent.pid_mode
  secret_arns                     = module.workload_agent.secret_arns
  subnet_ids                      = module.vpc.private_subnet_ids
  tags                            = var.tags
  volumes_json                    = jsonencode(module.workload_agent.volumes)
  vpc_id                          = module.vpc.vpc_id

  # The orchestrator's group waits for its name and its listener, and the service waits for these rules: no agent asks for a name
  # that is not there yet, an answer that resolvers would keep.
  egress_rules = {
    https = { description = "Images, logs, secrets", from_port = 443, cidr_ipv4 = "0.0.0.0/0" }
    orchestrator = {
      description                  = "Orchestrator agent"
      from_port                    = var.orchestrator_port
      referenced_security_group_id = module.orchestrator.orchestrator_security_group_id
    }
  }

  log_groups = {
    (local.agent_log_group)       = { retention_in_days = var.log_retention_in_days }
    (local.application_log_group) = { retention_in_days = var.log_retention_in_days }
  }
}
