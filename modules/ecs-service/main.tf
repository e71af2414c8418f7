# Runs a task definition, instrumented or not, as a service on Fargate: cluster, task definition, service, log groups.
# iam.tf holds the roles, network.tf the security group, autoscaling.tf the scaling.

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

  tags = merge({ Module = "fargate-instrument/ecs-service", Name = var.name }, var.tags)

  cluster_arn  = var.create_cluster ? one(aws_ecs_cluster.this[*].arn) : var.cluster_arn
  cluster_name = local.cluster_arn == null ? null : element(split("/", local.cluster_arn), -1)

  # Each container with its keys in camelCase and without members that are null, nor such members of its objects; the provider
  # reads a deeper null as absent. Then with its name-value lists in the order of their names.
  # [a, b][condition ? 0 : 1] stands where a conditional would want both sides to have one type.
  containers_decoded = [
    for container in try(jsondecode(var.container_definitions), []) : {
      for key, value in container : "${lower(substr(key, 0, 1))}${substr(key, 1, -1)}" => [
        value,
        try({ for name, item in value : name => item if item != null }, null),
        try([for object in value : { for name, item in object : name => item if item != null }], null),
      ][can(keys(value)) ? 1 : can([for object in value : keys(object)]) ? 2 : 0] if value != null
    }
  ]
  containers_pairs = [
    for container in local.containers_decoded : {
      for key in ["environment", "secrets"] : key => [
        for pair in try(container[key], []) : {
          for name, value in pair : "${lower(substr(name, 0, 1))}${substr(name, 1, -1)}" => value
        }
      ]
    }
  ]
  containers = [
    for index, container in local.containers_decoded : {
      for key, value in container : key => [
        value,
        flatten([
          for name in sort(distinct([for pair in try(local.containers_pairs[index][key], []) : pair.name])) : [
            for pair in local.containers_pairs[index][key] : pair if pair.name == name
          ]
        ]),
      ][contains(["environment", "secrets"], key) ? 1 : 0]
    }
  ]
  container_definitions = var.normalize_container_definitions ? jsonencode(local.containers) : var.container_definitions

  # Definitions that hold a secret make everything taken from them sensitive; names and images are not.
  sensitive_names  = [for container in local.containers_decoded : try(container.name, "")]
  sensitive_images = [for container in local.containers_decoded : try(container.image, "")]
  container_names  = try(nonsensitive(local.sensitive_names), local.sensitive_names)
  container_images = try(nonsensitive(local.sensitive_images), local.sensitive_images)

  unpinned_images = [
    for image in local.container_images : image
    if !can(regex("@sha256:[0-9a-f]{64}$|:[^:/@]+$", image)) || endswith(image, ":latest")
  ]
  sensitive_read_only  = [for container in local.containers_decoded : container.name if try(container.readonlyRootFilesystem, false)]
  read_only_containers = try(nonsensitive(local.sensitive_read_only), local.sensitive_read_only)

  volumes_decoded = [
    for volume in try(jsondecode(coalesce(var.volumes_json, "[]")), []) : {
      name = volume.name
      efs = try({
        file_system_id          = volume.efsVolumeConfiguration.fileSystemId
        root_directory          = try(volume.efsVolumeConfiguration.rootDirectory, null)
        access_point_id         = try(volume.efsVolumeConfiguration.authorizationConfig.accessPointId, null)
        iam                     = try(volume.efsVolumeConfiguration.authorizationConfig.iam, "DISABLED") == "ENABLED"
        transit_encryption      = try(volume.efsVolumeConfiguration.transitEncryption, "DISABLED") == "ENABLED"
        transit_encryption_port = try(volume.efsVolumeConfiguration.transitEncryptionPort, null)
      }, null)
    }
  ]
  volumes = merge({ for volume in local.volumes_decoded : volume.name => { efs = volume.efs } }, var.volumes)

  # The sizes of Fargate: cpu => smallest memory, largest memory, step, and what the step misses.
  memory_ranges = {
    256   = { from = 512, to = 2048, step = 512, except = [1536] }
    512   = { from = 1024, to = 4096, step = 1024, except = [] }
    1024  = { from = 2048, to = 8192, step = 1024, except = [] }
    2048  = { from = 4096, to = 16384, step = 1024, except = [] }
    4096  = { from = 8192, to = 30720, step = 1024, except = [] }
    8192  = { from = 16384, to = 61440, step = 4096, except = [] }
    16384 = { from = 32768, to = 122880, step = 8192, except = [] }
  }
  memory_range = local.memory_ranges[var.cpu]
  memory_fits = (
    var.memory >= local.memory_range.from
    && var.memory <= local.memory_range.to
    && var.memory % local.memory_range.step == 0
    && !contains(local.memory_range.except, var.memory)
  )

  create_service       = var.create && var.create_service
  ignore_desired_count = coalesce(var.ignore_desired_count, var.autoscaling != null)
  launch_type          = length(var.capacity_provider_strategy) > 0 ? null : "FARGATE"
  service              = one(concat(aws_ecs_service.this, aws_ecs_service.uncounted))
}

