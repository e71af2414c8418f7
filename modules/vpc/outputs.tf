output "availability_zones" {
  description = "Names of the zones in use."
  value       = local.zones
}

output "default_security_group_id" {
  description = "Id of the VPC's default security group, which has no rules."
  value       = one(aws_default_security_group.this[*].id)
}

output "endpoint_ids" {
  description = "Ids of the gateway and interface endpoints, by service."
  value       = { for service, endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : service => endpoint.id }
}

output "endpoints_security_group_id" {
  description = "Id of the security group of the interface endpoints."
  value       = one(aws_security_group.endpoints[*].id)
}

output "flow_log_group_arn" {
  description = "ARN of the created log group of the flow log."
  value       = one(aws_cloudwatch_log_group.flow_log[*].arn)
}

output "flow_log_id" {
  description = "Id of the flow log."
  value       = one(aws_flow_log.this[*].id)
}

output "flow_log_policy" {
  description = "Policy of the flow log's role, JSON text."
  value       = one(aws_iam_role_policy.flow_log[*].policy)
}

output "gateway_prefix_list_ids" {
  description = "Ids of the prefix lists of the gateway endpoints, by service: what a security group rule names."
  value       = { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.prefix_list_id }
}

output "internet_gateway_id" {
  description = "Id of the internet gateway."
  value       = one(aws_internet_gateway.this[*].id)
}

output "isolated_route_table_ids" {
  description = "Ids of the route tables of the isolated subnets."
  value       = aws_route_table.isolated[*].id
}

output "isolated_subnet_ids" {
  description = "Ids of the isolated subnets, in the order of the zones. They wait for routes and endpoints, so that a task made of them has its way out."
  value       = [for zone in local.zones : aws_subnet.isolated[zone].id if var.subnets.isolated.create]

  depends_on = [
    aws_route_table_association.isolated,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "isolated_subnets_by_zone" {
  description = "Isolated subnets by zone: id and range. They wait for routes and endpoints."
  value       = { for zone, subnet in aws_subnet.isolated : zone => { id = subnet.id, cidr_block = subnet.cidr_block } }

  depends_on = [
    aws_route_table_association.isolated,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "nat_public_ips" {
  description = "Public addresses of the NAT gateways, by zone: what a firewall on the other side sees."
  value       = { for zone, gateway in aws_nat_gateway.this : zone => gateway.public_ip }
}

output "private_route_table_ids" {
  description = "Ids of the route tables of the private subnets, by zone."
  value       = { for zone, table in aws_route_table.private : zone => table.id }
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones. They wait for routes and endpoints, so that a task made of them has its way out."
  value       = [for zone in local.zones : aws_subnet.private[zone].id if var.subnets.private.create]

  depends_on = [
    aws_route.private,
    aws_route_table_association.private,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "private_subnets_by_zone" {
  description = "Private subnets by zone: id and range. They wait for routes and endpoints."
  value       = { for zone, subnet in aws_subnet.private : zone => { id = subnet.id, cidr_block = subnet.cidr_block } }

  depends_on = [
    aws_route.private,
    aws_route_table_association.private,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "public_route_table_ids" {
  description = "Ids of the route tables of the public subnets."
  value       = aws_route_table.public[*].id
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of the zones. They wait for routes and endpoints, so that a task made of them has its way out."
  value       = [for zone in local.zones : aws_subnet.public[zone].id if var.subnets.public.create]

  depends_on = [
    aws_route.public,
    aws_route_table_association.public,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "public_subnets_by_zone" {
  description = "Public subnets by zone: id and range. They wait for routes and endpoints."
  value       = { for zone, subnet in aws_subnet.public : zone => { id = subnet.id, cidr_block = subnet.cidr_block } }

  depends_on = [
    aws_route.public,
    aws_route_table_association.public,
    aws_vpc_endpoint.gateway,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

output "vpc_arn" {
  description = "ARN of the VPC."
  value       = one(aws_vpc.this[*].arn)
}

output "vpc_cidr_block" {
  description = "IPv4 range of the VPC."
  value       = one(aws_vpc.this[*].cidr_block)
}

output "vpc_id" {
  description = "Id of the VPC."
  value       = one(aws_vpc.this[*].id)
}
