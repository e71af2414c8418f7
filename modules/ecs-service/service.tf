# The same service twice, because lifecycle takes no expressions: `this` keeps the number of tasks at desired_count,
# `uncounted` leaves it to autoscaling or to people.
resource "aws_ecs_service" "this" {
  # checkov:skip=CKV_AWS_332: LATEST by default, platform_version; checkov loses the default on its way through a module that calls this one.
  count = local.create_service && !local.ignore_desired_count ? 1 : 0

  name                               = var.name
  cluster                            = local.cluster_arn
  task_definition                    = aws_ecs_task_definition.this[0].arn
  desired_count                      = var.desired_count
  launch_type                        = local.launch_type
  platform_version                   = var.platform_version
  availability_zone_rebalancing      = var.availability_zone_rebalancing
  deployment_minimum_healthy_percent = var.deployment.minimum_healthy_percent
  deployment_maximum_percent         = var.deployment.maximum_percent
  health_check_grace_period_seconds  = var.deployment.health_check_grace_period_seconds
  force_new_deployment               = var.deployment.force_new_deployment
  wait_for_steady_state              = var.deployment.wait_for_steady_state
  enable_ecs_managed_tags            = var.enable_ecs_managed_tags
  enable_execute_command             = var.enable_execute_command
  propagate_tags                     = var.propagate_tags
  tags                               = local.tags

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = local.security_group_ids
    assign_public_ip = var.assign_public_ip
  }

  deployment_circuit_breaker {
    enable   = var.deployment.circuit_breaker
    rollback = var.deployment.rollback
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancers

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registry == null ? [] : [var.service_registry]

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }

  dynamic "service_connect_configuration" {
    for_each = var.service_connect == null ? [] : [var.service_connect]

    content {
      enabled   = true
      namespace = service_connect_configuration.value.namespace

      dynamic "service" {
        for_each = service_connect_configuration.value.services

        content {
          port_name             = service.value.port_name
          discovery_name        = coalesce(service.value.discovery_name, service.key)
          ingress_port_override = service.value.ingress_port_override

          dynamic "client_alias" {
            for_each = service.value.port == null ? [] : [service.value]

            content {
              dns_name = client_alias.value.dns_name
              port     = client_alias.value.port
            }
          }
        }
      }
    }
  }

  timeouts {
    create = var.deployment.timeouts.create
    update = var.deployment.timeouts.update
    delete = var.deployment.timeouts.delete
  }

  # What the tasks need to start and the task definition names by text alone. A destroy goes the other way.
  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_ecs_cluster_capacity_providers.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_iam_role_policy_attachment.task,
    aws_vpc_security_group_egress_rule.this,
    aws_vpc_security_group_ingress_rule.this,
  ]

  lifecycle {
    precondition {
      condition     = length(var.subnet_ids) > 0
      error_message = "subnet_ids needs at least one subnet."
    }

    precondition {
      condition     = var.availability_zone_rebalancing == "DISABLED" || var.deployment.maximum_percent > 100
      error_message = "ECS rebalances zones only where deployment.maximum_percent is greater than 100: set availability_zone_rebalancing = \"DISABLED\"."
    }

    precondition {
      condition     = var.launch_type == null || length(var.capacity_provider_strategy) == 0
      error_message = "launch_type and capacity_provider_strategy exclude each other: leave launch_type null."
    }

    precondition {
      condition     = var.create_cluster == (var.cluster_arn == null)
      error_message = "Give cluster_arn together with create_cluster = false, and only then."
    }

    precondition {
      condition     = alltrue([for lb in values(var.load_balancers) : contains(local.container_names, lb.container_name)])
      error_message = "load_balancers: container_name is none of ${join(", ", local.container_names)}."
    }

    precondition {
      condition     = length(local.security_group_ids) > 0
      error_message = "The tasks need a security group: create_security_group, or security_group_ids."
    }

    precondition {
      condition     = var.deployment.health_check_grace_period_seconds == null || length(var.load_balancers) > 0
      error_message = "deployment.health_check_grace_period_seconds needs a load balancer."
    }

    precondition {
      condition     = !var.enable_execute_command || var.task_role.create || var.task_role.arn != null
      error_message = "enable_execute_command needs a task role: task_role.create, or a task_role.arn with the four ssmmessages actions."
    }
  }
}

