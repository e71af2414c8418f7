mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"], zone_ids = ["apne1-az4", "apne1-az1", "apne1-az2"] }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "ap-northeast-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-northeast-1:111122223333:log-group:/aws/vpc/demo/flow-log" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/demo-flow-log" }
  }
}

variables {
  name = "demo"
}

run "defaults" {
  assert {
    condition     = output.availability_zones == tolist(["ap-northeast-1a", "ap-northeast-1c"])
    error_message = "The first two zones of the region are used."
  }
  assert {
    condition     = values(aws_subnet.private)[*].cidr_block == ["10.0.0.0/24", "10.0.1.0/24"]
    error_message = "Private ranges come from the first quarter."
  }
  assert {
    condition     = values(aws_subnet.public)[*].cidr_block == ["10.0.64.0/24", "10.0.65.0/24"]
    error_message = "Public ranges come from the second quarter."
  }
  assert {
    condition     = length(aws_subnet.isolated) == 0 && output.isolated_subnet_ids == [] && output.isolated_route_table_ids == []
    error_message = "There is no isolated tier unless asked for."
  }
  assert {
    condition     = aws_vpc.this[0].enable_dns_support && aws_vpc.this[0].enable_dns_hostnames
    error_message = "DNS support and hostnames are on."
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_eip.nat) == 1 && length(output.nat_public_ips) == 1
    error_message = "One NAT gateway serves all zones."
  }
  assert {
    condition     = alltrue([for route in values(aws_route.private) : route.nat_gateway_id == aws_nat_gateway.this["ap-northeast-1a"].id])
    error_message = "Every private table routes to the one gateway."
  }
  assert {
    condition     = !anytrue(values(aws_subnet.public)[*].map_public_ip_on_launch)
    error_message = "Public subnets hand out no addresses by themselves."
  }
  assert {
    condition     = aws_default_security_group.this[0].vpc_id == aws_vpc.this[0].id && length(coalesce(aws_default_security_group.this[0].ingress, [])) == 0
    error_message = "The default security group is managed and has no rules."
  }
  assert {
    condition     = keys(aws_vpc_endpoint.gateway) == ["s3"] && length(aws_vpc_endpoint.interface) == 0 && output.endpoints_security_group_id == null
    error_message = "Only the gateway endpoint for S3 is made by default."
  }
  assert {
    condition     = aws_vpc_endpoint.gateway["s3"].service_name == "com.amazonaws.ap-northeast-1.s3" && length(aws_vpc_endpoint.gateway["s3"].route_table_ids) == 3
    error_message = "The S3 endpoint is in the public and both private route tables."
  }
  assert {
    condition     = aws_flow_log.this[0].log_destination_type == "cloud-watch-logs" && aws_flow_log.this[0].log_destination == aws_cloudwatch_log_group.flow_log[0].arn && aws_cloudwatch_log_group.flow_log[0].retention_in_days == 365
    error_message = "The flow log goes to a log group that is kept for a year."
  }
  assert {
    condition     = aws_subnet.private["ap-northeast-1a"].tags.Name == "demo-private-ap-northeast-1a" && aws_subnet.private["ap-northeast-1a"].tags.Tier == "private"
    error_message = "Subnets are named after their tier and zone."
  }
  assert {
    condition     = output.vpc_cidr_block == "10.0.0.0/16" && length(output.private_subnet_ids) == 2 && length(output.public_subnets_by_zone) == 2
    error_message = "Outputs speak of the tiers, in lists and by zone."
  }
}

