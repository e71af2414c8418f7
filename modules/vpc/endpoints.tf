# Ways to AWS services that need no way out: gateway endpoints in the route tables, interface endpoints in the subnets.

locals {
  # A name in full stays as it is: in China some services are cn.com.amazonaws, some com.amazonaws.
  endpoint_names = {
    for service in setunion(var.gateway_endpoints, var.interface_endpoints) :
    service => can(regex("(^|\\.)com\\.amazonaws\\.", service)) ? service : "com.amazonaws.${local.region}.${service}"
  }

  # Whose requests pass an endpoint: this account's. With credentials of another account nothing leaves through it.
  own_account_statement = {
    Sid       = "CallersOfThisAccount"
    Effect    = "Allow"
    Principal = "*"
    Action    = "*"
    Resource  = "*"
    Condition = { StringEquals = { "aws:PrincipalAccount" = local.account_id } }
  }
  # Layers of ECR images are fetched from AWS's own bucket with links that ECR signs.
  # https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
  layers_statement = {
    Sid       = "LayersOfImages"
    Effect    = "Allow"
    Principal = "*"
    Action    = "s3:GetObject"
    Resource  = "arn:${local.partition}:s3:::prod-${local.region}-starport-layer-bucket/*"
  }
  endpoint_policies = {
    for service in setunion(var.gateway_endpoints, var.interface_endpoints) :
    service => try(var.endpoint_policies[service], jsonencode({
      Version   = "2012-10-17"
      Statement = concat([local.own_account_statement], [for statement in [local.layers_statement] : statement if service == "s3"])
    }))
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = var.create ? var.gateway_endpoints : toset([])

  vpc_id            = aws_vpc.this[0].id
  service_name      = local.endpoint_names[each.key]
  vpc_endpoint_type = "Gateway"
  route_table_ids   = local.route_table_ids
  policy            = local.endpoint_policies[each.key]
  tags              = merge(local.own_tags, { Name = "${var.name}-${each.key}" }, var.tags)
}

resource "aws_security_group" "endpoints" {
  count = local.has_endpoint_interface ? 1 : 0

  name_prefix = "${var.name}-endpoints-"
  description = "Interface endpoints of ${var.name}: HTTPS from the VPC"
  vpc_id      = aws_vpc.this[0].id
  tags        = merge(local.own_tags, { Name = "${var.name}-endpoints" }, var.tags)

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = local.has_endpoint_interface ? 1 : 0

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from the VPC"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = var.cidr_block
  tags              = merge(local.own_tags, { Name = "${var.name}-endpoints" }, var.tags)
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = aws_vpc.this[0].id
  service_name        = local.endpoint_names[each.key]
  vpc_endpoint_type   = "Interface"
  subnet_ids          = local.endpoint_subnet_ids
  security_group_ids  = aws_security_group.endpoints[*].id
  private_dns_enabled = true
  policy              = local.endpoint_policies[each.key]
  tags                = merge(local.own_tags, { Name = "${var.name}-${each.key}" }, var.tags)
}
