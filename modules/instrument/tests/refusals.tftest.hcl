# No program runs: every value is refused before.

variables {
  agent    = "sysdig"
  rendered = "[]"
}

run "agent_empty" {
  command = plan

  variables {
    agent = " "
  }

  expect_failures = [var.agent]
}

run "agents_unknown_member" {
  command = plan

  variables {
    agent  = null
    agents = [{ agent = "sysdig", option = {} }]
  }

  expect_failures = [var.agents]
}

run "agents_without_a_name" {
  command = plan

  variables {
    agent  = null
    agents = [{ options = {} }]
  }

  expect_failures = [var.agents]
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
