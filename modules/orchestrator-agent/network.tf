# How workload agents reach the orchestrator: an internal network load balancer with a security group, or a Cloud Map name.

data "aws_vpc" "this" {
  count = var.create ? 1 : 0

  id = var.vpc_id
}

locals {
  by_load_balancer = var.create && var.exposure == "load_balancer"
  by_cloud_map     = var.create && var.exposure == "cloud_map"
  vpc_cidr_block   = try(data.aws_vpc.this[0].cidr_block, "")

  orchestrator_host = (
    local.by_cloud_map ? "${var.service_discovery.service_name}.${var.service_discovery.namespace_name}" :
    var.load_balancer.dns_record != null ? var.load_balancer.dns_record.name :
    one(aws_lb.this[*].dns_name)
  )

  # The names are known at plan even where the values are not.
  client_rules = merge(
    { for name, cidr in { vpc = local.vpc_cidr_block } : name => {
      description             = "Workload agents in the VPC", cidr_ipv4 = cidr, group = null
    } if var.ingress_cidr_blocks == null },
    { for cidr in distinct(coalesce(var.ingress_cidr_blocks, [])) : cidr => {
      description = "Workload agents in ${cidr}", cidr_ipv4 = cidr, group = null
    } },
    { for name, id in var.ingress_security_group_ids : "group-${name}" => {
      description = "Workload agents: ${name}", cidr_ipv4 = null, group = id
    } },
  )

  # Where the load balancer speaks to the tasks: traffic, and health checks where they have a port of their own.
  target_ports = merge(
    { load-balancer = { port = var.orchestrator_port, purpose = "traffic and health checks" } },
    { for name, port in { load-balancer-health = var.load_balancer.health_check.port } : name => {
      port                                     = tonumber(port), purpose = "health checks"
    } if port != "traffic-port" && port != tostring(var.orchestrator_port) },
  )

  # With a load balancer the tasks see its addresses only; without one they see the workload agents.
  load_balancer_rules = { for name, target in local.target_ports : name => {
    description                  = "From the load balancer: ${target.purpose}"
    from_port                    = target.port
    cidr_ipv4                    = null
    referenced_security_group_id = one(aws_security_group.load_balancer[*].id)
  } }
  direct_rules = { for name, rule in local.client_rules : name => {
    description                  = rule.description
    from_port                    = var.orchestrator_port
    cidr_ipv4                    = rule.cidr_ipv4
    referenced_security_group_id = rule.group
  } }
  task_ingress_rules = merge(
    { for name, rule in local.load_balancer_rules : name => rule if var.exposure == "load_balancer" },
    { for name, rule in local.direct_rules : name => rule if var.exposure == "cloud_map" },
  )

  # Ways out, null for the VPC's range, which is not known before the VPC. Two of the same protocol, port and range are one rule
  # to EC2, which refuses the second; the first one here stays: a collector on 443 goes the way of HTTPS.
  ways_out = concat(
    [
      { name = "https", description = "Images, secrets, logs", protocol = "tcp", from_port = 443, cidr_ipv4 = "0.0.0.0/0" },
      { name = "dns-tcp", description = "Resolver of the VPC", protocol = "tcp", from_port = 53, cidr_ipv4 = null },
      { name = "dns-udp", description = "Resolver of the VPC", protocol = "udp", from_port = 53, cidr_ipv4 = null },
    ],
    [for index, cidr in var.collector_cidr_blocks : {
      name = "collector-${index}", description = "Sysdig collector", protocol = "tcp", from_port = local.collector_port, cidr_ipv4 = cidrsubnet(cidr, 0, 0)
    }],
    [for cidr in [var.http_proxy_configuration.cidr_block] : {
      name = "proxy", description = "HTTP proxy", protocol = "tcp", from_port = var.http_proxy_configuration.proxy_port, cidr_ipv4 = try(cidrsubnet(cidr, 0, 0), cidr)
    } if local.has_proxy],
  )
  ways_out_identities = [for way in local.ways_out : jsonencode([way.protocol, way.from_port, way.cidr_ipv4])]
  default_egress_rules = {
    for index, way in local.ways_out : way.name => merge(way, { cidr_ipv4 = way.cidr_ipv4 == null ? local.vpc_cidr_block : way.cidr_ipv4 })
    if index(local.ways_out_identities, local.ways_out_identities[index]) == index
  }
  # Merged, not chosen by a conditional, whose sides would need one type: the default rules are an object, the user's a map.
  task_egress_rules = merge(
    var.egress_rules == null ? {} : var.egress_rules,
    { for name, rule in local.default_egress_rules : name => {
      description                  = rule.description
      protocol                     = rule.protocol
      from_port                    = rule.from_port
      to_port                      = rule.from_port
      cidr_ipv4                    = rule.cidr_ipv4
      cidr_ipv6                    = null
      prefix_list_id               = null
      referenced_security_group_id = null
    } if var.egress_rules == null },
  )

  # ELB takes no name that begins with internal-.
  load_balancer_name = trim(substr(replace(replace(var.name, "_", "-"), "/^internal-/", "int-"), 0, 32), "-")

  client_security_group_id = local.by_load_balancer ? one(aws_security_group.load_balancer[*].id) : module.service.security_group_id
}

