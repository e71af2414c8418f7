# The program runs for real wherever no run gives a result made beforehand.

variables {
  container_definitions = jsonencode([{
    name       = "event-generator"
    image      = "falcosecurity/event-generator:0.12.0"
    entryPoint = ["/bin/event-generator"]
    command    = ["run", "syscall", "--loop"]
  }])
  defender_image        = "registry.example/defender:34"
  install_bundle_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:bundle"
  task                  = { family = "webserver" }
  ws_address            = "wss://console.example:443"
}

run "defaults" {
  command = plan

  assert {
    condition     = jsonencode(jsondecode(output.container_definitions)[0].entryPoint) == jsonencode(["/var/lib/twistlock/fargate/defender", "fargate", "entrypoint", "/bin/event-generator"])
    error_message = "The entry point is to be wrapped."
  }

  assert {
    condition     = jsonencode(one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).secrets) == jsonencode([{ name = "INSTALL_BUNDLE", valueFrom = var.install_bundle_secret }])
    error_message = "The bundle is to be given by reference."
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).essential
    error_message = "The Defender is essential by default."
  }

  assert {
    condition     = output.pid_mode == null && jsonencode(output.secret_arns) == jsonencode([var.install_bundle_secret])
    error_message = "The Defender needs no pid mode and one secret."
  }
}

run "everything_on" {
  command = plan

  variables {
    cpu                   = 128
    defender_generation   = "healthy"
    essential             = false
    filesystem_monitoring = true
    fips_enabled          = true
    image_auth_secret     = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:registry"
    log_configuration = {
      group         = "/ecs/defender"
      region        = "ap-northeast-1"
      stream_prefix = "defender"
    }
    memory             = 512
    memory_reservation = 256
    wrap               = "entry_point"
  }

  assert {
    condition     = !one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).essential && one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).cpu == 128 && one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).memory == 512 && one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).memoryReservation == 256
    error_message = "The sizes are to be honoured."
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "TwistlockDefender"]).logConfiguration.logDriver == "awslogs"
    error_message = "The Defender is to log where it is told."
  }

  assert {
    condition     = { for variable in jsondecode(output.container_definitions)[0].environment : variable.name => variable.value }["FILESYSTEM_MONITORING"] == "true"
    error_message = "The application is to be told of file system monitoring."
  }

  assert {
    condition     = length(output.secret_arns) == 2
    error_message = "Both secrets are to be readable."
  }
}

run "older_generation" {
  command = plan

  variables {
    defender_generation = "start"
  }

  assert {
    condition     = jsondecode(output.container_definitions)[0].entryPoint[0] == "/var/lib/twistlock/fargate/fargate_defender.sh"
    error_message = "The older Defender starts by its script."
  }
}

run "command_wrapped" {
  command = plan

  variables {
    container_definitions = jsonencode([{ name = "php", image = "registry.example/php:8", command = ["php-fpm"] }])
    wrap                  = "command"
  }

  assert {
    condition     = jsonencode(jsondecode(output.container_definitions)[0].command) == jsonencode(["/bin/sh", "-c", "/var/lib/twistlock/fargate/defender fargate entrypoint php-fpm"])
    error_message = "The command is to be wrapped by a shell."
  }
}

run "batch" {
  command = plan

  variables {
    container_definitions = null
    task_definitions = {
      api = {
        container_definitions = jsonencode([{ name = "api", image = "registry.example/api:1", entryPoint = ["/api"] }])
        task                  = { family = "api" }
      }
      worker = {
        container_definitions = jsonencode([{ name = "worker", image = "registry.example/worker:1", entryPoint = ["/worker"] }])
        task                  = { family = "worker" }
      }
    }
  }

  assert {
    condition     = jsonencode(keys(output.task_definitions)) == "[\"api\",\"worker\"]"
    error_message = "Every entry is to come back under its name."
  }

  assert {
    condition     = jsondecode(output.task_definitions.api.container_definitions)[0].name == "api"
    error_message = "Each entry holds its own document."
  }
}

run "create_false" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition     = output.container_definitions == "" && output.pid_mode == null
    error_message = "Single outputs are to be empty or null."
  }

  assert {
    condition = length(output.errors) + length(output.instrumented) + length(output.secret_arns) + length(
      output.skipped
    ) + length(output.task_definitions) + length(output.volumes) + length(output.warnings) == 0
    error_message = "Collections are to be empty."
  }
}

run "rendered" {
  command = plan

  variables {
    python_command = ["this-command-does-not-exist"]
    rendered       = "[{\"name\":\"made-beforehand\"}]"
  }

  assert {
    condition     = output.container_definitions == "[{\"name\":\"made-beforehand\"}]"
    error_message = "The document made beforehand is to be handed on."
  }
}
