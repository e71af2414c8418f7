mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["ap-northeast-1a", "ap-northeast-1c"], zone_ids = ["apne1-az4", "apne1-az1"] }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "ap-northeast-1" }
  }
}

run "plan_with_unknown_inputs" {
  command = plan

  assert {
    condition     = output.hosts == ["known.internal", "orchestrator.known.internal"]
    error_message = "Workload agents can be configured before anything is made."
  }
}
