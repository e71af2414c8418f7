"""Lays layers on a peeled definition, one by one, forward only; knows no agent.

Each layer chooses its targets among what stands there, does its steps, adds its own
containers, and writes down how to take all of it back.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, fitness, marks, provenance, targets
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.own import Own
from fargate_instrument.core.provenance import Record
from fargate_instrument.core.recipe import AddMountPoint
from fargate_instrument.core.shape import ContainerCheck
from fargate_instrument.core.steps import WORK, Notes, Site, actions, text
from fargate_instrument.core.targets import Around, Reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.definition import Definition
    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.peel import Peeled
    from fargate_instrument.core.recipe import AddContainer, Layer, Recipe, Step

    Trace = list[tuple[str, str, Step, Container, Container]]


class Laid(Frozen):
    """What one layer did.

    ``targets``: names of the containers it instrumented. ``reasons``: name -> why it
    left the others alone. ``own``: names of its own containers that stand there.
    ``volumes``: names of the task volumes that it mounts. ``sites``: (container before
    its steps, site) of each target, for what it lays claim to.
    """

    layer: Layer
    targets: tuple[str, ...]
    reasons: Mapping[str, str]
    own: tuple[str, ...]
    volumes: tuple[str, ...]
    sites: tuple[tuple[Container, Site], ...]


class Result(Frozen):
    """What came out. ``containers`` is meaningless if ``notes`` has problems.

    ``task``: the task's members, with what the layers need there. ``owners``: whether a
    container seemed to be an agent's own. ``trace``: (agent, container name, step,
    container before, container after), in the order done.
    """

    containers: list[Any]
    task: dict[str, Any]
    owners: bool
    layers: tuple[Laid, ...]
    notes: Notes
    trace: Trace


def lay(
    definition: Definition,
    peeled: Peeled,
    layers: Sequence[Layer],
    record: bool,
) -> Result:
    """Put layers on a peeled definition, in order; the last is outermost.

    ``record``: write down what was done. Nothing that goes in is changed.
    """
    run = _Laying(definition, peeled, layers, record)
    done = tuple(run.layer(layer) for layer in layers)
    run.check_patterns()
    return Result(run.labelled(), run.task, run.owners, done, run.notes, run.trace)


class _Laying:
    """The state of one run, built up layer by layer."""

    def __init__(
        self,
        definition: Definition,
        peeled: Peeled,
        layers: Sequence[Layer],
        record: bool,
    ) -> None:
        self.definition = definition
        self.peeled = peeled
        self.record = record
        self.notes = Notes()
        self.made: list[Any] = list(peeled.containers)
        self.index: Mapping[str, int] = {
            c["name"]: i for i, c in enumerate(definition.containers)
        }
        self.records: dict[str, list[Record]] = {}
        self.noted: set[str] = set()
        self.checked: dict[str, bool] = {}
        self.trace: Trace = []
        self.task = provenance.task_restored(definition.task, dict(peeled.task))
        self.own = {
            layer.recipe.agent: Own(layer.recipe, self.made, peeled) for layer in layers
        }
        self.added: dict[str, str] = {}
        self.owners = False
        self.logging = any(layer.recipe.routed for layer in layers)
        self.seen: list[str] = []

    # One layer

    def layer(self, layer: Layer) -> Laid:
        """Choose the targets, do the steps, add the agent's containers."""
        recipe, own = layer.recipe, self.own[layer.recipe.agent]
        own.look(self.made)
        reasons, chosen = self._select(layer, own)
        fitness.names(self, recipe, own, chosen)
        fitness.only_on(recipe, [self.made[i]["name"] for i in chosen], self.notes)
        if not chosen:
            return Laid(layer, (), reasons, (), (), ())
        here = [self.made[index]["name"] for index in chosen]
        kept = [self.made[index]["name"] for index in sorted(own.there)]
        sound = {name for name in (*here, *kept) if self._is_sound(name)}
        whole = [name for name in here if name in sound]
        fitness.task(self.definition, recipe, self.notes)
        fitness.router(self, recipe, own)
        fitness.ports(self, recipe, {*whole})
        sites = self._patch(layer, own, whole)
        volumes = list(self._volumes(recipe, sites))
        if len(sound) == len(here) + len(kept):
            volumes += self._containers(layer, own, sites)
        done = Laid(
            layer,
            tuple(here),
            reasons,
            tuple(own.names()),
            tuple(dict.fromkeys(volumes)),
            tuple(sites),
        )
        self._around(done)
        return done

    def _select(self, layer: Layer, own: Own) -> tuple[dict[str, str], list[int]]:
        ask = self.definition
        reach = Reach(ask.include, ask.exclude, layer.include, _left_out(layer))
        names = [container["name"] for container in self.made]
        self.seen += names
        own_patterns = (*layer.include, *_left_out(layer))
        self.notes.problems += targets.unmatched(own_patterns, names)
        if layer.recipe.targets == "all":
            around = Around(own.there, {}, {}, {})
        else:
            others = self._others(layer)
            routers = marks.routers(self.made, used=self.logging)
            owners = marks.owners(self.made)
            self.owners = self.owners or bool(owners)
            around = Around(own.there, others, owners, routers)
        doubts: list[tuple[int, str]] = []
        reasons = targets.select(self.made, layer.recipe, reach, around, doubts)
        for index, said in doubts:
            at, address = self._place(names[index])
            self.notes.problems.append(
                targets.doubt(self.made[index], at, said, address)
            )
        chosen = [index for index, reason in reasons.items() if not reason]
        return {names[i]: reason for i, reason in reasons.items() if reason}, chosen

    def _others(self, layer: Layer) -> dict[int, str]:
        """Find the containers of other layers: asked for, or recorded in place."""
        found: dict[int, str] = {}
        theirs = {
            self.made[index]["name"]: agent
            for agent, own in self.own.items()
            if agent != layer.recipe.agent
            for index in own.there
            if index < len(self.made)
        }
        theirs.update(self.added)
        for name, records in self.peeled.records.items():
            if records[0].added:
                theirs[name] = records[0].agent
        for index, container in enumerate(self.made if theirs else ()):
            agent = theirs.get(container["name"])
            if agent and agent != layer.recipe.agent:
                found[index] = agent
        return found

    def _place(self, name: str) -> tuple[int, str]:
        """Give a container's index in the user's document, and the list's address."""
        return self.index.get(name, len(self.index)), self.definition.address

    def _address(self, name: str) -> str:
        index = self.index.get(name)
        if index is None:
            index = [container["name"] for container in self.made].index(name)
        return f"{self.definition.address}[{index}]"

    # Soundness

    def _is_sound(self, name: str) -> bool:
        """Check the shape of what a recipe can touch, once for each container."""
        if name not in self.checked:
            self.checked[name] = self._check(name)
        return self.checked[name]

    def _check(self, name: str) -> bool:
        if name not in self.index:
            return True
        index = self.index[name]
        problems = [*self.definition.flaws.get(index, ())]
        container = self.definition.containers[index]
        loose = any(one.recipe.takes_any_argv for one in self.own.values())
        own = any(name in one.names() for one in self.own.values())
        place = self._address(name)
        check = ContainerCheck(
            container, index, place, problems, loose_argv=loose and not own
        )
        check.run()
        self.notes.problems += problems
        if not problems and not own:
            self._warn_bare_variables(container, index, place)
        return not problems

    def _warn_bare_variables(self, container: Any, index: int, place: str) -> None:
        for at, entry in enumerate(container.get("environment") or ()):
            if isinstance(entry, dict) and "value" not in entry:
                self.notes.warnings.append(
                    (
                        f"{place}.environment[{at}]",
                        f"{ecs.describe(container, index)} names"
                        f" {entry.get('name')} without a value; AWS is known to leave"
                        " it out, so every plan replaces the task definition",
                    )
                )

    # Steps

    def _site(self, name: str, container: Container, layer: Layer, own: Own) -> Site:
        index = self.index.get(name)
        raw = container if index is None else self.definition.raw[index]
        agent = layer.recipe.agent
        return Site(
            self._address(name),
            len(self.index) if index is None else index,
            name,
            raw,
            self.definition.image_configs.get(container.get("image", "")),
            own.facts,
            self.notes,
            self._architecture(),
            found=self.peeled.found.get((agent, name)),
        )

    def _architecture(self) -> str:
        platform = self.definition.task.get("runtimePlatform") or {}
        return str(platform.get("cpuArchitecture") or "")

    def _patch(
        self, layer: Layer, own: Own, names: list[str]
    ) -> list[tuple[Container, Site]]:
        done = []
        at = {container["name"]: i for i, container in enumerate(self.made)}
        for name in names:
            base = self._without_label(name, self.made[at[name]])
            site = self._site(name, base, layer, own)
            made = self._stepped(base, layer.recipe.steps, site, layer.recipe)
            self._note(name, base, made, layer.recipe)
            self.made[at[name]] = made
            done.append((base, site))
        return done

    def _without_label(self, name: str, container: Container) -> Container:
        """Take the records off that stay, to be written again at the end."""
        if name in self.records:
            return container
        stay = self.peeled.records.get(name, ())
        self.records[name] = list(stay)
        return provenance.bare(container, stay) if stay else container

    def _stepped(
        self, container: Container, steps: Sequence[Step], site: Site, recipe: Recipe
    ) -> Container:
        name = str(site.name)
        for step in actions(steps, container, site):
            made = WORK[step.__class__].apply(container, step, site)
            self.trace.append((recipe.agent, name, step, container, made))
            container = made
        return container

    def _note(
        self, name: str, base: Container, made: Container, recipe: Recipe
    ) -> None:
        """Write down how to get from a container back to what it was."""
        was = None if name in self.noted else self.peeled.before.get(name)
        self.noted.add(name)
        if not (self.record and recipe.recorded):
            return
        stay = self.peeled.records.get(name, ())
        before = base if was is None else provenance.bare(was, stay)
        undo = provenance.difference(before, made, recipe.secret_names)
        if undo:
            record = Record(recipe.agent, undo, labels="dockerLabels" not in before)
            self.records[name].append(record)

    def _volumes(
        self, recipe: Recipe, sites: Sequence[tuple[Container, Site]]
    ) -> Iterator[str]:
        """Name the task volumes that targets mount, in the order of the containers."""
        for container, site in sites if recipe.mounts else ():
            for step in actions(recipe.steps, container, site):
                if isinstance(step, AddMountPoint):
                    yield text(step.volume, container, site)

    # The agent's own containers

    def _containers(
        self, layer: Layer, own: Own, sites: list[tuple[Container, Site]]
    ) -> list[str]:
        """Add the agent's containers, or bring those that are there up to date."""
        volumes: list[str] = []
        first: list[Container] = []
        last: list[Container] = []
        for added in layer.recipe.containers:
            index = own.index_of(added)
            if index is not None:
                self.made[index] = self._upgraded(index, added, layer, own, sites)
            elif not own.is_spared(added):
                made = self._new(added, layer, own, sites)
                (first if added.position == "first" else last).append(made)
                self.added[added.name] = layer.recipe.agent
            else:
                continue
            volumes += self._volumes_of(added.name)
        self._move(len(first))
        self.made = [*first, *self.made, *last]
        return volumes

    def _move(self, count: int) -> None:
        """Let every layer know that containers were put in front."""
        for own in self.own.values():
            own.moved(count)

    def _own_steps(
        self,
        added: AddContainer,
        container: Container,
        site: Site,
        recipe: Recipe,
        sites: list[tuple[Container, Site]],
    ) -> Container:
        made = self._stepped(container, added.steps, site, recipe)
        for target, there in sites if added.for_each_target else ():
            facts = {
                **site.facts,
                "target.name": str(target["name"]),
                "target.image": str(target.get("image")),
            }
            here = site.replace(facts=facts)
            for step in actions(added.for_each_target, target, there):
                before = made
                made = WORK[type(step)].apply(made, step, here)
                name = str(site.name)
                self.trace.append((recipe.agent, name, step, before, made))
        return made

    def _new(
        self,
        added: AddContainer,
        layer: Layer,
        own: Own,
        sites: list[tuple[Container, Site]],
    ) -> Container:
        recipe, name = layer.recipe, added.name
        left = self.peeled.leftovers.get((recipe.agent, name))
        known = None if left else recipe.made.get((name, self.record))
        if known:
            container: Container = known[0]
            self.records[name] = list(known[1])
            self.trace += known[2]
            return container
        begun = len(self.trace)
        base = {**(left or {}), "name": name, "image": added.image}
        site = self._own_site(name, base, own, sites, len(self.made))
        made = self._own_steps(added, base, site, recipe, sites)
        written: Record | None = None
        if self.record and recipe.recorded:
            before: Container = {"name": name} if left is None else left
            undo = provenance.difference(before, made, recipe.secret_names)
            labels = "dockerLabels" not in before
            written = Record(recipe.agent, undo, added=True, labels=labels)
        self.records[name] = [written] if written else []
        if not left and own.is_constant(added):
            known = made, self.records[name][:], self.trace[begun:]
            recipe.made[name, self.record] = known
        return made

    def _own_site(
        self,
        name: str,
        container: Container,
        own: Own,
        sites: list[tuple[Container, Site]],
        index: int | None = None,
    ) -> Site:
        at = self.index.get(name, 0) if index is None else index
        last = sites[-1][0] if sites else None
        address = f"{self.definition.address}[{at}]"
        configs = self.definition.image_configs
        return Site(
            address,
            at,
            name,
            container,
            configs.get(container.get("image", "")),
            own.facts,
            self.notes,
            self._architecture(),
            own=True,
            fresh=index is not None,
            inherited=last,
        )

    def _upgraded(
        self,
        index: int,
        added: AddContainer,
        layer: Layer,
        own: Own,
        sites: list[tuple[Container, Site]],
    ) -> Container:
        recipe, container = layer.recipe, self.made[index]
        name = container["name"]
        base = self._without_label(name, container)
        current = (
            base if base["image"] == added.image else {**base, "image": added.image}
        )
        site = self._own_site(name, current, own, sites)
        made = self._own_steps(added, current, site, recipe, sites)
        fitness.foreign_variables(made, recipe.agent, site)
        fitness.cycle(self, name, [str(target["name"]) for target, _ in sites])
        self._note(name, base, made, recipe)
        return made

    def _volumes_of(self, name: str) -> list[str]:
        """Name the task volumes that an agent's own container mounts."""
        return [
            entry["sourceVolume"]
            for _, where, step, _, made in self.trace
            if where == name and isinstance(step, AddMountPoint)
            for entry in made.get("mountPoints", ())
            if isinstance(entry["sourceVolume"], str)
        ]

    # Around the containers

    def _around(self, done: Laid) -> None:
        """Set what the layer needs in the task, and write down how to take it back."""
        need, before = done.layer.recipe.task.pid_mode, self.task
        task = dict(before)
        if need:
            task["pidMode"] = need
        known = provenance.volume_names(task.get("volumes"))
        missing = [{"name": name} for name in done.volumes if name not in known]
        if missing and (self.definition.whole or "volumes" in task):
            task["volumes"] = [*(task.get("volumes") or ()), *missing]
        self.task = task
        if self.definition.whole and self.record and done.layer.recipe.recorded:
            undo = provenance.task_difference(before, task)
            if need and "pidMode" not in undo and self._set_by_another(done, need):
                undo = {**undo, "pidMode": {"set": need, "was": need}}
            self._write_around(done, undo)

    def _set_by_another(self, done: Laid, value: str) -> bool:
        """Tell whether another layer has set the task's pidMode."""
        agent = done.layer.recipe.agent
        return any(
            record.agent != agent and record.task.get("pidMode", {}).get("set") == value
            for records in (*self.records.values(), *self.peeled.records.values())
            for record in records
        )

    def _write_around(self, done: Laid, undo: dict[str, Any]) -> None:
        """Put the task's way back into the record of the agent's own container.

        Where it has none, the first that it touched carries it.
        """
        if not undo or not done.sites:
            return
        agent = done.layer.recipe.agent
        for name in (*done.own, *done.targets):
            records = self.records.get(name, [])
            if records and records[-1].agent == agent:
                records[-1] = records[-1].replace(task=undo)
                return
        name = done.targets[0]
        labels = "dockerLabels" not in done.sites[0][0]
        self.records[name].append(Record(agent, {}, labels=labels, task=undo))

    def labelled(self) -> list[Any]:
        """Give the containers, each touched one with its records."""
        return [
            provenance.write(container, tuple(records))
            if (records := self.records.get(container["name"]))
            else container
            for container in self.made
        ]

    def check_patterns(self) -> None:
        """Find patterns of the ask that meant no container in any layer."""
        ask = self.definition
        names = list(dict.fromkeys(self.seen))
        patterns = (*ask.include, *ask.exclude)
        self.notes.problems += targets.unmatched(patterns, names)


def _left_out(layer: Layer) -> tuple[targets.Pattern, ...]:
    """List what a layer leaves out, by its own patterns and by its agent's option."""
    recipe = layer.recipe
    named = (
        targets.Pattern(name, f"{recipe.exclude_option}[{index}]", exact=True)
        for index, name in enumerate(recipe.exclude)
    )
    return (*layer.exclude, *named)
