"""A POSIX shell line: words quoted and read back, and its first command."""

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


_OPERATORS = frozenset(";|&()\n")


def first_command(line: str) -> tuple[list[str], str]:
    """Read the first simple command of a line: its words, and what follows it.

    Quotes are taken off; what the shell would replace stands as it is. Nothing follows
    where only blanks, a comment or one ``;`` do.
    """
    found: list[str] = []
    word: str | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if char in " \t" or (char == "\n" and not found and word is None):
            found, word = found if word is None else [*found, word], None
            at += 1
        elif char == "#" and word is None:
            end = line.find("\n", at)
            at = len(line) if end < 0 else end
        elif char in _OPERATORS and not _redirects(line, at):
            break
        else:
            read, at = _piece(line, at)
            word = (word or "") + read
    rest = line[at:].strip()
    words_found = found if word is None else [*found, word]
    return words_found, "" if rest == ";" else rest


def _redirects(line: str, at: int) -> bool:
    """Tell whether an ampersand belongs to a redirection, such as ``2>&1``."""
    return line[at] == "&" and (
        line[at - 1 : at] in (">", "<") or line[at + 1 :][:1] == ">"
    )


def _piece(line: str, at: int) -> tuple[str, int]:
    """Read a quoted part, an escaped character or a plain one; and where it ends."""
    char = line[at]
    if char == "\\":
        escaped = line[at + 1 : at + 2]
        return "" if escaped == "\n" else escaped, at + 2
    if char not in "'\"":
        return char, at + 1
    end = line.find(char, at + 1)
    if end < 0:
        return line[at + 1 :], len(line)
    return line[at + 1 : end], end + 1
