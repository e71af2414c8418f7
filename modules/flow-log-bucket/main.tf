# A bucket that VPC flow logs are delivered to, with the policy that lets the delivery in and nobody else.

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

  tags = merge({ Module = "fargate-instrument/flow-log-bucket" }, var.name == null ? {} : { Name = var.name }, var.tags)

  bucket                  = one(aws_s3_bucket.this[*].id)
  bucket_arn              = try(aws_s3_bucket.this[0].arn, "")
  destination_arn         = var.log_prefix == "" ? local.bucket_arn : "${local.bucket_arn}/${var.log_prefix}/"
  has_destination_options = var.hive_compatible_partitions || try(var.flow_log.file_format != "plain-text" || var.flow_log.per_hour_partition, false)

  create_key = var.create && var.encryption.create_key
  key_arn    = local.create_key ? one(aws_kms_key.this[*].arn) : var.encryption.key_arn

  accounts = length(var.source_account_ids) > 0 ? var.source_account_ids : [local.account_id]
  regions  = length(var.source_regions) > 0 ? var.source_regions : [local.region]

  # Where the delivery writes, as the flow log's own settings decide it.
  log_folder     = var.log_prefix == "" ? "AWSLogs" : "${var.log_prefix}/AWSLogs"
  account_folder = var.hive_compatible_partitions ? "aws-account-id=" : ""
  log_paths = (
    var.organization_id != null
    ? ["${local.log_folder}/*"]
    : [for account in local.accounts : "${local.log_folder}/${local.account_folder}${account}/*"]
  )

  # Who may deliver: the service on behalf of these accounts or this organization, and no other customer of AWS.
  source_arns = (
    var.organization_id != null
    ? [for region in local.regions : "arn:${local.partition}:logs:${region}:*:*"]
    : [for pair in setproduct(local.regions, local.accounts) : "arn:${local.partition}:logs:${pair[0]}:${pair[1]}:*"]
  )
  source_equals = { for key, values in {
    "aws:SourceAccount" = var.organization_id == null ? local.accounts : []
    "aws:SourceOrgID"   = var.organization_id == null ? [] : [var.organization_id]
  } : key => values if length(values) > 0 }
  write_equals = merge(local.source_equals, { for key, values in {
    "s3:x-amz-acl" = var.bucket_owner_acl_condition ? ["bucket-owner-full-control"] : []
  } : key => values if length(values) > 0 })
  delivery = { Service = "delivery.logs.amazonaws.com" }

  bucket_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AWSLogDeliveryWrite"
        Effect    = "Allow"
        Principal = local.delivery
        Action    = ["s3:PutObject"]
        Resource  = [for path in local.log_paths : "${local.bucket_arn}/${path}"]
        Condition = { StringEquals = local.write_equals, ArnLike = { "aws:SourceArn" = local.source_arns } }
      },
      {
        Sid       = "AWSLogDeliveryAclCheck"
        Effect    = "Allow"
        Principal = local.delivery
        Action    = ["s3:GetBucketAcl", "s3:ListBucket"]
        Resource  = [local.bucket_arn]
        Condition = { StringEquals = local.source_equals, ArnLike = { "aws:SourceArn" = local.source_arns } }
      },
      {
        Sid       = "DenyWithoutTLS"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:*"]
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOldTLS"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:*"]
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = var.minimum_tls_version } }
      },
    ]
  })

  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecidesByIAM"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account_id}:root" }
        Action    = ["kms:*"]
        Resource  = ["*"]
      },
      {
        Sid       = "AWSLogDelivery"
        Effect    = "Allow"
        Principal = local.delivery
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = ["*"]
        Condition = { StringEquals = local.source_equals, ArnLike = { "aws:SourceArn" = local.source_arns } }
      },
    ]
  })
}

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_19: Always encrypted, AES256 by default; checkov does not read the default of an optional attribute.
  # checkov:skip=CKV_AWS_144: Flow logs are kept for a while and expire; a copy in a second region is a decision of the owner.
  # checkov:skip=CKV_AWS_145: Log delivery cannot use the managed key aws/s3, so the default is AES256; encryption takes a KMS key.
  # checkov:skip=CKV2_AWS_62: Nobody waits for single log objects.
  count = var.create ? 1 : 0

  bucket        = var.name
  bucket_prefix = var.name_prefix
  force_destroy = var.force_destroy
  tags          = local.tags

  lifecycle {
    precondition {
      condition     = (var.name == null) != (var.name_prefix == null)
      error_message = "Give either name or name_prefix."
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  count = var.create ? 1 : 0

  bucket = local.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  count = var.create ? 1 : 0

  bucket                  = local.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# After the other two: S3 refuses two changes of one bucket's access at the same time.
resource "aws_s3_bucket_policy" "this" {
  count = var.create ? 1 : 0

  bucket = local.bucket
  policy = local.bucket_policy

  depends_on = [aws_s3_bucket_ownership_controls.this, aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  count = var.create ? 1 : 0

  bucket = local.bucket

  rule {
    bucket_key_enabled = var.encryption.sse == "aws:kms"

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption.sse
      kms_master_key_id = local.key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  count = var.create ? 1 : 0

  bucket = local.bucket

  versioning_configuration {
    status = var.versioning ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = var.create ? 1 : 0

  bucket = local.bucket

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = var.lifecycle_rules.abort_incomplete_days
    }
  }

  rule {
    id     = "cheaper-class"
    status = var.lifecycle_rules.transition_days == 0 ? "Disabled" : "Enabled"

    filter {}

    transition {
      days          = var.lifecycle_rules.transition_days == 0 ? 30 : var.lifecycle_rules.transition_days
      storage_class = var.lifecycle_rules.transition_class
    }
  }

  rule {
    id     = "expire"
    status = var.lifecycle_rules.expiration_days == 0 ? "Disabled" : "Enabled"

    filter {}

    expiration {
      days = max(var.lifecycle_rules.expiration_days, 1)
    }
  }

  rule {
    id     = "old-versions"
    status = var.lifecycle_rules.noncurrent_days == 0 ? "Disabled" : "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = max(var.lifecycle_rules.noncurrent_days, 1)
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.create && var.access_log != null ? 1 : 0

  bucket        = local.bucket
  target_bucket = var.access_log.bucket
  target_prefix = var.access_log.prefix
}

resource "aws_kms_key" "this" {
  count = local.create_key ? 1 : 0

  description         = "Flow logs in the bucket ${coalesce(var.name, var.name_prefix, "without a name")}"
  enable_key_rotation = true
  policy              = local.key_policy
  tags                = local.tags
}

resource "aws_flow_log" "this" {
  count = var.create && var.flow_log != null ? 1 : 0

  vpc_id                   = var.flow_log.vpc_id
  traffic_type             = var.flow_log.traffic_type
  max_aggregation_interval = var.flow_log.max_aggregation_interval
  log_format               = var.flow_log.log_format
  log_destination_type     = "s3"
  log_destination          = local.destination_arn
  tags                     = local.tags

  # Without the block AWS takes the defaults; it cannot be changed later, so it is there only where it says something.
  dynamic "destination_options" {
    for_each = local.has_destination_options ? [var.flow_log] : []

    content {
      file_format                = destination_options.value.file_format
      hive_compatible_partitions = var.hive_compatible_partitions
      per_hour_partition         = destination_options.value.per_hour_partition
    }
  }

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}
