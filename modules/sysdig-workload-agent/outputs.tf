output "container_definitions" {
  description = <<-EOT
    Instrumented container definitions as JSON text, for `aws_ecs_task_definition`; empty in a batch and with
    `create = false`. Sensitive where a value that went in is.
  EOT
  value       = module.instrument.container_definitions
}

output "errors" {
  description = "What is wrong, one text per problem, each beginning with `label` and the address it speaks of."
  value       = module.instrument.errors
}

output "instrumented" {
  description = "Names of the containers that carry an agent now."
  value       = module.instrument.instrumented
}

output "output_container_definitions" {
  description = "The same as `container_definitions`, under the name that the vendor's data source gives it."
  value       = module.instrument.container_definitions
}

output "pid_mode" {
  description = "`pid_mode` the task definition needs: `task`, or null where no agent needs any."
  value       = module.instrument.pid_mode
}

output "policies" {
  description = "IAM statements that the agents need, for `execution_role` and `task_role`; reported, never created."
  value       = module.instrument.policies
}

output "secret_arns" {
  description = "ARNs of secrets and parameters that the execution role must be able to read."
  value       = module.instrument.secret_arns
}

output "skipped" {
  description = "Containers that were left alone, each with `name` and `reason`."
  value       = module.instrument.skipped
}

output "tags" {
  description = "Tags that an agent asks for on the task definition."
  value       = module.instrument.tags
}

output "task_definitions" {
  description = <<-EOT
    Batch results by name, each with the members of a single result as text. Every name that went in is there, also
    where an entry is wrong and with `create = false`; then its members are empty.
  EOT
  value       = module.instrument.task_definitions
}

output "volumes" {
  description = "Task volumes that the result mounts, as a list of objects in the form of the ECS API."
  value       = module.instrument.volumes
}

output "warnings" {
  description = "What to know, one text per warning, each beginning with `label` and the address it speaks of."
  value       = module.instrument.warnings
}
