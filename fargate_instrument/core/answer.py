"""A document and a query -> the document with its layers, and what each layer did.

What ``patch``, ``diff`` and ``explain`` answer, for the commands and for a page; a plan
has no document, only text. It shows nothing.
"""

from __future__ import annotations

from fargate_instrument.core import compare, ecs, pipeline, secrecy
from fargate_instrument.core.errors import Failure
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.provenance import LABEL
from fargate_instrument.core.request import read_request, secret_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.compare import Operation
    from fargate_instrument.core.definition import Document
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.lay import Laid
    from fargate_instrument.core.pipeline import Outcome


class Answer(Frozen):
    """What became of a document: ``before``, ``after``, and what there is to say."""

    before: Document
    after: Document
    outcome: Outcome

    @property
    def layers(self) -> tuple[Laid, ...]:
        """The layers that were asked for, the last outermost."""
        return self.outcome.done.layers

    @property
    def agents(self) -> list[str]:
        """The agents of the layers."""
        return [done.layer.recipe.agent for done in self.layers]


def answer(document: Document, query: Mapping[str, str]) -> Answer:
    """Instrument a document as a query asks, which need not hold it.

    Raises Failure with every problem, the value of a secret option in none.
    """
    asked = {**query, "container_definitions": document.text}
    try:
        outcome = pipeline.outcomes(read_request(asked))[0]
    except Failure as failure:
        secrets = secret_values(asked)
        raise Failure(secrecy.problem(p, secrets) for p in failure.problems) from None
    return Answer(document, _after(document, outcome), outcome)


def _after(document: Document, outcome: Outcome) -> Document:
    """Put an outcome into its document: containers, and what was changed around.

    Facts of the task that only the query knows are no part of the document.
    """
    task = dict(document.task)
    given, made = outcome.ask.definition.task, outcome.done.task
    for member in {*given, *made} if document.form != "list" else ():
        if member not in made:
            task.pop(member, None)
        elif given.get(member) != made[member]:
            task[member] = made[member]
    return document.changed(outcome.done.containers, task)


def secrets(answer: Answer, query: Mapping[str, str]) -> list[str]:
    """Collect what nobody may see, the document's own plain secrets included."""
    names = {name for done in answer.layers for name in done.layer.recipe.secret_names}
    found = [
        value
        for container in answer.before.containers
        if isinstance(container.get("environment"), list)
        for name, value in ecs.variables(container).items()
        if name in names and isinstance(value, str) and value
    ]
    return [*secret_values(query), *found]


def bare(container: Container) -> Container:
    """Leave the record out, which is no step's doing."""
    labels = container.get("dockerLabels")
    if not isinstance(labels, dict) or LABEL not in labels:
        return container
    kept = {key: value for key, value in labels.items() if key != LABEL}
    made = {key: value for key, value in container.items() if key != "dockerLabels"}
    return {**made, "dockerLabels": kept} if kept else made


# Whose doing it is


def authors(answer: Answer, operation: Operation) -> list[str]:
    """Name the agents that did one operation of a document's difference.

    None of them is named for the record, or for what came off with an earlier layer.
    """
    path = operation["path"].split("/")[1:]
    if answer.before.key:
        path = path[1:]
    if answer.before.form != "list":
        if path[:1] != ["containerDefinitions"]:
            return around(answer, path[0])
        path = path[1:]
    name = _name(answer, operation, path)
    if len(path) == 1:
        return [done.layer.recipe.agent for done in answer.layers if name in done.own]
    before = {c["name"]: c for c in answer.before.containers}
    traced = [entry for entry in answer.outcome.done.trace if entry[1] == name]
    found = (e[0] for e in writers(traced, before.get(name, {}), path[1:], operation))
    return list(dict.fromkeys(found))


def _name(answer: Answer, operation: Operation, path: Sequence[str]) -> str:
    if len(path) == 1:
        return str((operation.get("value") or operation["before"])["name"])
    return str(answer.before.containers[int(path[0])]["name"])


def writers(
    traced: Sequence[Any],
    before: Container,
    path: Sequence[str],
    operation: Operation,
) -> list[Any]:
    """List the entries of a container's trace that did an operation on it.

    ``path``: of the operation, within the container as it was ``before``. Where it is
    about an entry of a list of objects, only those count that touch the same entry.
    """
    member, key = path[0], _entry(before, path, operation)
    return [
        entry
        for entry in traced
        if not compare.same(*(_found(side.get(member), key) for side in entry[3:5]))
    ]


def _entry(before: Container, path: Sequence[str], operation: Operation) -> str:
    """Say which entry of a list an operation is about; empty if about none."""
    there = before.get(path[0])
    if len(path) == 1 or not (isinstance(there, list) or there is None):
        return ""
    if len(path) == 2:  # noqa: PLR2004  (member and index)
        return compare.key(operation.get("value", operation.get("before")))
    return compare.key((there or [])[int(path[1])])


def _found(there: Any, key: str) -> Any:
    if not key:
        return there
    return [item for item in ecs.known_argv(there) if compare.key(item) == key]


def around(answer: Answer, member: str) -> list[str]:
    """Name the agents that need a member of the task."""
    return [
        done.layer.recipe.agent
        for done in answer.layers
        if done.targets
        and (
            (member == "pidMode" and done.layer.recipe.task.pid_mode)
            or (member == "volumes" and done.volumes)
        )
    ]


def stages(answer: Answer) -> list[tuple[str, Document]]:
    """Give the document as it was after each layer, and whose that layer is.

    The first is the input without what came off; the last, with the record, is whole.
    """
    found = [("", _without_own(answer))]
    there = {container["name"]: container for container in answer.after.containers}
    for done in answer.layers:
        agent, before = done.layer.recipe.agent, found[-1][1]
        made = {c["name"]: c for c in before.containers}
        trace = answer.outcome.done.trace
        made.update((name, last) for who, name, _, _, last in trace if who == agent)
        made.update((n, bare(there[n])) for n in done.own if n not in made)
        order = list(there)
        containers = sorted(made.values(), key=lambda c: order.index(c["name"]))
        task = dict(before.task)
        for member in ("pidMode", "volumes"):
            if member in answer.after.task and agent in around(answer, member):
                task[member] = answer.after.task[member]
        found.append((agent, before.changed(containers, task)))
    return [*found, ("", answer.after)]


def _without_own(answer: Answer) -> Document:
    """Give the document as the first layer found it, as far as the trace says."""
    first: dict[str, Any] = {}
    for _, name, _, container, _ in answer.outcome.done.trace:
        first.setdefault(name, container)
    own = {name for done in answer.layers for name in done.own}
    left = {container["name"] for container in answer.after.containers}
    containers = [
        first.get(container["name"], container)
        for container in answer.before.containers
        if container["name"] in left - own
    ]
    return answer.before.changed(containers, answer.before.task)
