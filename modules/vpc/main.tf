# A VPC for Fargate tasks: three tiers of subnets over two or more zones, NAT, endpoints. flow_log.tf holds the flow log.

data "aws_availability_zones" "available" {
  # checkov:skip=CKV_AWS_394: Read to refuse a zone that is not there at plan; who wants a fixed set names it in availability_zones.
  count = var.create ? 1 : 0

  state = "available"

  # Local and wavelength zones have no Fargate.
  filter {
    name   = "zone-type"
    values = ["availability-zone"]
  }
}

data "aws_caller_identity" "current" {
  count = var.create ? 1 : 0
}

data "aws_partition" "current" {
  count = var.create ? 1 : 0
}

data "aws_region" "current" {
  count = var.create ? 1 : 0
}

locals {
  # Empty where nothing is created: locals are worked out all the same, and a text takes no null.
  account_id = try(data.aws_caller_identity.current[0].account_id, "")
  partition  = try(data.aws_partition.current[0].partition, "")
  region     = try(data.aws_region.current[0].id, "")

  own_tags = { Module = "fargate-instrument/vpc", Name = var.name }
  tags     = merge(local.own_tags, var.tags)

  # Where Fargate is not in every zone of the region, the ids of those where it is: letters differ from account to account, ids do not.
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
  fargate_zone_ids = {
    ap-northeast-1 = ["apne1-az1", "apne1-az2", "apne1-az4"]
    cn-north-1     = ["cnn1-az1", "cnn1-az2"]
    us-west-1      = ["usw1-az1", "usw1-az3"]
  }
  zone_ids = flatten(data.aws_availability_zones.available[*].zone_ids)
  offered_zones = [
    for index, name in flatten(data.aws_availability_zones.available[*].names) : name
    if contains(lookup(local.fargate_zone_ids, local.region, local.zone_ids), try(local.zone_ids[index], ""))
  ]
  zones = !var.create ? [] : (
    length(var.availability_zones) > 0
    ? var.availability_zones
    : slice(local.offered_zones, 0, min(var.availability_zone_count, length(local.offered_zones)))
  )
  zones_without_fargate = setsubtract(local.zones, local.offered_zones)

  # Derived ranges keep their place when a zone or a tier is added: each tier has its own quarter of the VPC.
  tier_quarters = { private = 0, public = 1, isolated = 2 }
  tier_cidr_blocks = {
    for tier, quarter in local.tier_quarters : tier => (
      var.subnets[tier].cidr_blocks != null ? var.subnets[tier].cidr_blocks : [
        for index in range(length(local.zones)) : cidrsubnet(cidrsubnet(var.cidr_block, 2, quarter), var.subnet_newbits - 2, index)
      ]
    )
  }
  subnets = {
    for tier in keys(local.tier_quarters) : tier => {
      for index, zone in local.zones : zone => try(local.tier_cidr_blocks[tier][index], null) if var.subnets[tier].create
    }
  }

  nat_zones = {
    none     = []
    single   = slice(local.zones, 0, min(1, length(local.zones)))
    per_zone = local.zones
  }[var.nat_gateway]
  reuse_addresses = length(var.nat_eip_allocation_ids) > 0

  route_table_ids = concat(
    aws_route_table.public[*].id,
    [for zone in local.zones : aws_route_table.private[zone].id if var.subnets.private.create],
    aws_route_table.isolated[*].id,
  )

  interface_endpoints    = var.create && var.fargate_endpoints ? var.interface_endpoints : toset([])
  endpoint_tier          = var.subnets.private.create ? "private" : "isolated"
  endpoint_subnets       = local.endpoint_tier == "private" ? aws_subnet.private : aws_subnet.isolated
  endpoint_subnet_ids    = [for zone in local.zones : local.endpoint_subnets[zone].id if var.subnets.private.create || var.subnets.isolated.create]
  has_endpoint_interface = length(local.interface_endpoints) > 0
}

