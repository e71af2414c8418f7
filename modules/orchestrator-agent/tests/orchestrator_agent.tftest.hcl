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
  mock_data "aws_vpc" {
    defaults = { cidr_block = "10.0.0.0/16" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-northeast-1:111122223333:log-group:mock" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/sysdig-fargate-orchestrator" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:task-definition/orchestrator:1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:loadbalancer/net/orch/1", dns_name = "orch-1.elb.ap-northeast-1.amazonaws.com", zone_id = "ZLB" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/orch/1" }
  }
  mock_resource "aws_service_discovery_private_dns_namespace" {
    defaults = { id = "ns-created" }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:ap-northeast-1:111122223333:service/srv-1" }
  }
}

variables {
  vpc_id            = "vpc-1"
  subnets           = ["subnet-1", "subnet-2"]
  sysdig_region     = "au1"
  access_key_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf"
}

run "defaults" {
  assert {
    condition     = output.orchestrator_host == "orch-1.elb.ap-northeast-1.amazonaws.com" && output.orchestrator_port == 6667 && output.orchestrator_security_group_id == aws_security_group.load_balancer[0].id
    error_message = "Workload agents connect to the load balancer, through its security group."
  }
  assert {
    condition     = output.collector_host == "ingest.au1.sysdig.com" && output.collector_port == 6443
    error_message = "The region says where the collector is."
  }
  assert {
    condition = jsondecode(local.container_definitions) == [{
      name      = "OrchestratorAgent"
      image     = "quay.io/sysdig/orchestrator-agent:5.0.0"
      essential = true
      environment = [
        { name = "ADDITIONAL_CONF", value = "agentino_port: 6667\nlog:\n file_priority: info\n console_priority: info" },
        { name = "CHECK_CERTIFICATE", value = "true" },
        { name = "COLLECTOR", value = "ingest.au1.sysdig.com" },
        { name = "COLLECTOR_PORT", value = "6443" },
      ]
      secrets                = [{ name = "ACCESS_KEY", valueFrom = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf" }]
      portMappings           = [{ containerPort = 6667, hostPort = 6667, protocol = "tcp" }]
      readonlyRootFilesystem = false
      logConfiguration = {
        logDriver = "awslogs"
        options   = { awslogs-group = "sysdig-fargate-orchestrator-logs", awslogs-region = "ap-northeast-1", awslogs-stream-prefix = "ecs" }
      }
    }]
    error_message = "The agent's container has the vendor's variables, and the key as a reference."
  }
  assert {
    condition     = aws_lb.this[0].internal && aws_lb.this[0].load_balancer_type == "network" && aws_lb.this[0].enable_cross_zone_load_balancing && aws_lb.this[0].security_groups == toset([aws_security_group.load_balancer[0].id]) && aws_lb.this[0].name == "sysdig-fargate-orchestrator"
    error_message = "An internal network load balancer over all zones, with a security group."
  }
  assert {
    condition     = aws_lb_target_group.this[0].target_type == "ip" && aws_lb_target_group.this[0].protocol == "TCP" && aws_lb_target_group.this[0].health_check[0].protocol == "TCP" && aws_lb_target_group.this[0].deregistration_delay == "60" && aws_lb_listener.this[0].port == 6667
    error_message = "TCP all the way, with a health check."
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["vpc"] && aws_vpc_security_group_ingress_rule.load_balancer["vpc"].cidr_ipv4 == "10.0.0.0/16" && aws_vpc_security_group_ingress_rule.load_balancer["vpc"].from_port == 6667 && aws_vpc_security_group_ingress_rule.load_balancer["vpc"].to_port == 6667
    error_message = "The VPC may connect, and nobody else."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.load_balancer["load-balancer"].referenced_security_group_id == output.task_security_group_id && aws_vpc_security_group_egress_rule.load_balancer["load-balancer"].from_port == 6667
    error_message = "The load balancer reaches the tasks and nothing else."
  }
  assert {
    condition     = join(",", keys(local.task_ingress_rules)) == "load-balancer" && local.task_ingress_rules["load-balancer"].referenced_security_group_id == aws_security_group.load_balancer[0].id
    error_message = "The tasks take connections from the load balancer only."
  }
  assert {
    condition = { for name, rule in local.task_egress_rules : name => "${rule.protocol} ${rule.from_port} ${rule.cidr_ipv4}" } == {
      collector-0 = "tcp 6443 0.0.0.0/0"
      dns-tcp     = "tcp 53 10.0.0.0/16"
      dns-udp     = "udp 53 10.0.0.0/16"
      https       = "tcp 443 0.0.0.0/0"
    }
    error_message = "The way out is the collector, HTTPS and the resolver."
  }
  assert {
    condition     = length(aws_service_discovery_service.this) == 0 && length(aws_route53_record.this) == 0
    error_message = "Cloud Map and Route 53 are left alone."
  }
  assert {
    condition     = aws_lb.this[0].tags == tomap({ Module = "fargate-instrument/orchestrator-agent", Name = "sysdig-fargate-orchestrator" })
    error_message = "The module's own tags stand where the user gives none."
  }
}

run "execution_policy_statement_by_statement" {
  variables {
    kms_key_arns = ["arn:aws:kms:ap-northeast-1:111122223333:key/1234"]
    http_proxy_configuration = {
      proxy_host            = "proxy.internal"
      proxy_password_secret = "arn:aws:ssm:ap-northeast-1:111122223333:parameter/proxy"
    }
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement == [
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:ap-northeast-1:111122223333:log-group:sysdig-fargate-orchestrator-logs:*"]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf",
          "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf-??????",
        ]
      },
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameters"]
        Resource = ["arn:aws:ssm:ap-northeast-1:111122223333:parameter/proxy"]
      },
      {
        Sid       = "DecryptSecrets"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = ["arn:aws:kms:ap-northeast-1:111122223333:key/1234"]
        Condition = { StringLike = { "kms:ViaService" = ["secretsmanager.ap-northeast-1.amazonaws.*", "ssm.ap-northeast-1.amazonaws.*"] } }
      },
      { Sid = "NoResource", Effect = "Allow", Action = ["sts:GetCallerIdentity"], Resource = ["*"] },
    ]
    error_message = "The role writes its log, reads the key and the proxy's password, and nothing else."
  }
}

