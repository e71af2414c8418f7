"""Inputs and outputs in the READMEs, and the list of skipped checks. Not prose.

``python tests/modules/readme_tables.py --write`` writes what stands between the marks,
``--check`` says which page is stale and exits 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.modules.configuration import (
    CHECKOUT,
    Configuration,
    modules,
    stacks,
)

BEGIN: Final = "<!-- BEGIN_TF_DOCS -->"
END: Final = "<!-- END_TF_DOCS -->"
SKIPS_PAGE: Final = CHECKOUT / "docs/explanation/checkov.md"
MODULES_PAGE: Final = CHECKOUT / "docs/reference/modules.md"
_SKIP = re.compile(r"#\s*checkov:skip=(?P<check>\w+)\s*:\s*(?P<reason>.+)")
_RESOURCE = re.compile(r'^(?:resource|data) "(?P<type>\w+)" "(?P<name>\w+)"')


def main() -> int:
    """Write or check every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="write the tables")
    mode.add_argument("--check", action="store_true", help="name the stale pages")
    arguments = parser.parse_args()
    stale = [
        page for page in pages() if page.read_text(encoding="utf-8") != fresh(page)
    ]
    for page in stale:
        if arguments.write:
            page.write_text(fresh(page), encoding="utf-8")
        print(page.relative_to(CHECKOUT))
    return 1 if stale and arguments.check else 0


def pages() -> list[Path]:
    """List the pages that have the marks."""
    wanted = [c.folder / "README.md" for c in (*modules(), *stacks())]
    wanted += [SKIPS_PAGE, MODULES_PAGE]
    return [page for page in wanted if page.exists() and BEGIN in page.read_text()]


def fresh(page: Path) -> str:
    """Give the page's text with what belongs between its marks."""
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{BEGIN}\n{_content(page)}{END}{tail}"


def _content(page: Path) -> str:
    if page == SKIPS_PAGE:
        return skip_table([*modules(), *stacks()])
    if page == MODULES_PAGE:
        return module_table(modules())
    return tables(Configuration(page.parent))


def tables(configuration: Configuration) -> str:
    """Give the requirements, inputs and outputs of one module or stack."""
    return "\n".join(
        [
            "### Requirements\n",
            _requirements(configuration),
            "### Inputs\n",
            _inputs(configuration),
            "### Outputs\n",
            _outputs(configuration),
        ]
    )


def skip_table(configurations: list[Configuration]) -> str:
    """Give every skipped check with its place and the reason in the code."""
    rows = [["Check", "Where", "Reason"]]
    for configuration in configurations:
        for text in configuration.texts.values():
            place = ""
            for line in text.splitlines():
                if found := _RESOURCE.match(line):
                    place = f"{configuration.name} `{found['type']}.{found['name']}`"
                if found := _SKIP.search(line):
                    rows.append([found["check"], place, found["reason"]])
    return _table([rows[0], *sorted(rows[1:])])


def module_table(configurations: list[Configuration]) -> str:
    """Give one line per module: its first comment, its number of inputs and outputs."""
    rows = [["Module", "Inputs", "Outputs", "Validations", "Test runs"]]
    rows += [
        [
            f"[`{c.folder.name}`](../../modules/{c.folder.name}/README.md)",
            str(len(c.variables)),
            str(len(c.outputs)),
            str(sum(len(v.get("validation", [])) for v in c.variables.values())),
            str(len(c.tests)),
        ]
        for c in configurations
    ]
    return _table(rows)


def _requirements(configuration: Configuration) -> str:
    settings = configuration.settings
    rows = [["Name", "Version"], ["terraform", f"`{settings['required_version']}`"]]
    for providers in settings.get("required_providers", []):
        rows += [
            [f"{body['source']}", f"`{body.get('version', 'any')}`"]
            for name, body in sorted(providers.items())
            if not name.startswith("__")
        ]
    return _table(rows)


def _inputs(configuration: Configuration) -> str:
    if not configuration.variables:
        return "None.\n"
    rows = [["Name", "Description", "Type", "Default"]]
    for name, body in configuration.variables.items():
        default = (
            "required" if "default" not in body else _code(_value(body["default"]))
        )
        rows.append(
            [
                f"`{name}`",
                _line(body["description"]),
                _type(configuration, name),
                default,
            ]
        )
    return _table(rows)


def _outputs(configuration: Configuration) -> str:
    rows = [["Name", "Description"]]
    rows += [
        [f"`{name}`", _line(body["description"])]
        for name, body in configuration.outputs.items()
    ]
    return _table(rows) if len(rows) > 1 else "None.\n"


def _type(configuration: Configuration, variable: str) -> str:
    """Give the type as it is written, a line per attribute."""
    written = re.search(
        rf'^variable "{variable}" {{\n.*?^  type\s*= (?P<type>.*?)\n(?=  \w|\n|}})',
        configuration.text,
        re.DOTALL | re.MULTILINE,
    )
    if written is None:
        raise ValueError(f"{configuration.name}: the variable {variable} has no type")
    lines = [re.sub(r"\s*(=|#.*$)\s*", r" \1 ", x[2:]) for x in _lines(written["type"])]
    return _code("<br>".join(_indented(line.rstrip(" ")) for line in lines))


def _lines(text: str) -> list[str]:
    first, *rest = text.splitlines()
    return [f"  {first}", *rest]


def _indented(line: str) -> str:
    bare_line = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(bare_line)) + bare_line


def _value(value: object) -> str:
    if isinstance(value, str):
        whole = re.fullmatch(r"\$\{(.*)\}", value, re.DOTALL)
        return whole[1] if whole else json.dumps(value)
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if not k.startswith("__")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _code(text: str) -> str:
    if "<br>" in text:
        return f"<pre>{text}</pre>".replace("|", "\\|")
    return f"`{text}`".replace("|", "\\|")


def _line(text: str) -> str:
    """Give a description on one line, as a table cell takes it."""
    return " ".join(text.replace("\\n", " ").split()).replace("|", "\\|").strip('"')


def _table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "|".join(" --- " for _ in rows[0]) + "|")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
