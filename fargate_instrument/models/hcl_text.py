"""Terraform text, laid out as ``terraform fmt`` has it; knows no agent and no module."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH = 120
_BLOCK = re.compile(
    r'^(?P<kind>variable|output|run) "(?P<name>\w+)" \{\n.*?^\}\n',
    re.DOTALL | re.MULTILINE,
)


class Validation(NamedTuple):
    """One rule of a variable.

    ``condition``: on one line, or several where the first holds what opens the rest.
    ``refused``: values that break it, as expressions.
    """

    condition: str
    message: str
    refused: tuple[str, ...]


def text(value: str) -> str:
    """Quote a text."""
    return '"' + _escaped(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(value: str) -> str:
    return value.replace("${", "$${").replace("%{", "%%{")


def texts(values: Iterable[str]) -> str:
    """Write a list of texts."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def attributes(rows: Sequence[tuple[str, str]], depth: int = 1) -> list[str]:
    """Write attributes, the equals signs of neighbours beneath each other.

    A value of several lines stands for itself, but for a heredoc.
    """
    made: list[str] = []
    for group in _groups(rows):
        wide = max(len(name) for name, _ in group)
        for name, value in group:
            made += _indented(f"{name.ljust(wide)} = {value}", depth)
    return made


def _groups(rows: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    group: list[tuple[str, str]] = []
    for name, value in rows:
        if "\n" in value and not value.startswith("<<"):
            if group:
                yield group
            yield [(name, value)]
            group = []
        else:
            group.append((name, value))
    if group:
        yield group


def _indented(lines: str, depth: int) -> list[str]:
    return [("  " * depth + line).rstrip() for line in lines.split("\n")]


def prose(value: str, depth: int = 1) -> str:
    """Write a description: quoted, or a heredoc where one line is too short for it."""
    quoted = text(value)
    if len(quoted) + 2 * depth + len("description = ") <= WIDTH:
        return quoted
    whole = re.sub(r"`[^`]*`", lambda code: code[0].replace(" ", "\0"), _escaped(value))
    lines = textwrap.wrap(
        whole, WIDTH - 6, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(["<<-EOT", *(f"  {line}" for line in lines), "EOT"]).replace(
        "\0", " "
    )


def block(head: str, *parts: Sequence[str]) -> str:
    """Write a block of parts that an empty line keeps apart."""
    body = "\n\n".join("\n".join(part) for part in parts if part)
    return f"{head} {{\n{body}\n}}\n"


def validation(rule: Validation) -> list[str]:
    """Write a validation block inside a variable."""
    rows = [("condition", rule.condition), ("error_message", text(rule.message))]
    return ["  validation {", *attributes(rows, depth=2), "  }"]


def blocks(source: str, kind: str) -> dict[str, str]:
    """Cut a file into its blocks of a kind: name -> text."""
    found = _BLOCK.finditer(source)
    return {block["name"]: block[0] for block in found if block["kind"] == kind}


def described(source: str) -> str:
    """Give the description of a variable or output, as prose."""
    heredoc = re.search(r"description = <<-EOT\n(.*?)\n\s*EOT\n", source, re.DOTALL)
    if heredoc:
        return " ".join(heredoc[1].split())
    found = re.search(r'description = "(.*)"\n', source)
    return found[1].replace('\\"', '"') if found else ""
