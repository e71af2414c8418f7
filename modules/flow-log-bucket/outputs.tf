output "bucket_arn" {
  description = "ARN of the bucket. It waits for the policy, the ownership and the public access block: a flow log made of it comes after them, and goes before them."
  value       = one(aws_s3_bucket.this[*].arn)

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
  ]
}

output "bucket_name" {
  description = "Name of the bucket."
  value       = one(aws_s3_bucket.this[*].id)
}

output "bucket_policy" {
  description = "Policy of the bucket, JSON text."
  value       = one(aws_s3_bucket_policy.this[*].policy)
}

output "bucket_regional_domain_name" {
  description = "Host name of the bucket in its region."
  value       = one(aws_s3_bucket.this[*].bucket_regional_domain_name)
}

output "destination_arn" {
  description = "What a flow log takes as its destination: the bucket's ARN with the prefix. It waits as bucket_arn does."
  value       = var.create ? local.destination_arn : null

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
  ]
}

output "flow_log_id" {
  description = "Id of the flow log that the module created."
  value       = one(aws_flow_log.this[*].id)
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the bucket, created or given."
  value       = var.create ? local.key_arn : null
}

output "kms_key_policy" {
  description = "Policy of the created key, JSON text; what a key of your own must allow as well."
  value       = one(aws_kms_key.this[*].policy)
}