run "everything_on" {
  variables {
    name                        = "orch"
    agent_image                 = "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/quay/sysdig/orchestrator-agent:5.1.0"
    agent_log_level             = "debug"
    agent_extra_conf            = "customer: \"1\""
    agent_tags                  = { env = "prod", team = "sec" }
    check_collector_certificate = false
    collector_host              = "collector.example.com"
    collector_port              = 443
    collector_cidr_blocks       = ["198.51.100.0/24", "203.0.113.0/24"]
    collector_configuration     = { ca_certificate = "/ssl/collector_cert.pem" }
    collector_ca_certificate    = { value = "Y2E=" }
    http_proxy_ca_certificate   = { value = "cHJveHk=", path = "/ssl/p.pem" }
    http_proxy_configuration = {
      proxy_host            = "proxy.internal"
      proxy_port            = 8080
      proxy_user            = "me"
      proxy_password_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:proxy-AbCdEf"
      ssl                   = true
      ca_certificate        = "/ssl/p.pem"
    }
    orchestrator_port          = 7777
    ingress_cidr_blocks        = ["10.1.0.0/24"]
    ingress_security_group_ids = { app = "sg-app" }
    create_cluster             = false
    cluster_arn                = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/theirs"
    desired_count              = 2
    autoscaling                = { max_capacity = 4, target_metric = "ECSServiceAverageMemoryUtilization", target_value = 60 }
    cpu                        = 1024
    memory                     = 2048
    log_retention_days         = 30
    ecr                        = { pull_through_cache = true }
    load_balancer = {
      name                = "lb"
      cross_zone          = false
      deletion_protection = true
      dns_record          = { zone_id = "Z1", name = "orchestrator.example.internal" }
      health_check        = { protocol = "HTTP", path = "/", interval = 10 }
    }
    container = {
      user         = "1000"
      stop_timeout = 60
      ulimits      = { nofile = { soft_limit = 1024, hard_limit = 4096 } }
      health_check = { command = ["CMD-SHELL", "true"] }
    }
    deployment = { circuit_breaker = true, rollback = false }
    tags       = { Module = "mine" }
  }
  assert {
    condition = { for pair in jsondecode(local.container_definitions)[0].environment : pair.name => pair.value } == {
      ADDITIONAL_CONF                 = "agentino_port: 7777\nlog:\n file_priority: debug\n console_priority: debug\ncustomer: \"1\""
      CHECK_CERTIFICATE               = "false"
      COLLECTOR                       = "collector.example.com"
      COLLECTOR_CA_CERTIFICATE        = "/ssl/collector_cert.pem"
      COLLECTOR_CA_CERTIFICATE_PATH   = "/ssl/collector_cert.pem"
      COLLECTOR_CA_CERTIFICATE_TYPE   = "base64"
      COLLECTOR_CA_CERTIFICATE_VALUE  = "Y2E="
      COLLECTOR_PORT                  = "443"
      HTTP_PROXY_CA_CERTIFICATE_PATH  = "/ssl/p.pem"
      HTTP_PROXY_CA_CERTIFICATE_TYPE  = "base64"
      HTTP_PROXY_CA_CERTIFICATE_VALUE = "cHJveHk="
      PROXY_CA_CERTIFICATE            = "/ssl/p.pem"
      PROXY_HOST                      = "proxy.internal"
      PROXY_PORT                      = "8080"
      PROXY_SSL                       = "true"
      PROXY_SSL_VERIFY_CERTIFICATE    = "true"
      PROXY_USER                      = "me"
      TAGS                            = "env:prod,team:sec"
    }
    error_message = "Every setting reaches the agent under the vendor's name."
  }
  assert {
    condition     = [for pair in jsondecode(local.container_definitions)[0].secrets : pair.name] == ["ACCESS_KEY", "PROXY_PASSWORD"]
    error_message = "Key and password are references."
  }
  assert {
    condition     = jsondecode(local.container_definitions)[0].healthCheck.command == ["CMD-SHELL", "true"] && jsondecode(local.container_definitions)[0].ulimits == [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }] && jsondecode(local.container_definitions)[0].user == "1000" && jsondecode(local.container_definitions)[0].stopTimeout == 60
    error_message = "The container's details are as given."
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.load_balancer) == ["10.1.0.0/24", "group-app"] && aws_vpc_security_group_ingress_rule.load_balancer["group-app"].referenced_security_group_id == "sg-app"
    error_message = "Given ranges and groups take the place of the VPC."
  }
  assert {
    condition     = local.task_egress_rules["collector-1"].cidr_ipv4 == "203.0.113.0/24" && local.task_egress_rules["collector-0"].from_port == 443 && local.task_egress_rules["proxy"].from_port == 8080 && local.task_egress_rules["proxy"].cidr_ipv4 == "10.0.0.0/16"
    error_message = "The way out follows collector and proxy."
  }
  assert {
    condition     = output.orchestrator_host == "orchestrator.example.internal" && output.orchestrator_port == 7777 && aws_route53_record.this[0].alias[0].zone_id == "ZLB"
    error_message = "The record's name is the host."
  }
  assert {
    condition     = aws_lb.this[0].name == "lb" && !aws_lb.this[0].enable_cross_zone_load_balancing && aws_lb.this[0].enable_deletion_protection && aws_lb_target_group.this[0].health_check[0].path == "/"
    error_message = "The load balancer is as given."
  }
  assert {
    condition     = output.cluster_arn == "arn:aws:ecs:ap-northeast-1:111122223333:cluster/theirs" && aws_lb.this[0].tags.Module == "mine"
    error_message = "The given cluster is used; the user's tags win."
  }
  assert {
    condition     = strcontains(output.execution_policy, "ecr:BatchImportUpstreamImage") && strcontains(output.execution_policy, "repository/quay/sysdig/orchestrator-agent")
    error_message = "The image's repository may be pulled from, and filled."
  }
}

