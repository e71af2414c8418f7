output "cluster_arn" {
  description = "ARN of the cluster, created or given."
  value       = module.service.cluster_arn
}

output "collector_host" {
  description = "Host of the collector that the orchestrator reports to."
  value       = var.create ? local.collector_host : null
}

output "collector_port" {
  description = "Port of the collector."
  value       = var.create ? local.collector_port : null
}

output "execution_policy" {
  description = "Policy of the created execution role, JSON text."
  value       = module.service.execution_policy
}

output "execution_role_arn" {
  description = "ARN of the execution role, created or given."
  value       = module.service.execution_role_arn
}

output "load_balancer_arn" {
  description = "ARN of the load balancer, where there is one."
  value       = one(aws_lb.this[*].arn)
}

output "log_group_name" {
  description = "Name of the agent's log group."
  value       = var.create ? local.log_group_name : null
}

output "orchestrator_host" {
  description = "Host that workload agents connect to. A Cloud Map name and a DNS record of your own are known before the first apply, a load balancer's name is not."
  value       = var.create ? local.orchestrator_host : null

  precondition {
    condition     = !var.create || local.image_is_pinned || var.allow_unpinned_image
    error_message = "agent_image = \"${var.agent_image}\" has no tag, or the tag latest, whose next pull may be another agent: pin a version, or set allow_unpinned_image."
  }

  precondition {
    condition     = !var.create || local.has_plain_key != (var.access_key_secret != null)
    error_message = "Give the Sysdig access key once: access_key_secret, the ARN of a secret or parameter (or access_key with allow_plain_text_access_key)."
  }

  precondition {
    condition     = !var.create || !local.has_plain_key || var.allow_plain_text_access_key
    error_message = "access_key puts the key in plain text into the state and the task definition: use access_key_secret, or set allow_plain_text_access_key."
  }

  precondition {
    condition     = !var.create || local.collector_host != null
    error_message = "Where is the collector? Give sysdig_region, or collector_host; a region of IBM Cloud has no alternative collector."
  }
}

output "orchestrator_port" {
  description = "Port that workload agents connect to."
  value       = var.create ? var.orchestrator_port : null
}

output "orchestrator_security_group_id" {
  description = "Id of the security group that workload agents connect to: the load balancer's, or with Cloud Map the tasks'. It waits for the name and the listener, so a service whose rules are made of it asks for no name too early."
  value       = local.client_security_group_id

  depends_on = [
    aws_lb_listener.this,
    aws_route53_record.this,
    aws_service_discovery_service.this,
    aws_vpc_security_group_egress_rule.load_balancer,
  ]
}

output "service_arn" {
  description = "ARN of the service."
  value       = module.service.service_arn
}

output "service_name" {
  description = "Name of the service."
  value       = module.service.service_name
}

output "task_definition_arn" {
  description = "ARN of the task definition, with its revision."
  value       = module.service.task_definition_arn
}

output "task_security_group_id" {
  description = "Id of the security group of the tasks."
  value       = module.service.security_group_id
}
