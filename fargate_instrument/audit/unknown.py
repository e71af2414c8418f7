"""What an instrumentation will write when Terraform runs, and values that are unknown.

A document may hold an unknown value in any place; ``hcl.values`` says what that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fargate_instrument.hcl.values import Unknown, first_unknown

__all__ = ["Instrumented", "Unknown", "first_unknown"]


@dataclass(frozen=True, slots=True)
class Instrumented:
    """A text of container definitions that an instrumentation writes at plan time.

    One layer of it. ``agent``: its name, or ``""`` if that is not known. ``by``: what
    writes it, such as ``module.workload_agent``. ``containers``: what goes in, a list,
    or Unknown, or Instrumented, the layer beneath. ``include`` and ``exclude``: names
    and patterns, or Unknown; ``own_include`` narrows ``include``.
    """

    agent: str
    by: str
    containers: Any = None
    include: Any = ()
    exclude: Any = ()
    own_include: Any = ()

    def __hash__(self) -> int:
        return hash((self.agent, self.by))