run "cloud_map" {
  variables {
    exposure = "cloud_map"
  }
  assert {
    condition     = output.orchestrator_host == "orchestrator.sysdig.internal" && output.load_balancer_arn == null && length(aws_lb.this) == 0 && length(aws_security_group.load_balancer) == 0
    error_message = "The name takes the place of the load balancer."
  }
  assert {
    condition     = aws_service_discovery_private_dns_namespace.this[0].vpc == "vpc-1" && aws_service_discovery_service.this[0].dns_config[0].namespace_id == "ns-created" && aws_service_discovery_service.this[0].dns_config[0].dns_records[0].type == "A"
    error_message = "The name lives in a private namespace of the VPC."
  }
  assert {
    condition     = aws_service_discovery_service.this[0].force_destroy
    error_message = "A destroy takes tasks out that ECS has not taken out yet."
  }
  assert {
    condition     = output.orchestrator_security_group_id == output.task_security_group_id && join(",", keys(local.task_ingress_rules)) == "vpc" && local.task_ingress_rules["vpc"].from_port == 6667
    error_message = "Workload agents connect to the tasks themselves."
  }
}

run "cloud_map_name_is_known_at_plan" {
  command = plan
  variables {
    exposure          = "cloud_map"
    service_discovery = { create_namespace = false, namespace_id = "ns-theirs", namespace_name = "corp.internal", service_name = "sysdig" }
  }
  assert {
    condition     = output.orchestrator_host == "sysdig.corp.internal" && length(aws_service_discovery_private_dns_namespace.this) == 0 && aws_service_discovery_service.this[0].dns_config[0].namespace_id == "ns-theirs"
    error_message = "The host is known before anything is made."
  }
}

