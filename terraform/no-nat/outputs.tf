output "cluster_name" {
  description = "Name of the cluster that the service runs in."
  value       = module.application.cluster_name
}

output "container_definitions" {
  description = "Container definitions as the program gave them back."
  value       = module.workload_agent.container_definitions
}

output "instrumented" {
  description = "Names of the containers that carry the agent."
  value       = module.workload_agent.instrumented
}

output "orchestrator_host" {
  description = "Name under which workload agents find the orchestrator agent."
  value       = local.orchestrator_host
}

output "original_container_definitions" {
  description = "Container definitions before instrumentation."
  value       = local.container_definitions
}

output "private_route_table_ids" {
  description = "Ids of the private subnets' route tables, by zone: the way to your proxy goes in there."
  value       = module.vpc.private_route_table_ids
}

output "service_name" {
  description = "Name of the service."
  value       = module.application.service_name
}

output "task_definition_arn" {
  description = "ARN of the registered task definition."
  value       = module.application.task_definition_arn
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "warnings" {
  description = "What the program had to say."
  value       = module.workload_agent.warnings
}
