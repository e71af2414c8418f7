"""Terraform expressions to values, as far as that is possible without Terraform.

What cannot be known becomes Unknown with its reason, never a guess; what Terraform
would refuse raises WrongError.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from fargate_instrument.audit import functions, hcl, template
from fargate_instrument.audit.functions import WrongError
from fargate_instrument.audit.operators import arithmetic, truth
from fargate_instrument.audit.unknown import (
    Encoded,
    Instrumented,
    Loose,
    Unknown,
    first_unknown,
    origins,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fargate_instrument.audit.hcl import Expression, Node

_KEEPS_PARTS = ("coalesce", "jsondecode", "jsonencode", "replace", "tostring")
_TAKES_LOOSE = ("jsonencode", "lookup", "merge")
_LITERALS = {"true": True, "false": False, "null": None}
LARGEST_FILE = 1 << 20


class Names(Protocol):
    """What an expression may name, such as a module's variables."""

    @property
    def folder(self) -> Path:
        """Where relative file names start."""

    @property
    def files(self) -> set[Path]:
        """The files that were read so far."""

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

    def read(self, expression: Expression) -> Any:
        """Give an expression's value; what is wrong with it is a reason."""
        try:
            return _Run(self, expression).value(expression.tree)
        except WrongError as error:
            return Unknown(str(error), _interpolated(expression, expression.tree))
        except RecursionError:
            return Unknown("it is nested too deeply")
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # No law is known to lead here; a gate must say what it knows all the same.
            source = _interpolated(expression, expression.tree)
            return Unknown("it is beyond what is read here", source)

    def read_or_raise(self, expression: Expression) -> Any:
        """Give an expression's value. Raises WrongError."""
        return _Run(self, expression).value(expression.tree)

    def within(self, **loops: Any) -> Reader:
        """Read with more names."""
        return Reader(self.names, {**self.loops, **loops})

    def rendered(self, text: str, what: str) -> Any:
        """Render a template's text. Raises WrongError."""
        try:
            parts = [
                self._interpolated(part.text, what)
                if isinstance(part, template.Interpolation)
                else part
                for part in template.split(text)
            ]
        except template.DirectiveError:
            return Unknown(f"{what} uses template directives (%{{ … }})")
        return template.joined(parts)

    def _interpolated(self, text: str, what: str) -> Any:
        try:
            expression = hcl.expression(text.lstrip("~"), what)
        except hcl.NotReadableError as error:
            return Unknown(str(error), f"${{{text}}}")
        value = self.read_or_raise(expression)
        if isinstance(value, Unknown) and not value.text:
            return Unknown(value.reason, f"${{{text}}}", value.origin, value.parts)
        return value


def _interpolated(expression: Expression, node: Node) -> str:
    source = expression.source(node)
    return f"${{{source}}}" if source else ""


