# The two roles of a task. Execution: what ECS does before the containers run. Task: what the application does itself.
# Policies are jsonencode in locals, so that their statements can be read and tested one by one.

locals {
  execution_role_arn = var.execution_role.create ? one(aws_iam_role.execution[*].arn) : var.execution_role.arn
  task_role_arn      = var.task_role.create ? one(aws_iam_role.task[*].arn) : var.task_role.arn

  # Only tasks of this account and region may take a role, so no other account can use ECS as its deputy.
  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TasksOfThisAccount"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
      }
    }]
  })

  # A reference may end in :json-key:version-stage:version-id, which is no part of the secret's ARN. IAM compares with the ARN that
  # ends in six random characters, for which six wildcards stand. A hyphen and six characters may be those, or the end of a name
  # (prod-sysdig): then both forms are granted.
  secret_arns_alone = distinct([for arn in var.secret_arns : join(":", slice(split(":", arn), 0, 7)) if split(":", arn)[2] == "secretsmanager"])
  secretsmanager_arns = flatten([
    for arn in local.secret_arns_alone : [can(regex("-[A-Za-z0-9]{6}$", arn)) ? [arn] : [], "${arn}-??????"]
  ])
  parameter_arns = distinct([for arn in var.secret_arns : arn if split(":", arn)[2] == "ssm"])

  # amazonaws.com, and amazonaws.com.cn in China.
  kms_via_services = [for service in var.kms_via_services : "${service}.${local.region}.amazonaws.*"]

  log_group_arns = concat(
    [for name in keys(var.log_groups) : "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${name}"],
    [for arn in var.log_group_arns : trimsuffix(arn, ":*")],
  )

  # <account>.dkr.ecr.<region>.amazonaws.com, .dkr.ecr-fips. for FIPS, and dual-stack <account>.dkr-ecr.<region>.on.aws.
  ecr_image          = "^(?P<account>\\d{12})\\.dkr[.-]ecr(?:-fips)?\\.(?P<region>[a-z0-9-]+)\\.(?:amazonaws|on)\\.[a-z.]+/(?P<name>[^:@]+)"
  image_repositories = [for image in local.container_images : regex(local.ecr_image, image) if var.ecr.from_images && can(regex(local.ecr_image, image))]
  repository_arns = distinct(concat(
    var.ecr.repository_arns,
    [for repository in local.image_repositories : "arn:${local.partition}:ecr:${repository.region}:${repository.account}:repository/${repository.name}"],
  ))

  execution_statements = concat(
    [for arns in [local.log_group_arns] : {
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = [for arn in arns : "${arn}:*"]
    } if length(arns) > 0],
    [for arns in [local.secretsmanager_arns] : {
      Sid      = "ReadSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [local.parameter_arns] : {
      Sid      = "ReadParameters"
      Effect   = "Allow"
      Action   = ["ssm:GetParameters"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [var.kms_key_arns] : merge(
      {
        Sid      = "DecryptSecrets"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = arns
      },
      { for key, services in { Condition = local.kms_via_services } : key => { StringLike = { "kms:ViaService" = services } } if length(services) > 0 },
    ) if length(arns) > 0],
    [for arns in [local.repository_arns] : {
      Sid      = "PullImages"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [local.repository_arns] : {
      Sid      = "PullThroughCache"
      Effect   = "Allow"
      Action   = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
      Resource = arns
    } if length(arns) > 0 && var.ecr.pull_through_cache],
    # Both actions know no resources: a token is for the whole registry, and everybody may ask who they are. The
    # second keeps the policy valid where nothing is granted.
    [{
      Sid      = "NoResource"
      Effect   = "Allow"
      Action   = concat(length(local.repository_arns) > 0 ? ["ecr:GetAuthorizationToken"] : [], ["sts:GetCallerIdentity"])
      Resource = ["*"]
    }],
  )
  execution_policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })

  execute_command_statements = concat(
    [for needed in [var.enable_execute_command] : {
      Sid    = "ExecuteCommand"
      Effect = "Allow"
      Action = [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      Resource = ["*"]
    } if needed],
    [for arn in [var.execute_command_kms_key_arn] : {
      Sid      = "ExecuteCommandKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [arn]
    } if var.enable_execute_command && arn != null],
  )
  task_statements = concat(
    [for statement in var.task_role.statements : merge(
      {
        Effect   = statement.effect
        Action   = statement.actions
        Resource = statement.resources
      },
      { for key, value in { Sid = statement.sid } : key => value if value != null },
      { for key, value in { Condition = statement.conditions } : key => value if length(value) > 0 },
    )],
    local.execute_command_statements,
  )
  task_policy = jsonencode({ Version = "2012-10-17", Statement = local.task_statements })
}

resource "aws_iam_role" "execution" {
  count = var.create && var.execution_role.create ? 1 : 0

  name                 = var.execution_role.name
  name_prefix          = var.execution_role.name == null ? "${substr(var.name, 0, 27)}-execution-" : null
  path                 = var.execution_role.path
  permissions_boundary = var.execution_role.permissions_boundary
  description          = "ECS starts the tasks of ${var.name} with it"
  assume_role_policy   = local.trust_policy
  tags                 = local.tags
}

resource "aws_iam_role_policy" "execution" {
  count = var.create && var.execution_role.create ? 1 : 0

  name   = "start-tasks"
  role   = aws_iam_role.execution[0].id
  policy = local.execution_policy
}

resource "aws_iam_role" "task" {
  count = var.create && var.task_role.create ? 1 : 0

  name                 = var.task_role.name
  name_prefix          = var.task_role.name == null ? "${substr(var.name, 0, 27)}-task-" : null
  path                 = var.task_role.path
  permissions_boundary = var.task_role.permissions_boundary
  description          = "The containers of ${var.name} act with it"
  assume_role_policy   = local.trust_policy
  tags                 = local.tags
}

resource "aws_iam_role_policy" "task" {
  count = var.create && var.task_role.create && (length(var.task_role.statements) > 0 || var.enable_execute_command) ? 1 : 0

  name   = "run-containers"
  role   = aws_iam_role.task[0].id
  policy = local.task_policy
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = var.create && var.task_role.create ? var.task_role.policy_arns : {}

  role       = aws_iam_role.task[0].name
  policy_arn = each.value
}