run "flow_log_policies" {
  assert {
    condition = jsondecode(output.flow_log_policy) == {
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "WriteFlowLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:ap-northeast-1:111122223333:log-group:/aws/vpc/demo/flow-log:*"]
        },
        {
          Sid      = "FindFlowLogGroup"
          Effect   = "Allow"
          Action   = ["logs:DescribeLogGroups"]
          Resource = ["arn:aws:logs:ap-northeast-1:111122223333:log-group:*"]
        },
      ]
    }
    error_message = "The flow log's role may write to its own group, and list groups to find it."
  }
  assert {
    condition = jsondecode(aws_iam_role.flow_log[0].assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "111122223333" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ec2:ap-northeast-1:111122223333:vpc-flow-log/*" }
    }
    error_message = "Only flow logs of this account and region take the role."
  }
}

run "everything_on" {
  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    cidr_block         = "10.20.0.0/20"
    subnet_newbits     = 6
    nat_gateway        = "per_zone"
    fargate_endpoints  = true
    gateway_endpoints  = ["s3", "dynamodb"]
    subnets = {
      isolated = { create = true }
      private  = { cidr_blocks = ["10.20.8.0/24", "10.20.9.0/24", "10.20.10.0/24"], tags = { Team = "tier", Tier = "app" } }
    }
    flow_log = {
      destination_type           = "s3"
      destination_arn            = "arn:aws:s3:::logs/folder/"
      traffic_type               = "REJECT"
      max_aggregation_interval   = 60
      file_format                = "parquet"
      hive_compatible_partitions = true
      per_hour_partition         = true
    }
    tags = { Team = "all", Module = "mine" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "eu-central-1" }
  }
  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"], zone_ids = ["euc1-az2", "euc1-az3", "euc1-az1"] }
  }

  assert {
    condition     = values(aws_subnet.private)[*].cidr_block == ["10.20.8.0/24", "10.20.9.0/24", "10.20.10.0/24"]
    error_message = "Given ranges win over derived ones."
  }
  assert {
    condition     = values(aws_subnet.isolated)[*].cidr_block == ["10.20.8.0/26", "10.20.8.64/26", "10.20.8.128/26"]
    error_message = "Isolated ranges come from the third quarter."
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 3 && alltrue([for zone, route in aws_route.private : route.nat_gateway_id == aws_nat_gateway.this[zone].id])
    error_message = "Each zone routes to its own NAT gateway."
  }
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "ssmmessages"]
    error_message = "The switch makes every endpoint that Fargate needs."
  }
  assert {
    condition     = alltrue([for endpoint in values(aws_vpc_endpoint.interface) : endpoint.private_dns_enabled && length(endpoint.subnet_ids) == 3])
    error_message = "Endpoints stand in every private subnet, under the services' own names."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.20.0.0/20" && aws_vpc_security_group_ingress_rule.endpoints[0].from_port == 443 && aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    error_message = "Endpoints answer HTTPS from the VPC only."
  }
  assert {
    condition     = aws_flow_log.this[0].log_destination == "arn:aws:s3:::logs/folder/" && aws_flow_log.this[0].destination_options[0].file_format == "parquet" && aws_flow_log.this[0].destination_options[0].hive_compatible_partitions && aws_flow_log.this[0].destination_options[0].per_hour_partition
    error_message = "The flow log goes to the bucket in the form asked for."
  }
  assert {
    condition     = length(aws_iam_role.flow_log) == 0 && length(aws_cloudwatch_log_group.flow_log) == 0 && output.flow_log_policy == null
    error_message = "A bucket needs neither role nor log group."
  }
  assert {
    condition     = aws_vpc.this[0].tags.Module == "mine" && aws_subnet.private["eu-central-1a"].tags.Team == "tier" && aws_subnet.private["eu-central-1a"].tags.Tier == "app" && aws_subnet.public["eu-central-1a"].tags.Team == "all"
    error_message = "The user's tags win over the module's, a tier's over all others."
  }
  assert {
    condition     = length(output.endpoint_ids) == 8 && length(output.isolated_subnets_by_zone) == 3
    error_message = "Outputs name every endpoint and every isolated subnet."
  }
}

run "s3_flow_log_with_plain_settings" {
  variables {
    flow_log = { destination_type = "s3", destination_arn = "arn:aws:s3:::logs" }
  }
  assert {
    condition     = length(aws_flow_log.this[0].destination_options) == 0
    error_message = "Settings that are AWS's own are not spelled out."
  }
}

run "flow_log_to_a_given_group" {
  variables {
    flow_log = { create_log_group = false, destination_arn = "arn:aws:logs:ap-northeast-1:111122223333:log-group:mine:*" }
  }
  assert {
    condition     = aws_flow_log.this[0].log_destination == "arn:aws:logs:ap-northeast-1:111122223333:log-group:mine" && jsondecode(output.flow_log_policy).Statement[0].Resource == ["arn:aws:logs:ap-northeast-1:111122223333:log-group:mine:*"]
    error_message = "The group's ARN goes without :* to the flow log and with it to the policy."
  }
}

run "no_way_out" {
  variables {
    nat_gateway         = "none"
    fargate_endpoints   = true
    interface_endpoints = ["logs", "cn.com.amazonaws.cn-north-1.ecr.api"]
    flow_log            = null
    subnets             = { public = { create = false }, private = { create = false }, isolated = { create = true } }
  }
  assert {
    condition     = length(aws_internet_gateway.this) == 0 && length(aws_nat_gateway.this) == 0 && length(aws_route.private) == 0 && length(aws_flow_log.this) == 0
    error_message = "Nothing leads out of the VPC."
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface["logs"].subnet_ids) == 2 && aws_vpc_endpoint.interface["cn.com.amazonaws.cn-north-1.ecr.api"].service_name == "cn.com.amazonaws.cn-north-1.ecr.api"
    error_message = "Endpoints move to the isolated subnets; a full name stays."
  }
}

run "reused_addresses" {
  variables {
    nat_gateway            = "per_zone"
    nat_eip_allocation_ids = ["eipalloc-1", "eipalloc-2"]
  }
  assert {
    condition     = length(aws_eip.nat) == 0 && aws_nat_gateway.this["ap-northeast-1c"].allocation_id == "eipalloc-2"
    error_message = "Given addresses are used in the order of the zones."
  }
}

run "other_partition" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }
  assert {
    condition     = startswith(jsondecode(output.flow_log_policy).Statement[0].Resource[0], "arn:aws-us-gov:logs:") && strcontains(aws_iam_role.flow_log[0].assume_role_policy, "arn:aws-us-gov:ec2:")
    error_message = "ARNs follow the partition."
  }
}

run "nothing" {
  variables {
    create            = false
    fargate_endpoints = true
    subnets           = { isolated = { create = true } }
  }
  assert {
    condition = alltrue([for value in [
      output.default_security_group_id, output.endpoints_security_group_id, output.flow_log_group_arn, output.flow_log_id,
      output.flow_log_policy, output.internet_gateway_id, output.vpc_arn, output.vpc_cidr_block, output.vpc_id,
    ] : value == null])
    error_message = "Single outputs are null."
  }
  assert {
    condition = alltrue([for value in [
      output.availability_zones, output.endpoint_ids, output.isolated_route_table_ids, output.isolated_subnet_ids, output.isolated_subnets_by_zone,
      output.nat_public_ips, output.private_route_table_ids, output.private_subnet_ids, output.private_subnets_by_zone,
      output.public_route_table_ids, output.public_subnet_ids, output.public_subnets_by_zone,
    ] : length(value) == 0])
    error_message = "Lists and maps are empty."
  }
  assert {
    condition     = length(aws_vpc.this) + length(aws_subnet.private) + length(aws_eip.nat) + length(aws_vpc_endpoint.gateway) + length(aws_vpc_endpoint.interface) + length(aws_route_table.private) == 0
    error_message = "Nothing is made."
  }
}

# A run expects one failure of each variable it names; a variable with several rules comes up in as many runs.

run "values_out_of_their_sets_are_refused" {
  command = plan
  variables {
    availability_zones      = ["ap-northeast-1a"]
    availability_zone_count = 1
    cidr_block              = "10.0.0.0/33"
    nat_gateway             = "double"
    subnets                 = { private = { cidr_blocks = ["10.0.1.0", "10.0.2.0"] } }
    subnet_newbits          = 13
    gateway_endpoints       = ["sqs"]
    interface_endpoints     = ["ECR API"]
    name                    = ""
    flow_log                = { destination_type = "kafka" }
  }
  expect_failures = [
    var.availability_zones, var.availability_zone_count, var.cidr_block, var.nat_gateway, var.subnets,
    var.subnet_newbits, var.gateway_endpoints, var.interface_endpoints, var.name, var.flow_log,
  ]
}

run "a_zone_twice_a_huge_range_no_tier_an_unknown_traffic_type_are_refused" {
  command = plan
  variables {
    availability_zones = ["ap-northeast-1a", "ap-northeast-1a"]
    cidr_block         = "10.0.0.0/8"
    subnets            = { public = { create = false }, private = { create = false } }
    flow_log           = { traffic_type = "SOME" }
  }
  expect_failures = [var.availability_zones, var.cidr_block, var.subnets, var.flow_log]
}

run "an_unknown_aggregation_interval_is_refused" {
  command = plan
  variables {
    flow_log = { max_aggregation_interval = 300 }
  }
  expect_failures = [var.flow_log]
}

run "an_unknown_file_format_is_refused" {
  command = plan
  variables {
    flow_log = { file_format = "csv" }
  }
  expect_failures = [var.flow_log]
}

run "an_unknown_retention_is_refused" {
  command = plan
  variables {
    flow_log = { retention_in_days = 8 }
  }
  expect_failures = [var.flow_log]
}

run "a_region_of_one_zone_is_refused" {
  command = plan
  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["ap-northeast-1a"], zone_ids = ["apne1-az4"] }
  }
  expect_failures = [aws_vpc.this]
}

run "zones_without_fargate_are_left_out" {
  command = plan
  override_data {
    target = data.aws_region.current
    values = { id = "us-west-1" }
  }
  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["us-west-1a", "us-west-1b", "us-west-1c"], zone_ids = ["usw1-az1", "usw1-az2", "usw1-az3"] }
  }
  assert {
    condition     = output.availability_zones == tolist(["us-west-1a", "us-west-1c"])
    error_message = "usw1-az2 has no Fargate, whatever its letter is in this account."
  }
}

run "a_zone_that_is_not_there_is_refused" {
  command = plan
  variables {
    availability_zones = ["ap-northeast-1a", "ap-northeast-1b"]
  }
  expect_failures = [aws_vpc.this]
}

run "endpoints_let_this_account_through" {
  variables {
    fargate_endpoints = true
  }
  assert {
    condition = jsondecode(aws_vpc_endpoint.interface["ecr.api"].policy).Statement == [{
      Sid       = "CallersOfThisAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalAccount" = "111122223333" } }
    }]
    error_message = "Through an interface endpoint this account's identities pass, and no others."
  }
  assert {
    condition     = jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement[1].Resource == "arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"
    error_message = "ECR's layers come from AWS's own bucket."
  }
  assert {
    condition     = keys(output.gateway_prefix_list_ids) == ["s3"]
    error_message = "A rule can name the ranges of S3."
  }
}

run "endpoint_policies_of_ones_own" {
  variables {
    endpoint_policies = { s3 = "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}" }
  }
  assert {
    condition     = jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement[0].Action == "*" && !can(jsondecode(aws_vpc_endpoint.gateway["s3"].policy).Statement[0].Condition)
    error_message = "A policy of one's own takes the place of the module's."
  }
}

run "a_policy_that_is_none_is_refused" {
  command = plan
  variables {
    endpoint_policies = { s3 = "open" }
  }
  expect_failures = [var.endpoint_policies]
}

run "a_name_that_ec2_refuses_is_refused" {
  command = plan
  variables {
    name = "shop & søn"
  }
  expect_failures = [var.name]
}

run "nat_without_public_subnets_is_refused" {
  command = plan
  variables {
    subnets = { public = { create = false } }
  }
  expect_failures = [aws_vpc.this]
}

run "too_few_addresses_are_refused" {
  command = plan
  variables {
    nat_gateway            = "per_zone"
    nat_eip_allocation_ids = ["eipalloc-1"]
  }
  expect_failures = [aws_vpc.this]
}

run "too_few_ranges_are_refused" {
  command = plan
  variables {
    subnets = { private = { cidr_blocks = ["10.0.1.0/24"] } }
  }
  expect_failures = [aws_vpc.this]
}

run "subnets_too_small_are_refused" {
  command = plan
  variables {
    cidr_block = "10.0.0.0/22"
  }
  expect_failures = [aws_vpc.this]
}

run "endpoints_without_subnets_are_refused" {
  command = plan
  variables {
    nat_gateway       = "none"
    fargate_endpoints = true
    subnets           = { private = { create = false } }
  }
  expect_failures = [aws_vpc.this]
}

run "a_bucket_that_is_missing_is_refused" {
  command = plan
  variables {
    flow_log = { destination_type = "s3" }
  }
  expect_failures = [aws_flow_log.this]
}
