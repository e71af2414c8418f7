"""Calls of functions, and what comes out of several branches; part of the evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import files, functions, kinds, syntax, texts, types
from fargate_instrument.hcl.agreement import agreed
from fargate_instrument.hcl.values import Unknown, WrongError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fargate_instrument.hcl.evaluate import Run

_KEEP: dict[str, Callable[[Any], Any]] = {
    "jsondecode": texts.decoded,
    "jsonencode": texts.encoded,
    "tostring": lambda value: types.converted(value, "string"),
}
"""Functions through which an origin, and what is known of a text, survives."""
_SAME = ("nonsensitive", "sensitive")


def call(run: Run, node: syntax.Call) -> Any:
    """Call a function. Raises WrongError."""
    name = node.name.removeprefix("core::")
    if name in ("try", "can") and not node.spread:
        return _try(run, name, node)
    values = [run.value(one) for one in node.arguments]
    if node.spread:
        last = values.pop()
        if isinstance(last, Unknown):
            return run.unknown(node, last.reason)
        if not isinstance(last, kinds.SEQUENCES):
            raise WrongError("... needs a list")
        values += last
    return _called(run, node, name, values)


def _called(run: Run, node: syntax.Call, name: str, values: list[Any]) -> Any:
    if name in _SAME and len(values) == 1:
        return values[0]
    if name == "coalesce":
        return _coalesce(run, node, values)
    if name in _KEEP and len(values) == 1 and isinstance(values[0], Unknown):
        return _named(run, node, _KEEP[name](values[0]))
    if name in files.TABLE:
        return files.TABLE[name](run, node, values)
    if name not in functions.TABLE:
        return run.unknown(node, f"{name}() is not computed here")
    return _named(run, node, functions.call(name, values))


def _named(run: Run, node: Any, value: Any) -> Any:
    if isinstance(value, Unknown) and not value.text and value.origin is None:
        return Unknown(value.reason, run.shown_as(node), parts=value.parts)
    return value


def _coalesce(run: Run, node: syntax.Call, values: list[Any]) -> Any:
    kind = kinds.unified([kinds.of(value) for value in values])
    if kind is None:
        raise WrongError("coalesce() needs values of one type")
    for at, value in enumerate(values):
        if isinstance(value, Unknown):
            same = agreed([v for v in values[at:] if not _is_empty(v)])
            return same[0] if same else run.unknown(node, value.reason)
        if value is not None and value != "":
            if any(types.changes(value, other) for other in values[at:]):
                return run.unknown(node, "the type of its result is not known")
            return types.converted(value, kind)
    raise WrongError("no argument has a value")


def _try(run: Run, name: str, node: syntax.Call) -> Any:
    problem, found = "no argument of try() works", []
    for argument in node.arguments:
        try:
            found.append(run.value(argument))
        except WrongError as error:
            problem = str(error)
            continue
        if not isinstance(found[-1], Unknown):
            break
    if not found and name == "try":
        raise WrongError(problem)
    first = found[0] if found else False
    if not isinstance(first, Unknown):
        return first if name == "try" else bool(found)
    same = agreed(found)
    return same[0] if same and name == "try" else run.unknown(node, first.reason)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value)
