"""Go's regular expressions (RE2) by Python's, where both mean the same; or not at all.

Python's engine goes back: a pattern can take time that grows with a power of the text.
So only patterns of plain pieces are taken, and only so much text for each.
"""

from __future__ import annotations

import re

from fargate_instrument.hcl.values import WrongError

_PIECE = re.compile(
    r"""\\[dDwWnrt.^$*+?(){}\[\]|/"'\\-]|\\b
    |\[\^?(?:\\[dwnrt.^$*+?(){}\[\]|/"\\-]|[^\\\[\]])+\]
    |[*+?]\??|\{[0-9]{1,3}(?:,[0-9]{0,3})?\}\??
    |\(\?:|\(|\)|\||\.|\^|\$
    |[^\\\[\](){}*+?|.^$]""",
    re.VERBOSE,
)
_MOST_WORK = 20_000_000


class NotComputedError(Exception):
    """A pattern that is not computed here, though Terraform would."""


def compiled(pattern: str, text: str) -> re.Pattern[str]:
    """Compile a pattern for use on a text. Raises NotComputedError, WrongError."""
    pieces, at = [], 0
    while at < len(pattern):
        found = _PIECE.match(pattern, at)
        if found is None:
            raise NotComputedError
        pieces.append(r"\Z" if found[0] == "$" else found[0])
        at = found.end()
    _check_cost(pieces, len(text))
    try:
        return re.compile("".join(pieces), re.ASCII)
    except (re.error, OverflowError, RecursionError):
        raise WrongError("its regular expression is wrong") from None


def _check_cost(pieces: list[str], length: int) -> None:
    """Refuse repeated groups, and more open repeats than the text's length allows."""
    repeats = 1
    for index, piece in enumerate(pieces):
        if piece[0] in "*+?{" and len(piece) >= 1:
            if index and pieces[index - 1] == ")":
                if piece.rstrip("?"):
                    raise NotComputedError
            elif piece[0] != "?":
                repeats += 1
    if (length + 1) ** repeats > _MOST_WORK:
        raise NotComputedError


def replacement(text: str) -> str:
    """Write Go's ``$1`` and ``${1}`` as Python's. Raises NotComputedError."""
    made, at = [], 0
    for found in re.finditer(r"\$(?:\$|\{([0-9]+)\}|([0-9]+)(?![A-Za-z_])|)", text):
        made.append(text[at : found.start()].replace("\\", r"\\"))
        number = found[1] or found[2]
        if found[0] == "$":
            raise NotComputedError
        made.append(rf"\g<{number}>" if number else "$")
        at = found.end()
    made.append(text[at:].replace("\\", r"\\"))
    return "".join(made)