run "own_egress" {
  variables {
    egress_rules = { all_tcp = { from_port = 0, to_port = 65535, cidr_ipv4 = "10.0.0.0/8" } }
  }
  assert {
    condition     = join(",", keys(local.task_egress_rules)) == "all_tcp"
    error_message = "Rules of one's own take the place of the default."
  }
}

run "alternative_collector" {
  variables {
    sysdig_region             = "us2"
    use_alternative_collector = true
  }
  assert {
    condition     = output.collector_host == "ingest-alt-us2.app.sysdig.com" && output.collector_port == 443
    error_message = "The alternative collector listens on 443."
  }
  assert {
    condition     = join(",", keys(local.task_egress_rules)) == "dns-tcp,dns-udp,https" && local.task_egress_rules["https"].cidr_ipv4 == "0.0.0.0/0"
    error_message = "The way to it is that of HTTPS: EC2 takes one rule of a protocol, port and range."
  }
}

run "ways_out_that_are_the_same" {
  command = plan
  variables {
    collector_cidr_blocks    = ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/8", "192.0.2.0/24"]
    collector_port           = 443
    http_proxy_configuration = { proxy_host = "proxy", proxy_port = 443, cidr_block = "192.0.2.0/24" }
  }
  assert {
    condition     = join(",", keys(local.task_egress_rules)) == "collector-1,collector-3,dns-tcp,dns-udp,https"
    error_message = "Each protocol, port and range is there once."
  }
}

run "a_health_check_with_a_port_of_its_own" {
  variables {
    load_balancer = { health_check = { protocol = "HTTP", path = "/live", port = "8080" } }
  }
  assert {
    condition     = toset([for rule in values(aws_vpc_security_group_egress_rule.load_balancer) : rule.from_port]) == toset([6667, 8080])
    error_message = "The load balancer's own group lets its health checks out."
  }
  assert {
    condition     = local.task_ingress_rules["load-balancer-health"].from_port == 8080 && local.task_ingress_rules["load-balancer-health"].referenced_security_group_id == aws_security_group.load_balancer[0].id
    error_message = "The tasks let them in, from the load balancer alone."
  }
}

run "stopping_before_starting" {
  variables {
    availability_zone_rebalancing = "DISABLED"
    deployment                    = { minimum_healthy_percent = 0, maximum_percent = 100 }
  }
  assert {
    condition     = output.service_name == "sysdig-fargate-orchestrator"
    error_message = "Rebalancing can be switched off, which a maximum of 100 needs."
  }
}

run "a_name_that_elb_refuses" {
  command = plan
  variables {
    name = "internal-agent"
  }
  assert {
    condition     = aws_lb.this[0].name == "int-agent"
    error_message = "ELB takes no name that begins with internal-."
  }
}

run "a_group_twice_is_refused" {
  command = plan
  variables {
    ingress_security_group_ids = { web = "sg-1", api = "sg-1" }
  }
  expect_failures = [var.ingress_security_group_ids]
}

run "a_path_without_http_is_refused" {
  command = plan
  variables {
    load_balancer = { health_check = { path = "/live" } }
  }
  expect_failures = [var.load_balancer]
}

