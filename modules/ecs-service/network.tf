# The security group of the tasks: what the rule maps open, and nothing else.

locals {
  create_security_group = var.create && var.create_security_group
  security_group_ids    = concat(aws_security_group.this[*].id, var.security_group_ids)

  # What EC2 takes a rule for: protocol, ports and the other side, without the description. Two of one identity fail an apply with
  # InvalidPermission.Duplicate.
  rule_identities = {
    for direction, rules in { ingress_rules = var.ingress_rules, egress_rules = var.egress_rules } : direction => [
      for rule in values(rules) : jsonencode([
        rule.protocol,
        rule.from_port,
        rule.to_port == null ? rule.from_port : rule.to_port,
        try(cidrsubnet(rule.cidr_ipv4, 0, 0), rule.cidr_ipv4),
        try(cidrsubnet(rule.cidr_ipv6, 0, 0), rule.cidr_ipv6),
        rule.prefix_list_id,
        rule.referenced_security_group_id,
      ])
    ]
  }
}

resource "aws_security_group" "this" {
  # checkov:skip=CKV2_AWS_5: Attached to the tasks in service.tf, through a list that checkov does not follow.
  count = local.create_security_group ? 1 : 0

  name_prefix = "${var.name}-"
  description = "Tasks of the ECS service ${var.name}"
  vpc_id      = var.vpc_id
  tags        = local.tags

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.vpc_id != null
      error_message = "The security group needs vpc_id; or set create_security_group = false."
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = { for name, rule in var.ingress_rules : name => rule if local.create_security_group }

  security_group_id            = aws_security_group.this[0].id
  description                  = coalesce(each.value.description, each.key)
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port == null ? each.value.from_port : each.value.to_port
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id
  tags                         = merge(local.tags, { Name = "${var.name}-${each.key}" }, var.tags)

  lifecycle {
    precondition {
      condition     = length(distinct(local.rule_identities["ingress_rules"])) == length(var.ingress_rules)
      error_message = "ingress_rules: two of ${join(", ", keys(var.ingress_rules))} have the same protocol, ports and other side, and EC2 refuses the second."
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = { for name, rule in var.egress_rules : name => rule if local.create_security_group }

  security_group_id            = aws_security_group.this[0].id
  description                  = coalesce(each.value.description, each.key)
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from_port
  to_port                      = each.value.to_port == null ? each.value.from_port : each.value.to_port
  cidr_ipv4                    = each.value.cidr_ipv4
  cidr_ipv6                    = each.value.cidr_ipv6
  prefix_list_id               = each.value.prefix_list_id
  referenced_security_group_id = each.value.referenced_security_group_id
  tags                         = merge(local.tags, { Name = "${var.name}-${each.key}" }, var.tags)

  lifecycle {
    precondition {
      condition     = length(distinct(local.rule_identities["egress_rules"])) == length(var.egress_rules)
      error_message = "egress_rules: two of ${join(", ", keys(var.egress_rules))} have the same protocol, ports and other side, and EC2 refuses the second."
    }
  }
}
