# The flow log of the VPC, to CloudWatch with its log group and role, or to a bucket.

locals {
  create_flow_log  = var.create && var.flow_log != null
  flow_log_type    = try(var.flow_log.destination_type, "")
  log_to_group     = local.create_flow_log && local.flow_log_type == "cloud-watch-logs"
  create_log_group = local.log_to_group && try(var.flow_log.create_log_group, false)
  log_group_name   = "/aws/vpc/${var.name}/flow-log"

  has_destination_options = local.flow_log_type == "s3" && (
    try(var.flow_log.file_format, "plain-text") != "plain-text"
    || try(var.flow_log.hive_compatible_partitions || var.flow_log.per_hour_partition, false)
  )

  # A log group's ARN may come with or without :* at its end; the flow log wants it without, the policy with.
  log_group_arn = (
    local.create_log_group
    ? "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.log_group_name}"
    : trimsuffix(try(coalesce(var.flow_log.destination_arn), ""), ":*")
  )

  flow_log_trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FlowLogsOfThisAccount"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ec2:${local.region}:${local.account_id}:vpc-flow-log/*" }
      }
    }]
  })
  flow_log_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WriteFlowLog"
        Effect = "Allow"
        Action = [
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ]
        Resource = ["${local.log_group_arn}:*"]
      },
      # AWS's least for this role; it lists groups, so one group's ARN would grant nothing. Its CreateLogGroup is left out: the
      # group is Terraform's, and a delivery that made it anew would survive a destroy.
      # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
      {
        Sid      = "FindFlowLogGroup"
        Effect   = "Allow"
        Action   = ["logs:DescribeLogGroups"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:*"]
      },
    ]
  })
}

resource "aws_flow_log" "this" {
  count = local.create_flow_log ? 1 : 0

  vpc_id                   = aws_vpc.this[0].id
  traffic_type             = var.flow_log.traffic_type
  max_aggregation_interval = var.flow_log.max_aggregation_interval
  log_format               = var.flow_log.log_format
  log_destination_type     = var.flow_log.destination_type
  log_destination          = local.create_log_group ? aws_cloudwatch_log_group.flow_log[0].arn : trimsuffix(var.flow_log.destination_arn, ":*")
  iam_role_arn             = one(aws_iam_role.flow_log[*].arn)
  tags                     = local.tags

  # Without the block AWS takes the defaults; it cannot be changed later, so it is there only where it says something.
  dynamic "destination_options" {
    for_each = local.has_destination_options ? [var.flow_log] : []

    content {
      file_format                = destination_options.value.file_format
      hive_compatible_partitions = destination_options.value.hive_compatible_partitions
      per_hour_partition         = destination_options.value.per_hour_partition
    }
  }

  depends_on = [aws_iam_role_policy.flow_log]

  lifecycle {
    precondition {
      condition     = local.create_log_group || try(var.flow_log.destination_arn, null) != null
      error_message = "flow_log needs destination_arn: for s3, and for a log group that the module does not create."
    }
  }
}

resource "aws_cloudwatch_log_group" "flow_log" {
  count = local.create_log_group ? 1 : 0

  name              = local.log_group_name
  retention_in_days = var.flow_log.retention_in_days
  kms_key_id        = var.flow_log.kms_key_arn
  tags              = merge(local.own_tags, { Name = local.log_group_name }, var.tags)
}

resource "aws_iam_role" "flow_log" {
  count = local.log_to_group ? 1 : 0

  name_prefix        = "${substr(var.name, 0, 28)}-flow-log-"
  description        = "VPC flow logs of ${var.name} write with it"
  assume_role_policy = local.flow_log_trust_policy
  tags               = local.tags
}

resource "aws_iam_role_policy" "flow_log" {
  count = local.log_to_group ? 1 : 0

  name   = "write-flow-log"
  role   = aws_iam_role.flow_log[0].id
  policy = local.flow_log_policy
}
