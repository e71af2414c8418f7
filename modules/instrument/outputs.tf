output "container_definitions" {
  description = <<-EOT
    Instrumented container definitions as JSON text, for `aws_ecs_task_definition`; empty in a batch and with `create
    = false`. Sensitive where a value that went in is.
  EOT
  value       = local.container_definitions

  precondition {
    condition     = local.is_batch || length(local.errors) == 0
    error_message = join("\n", local.errors)
  }
}

output "errors" {
  description = "What is wrong, one text per problem, each beginning with `label` and the address it speaks of."
  value       = local.errors
}

output "instrumented" {
  description = "Names of the containers that carry an agent now."
  value       = local.instrumented
}

output "pid_mode" {
  description = "`pid_mode` the task definition needs: `task`, or null where no agent needs any."
  value       = local.pid_mode == "" ? null : local.pid_mode
}

output "policies" {
  description = "IAM statements that the agents need, for `execution_role` and `task_role`; reported, never created."
  value       = local.policies
}

output "secret_arns" {
  description = "ARNs of secrets and parameters that the execution role must be able to read."
  value       = local.secret_arns
}

output "skipped" {
  description = "Containers that were left alone, each with `name` and `reason`."
  value       = local.skipped
}

output "tags" {
  description = "Tags that an agent asks for on the task definition."
  value       = local.tags
}

output "task_definitions" {
  description = <<-EOT
    Batch results by name, each with the members of a single result as text. Every name that went in is there, also
    where an entry is wrong and with `create = false`; then its members are empty.
  EOT
  value       = local.task_definitions

  precondition {
    condition     = !local.is_batch || length(local.errors) == 0
    error_message = join("\n", local.errors)
  }
}

output "volumes" {
  description = "Task volumes that the result mounts, as a list of objects in the form of the ECS API."
  value       = local.volumes
}

output "warnings" {
  description = "What to know, one text per warning, each beginning with `label` and the address it speaks of."
  value       = local.warnings
}
