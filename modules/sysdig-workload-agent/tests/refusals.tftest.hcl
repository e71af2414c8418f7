# No program runs: every value is refused before.

variables {
  rendered             = "[]"
  workload_agent_image = "workload-agent"
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
  }

  expect_failures = [var.container_definitions]
}

run "image_configs_no_object" {
  command = plan

  variables {
    image_configs = "[]"
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
  }

  expect_failures = [var.python_command]
}

run "python_command_empty_word" {
  command = plan

  variables {
    python_command = ["python3", ""]
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

run "task_definitions_unknown_member" {
  command = plan

  variables {
    task_definitions = { api = { container_definitions = "[]", famly = "api" } }
  }

  expect_failures = [var.task_definitions]
}

run "task_definitions_without_document" {
  command = plan

  variables {
    task_definitions = { api = { task = { family = "api" } } }
  }

  expect_failures = [var.task_definitions]
}

run "collector_host_refused" {
  command = plan

  variables {
    collector_host = "https://host.example:443/"
  }

  expect_failures = [var.collector_host]
}

run "collector_port_refused" {
  command = plan

  variables {
    collector_port = "https"
  }

  expect_failures = [var.collector_port]
}

run "collector_port_refused_too" {
  command = plan

  variables {
    collector_port = "70000"
  }

  expect_failures = [var.collector_port]
}

run "compatibility_refused" {
  command = plan

  variables {
    compatibility = "none-of-these"
  }

  expect_failures = [var.compatibility]
}

run "image_auth_secret_refused" {
  command = plan

  variables {
    image_auth_secret = "arn:aws:s3:::bucket"
  }

  expect_failures = [var.image_auth_secret]
}

run "instrumentation_cpu_refused" {
  command = plan

  variables {
    instrumentation_cpu = 0.5
  }

  expect_failures = [var.instrumentation_cpu]
}

run "instrumentation_memory_limit_refused" {
  command = plan

  variables {
    instrumentation_memory_limit = 0.5
  }

  expect_failures = [var.instrumentation_memory_limit]
}

run "instrumentation_memory_reservation_refused" {
  command = plan

  variables {
    instrumentation_memory_reservation = 0.5
  }

  expect_failures = [var.instrumentation_memory_reservation]
}

run "log_configuration_refused" {
  command = plan

  variables {
    log_configuration = { group = "app" }
  }

  expect_failures = [var.log_configuration]
}

run "log_configuration_refused_too" {
  command = plan

  variables {
    log_configuration = { group = "app", logDriver = "awslogs" }
  }

  expect_failures = [var.log_configuration]
}

run "orchestrator_host_refused" {
  command = plan

  variables {
    orchestrator_host = "https://host.example:443/"
  }

  expect_failures = [var.orchestrator_host]
}

run "orchestrator_port_refused" {
  command = plan

  variables {
    orchestrator_port = "https"
  }

  expect_failures = [var.orchestrator_port]
}

run "orchestrator_port_refused_too" {
  command = plan

  variables {
    orchestrator_port = "70000"
  }

  expect_failures = [var.orchestrator_port]
}

run "priority_refused" {
  command = plan

  variables {
    priority = "none-of-these"
  }

  expect_failures = [var.priority]
}

run "sidecar_refused" {
  command = plan

  variables {
    sidecar = "none-of-these"
  }

  expect_failures = [var.sidecar]
}

run "sysdig_access_key_secret_refused" {
  command = plan

  variables {
    sysdig_access_key_secret = "arn:aws:s3:::bucket"
  }

  expect_failures = [var.sysdig_access_key_secret]
}

run "sysdig_logging_refused" {
  command = plan

  variables {
    sysdig_logging = "none-of-these"
  }

  expect_failures = [var.sysdig_logging]
}

run "workload_agent_image_refused" {
  command = plan

  variables {
    workload_agent_image = " "
  }

  expect_failures = [var.workload_agent_image]
}
