"""Random stacks of layers: agents' own recipes, and recipes of every kind of step."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st

from fargate_instrument.core import agents, pipeline
from fargate_instrument.core import recipe as r
from fargate_instrument.core.definition import definition
from fargate_instrument.core.jsontext import dump
from fargate_instrument.core.peel import peel
from fargate_instrument.core.targets import Pattern
from tests.program import ARN
from tests.property import strategies as some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fargate_instrument.core.errors import Problem
    from fargate_instrument.core.lay import Result
    from fargate_instrument.core.recipe import Layer, Recipe, Step

EXAMPLES = int(os.environ.get("FARGATE_INSTRUMENT_EXAMPLES", "500"))
"""Random examples for each law of stacks."""

enough = settings(max_examples=EXAMPLES)


class Tally:
    """Counts what the examples of one law reached, so that none is empty of meaning."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def __call__(self, **reached: object) -> None:
        """Count an example and what is true of it."""
        self.counts["examples"] += 1
        self.counts.update(name for name, value in reached.items() if value)

    def require(self, **shares: float) -> None:
        """Print the shares, and fail where one is smaller than it should be."""
        whole = self.counts["examples"]
        print({name: f"{count / whole:.0%}" for name, count in self.counts.items()})
        for name, share in shares.items():
            assert self.counts[name] >= share * whole, (name, self.counts)


SYNTHETIC = ("east", "north", "west")
"""Agents that nobody makes: between them their recipes have every kind of step."""