resource "aws_ecs_cluster" "this" {
  # checkov:skip=CKV_AWS_65: On by default, container_insights; checkov loses the default on its way through a module that calls this one.
  # checkov:skip=CKV_AWS_224: ECS Exec is off by default; its sessions take the user's key, execute_command_kms_key_arn.
  count = var.create && var.create_cluster ? 1 : 0

  name = var.name

  setting {
    name  = "containerInsights"
    value = var.container_insights
  }

  dynamic "configuration" {
    for_each = var.enable_execute_command ? [true] : []

    content {
      execute_command_configuration {
        kms_key_id = var.execute_command_kms_key_arn
        logging    = "DEFAULT"
      }
    }
  }

  tags = local.tags
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count = var.create && var.create_cluster ? 1 : 0

  cluster_name       = aws_ecs_cluster.this[0].name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_158: The key is the user's choice, log_groups[*].kms_key_arn; CloudWatch encrypts with its own key without one.
  # checkov:skip=CKV_AWS_338: The default is 365 days; a shorter retention is the user's explicit choice.
  for_each = { for name, group in var.log_groups : name => group if var.create }

  name              = each.key
  retention_in_days = each.value.retention_in_days
  kms_key_id        = each.value.kms_key_arn
  tags              = merge(local.tags, { Name = each.key }, var.tags)
}

resource "aws_ecs_task_definition" "this" {
  # checkov:skip=CKV_AWS_97: An EFS volume is encrypted in transit by default, through a dynamic block that checkov does not follow.
  count = var.create ? 1 : 0

  family                   = coalesce(var.family, var.name)
  container_definitions    = local.container_definitions
  cpu                      = tostring(var.cpu)
  memory                   = tostring(var.memory)
  network_mode             = "awsvpc"
  pid_mode                 = var.pid_mode == "task" ? "task" : null
  requires_compatibilities = ["FARGATE"]
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn
  tags                     = local.tags

  runtime_platform {
    operating_system_family = var.runtime_platform.operating_system_family
    cpu_architecture        = var.runtime_platform.cpu_architecture
  }

  dynamic "ephemeral_storage" {
    for_each = var.ephemeral_storage_gib == null ? [] : [var.ephemeral_storage_gib]

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = local.volumes

    content {
      name = volume.key

      dynamic "efs_volume_configuration" {
        for_each = volume.value.efs == null ? [] : [volume.value.efs]

        content {
          file_system_id          = efs_volume_configuration.value.file_system_id
          root_directory          = efs_volume_configuration.value.root_directory
          transit_encryption      = efs_volume_configuration.value.transit_encryption ? "ENABLED" : "DISABLED"
          transit_encryption_port = efs_volume_configuration.value.transit_encryption_port

          dynamic "authorization_config" {
            for_each = efs_volume_configuration.value.access_point_id != null || efs_volume_configuration.value.iam ? [true] : []

            content {
              access_point_id = efs_volume_configuration.value.access_point_id
              iam             = efs_volume_configuration.value.iam ? "ENABLED" : "DISABLED"
            }
          }
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = local.memory_fits
      error_message = "Fargate has no task of cpu ${var.cpu} with memory ${var.memory}: for this cpu, memory goes from ${local.memory_range.from} to ${local.memory_range.to} MiB in steps of ${local.memory_range.step}${join("", [for size in local.memory_range.except : ", without ${size}"])}."
    }

    precondition {
      condition     = length(local.container_names) > 0
      error_message = "container_definitions holds no container."
    }

    precondition {
      condition     = length(distinct(local.container_names)) == length(local.container_names) && !contains(local.container_names, "")
      error_message = "container_definitions: every container needs a name of its own."
    }

    precondition {
      condition     = var.execution_role.create || var.execution_role.arn != null || length(var.secret_arns) == 0
      error_message = "secret_arns needs an execution role that reads them: execution_role.create or execution_role.arn."
    }

    precondition {
      condition     = var.pid_mode != "task" || var.runtime_platform.operating_system_family == "LINUX"
      error_message = "pid_mode \"task\" exists on Linux only."
    }

    precondition {
      condition     = var.cpu < 8192 || var.runtime_platform.operating_system_family == "LINUX"
      error_message = "cpu 8192 and 16384 exist on Linux only."
    }
  }
}

# Warnings, not errors: the service runs, but perhaps not as its owner thinks. Conditionals, because || with an unknown side
# is unknown, and what is unknown at plan is a warning of its own.
check "images_are_pinned" {
  assert {
    condition     = var.create && var.check_image_tags ? length(local.unpinned_images) == 0 : true
    error_message = "The next task may run another image than this one: no tag, or latest, on ${join(", ", local.unpinned_images)}."
  }
}

check "execute_command_reaches_every_container" {
  assert {
    condition     = var.create && var.enable_execute_command ? length(local.read_only_containers) == 0 : true
    error_message = "ECS Exec does not work in containers with a read-only root file system: ${join(", ", local.read_only_containers)}."
  }
}
