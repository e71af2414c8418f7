mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "ap-northeast-1" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::demo-flow-logs", id = "demo-flow-logs" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:ap-northeast-1:111122223333:key/1234" }
  }
}

variables {
  name = "demo-flow-logs"
}

run "defaults" {
  assert {
    condition     = aws_s3_bucket_ownership_controls.this[0].rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "ACLs are off."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this[0].block_public_acls, aws_s3_bucket_public_access_block.this[0].block_public_policy,
      aws_s3_bucket_public_access_block.this[0].ignore_public_acls, aws_s3_bucket_public_access_block.this[0].restrict_public_buckets,
    ])
    error_message = "All four public access blocks are on."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256" && output.kms_key_arn == null && length(aws_kms_key.this) == 0
    error_message = "The bucket is encrypted with S3's own keys."
  }
  assert {
    condition     = !aws_s3_bucket.this[0].force_destroy && aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Enabled"
    error_message = "Logs are not deleted with the bucket, and versions are kept."
  }
  assert {
    condition = { for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.id => rule.status } == {
      unfinished-uploads = "Enabled", cheaper-class = "Enabled", expire = "Enabled", old-versions = "Enabled"
    }
    error_message = "Logs move, expire and leave nothing behind."
  }
  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.this[0].rule[1].transition).days == 90
    error_message = "Logs move to a cheaper class after 90 days."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this[0].rule[2].expiration[0].days == 365
    error_message = "Logs expire after a year."
  }
  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0 && length(aws_flow_log.this) == 0 && output.flow_log_id == null
    error_message = "There is no access log and no flow log unless asked for."
  }
  assert {
    condition     = output.bucket_arn == "arn:aws:s3:::demo-flow-logs" && output.destination_arn == output.bucket_arn && output.bucket_name == "demo-flow-logs"
    error_message = "Outputs name the bucket."
  }
  assert {
    condition     = aws_s3_bucket.this[0].tags == tomap({ Module = "fargate-instrument/flow-log-bucket", Name = "demo-flow-logs" })
    error_message = "The module's own tags stand where the user gives none."
  }
}

run "the_policy_statement_by_statement" {
  assert {
    condition     = jsondecode(output.bucket_policy).Statement[*].Sid == ["AWSLogDeliveryWrite", "AWSLogDeliveryAclCheck", "DenyWithoutTLS", "DenyOldTLS"]
    error_message = "The policy has four statements."
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[0] == {
      Sid       = "AWSLogDeliveryWrite"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["s3:PutObject"]
      Resource  = ["arn:aws:s3:::demo-flow-logs/AWSLogs/111122223333/*"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = ["111122223333"] }
        ArnLike      = { "aws:SourceArn" = ["arn:aws:logs:ap-northeast-1:111122223333:*"] }
      }
    }
    error_message = "The delivery may write this account's logs, without an ACL condition."
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[1] == {
      Sid       = "AWSLogDeliveryAclCheck"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["s3:GetBucketAcl", "s3:ListBucket"]
      Resource  = ["arn:aws:s3:::demo-flow-logs"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = ["111122223333"] }
        ArnLike      = { "aws:SourceArn" = ["arn:aws:logs:ap-northeast-1:111122223333:*"] }
      }
    }
    error_message = "The delivery may look at the bucket."
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[2] == {
      Sid       = "DenyWithoutTLS"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = ["s3:*"]
      Resource  = ["arn:aws:s3:::demo-flow-logs", "arn:aws:s3:::demo-flow-logs/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "Nobody speaks to the bucket without TLS."
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[3] == {
      Sid       = "DenyOldTLS"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = ["s3:*"]
      Resource  = ["arn:aws:s3:::demo-flow-logs", "arn:aws:s3:::demo-flow-logs/*"]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    }
    error_message = "Nobody speaks to the bucket with an old TLS."
  }
}

