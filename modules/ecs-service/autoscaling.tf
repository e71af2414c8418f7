# Scales the service between two sizes. AWS's service-linked role does it, so the module makes no role for it.

locals {
  metrics = {
    cpu      = "ECSServiceAverageCPUUtilization"
    memory   = "ECSServiceAverageMemoryUtilization"
    requests = "ALBRequestCountPerTarget"
  }
  create_autoscaling = local.create_service && var.autoscaling != null
}

resource "aws_appautoscaling_target" "this" {
  count = local.create_autoscaling ? 1 : 0

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${local.cluster_name}/${local.service.name}"
  min_capacity       = var.autoscaling.min_capacity
  max_capacity       = var.autoscaling.max_capacity
  tags               = local.tags

  lifecycle {
    precondition {
      condition     = local.ignore_desired_count
      error_message = "autoscaling with ignore_desired_count = false would be undone by every apply: leave it null."
    }
  }
}

resource "aws_appautoscaling_policy" "this" {
  for_each = local.create_autoscaling ? var.autoscaling.policies : {}

  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.this[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target_value
    scale_in_cooldown  = each.value.scale_in_cooldown
    scale_out_cooldown = each.value.scale_out_cooldown

    predefined_metric_specification {
      predefined_metric_type = local.metrics[each.value.metric]
      resource_label         = each.value.resource_label
    }
  }
}