@dataclass(frozen=True, slots=True)
class _Run:
    """Walks one expression's tree; one method per kind of node."""

    reader: Reader
    whole: Expression

    def value(self, node: Node) -> Any:
        method = getattr(self, f"_{node.data}", None)
        if method is None:
            return self._unknown(node, f"it uses {node.data}, which is not read")
        return method(node)

    def _unknown(self, node: Node, reason: str, *sources: Any) -> Unknown:
        found = set().union(*map(origins, sources)) if sources else set()
        origin = found.pop() if len(found) == 1 else None
        return Unknown(reason, _interpolated(self.whole, node), origin)

    def _weigh(self, node: Node, *values: Any) -> Unknown | None:
        """Give an unknown result if one of the values is not known at all."""
        for value in values:
            if isinstance(value, Unknown):
                return self._unknown(node, value.reason, *values)
            if isinstance(value, Instrumented):
                reason = f"it is made by {value.by} at plan time"
                return self._unknown(node, reason, *values)
        return None

    # Literals and templates

    def _expr_term(self, node: Node) -> Any:
        return self.value(hcl.trees(node)[0])

    def _int_lit(self, node: Node) -> Any:
        return int(hcl.tokens(node)[0])

    def _float_lit(self, node: Node) -> Any:
        return float(hcl.tokens(node)[0])

    def _literal_value(self, node: Node) -> Any:
        return _LITERALS[hcl.tokens(node)[0]]

    def _string(self, node: Node) -> Any:
        parts = []
        for part in hcl.trees(node):
            inner = hcl.trees(part)
            if not inner:
                text = "".join(hcl.tokens_as_written(part))
                escaped = text.startswith(("$${", "%%{"))
                parts.append(text[1:] if escaped else template.unescaped(text))
            elif inner[0].data == "interpolation":
                parts.append(self.value(hcl.trees(inner[0])[0]))
            else:
                return self._unknown(node, "it uses template directives (%{ … })")
        return template.joined(parts) if parts else ""

    def _heredoc_template(self, node: Node) -> Any:
        return self._heredoc(node, trim=False)

    def _heredoc_template_trim(self, node: Node) -> Any:
        return self._heredoc(node, trim=True)

    def _heredoc(self, node: Node, *, trim: bool) -> Any:
        text = template.heredoc("".join(hcl.tokens_as_written(node)), trim=trim)
        return self.reader.rendered(text, "its heredoc")

    # Collections

    def _tuple(self, node: Node) -> Any:
        return [self.value(item) for item in hcl.trees(node)]

    def _object(self, node: Node) -> Any:
        made: dict[str, Any] = {}
        for element in hcl.trees(node):
            key_node, value = hcl.trees(element)
            key = self._key(key_node)
            if isinstance(key, Unknown):
                return self._unknown(node, f"a key is not known: {key.reason}")
            made[str(template.as_text(key))] = self.value(value)
        return made

    def _key(self, node: Node) -> Any:
        inner = hcl.trees(node)[0]
        bare = inner
        while bare.data == "expr_term" and not hcl.tokens(bare):
            bare = hcl.trees(bare)[0]
        if bare.data in ("identifier", "keyword", "literal_value"):
            return hcl.tokens(bare)[0]
        return self.value(inner)

    def _for_tuple_expr(self, node: Node) -> Any:
        intro, body, *condition = hcl.trees(node)
        made = []
        for inner, doubt in self._rounds(intro, condition):
            if inner is None or doubt is not None:
                return doubt
            made.append(inner.value(body))
        return made

    def _for_object_expr(self, node: Node) -> Any:
        intro, key_node, body, *condition = hcl.trees(node)
        made: dict[str, Any] = {}
        loose = False
        grouped = "..." in hcl.tokens(node)
        for inner, doubt in self._rounds(intro, condition):
            if inner is None:
                return doubt
            key = inner.value(key_node)
            if isinstance(key, Unknown):
                return self._unknown(node, f"a key is not known: {key.reason}")
            value = inner.value(body) if doubt is None else doubt
            loose = loose or doubt is not None
            text = str(template.as_text(key))
            made[text] = [*made.get(text, []), value] if grouped else value
        return Loose(made) if loose else made

    def _rounds(
        self, intro: Node, condition: list[Node]
    ) -> Iterator[tuple[_Run | None, Unknown | None]]:
        """Give each round, with a doubt where its condition is not known."""
        *names, source = hcl.trees(intro)
        words = [hcl.tokens(name)[0] for name in names]
        values = self.value(source)
        unknown = self._weigh(intro, values)
        if unknown is not None:
            yield None, unknown
            return
        loose = isinstance(values, Loose)
        for key, value in _pairs(values):
            loops = dict(zip(words[::-1], (value, key), strict=False))
            inner = _Run(self.reader.within(**loops), self.whole)
            doubt = value if loose and isinstance(value, Unknown) else None
            if condition and doubt is None:
                wanted = inner.value(hcl.trees(condition[0])[0])
                if isinstance(wanted, Unknown):
                    doubt = self._unknown(intro, wanted.reason, value)
                elif not truth(wanted):
                    continue
            yield inner, doubt

    # Operators

    def _conditional(self, node: Node) -> Any:
        question, yes, no = hcl.trees(node)
        chosen = self.value(question)
        if not isinstance(chosen, Unknown):
            return self.value(yes if truth(chosen) else no)
        both = self._tried(yes), self._tried(no)
        if both[0] == both[1]:
            return both[0]
        sources = [origins(value) for value in both]
        if sources[0] and sources[0] == sources[1]:
            return self._unknown(node, chosen.reason, *both)
        return self._unknown(node, chosen.reason)

    def _tried(self, node: Node) -> Any:
        try:
            return self.value(node)
        except WrongError as error:
            return Unknown(str(error))

    def _binary_op(self, node: Node) -> Any:
        left_node, term = hcl.trees(node)
        sign_node, right_node = hcl.trees(term)
        sign = hcl.tokens(sign_node)[0].split()[-1]
        left = self.value(left_node)
        if sign == "&&" and left is False:
            return False
        if sign == "||" and left is True:
            return True
        right = self.value(right_node)
        unknown = self._weigh(node, left, right)
        if unknown is not None:
            return unknown
        if sign in ("&&", "||"):
            return truth(right)
        if sign in ("==", "!="):
            return self._equal(node, left, right, wanted=sign == "==")
        return arithmetic(sign, left, right)

    def _equal(self, node: Node, left: Any, right: Any, *, wanted: bool) -> Any:
        if first_unknown([left, right]) is not None:
            if left is None or right is None:
                return not wanted
            return self._unknown(node, "it compares what is not known")
        same_kind = isinstance(left, bool) == isinstance(right, bool)
        return (same_kind and left == right) == wanted

    def _unary_op(self, node: Node) -> Any:
        value = self.value(hcl.trees(node)[0])
        unknown = self._weigh(node, value)
        if unknown is not None:
            return unknown
        if hcl.tokens(node)[0] == "!":
            return not truth(value)
        return arithmetic("-", 0, value)

    # References

    def _identifier(self, node: Node) -> Any:
        return self._chain(node)

    def _get_attr_expr_term(self, node: Node) -> Any:
        return self._chain(node)

    def _index_expr_term(self, node: Node) -> Any:
        return self._chain(node)

    def _attr_splat_expr_term(self, node: Node) -> Any:
        return self._splat(node)

    def _full_splat_expr_term(self, node: Node) -> Any:
        return self._splat(node)

    def _splat(self, node: Node) -> Any:
        source, splat = hcl.trees(node)
        value = self.value(source)
        unknown = self._weigh(node, value)
        if unknown is not None:
            return unknown
        items = value if isinstance(value, list) else [] if value is None else [value]
        steps = [self._step(part) for part in hcl.trees(splat)]
        return [self._walk(node, item, steps) for item in items]

    def _chain(self, node: Node) -> Any:
        """Resolve ``a.b[0].c``: the name at its root, then step by step."""
        steps: list[Any] = []
        while node.data in ("get_attr_expr_term", "index_expr_term", "expr_term"):
            if node.data == "expr_term":
                if hcl.tokens(node) or hcl.trees(node)[0].data not in (
                    "get_attr_expr_term",
                    "index_expr_term",
                    "identifier",
                ):
                    break
                node = hcl.trees(node)[0]
                continue
            node, part = hcl.trees(node)
            steps.insert(0, self._step(part))
        if node.data != "identifier":
            return self._walk(node, self.value(node), steps)
        root = hcl.tokens(node)[0]
        if root in self.reader.loops:
            return self._walk(node, self.reader.loops[root], steps)
        words = []
        for step in steps:
            if not isinstance(step, str):
                break
            words.append(step)
        value, used = self.reader.names.value(root, words)
        return self._walk(node, value, steps[used:])

    def _step(self, part: Node) -> Any:
        if part.data == "get_attr":
            return hcl.tokens(hcl.trees(part)[0])[0]
        if part.data == "short_index":
            return int(hcl.tokens(part)[-1])
        return self.value(hcl.trees(part)[0])

    def _walk(self, node: Node, value: Any, steps: list[Any]) -> Any:
        for step in steps:
            unknown = self._weigh(node, value, step)
            if unknown is not None:
                return unknown
            if isinstance(value, dict) and isinstance(step, (str, int)):
                if str(step) not in value:
                    raise WrongError(f"there is no {step}")
                value = value[str(step)]
            elif isinstance(value, list) and isinstance(step, (int, float, str)):
                value = _item(value, step)
            else:
                raise WrongError(f"there is no {step}")
        return value

    # Functions

    def _function_call(self, node: Node) -> Any:
        first, *rest = hcl.trees(node)
        name = hcl.tokens(first)[0]
        arguments = next((part for part in rest if part.data == "arguments"), None)
        nodes = hcl.trees(arguments) if arguments is not None else []
        if name in ("try", "can"):
            return self._try(name, nodes)
        values = [self.value(one) for one in nodes]
        if arguments is not None and "..." in hcl.tokens(arguments):
            spread = values.pop()
            if isinstance(spread, (Unknown, Instrumented)):
                values.append(spread)
            elif isinstance(spread, list):
                values += spread
            else:
                raise WrongError("... needs a list")
        return self._called(node, name, values)

    def _called(self, node: Node, name: str, values: list[Any]) -> Any:
        if name in _KEEPS_PARTS:
            ready = self._json(name, values)
            if ready is not None:
                return ready
        unknown = self._weigh(node, *values)
        if unknown is not None:
            return unknown
        if name in ("file", "templatefile"):
            return self._file(node, name, values)
        reason = _beyond(name, values)
        if reason:
            return self._unknown(node, reason, *values)
        return self._computed(node, name, values)

    def _computed(self, node: Node, name: str, values: list[Any]) -> Any:
        try:
            return functions.call(name, values)
        except WrongError as error:
            unknown = first_unknown(values)
            if unknown is None:
                raise
            reason = f"{error}: {unknown.reason}"
            return self._unknown(node, reason, *values)

    def _json(self, name: str, values: list[Any]) -> Any:
        """Keep what is known of texts with unknown parts through these functions."""
        value = values[0] if values else None
        if name == "jsonencode" and not isinstance(value, (Unknown, Instrumented)):
            return functions.jsonencode(value)
        if name == "jsondecode" and isinstance(value, Unknown) and value.parts:
            return functions.jsondecode(value)
        if name == "replace" and (
            isinstance(value, Encoded) or (isinstance(value, Unknown) and value.parts)
        ):
            return functions.replaced_around(*values)
        if name in ("coalesce", "tostring") and isinstance(
            value, (Instrumented, Encoded)
        ):
            return value
        return None

    def _try(self, name: str, nodes: list[Node]) -> Any:
        problem = "no argument of try() works"
        for node in nodes:
            try:
                value = self.value(node)
            except WrongError as error:
                problem = str(error)
                continue
            return value if name == "try" else True
        if name == "can":
            return False
        raise WrongError(problem)

    def _file(self, node: Node, name: str, values: list[Any]) -> Any:
        if not values or not isinstance(values[0], str):
            raise WrongError(f"{name}() needs a file's name")
        path = self.reader.names.folder / values[0]
        try:
            if path.stat().st_size > LARGEST_FILE:
                return self._unknown(node, f"{values[0]} is too large")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            return self._unknown(node, f"the file {values[0]} cannot be read")
        self.reader.names.files.add(path.resolve())
        if name == "file":
            return text
        variables = values[1] if len(values) > 1 else {}
        if not isinstance(variables, dict):
            raise WrongError("templatefile() needs an object of variables")
        return Reader(_Only(path.parent, self.reader.names.files), variables).rendered(
            text, f"{values[0]}"
        )


@dataclass(frozen=True, slots=True)
class _Only:
    """A template knows its own variables and nothing else."""

    folder: Path
    files: set[Path]

    def value(self, root: str, words: list[str]) -> tuple[Any, int]:
        raise WrongError(f"the template has no variable {'.'.join([root, *words])}")


def _beyond(name: str, values: list[Any]) -> str:
    """Say why a function cannot be computed for these values, or nothing."""
    if name not in functions.TABLE:
        return f"{name}() is not computed here"
    if name not in _TAKES_LOOSE and any(isinstance(v, Loose) for v in values):
        return "its members are not all known"
    if name != "jsondecode" and any(isinstance(v, Encoded) for v in values):
        return "it is a text with unknown parts"
    return ""


def _pairs(values: Any) -> list[tuple[Any, Any]]:
    if isinstance(values, dict):
        return sorted(values.items())
    if isinstance(values, list):
        return list(enumerate(values))
    raise WrongError("for needs a list or an object")


def _item(value: list[Any], step: Any) -> Any:
    try:
        index = int(step)
    except ValueError:
        raise WrongError(f"there is no {step}") from None
    if not 0 <= index < len(value):
        raise WrongError(f"there is no item {index}")
    return value[index]
