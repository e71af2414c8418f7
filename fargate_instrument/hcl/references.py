"""References and what follows them: ``a.b[0].c``, ``a[*].b``; part of the evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import kinds, numbers, syntax, texts, types
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    Set,
    Tuple,
    Unknown,
    WrongError,
)

if TYPE_CHECKING:
    from fargate_instrument.hcl.evaluate import Run


def reference(run: Run, node: Any) -> Any:
    """Resolve ``a.b[0].c``: the name at its root, then step by step."""
    steps: list[Any] = []
    top = node
    while isinstance(top, (syntax.Attribute, syntax.Index)):
        steps.append(top)
        top = top.source
    steps.reverse()
    if not isinstance(top, syntax.Name):
        return _walked(run, node, run.value(top), steps)
    if top.name in run.reader.loops:
        return _walked(run, node, run.reader.loops[top.name], steps)
    words = []
    for step in steps:
        if not isinstance(step, syntax.Attribute):
            break
        words.append(step.name)
    value, used = run.reader.names.value(top.name, words)
    return _walked(run, node, value, steps[used:])


def _walked(run: Run, node: Any, value: Any, steps: list[Any]) -> Any:
    for step in steps:
        if isinstance(step, syntax.Attribute):
            value = member(run, node, value, step.name)
        else:
            value = indexed(run, node, value, run.value(step.key))
    return value


def member(run: Run, node: Any, value: Any, name: str) -> Any:
    """Take ``value.name``. Raises WrongError."""
    if isinstance(value, (Unknown, Encoded)):
        return _lost(run, node, value)
    if isinstance(value, dict):
        return _of(value, name)
    raise WrongError(f"there is no {name}")


def _lost(run: Run, node: Any, value: Any) -> Any:
    if isinstance(value, Encoded):
        raise WrongError("a text has no members")
    return run.unknown(node, value.reason)


def _of(value: Any, name: str) -> Any:
    if name in value:
        found = value[name]
        if getattr(value, "loose", False) and isinstance(found, Unknown):
            return Unknown(found.reason, found.text)
        return found
    if getattr(value, "loose", False):
        return Unknown("its members are not all known")
    raise WrongError(f"there is no {name}")


def indexed(run: Run, node: Any, value: Any, key: Any) -> Any:
    """Take ``value[key]``. Raises WrongError."""
    for part in (value, key):
        if isinstance(part, (Unknown, Encoded)):
            return _lost(run, node, part)
    if isinstance(value, dict):
        text = texts.as_text(key)
        if text is None:
            raise WrongError("an index must be a plain value")
        return _of(value, text)
    if isinstance(value, list) and not isinstance(value, Set):
        index = types.converted(key, "number")
        if not isinstance(index, int) or not numbers.is_number(index):
            raise WrongError(f"there is no item {texts.as_text(key)}")
        if not 0 <= index < len(value):
            raise WrongError(f"there is no item {index}")
        return value[index]
    raise WrongError("it has no items")


def splat(run: Run, node: syntax.Splat) -> Any:
    """Evaluate ``source[*].a``; what is no list is a list of one, null of none."""
    value = run.value(node.source)
    if isinstance(value, Unknown):
        return run.unknown(node, value.reason)
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, kinds.SEQUENCES):
        items = list(value)
    else:
        items = [] if value is None else [value]
    made = [_step(run, node, item) for item in items]
    kind = type(value) if isinstance(value, kinds.SEQUENCES) else Tuple
    return (Tuple if kind is Set else kind)(made)


def _step(run: Run, node: syntax.Splat, item: Any) -> Any:
    for step in node.steps:
        if isinstance(step, str):
            item = member(run, node, item, step)
        else:
            item = indexed(run, node, item, run.value(step))
    return item
