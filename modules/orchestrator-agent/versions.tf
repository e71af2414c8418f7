terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 5.77 is the first release with availability_zone_rebalancing.
      version = ">= 5.77, < 7.0"
    }
  }
}
