# Tasks without a way out: endpoints for AWS, a pull-through cache for the agent's images,
# and a proxy, which the orchestrator alone uses, for the collector. The orchestrator's
# Cloud Map name is known at plan.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  application_log_group = "${var.prefix}-logs"
  agent_log_group       = "${var.prefix}-workload-agent-logs"
  namespace_name        = "${var.prefix}.internal"
  orchestrator_host     = "orchestrator.${local.namespace_name}"
  orchestrator_port     = 6667

  registry       = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${var.region}.${data.aws_partition.current.dns_suffix}"
  agent_registry = "${local.registry}/${var.pull_through_cache_prefix}/sysdig"

  # HTTPS to the endpoints, and to S3, whose gateway endpoint has no group but a list of ranges. There is nothing else.
  endpoint_rules = {
    endpoints = { description = "Interface endpoints", from_port = 443, referenced_security_group_id = module.vpc.endpoints_security_group_id }
    s3        = { description = "Layers of images, from S3", from_port = 443, prefix_list_id = module.vpc.gateway_prefix_list_ids["s3"] }
  }

  container_definitions = jsonencode([{
    name       = "application"
    essential  = true
    image      = var.application_image
    entryPoint = ["/bin/event-generator"]
    command    = ["run", "syscall", "--loop"]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = local.application_log_group
        awslogs-region        = var.region
        awslogs-stream-prefix = "${var.prefix}-application"
      }
    }
  }])
}

module "vpc" {
  source = "../../modules/vpc"

  name                = var.prefix
  availability_zones  = var.availability_zones
  fargate_endpoints   = true
  interface_endpoints = var.interface_endpoints
  nat_gateway         = "none"
  tags                = var.tags

  subnets = {
    public = { create = false }
  }
}

resource "aws_ecr_pull_through_cache_rule" "quay" {
  count = var.create_pull_through_cache ? 1 : 0

  ecr_repository_prefix = var.pull_through_cache_prefix
  upstream_registry_url = "quay.io"
}

module "orchestrator" {
  source = "../../modules/orchestrator-agent"

  name               = "${var.prefix}-orchestrator"
  access_key_secret  = var.sysdig_access_key_secret_arn
  agent_image        = "${local.agent_registry}/orchestrator-agent:${var.agent_version}"
  collector_host     = var.collector_host
  collector_port     = var.collector_port
  ecr                = { pull_through_cache = true }
  exposure           = "cloud_map"
  kms_key_arns       = var.kms_key_arns
  log_retention_days = var.log_retention_in_days
  orchestrator_port  = local.orchestrator_port
  subnets            = module.vpc.private_subnet_ids
  tags               = var.tags
  vpc_id             = module.vpc.vpc_id

  egress_rules = merge(
    local.endpoint_rules,
    {
      for block in toset([for block in var.proxy_cidr_blocks : cidrsubnet(block, 0, 0)]) : "proxy-${block}" => {
        description = "Proxy to the collector"
        from_port   = var.proxy_port
        cidr_ipv4   = block
      }
    },
  )

  http_proxy_configuration = {
    proxy_host = var.proxy_host
    proxy_port = var.proxy_port
  }

  ingress_cidr_blocks        = []
  ingress_security_group_ids = { application = module.application.security_group_id }

  service_discovery = {
    namespace_name = local.namespace_name
    service_name   = "orchestrator"
  }
}

module "workload_agent" {
  source = "../../modules/sysdig-workload-agent"

  container_definitions              = local.container_definitions
  instrumentation_cpu                = 256
  instrumentation_memory_reservation = 512
  orchestrator_host                  = local.orchestrator_host
  orchestrator_port                  = local.orchestrator_port
  python_command                     = var.python_command
  sysdig_access_key_secret           = var.sysdig_access_key_secret_arn
  workload_agent_image               = "${local.agent_registry}/workload-agent:${var.agent_version}"

  log_configuration = {
    group         = local.agent_log_group
    region        = var.region
    stream_prefix = "${var.prefix}-workload-agent"
  }

  task = {
    cpu                      = "1024"
    family                   = var.prefix
    memory                   = "2048"
    network_mode             = "awsvpc"
    requires_compatibilities = ["FARGATE"]
    runtime_platform         = { cpu_architecture = "X86_64", operating_system_family = "LINUX" }
  }
}

module "application" {
  source = "../../modules/ecs-service"

  name                            = "${var.prefix}-service"
  family                          = var.prefix
  container_definitions           = module.workload_agent.container_definitions
  cpu                             = 1024
  desired_count                   = var.desired_count
  ecr                             = { pull_through_cache = true }
  kms_key_arns                    = var.kms_key_arns
  memory                          = 2048
  normalize_container_definitions = false
  pid_mode                        = module.workload_agent.pid_mode
  secret_arns                     = module.workload_agent.secret_arns
  subnet_ids                      = module.vpc.private_subnet_ids
  tags                            = var.tags
  volumes_json                    = jsonencode(module.workload_agent.volumes)
  vpc_id                          = module.vpc.vpc_id

  egress_rules = merge(
    local.endpoint_rules,
    {
      orchestrator = {
        description                  = "Orchestrator agent"
        from_port                    = local.orchestrator_port
        referenced_security_group_id = module.orchestrator.orchestrator_security_group_id
      }
    },
  )

  log_groups = {
    (local.agent_log_group)       = { retention_in_days = var.log_retention_in_days }
    (local.application_log_group) = { retention_in_days = var.log_retention_in_days }
  }
}
