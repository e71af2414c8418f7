"""A report as a table for people, plain or coloured; nothing else reads it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from fargate_instrument.audit.rules import ERROR, RULES
from fargate_instrument.audit.verdict import INSTRUMENTED, SKIPPED

if TYPE_CHECKING:
    from fargate_instrument.audit.report import Report, Row

HEADER = ("TASK DEFINITION", "CONTAINER", "VERDICT", "WHY")
_FEWEST_COLUMNS = 60


def plain(report: Report) -> str:
    """Write aligned columns, one row a line, the last one as long as it is."""
    rows = [HEADER, *(_cells(row) for row in report.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]
    return "\n".join([*(line.rstrip() for line in lines), *_tail(report)]) + "\n"


def rich(report: Report, columns: int) -> str:
    """Write a table with colours, folded to the terminal's width."""
    from rich.console import Console  # noqa: PLC0415  (only a terminal needs it)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in HEADER:
        table.add_column(title.capitalize(), overflow="fold")
    for row in report.rows:
        name, container, verdict, why = _cells(row)
        style = _style(row)
        table.add_row(Text(name), Text(container), Text(verdict, style), Text(why))
    page = io.StringIO()
    console = Console(
        file=page,
        force_terminal=True,
        width=max(columns, _FEWEST_COLUMNS),
        highlight=False,
    )
    console.print(table)
    colour = "bold red" if report.failed else "bold green"
    *notes, summary = _tail(report)
    for note in notes:
        console.print(Text(note, "yellow"))
    console.print(Text(summary, colour))
    return page.getvalue()


def _style(row: Row) -> str:
    if row.fails:
        return "bold red"
    if row.exempt or row.severity:
        return "yellow"
    return {INSTRUMENTED: "green", SKIPPED: "dim"}.get(row.status, "yellow")


def _cells(row: Row) -> tuple[str, str, str, str]:
    verdict = row.status or row.severity
    why = row.message
    if row.exempt:
        verdict, why = "exempt", f"until {row.expires}: {row.exempt} ({row.message})"
    elif row.rule == "exemption-expired":
        verdict = "exemption expired"
    where = row.definition.place
    name = row.definition.name
    if where is not None:
        place = f"{where.path}:{row.line}" if row.line else where.path
        name = place if name == where.path else f"{name} ({place})"
    return _line(name), _line(row.container or "-"), verdict, _line(why)


def _line(text: str) -> str:
    """Make a text one line that no terminal acts upon."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _tail(report: Report) -> list[str]:
    broken = {row.rule for row in report.rows if row.fails}
    broken |= {note.rule for note in report.notes}
    fixes = [
        f"{rule.identity} {rule.name}: {rule.help}"
        for rule in RULES.values()
        if rule.name in broken and rule.severity in (ERROR, "warning")
    ]
    notes = [f"{note.severity}: {note.message}" for note in report.notes]
    return ["", *fixes, *notes, report.summary()]
