output "container_definitions" {
  description = "Instrumented container definitions as JSON text, for `aws_ecs_task_definition`; empty in a batch and with `create = false`."
  value       = local.container_definitions

  precondition {
    condition     = length(local.errors) == 0
    error_message = join("\n", local.errors)
  }
}

output "errors" {
  description = "What is wrong, one text per problem, each beginning with the address it speaks of."
  value       = local.errors
}

output "instrumented" {
  description = "Names of the containers that carry the agent now."
  value       = local.instrumented
}

output "pid_mode" {
  description = "`pid_mode` the task definition needs: `task`, or null where the agent needs none."
  value       = local.pid_mode == "" ? null : local.pid_mode
}

output "secret_arns" {
  description = "ARNs of secrets and parameters that the execution role must be able to read."
  value       = local.secret_arns
}

output "skipped" {
  description = "Containers that were left alone, each with `name` and `reason`."
  value       = local.skipped
}

output "task_definitions" {
  description = "Batch results by name, each with the members of a single result."
  value       = local.task_definitions
}

output "volumes" {
  description = "Task volumes that the result mounts, as a list of objects in the form of the ECS API."
  value       = local.volumes
}

output "warnings" {
  description = "What to know, one text per warning, each beginning with the address it speaks of."
  value       = local.warnings
}