resource "aws_ecs_service" "uncounted" {
  # checkov:skip=CKV_AWS_332: LATEST by default, platform_version; checkov loses the default on its way through a module that calls this one.
  count = local.create_service && local.ignore_desired_count ? 1 : 0

  name                               = var.name
  cluster                            = local.cluster_arn
  task_definition                    = aws_ecs_task_definition.this[0].arn
  desired_count                      = var.desired_count
  launch_type                        = local.launch_type
  platform_version                   = var.platform_version
  availability_zone_rebalancing      = var.availability_zone_rebalancing
  deployment_minimum_healthy_percent = var.deployment.minimum_healthy_percent
  deployment_maximum_percent         = var.deployment.maximum_percent
  health_check_grace_period_seconds  = var.deployment.health_check_grace_period_seconds
  force_new_deployment               = var.deployment.force_new_deployment
  wait_for_steady_state              = var.deployment.wait_for_steady_state
  enable_ecs_managed_tags            = var.enable_ecs_managed_tags
  enable_execute_command             = var.enable_execute_command
  propagate_tags                     = var.propagate_tags
  tags                               = local.tags

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = local.security_group_ids
    assign_public_ip = var.assign_public_ip
  }

  deployment_circuit_breaker {
    enable   = var.deployment.circuit_breaker
    rollback = var.deployment.rollback
  }

  dynamic "capacity_provider_strategy" {
    for_each = var.capacity_provider_strategy

    content {
      capacity_provider = capacity_provider_strategy.key
      weight            = capacity_provider_strategy.value.weight
      base              = capacity_provider_strategy.value.base
    }
  }

  dynamic "load_balancer" {
    for_each = var.load_balancers

    content {
      target_group_arn = load_balancer.value.target_group_arn
      container_name   = load_balancer.value.container_name
      container_port   = load_balancer.value.container_port
    }
  }

  dynamic "service_registries" {
    for_each = var.service_registry == null ? [] : [var.service_registry]

    content {
      registry_arn   = service_registries.value.registry_arn
      container_name = service_registries.value.container_name
      container_port = service_registries.value.container_port
      port           = service_registries.value.port
    }
  }

  dynamic "service_connect_configuration" {
    for_each = var.service_connect == null ? [] : [var.service_connect]

    content {
      enabled   = true
      namespace = service_connect_configuration.value.namespace

      dynamic "service" {
        for_each = service_connect_configuration.value.services

        content {
          port_name             = service.value.port_name
          discovery_name        = coalesce(service.value.discovery_name, service.key)
          ingress_port_override = service.value.ingress_port_override

          dynamic "client_alias" {
            for_each = service.value.port == null ? [] : [service.value]

            content {
              dns_name = client_alias.value.dns_name
              port     = client_alias.value.port
            }
          }
        }
      }
    }
  }

  timeouts {
    create = var.deployment.timeouts.create
    update = var.deployment.timeouts.update
    delete = var.deployment.timeouts.delete
  }

  # What the tasks need to start and the task definition names by text alone. A destroy goes the other way.
  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_ecs_cluster_capacity_providers.this,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_iam_role_policy_attachment.task,
    aws_vpc_security_group_egress_rule.this,
    aws_vpc_security_group_ingress_rule.this,
  ]

  lifecycle {
    ignore_changes = [desired_count]

    precondition {
      condition     = length(var.subnet_ids) > 0
      error_message = "subnet_ids needs at least one subnet."
    }

    precondition {
      condition     = var.availability_zone_rebalancing == "DISABLED" || var.deployment.maximum_percent > 100
      error_message = "ECS rebalances zones only where deployment.maximum_percent is greater than 100: set availability_zone_rebalancing = \"DISABLED\"."
    }

    precondition {
      condition     = var.launch_type == null || length(var.capacity_provider_strategy) == 0
      error_message = "launch_type and capacity_provider_strategy exclude each other: leave launch_type null."
    }

    precondition {
      condition     = var.create_cluster == (var.cluster_arn == null)
      error_message = "Give cluster_arn together with create_cluster = false, and only then."
    }

    precondition {
      condition     = alltrue([for lb in values(var.load_balancers) : contains(local.container_names, lb.container_name)])
      error_message = "load_balancers: container_name is none of ${join(", ", local.container_names)}."
    }

    precondition {
      condition     = length(local.security_group_ids) > 0
      error_message = "The tasks need a security group: create_security_group, or security_group_ids."
    }

    precondition {
      condition     = var.deployment.health_check_grace_period_seconds == null || length(var.load_balancers) > 0
      error_message = "deployment.health_check_grace_period_seconds needs a load balancer."
    }

    precondition {
      condition     = !var.enable_execute_command || var.task_role.create || var.task_role.arn != null
      error_message = "enable_execute_command needs a task role: task_role.create, or a task_role.arn with the four ssmmessages actions."
    }
  }
}
