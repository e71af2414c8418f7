# The program runs for real wherever no run gives a result made beforehand.

variables {
  container_definitions = jsonencode([{
    name       = "event-generator"
    image      = "falcosecurity/event-generator:0.12.0"
    entryPoint = ["/bin/event-generator"]
    command    = ["run", "syscall", "--loop"]
  }])
  collector_host           = "ingest.au1.sysdig.com"
  sysdig_access_key_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig"
  workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
}

run "defaults" {
  command = plan

  assert {
    condition     = jsonencode(output.instrumented) == "[\"event-generator\"]"
    error_message = "The one container is to be instrumented."
  }

  assert {
    condition     = output.output_container_definitions == output.container_definitions
    error_message = "Both names are to give the same text."
  }

  assert {
    condition     = !one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).essential
    error_message = "The sidecar is not essential while availability goes first."
  }

  assert {
    condition = alltrue([
      for container in jsondecode(output.container_definitions) :
      jsonencode(container.secrets) == jsonencode([{ name = "SYSDIG_ACCESS_KEY", valueFrom = var.sysdig_access_key_secret }])
    ])
    error_message = "Every container is to get the key by reference."
  }

  assert {
    condition     = output.pid_mode == "task" && jsonencode(output.secret_arns) == jsonencode([var.sysdig_access_key_secret])
    error_message = "The task definition and the execution role are to be told."
  }

  assert {
    condition     = length(output.warnings) == 0
    error_message = "There is nothing to warn of."
  }
}

run "everything_on" {
  command = plan

  variables {
    container_definitions = jsonencode([
      { name = "app", image = "registry.example/app:1", entryPoint = ["/app"] },
      { name = "left", image = "registry.example/left:1", entryPoint = ["/left"] },
    ])
    bare_pdig_on_containers            = ["app"]
    collector_port                     = "6443"
    ignore_containers                  = ["left"]
    image_auth_secret                  = "arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:registry"
    instrumentation_cpu                = 128
    instrumentation_essential          = true
    instrumentation_memory_limit       = 512
    instrumentation_memory_reservation = 256
    log_configuration = {
      group         = "/ecs/agent"
      region        = "ap-northeast-1"
      stream_prefix = "agent"
    }
    priority                 = "security"
    sidecar                  = "force"
    sysdig_access_key_secret = "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/sysdig/key"
    sysdig_logging           = "info"
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).cpu == 128 && one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).memory == 512 && one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).memoryReservation == 256
    error_message = "The sizes are to be honoured."
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).essential
    error_message = "The sidecar is to be essential."
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).logConfiguration.options["awslogs-group"] == "/ecs/agent"
    error_message = "The sidecar is to log where it is told."
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).repositoryCredentials.credentialsParameter == var.image_auth_secret
    error_message = "The registry credentials are to be handed on."
  }

  assert {
    condition     = jsonencode(sort(output.secret_arns)) == jsonencode(sort([var.image_auth_secret, var.sysdig_access_key_secret]))
    error_message = "Both secrets are to be readable."
  }

  assert {
    condition     = output.skipped[0].name == "left"
    error_message = "What is left alone is to be reported."
  }

  assert {
    condition     = jsonencode(jsondecode(output.container_definitions)[1]) == jsonencode(jsondecode(var.container_definitions)[1])
    error_message = "What is left alone is to stay untouched."
  }
}

run "any_log_driver" {
  command = plan

  variables {
    container_definitions = jsonencode([
      { name = "app", image = "registry.example/app:1", entryPoint = ["/app"] },
      {
        name                  = "router"
        image                 = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.0"
        essential             = true
        firelensConfiguration = { type = "fluentbit" }
      },
    ])
    log_configuration = {
      logDriver     = "awsfirelens"
      options       = { Name = "datadog" }
      secretOptions = [{ name = "apikey", valueFrom = "arn:aws:ssm:ap-northeast-1:111122223333:parameter/logs/key" }]
    }
  }

  assert {
    condition     = one([for container in jsondecode(output.container_definitions) : container if container.name == "SysdigInstrumentation"]).logConfiguration.options.Name == "datadog"
    error_message = "Any driver is to be taken as it is."
  }

  assert {
    condition     = length(output.secret_arns) == 2
    error_message = "The log driver's secret is to be readable."
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
