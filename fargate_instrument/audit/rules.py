"""What an audit can find wrong: the rules by name, with severity, text and help."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING, NOTE = "error", "warning", "note"
DOCS = "https://github.com/fargate-instrument/fargate-instrument/blob/main/docs/reference/audit.md"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. ``identity`` is its number in SARIF; an error makes the audit fail."""

    name: str
    identity: str
    severity: str
    summary: str
    help: str


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "not-instrumented",
            "FIA001",
            ERROR,
            "A container runs without a runtime-security agent",
            "Instrument it with the module or with fargate-instrument patch, or exempt"
            " it with a reason and a date.",
        ),
        Rule(
            "other-agent",
            "FIA002",
            ERROR,
            "A container runs under another agent than the one required",
            "Instrument it with the required agent, or widen --require.",
        ),
        Rule(
            "cannot-tell",
            "FIA003",
            ERROR,
            "It cannot be told whether a container is instrumented",
            "Audit the plan (terraform show -json) or the account, where the values are"
            " known, or give the values with --var; --cannot-tell=warn lets it pass.",
        ),
        Rule(
            "sidecar-missing",
            "FIA004",
            ERROR,
            "A container starts a launcher that no container brings",
            "Put the agent's own container back, or instrument the definition again.",
        ),
        Rule(
            "sidecar-idle",
            "FIA005",
            WARNING,
            "An agent's container stands beside containers that do not use it",
            "Instrument the containers, or take the agent's container out.",
        ),
        Rule(
            "pid-mode-missing",
            "FIA006",
            WARNING,
            "The task lacks the pidMode that its agent needs",
            'Set pid_mode = "task" on the task definition.',
        ),
        Rule(
            "provenance-damaged",
            "FIA007",
            WARNING,
            "The record of an instrumentation does not fit the container",
            "Instrument the definition again; do not edit the label by hand.",
        ),
        Rule(
            "not-read",
            "FIA008",
            ERROR,
            "A task definition or a region could not be read",
            "Give the audit the rights it needs: see the reference.",
        ),
        Rule(
            "exemption-expired",
            "FIA009",
            ERROR,
            "An exemption has expired",
            "Instrument the container, or renew the exemption with a new date.",
        ),
        Rule(
            "exemption-unused",
            "FIA010",
            NOTE,
            "An exemption exempts nothing",
            "Take it out of the exemptions file.",
        ),
        Rule(
            "nothing-to-audit",
            "FIA011",
            ERROR,
            "No task definition was found",
            "Name the folder, file, region or cluster that holds them; --allow-empty"
            " says that none is expected.",
        ),
        Rule(
            "not-created",
            "FIA012",
            NOTE,
            "A task definition is not created with the values that are known",
            "Give the values that it is created with by --var or --var-file.",
        ),
        Rule(
            "baseline-gone",
            "FIA013",
            NOTE,
            "What stands in the baseline is there no longer",
            "Write the baseline again with --write-baseline.",
        ),
        Rule(
            "launcher-hidden",
            "FIA014",
            ERROR,
            "A mount lies over the launcher that a container starts",
            "Mount the volume at another path: what is beneath it cannot be started.",
        ),
    )
}
