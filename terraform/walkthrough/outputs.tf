output "cluster_name" {
  description = "Name of the cluster that the service runs in."
  value       = module.event_generator.cluster_name
}

output "container_definitions" {
  description = "Container definitions as the program gave them back."
  value       = module.workload_agent.container_definitions
}

output "flow_log_bucket" {
  description = "Name of the bucket that receives the flow logs."
  value       = module.flow_log_bucket.bucket_name
}

output "instrumented" {
  description = "Names of the containers that carry the agent."
  value       = module.workload_agent.instrumented
}

output "nat_public_ips" {
  description = "Addresses that the collector sees, by zone."
  value       = module.vpc.nat_public_ips
}

output "orchestrator_host" {
  description = "Name under which workload agents find the orchestrator agent."
  value       = local.orchestrator_host
}

output "original_container_definitions" {
  description = "Container definitions before instrumentation."
  value       = local.container_definitions
}

output "service_name" {
  description = "Name of the service."
  value       = module.event_generator.service_name
}

output "task_definition_arn" {
  description = "ARN of the registered task definition."
  value       = module.event_generator.task_definition_arn
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = module.vpc.vpc_id
}

output "warnings" {
  description = "What the program had to say."
  value       = module.workload_agent.warnings
}
