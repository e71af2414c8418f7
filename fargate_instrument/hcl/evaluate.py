"""Terraform expressions to values, as far as that is possible without Terraform.

What cannot be known becomes Unknown with its reason, never a guess; what Terraform
would refuse raises WrongError. An origin survives where a value stays what it is, and
nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from fargate_instrument.hcl import (
    calls,
    equality,
    kinds,
    loops,
    references,
    syntax,
    texts,
    types,
)
from fargate_instrument.hcl.agreement import agreed
from fargate_instrument.hcl.operators import arithmetic, truth
from fargate_instrument.hcl.values import (
    Encoded,
    Object,
    Tuple,
    Unknown,
    WrongError,
    first_unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from fargate_instrument.hcl.budget import Budget
    from fargate_instrument.hcl.files import Files
    from fargate_instrument.hcl.syntax import Expression

_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_*-]+|\[[0-9*]+\])*")


class Names(Protocol):
    """What an expression may name, such as a module's variables."""

    @property
    def folder(self) -> Path:
        """Where relative file names start."""

    @property
    def files(self) -> Files:
        """The files that may be read."""

    @property
    def budget(self) -> Budget:
        """What reading may cost."""

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        """Give what the first words of a reference mean, and how many they are."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the expressions of one module instance.

    ``loops``: what the names of surrounding ``for`` expressions, of ``each`` and of
    ``count`` stand for.
    """

    names: Names
    loops: Mapping[str, Any] = field(default_factory=dict)

    def read(self, expression: Expression | None) -> Any:
        """Give an expression's value; what is wrong with it is a reason."""
        if expression is None:
            return None
        try:
            return self.read_or_raise(expression)
        except WrongError as error:
            return Unknown(str(error), interpolated(expression, expression.tree))

    def read_or_raise(self, expression: Expression) -> Any:
        """Give an expression's value. Raises WrongError."""
        try:
            return Run(self, expression).value(expression.tree)
        except RecursionError:
            return Unknown("it is nested too deeply")

    def within(self, **names: Any) -> Reader:
        """Read with more names."""
        return Reader(self.names, {**self.loops, **names})


def interpolated(expression: Expression, node: Any) -> str:
    """Write a part of an expression as it would stand inside a template.

    Only a plain reference is written out: other text could look like what it is not.
    """
    source = expression.source(node)
    if not source:
        return ""
    return f"${{{source}}}" if _REFERENCE.fullmatch(source) else "${…}"


