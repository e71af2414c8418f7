# The program runs for real wherever no run gives a result made beforehand.

variables {
  agent_image    = "public.ecr.aws/datadog/agent:7.70.0"
  api_key_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:datadog"
  container_definitions = jsonencode([{
    name       = "web"
    image      = "registry.example/web:1"
    entryPoint = ["/web"]
  }])
}

run "defaults" {
  command = plan

  assert {
    condition     = join(" ", [for c in jsondecode(output.container_definitions) : c.name]) == "init-volume datadog-agent web"
    error_message = "The Agent and what prepares its volumes are to stand beside the application."
  }

  assert {
    condition     = jsonencode(jsondecode(output.container_definitions)[2].entryPoint) == "[\"/web\"]"
    error_message = "Without Workload Protection nothing is wrapped."
  }

  assert {
    condition = jsonencode(jsondecode(output.container_definitions)[1].secrets) == jsonencode([
      { name = "DD_API_KEY", valueFrom = var.api_key_secret },
    ])
    error_message = "The key is to be given by reference."
  }

  assert {
    condition     = output.pid_mode == "task" && jsonencode(output.secret_arns) == jsonencode([var.api_key_secret])
    error_message = "The Agent sees the task's processes and needs one secret."
  }

  assert {
    condition     = contains(output.policies.task_role[0].Action, "ecs:ListClusters")
    error_message = "The task role's statement is to be reported."
  }

  assert {
    condition     = contains(output.volumes[*].name, "dd-sockets")
    error_message = "The volume of the sockets is to be reported."
  }
}

run "by_ports" {
  command = plan

  variables {
    pid_mode                 = "none"
    readonly_root_filesystem = false
    service                  = "shop"
    service_version          = "3"
    socket                   = false
  }

  assert {
    condition     = output.pid_mode == null && length(output.volumes) == 0
    error_message = "Neither the task's processes nor volumes are asked for."
  }

  assert {
    condition = { for variable in jsondecode(output.container_definitions)[1].environment : variable.name => variable.value
    if endswith(variable.name, "DD_SERVICE") || endswith(variable.name, "DD_VERSION") } == { DD_SERVICE = "shop", DD_VERSION = "3" }
    error_message = "service_version is the option version."
  }
}

run "workload_protection" {
  command = plan

  variables {
    cws       = true
    cws_image = "public.ecr.aws/datadog/cws-instrumentation:7.70.0"
  }

  assert {
    condition = endswith(
      one([for c in jsondecode(output.container_definitions) : c if c.name == "web"]).entryPoint[0],
      "/cws-instrumentation"
    )
    error_message = "Workload Protection is to start the application."
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
}
