"""Frozen records: what dataclasses do, without what importing dataclasses costs.

``import dataclasses`` pulls in ``inspect`` and costs more than the rest of a run.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, dataclass_transform

    @dataclass_transform(frozen_default=True)
    class _Base:
        pass

else:
    _Base = object


class Frozen(_Base):
    """Base of immutable records whose fields are the annotations of the class.

    Fields are taken by position or by name; a default is the class attribute.
    Two records are equal if they are of one class and all their fields are.
    """

    if TYPE_CHECKING:

        def replace(self, **changed: object) -> Self:
            """Return the same record with some fields changed."""
            return type(self)(**changed)  # for type checkers: the real one is below

    else:
        _fields: tuple[str, ...] = ()
        _needed: tuple[str, ...] = ()

        def __init_subclass__(cls) -> None:
            own = tuple(vars(cls).get("__annotations__", ()))
            if not own:  # pragma: no cover - Python >= 3.14 computes them lazily
                own = tuple(getattr(cls, "__annotations__", ()))
            inherited = cls.__mro__[1]._fields
            cls._fields = inherited + tuple(f for f in own if f not in inherited)
            cls._needed = tuple(f for f in cls._fields if not hasattr(cls, f))

        def __init__(self, *values: Any, **named: Any) -> None:
            state, fields = self.__dict__, self._fields
            if values:
                if len(values) > len(fields):
                    raise TypeError(f"{type(self).__name__} takes {len(fields)} fields")
                state.update(zip(fields, values, strict=False))
            if named:
                for field in named:
                    if field in state or field not in fields:
                        raise TypeError(f"{type(self).__name__} got {field!r}")
                state.update(named)
            if len(state) < len(fields):
                for field in self._needed:
                    if field not in state:
                        raise TypeError(f"{type(self).__name__} needs {field!r}")

        def __setattr__(self, field: str, value: object) -> None:
            raise AttributeError(f"{type(self).__name__}.{field} is read-only")

        def __delattr__(self, field: str) -> None:
            raise AttributeError(f"{type(self).__name__}.{field} is read-only")

        def __eq__(self, other: object) -> bool:
            return type(self) is type(other) and self._values() == other._values()

        def __hash__(self) -> int:
            return hash((type(self), self._values()))

        def __repr__(self) -> str:
            shown = ", ".join(f"{f}={getattr(self, f)!r}" for f in self._fields)
            return f"{type(self).__name__}({shown})"

        def _values(self) -> tuple[object, ...]:
            return tuple(getattr(self, field) for field in self._fields)

        def replace(self, **changed: Any) -> Self:  # noqa: D102  (see above)
            return type(self)(**{f: getattr(self, f) for f in self._fields} | changed)


class once:  # noqa: N801  (a decorator, in small letters as property is)
    """A property of a frozen record that is worked out when it is first asked for."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, record: Any, owner: type | None = None) -> Any:
        """Work the value out; from now on the record's own attribute is found first."""
        value = self.function(record)
        record.__dict__[self.name] = value
        return value