run "everything_on" {
  variables {
    log_prefix                 = "network/flow"
    hive_compatible_partitions = true
    bucket_owner_acl_condition = true
    minimum_tls_version        = "1.3"
    force_destroy              = true
    versioning                 = false
    source_account_ids         = ["111122223333", "444455556666"]
    source_regions             = ["ap-northeast-1", "eu-central-1"]
    encryption                 = { sse = "aws:kms", create_key = true }
    access_log                 = { bucket = "access-logs", prefix = "flow/" }
    lifecycle_rules            = { transition_days = 0, expiration_days = 0, noncurrent_days = 0 }
    flow_log                   = { vpc_id = "vpc-1", traffic_type = "REJECT", max_aggregation_interval = 60, file_format = "parquet", per_hour_partition = true }
    tags                       = { Module = "mine", Team = "net" }
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[0] == {
      Sid       = "AWSLogDeliveryWrite"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["s3:PutObject"]
      Resource = [
        "arn:aws:s3:::demo-flow-logs/network/flow/AWSLogs/aws-account-id=111122223333/*",
        "arn:aws:s3:::demo-flow-logs/network/flow/AWSLogs/aws-account-id=444455556666/*",
      ]
      Condition = {
        StringEquals = { "aws:SourceAccount" = ["111122223333", "444455556666"], "s3:x-amz-acl" = ["bucket-owner-full-control"] }
        ArnLike = { "aws:SourceArn" = [
          "arn:aws:logs:ap-northeast-1:111122223333:*", "arn:aws:logs:ap-northeast-1:444455556666:*",
          "arn:aws:logs:eu-central-1:111122223333:*", "arn:aws:logs:eu-central-1:444455556666:*",
        ] }
      }
    }
    error_message = "Prefix, Hive names, accounts and regions are in the write statement."
  }
  assert {
    condition     = !contains(keys(jsondecode(output.bucket_policy).Statement[1].Condition.StringEquals), "s3:x-amz-acl") && jsondecode(output.bucket_policy).Statement[3].Condition.NumericLessThan["s3:TlsVersion"] == "1.3"
    error_message = "The ACL condition is on writes only; the TLS floor is the user's."
  }
  assert {
    condition = jsondecode(output.kms_key_policy).Statement == [
      {
        Sid       = "AccountDecidesByIAM"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = ["kms:*"]
        Resource  = ["*"]
      },
      {
        Sid       = "AWSLogDelivery"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = ["*"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = ["111122223333", "444455556666"] }
          ArnLike = { "aws:SourceArn" = [
            "arn:aws:logs:ap-northeast-1:111122223333:*", "arn:aws:logs:ap-northeast-1:444455556666:*",
            "arn:aws:logs:eu-central-1:111122223333:*", "arn:aws:logs:eu-central-1:444455556666:*",
          ] }
        }
      },
    ]
    error_message = "The key lets the delivery of these accounts use it."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).bucket_key_enabled && one(aws_s3_bucket_server_side_encryption_configuration.this[0].rule).apply_server_side_encryption_by_default[0].kms_master_key_id == output.kms_key_arn && aws_kms_key.this[0].enable_key_rotation
    error_message = "The bucket uses the created key, with a bucket key, and the key rotates."
  }
  assert {
    condition     = aws_s3_bucket.this[0].force_destroy && aws_s3_bucket_versioning.this[0].versioning_configuration[0].status == "Suspended" && aws_s3_bucket_logging.this[0].target_bucket == "access-logs"
    error_message = "The switches do what they say."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this[0].rule : rule.status] == ["Enabled", "Disabled", "Disabled", "Disabled"]
    error_message = "Zero days switch a step off."
  }
  assert {
    condition     = output.destination_arn == "arn:aws:s3:::demo-flow-logs/network/flow/" && aws_flow_log.this[0].log_destination == output.destination_arn
    error_message = "The flow log is delivered under the prefix."
  }
  assert {
    condition     = aws_flow_log.this[0].destination_options[0].file_format == "parquet" && aws_flow_log.this[0].destination_options[0].hive_compatible_partitions && aws_flow_log.this[0].traffic_type == "REJECT"
    error_message = "The flow log has the form asked for."
  }
  assert {
    condition     = aws_s3_bucket.this[0].tags == tomap({ Module = "mine", Name = "demo-flow-logs", Team = "net" })
    error_message = "The user's tags win."
  }
}

run "a_plain_flow_log" {
  variables {
    flow_log = { vpc_id = "vpc-1" }
  }
  assert {
    condition     = length(aws_flow_log.this[0].destination_options) == 0 && aws_flow_log.this[0].traffic_type == "ALL"
    error_message = "Settings that are AWS's own are not spelled out."
  }
}

