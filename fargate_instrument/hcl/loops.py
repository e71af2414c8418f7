"""``for`` expressions and the directives of templates; part of the evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.hcl import kinds, syntax
from fargate_instrument.hcl.operators import truth
from fargate_instrument.hcl.values import (
    Encoded,
    Lazy,
    Object,
    Set,
    Tuple,
    Unknown,
    WrongError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fargate_instrument.hcl.evaluate import Run


class LostError(Exception):
    """Of a template nothing is known, for this reason."""


def for_expression(run: Run, node: syntax.ForNode) -> Any:
    """Evaluate ``[for …]`` and ``{for …}``."""
    source = run.value(node.source)
    if isinstance(source, Unknown) and not source.is_text:
        return run.unknown(node, source.reason)
    if node.result_key is None:
        return _tuple(run, node, source)
    return _object(run, node, source)


def _tuple(run: Run, node: syntax.ForNode, source: Any) -> Any:
    items = []
    for inner, doubt in rounds(run, node, source):
        if doubt is not None:
            return run.unknown(node, doubt.reason)
        items.append(inner.value(node.body))
    return Tuple(items)


def _object(run: Run, node: syntax.ForNode, source: Any) -> Any:
    members: dict[str, Any] = {}
    loose = bool(getattr(source, "loose", False))
    for inner, doubt in rounds(run, node, source):
        key = inner.value(node.result_key)
        if isinstance(key, (Unknown, Encoded)):
            return run.unknown(node, "a key is not known")
        text = run.key(key)
        value = inner.value(node.body)
        if doubt is not None:
            value = _maybe(value, doubt)
        loose = loose or doubt is not None
        if node.grouped:
            if doubt is not None:
                return run.unknown(node, doubt.reason)
            members[text] = [*members.get(text, []), value]
        elif text in members:
            raise WrongError(f"two members of an object are named {text}")
        else:
            members[text] = value
    if node.grouped:
        members = {name: Tuple(items) for name, items in members.items()}
    return Object(members, loose=loose)


def _maybe(value: Any, doubt: Unknown) -> Unknown:
    """Stand for a member that may be missing; how it would look is kept."""
    text = value.text if isinstance(value, Unknown) else value
    return Unknown(doubt.reason, text if isinstance(text, str) else "")


def rounds(
    run: Run, node: syntax.ForNode, source: Any
) -> Iterator[tuple[Run, Unknown | None]]:
    """Give each round, with a doubt where it is not known whether it takes place."""
    loose = bool(getattr(source, "loose", False))
    for key, value in pairs(source):
        inner = run.within(**_named(node.key, node.value, key, value))
        doubt = value if loose and isinstance(value, Unknown) else None
        if node.condition is not None and doubt is None:
            wanted = inner.value(node.condition)
            if isinstance(wanted, Unknown):
                doubt = Unknown(wanted.reason)
            elif not truth(wanted):
                continue
        yield inner, doubt


def _named(key_name: str, value_name: str, key: Any, value: Any) -> dict[str, Any]:
    return {**({key_name: key} if key_name else {}), value_name: value}


def pairs(source: Any) -> list[tuple[Any, Any]]:
    """Give keys and values in the order in which Terraform goes through them."""
    if isinstance(source, Lazy):
        source = source.forced()
    if isinstance(source, dict):
        return [(key, source[key]) for key in sorted(source, key=str.encode)]
    if isinstance(source, Set):
        return [(value, value) for value in source]
    if isinstance(source, kinds.SEQUENCES):
        return list(enumerate(source))
    raise WrongError("for needs a list or an object")


def pieces(run: Run, node: Any, part: Any) -> list[Any]:
    """Give what a part of a template puts out, piece by piece."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, syntax.IfPart):
        return _if(run, node, part)
    if isinstance(part, syntax.ForPart):
        return _for(run, node, part)
    return [run.shown(part)]


def _all(run: Run, node: Any, parts: tuple[Any, ...]) -> list[Any]:
    return [piece for part in parts for piece in pieces(run, node, part)]


def _if(run: Run, node: Any, part: syntax.IfPart) -> list[Any]:
    chosen = run.value(part.condition)
    if isinstance(chosen, Unknown):
        raise LostError(f"its text hangs on a condition: {chosen.reason}")
    return _all(run, node, part.yes if truth(chosen) else part.no)


def _for(run: Run, node: Any, part: syntax.ForPart) -> list[Any]:
    source = run.value(part.source)
    if isinstance(source, Unknown) or getattr(source, "loose", False):
        reason = source.reason if isinstance(source, Unknown) else "not all is known"
        raise LostError(f"its text hangs on a loop: {reason}")
    made = []
    for key, value in pairs(source):
        inner = run.within(**_named(part.key, part.value, key, value))
        made += _all(inner, node, part.body)
    return made
