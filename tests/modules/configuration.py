"""A folder of Terraform files, parsed. Not an evaluator: expressions stay text."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import hcl2
from hcl2 import SerializationOptions

CHECKOUT: Final = Path(__file__).resolve().parents[2]
OPTIONS: Final = SerializationOptions(
    strip_string_quotes=True, explicit_blocks=False, preserve_heredocs=False
)

# One alternative per thing that hides text from a rule: strings, heredocs, comments.
_HIDING = re.compile(
    r'(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<heredoc><<-?(?P<mark>\w+)\n.*?\n[ \t]*(?P=mark)\b)"
    r"|(?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)",
    re.DOTALL,
)


def parse(text: str) -> dict[str, Any]:
    """Parse one file; strings come without quotes, expressions as ``${…}``."""
    parsed: dict[str, Any] = hcl2.loads(text, serialization_options=OPTIONS)
    return parsed


def bare(text: str) -> str:
    """Blank out strings, heredocs and comments; what is left is syntax."""
    return _HIDING.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def comments(text: str) -> list[str]:
    """List the comments, as they are written."""
    return [found[0] for found in _HIDING.finditer(text) if found["comment"]]


class Configuration:
    """One module or stack: its files, as text and parsed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = sorted(folder.glob("*.tf"))
        self.texts = {file.name: file.read_text(encoding="utf-8") for file in files}

    @property
    def name(self) -> str:
        """The folder's name within the project, ``modules/vpc``."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def is_module(self) -> bool:
        """Whether others call it, as against a stack that people apply."""
        return self.folder.parent.name == "modules"

    @cached_property
    def parsed(self) -> dict[str, dict[str, Any]]:
        """The parsed files, by file name."""
        return {name: parse(text) for name, text in self.texts.items()}

    @cached_property
    def text(self) -> str:
        """All files in one text."""
        return "\n".join(self.texts.values())

    def blocks(self, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
        """List the blocks of a kind: file, name (``type.name``), body."""
        found = []
        for file, document in self.parsed.items():
            for block in document.get(kind, []):
                for label, body in block.items():
                    if label.startswith("__"):
                        continue
                    if kind in {"resource", "data"}:
                        found += [
                            (file, f"{label}.{name}", inner)
                            for name, inner in body.items()
                            if not name.startswith("__")
                        ]
                    else:
                        found.append((file, label, body))
        return found

    @property
    def variables(self) -> dict[str, dict[str, Any]]:
        """The input variables, in the order of the file."""
        return {name: body for _, name, body in self.blocks("variable")}

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """The outputs, in the order of the file."""
        return {name: body for _, name, body in self.blocks("output")}

    @property
    def settings(self) -> dict[str, Any]:
        """The members of all ``terraform`` blocks."""
        merged: dict[str, Any] = {}
        for document in self.parsed.values():
            for block in document.get("terraform", []):
                merged |= block
        return merged

    @cached_property
    def tests(self) -> list[dict[str, Any]]:
        """The runs of its test files: name and body."""
        runs = []
        for file in sorted(self.folder.glob("tests/*.tftest.hcl")):
            document = parse(file.read_text(encoding="utf-8"))
            runs += [body for run in document.get("run", []) for body in run.values()]
        return runs


def modules() -> list[Configuration]:
    """List the modules of the project."""
    return _configurations(CHECKOUT / "modules")


def stacks() -> list[Configuration]:
    """List the stacks of the project."""
    return _configurations(CHECKOUT / "terraform")


def _configurations(parent: Path) -> list[Configuration]:
    folders = sorted({file.parent for file in parent.glob("*/*.tf")})
    return [Configuration(folder) for folder in folders]
