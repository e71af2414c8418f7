output "container_definitions" {
  description = "Instrumented container definitions as JSON text, for `aws_ecs_task_definition`; empty in a batch and with `create = false`."
  value       = module.instrument.container_definitions
}

output "errors" {
  description = "What is wrong, one text per problem, each beginning with the address it speaks of."
  value       = module.instrument.errors
}

output "instrumented" {
  description = "Names of the containers that carry the agent now."
  value       = module.instrument.instrumented
}

output "output_container_definitions" {
  description = "The same as `container_definitions`, under the name that the vendor's data source gives it."
  value       = module.instrument.container_definitions
}

output "pid_mode" {
  description = "`pid_mode` the task definition needs: `task`, or null where the agent needs none."
  value       = module.instrument.pid_mode
}

output "secret_arns" {
  description = "ARNs of secrets and parameters that the execution role must be able to read."
  value       = module.instrument.secret_arns
}

output "skipped" {
  description = "Containers that were left alone, each with `name` and `reason`."
  value       = module.instrument.skipped
}

output "task_definitions" {
  description = "Batch results by name, each with the members of a single result."
  value       = module.instrument.task_definitions
}

output "volumes" {
  description = "Task volumes that the result mounts, as a list of objects in the form of the ECS API."
  value       = module.instrument.volumes
}

output "warnings" {
  description = "What to know, one text per warning, each beginning with the address it speaks of."
  value       = module.instrument.warnings
}
