"""Puts runtime-security agents into ECS Fargate task definitions."""
