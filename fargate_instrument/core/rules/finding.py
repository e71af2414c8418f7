"""One breach of a rule, and the report that collects them; not the rules."""

from __future__ import annotations

from fargate_instrument.core.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    Path = tuple[str | int, ...]

SEVERITIES = ("error", "warning", "note")


class Finding(Frozen):
    """What is wrong at one place of a task definition.

    ``rule``: the rule's id, such as ``R8``.
    ``severity``: ``error`` (ECS refuses it), ``warning`` (accepted, and wrong at
    run time) or ``note``.
    ``address``: path parts from the task definition down, such as
    ``("containerDefinitions", 1, "dependsOn", 0, "containerName")``.
    ``container``: the container's name, or ``""``.
    ``message``: one line, with AWS's own words where they are known.
    ``fix``: one line, what to do about it.
    """

    rule: str
    severity: str
    address: Path
    container: str
    message: str
    fix: str


class Report:
    """The findings so far, in the order in which the rules were asked.

    ``unsaid``: rules that are not reported.
    """

    __slots__ = ("damaged", "findings", "unsaid")

    def __init__(self, unsaid: Collection[str] = ()) -> None:
        self.unsaid = unsaid
        self.findings: list[Finding] = []
        self.damaged = False

    def add(
        self,
        rule: str,
        address: Path,
        message: str,
        container: Mapping[str, object] | None = None,
        *,
        seen: bool = True,
        **words: object,
    ) -> None:
        """Report a breach; ``words`` fill the blanks of AWS's text and the fix.

        ``seen``: AWS's text was seen for this very case, so it may be quoted.
        """
        if rule in self.unsaid:
            return
        from fargate_instrument.core.rules.table import RULES  # noqa: PLC0415  (words are for findings alone)

        severity, _, _, aws, fix = RULES[rule]
        name = (container or {}).get("name")
        label = name if isinstance(name, str) else ""
        said = f'container "{label}" {message}' if label else message
        if aws and seen:
            said += f" (ECS: {aws.format(container=label, **words)})"
        fix = fix.format(**words)
        self.findings.append(
            Finding(rule, severity, address, label, _one_line(said), _one_line(fix))
        )


def _one_line(text: str) -> str:
    """Write what a terminal would obey, such as a line feed, as an escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )
