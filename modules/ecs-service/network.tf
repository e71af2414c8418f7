# The security group of the tasks: what the rule maps open, and nothing else.

locals {
  create_security_group = var.create && var.create_security_group
  security_group_ids    = concat(aws_security_group.this[*].id, var.security_group_ids)
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
}
