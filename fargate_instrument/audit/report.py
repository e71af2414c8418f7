"""Verdicts, exemptions and demands to one report; not how it is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fargate_instrument.audit import defaults, foretelling
from fargate_instrument.audit import verdict as judge
from fargate_instrument.audit.rules import ERROR, RULES, WARNING
from fargate_instrument.audit.unknown import Instrumented

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from fargate_instrument.audit.baseline import Baseline
    from fargate_instrument.audit.definition import Definition
    from fargate_instrument.audit.exemptions import Exemption
    from fargate_instrument.audit.verdict import Judged

EXEMPTIBLE = frozenset({"not-instrumented", "other-agent", "cannot-tell"})


@dataclass(frozen=True, slots=True)
class Demand:
    """What the audit asks for.

    ``accepted``: names of agents that count, none for any. ``sure``: what cannot be
    told fails too. ``today``: the day against which exemptions are held. ``baseline``:
    what was wrong before, None without one. ``looked_at``: where something must be;
    None if nothing need be.
    """

    today: dt.date
    accepted: tuple[str, ...] = ()
    sure: bool = True
    exemptions: tuple[Exemption, ...] = ()
    exemptions_path: str = ""
    baseline: Baseline | None = None
    looked_at: tuple[str, ...] | None = None
    image_configs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One container, or a whole definition where ``container`` is ``""``.

    ``severity``: of the rule, ``""`` where none is broken. ``exempt``: the reason.
    ``known``: it stands in the baseline.
    """

    definition: Definition
    container: str
    index: int | None
    status: str
    rule: str
    severity: str
    message: str
    agents: tuple[str, ...] = ()
    exempt: str = ""
    expires: str = ""
    known: bool = False

    @property
    def fails(self) -> bool:
        """Tell whether this makes the audit fail."""
        return self.severity == ERROR and not self.exempt and not self.known

    @property
    def line(self) -> int:
        """Give the line in the definition's file, or 0."""
        return self.definition.line(self.index)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say of the audit itself, such as an exemption nobody needs."""

    rule: str
    severity: str
    message: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an audit has to say, in a stable order."""

    definitions: int
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    demand: Demand | None = None

    @property
    def failed(self) -> bool:
        """Tell whether a gate says no."""
        notes = any(note.severity == ERROR for note in self.notes)
        return notes or any(row.fails for row in self.rows)

    def counts(self) -> dict[str, int]:
        """Count containers by status, exempt ones apart."""
        containers = [row for row in self.rows if row.status]
        found = Counter("exempt" if row.exempt else row.status for row in containers)
        return {name: found[name] for name in (*judge.STATUSES, "exempt")}

    def summary(self) -> str:
        """Say the outcome in one line."""
        counts = [
            f"{number} {name}" for name, number in self.counts().items() if number
        ]
        number = self.definitions
        noun = "task definition" if number == 1 else "task definitions"
        result = "failed" if self.failed else "passed"
        return f"{result}: {number} {noun}; containers: {', '.join(counts) or 'none'}"


def report(definitions: Sequence[Definition], demand: Demand) -> Report:
    """Judge definitions and hold the verdicts against what is demanded."""
    used: set[int] = set()
    rows = [
        row
        for one in sorted(definitions, key=lambda d: (d.address, d.name))
        for row in _rows(one, demand, used)
    ]
    notes = [
        Note(
            "exemption-unused",
            RULES["exemption-unused"].severity,
            f'{one} ("{one.task_definition}", "{one.container}") exempts nothing',
            demand.exemptions_path,
        )
        for one in demand.exemptions
        if one.index not in used
    ]
    if demand.looked_at is not None and all(one.absent for one in definitions):
        notes.append(_nothing(demand.looked_at))
    if demand.baseline is not None:
        rows, gone = demand.baseline.held_against(rows)
        severity = RULES["baseline-gone"].severity
        notes += [
            Note("baseline-gone", severity, text, demand.baseline.path) for text in gone
        ]
    number = sum(not one.secondary for one in definitions)
    return Report(number, tuple(rows), tuple(notes), demand)


def _nothing(looked_at: tuple[str, ...]) -> Note:
    rule = RULES["nothing-to-audit"]
    where = ", ".join(looked_at)
    return Note(rule.name, rule.severity, f"nothing to audit: looked at {where}")


def _rows(definition: Definition, demand: Demand, used: set[int]) -> list[Row]:
    if definition.absent:
        rule = RULES["not-created"]
        return [
            Row(definition, "", None, "", rule.name, rule.severity, definition.absent)
        ]
    judged = _verdict(definition, demand)
    if definition.otherwise is not None and judged is not None:
        other = _verdict(definition.otherwise, demand)
        judged = defaults.judged(judged, other, definition.otherwise.reason)
    if judged is None:
        if definition.secondary and not definition.unread:
            return []
        rule_name = "not-read" if definition.unread else "cannot-tell"
        one = judge.Judged(0, "", judge.UNSURE, definition.reason, rule_name)
        return [_row(definition, one, None, demand, used)]
    rows = [
        _row(definition, one, one.index, demand, used)
        for one in judged.containers
        if not definition.secondary or one.status == judge.BARE
    ]
    if definition.secondary:
        return rows
    rows += [
        Row(
            definition,
            found.container,
            found.index,
            "",
            found.rule,
            RULES[found.rule].severity,
            found.message,
        )
        for found in judged.findings
    ]
    return rows


def _verdict(definition: Definition, demand: Demand) -> judge.Verdict | None:
    containers = definition.containers
    if containers is None:
        return None
    if isinstance(containers, Instrumented):
        return foretelling.foretold(containers, demand.accepted)
    task = {"imageConfigs": demand.image_configs, **definition.task}
    return judge.verdict(containers, task, demand.accepted)


def _row(
    definition: Definition,
    one: Judged,
    index: int | None,
    demand: Demand,
    used: set[int],
) -> Row:
    severity = RULES[one.rule].severity if one.rule else ""
    if one.rule == "cannot-tell" and not demand.sure:
        severity = WARNING
    row: dict[str, Any] = {
        "definition": definition,
        "container": one.name,
        "index": index,
        "status": one.status,
        "rule": one.rule,
        "severity": severity,
        "message": one.reason,
        "agents": one.agents,
    }
    if one.rule in EXEMPTIBLE:
        row.update(_exempted(definition, one, demand, used))
    return Row(**row)


def _exempted(
    definition: Definition, one: Judged, demand: Demand, used: set[int]
) -> dict[str, Any]:
    matching = [e for e in demand.exemptions if e.matches(definition, one.name)]
    used.update(exemption.index for exemption in matching)
    for exemption in matching:
        if not exemption.has_expired(demand.today):
            day = exemption.expires.isoformat()
            return {"exempt": exemption.reason, "expires": day}
    if not matching:
        return {}
    last = max(matching, key=lambda exemption: exemption.expires)
    return {
        "rule": "exemption-expired",
        "severity": ERROR,
        "message": f"{one.reason}; {last} expired on {last.expires.isoformat()}"
        f" ({last.reason})",
        "expires": last.expires.isoformat(),
    }