def _wraps(name: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(
        [
            r.WrapEntryPoint((f"/{name}/run", "--")),
            r.WrapEntryPoint((f"/{name}/run",), layout="command"),
            r.ShellWrapArgv(("/bin/sh", "-c"), f"/{name}/start && exec"),
        ]
    )


def _steps(name: str) -> st.SearchStrategy[tuple[Step, ...]]:
    one: list[Step] = [
        r.SetEnvironment(f"{name}_NAME", r.Fact("container.name")),
        r.SetEnvironment("A", name),
        r.SetEnvironment("B_2", name, mode="if_absent"),
        r.SetEnvironment(
            "JAVA_TOOL_OPTIONS", f"-j{name}", mode="append", separator=" "
        ),
        r.SetEnvironment("NODE_OPTIONS", f"-n{name}", mode="prepend", separator=" "),
        r.SetEnvironment("PYTHONPATH", f"/{name}/a", "around", ":", after=f"/{name}/b"),
        r.AddSecret(f"{name}_KEY", ARN),
        r.UniqueEnvironment(),
        r.AddMountPoint(f"{name}-volume", f"/{name}"),
        r.AddCapability("SYS_PTRACE"),
        r.InitProcess(),
        r.AddLabel(f"{name}.label", r.Fact("container.image")),
        r.SetMember("stopTimeout", 100 + len(name)),
        r.SetMember("user", "0", when="absent"),
        r.When(
            r.ReadOnlyRoot(),
            (r.AddMountPoint((f"{name}-", r.Fact("container.name")), f"/{name}-own"),),
        ),
        r.When(r.HasVariable("PATH"), (r.SetEnvironment(f"{name}_HAS", "1"),)),
        r.When(r.LacksVariable("PATH"), (r.SetEnvironment(f"{name}_LACKS", "1"),)),
        r.When(r.EntryPointAbsent(), (r.SetEnvironment(f"{name}_BARE", "1"),)),
        r.When(r.Architecture("X86_64"), (r.SetEnvironment(f"{name}_X", "1"),)),
    ]
    return st.lists(st.sampled_from(one), max_size=7, unique_by=dump_of).map(tuple)


def dump_of(step: object) -> str:
    """Tell steps apart."""
    return repr(step)


@st.composite
def _synthetic(draw: st.DrawFn, name: str) -> Recipe:
    steps = draw(_steps(name))
    if draw(st.booleans()):
        steps = (draw(_wraps(name)), *steps)
    containers: tuple[r.AddContainer, ...] = ()
    if draw(st.booleans()):
        steps = (*steps, r.DependOn(r.SIDECAR, "START"), r.MountFrom(r.SIDECAR, True))
        each = draw(st.sampled_from([(), _each(name)]))
        containers = (
            r.AddContainer(
                f"{name}-agent",
                f"registry.example/{name}:{draw(st.integers(1, 3))}",
                steps=(
                    r.SetMember("entryPoint", [f"/{name}/agent", "-c", "go"]),
                    r.SetMember("essential", False),
                    r.SetEnvironment("LEVEL", draw(st.sampled_from(["a", "b"]))),
                ),
                for_each_target=each,
                position=draw(st.sampled_from(["first", "last"])),
            ),
        )
    need = r.RequireTask(draw(st.sampled_from(["", "task"])))
    return r.Recipe(name, steps=steps, containers=containers, task=need)


def _each(name: str) -> tuple[Step, ...]:
    return (
        r.AddMountPoint(f"{name}-volume", (f"/{name}-", r.TARGET)),
        r.AppendText("entryPoint", (" && serve ", r.TARGET)),
    )


def _real(name: str) -> st.SearchStrategy[Recipe]:
    agent = agents.load(name)
    assert agent.recipe is not None
    make = agent.recipe
    return some.options[name].map(
        lambda options: make(
            {k: v for k, v in options.items() if v is not None}, {"family": "web"}
        )
    )


def exact() -> st.SearchStrategy[Recipe]:
    """Make recipes that promise a vendor's exact output."""
    agent = agents.load("sysdig")
    assert agent.recipe is not None
    make = agent.recipe
    return some.exact_options.map(lambda options: make(options, {}))


def recipes(name: str) -> st.SearchStrategy[Recipe]:
    """Make recipes of one agent."""
    return _synthetic(name) if name in SYNTHETIC else _real(name)


EVERYONE = (*some.AGENTS, *SYNTHETIC)


def names(most: int = 4) -> st.SearchStrategy[list[str]]:
    """Choose agents for a stack, in an order."""
    return st.lists(st.sampled_from(EVERYONE), min_size=1, max_size=most, unique=True)


def stack(chosen: Sequence[str]) -> st.SearchStrategy[tuple[Layer, ...]]:
    """Make a stack of chosen agents, with options of every kind."""
    return st.tuples(*(recipes(name).map(r.Layer) for name in chosen))


stacks = names().flatmap(stack)


def reached(
    layers: Sequence[Layer], chosen: Mapping[str, Sequence[str]]
) -> tuple[Layer, ...]:
    """Leave containers out of layers by name: agent -> names."""
    return tuple(
        layer.replace(
            exclude=tuple(
                Pattern(name, f"exclude[{at}]", exact=True)
                for at, name in enumerate(chosen.get(layer.recipe.agent, ()))
            )
        )
        for layer in layers
    )


CONFIGS: dict[str, Any] = {
    image: {"Entrypoint": ["/from/image"], "Cmd": ["x y"], "Env": ["PYTHONPATH=/i"]}
    for image in (*some.IMAGES, *(str(container["image"]) for container in some.ASIDE))
}


class Done:
    """What came of laying a stack on a document."""

    def __init__(
        self, problems: Sequence[Problem], result: Result, task: Mapping[str, Any]
    ) -> None:
        self.problems = list(problems)
        self.containers = result.containers
        self.task = dict(task)
        self.targets = {
            layer.layer.recipe.agent: layer.targets for layer in result.layers
        }

    @property
    def text(self) -> str:
        """The definition as text, what stands around the containers included."""
        return dump({**self.task, "containerDefinitions": self.containers})

    @property
    def reached(self) -> bool:
        """Tell whether any container was a target of any layer."""
        return any(self.targets.values())


def lay(
    containers: Sequence[Any],
    layers: Sequence[Layer],
    task: Mapping[str, Any] | None = None,
    record: bool = True,
    exclude: Sequence[str] = (),
) -> Done:
    """Put a stack on a whole task definition; claims and rules are not asked."""
    patterns = tuple(Pattern(name, "exclude", exact=True) for name in exclude)
    asked = definition(
        containers,
        "c",
        task or {},
        whole=True,
        image_configs=CONFIGS,
        exclude=patterns,
    )
    peeled, result = pipeline.instrument(asked, layers, record)
    return Done([*peeled.problems, *result.notes.problems], result, result.task)


def take(
    containers: Sequence[Any], agents_: Sequence[str]
) -> tuple[list[Any], list[Any]]:
    """Peel agents' records off: the containers, and the problems."""
    done = peel(containers, dict.fromkeys(agents_, ()), lambda _a, _n: True, "c")
    return done.containers, list(done.problems)