run "an_organization_and_a_key_of_ones_own" {
  variables {
    name            = null
    name_prefix     = "demo-"
    organization_id = "o-abcdefghij"
    source_regions  = ["*"]
    encryption      = { sse = "aws:kms", key_arn = "arn:aws:kms:ap-northeast-1:111122223333:key/mine" }
  }
  assert {
    condition = jsondecode(output.bucket_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceOrgID" = ["o-abcdefghij"] }
      ArnLike      = { "aws:SourceArn" = ["arn:aws:logs:*:*:*"] }
      } && jsondecode(output.bucket_policy).Statement[0].Resource == ["arn:aws:s3:::demo-flow-logs/AWSLogs/*"] && jsondecode(output.bucket_policy).Statement[1].Condition.StringEquals == {
      "aws:SourceOrgID" = ["o-abcdefghij"]
    }
    error_message = "Every account of the organization may deliver, and nobody else."
  }
  assert {
    condition     = output.kms_key_arn == "arn:aws:kms:ap-northeast-1:111122223333:key/mine" && output.kms_key_policy == null
    error_message = "The given key is used."
  }
}

run "other_partition" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }
  variables {
    encryption = { sse = "aws:kms", create_key = true }
  }
  assert {
    condition     = jsondecode(output.bucket_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == ["arn:aws-cn:logs:ap-northeast-1:111122223333:*"] && jsondecode(output.kms_key_policy).Statement[0].Principal.AWS == "arn:aws-cn:iam::111122223333:root"
    error_message = "ARNs follow the partition."
  }
}

run "nothing" {
  variables {
    create     = false
    encryption = { sse = "aws:kms", create_key = true }
    access_log = { bucket = "access-logs" }
    flow_log   = { vpc_id = "vpc-1" }
  }
  assert {
    condition = alltrue([for value in [
      output.bucket_arn, output.bucket_name, output.bucket_policy, output.bucket_regional_domain_name,
      output.destination_arn, output.flow_log_id, output.kms_key_arn, output.kms_key_policy,
    ] : value == null])
    error_message = "Every output is null."
  }
  assert {
    condition     = length(aws_s3_bucket.this) + length(aws_kms_key.this) + length(aws_flow_log.this) + length(aws_s3_bucket_logging.this) == 0
    error_message = "Nothing is made."
  }
}

# A run expects one failure of each variable it names; a variable with several rules comes up in as many runs.

run "values_out_of_their_sets_are_refused" {
  command = plan
  variables {
    encryption          = { sse = "none" }
    flow_log            = { vpc_id = "vpc-1", traffic_type = "SOME" }
    lifecycle_rules     = { transition_class = "COLD" }
    log_prefix          = "/logs/"
    minimum_tls_version = "1.1"
    name                = "Not_A_Bucket"
    name_prefix         = "a-prefix-that-is-far-too-long-for-what-is-appended"
    organization_id     = "acme"
    source_account_ids  = ["123"]
    source_regions      = ["Tokyo"]
  }
  expect_failures = [
    var.encryption, var.flow_log, var.lifecycle_rules, var.log_prefix, var.minimum_tls_version, var.name,
    var.name_prefix, var.organization_id, var.source_account_ids, var.source_regions,
  ]
}

run "a_key_without_kms_an_odd_interval_an_early_move_are_refused" {
  command = plan
  variables {
    encryption      = { create_key = true }
    flow_log        = { vpc_id = "vpc-1", max_aggregation_interval = 300 }
    lifecycle_rules = { transition_days = 10 }
  }
  expect_failures = [var.encryption, var.flow_log, var.lifecycle_rules]
}

run "kms_without_a_key_an_unknown_format_an_early_end_are_refused" {
  command = plan
  variables {
    encryption      = { sse = "aws:kms" }
    flow_log        = { vpc_id = "vpc-1", file_format = "csv" }
    lifecycle_rules = { transition_days = 60, expiration_days = 30 }
  }
  expect_failures = [var.encryption, var.flow_log, var.lifecycle_rules]
}

run "a_key_that_is_no_arn_and_zero_days_are_refused" {
  command = plan
  variables {
    encryption      = { sse = "aws:kms", key_arn = "alias/mine" }
    lifecycle_rules = { abort_incomplete_days = 0 }
  }
  expect_failures = [var.encryption, var.lifecycle_rules]
}

run "two_names_are_refused" {
  command = plan
  variables {
    name_prefix = "demo-"
  }
  expect_failures = [aws_s3_bucket.this]
}