run "a_health_check_port_that_is_none_is_refused" {
  command = plan
  variables {
    load_balancer = { health_check = { port = "http" } }
  }
  expect_failures = [var.load_balancer]
}

run "a_stop_sooner_than_fargate_stops_is_refused" {
  command = plan
  variables {
    container = { stop_timeout = 1 }
  }
  expect_failures = [var.container]
}

run "sets_added_later_are_closed_too" {
  command = plan
  variables {
    availability_zone_rebalancing = "on"
    kms_via_services              = ["kms.amazonaws.com"]
  }
  expect_failures = [var.availability_zone_rebalancing, var.kms_via_services]
}

run "ibm_cloud" {
  variables {
    sysdig_region = "eu-de-private-secure"
  }
  assert {
    condition     = output.collector_host == "ingest.private.eu-de.security-compliance-secure.cloud.ibm.com" && output.collector_port == 6443
    error_message = "IBM Cloud's regions are known."
  }
}

run "ibm_cloud_monitor" {
  command = plan
  variables {
    sysdig_region = "us-south-monitor"
  }
  assert {
    condition     = output.collector_host == "ingest.us-south.monitoring.cloud.ibm.com"
    error_message = "IBM Cloud's monitoring is known."
  }
}

run "a_key_in_plain_text_by_choice" {
  variables {
    access_key_secret           = null
    access_key                  = "00000000-0000-0000-0000-000000000000"
    allow_plain_text_access_key = true
  }
  assert {
    condition     = nonsensitive(contains(jsondecode(local.container_definitions)[0].environment[*].name, "ACCESS_KEY")) && !nonsensitive(contains(keys(jsondecode(local.container_definitions)[0]), "secrets"))
    error_message = "The key is in the environment, as asked for."
  }
  assert {
    condition     = issensitive(local.container_definitions) && !strcontains(output.execution_policy, "ReadSecrets")
    error_message = "The definitions are sensitive then, and no secret is read."
  }
}

run "an_unpinned_image_by_choice" {
  command = plan
  variables {
    agent_image          = "quay.io/sysdig/orchestrator-agent"
    allow_unpinned_image = true
  }
  assert {
    condition     = jsondecode(local.container_definitions)[0].image == "quay.io/sysdig/orchestrator-agent"
    error_message = "The image is taken as it is."
  }
}

run "other_partition" {
  variables {
    access_key_secret = "arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter/sysdig"
  }
  override_data {
    target = module.service.data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }
  assert {
    condition     = !strcontains(output.execution_policy, "arn:aws:") && jsondecode(output.execution_policy).Statement[1].Resource == ["arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter/sysdig"]
    error_message = "ARNs follow the partition; a key of another partition is a reference like any other."
  }
}

run "nothing" {
  variables {
    create = false
  }
  assert {
    condition = alltrue([for value in [
      output.cluster_arn, output.collector_host, output.collector_port, output.execution_policy, output.execution_role_arn, output.load_balancer_arn,
      output.log_group_name, output.orchestrator_host, output.orchestrator_port, output.orchestrator_security_group_id, output.service_arn,
      output.service_name, output.task_definition_arn, output.task_security_group_id,
    ] : value == null])
    error_message = "Every output is null."
  }
  assert {
    condition     = length(aws_lb.this) + length(aws_lb_listener.this) + length(aws_security_group.load_balancer) + length(aws_vpc_security_group_ingress_rule.load_balancer) + length(aws_service_discovery_service.this) == 0
    error_message = "Nothing is made."
  }
}

# A run expects one failure of each variable it names; a variable with several rules comes up in as many runs.

