"""Terraform text read with holes: what it says is a value, what it does not is unknown.

Knows Terraform's language and nothing of agents, ECS or audits; runs nothing.
"""
