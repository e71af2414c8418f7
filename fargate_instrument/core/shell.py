"""Words of a POSIX shell line: quoted, and read back where they are words alone."""

from __future__ import annotations

_BARE = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"
)
_QUOTE = "'\"'\"'"
"""How a single quote stands inside single quotes."""


def quoted(item: str) -> str:
    """Quote one argv item for a POSIX shell."""
    if item and _BARE.issuperset(item):
        return item
    return "'" + item.replace("'", _QUOTE) + "'"


def words(line: str) -> list[str] | None:
    """Read a line that ``quoted`` would have written; any other line is None."""
    found: list[str] = []
    rest = line
    while rest:
        if rest[0] == "'":
            word, rest = _quoted_word(rest)
        else:
            word, _, rest = rest.partition(" ")
        if word is None:
            return None
        found.append(word)
    return found if found and " ".join(map(quoted, found)) == line else None


def _quoted_word(text: str) -> tuple[str | None, str]:
    """Read one word in single quotes; give it and what follows the space behind it."""
    made, at = "", 1
    while True:
        end = text.find("'", at)
        if end < 0:
            return None, ""
        made += text[at:end]
        if text.startswith(_QUOTE, end):
            made, at = made + "'", end + len(_QUOTE)
            continue
        if end + 1 == len(text):
            return made, ""
        return (made, text[end + 2 :]) if text[end + 1] == " " else (None, "")