run "values_out_of_their_sets_are_refused" {
  command = plan
  variables {
    access_key               = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf"
    access_key_secret        = "my-secret"
    agent_image              = "not an image"
    agent_log_level          = "verbose"
    agent_tags               = { env = "a,b" }
    autoscaling              = { max_capacity = 2, target_metric = "Cpu" }
    cluster_arn              = "my-cluster"
    collector_cidr_blocks    = ["everywhere"]
    collector_host           = "https://collector.sysdigcloud.com:6443"
    collector_port           = 0
    container                = { stop_timeout = 121 }
    container_insights       = "on"
    cpu                      = 300
    deployment               = { minimum_healthy_percent = 101 }
    desired_count            = -1
    egress_rules             = { bad = { protocol = "http", from_port = 80 } }
    execution_role           = { arn = "arn:aws:iam::111122223333:role/exec" }
    exposure                 = "internet"
    http_proxy_configuration = { proxy_port = 70000 }
    ingress_cidr_blocks      = ["everywhere"]
    kms_key_arns             = ["alias/key"]
    load_balancer            = { name = "internal-lb" }
    log_retention_days       = 8
    memory                   = 1
    name                     = "a b"
    orchestrator_port        = 0
    platform_version         = "newest"
    runtime_platform         = { cpu_architecture = "amd64" }
    service_discovery        = { namespace_name = "-" }
    sysdig_region            = "us9"
    vpc_id                   = "my-vpc"
  }
  expect_failures = [
    var.access_key, var.access_key_secret, var.agent_image, var.agent_log_level, var.agent_tags, var.autoscaling, var.cluster_arn,
    var.collector_cidr_blocks, var.collector_host, var.collector_port, var.container, var.container_insights, var.cpu, var.deployment,
    var.desired_count, var.egress_rules, var.execution_role, var.exposure, var.http_proxy_configuration, var.ingress_cidr_blocks, var.kms_key_arns,
    var.load_balancer, var.log_retention_days, var.memory, var.name, var.orchestrator_port, var.platform_version,
    var.runtime_platform, var.service_discovery, var.sysdig_region, var.vpc_id,
  ]
}

run "the_second_rule_of_each_refuses" {
  command = plan
  variables {
    autoscaling              = { min_capacity = 0, max_capacity = 2 }
    container                = { health_check = { command = ["/bin/true"] } }
    deployment               = { minimum_healthy_percent = 100, maximum_percent = 100 }
    http_proxy_configuration = { proxy_password_secret = "hunter2" }
    ingress_cidr_blocks      = ["0.0.0.0/0"]
    load_balancer            = { health_check = { protocol = "UDP" } }
    service_discovery        = { service_name = "a.b" }
  }
  expect_failures = [
    var.autoscaling, var.container, var.deployment, var.http_proxy_configuration, var.ingress_cidr_blocks, var.load_balancer, var.service_discovery,
  ]
}

run "the_third_rule_of_each_refuses" {
  command = plan
  variables {
    autoscaling       = { max_capacity = 2, target_value = 0 }
    deployment        = { circuit_breaker = false }
    load_balancer     = { health_check = { interval = 1 } }
    service_discovery = { namespace_id = "ns-1" }
  }
  expect_failures = [var.autoscaling, var.deployment, var.load_balancer, var.service_discovery]
}

run "a_long_deregistration_is_refused" {
  command = plan
  variables {
    load_balancer = { deregistration_delay = 4000 }
  }
  expect_failures = [var.load_balancer]
}

run "half_of_everywhere_is_refused" {
  command = plan
  variables {
    ingress_cidr_blocks = ["0.0.0.0/1", "128.0.0.0/1"]
  }
  expect_failures = [var.ingress_cidr_blocks]
}

run "latest_is_refused" {
  command = plan
  variables {
    agent_image = "quay.io/sysdig/orchestrator-agent:latest"
  }
  expect_failures = [output.orchestrator_host]
}

run "no_tag_is_refused" {
  command = plan
  variables {
    agent_image = "registry.internal:5000/sysdig/orchestrator-agent"
  }
  expect_failures = [output.orchestrator_host]
}

run "no_key_is_refused" {
  command = plan
  variables {
    access_key_secret = null
  }
  expect_failures = [output.orchestrator_host]
}

run "a_plain_key_without_the_choice_is_refused" {
  command = plan
  variables {
    access_key_secret = null
    access_key        = "00000000-0000-0000-0000-000000000000"
  }
  expect_failures = [output.orchestrator_host]
}

run "no_collector_is_refused" {
  command = plan
  variables {
    sysdig_region = null
  }
  expect_failures = [output.orchestrator_host]
}

run "one_subnet_is_refused" {
  command = plan
  variables {
    subnets = ["subnet-1"]
  }
  expect_failures = [aws_lb.this]
}

run "no_namespace_is_refused" {
  command = plan
  variables {
    exposure          = "cloud_map"
    service_discovery = { create_namespace = false }
  }
  expect_failures = [aws_service_discovery_service.this]
}
