# Every input that another resource may give is unknown at plan here. A count or for_each on one of them would stop it.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "terraform_data" "later" {
  for_each = {
    bucket     = "arn:aws:s3:::logs"
    cidr       = "10.0.0.0/16"
    cluster    = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/later"
    containers = jsonencode([{ name = "web", image = "nginx:1.27" }])
    group      = "sg-later"
    key        = "arn:aws:kms:ap-northeast-1:111122223333:key/later"
    namespace  = "ns-later"
    pid_mode   = "task"
    role       = "arn:aws:iam::111122223333:role/later"
    secret     = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:later-AbCdEf"
    subnet_a   = "subnet-a"
    subnet_b   = "subnet-b"
    target     = "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/later/1"
    volumes    = jsonencode([{ name = "agent" }])
    vpc        = "vpc-0123"
  }

  input = each.value
}

locals {
  later   = { for name, data in terraform_data.later : name => data.output }
  subnets = [local.later.subnet_a, local.later.subnet_b]
}

module "vpc" {
  source = "../../../modules/vpc"

  name              = "later"
  fargate_endpoints = true
  flow_log          = { destination_type = "s3", destination_arn = local.later.bucket }
}

module "flow_log_bucket" {
  source = "../../../modules/flow-log-bucket"

  name       = "later"
  encryption = { sse = "aws:kms", key_arn = local.later.key }
  flow_log   = { vpc_id = local.later.vpc }
}

module "behind_a_load_balancer" {
  source = "../../../modules/orchestrator-agent"

  vpc_id                     = local.later.vpc
  subnets                    = local.subnets
  sysdig_region              = "au1"
  access_key_secret          = local.later.secret
  kms_key_arns               = [local.later.key]
  ingress_security_group_ids = { app = local.later.group }
  execution_role             = { create = false, arn = local.later.role }
  load_balancer              = { dns_record = { zone_id = local.later.namespace, name = "known.internal" } }
}

module "under_a_name" {
  source = "../../../modules/orchestrator-agent"

  vpc_id            = local.later.vpc
  subnets           = local.subnets
  sysdig_region     = "au1"
  access_key_secret = local.later.secret
  exposure          = "cloud_map"
  create_cluster    = false
  cluster_arn       = local.later.cluster
  service_discovery = { create_namespace = false, namespace_id = local.later.namespace, namespace_name = "known.internal" }
}

module "service" {
  source = "../../../modules/ecs-service"

  name                  = "later"
  container_definitions = local.later.containers
  check_image_tags      = false
  pid_mode              = local.later.pid_mode
  volumes_json          = local.later.volumes
  secret_arns           = [local.later.secret]
  kms_key_arns          = [local.later.key]
  create_cluster        = false
  cluster_arn           = local.later.cluster
  vpc_id                = local.later.vpc
  subnet_ids            = local.subnets
  security_group_ids    = [local.later.group]
  load_balancers        = { web = { target_group_arn = local.later.target, container_name = "web", container_port = 80 } }
  egress_rules          = { group = { from_port = 443, referenced_security_group_id = local.later.group } }
  log_groups            = { "/later" = { kms_key_arn = local.later.key } }
  task_role             = { policy_arns = { one = local.later.role } }
  autoscaling           = { max_capacity = 2 }
}

output "hosts" {
  description = "Hosts of the two orchestrators: known, although nothing else is."
  value       = [module.behind_a_load_balancer.orchestrator_host, module.under_a_name.orchestrator_host]
}
