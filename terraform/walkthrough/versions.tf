terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.77, < 7.0"
    }
    external = {
      source  = "hashicorp/external"
      version = ">= 2.2"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Stack = "walkthrough"
    }
  }
}
