"""What patch proves about the very document it has made, before it writes it.

Two laws: instrumenting it again changes nothing; taking the agent out gives back what
went in. Broken laws are bugs of the program, so this says which and nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fargate_instrument import removal
from fargate_instrument.commands import asking, documents
from fargate_instrument.errors import Failure
from fargate_instrument.jsontext import dump

if TYPE_CHECKING:
    from fargate_instrument.commands.asking import Answer, Ask
    from fargate_instrument.commands.documents import Document


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
    value = answer.after.value()
    text = documents.pretty(value)
    query = {**ask.query, "container_definitions": text}
    document = documents.document(value, ask.document.name, text)
    try:
        second = asking.answer(asking.Ask(query, document, ask.secrets))
    except Failure:
        return False
    return dump(second.after.value()) == dump(value)


def _invertible(ask: Ask, answer: Answer) -> bool:
    """Compare with the input, itself without what an earlier run has recorded there."""
    agent = ask.query["agent"]
    out, lost = without(answer.after, agent)
    into, lost_before = without(answer.before, agent)
    if lost == lost_before:
        return dump(out.value()) == dump(into.value())
    return dump(_masked(out, lost)) == dump(_masked(into, lost))


def without(
    document: Document, agent: str | None
) -> tuple[Document, tuple[tuple[str, str], ...]]:
    """Take recorded agents out of a document; also names what was not recorded."""
    removed = removal.remove(document.containers, agent)
    task = removal.task_restored(document.task, removed.task)
    return document.changed(removed.containers, task), removed.lost


def _masked(document: Document, lost: tuple[tuple[str, str], ...]) -> Any:
    """Leave out the variables whose values a record never holds."""
    names = {*lost}
    containers = []
    for container in document.containers:
        kept = [
            entry
            for entry in container.get("environment") or ()
            if (container["name"], entry.get("name")) not in names
        ]
        made = {k: v for k, v in container.items() if k != "environment"}
        containers.append({**made, "environment": kept} if kept else made)
    return document.changed(containers, document.task).value()
