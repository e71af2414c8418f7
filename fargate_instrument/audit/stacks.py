"""Templates of CloudFormation inside Terraform: whether they may define tasks."""

from __future__ import annotations

from typing import Any

from fargate_instrument.hcl.values import Encoded, is_whole

KINDS = frozenset({"aws_cloudformation_stack", "aws_cloudformation_stack_set"})
"""Kinds of resource whose template may define tasks."""

_WORDS = ("ECS::", "CloudFormation::", "::MODULE", "Transform", "Fn::")
"""What a template has that defines tasks, or takes them in from elsewhere."""


def may_define_tasks(body: Any, source: str) -> bool:
    """Tell whether a template may define tasks; one that is not known may.

    ``source``: the expression it comes from. Where only names and properties in it are
    not known, it says itself of which types its resources are.
    """
    if isinstance(body, str):
        return any(word in body for word in _WORDS)
    template = body.value if isinstance(body, Encoded) else None
    if not isinstance(template, dict) or getattr(template, "loose", True):
        return True
    resources = template.get("Resources")
    if not isinstance(resources, dict) or getattr(resources, "loose", True):
        return not _names_types(source)
    return "Transform" in template or any(map(_may_be_task, resources.values()))


def _names_types(source: str) -> bool:
    return "AWS::" in source and not any(word in source for word in _WORDS)


def _may_be_task(resource: Any) -> bool:
    kind = resource.get("Type") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or not is_whole(kind):
        return True
    return any(word in kind for word in _WORDS)