@dataclass(frozen=True, slots=True)
class Run:
    """Walks one expression's tree; one method per kind of node."""

    reader: Reader
    whole: Expression

    def value(self, node: Any) -> Any:
        """Give the value of a part. Raises WrongError."""
        made = _METHODS[type(node)](self, node)
        size = 1
        if isinstance(made, str):
            size += len(made) >> 6
        elif isinstance(made, (list, dict)):
            size += len(made)
        self.reader.names.budget.spend(size)
        return made

    def unknown(self, node: Any, reason: str) -> Unknown:
        """Give a value of which nothing is known but its text."""
        return Unknown(reason, interpolated(self.whole, node))

    def shown_as(self, node: Any) -> str:
        """Write a part of the expression as it would stand inside a template."""
        return interpolated(self.whole, node)

    def within(self, **names: Any) -> Run:
        """Walk with more names."""
        return Run(self.reader.within(**names), self.whole)

    def tried(self, node: Any) -> Any:
        """Give a value; what Terraform would refuse is not known."""
        try:
            return self.value(node)
        except WrongError as error:
            return Unknown(str(error))

    # Literals, templates, collections

    def literal(self, node: syntax.Literal) -> Any:
        """Give a literal. Raises WrongError."""
        return node.value

    def template(self, node: syntax.Template) -> Any:
        """Render a template. Raises WrongError."""
        return self.rendered(node, node.parts)

    def rendered(self, node: Any, parts: tuple[Any, ...]) -> Any:
        """Render a template's parts; a single interpolation keeps its value."""
        if not parts:
            return ""
        if len(parts) == 1 and not isinstance(
            parts[0], (syntax.IfPart, syntax.ForPart)
        ):
            only = parts[0]
            return only if isinstance(only, str) else self.shown(only)
        try:
            pieces = [p for part in parts for p in loops.pieces(self, node, part)]
        except loops.LostError as lost:
            return Unknown(str(lost))
        return texts.joined(pieces)

    def shown(self, node: Any) -> Any:
        """Give an interpolation's value; what is not known has its source as text."""
        value = self.value(node)
        if isinstance(value, Unknown) and not value.text:
            text = interpolated(self.whole, node)
            return Unknown(value.reason, text, value.origin, value.decoded, value.parts)
        return value

    def tuple(self, node: syntax.TupleNode) -> Any:
        """Make a tuple. Raises WrongError."""
        return Tuple(self.value(item) for item in node.items)

    def object(self, node: syntax.ObjectNode) -> Any:
        """Make an object. Raises WrongError."""
        members: dict[str, Any] = {}
        for key_node, value in node.items:
            key = self.value(key_node)
            if isinstance(key_node, syntax.Literal):
                key = "null" if key is None else key
            if isinstance(key, (Unknown, Encoded)):
                hole = first_unknown(key)
                return self.unknown(node, f"a key is not known: {hole and hole.reason}")
            members[self.key(key)] = self.value(value)
        return Object(members)

    def key(self, value: Any) -> str:
        """Take a value as a key. Raises WrongError."""
        text = texts.as_text(value)
        if text is None:
            raise WrongError("a key must be a plain value")
        return text

    def parentheses(self, node: syntax.Parentheses) -> Any:
        """Give what stands in parentheses. Raises WrongError."""
        return self.value(node.inner)

    # Operators

    def conditional(self, node: syntax.Conditional) -> Any:
        """Choose by a condition. Raises WrongError."""
        chosen = self.value(node.condition)
        yes, no = self.tried(node.yes), self.tried(node.no)
        if isinstance(chosen, Unknown):
            same = agreed([yes, no])
            return same[0] if same else self.unknown(node, chosen.reason)
        wanted = truth(chosen)
        value = self.value(node.yes if wanted else node.no)
        other = no if wanted else yes
        if isinstance(other, Unknown) and types.changes(value, other):
            return self.unknown(node, other.reason)
        kind = kinds.unified([kinds.of(yes), kinds.of(no)])
        if kind is None:
            raise WrongError("the two results of a condition have different types")
        return value if isinstance(value, Unknown) else types.converted(value, kind)

    def _is_length_of_some(self, node: Any) -> bool:
        """Tell whether this is the length of what is never empty, holes or not.

        That is a JSON text, or an object with a member that is there for sure.
        """
        if not isinstance(node, syntax.Call) or node.name != "length" or node.spread:
            return False
        if len(node.arguments) != 1:
            return False
        value = self.value(node.arguments[0])
        if isinstance(value, dict) and getattr(value, "loose", False):
            return any(not isinstance(one, Unknown) for one in value.values())
        return isinstance(value, Encoded)

    def binary(self, node: syntax.Binary) -> Any:
        """Combine two values. Raises WrongError."""
        sign = node.sign
        left = self.value(node.left)
        if sign in ("&&", "||"):
            return self._logic(node, left)
        right = self.value(node.right)
        if sign == ">" and right == 0 and self._is_length_of_some(node.left):
            return True
        if sign in ("==", "!="):
            same = equality.equal(left, right)
            if same is None:
                return self._doubt(node, left, right)
            return same == (sign == "==")
        for value in (left, right):
            if isinstance(value, (Unknown, Encoded)):
                return self._doubt(node, value)
        return arithmetic(sign, left, right)

    def _doubt(self, node: Any, *values: Any) -> Unknown:
        hole = first_unknown(list(values))
        return self.unknown(node, hole.reason if hole else "it cannot be compared here")

    def _logic(self, node: syntax.Binary, left: Any) -> Any:
        """Combine truths; what decides on the left decides, as since Terraform 1.12."""
        decides = node.sign == "||"
        first = self._truth(left)
        if first is decides:
            return decides
        second = self._truth(self.value(node.right))
        if second is decides:
            return decides
        if isinstance(first, Unknown) or isinstance(second, Unknown):
            return self._doubt(node, first, second)
        return not decides

    def _truth(self, value: Any) -> Any:
        if value is None:
            return Unknown("a condition is null, which not every Terraform takes")
        return value if isinstance(value, Unknown) else truth(value)

    def unary(self, node: syntax.Unary) -> Any:
        """Change one value. Raises WrongError."""
        value = self.value(node.operand)
        if isinstance(value, Unknown):
            return self.unknown(node, value.reason)
        return not truth(value) if node.sign == "!" else arithmetic("-", 0, value)


_METHODS: dict[type, Callable[[Run, Any], Any]] = {
    syntax.Literal: Run.literal,
    syntax.Template: Run.template,
    syntax.TupleNode: Run.tuple,
    syntax.ObjectNode: Run.object,
    syntax.Parentheses: Run.parentheses,
    syntax.Conditional: Run.conditional,
    syntax.Binary: Run.binary,
    syntax.Unary: Run.unary,
    syntax.Call: calls.call,
    syntax.ForNode: loops.for_expression,
    syntax.Name: references.reference,
    syntax.Attribute: references.reference,
    syntax.Index: references.reference,
    syntax.Splat: references.splat,
}
