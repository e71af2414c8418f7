"""Values of variables from outside: files of values, and texts of a command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fargate_instrument.hcl import kinds, parser, syntax
from fargate_instrument.hcl.budget import Budget
from fargate_instrument.hcl.evaluate import Reader
from fargate_instrument.hcl.files import Files
from fargate_instrument.hcl.values import WrongError


class Text(str):
    """A value as a command line gives it.

    It is an expression where its variable has a type, and that is no plain one.
    """

    __slots__ = ()


class _Nothing:
    """Where values are given, nothing has a name."""

    def __init__(self, budget: Budget) -> None:
        self.folder = Path()
        self.budget = budget
        self.files = Files((), budget)

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        del words
        raise WrongError(f"there is nothing named {root} where values are given")


def reader(budget: Budget | None = None) -> Reader:
    """Read expressions in which nothing is named."""
    return Reader(_Nothing(budget or Budget()))


def value(text: Text, kind: Any) -> Any:
    """Take a text as its variable's type has it. Raises WrongError."""
    if kind is None or (kind in kinds.PLAIN and kind != kinds.ANY):
        return str(text)
    try:
        inner = parser.Parser(text, "its value")
        inner.newlines = False
        tree = inner.expression()
    except syntax.NotReadableError as error:
        raise WrongError(str(error)) from None
    return reader().read_or_raise(syntax.Expression(tree, text, 1))
