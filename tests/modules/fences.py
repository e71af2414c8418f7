"""Module calls out of the pages' examples, made to stand alone. Not run: validated.

An example refers to what its reader has: other modules, variables, resources. Each such
reference becomes a value that is unknown until apply, so that Terraform checks the
call itself, its types and its names, against the real module.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.modules.configuration import bare

if TYPE_CHECKING:
    from pathlib import Path

FENCE: Final = re.compile(r"^```hcl\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_CALL: Final = re.compile(
    r'^module "(?P<name>\w+)" \{\n.*?^\}$', re.DOTALL | re.MULTILINE
)
_SOURCE: Final = re.compile(
    r'^\s*source\s*=\s*"[^"]*?(?:/modules/|\.\./)(?P<module>[a-z-]+)(?:\?ref=[^"]*)?"',
    re.MULTILINE,
)
_REFERENCE: Final = re.compile(
    r"\b(?:template)?file\((?:[^()]|\([^()]*\))*\)"
    r"|\b(?:module|var|local|data|aws_\w+|terraform_data)(?:\.\w+|\[[^\]\n]*\])+"
)
STUB: Final = 'resource "terraform_data" "elsewhere" {\n}\n'


def calls(page: Path, known: set[str]) -> list[str]:
    """List the page's calls of our modules, each valid beside the others."""
    found = []
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        for call in _CALL.finditer(fence["text"]):
            source = _SOURCE.search(call[0])
            if source and source["module"] in known:
                found.append(_standalone(call[0], source["module"]))
    return found


def _standalone(call: str, module: str) -> str:
    """Point the call at the module beside it, and its references at a stub."""
    pieces, end = [], 0
    for reference in _REFERENCE.finditer(bare(call)):
        pieces += [call[end : reference.start()], "terraform_data.elsewhere.output"]
        end = reference.end()
    alone = "".join([*pieces, call[end:]])
    return _SOURCE.sub(f'  source = "../modules/{module}"', alone)


def numbered(found: list[str]) -> str:
    """Give all calls in one text, under names of their own."""
    named = [
        re.sub(r'^module "\w+"', f'module "call_{number}"', call)
        for number, call in enumerate(found)
    ]
    return "\n\n".join([STUB, *named]) + "\n"