resource "aws_lb" "this" {
  # checkov:skip=CKV_AWS_91: Access logs are written for TLS listeners only, and this one is TCP; the VPC's flow log has its connections.
  # checkov:skip=CKV_AWS_150: Holds no data, and protection would stop terraform destroy; load_balancer.deletion_protection turns it on.
  # checkov:skip=CKV_AWS_152: On by default, load_balancer.cross_zone; checkov does not read the default of an optional attribute.
  count = local.by_load_balancer ? 1 : 0

  name                             = coalesce(var.load_balancer.name, local.load_balancer_name)
  load_balancer_type               = "network"
  internal                         = true
  subnets                          = var.subnets
  security_groups                  = aws_security_group.load_balancer[*].id
  enable_cross_zone_load_balancing = var.load_balancer.cross_zone
  enable_deletion_protection       = var.load_balancer.deletion_protection
  tags                             = local.tags

  lifecycle {
    precondition {
      condition     = length(var.subnets) >= 2
      error_message = "subnets needs at least two subnets, in different availability zones."
    }
  }
}

resource "aws_lb_target_group" "this" {
  count = local.by_load_balancer ? 1 : 0

  name_prefix          = "orch-"
  target_type          = "ip"
  protocol             = "TCP"
  port                 = var.orchestrator_port
  vpc_id               = var.vpc_id
  deregistration_delay = var.load_balancer.deregistration_delay
  tags                 = local.tags

  health_check {
    protocol            = var.load_balancer.health_check.protocol
    port                = var.load_balancer.health_check.port
    path                = var.load_balancer.health_check.path
    interval            = var.load_balancer.health_check.interval
    timeout             = var.load_balancer.health_check.timeout
    healthy_threshold   = var.load_balancer.health_check.healthy_threshold
    unhealthy_threshold = var.load_balancer.health_check.unhealthy_threshold
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "this" {
  count = local.by_load_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = var.orchestrator_port
  protocol          = "TCP"
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }
}

resource "aws_security_group" "load_balancer" {
  count = local.by_load_balancer ? 1 : 0

  name_prefix = "${var.name}-lb-"
  description = "Load balancer of ${var.name}: workload agents in, tasks out"
  vpc_id      = var.vpc_id
  tags        = merge({ Module = local.tags.Module, Name = "${var.name}-lb" }, var.tags)

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = { for name, rule in local.client_rules : name => rule if local.by_load_balancer }

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = each.value.description
  ip_protocol                  = "tcp"
  from_port                    = var.orchestrator_port
  to_port                      = var.orchestrator_port
  cidr_ipv4                    = each.value.cidr_ipv4
  referenced_security_group_id = each.value.group
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = { for name, target in local.target_ports : name => target if local.by_load_balancer }

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "To the tasks: ${each.value.purpose}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = module.service.security_group_id
  tags                         = local.tags
}

moved {
  from = aws_vpc_security_group_egress_rule.load_balancer[0]
  to   = aws_vpc_security_group_egress_rule.load_balancer["load-balancer"]
}

resource "aws_route53_record" "this" {
  count = local.by_load_balancer && var.load_balancer.dns_record != null ? 1 : 0

  zone_id = var.load_balancer.dns_record.zone_id
  name    = var.load_balancer.dns_record.name
  type    = "A"

  alias {
    name                   = aws_lb.this[0].dns_name
    zone_id                = aws_lb.this[0].zone_id
    evaluate_target_health = true
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  count = local.by_cloud_map && var.service_discovery.create_namespace ? 1 : 0

  name        = var.service_discovery.namespace_name
  description = "Names of ${var.name}"
  vpc         = var.vpc_id
  tags        = local.tags
}

resource "aws_service_discovery_service" "this" {
  count = local.by_cloud_map ? 1 : 0

  name        = var.service_discovery.service_name
  description = "Orchestrator agent of ${var.name}"
  tags        = local.tags

  # ECS takes its tasks out some time after they end, and a service that still holds one is not deleted: ResourceInUse.
  force_destroy = true

  dns_config {
    namespace_id   = var.service_discovery.create_namespace ? aws_service_discovery_private_dns_namespace.this[0].id : var.service_discovery.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = var.service_discovery.ttl
    }
  }

  lifecycle {
    precondition {
      condition     = var.service_discovery.create_namespace || var.service_discovery.namespace_id != null
      error_message = "service_discovery needs a namespace_id, or create_namespace = true."
    }
  }
}
