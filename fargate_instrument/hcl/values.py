"""Values of Terraform's language, and what stands where a value is not known.

| Terraform | here |
|---|---|
| null, bool, string | None, bool, str (composed, NFC) |
| number | int, Fraction (``numbers``) |
| tuple, list, set | Tuple, List, Set |
| object, map | Object, Map; Lazy for a module's outputs |
| not known | Unknown; inside a JSON text, Encoded |

Collections are never changed after they are made. Each knows its weight, how many
values stand in it at any depth, so that one made of shared parts cannot grow without
end; and whether it is whole, with nothing unknown in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HEAVIEST = 1_000_000
"""Values in one collection, at any depth."""
LONGEST = 8 << 20
"""Characters of one text."""


class WrongError(Exception):
    """Terraform would refuse this expression; the text says why."""


class BudgetError(Exception):
    """Reading would cost more than it may; what was read for is not read."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only a plan, an apply or another file would give.

    ``reason``: why, one line. ``text``: how it would look inside a template, with
    the parts that are known. ``origin``: the one thing it is, unchanged; what that is
    is the caller's affair. ``decoded``: it is what the origin's JSON text says.
    ``parts``: of a text, the known ones as they are.
    """

    reason: str
    text: str = ""
    origin: Any = None
    decoded: bool = False
    parts: tuple[Any, ...] = ()

    @property
    def is_text(self) -> bool:
        """Tell whether it is some text, and neither null nor anything else."""
        return bool(self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """The JSON text of a value that holds unknown parts."""

    value: Any


class _Sequence(list[Any]):
    __slots__ = ("weight", "whole")

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.weight, self.whole = _weighed(self)

    def __hash__(self) -> int:  # type: ignore[override]  # identity is enough
        return id(self)


class Tuple(_Sequence):
    """Values in an order, each of its own type."""

    __slots__ = ()


class List(_Sequence):
    """Values in an order, all of one type."""

    __slots__ = ()


class Set(_Sequence):
    """Different values of one type, in the order in which Terraform goes through."""

    __slots__ = ()


class _Members(dict[str, Any]):
    __slots__ = ("loose", "weight", "whole")

    def __init__(self, members: Any = (), *, loose: bool = False) -> None:
        super().__init__(members)
        self.loose = loose
        self.weight, self.whole = _weighed(self.values())
        self.whole = self.whole and not loose

    def __hash__(self) -> int:  # type: ignore[override]  # identity is enough
        return id(self)


class Object(_Members):
    """Members with types of their own; ``loose``: an Unknown one may be missing."""

    __slots__ = ()


class Map(_Members):
    """Members all of one type."""

    __slots__ = ()


class Lazy(dict[str, Any]):
    """An object whose members are computed when they are asked for."""

    weight, whole, loose = 1, False, False

    def __init__(self, makers: dict[str, Callable[[], Any]]) -> None:
        super().__init__(dict.fromkeys(makers))
        self._makers = makers

    def __getitem__(self, key: str) -> Any:
        return self._makers[key]()

    def __iter__(self) -> Iterator[str]:
        # Its own, or Python copies what stands for the members without asking.
        return iter(self._makers)

    def get(self, key: str, default: Any = None) -> Any:
        """Compute a member if there is one."""
        return self[key] if key in self else default  # noqa: SIM401  (that is this)

    def items(self) -> Any:
        """Compute every member."""
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        """Compute every member."""
        return [self[key] for key in self]

    def forced(self) -> Object:
        """Compute every member."""
        return Object({key: self[key] for key in self})

    def __hash__(self) -> int:  # type: ignore[override]  # identity is enough
        return id(self)


def _weighed(items: Iterable[Any]) -> tuple[int, bool]:
    weight, whole = 1, True
    for item in items:
        if isinstance(item, (_Sequence, _Members)):
            weight += item.weight
            whole = whole and item.whole
        else:
            weight += 1 + len(item) // 64 if isinstance(item, str) else 1
            whole = whole and not isinstance(item, (Unknown, Encoded, Lazy))
    if weight > HEAVIEST:
        raise BudgetError(f"a value would have more than {HEAVIEST} parts")
    return weight, whole


def limited(text: str) -> str:
    """Give a text back if it is not too long. Raises BudgetError."""
    if len(text) > LONGEST:
        raise BudgetError(f"a text would have more than {LONGEST} characters")
    return text


def made(value: Any) -> Any:
    """Bring lists and objects of Python's, such as JSON's, to tuples and objects."""
    if isinstance(value, (_Sequence, _Members, Lazy)):
        return value
    if isinstance(value, dict):
        return Object({key: made(item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return Tuple(made(item) for item in value)
    return value


def is_whole(value: object) -> bool:
    """Tell whether nothing in a value is unknown."""
    if isinstance(value, (_Sequence, _Members, Lazy)):
        return value.whole
    return not isinstance(value, (Unknown, Encoded))


def first_unknown(value: object) -> Unknown | None:
    """Find the first unknown value, depth first."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Encoded):
        return first_unknown(value.value)
    if isinstance(value, Lazy):
        value = value.forced()
    if isinstance(value, dict):
        if getattr(value, "whole", False):
            return None
        items: Any = (*value.keys(), *value.values())
    elif isinstance(value, (list, tuple)):
        if getattr(value, "whole", False):
            return None
        items = value
    else:
        return None
    for item in items:
        found = first_unknown(item)
        if found is not None:
            return found
    return None


def origins(value: object) -> set[Any]:
    """Collect everything that unknown parts of a value come from."""
    if isinstance(value, Unknown):
        found = {value.origin} if value.origin is not None else set()
        return found.union(*map(origins, value.parts))
    if isinstance(value, Encoded):
        return origins(value.value)
    if isinstance(value, Lazy):
        value = value.forced()
    if is_whole(value):
        return set()
    if isinstance(value, dict):
        return set().union(*map(origins, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(origins, value))
    return set()
