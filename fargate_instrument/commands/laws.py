"""What patch proves about the very document it has made, before it writes it.

Two laws: instrumenting it again changes nothing; taking the agents out gives back what
went in. Broken laws are bugs of the program, so this says which and nothing is written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fargate_instrument.commands import documents
from fargate_instrument.core import provenance
from fargate_instrument.core.definition import ADDRESS
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.peel import peel

if TYPE_CHECKING:
    from fargate_instrument.commands.asking import Ask
    from fargate_instrument.core.answer import Answer
    from fargate_instrument.core.definition import Document

    Lost = tuple[tuple[str, str], ...]


def broken(ask: Ask, answer: Answer) -> list[str]:
    """Name the laws that do not hold for this document."""
    found = []
    if not _idempotent(ask, answer):
        found.append("instrumenting the result again would change it")
    recorded = ask.query.get("provenance") == "label" and all(
        done.layer.recipe.recorded for done in answer.layers
    )
    if recorded and not _invertible(ask, answer):
        found.append("removing the agent from the result would not give the input back")
    return found


def _idempotent(ask: Ask, answer: Answer) -> bool:
    second = _again(ask, answer.after)
    return second is not None and dump(second.value()) == dump(answer.after.value())


def _again(ask: Ask, document: Document) -> Document | None:
    """Instrument another document in the same way; None if that fails."""
    text = documents.pretty(document.value())
    try:
        return replace(ask, document=document.replace(text=text)).answer().after
    except Failure:
        return None


def _invertible(ask: Ask, answer: Answer) -> bool:
    """Compare what taking the agents out gives with the input.

    Where the input carries a record already, it is taking out from the input that
    counts; or, since what was put there may have been edited, that putting the agents
    in once more gives the result.
    """
    try:
        out, lost = without(answer, answer.after)
        into, _ = without(answer, answer.before)
    except Failure:
        return False
    if dump(into.value()) == dump(answer.before.value()):
        return dump(_masked(out, lost)) == dump(_masked(answer.before, lost))
    if _substance(out) == _substance(into):
        return True
    again = _again(ask, out)
    return again is not None and _substance(again) == _substance(answer.after)


def _substance(document: Document) -> str:
    """Give what is left without records, order and agents' own containers.

    Those three may have been edited; in any of them an edit stays in an upgrade.
    """
    kept = []
    for container in document.containers:
        records = provenance.read(container, ADDRESS)
        if not any(record.added for record in records):
            kept.append(provenance.bare(container, records))
    ordered = sorted(kept, key=lambda container: str(container["name"]))
    return dump([ordered, document.task])


def without(answer: Answer, document: Document) -> tuple[Document, Lost]:
    """Take an answer's layers out of a document by their records, where they work.

    Also names the variables whose values were not recorded. Raises Failure.
    """
    reach = {
        done.layer.recipe.agent: {*done.targets, *done.own} for done in answer.layers
    }
    peeled = peel(
        document.containers,
        dict.fromkeys(reach, ()),
        lambda agent, name: name in reach[agent],
        ADDRESS,
    )
    if peeled.problems:
        raise Failure(peeled.problems)
    task = provenance.task_restored(document.task, dict(peeled.task))
    return document.changed(peeled.containers, task), peeled.lost


def _masked(document: Document, lost: Lost) -> Any:
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
