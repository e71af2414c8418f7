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
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-northeast-1:111122223333:log-group:mock" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/app" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-northeast-1:111122223333:task-definition/app:1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-created" }
  }
}

variables {
  name                  = "app"
  vpc_id                = "vpc-1"
  subnet_ids            = ["subnet-1", "subnet-2"]
  container_definitions = "[{\"name\":\"web\",\"image\":\"docker.io/library/nginx:1.27\",\"portMappings\":[{\"containerPort\":80}]}]"
}

run "defaults" {
  assert {
    condition     = aws_ecs_task_definition.this[0].family == "app" && aws_ecs_task_definition.this[0].network_mode == "awsvpc" && aws_ecs_task_definition.this[0].requires_compatibilities == toset(["FARGATE"]) && aws_ecs_task_definition.this[0].pid_mode == null
    error_message = "A Fargate task definition without a pid mode."
  }
  assert {
    condition     = aws_ecs_task_definition.this[0].cpu == "512" && aws_ecs_task_definition.this[0].memory == "1024" && aws_ecs_task_definition.this[0].runtime_platform[0].cpu_architecture == "X86_64" && aws_ecs_task_definition.this[0].runtime_platform[0].operating_system_family == "LINUX"
    error_message = "Half a CPU, one GiB, Linux on x86."
  }
  assert {
    condition     = length(aws_ecs_service.this) == 1 && length(aws_ecs_service.uncounted) == 0 && aws_ecs_service.this[0].desired_count == 1 && aws_ecs_service.this[0].launch_type == "FARGATE" && aws_ecs_service.this[0].platform_version == "LATEST"
    error_message = "One task on Fargate, counted by Terraform."
  }
  assert {
    condition     = aws_ecs_service.this[0].deployment_circuit_breaker[0].enable && aws_ecs_service.this[0].deployment_circuit_breaker[0].rollback && aws_ecs_service.this[0].deployment_minimum_healthy_percent == 100 && aws_ecs_service.this[0].deployment_maximum_percent == 200
    error_message = "A failed deployment rolls back, and takes no capacity away."
  }
  assert {
    condition     = aws_ecs_service.this[0].availability_zone_rebalancing == "ENABLED" && aws_ecs_service.this[0].propagate_tags == "SERVICE" && aws_ecs_service.this[0].enable_ecs_managed_tags && !aws_ecs_service.this[0].enable_execute_command
    error_message = "Rebalancing and tags are explicit; ECS Exec is off."
  }
  assert {
    condition     = !aws_ecs_service.this[0].network_configuration[0].assign_public_ip && aws_ecs_service.this[0].network_configuration[0].security_groups == toset(["sg-created"])
    error_message = "No public address; the created security group."
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.this) == 0 && keys(aws_vpc_security_group_egress_rule.this) == ["https"] && aws_vpc_security_group_egress_rule.this["https"].from_port == 443 && aws_vpc_security_group_egress_rule.this["https"].to_port == 443 && aws_vpc_security_group_egress_rule.this["https"].ip_protocol == "tcp"
    error_message = "Nothing comes in, only HTTPS goes out."
  }
  assert {
    condition     = one(aws_ecs_cluster.this[0].setting).value == "enabled" && length(aws_ecs_cluster.this[0].configuration) == 0 && output.cluster_name == "app"
    error_message = "A cluster with Container Insights."
  }
  assert {
    condition     = length(aws_appautoscaling_target.this) == 0 && length(aws_cloudwatch_log_group.this) == 0
    error_message = "Neither autoscaling nor log groups unless asked for."
  }
  assert {
    condition     = jsondecode(output.execution_policy).Statement == [{ Sid = "NoResource", Effect = "Allow", Action = ["sts:GetCallerIdentity"], Resource = ["*"] }]
    error_message = "The execution role may do nothing that needs no permission anyway."
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0 && length(aws_iam_role_policy_attachment.task) == 0
    error_message = "The task role starts without rights."
  }
  assert {
    condition     = jsondecode(output.container_definitions) == jsondecode(var.container_definitions)
    error_message = "Canonical definitions stay as they are."
  }
  assert {
    condition     = aws_ecs_service.this[0].tags == tomap({ Module = "fargate-instrument/ecs-service", Name = "app" })
    error_message = "The module's own tags stand where the user gives none."
  }
}

