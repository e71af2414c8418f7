# The program runs for real wherever no run replaces its result.

variables {
  agent = "sysdig"
  container_definitions = jsonencode([{
    name       = "event-generator"
    image      = "falcosecurity/event-generator:0.12.0"
    entryPoint = ["/bin/event-generator"]
    command    = ["run", "syscall", "--loop"]
  }])
  options = {
    collector_host           = "ingest.au1.sysdig.com"
    collector_port           = "6443"
    sysdig_access_key_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig"
    workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
  }
}

run "defaults" {
  command = plan

  assert {
    condition     = jsonencode(output.instrumented) == "[\"event-generator\"]"
    error_message = "The one container was not instrumented."
  }

  assert {
    condition     = jsondecode(output.container_definitions)[0].entryPoint == ["/opt/draios/bin/instrument"]
    error_message = "The entry point is not the agent's."
  }

  assert {
    condition     = jsondecode(output.container_definitions)[0].command == ["/bin/event-generator", "run", "syscall", "--loop"]
    error_message = "The wrapped command is not the image's entry point and command."
  }

  assert {
    condition     = output.pid_mode == "task"
    error_message = "This agent needs pid_mode = task."
  }

  assert {
    condition     = jsonencode(output.secret_arns) == jsonencode([var.options.sysdig_access_key_secret])
    error_message = "The execution role must be told of the key's secret, and of nothing else."
  }

  assert {
    condition     = length(output.errors) + length(output.warnings) + length(output.skipped) + length(output.volumes) == 0
    error_message = "Nothing is wrong, to know, left alone or mounted here."
  }
}

run "excluded" {
  command = plan

  variables {
    container_definitions = jsonencode([
      { name = "app", image = "registry.example/app:1", entryPoint = ["/app"] },
      { name = "batch-1", image = "registry.example/batch:1", entryPoint = ["/batch"] },
    ])
    exclude = ["batch-*"]
  }

  assert {
    condition     = jsonencode(output.instrumented) == "[\"app\"]"
    error_message = "Only app is to be instrumented."
  }

  assert {
    condition     = output.skipped[0].name == "batch-1"
    error_message = "What was left alone is to be reported."
  }
}

run "included" {
  command = plan

  variables {
    container_definitions = jsonencode([
      { name = "app", image = "registry.example/app:1", entryPoint = ["/app"] },
      { name = "batch-1", image = "registry.example/batch:1", entryPoint = ["/batch"] },
    ])
    include = ["batch-?"]
  }

  assert {
    condition     = jsonencode(output.instrumented) == "[\"batch-1\"]"
    error_message = "Only batch-1 is to be instrumented."
  }
}

run "image_known" {
  command = plan

  variables {
    container_definitions = jsonencode([{ name = "web", image = "registry.example/web:1" }])
    image_configs = jsonencode({
      "registry.example/web:1" = { Entrypoint = ["/entry"], Cmd = ["serve"] }
    })
  }

  assert {
    condition     = jsondecode(output.container_definitions)[0].command == ["/entry", "serve"]
    error_message = "The image's own entry point and command are to be wrapped."
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
        options               = { priority = "security" }
      }
    }
  }

  assert {
    condition     = output.container_definitions == ""
    error_message = "A batch has no single document."
  }

  assert {
    condition     = jsondecode(output.task_definitions.api.container_definitions)[0].name == "api"
    error_message = "Each entry's document is to come back under its name."
  }

  assert {
    condition     = jsondecode(output.task_definitions.worker.container_definitions)[1].essential
    error_message = "An entry's own options are to be merged over the common ones."
  }

  assert {
    condition     = output.task_definitions.worker.pid_mode == "task"
    error_message = "Each entry has the members of a single result."
  }
}

run "create_false" {
  command = plan

  variables {
    create = false
  }

  assert {
    condition     = length(data.external.this) == 0
    error_message = "No program may run."
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

run "rendered_result" {
  command = plan

  variables {
    python_command = ["this-command-does-not-exist"]
    rendered = jsonencode({
      container_definitions = "[{\"name\":\"made-beforehand\"}]"
      errors                = "[]"
      instrumented          = "[\"made-beforehand\"]"
      pid_mode              = "task"
      secret_arns           = "[]"
      skipped               = "[]"
      task_definitions      = ""
      volumes               = "[]"
      warnings              = "[]"
    })
  }

  assert {
    condition     = length(data.external.this) == 0
    error_message = "No program may run."
  }

  assert {
    condition     = output.container_definitions == "[{\"name\":\"made-beforehand\"}]" && output.pid_mode == "task"
    error_message = "The result made beforehand is to be handed on."
  }
}

run "rendered_list" {
  command = plan

  variables {
    rendered = "[{\"name\":\"made-beforehand\"}]"
  }

  assert {
    condition     = output.container_definitions == "[{\"name\":\"made-beforehand\"}]" && output.pid_mode == null
    error_message = "A list is the document itself."
  }
}

run "rendered_with_problems" {
  command = plan

  variables {
    rendered = jsonencode({ container_definitions = "", errors = "[\"options: something\"]" })
  }

  expect_failures = [output.container_definitions]
}

run "warned" {
  command = plan

  variables {
    rendered = jsonencode({ container_definitions = "[]", warnings = "[\"options: something\"]" })
  }

  expect_failures = [check.warnings]
}

run "problem_in_the_document" {
  command = plan

  variables {
    container_definitions = jsonencode([{ name = "web", image = "registry.example/web:1", entryPoint = "/entry" }])
  }

  expect_failures = [output.container_definitions]
}

run "problem_in_an_option" {
  command = plan

  variables {
    options = { workload_agent_imag = "quay.io/sysdig/workload-agent:6.2.1" }
  }

  expect_failures = [output.container_definitions]
}

run "agent_empty" {
  command = plan

  variables {
    agent = " "
  }

  expect_failures = [var.agent]
}

run "checks_unknown" {
  command = plan

  variables {
    checks = "strict"
  }

  expect_failures = [var.checks]
}

run "container_definitions_no_json" {
  command = plan

  variables {
    container_definitions = "name: web"
    rendered              = "[]"
  }

  expect_failures = [var.container_definitions]
}

run "image_configs_no_object" {
  command = plan

  variables {
    image_configs = "[]"
    rendered      = "[]"
  }

  expect_failures = [var.image_configs]
}

run "provenance_unknown" {
  command = plan

  variables {
    provenance = "full"
  }

  expect_failures = [var.provenance]
}

run "python_command_empty" {
  command = plan

  variables {
    python_command = []
    rendered       = "[]"
  }

  expect_failures = [var.python_command]
}

run "python_command_empty_word" {
  command = plan

  variables {
    python_command = ["python3", ""]
    rendered       = "[]"
  }

  expect_failures = [var.python_command]
}

run "rendered_no_json" {
  command = plan

  variables {
    rendered = "made beforehand"
  }

  expect_failures = [var.rendered]
}

run "task_definitions_without_document" {
  command = plan

  variables {
    rendered         = "[]"
    task_definitions = { api = { task = { family = "api" } } }
  }

  expect_failures = [var.task_definitions]
}

run "task_definitions_unknown_member" {
  command = plan

  variables {
    rendered         = "[]"
    task_definitions = { api = { container_definitions = "[]", famly = "api" } }
  }

  expect_failures = [var.task_definitions]
}
