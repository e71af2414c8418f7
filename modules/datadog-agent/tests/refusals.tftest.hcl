# No program runs: every value is refused before.

variables {
  agent_image = "public.ecr.aws/datadog/agent"
  rendered    = "[]"
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

run "agent_image_refused" {
  command = plan

  variables {
    agent_image = " "
  }

  expect_failures = [var.agent_image]
}

run "api_key_secret_refused" {
  command = plan

  variables {
    api_key_secret = "arn:aws:s3:::bucket"
  }

  expect_failures = [var.api_key_secret]
}

run "cpu_refused" {
  command = plan

  variables {
    cpu = 0.5
  }

  expect_failures = [var.cpu]
}

run "dogstatsd_cardinality_refused" {
  command = plan

  variables {
    dogstatsd_cardinality = "none-of-these"
  }

  expect_failures = [var.dogstatsd_cardinality]
}

run "image_auth_secret_refused" {
  command = plan

  variables {
    image_auth_secret = "arn:aws:s3:::bucket"
  }

  expect_failures = [var.image_auth_secret]
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

run "memory_refused" {
  command = plan

  variables {
    memory = 0.5
  }

  expect_failures = [var.memory]
}

run "memory_reservation_refused" {
  command = plan

  variables {
    memory_reservation = 0.5
  }

  expect_failures = [var.memory_reservation]
}

run "pid_mode_refused" {
  command = plan

  variables {
    pid_mode = "none-of-these"
  }

  expect_failures = [var.pid_mode]
}
