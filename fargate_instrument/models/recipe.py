"""The recipe algebra as pydantic models, derived from the records of ``core.recipe``.

The JSON form of a step is an object whose ``step`` names the record, that of a
condition one whose ``condition`` does; the other members are the record's fields
(``core.notation`` reads and writes it). Every text is a template.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args

from pydantic import Field, StrictBool, StrictInt, StrictStr, create_model

from fargate_instrument.core import notation
from fargate_instrument.core import recipe as algebra
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.models.types import Made, NotBlank

if TYPE_CHECKING:
    from collections.abc import Iterable

Template = Annotated[
    StrictStr,
    Field(description="Text; `{{container.name}}` and the like are filled in."),
]


class _Tuple:
    """Reads ``tuple[X, ...]`` as a list and ``tuple[X, X]`` as a list of two."""

    def __class_getitem__(cls, items: Any) -> Any:
        first, *rest = items if isinstance(items, tuple) else (items,)
        if rest == [...]:
            return list[first]  # type: ignore[valid-type]
        size = 1 + len(rest)
        return Annotated[list[first], Field(min_length=size, max_length=size)]  # type: ignore[valid-type]


class _Mapping:
    """Reads ``Mapping[K, V]`` as a dict."""

    def __class_getitem__(cls, items: Any) -> Any:
        key, value = items
        return dict[key, value]  # type: ignore[valid-type]


_NAMES: dict[str, Any] = {
    "str": StrictStr,
    "int": StrictInt,
    "bool": StrictBool,
    "Any": Any,
    "Literal": Literal,
    "None": None,
    "Text": Template,
    "tuple": _Tuple,
    "Mapping": _Mapping,
}


def _sentences(record: type[Frozen]) -> tuple[str, dict[str, str]]:
    """Split a record's docstring into what it says of itself and of each field."""
    doc = " ".join((record.__doc__ or "").split())
    field = r"``\w+``(?:, ``\w+``)*(?: and ``\w+``)?:"
    fields = record.__annotations__
    found: dict[str, str] = {}
    marks = [
        mark
        for mark in re.finditer(field, doc)
        if all(name in fields for name in re.findall(r"\w+", mark[0]) if name != "and")
    ]
    ends = [*(mark.start() for mark in marks[1:]), len(doc)][: len(marks)]
    for mark, end in zip(marks, ends, strict=True):
        text = doc[mark.end() : end].strip().rstrip(";").strip()
        for name in re.findall(r"``(\w+)``", mark[0]):
            found[name] = text[:1].upper() + text[1:]
    head = doc[: marks[0].start()].strip() if marks else doc
    return head, found


def _model(record: type[Frozen], key: str = "") -> type[Made]:
    head, said = _sentences(record)
    fields: dict[str, Any] = {}
    if key:
        kind: Any = Literal[record.__name__]
        fields[key] = (kind, Field(description="Which it is."))
    annotations = record.__annotations__
    unwritten = notation.UNWRITTEN.get(record.__name__, ())
    for name in annotations:
        if name in unwritten:
            continue
        kind = eval(annotations[name], dict(_NAMES))  # noqa: S307  (our own source)
        if kind is StrictStr and name in notation.NOT_BLANK:
            kind = NotBlank
        default = getattr(record, name, ...)
        if isinstance(default, Frozen):
            default = _NAMES[type(default).__name__]()
        if isinstance(default, tuple):
            default = list(default)
        described = Field(default=default, description=said.get(name, name))
        fields[name] = (kind, described)
    if record is algebra.Recipe:
        meaning = "What whoever uses the recipe gives to it, by name."
        fields["parameters"] = (
            _NAMES["Mapping"][StrictStr, _NAMES["Parameter"]],
            Field(default={}, description=meaning),
        )
    made: type[Made] = create_model(
        record.__name__, __base__=Made, __doc__=head, **fields
    )
    _NAMES[record.__name__] = made
    return made


def _choice(models: Iterable[Any], key: str) -> Any:
    return Annotated[Union[tuple(models)], Field(discriminator=key)]  # noqa: UP007  (made at run time)


_NAMES["Condition"] = _choice(
    [_model(one, "condition") for one in notation.CONDITIONS], "condition"
)
_NAMES["Action"] = _choice([_model(one, "step") for one in notation.ACTIONS], "step")
_NAMES["Step"] = _choice(
    [*get_args(get_args(_NAMES["Action"])[0]), _model(algebra.When, "step")], "step"
)
RECORDS = (
    *(
        _NAMES[one.__name__]
        for one in (*notation.CONDITIONS, *notation.ACTIONS, algebra.When)
    ),
    _model(algebra.AddContainer),
    _model(algebra.RequireTask),
    _model(algebra.Policies),
    _model(notation.Parameter),
    _model(algebra.Recipe),
)
Recipe: type[Made] = RECORDS[-1]