resource "aws_vpc" "this" {
  count = var.create ? 1 : 0

  cidr_block           = var.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length(local.zones) >= 2
      error_message = "The region offers fewer than two availability zones with Fargate."
    }

    precondition {
      condition     = length(local.zones_without_fargate) == 0
      error_message = "availability_zones: this account has no ${join(", ", local.zones_without_fargate)} with Fargate in ${local.region}; it has ${join(", ", local.offered_zones)}."
    }

    precondition {
      condition     = alltrue([for tier in values(var.subnets) : tier.cidr_blocks == null ? true : length(tier.cidr_blocks) == length(local.zones)])
      error_message = "subnets: cidr_blocks needs one range for each of the ${length(local.zones)} zones."
    }

    precondition {
      condition     = tonumber(split("/", var.cidr_block)[1]) + var.subnet_newbits <= 28 || alltrue([for tier in values(var.subnets) : tier.cidr_blocks != null || !tier.create])
      error_message = "subnet_newbits = ${var.subnet_newbits} makes subnets smaller than /28, which AWS does not allow."
    }

    precondition {
      condition     = var.nat_gateway == "none" || var.subnets.public.create
      error_message = "A NAT gateway stands in a public subnet: create the public tier, or set nat_gateway = \"none\"."
    }

    precondition {
      condition     = !local.reuse_addresses || length(var.nat_eip_allocation_ids) == length(local.nat_zones)
      error_message = "nat_eip_allocation_ids needs one address for each of the ${length(local.nat_zones)} NAT gateways."
    }

    precondition {
      condition     = !var.fargate_endpoints || var.subnets.private.create || var.subnets.isolated.create
      error_message = "fargate_endpoints need private or isolated subnets to stand in."
    }
  }
}

# The group that AWS makes with each VPC, without rules: nobody gets access by forgetting to name a group.
resource "aws_default_security_group" "this" {
  count = var.create ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.own_tags, { Name = "${var.name}-default" }, var.tags)
}

resource "aws_internet_gateway" "this" {
  count = var.create && var.subnets.public.create ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = local.tags
}

resource "aws_subnet" "public" {
  for_each = local.subnets.public

  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = each.key
  cidr_block              = each.value
  map_public_ip_on_launch = false
  tags                    = merge(local.own_tags, { Name = "${var.name}-public-${each.key}", Tier = "public" }, var.tags, var.subnets.public.tags)
}

resource "aws_subnet" "private" {
  for_each = local.subnets.private

  vpc_id            = aws_vpc.this[0].id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = merge(local.own_tags, { Name = "${var.name}-private-${each.key}", Tier = "private" }, var.tags, var.subnets.private.tags)
}

resource "aws_subnet" "isolated" {
  for_each = local.subnets.isolated

  vpc_id            = aws_vpc.this[0].id
  availability_zone = each.key
  cidr_block        = each.value
  tags              = merge(local.own_tags, { Name = "${var.name}-isolated-${each.key}", Tier = "isolated" }, var.tags, var.subnets.isolated.tags)
}

resource "aws_route_table" "public" {
  count = var.create && var.subnets.public.create ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.own_tags, { Name = "${var.name}-public", Tier = "public" }, var.tags, var.subnets.public.tags)
}

resource "aws_route" "public" {
  count = var.create && var.subnets.public.create ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  for_each = local.subnets.public

  route_table_id = aws_route_table.public[0].id
  subnet_id      = aws_subnet.public[each.key].id
}

resource "aws_eip" "nat" {
  for_each = local.reuse_addresses ? toset([]) : toset(local.nat_zones)

  domain = "vpc"
  tags   = merge(local.own_tags, { Name = "${var.name}-nat-${each.key}" }, var.tags)

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = { for index, zone in local.nat_zones : zone => index }

  allocation_id = local.reuse_addresses ? try(var.nat_eip_allocation_ids[each.value], null) : aws_eip.nat[each.key].id
  subnet_id     = try(aws_subnet.public[each.key].id, "")
  tags          = merge(local.own_tags, { Name = "${var.name}-${each.key}" }, var.tags)

  depends_on = [aws_internet_gateway.this]
}

# One table per zone in any case, so that a change between single and per_zone moves routes only.
resource "aws_route_table" "private" {
  for_each = local.subnets.private

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.own_tags, { Name = "${var.name}-private-${each.key}", Tier = "private" }, var.tags, var.subnets.private.tags)
}

resource "aws_route" "private" {
  for_each = { for zone, cidr in local.subnets.private : zone => cidr if var.nat_gateway != "none" }

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[var.nat_gateway == "single" ? local.nat_zones[0] : each.key].id
}

resource "aws_route_table_association" "private" {
  for_each = local.subnets.private

  route_table_id = aws_route_table.private[each.key].id
  subnet_id      = aws_subnet.private[each.key].id
}

resource "aws_route_table" "isolated" {
  count = var.create && var.subnets.isolated.create ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.own_tags, { Name = "${var.name}-isolated", Tier = "isolated" }, var.tags, var.subnets.isolated.tags)
}

resource "aws_route_table_association" "isolated" {
  for_each = local.subnets.isolated

  route_table_id = aws_route_table.isolated[0].id
  subnet_id      = aws_subnet.isolated[each.key].id
}
