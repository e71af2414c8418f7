# The program runs for real wherever no run gives a result made beforehand.

variables {
  cid          = "0123456789ABCDEF0123456789ABCDEF-01"
  sensor_image = "registry.example/falcon-sensor:7.20.0"
  container_definitions = jsonencode([{
    name       = "web"
    image      = "registry.example/web:1"
    entryPoint = ["/web"]
    command    = ["--port", "80"]
  }])
}

run "defaults" {
  command = plan

  assert {
    condition     = length(jsondecode(output.container_definitions)) == 2 && jsonencode(output.instrumented) == "[\"web\"]"
    error_message = "One container is to be added, and one instrumented."
  }

  assert {
    condition     = one([for c in jsondecode(output.container_definitions) : c if c.name == "web"]).entryPoint[0] != "/web"
    error_message = "The sensor is to start the application."
  }

  assert {
    condition     = contains(one([for c in jsondecode(output.container_definitions) : c if c.name == "web"]).entryPoint, "/web")
    error_message = "The sensor is to start the application."
  }

  assert {
    condition     = length(output.volumes) == 1 && length(output.secret_arns) == 0
    error_message = "The sensor lies on one volume, and no secret is needed."
  }
}

run "options_by_secret" {
  command = plan

  variables {
    cid                   = null
    falconctl_opts_secret = "arn:aws:secretsmanager:ap-northeast-1:111122223333:secret:falcon"
  }

  assert {
    condition     = jsonencode(output.secret_arns) == jsonencode([var.falconctl_opts_secret])
    error_message = "The execution role must be told of the secret."
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
