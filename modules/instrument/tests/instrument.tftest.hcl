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
    condition     = jsonencode(output.policies.execution_role[0].Resource) == jsonencode(output.secret_arns)
    error_message = "The statement is to name that secret alone."
  }

  assert {
    condition     = length(output.policies.execution_role) == 1 && length(output.policies.task_role) + length(output.tags) == 0
    error_message = "This agent needs one statement and no tag."
  }

  assert {
    condition     = join(" ", slice(data.external.this[0].program, 0, 3)) == "python3 -I -S"
    error_message = "Nothing outside the program and the standard library may be imported."
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

run "agents_as_one_agent" {
  command = plan

  variables {
    agent   = null
    agents  = [{ agent = "sysdig", options = var.options, exclude = null }]
    options = {}
  }

  assert {
    condition     = output.container_definitions == run.defaults.container_definitions
    error_message = "A list of one is that agent."
  }

  assert {
    condition     = jsonencode(output.policies) == jsonencode(run.defaults.policies)
    error_message = "A list of one needs what that agent needs."
  }
}

run "agents_with_names_of_their_own" {
  command = plan

  variables {
    agent = null
    agents = [{
      agent = "sysdig"
      options = {
        collector_host           = "ingest.au1.sysdig.com"
        sysdig_access_key_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:sysdig"
        workload_agent_image     = "quay.io/sysdig/workload-agent:6.2.1"
      }
      exclude = ["batch-*"]
    }]
    container_definitions = jsonencode([
      { name = "app", image = "registry.example/app:1", entryPoint = ["/app"] },
      { name = "batch-1", image = "registry.example/batch:1", entryPoint = ["/batch"] },
    ])
    options = {}
  }

  assert {
    condition     = jsonencode(output.instrumented) == "[\"app\"]"
    error_message = "A layer's own names are to narrow it."
  }
}

run "agents_of_an_entry" {
  command = plan

  variables {
    agent                 = null
    container_definitions = null
    options               = {}
    task_definitions = {
      api = {
        container_definitions = jsonencode([{ name = "api", image = "registry.example/api:1", entryPoint = ["/api"] }])
        agents                = [{ agent = "sysdig", options = var.options }]
      }
    }
  }

  assert {
    condition     = output.task_definitions.api.instrumented == "[\"api\"]"
    error_message = "An entry may name its own agents."
  }
}

run "agent_beside_agents" {
  command = plan

  variables {
    agents = [{ agent = "sysdig", options = {} }]
  }

  expect_failures = [output.container_definitions]
}

run "neither_agent_nor_agents" {
  command = plan

  variables {
    agent = null
  }

  expect_failures = [output.container_definitions]
}

run "create_false_in_a_batch" {
  command = plan

  variables {
    container_definitions = null
    create                = false
    task_definitions      = { api = { container_definitions = "[]" } }
  }

  assert {
    condition     = output.task_definitions.api.container_definitions == "" && output.task_definitions.api.pid_mode == ""
    error_message = "The keys are to be there, with empty members."
  }

  assert {
    condition     = jsonencode(keys(output.task_definitions.api)) == jsonencode(keys(run.batch.task_definitions.api))
    error_message = "An empty entry has every member of a result."
  }
}

run "problem_in_one_entry" {
  command = plan

  variables {
    container_definitions = null
    task_definitions = {
      api = {
        container_definitions = jsonencode([{ name = "api", image = "registry.example/api:1", entryPoint = ["/api"] }])
      }
      worker = {
        container_definitions = jsonencode([{ name = "worker", image = "registry.example/worker:1" }])
      }
    }
  }

  expect_failures = [output.task_definitions]
}

run "labelled_by_the_family" {
  command = plan

  variables {
    rendered = jsonencode({ container_definitions = "[]", instrumented = "[]", warnings = "[\"options.x: y (H12)\"]" })
    task     = { family = "shop" }
  }

  assert {
    condition     = jsonencode(output.warnings) == "[\"shop: options.x: y (H12)\"]"
    error_message = "The family is to stand in front of every address."
  }

  expect_failures = [check.warnings]
}

run "labelled_by_name" {
  command = plan

  variables {
    label    = "shop[\"eu\"]"
    rendered = jsonencode({ container_definitions = "[]", warnings = "[\"options.x: y\"]" })
    task     = { family = "shop" }
  }

  assert {
    condition     = output.warnings[0] == "shop[\"eu\"]: options.x: y"
    error_message = "A label is to stand in the family's place."
  }

  expect_failures = [check.warnings]
}

run "warnings_left_out" {
  command = plan

  variables {
    ignore_warnings = ["H12", "options.x"]
    rendered = jsonencode({
      container_definitions = "[]"
      warnings              = jsonencode(["container_definitions[0]: is large (H12)", "options.x: is in plain text"])
    })
  }

  assert {
    condition     = length(output.warnings) == 0
    error_message = "A warning is to be left out by its rule or its address."
  }
}

run "other_warnings_stay" {
  command = plan

  variables {
    ignore_warnings = ["H1", "options"]
    rendered = jsonencode({
      container_definitions = "[]"
      warnings              = jsonencode(["container_definitions[0]: is large (H12)", "options.x: is in plain text"])
    })
  }

  assert {
    condition     = length(output.warnings) == 2
    error_message = "A part of a name is no name."
  }

  expect_failures = [check.warnings]
}
