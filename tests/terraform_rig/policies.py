"""Whether policies allow an action, as IAM evaluates them. Not all of IAM.

Identity policies alone: an allow, and no deny. A condition that is not understood
here holds for a deny and for no allow, so that nothing is allowed by mistake.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def of_role(iam: Any, arn: str) -> list[dict[str, Any]]:
    """Give every statement of a role's own and attached policies."""
    name = arn.rpartition("/")[2]
    documents = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        policy = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
        held = iam.get_policy_version(PolicyArn=policy, VersionId=version)
        documents.append(held["PolicyVersion"]["Document"])
    return [statement for document in documents for statement in _statements(document)]


def allows(
    statements: Iterable[Mapping[str, Any]],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
) -> bool:
    """Say whether the statements let someone do something to a resource."""
    found = {
        statement["Effect"]
        for statement in statements
        if _applies(statement, action, resource, context or {})
    }
    return found == {"Allow"}


def _statements(document: Any) -> list[dict[str, Any]]:
    read = json.loads(document) if isinstance(document, str) else document
    found = read["Statement"]
    return found if isinstance(found, list) else [found]


def _applies(
    statement: Mapping[str, Any],
    action: str,
    resource: str,
    context: Mapping[str, str],
) -> bool:
    denies = statement["Effect"] == "Deny"
    return (
        any(_like(p.lower(), action.lower()) for p in _list(statement["Action"]))
        and any(_like(p, resource) for p in _list(statement["Resource"]))
        and all(
            _holds(operator, wanted, context, otherwise=denies)
            for operator, wanted in statement.get("Condition", {}).items()
        )
    )


def _holds(
    operator: str,
    wanted: Mapping[str, Any],
    context: Mapping[str, str],
    otherwise: bool,
) -> bool:
    if operator not in _COMPARED:
        return otherwise
    same = _COMPARED[operator]
    return all(
        any(same(value, context.get(key, "")) for value in _list(values))
        for key, values in wanted.items()
    )


def _equal(wanted: str, text: str) -> bool:
    return wanted == text


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _like(pattern: str, text: str) -> bool:
    parts = re.split(r"([*?])", pattern)
    signs = {"*": ".*", "?": "."}
    expression = "".join(signs.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(expression, text, re.DOTALL) is not None


_COMPARED: Final = {"StringEquals": _equal, "StringLike": _like}