run "policies_statement_by_statement" {
  variables {
    container_definitions = jsonencode([
      { name = "web", image = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/web:1.0" },
      { name = "side", image = "quay.io/sysdig/workload-agent:5.0.0" },
    ])
    secret_arns = [
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf:key::",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:plain",
      "arn:aws:ssm:ap-northeast-1:111122223333:parameter/app/key",
    ]
    kms_key_arns                = ["arn:aws:kms:ap-northeast-1:111122223333:key/1234"]
    log_groups                  = { "/app" = {}, "/agent" = { retention_in_days = 400, kms_key_arn = "arn:aws:kms:ap-northeast-1:111122223333:key/1234" } }
    log_group_arns              = ["arn:aws:logs:ap-northeast-1:111122223333:log-group:theirs:*"]
    ecr                         = { repository_arns = ["arn:aws:ecr:ap-northeast-1:111122223333:repository/quay/sysdig/workload-agent"], pull_through_cache = true }
    enable_execute_command      = true
    execute_command_kms_key_arn = "arn:aws:kms:ap-northeast-1:111122223333:key/exec"
    task_role = {
      policy_arns = { read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
      statements = [{
        sid        = "ReadTable"
        actions    = ["dynamodb:GetItem"]
        resources  = ["arn:aws:dynamodb:ap-northeast-1:111122223333:table/t"]
        conditions = { Bool = { "aws:SecureTransport" = ["true"] } }
      }]
    }
  }
  assert {
    condition     = jsondecode(output.execution_policy).Statement[*].Sid == ["WriteLogs", "ReadSecrets", "ReadParameters", "DecryptSecrets", "PullImages", "PullThroughCache", "NoResource"]
    error_message = "One statement for each thing the role does."
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[0] == {
      Sid    = "WriteLogs"
      Effect = "Allow"
      Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [
        "arn:aws:logs:ap-northeast-1:111122223333:log-group:/agent:*",
        "arn:aws:logs:ap-northeast-1:111122223333:log-group:/app:*",
        "arn:aws:logs:ap-northeast-1:111122223333:log-group:theirs:*",
      ]
    }
    error_message = "It writes to the created and the given log groups only."
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[1] == {
      Sid    = "ReadSecrets"
      Effect = "Allow"
      Action = ["secretsmanager:GetSecretValue"]
      Resource = [
        "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf",
        "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig-AbCdEf-??????",
        "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:plain-??????",
      ]
    }
    error_message = "It reads the given secrets, each once, without JSON key and version."
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[2] == {
      Sid      = "ReadParameters"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = ["arn:aws:ssm:ap-northeast-1:111122223333:parameter/app/key"]
    }
    error_message = "It reads the given parameters."
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[3] == {
      Sid       = "DecryptSecrets"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = ["arn:aws:kms:ap-northeast-1:111122223333:key/1234"]
      Condition = { StringLike = { "kms:ViaService" = ["secretsmanager.ap-northeast-1.amazonaws.*", "ssm.ap-northeast-1.amazonaws.*"] } }
    }
    error_message = "It decrypts with the given keys."
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[4] == {
      Sid    = "PullImages"
      Effect = "Allow"
      Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = [
        "arn:aws:ecr:ap-northeast-1:111122223333:repository/quay/sysdig/workload-agent",
        "arn:aws:ecr:eu-central-1:111122223333:repository/team/web",
      ]
    }
    error_message = "It pulls from the given repositories and from those of the images."
  }
  assert {
    condition     = jsondecode(output.execution_policy).Statement[5].Action == ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"] && jsondecode(output.execution_policy).Statement[5].Resource == jsondecode(output.execution_policy).Statement[4].Resource
    error_message = "A pull-through cache may fill the same repositories."
  }
  assert {
    condition     = jsondecode(output.execution_policy).Statement[6] == { Sid = "NoResource", Effect = "Allow", Action = ["ecr:GetAuthorizationToken", "sts:GetCallerIdentity"], Resource = ["*"] }
    error_message = "Only what knows no resource is on *."
  }
  assert {
    condition = jsondecode(aws_iam_role.execution[0].assume_role_policy).Statement == [{
      Sid       = "TasksOfThisAccount"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "111122223333" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:ap-northeast-1:111122223333:*" }
      }
    }] && aws_iam_role.task[0].assume_role_policy == aws_iam_role.execution[0].assume_role_policy
    error_message = "Only tasks of this account and region take the roles."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.task[0].policy).Statement[0] == {
      Sid       = "ReadTable"
      Effect    = "Allow"
      Action    = ["dynamodb:GetItem"]
      Resource  = ["arn:aws:dynamodb:ap-northeast-1:111122223333:table/t"]
      Condition = { Bool = { "aws:SecureTransport" = ["true"] } }
    }
    error_message = "The task role has the user's statement."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.task[0].policy).Statement[1] == {
      Sid      = "ExecuteCommand"
      Effect   = "Allow"
      Action   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
      Resource = ["*"]
      } && jsondecode(aws_iam_role_policy.task[0].policy).Statement[2] == {
      Sid      = "ExecuteCommandKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = ["arn:aws:kms:ap-northeast-1:111122223333:key/exec"]
    }
    error_message = "ECS Exec adds its four actions and its key."
  }
  assert {
    condition     = aws_iam_role_policy_attachment.task["read_only"].policy_arn == "arn:aws:iam::aws:policy/ReadOnlyAccess" && aws_ecs_service.this[0].enable_execute_command && aws_ecs_cluster.this[0].configuration[0].execute_command_configuration[0].kms_key_id == "arn:aws:kms:ap-northeast-1:111122223333:key/exec"
    error_message = "Attachments and ECS Exec are in place."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this["/app"].retention_in_days == 365 && aws_cloudwatch_log_group.this["/agent"].retention_in_days == 400 && aws_cloudwatch_log_group.this["/agent"].kms_key_id != null && length(output.log_group_arns) == 2
    error_message = "Log groups have their retention and key."
  }
}

