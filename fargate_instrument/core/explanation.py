"""An answer -> what is added where, which step of whose recipe says so, and why not."""

from __future__ import annotations

from fargate_instrument.core import compare, render
from fargate_instrument.core.answer import around, bare, writers
from fargate_instrument.core.notation import template
from fargate_instrument.core.recipe import SIDECAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.answer import Answer
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.frozen import Frozen
    from fargate_instrument.core.lay import Laid
    from fargate_instrument.core.recipe import AddContainer

_BRIEF = (
    "prefix",
    "launcher",
    "line",
    "name",
    "container",
    "source",
    "condition",
    "volume",
    "member",
)
_LISTS = ("prefix", "launcher")
TAKEN_OFF = "what an earlier run put there"


def explanation(answer: Answer) -> dict[str, Any]:
    """Say everything that there is to say, as JSON data.

    ``agents``: in order, the last outermost. ``containers``: of the input, each with
    its ``outcome``, its ``steps`` {agent, rule, changes} and, of several agents, which
    of them ``left_alone`` it. ``added``: the agents' containers that are new.
    ``task``: what the agents need around.
    """
    outcome = answer.outcome
    return {
        "agents": answer.agents,
        "containers": _containers(answer),
        "added": _added(answer),
        "task": {
            "needs": [need for done in answer.layers for need in _needs(done)],
            "changes": _around(answer),
            "secret_arns": render.secret_arns(outcome),
            "policies": render.policies([outcome]),
            "tags": render.tags(outcome),
        },
        "warnings": [f"{address}: {said}" for address, said in outcome.warnings],
    }


def _containers(answer: Answer) -> list[dict[str, Any]]:
    there = {container["name"]: container for container in answer.after.containers}
    skipped = dict(render.skipped(answer.outcome))
    return [
        _container(answer, before, there.get(before["name"], {}), skipped)
        for before in answer.before.containers
    ]


def _container(
    answer: Answer, before: Container, after: Container, skipped: Mapping[str, str]
) -> dict[str, Any]:
    name = before["name"]
    for done in answer.layers:
        if name in done.own:
            step = {
                "agent": done.layer.recipe.agent,
                "rule": rule(_rule_of(done, name)),
                "changes": compare.operations(bare(before), bare(after)),
            }
            return {"name": name, "outcome": "the agent's own", "steps": [step]}
    if not any(name in done.targets for done in answer.layers):
        reason = skipped[name]
        return {"name": name, "outcome": "skipped", "reason": reason, "steps": []}
    made = {"name": name, **_instrumented(answer, before, after)}
    left = [
        {"agent": done.layer.recipe.agent, "reason": done.reasons[name]}
        for done in answer.layers
        if name in done.reasons
    ]
    return {**made, "left_alone": left} if left else made


def _instrumented(
    answer: Answer, before: Container, after: Container
) -> dict[str, Any]:
    if compare.same(before, after):
        return {"outcome": "instrumented already, nothing changes", "steps": []}
    traced = [e for e in answer.outcome.done.trace if e[1] == before["name"]]
    if traced and compare.same(traced[0][3], before):
        steps = [
            _step(agent, rule(step), compare.operations(was, is_))
            for agent, _, step, was, is_ in traced
        ]
    else:
        steps = _net(traced, before, after)
    return {"outcome": "instrumented", "steps": steps}


def _step(agent: str, said: str, changes: list[Any]) -> dict[str, Any]:
    return {"agent": agent, "rule": said, "changes": changes}


def _net(
    traced: Sequence[Any], before: Container, after: Container
) -> list[dict[str, Any]]:
    """Say what changes where an earlier run's work is replaced, and which step does it.

    What no step does came off with that earlier work.
    """
    steps = [_step(agent, rule(step), []) for agent, _, step, _, _ in traced]
    off = _step("", TAKEN_OFF, [])
    for operation in compare.operations(bare(before), bare(after)):
        path = operation["path"].split("/")[1:]
        done = writers(traced, bare(before), path, operation)
        index = next((i for i, e in enumerate(traced) if done and e is done[-1]), None)
        (off if index is None else steps[index])["changes"].append(operation)
    return [*([off] if off["changes"] else []), *steps]


def _rule_of(done: Laid, name: str) -> AddContainer:
    """Find the rule for a container that is a layer's own, whatever it is called."""
    rules = done.layer.recipe.containers
    return next((one for one in rules if one.name == name), rules[0])


def _added(answer: Answer) -> list[dict[str, Any]]:
    there = {container["name"] for container in answer.before.containers}
    whose = {name: done for done in answer.layers for name in done.own}
    found = []
    for container in answer.after.containers:
        name = container["name"]
        if name not in there:
            one = _rule_of(whose[name], name)
            agent = whose[name].layer.recipe.agent
            made = {"name": name, "agent": agent, "rule": rule(one), "role": one.role}
            found.append({**made, "definition": bare(container)})
    return found


def _needs(done: Laid) -> list[dict[str, str]]:
    if not done.targets:
        return []
    task, agent = done.layer.recipe.task, done.layer.recipe.agent
    version = f"Fargate platform version {task.platform_version} or later"
    said = [
        f"pidMode {task.pid_mode}" if task.pid_mode else "",
        version if task.platform_version else "",
        "Linux" if task.linux_only else "",
        *(f"volume {name}" for name in done.volumes),
    ]
    return [{"agent": agent, "need": need} for need in said if need]


def _around(answer: Answer) -> list[dict[str, Any]]:
    changes = compare.operations(answer.before.task, answer.after.task)
    return [
        {**one, "agents": around(answer, one["path"].split("/")[1])} for one in changes
    ]


def rule(step: Frozen) -> str:
    """Name a step of a recipe as a person would look it up."""
    shown = [
        _words(field, getattr(step, field))
        for field in _BRIEF
        if getattr(step, field, None)
    ]
    return " ".join([type(step).__name__, *shown])


def _words(field: str, value: object) -> str:
    if field in _LISTS and isinstance(value, tuple):
        return " ".join(map(template, value))
    return "the agent's container" if value == SIDECAR else template(value)
