"""The ``WWW-Authenticate`` header, read as RFC 9110 section 11.6.1 writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SPACE = re.compile(r"[\s,]*")
_SCHEME = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?=[ \t,]|$)(?!\s*=)")
_PARAMETER = re.compile(
    r"([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*"
    r'(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9!#$%&\'*+.^_`|~/:?-]+))'
)
_TOKEN68 = re.compile(r"[ \t]+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that a server offers: its scheme and parameters, both lower case."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)


def parse(header: str) -> list[Challenge]:
    """Read every challenge of the header's values; what cannot be read ends it."""
    challenges: list[Challenge] = []
    at = _skip(header, 0)
    while at < len(header):
        if challenges and (parameter := _PARAMETER.match(header, at)):
            name, quoted, plain = parameter.groups()
            value = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
            challenges[-1].parameters.setdefault(name.lower(), value)
            at = parameter.end()
        elif scheme := _SCHEME.match(header, at):
            challenges.append(Challenge(scheme[1].lower()))
            token = _TOKEN68.match(header, scheme.end())
            at = token.end() if token else scheme.end()
        else:
            break
        at = _skip(header, at)
    return challenges


def preferred(header: str) -> Challenge | None:
    """Pick the challenge to answer: Bearer, or else Basic, or else none."""
    offered = {one.scheme: one for one in reversed(parse(header))}
    return offered.get("bearer") or offered.get("basic")


def _skip(header: str, at: int) -> int:
    space = _SPACE.match(header, at)
    return space.end() if space else at