run "everything_on" {
  variables {
    family                     = "td-app"
    cpu                        = 8192
    memory                     = 20480
    pid_mode                   = "task"
    ephemeral_storage_gib      = 50
    platform_version           = "1.4.0"
    runtime_platform           = { cpu_architecture = "ARM64" }
    volumes_json               = "[{\"name\":\"agent\",\"host\":{}},{\"name\":\"shared\",\"efsVolumeConfiguration\":{\"fileSystemId\":\"fs-1\",\"transitEncryption\":\"ENABLED\",\"authorizationConfig\":{\"accessPointId\":\"fsap-1\",\"iam\":\"ENABLED\"}}},{\"name\":\"mine\"}]"
    volumes                    = { scratch = {}, mine = { efs = { file_system_id = "fs-2", root_directory = "/data" } } }
    create_cluster             = false
    cluster_arn                = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/theirs"
    capacity_provider_strategy = { FARGATE = { base = 1, weight = 1 }, FARGATE_SPOT = { weight = 3 } }
    desired_count              = 2
    autoscaling = {
      max_capacity = 6
      policies = {
        cpu      = { metric = "cpu", target_value = 60 }
        requests = { metric = "requests", target_value = 100, resource_label = "app/lb/1/targetgroup/tg/2", scale_in_cooldown = 10 }
      }
    }
    load_balancers                = { web = { target_group_arn = "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/tg/2", container_name = "web", container_port = 80 } }
    service_registry              = { registry_arn = "arn:aws:servicediscovery:ap-northeast-1:111122223333:service/srv-1" }
    service_connect               = { namespace = "internal", services = { web = { port_name = "http", dns_name = "web", port = 80 } } }
    security_group_ids            = ["sg-theirs"]
    ingress_rules                 = { lb = { from_port = 8000, to_port = 8010, referenced_security_group_id = "sg-lb" } }
    egress_rules                  = { all = { protocol = "-1", cidr_ipv6 = "::/0" } }
    assign_public_ip              = true
    propagate_tags                = "TASK_DEFINITION"
    deployment                    = { minimum_healthy_percent = 50, maximum_percent = 150, health_check_grace_period_seconds = 30, wait_for_steady_state = true, timeouts = { create = "5m" } }
    execution_role                = { create = false, arn = "arn:aws:iam::111122223333:role/exec" }
    task_role                     = { create = false, arn = "arn:aws:iam::111122223333:role/task" }
    tags                          = { Name = "mine", Team = "app" }
    availability_zone_rebalancing = "DISABLED"
  }
  assert {
    condition     = aws_ecs_task_definition.this[0].family == "td-app" && aws_ecs_task_definition.this[0].pid_mode == "task" && aws_ecs_task_definition.this[0].ephemeral_storage[0].size_in_gib == 50 && aws_ecs_task_definition.this[0].memory == "20480"
    error_message = "The task definition has what was asked for."
  }
  assert {
    condition     = aws_ecs_task_definition.this[0].execution_role_arn == "arn:aws:iam::111122223333:role/exec" && aws_ecs_task_definition.this[0].task_role_arn == "arn:aws:iam::111122223333:role/task" && length(aws_iam_role.execution) + length(aws_iam_role.task) == 0 && output.execution_policy == null
    error_message = "Roles of one's own are used, none is made."
  }
  assert {
    condition     = sort([for volume in aws_ecs_task_definition.this[0].volume : volume.name]) == tolist(["agent", "mine", "scratch", "shared"])
    error_message = "Volumes come from both inputs, each name once."
  }
  assert {
    condition = alltrue([for volume in aws_ecs_task_definition.this[0].volume : (
      volume.name == "mine" ? volume.efs_volume_configuration[0].file_system_id == "fs-2" && volume.efs_volume_configuration[0].transit_encryption == "ENABLED" :
      volume.name == "shared" ? volume.efs_volume_configuration[0].authorization_config[0].iam == "ENABLED" && volume.efs_volume_configuration[0].authorization_config[0].access_point_id == "fsap-1" :
      length(volume.efs_volume_configuration) == 0
    )])
    error_message = "EFS volumes are encrypted in transit; the typed input wins over the JSON text."
  }
  assert {
    condition     = length(aws_ecs_service.this) == 0 && aws_ecs_service.uncounted[0].desired_count == 2 && aws_ecs_service.uncounted[0].cluster == "arn:aws:ecs:ap-northeast-1:111122223333:cluster/theirs" && length(aws_ecs_cluster.this) == 0
    error_message = "With autoscaling Terraform leaves the count alone; the given cluster is used."
  }
  assert {
    condition     = { for item in aws_ecs_service.uncounted[0].capacity_provider_strategy : item.capacity_provider => item.weight } == { FARGATE = 1, FARGATE_SPOT = 3 } && local.launch_type == null
    error_message = "Capacity providers take the place of the launch type."
  }
  assert {
    condition     = aws_appautoscaling_target.this[0].resource_id == "service/theirs/app" && aws_appautoscaling_target.this[0].min_capacity == 1 && aws_appautoscaling_target.this[0].max_capacity == 6
    error_message = "Autoscaling speaks of this service."
  }
  assert {
    condition     = aws_appautoscaling_policy.this["requests"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type == "ALBRequestCountPerTarget" && aws_appautoscaling_policy.this["cpu"].target_tracking_scaling_policy_configuration[0].target_value == 60
    error_message = "Every policy has its metric."
  }
  assert {
    condition     = one(aws_ecs_service.uncounted[0].load_balancer).container_port == 80 && aws_ecs_service.uncounted[0].service_registries[0].registry_arn != "" && aws_ecs_service.uncounted[0].service_connect_configuration[0].service[0].client_alias[0].port == 80
    error_message = "Load balancer, registry and Service Connect are wired."
  }
  assert {
    condition     = aws_ecs_service.uncounted[0].network_configuration[0].security_groups == toset(["sg-created", "sg-theirs"]) && aws_ecs_service.uncounted[0].network_configuration[0].assign_public_ip
    error_message = "Given security groups come on top."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["lb"].from_port == 8000 && aws_vpc_security_group_ingress_rule.this["lb"].to_port == 8010 && aws_vpc_security_group_ingress_rule.this["lb"].description == "lb" && aws_vpc_security_group_egress_rule.this["all"].ip_protocol == "-1" && aws_vpc_security_group_egress_rule.this["all"].to_port == null
    error_message = "Rules are as given."
  }
  assert {
    condition     = aws_ecs_service.uncounted[0].deployment_minimum_healthy_percent == 50 && aws_ecs_service.uncounted[0].health_check_grace_period_seconds == 30 && aws_ecs_service.uncounted[0].wait_for_steady_state && aws_ecs_service.uncounted[0].timeouts.create == "5m"
    error_message = "The deployment is as given."
  }
  assert {
    condition     = aws_ecs_service.uncounted[0].tags == tomap({ Module = "fargate-instrument/ecs-service", Name = "mine", Team = "app" }) && aws_vpc_security_group_egress_rule.this["all"].tags.Name == "mine"
    error_message = "The user's tags win."
  }
}

run "definitions_have_one_form" {
  variables {
    container_definitions = "[{\"Name\":\"web\",\"Image\":\"nginx:1.27\",\"user\":null,\"portMappings\":[{\"containerPort\":80,\"hostPort\":null}],\"healthCheck\":{\"command\":[\"CMD\",\"true\"],\"retries\":null},\"environment\":[{\"Name\":\"Z\",\"Value\":\"\\\"k\\\":null,\"},{\"name\":\"A\",\"value\":\"1\"}],\"secrets\":[{\"name\":\"T\",\"valueFrom\":\"t\"},{\"name\":\"S\",\"valueFrom\":\"s\"}],\"dockerLabels\":{\"KeepMe\":\"x\"}}]"
  }
  assert {
    condition = jsondecode(output.container_definitions) == [{
      name         = "web"
      image        = "nginx:1.27"
      portMappings = [{ containerPort = 80 }]
      healthCheck  = { command = ["CMD", "true"] }
      environment  = [{ name = "A", value = "1" }, { name = "Z", value = "\"k\":null," }]
      secrets      = [{ name = "S", valueFrom = "s" }, { name = "T", valueFrom = "t" }]
      dockerLabels = { KeepMe = "x" }
    }]
    error_message = "camelCase keys, no nulls among members, sorted pairs; texts and labels untouched."
  }
}

run "texts_that_look_like_members_stay" {
  variables {
    container_definitions = jsonencode([{
      name         = "web"
      image        = "nginx:1.27"
      command      = ["sh", "-c", ":null", "tail", ",\"x\":null", "{\"a\":null}"]
      dockerLabels = { note = "\"a\":null," }
    }])
  }
  assert {
    condition = jsondecode(output.container_definitions)[0] == {
      name         = "web"
      image        = "nginx:1.27"
      command      = ["sh", "-c", ":null", "tail", ",\"x\":null", "{\"a\":null}"]
      dockerLabels = { note = "\"a\":null," }
    }
    error_message = "JSON is read, not searched: no argument is lost."
  }
}

run "a_secret_whose_name_ends_like_a_suffix" {
  variables {
    secret_arns = [
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig-AbCdEf:key::",
    ]
  }
  assert {
    condition = jsondecode(output.execution_policy).Statement[0].Resource == [
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig-??????",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig-AbCdEf",
      "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:prod-sysdig-AbCdEf-??????",
    ]
    error_message = "IAM compares with the ARN that has the suffix, so it is granted both with and without one."
  }
}

run "hosts_of_ecr" {
  command = plan
  variables {
    container_definitions = jsonencode([for index, host in [
      "111122223333.dkr.ecr.us-east-1.amazonaws.com", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
      "111122223333.dkr-ecr.eu-west-1.on.aws", "quay.io",
    ] : { name = "c${index}", image = "${host}/team/app:1" }])
  }
  assert {
    condition = local.repository_arns == tolist([
      "arn:aws:ecr:us-east-1:111122223333:repository/team/app", "arn:aws:ecr:cn-north-1:111122223333:repository/team/app",
      "arn:aws:ecr:us-gov-west-1:111122223333:repository/team/app", "arn:aws:ecr:eu-west-1:111122223333:repository/team/app",
    ])
    error_message = "Every host of ECR gets a grant to pull: of China, for FIPS, for both IP versions."
  }
}

run "decrypting_in_any_way" {
  command = plan
  variables {
    kms_key_arns     = ["arn:aws:kms:ap-northeast-1:111122223333:key/1"]
    kms_via_services = []
  }
  assert {
    condition     = !can(local.execution_statements[0].Condition) && local.execution_statements[0].Action == ["kms:Decrypt"]
    error_message = "Without a service there is no condition."
  }
}

run "a_way_to_decrypt_that_is_no_service_is_refused" {
  command = plan
  variables {
    kms_via_services = ["secretsmanager.amazonaws.com"]
  }
  expect_failures = [var.kms_via_services]
}

run "two_equal_ways_out_are_refused" {
  command = plan
  variables {
    egress_rules = {
      collector = { description = "Collector", from_port = 443, cidr_ipv4 = "0.0.0.0/0" }
      https     = { description = "Images", from_port = 443, to_port = 443, cidr_ipv4 = "0.0.0.0/0" }
    }
  }
  expect_failures = [aws_vpc_security_group_egress_rule.this]
}

run "two_equal_ways_in_are_refused" {
  command = plan
  variables {
    ingress_rules = {
      a = { from_port = 80, cidr_ipv4 = "10.0.0.0/8" }
      b = { from_port = 80, cidr_ipv4 = "10.1.0.0/8" }
    }
  }
  expect_failures = [aws_vpc_security_group_ingress_rule.this]
}

run "rebalancing_without_room_is_refused" {
  command = plan
  variables {
    deployment = { minimum_healthy_percent = 0, maximum_percent = 100 }
  }
  expect_failures = [aws_ecs_service.this]
}

run "rebalancing_without_room_is_refused_where_autoscaling_counts" {
  command = plan
  variables {
    autoscaling = { max_capacity = 2 }
    deployment  = { minimum_healthy_percent = 0, maximum_percent = 100 }
  }
  expect_failures = [aws_ecs_service.uncounted]
}

run "stopping_before_starting" {
  variables {
    availability_zone_rebalancing = "DISABLED"
    deployment                    = { minimum_healthy_percent = 0, maximum_percent = 100 }
  }
  assert {
    condition     = aws_ecs_service.this[0].deployment_maximum_percent == 100
    error_message = "Without rebalancing the old task may stop first."
  }
}

run "a_pid_mode_on_an_old_platform_is_refused" {
  command = plan
  variables {
    pid_mode         = "task"
    platform_version = "1.3.0"
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_small_windows_task_is_refused" {
  command = plan
  variables {
    runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "definitions_pass_as_they_are" {
  variables {
    normalize_container_definitions = false
    container_definitions           = "[ {\"name\":\"web\", \"image\":\"nginx:1.27\"} ]"
  }
  assert {
    condition     = output.container_definitions == "[ {\"name\":\"web\", \"image\":\"nginx:1.27\"} ]"
    error_message = "The text stays byte for byte."
  }
}

run "uncounted_without_autoscaling" {
  variables {
    ignore_desired_count  = true
    task_role             = { create = false }
    create_security_group = false
    security_group_ids    = ["sg-theirs"]
    vpc_id                = null
  }
  assert {
    condition     = length(aws_ecs_service.uncounted) == 1 && length(aws_ecs_service.this) == 0 && length(aws_appautoscaling_target.this) == 0
    error_message = "The count can be left to people."
  }
  assert {
    condition     = output.task_role_arn == null && output.security_group_id == null && length(aws_security_group.this) == 0
    error_message = "A task role and a security group are optional."
  }
}

run "task_definition_alone" {
  variables {
    create_service = false
    create_cluster = false
  }
  assert {
    condition     = output.service_arn == null && output.service_name == null && output.task_definition_arn != null && output.cluster_arn == null
    error_message = "There is a task definition and no service."
  }
}

run "other_partition" {
  variables {
    container_definitions = jsonencode([{ name = "web", image = "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/web:1" }])
    log_groups            = { "/app" = {} }
    secret_arns           = ["arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:key-AbCdEf"]
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }
  assert {
    condition     = !strcontains(output.execution_policy, "arn:aws:") && !strcontains(aws_iam_role.task[0].assume_role_policy, "arn:aws:") && strcontains(output.execution_policy, "arn:aws-cn:ecr:cn-north-1:111122223333:repository/web")
    error_message = "ARNs follow the partition."
  }
}

run "nothing" {
  variables {
    create      = false
    log_groups  = { "/app" = {} }
    autoscaling = { max_capacity = 3 }
  }
  assert {
    condition = alltrue([for value in [
      output.cluster_arn, output.cluster_name, output.container_definitions, output.execution_policy, output.execution_role_arn, output.security_group_id,
      output.service_arn, output.service_name, output.task_definition_arn, output.task_definition_family, output.task_role_arn,
    ] : value == null]) && length(output.log_group_arns) == 0
    error_message = "Every output is null or empty."
  }
  assert {
    condition     = length(aws_ecs_service.this) + length(aws_ecs_service.uncounted) + length(aws_ecs_cluster.this) + length(aws_iam_role.execution) + length(aws_iam_role.task) + length(aws_vpc_security_group_egress_rule.this) + length(aws_cloudwatch_log_group.this) + length(aws_appautoscaling_policy.this) == 0
    error_message = "Nothing is made."
  }
}

# A run expects one failure of each variable it names; a variable with several rules comes up in as many runs.

run "values_out_of_their_sets_are_refused" {
  command = plan
  variables {
    autoscaling                   = { min_capacity = 3, max_capacity = 1 }
    availability_zone_rebalancing = "ON"
    capacity_provider_strategy    = { EC2 = {} }
    cluster_arn                   = "my-cluster"
    container_definitions         = "{\"name\":\"web\"}"
    container_insights            = "on"
    cpu                           = 300
    deployment                    = { minimum_healthy_percent = 101 }
    desired_count                 = 1.5
    ecr                           = { repository_arns = ["team/web"] }
    egress_rules                  = { bad = { protocol = "http", from_port = 80 } }
    ephemeral_storage_gib         = 20
    execute_command_kms_key_arn   = "alias/exec"
    execution_role                = { arn = "arn:aws:iam::111122223333:role/exec" }
    family                        = "a b"
    ingress_rules                 = { bad = { protocol = "http", from_port = 80 } }
    kms_key_arns                  = ["alias/key"]
    launch_type                   = "EC2"
    load_balancers                = { web = { target_group_arn = "arn", container_name = "web", container_port = 0 } }
    log_group_arns                = ["/app"]
    log_groups                    = { "a b" = {} }
    memory                        = 256
    name                          = "a b"
    pid_mode                      = "host"
    platform_version              = "newest"
    propagate_tags                = "ALL"
    runtime_platform              = { cpu_architecture = "amd64" }
    secret_arns                   = ["my-secret"]
    service_registry              = { registry_arn = "arn", container_port = 70000 }
    task_role                     = { arn = "arn:aws:iam::111122223333:role/task" }
    volumes                       = { data = { efs = { file_system_id = "fs-1", iam = true, transit_encryption = false } } }
    volumes_json                  = "{}"
    vpc_id                        = "my-vpc"
  }
  expect_failures = [
    var.autoscaling, var.availability_zone_rebalancing, var.capacity_provider_strategy, var.cluster_arn, var.container_definitions,
    var.container_insights, var.cpu, var.deployment, var.desired_count, var.ecr, var.egress_rules, var.ephemeral_storage_gib,
    var.execute_command_kms_key_arn, var.execution_role, var.family, var.ingress_rules, var.kms_key_arns, var.launch_type,
    var.load_balancers, var.log_group_arns, var.log_groups, var.memory, var.name, var.pid_mode, var.platform_version,
    var.propagate_tags, var.runtime_platform, var.secret_arns, var.service_registry, var.task_role, var.volumes, var.volumes_json, var.vpc_id,
  ]
}

run "the_second_rule_of_each_refuses" {
  command = plan
  variables {
    autoscaling                = { max_capacity = 3, policies = { disk = { metric = "disk", target_value = 1 } } }
    capacity_provider_strategy = { FARGATE = { weight = 1001 } }
    deployment                 = { maximum_percent = 300 }
    egress_rules               = { bad = { protocol = "udp" } }
    ingress_rules              = { bad = { protocol = "udp" } }
    log_groups                 = { "/app" = { retention_in_days = 8 } }
    runtime_platform           = { operating_system_family = "MACOS" }
    task_role                  = { statements = [{ effect = "Perhaps", actions = [], resources = [] }] }
  }
  expect_failures = [
    var.autoscaling, var.capacity_provider_strategy, var.deployment, var.egress_rules, var.ingress_rules, var.log_groups,
    var.runtime_platform, var.task_role,
  ]
}

run "the_third_rule_of_each_refuses" {
  command = plan
  variables {
    autoscaling                = { max_capacity = 3, policies = { requests = { metric = "requests", target_value = 1 } } }
    capacity_provider_strategy = { FARGATE = { base = 1 }, FARGATE_SPOT = { base = 1 } }
    deployment                 = { minimum_healthy_percent = 100, maximum_percent = 100 }
  }
  expect_failures = [var.autoscaling, var.capacity_provider_strategy, var.deployment]
}

run "the_fourth_rule_of_each_refuses" {
  command = plan
  variables {
    autoscaling = { max_capacity = 3, policies = { cpu = { metric = "cpu", target_value = 0 } } }
    deployment  = { circuit_breaker = false, rollback = true }
  }
  expect_failures = [var.autoscaling, var.deployment]
}

run "a_size_that_fargate_does_not_have_is_refused" {
  command = plan
  variables {
    cpu    = 256
    memory = 1536
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "no_definition_is_refused" {
  command = plan
  variables {
    container_definitions           = ""
    normalize_container_definitions = true
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "two_containers_of_one_name_are_refused" {
  command = plan
  variables {
    container_definitions = jsonencode([{ name = "web", image = "a:1" }, { name = "web", image = "b:1" }])
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "secrets_without_a_reader_are_refused" {
  command = plan
  variables {
    execution_role = { create = false }
    secret_arns    = ["arn:aws:ssm:ap-northeast-1:111122223333:parameter/key"]
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_pid_mode_on_windows_is_refused" {
  command = plan
  variables {
    cpu              = 1024
    memory           = 2048
    pid_mode         = "task"
    runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "a_large_windows_task_is_refused" {
  command = plan
  variables {
    cpu              = 8192
    memory           = 16384
    runtime_platform = { operating_system_family = "WINDOWS_SERVER_2022_CORE" }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "no_subnets_are_refused" {
  command = plan
  variables {
    subnet_ids = []
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_launch_type_beside_capacity_providers_is_refused" {
  command = plan
  variables {
    launch_type                = "FARGATE"
    capacity_provider_strategy = { FARGATE = {} }
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_cluster_beside_a_created_one_is_refused" {
  command = plan
  variables {
    cluster_arn = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/theirs"
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_load_balancer_of_no_container_is_refused" {
  command = plan
  variables {
    load_balancers = { web = { target_group_arn = "arn:aws:elasticloadbalancing:ap-northeast-1:111122223333:targetgroup/tg/2", container_name = "api", container_port = 80 } }
  }
  expect_failures = [aws_ecs_service.this]
}

run "no_security_group_is_refused" {
  command = plan
  variables {
    create_security_group = false
  }
  expect_failures = [aws_ecs_service.this]
}

run "a_grace_period_without_a_load_balancer_is_refused" {
  command = plan
  variables {
    deployment = { health_check_grace_period_seconds = 10 }
  }
  expect_failures = [aws_ecs_service.this]
}

run "exec_without_a_task_role_is_refused" {
  command = plan
  variables {
    enable_execute_command = true
    task_role              = { create = false }
    ignore_desired_count   = true
  }
  expect_failures = [aws_ecs_service.uncounted]
}

run "a_security_group_without_a_vpc_is_refused" {
  command = plan
  variables {
    vpc_id = null
  }
  expect_failures = [aws_security_group.this]
}

run "autoscaling_that_every_apply_undoes_is_refused" {
  command = plan
  variables {
    autoscaling          = { max_capacity = 3 }
    ignore_desired_count = false
  }
  expect_failures = [aws_appautoscaling_target.this]
}

run "images_without_a_fixed_tag_give_a_warning" {
  command = plan
  variables {
    container_definitions = jsonencode([{ name = "a", image = "nginx" }, { name = "b", image = "registry:5000/nginx" }, { name = "c", image = "nginx:latest" }])
  }
  expect_failures = [check.images_are_pinned]
}

run "exec_into_a_read_only_container_gives_a_warning" {
  command = plan
  variables {
    enable_execute_command = true
    container_definitions  = jsonencode([{ name = "a", image = "nginx:1.27", readonlyRootFilesystem = true }])
  }
  expect_failures = [check.execute_command_reaches_every_container]
}

run "images_without_a_fixed_tag_by_choice" {
  command = plan
  variables {
    check_image_tags      = false
    container_definitions = jsonencode([{ name = "a", image = "nginx" }])
  }
  assert {
    condition     = local.unpinned_images == ["nginx"]
    error_message = "The image is unpinned, and that is no warning."
  }
}
