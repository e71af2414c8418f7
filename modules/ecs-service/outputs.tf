output "cluster_arn" {
  description = "ARN of the cluster, created or given."
  value       = var.create ? local.cluster_arn : null
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = var.create ? local.cluster_name : null
}

output "container_definitions" {
  description = "Container definitions as registered, JSON text."
  value       = var.create ? local.container_definitions : null
}

output "execution_policy" {
  description = "Policy of the created execution role, JSON text."
  value       = one(aws_iam_role_policy.execution[*].policy)
}

output "execution_role_arn" {
  description = "ARN of the execution role, created or given."
  value       = var.create ? local.execution_role_arn : null
}

output "log_group_arns" {
  description = "ARNs of the created log groups, by name."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.arn }
}

output "security_group_id" {
  description = "Id of the created security group of the tasks."
  value       = one(aws_security_group.this[*].id)
}

output "service_arn" {
  description = "ARN of the service."
  value       = try(local.service.id, null)
}

output "service_name" {
  description = "Name of the service."
  value       = try(local.service.name, null)
}

output "task_definition_arn" {
  description = "ARN of the task definition, with its revision."
  value       = one(aws_ecs_task_definition.this[*].arn)
}

output "task_definition_family" {
  description = "Family of the task definition."
  value       = one(aws_ecs_task_definition.this[*].family)
}

output "task_role_arn" {
  description = "ARN of the task role, created or given."
  value       = var.create ? local.task_role_arn : null
}
