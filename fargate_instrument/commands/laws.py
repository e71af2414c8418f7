"""What patch proves about the very document it has made, before it writes it.

Two laws: instrumenting it again changes nothing; taking the agent out gives back what
went in. Broken laws are bugs of the program, so this says which and nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import asking, documents
from fargate_instrument.core import forms, provenance, removal
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.jsontext import dump

if TYPE_CHECKING:
    from fargate_instrument.commands.asking import Answer, Ask
    from fargate_instrument.core.forms import Document


def broken(ask: Ask, answer: Answer) -> list[str]:
    """Name the laws that do not hold for this document."""
    found = []
    if not _idempotent(ask, answer):
        found.append("instrumenting the result again would change it")
    recorded = (
        ask.query.get("provenance") == "label" and not answer.outcome.recipe.exact
    )
    if recorded and not _invertible(ask, answer):
        found.append("removing the agent from the result would not give the input back")
    return found


def _idempotent(ask: Ask, answer: Answer) -> bool:
    second = _again(ask, answer.after)
    return second is not None and dump(second.value()) == dump(answer.after.value())


def _again(ask: Ask, document: Document) -> Document | None:
    """Instrument another document in the same way; None if that fails."""
    value = document.value()
    text = documents.pretty(value)
    query = {**ask.query, "container_definitions": text}
    other = forms.document(value, ask.document.name, text)
    try:
        return asking.answer(asking.Ask(query, other, ask.secrets)).after
    except Failure:
        return None


def _invertible(ask: Ask, answer: Answer) -> bool:
    """Compare what removal gives with the input.

    Where the input carries a record already, it is removal from the input that counts;
    or, since what was put there may have been edited, that putting the agent in once
    more gives the result.
    """
    agent = ask.query["agent"]
    out, lost = without(answer.after, agent)
    into, _ = without(answer.before, agent)
    if dump(into.value()) != dump(answer.before.value()):
        if _substance(out) == _substance(into):
            return True
        again = _again(ask, out)
        return again is not None and _substance(again) == _substance(answer.after)
    return dump(_masked(out, lost)) == dump(_masked(answer.before, lost))


def _substance(document: Document) -> str:
    """Give what is left without records, order and agents' own containers.

    Those three may have been edited; in any of them an edit stays in an upgrade.
    """
    kept = []
    for container in document.containers:
        records = provenance.read(container, forms.ADDRESS)
        if not any(record.added for record in records):
            kept.append(provenance.bare(container, records))
    ordered = sorted(kept, key=lambda container: str(container["name"]))
    return dump([ordered, document.task])


def without(
    document: Document, agent: str | None
) -> tuple[Document, tuple[tuple[str, str], ...]]:
    """Take recorded agents out of a document; also names what was not recorded."""
    removed = removal.remove(document.containers, agent)
    task = removal.task_restored(document.task, removed.task)
    return document.changed(removed.containers, task), removed.lost


def _masked(document: Document, lost: tuple[tuple[str, str], ...]) -> Any:
    """Leave out the variables whose values a record never holds."""
    containers = []
    for container in document.containers:
        names = [variable for name, variable in lost if name == container["name"]]
        if not names:
            containers.append(container)
            continue
        kept = [
            entry
            for entry in container.get("environment") or ()
            if entry.get("name") not in names
        ]
        made = {k: v for k, v in container.items() if k != "environment"}
        containers.append({**made, "environment": kept} if kept else made)
    return document.changed(containers, document.task).value()
