# No program runs: every value is refused before.

variables {
  rendered     = "[]"
  sensor_image = "falcon-sensor"
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

run "arm64_layout_refused" {
  command = plan

  variables {
    arm64_layout = "none-of-these"
  }

  expect_failures = [var.arm64_layout]
}

run "cpu_refused" {
  command = plan

  variables {
    cpu = 0.5
  }

  expect_failures = [var.cpu]
}

run "falconctl_opts_secret_refused" {
  command = plan

  variables {
    falconctl_opts_secret = "arn:aws:s3:::bucket"
  }

  expect_failures = [var.falconctl_opts_secret]
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

run "sensor_image_refused" {
  command = plan

  variables {
    sensor_image = " "
  }

  expect_failures = [var.sensor_image]
}

run "start_timeout_refused" {
  command = plan

  variables {
    start_timeout = 0.5
  }

  expect_failures = [var.start_timeout]
}
