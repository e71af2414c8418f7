# The Sysdig orchestrator agent as a service on Fargate: its container definition, and the ecs-service module that runs it.
# network.tf holds what workload agents reach it through, collectors.tf where Sysdig's collectors are.

data "aws_region" "current" {
  count = var.create ? 1 : 0
}

locals {
  region = try(data.aws_region.current[0].id, "")
  tags   = merge({ Module = "fargate-instrument/orchestrator-agent", Name = var.name }, var.tags)

  # What follows the last slash has a digest, or a tag that is not latest.
  image_name      = element(split("/", var.agent_image), -1)
  image_is_pinned = can(regex("@sha256:[0-9a-f]{64}$", local.image_name)) || can(regex(":[^:@]+$", local.image_name)) && !endswith(local.image_name, ":latest")

  log_group_name = "${var.name}-logs"
  container_name = "OrchestratorAgent"

  has_plain_key = nonsensitive(var.access_key != null)
  has_proxy     = var.http_proxy_configuration.proxy_host != ""

  additional_conf = join("\n", compact([
    "agentino_port: ${var.orchestrator_port}",
    "log:",
    " file_priority: ${var.agent_log_level}",
    " console_priority: ${var.agent_log_level}",
    var.agent_extra_conf,
  ]))

  # Name => value; what is empty is left out.
  collector_environment = {
    ADDITIONAL_CONF                = local.additional_conf
    CHECK_CERTIFICATE              = tostring(var.check_collector_certificate)
    COLLECTOR                      = local.collector_host
    COLLECTOR_CA_CERTIFICATE       = var.collector_configuration.ca_certificate
    COLLECTOR_CA_CERTIFICATE_PATH  = var.collector_ca_certificate.value == "" ? "" : var.collector_ca_certificate.path
    COLLECTOR_CA_CERTIFICATE_TYPE  = var.collector_ca_certificate.value == "" ? "" : var.collector_ca_certificate.type
    COLLECTOR_CA_CERTIFICATE_VALUE = var.collector_ca_certificate.value
    COLLECTOR_PORT                 = tostring(local.collector_port)
    TAGS                           = join(",", [for key, value in var.agent_tags : "${key}:${value}"])
  }
  proxy_environment = {
    HTTP_PROXY_CA_CERTIFICATE_PATH  = var.http_proxy_ca_certificate.value == "" ? "" : var.http_proxy_ca_certificate.path
    HTTP_PROXY_CA_CERTIFICATE_TYPE  = var.http_proxy_ca_certificate.value == "" ? "" : var.http_proxy_ca_certificate.type
    HTTP_PROXY_CA_CERTIFICATE_VALUE = var.http_proxy_ca_certificate.value
    PROXY_CA_CERTIFICATE            = var.http_proxy_configuration.ca_certificate
    PROXY_HOST                      = var.http_proxy_configuration.proxy_host
    PROXY_PORT                      = tostring(var.http_proxy_configuration.proxy_port)
    PROXY_SSL                       = tostring(var.http_proxy_configuration.ssl)
    PROXY_SSL_VERIFY_CERTIFICATE    = tostring(var.http_proxy_configuration.ssl_verify_certificate)
    PROXY_USER                      = var.http_proxy_configuration.proxy_user
  }
  environment = concat(
    [
      for name, value in merge(local.collector_environment, { for name, value in local.proxy_environment : name => value if local.has_proxy }) :
      { name = name, value = value } if value != null && value != ""
    ],
    local.has_plain_key ? [{ name = "ACCESS_KEY", value = var.access_key }] : [],
  )
  secret_references = { for name, arn in {
    ACCESS_KEY     = var.access_key_secret
    PROXY_PASSWORD = local.has_proxy ? var.http_proxy_configuration.proxy_password_secret : null
  } : name => arn if arn != null }

  container_definition = {
    name                   = local.container_name
    image                  = var.agent_image
    essential              = var.container.essential
    environment            = local.environment
    secrets                = [for name, arn in local.secret_references : { name = name, valueFrom = arn }]
    portMappings           = [{ containerPort = var.orchestrator_port, hostPort = var.orchestrator_port, protocol = "tcp" }]
    readonlyRootFilesystem = var.container.readonly_root_filesystem
    user                   = var.container.user
    stopTimeout            = var.container.stop_timeout
    ulimits                = [for name, limit in var.container.ulimits : { name = name, softLimit = limit.soft_limit, hardLimit = limit.hard_limit }]
    healthCheck = var.container.health_check == null ? null : {
      command     = var.container.health_check.command
      interval    = var.container.health_check.interval
      timeout     = var.container.health_check.timeout
      retries     = var.container.health_check.retries
      startPeriod = var.container.health_check.start_period
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = local.log_group_name
        "awslogs-region"        = local.region
        "awslogs-stream-prefix" = "ecs"
      }
    }
  }
  # Members without a value, and lists without elements, are left out.
  container_definitions = jsonencode([
    { for key, value in local.container_definition : key => value if value != null && try(length(value) > 0, true) }
  ])
}

module "service" {
  source = "../ecs-service"

  create                = var.create
  name                  = var.name
  family                = "${var.name}-orchestrator-agent"
  container_definitions = local.container_definitions
  check_image_tags      = false # the output orchestrator_host has its own, stricter condition
  cpu                   = var.cpu
  memory                = var.memory
  platform_version      = var.platform_version
  runtime_platform      = { cpu_architecture = var.runtime_platform.cpu_architecture }
  desired_count         = var.desired_count
  tags                  = merge({ Module = local.tags.Module }, var.tags)

  create_cluster     = var.create_cluster
  cluster_arn        = var.cluster_arn
  container_insights = var.container_insights

  secret_arns      = distinct(values(local.secret_references))
  kms_key_arns     = var.kms_key_arns
  kms_via_services = var.kms_via_services
  execution_role   = var.execution_role
  task_role        = { create = false }
  ecr              = var.ecr
  log_groups = {
    (local.log_group_name) = { retention_in_days = var.log_retention_days, kms_key_arn = var.log_kms_key_arn }
  }

  vpc_id           = var.vpc_id
  subnet_ids       = var.subnets
  assign_public_ip = var.assign_public_ip
  ingress_rules    = local.task_ingress_rules
  egress_rules     = local.task_egress_rules

  availability_zone_rebalancing = var.availability_zone_rebalancing
  deployment = {
    minimum_healthy_percent = var.deployment.minimum_healthy_percent
    maximum_percent         = var.deployment.maximum_percent
    circuit_breaker         = var.deployment.circuit_breaker
    rollback                = var.deployment.rollback
    wait_for_steady_state   = var.deployment.wait_for_steady_state
  }

  # Through the listener, so that the service is made when its target group has a load balancer.
  load_balancers = { for name, listener in { orchestrator = one(aws_lb_listener.this[*]) } : name => {
    target_group_arn = listener.default_action[0].target_group_arn
    container_name   = local.container_name
    container_port   = var.orchestrator_port
  } if local.by_load_balancer }

  service_registry = local.by_cloud_map ? { registry_arn = aws_service_discovery_service.this[0].arn } : null

  autoscaling = var.autoscaling == null ? null : {
    min_capacity = var.autoscaling.min_capacity
    max_capacity = var.autoscaling.max_capacity
    policies = { load = {
      metric             = var.autoscaling.target_metric == "ECSServiceAverageMemoryUtilization" ? "memory" : "cpu"
      target_value       = var.autoscaling.target_value
      scale_in_cooldown  = var.autoscaling.scale_in_cooldown
      scale_out_cooldown = var.autoscaling.scale_out_cooldown
    } }
  }
}
