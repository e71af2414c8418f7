output "cluster_name" {
  description = "Name of the cluster that the service runs in."
  value       = module.webserver.cluster_name
}

output "container_definitions" {
  description = "Container definitions as the program gave them back."
  value       = module.defender.container_definitions
}

output "instrumented" {
  description = "Names of the containers that carry the agent."
  value       = module.defender.instrumented
}

output "nat_public_ips" {
  description = "Addresses that the collector sees, by zone."
  value       = module.vpc.nat_public_ips
}

output "original_container_definitions" {
  description = "Container definitions before instrumentation."
  value       = local.container_definitions
}

output "service_name" {
  description = "Name of the service."
  value       = module.webserver.service_name
}

output "task_definition_arn" {
  description = "ARN of the registered task definition."
  value       = module.webserver.task_definition_arn
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "warnings" {
  description = "What the program had to say."
  value       = module.defender.warnings
}
