"""One task definition: targets, the agent's own containers, steps, record.

Everything about a whole definition that no single container knows. Still nothing
about any particular agent: what differs between agents is data in the recipe.
"""

from __future__ import annotations

from fargate_instrument.core import ecs, patch, provenance, targets
from fargate_instrument.core.agents.marks import repository
from fargate_instrument.core.errors import Failure, Problem
from fargate_instrument.core.frozen import Frozen
from fargate_instrument.core.jsontext import dump, kind
from fargate_instrument.core.patch import Notes, Site
from fargate_instrument.core.provenance import Record
from fargate_instrument.core.recipe import AddSecret, SetEnvironment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from fargate_instrument.core.ecs import Container
    from fargate_instrument.core.recipe import AddContainer, Recipe, Step
    from fargate_instrument.core.targets import Pattern

    Ready = dict[int, tuple[AddContainer, Container]]


class Definition(Frozen):
    """One task definition to instrument.

    ``address``: of its list of container definitions. ``raw``: the list as written.
    ``containers``: the same, recased. ``task``: task facts, canonical.
    ``flaws``: problems of recasing, by index; they count for touched containers.
    """

    address: str
    raw: Sequence[Any]
    containers: Sequence[Any]
    flaws: Mapping[int, Sequence[Problem]]
    task: Mapping[str, Any]
    include: Sequence[Pattern]
    exclude: Sequence[Pattern]
    image_configs: Mapping[str, Any]


class Instrumented(Frozen):
    """What came out. ``containers`` is meaningless if ``notes`` has problems.

    ``trace``: (index, step, container before, container after), in the order done.
    """

    containers: list[Any]
    instrumented: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: Notes
    trace: list[tuple[int, Step, Container, Container]]


def instrument(
    definition: Definition,
    recipe: Recipe,
    record: bool,
    ready: Ready | None = None,
) -> Instrumented:
    """Put an agent into a task definition.

    ``record``: write down what was done, so that it can be taken out again.
    ``ready``: the agent's containers made in earlier calls, to be used again. The
    definition is not changed. Every problem found is in the result's notes.
    """
    run = _Run(definition, recipe, record, {} if ready is None else ready)
    try:
        if run.usable():
            run.work()
    except Failure as failure:
        run.notes.problems += failure.problems
    return Instrumented(run.made, run.instrumented, run.skipped, run.notes, run.trace)


class _Run:
    """The state of one instrumentation, built up from left to right."""

    def __init__(
        self, definition: Definition, recipe: Recipe, record: bool, ready: Ready
    ) -> None:
        self.definition = definition
        self.ready = ready
        self.recipe = recipe
        self.record = record and not recipe.exact
        self.notes = Notes()
        self.made: list[Any] = list(definition.containers)
        self.instrumented: tuple[str, ...] = ()
        self.skipped: tuple[tuple[str, str], ...] = ()
        self.own: dict[int, AddContainer] = {}
        self.trace: list[tuple[int, Step, Container, Container]] = []

    def work(self) -> None:
        """Choose targets, patch them, then add or upgrade the agent's containers."""
        self.own = _own_containers(self.made, self.recipe, self.definition.address)
        exclude = (*self.definition.exclude, *_ignored(self.recipe))
        selection = targets.select(
            self.made,
            self.definition.include,
            exclude,
            self.own,
            self.recipe.exact,
            self.notes.problems,
        )
        self.skipped = selection.skipped
        chosen = sorted(selection.chosen)
        self.instrumented = tuple(self.made[index]["name"] for index in chosen)
        self._check_names(chosen)
        self._check_only_on()
        if not chosen:
            return
        touched = [*chosen, *sorted(self.own)]
        sound = [index for index in touched if self._is_sound(index)]
        self._check_task([index for index in chosen if index in sound])
        before = list(self.made)
        for index in chosen:
            if index in sound:
                self.made[index] = self._patched(index)
        if sound == touched:
            self._add_containers(before, chosen)
        if self.recipe.exact and not self.notes.problems:
            self._warn_altered(chosen)

    # Checks

    def usable(self) -> bool:
        """Check what must hold before any container can be named."""
        seen: dict[str, int] = {}
        address = self.definition.address
        for index, container in enumerate(self.made):
            place = f"{address}[{index}]"
            if not isinstance(container, dict):
                self.notes.problems.append(
                    Problem(place, f"is {kind(container)}, an object is needed")
                )
                continue
            name = container.get("name")
            if not isinstance(name, str) or not name:
                ecs.ContainerCheck(container, index, place, self.notes.problems).run()
            elif name in seen:
                self.notes.problems.append(
                    Problem(
                        f"{place}.name",
                        f"container {dump(name)} has the name of container"
                        f" {seen[name]} (containers {seen[name]} and {index})",
                        ("give each container a name of its own",),
                    )
                )
            else:
                seen[name] = index
        usable = not self.notes.problems
        if not usable:
            for index in self._surely_meant():
                self._is_sound(index)
        return usable

    def _surely_meant(self) -> list[int]:
        """Give the containers that are targets whatever the names of the others."""
        left_out = (*self.definition.exclude, *_ignored(self.recipe))
        return [
            index
            for index, container in enumerate(self.made)
            if isinstance(container, dict)
            and isinstance(container.get("name"), str)
            and not self.definition.include
            and not any(pattern.matches(container["name"]) for pattern in left_out)
        ]

    def _check_names(self, chosen: Sequence[int]) -> None:
        taken = {added.name for added in self.recipe.containers}
        for index, container in enumerate(self.made):
            if index not in self.own and container["name"] in taken and chosen:
                self.notes.problems.append(
                    Problem(
                        f"{self.definition.address}[{index}].name",
                        f"container {dump(container['name'])} has the name of the"
                        f" {self.recipe.agent} agent's own container but is not it",
                        ("rename it",),
                    )
                )

    def _check_only_on(self) -> None:
        for step in self.recipe.steps:
            if not isinstance(step, SetEnvironment):
                continue
            for name in step.only_on:
                if name not in self.instrumented:
                    self.notes.problems.append(
                        Problem(
                            step.option,
                            f"{dump(name)} is not an instrumented container",
                            ("known: " + (", ".join(self.instrumented) or "none"),),
                            "request",
                        )
                    )

    def _is_sound(self, index: int) -> bool:
        """Check the shape of what a recipe can touch in one container."""
        place = f"{self.definition.address}[{index}]"
        problems = [*self.definition.flaws.get(index, ())]
        loose = self.recipe.exact and index not in self.own
        ecs.ContainerCheck(
            self.made[index], index, place, problems, loose_argv=loose
        ).run()
        self.notes.problems += problems
        if not problems and index not in self.own:
            self._warn_bare_variables(index, place)
        return not problems

    def _warn_bare_variables(self, index: int, place: str) -> None:
        for at, entry in enumerate(self.made[index].get("environment") or ()):
            if isinstance(entry, dict) and "value" not in entry:
                self.notes.warnings.append(
                    (
                        f"{place}.environment[{at}]",
                        f"{ecs.describe(self.made[index], index)} names"
                        f" {entry.get('name')} without a value; AWS is known to leave"
                        " it out, so every plan replaces the task definition",
                    )
                )

    def _check_task(self, chosen: Sequence[int]) -> None:
        problems, task = self.notes.problems, self.recipe.task
        facts = self.definition.task
        root = self.definition.address.rpartition("container_definitions")[0] + "task"
        platform = facts.get("runtimePlatform") or {}
        family = str(platform.get("operatingSystemFamily") or "")
        if task.linux_only and family.upper().startswith("WINDOWS"):
            problems.append(
                Problem(
                    f"{root}.runtime_platform.operating_system_family",
                    f"is {family}; the {self.recipe.agent} agent runs on Linux only",
                    ("exclude the task, or run it on LINUX",),
                )
            )
        if task.x86_only and str(platform.get("cpuArchitecture")).upper() == "ARM64":
            self.notes.warnings.append(
                (
                    f"{root}.runtime_platform.cpu_architecture",
                    f"is ARM64; the vendor does not confirm that the"
                    f" {self.recipe.agent} agent supports it",
                )
            )
        version = facts.get("platformVersion")
        if task.platform_version and _older(version, task.platform_version):
            problems.append(
                Problem(
                    f"{root}.platform_version",
                    f"is {version}; the {self.recipe.agent} agent needs"
                    f" {task.platform_version} or later",
                    (f'use "LATEST" or "{task.platform_version}"',),
                )
            )
        for index in chosen:
            self._warn_ports(index)

    def _warn_ports(self, index: int) -> None:
        mappings = ecs.known_argv(self.made[index].get("portMappings"))
        for at, mapping in enumerate(mappings):
            port = mapping.get("containerPort") if isinstance(mapping, dict) else None
            if port in self.recipe.task.ports:
                self.notes.warnings.append(
                    (
                        f"{self.definition.address}[{index}].portMappings[{at}]",
                        f"{ecs.describe(self.made[index], index)} maps port {port},"
                        f" on which the {self.recipe.agent} agent listens",
                    )
                )

    # Work

    def _warn_altered(self, chosen: Sequence[int]) -> None:
        """Say where the vendor's own output differs from the exact one."""
        from fargate_instrument.core import vendor_text  # noqa: PLC0415  (exact mode only)

        own = vendor_text.own_variables(self.recipe)
        added = set(self.own) | set(range(len(self.definition.raw), len(self.made)))
        for index in sorted({*chosen, *added}):
            container = self.made[index]
            place = f"{self.definition.address}[{index}]"
            who = ecs.describe(container, index)
            self.notes.warnings += [
                (ecs.address(place, *path), f"{who}: this {vendor_text.SAYS}")
                for path in vendor_text.altered(container, own, index in added)
            ]

    def _site(self, index: int, container: Container) -> Site:
        raw = self.definition.raw
        return Site(
            f"{self.definition.address}[{index}]",
            index,
            raw[index] if index < len(raw) else container,
            self.definition.image_configs.get(container.get("image", "")),
            self._sidecar(),
            self.notes,
            container.get("name"),
        )

    def _sidecar(self) -> str:
        for index, added in self.own.items():
            if added.role == "sidecar":
                return str(self.made[index]["name"])
        for added in self.recipe.containers:
            if added.role == "sidecar":
                return added.name
        return ""

    def _records(self, index: int) -> tuple[tuple[Record, ...], Record | None]:
        """Split a container's records into those of others and this agent's own."""
        place = f"{self.definition.address}[{index}].dockerLabels"
        records = provenance.read(self.made[index], place)
        mine = [record for record in records if record.agent == self.recipe.agent]
        others = tuple(record for record in records if record not in mine)
        return others, mine[-1] if mine else None

    def _patched(self, index: int) -> Container:
        container: Container = self.made[index]
        others, old = self._records(index)
        records = (*others, old) if old else others
        base = provenance.bare(container, records)
        kept: dict[str, Any] = {}
        if old:
            argv = provenance.ARGV
            if patch.is_wrapped(base, self.recipe.steps):
                kept = {m: op for m, op in old.undo.items() if m in argv}
            undo = {m: op for m, op in old.undo.items() if m not in argv}
            base = self._given_back(base, undo, index)
        made = self._stepped(base, index)
        self._check_recorded(made, index)
        undo = {**provenance.difference(base, made, self.recipe.secret_names), **kept}
        labels = old.labels if old else "dockerLabels" not in base
        around = old.task if old else {}
        new = Record(self.recipe.agent, undo, labels=labels, task=around)
        recorded = self.record and bool(undo or around)
        return self._labelled(made, (*others, new) if recorded else others)

    def _given_back(
        self, container: Container, undo: dict[str, Any], index: int
    ) -> Container:
        """Take the agent's last work back; a record edited by hand may be nonsense."""
        made, _ = provenance.undone(container, undo)
        place = f"{self.definition.address}[{index}]"
        problems: list[Problem] = []
        ecs.ContainerCheck({"image": "-", **made}, index, place, problems).run()
        if problems or made.get("name") != container["name"]:
            raise provenance.unreadable(f"{place}.dockerLabels")
        return made

    def _check_recorded(self, made: Container, index: int) -> None:
        """Find variables whose earlier value is due again but is on no record."""
        for at, entry in enumerate(made.get("environment") or ()):
            if "value" in entry and entry["value"] is None:
                self.notes.problems.append(
                    Problem(
                        f"{self.definition.address}[{index}].environment[{at}]",
                        f"{ecs.describe(made, index)} had a {entry['name']} of its own,"
                        " which is a secret and was not recorded",
                        (
                            f"write {entry['name']} by hand and take the label"
                            f' "{provenance.LABEL}" out, or let the agent set it',
                        ),
                    )
                )

    def _stepped(self, container: Container, index: int) -> Container:
        site = self._site(index, container)
        for step in self.recipe.steps:
            made = patch.apply(container, step, site)
            self.trace.append((index, step, container, made))
            container = made
        return container

    def _labelled(self, container: Container, records: tuple[Record, ...]) -> Container:
        return provenance.write(container, records) if records else container

    def _add_containers(self, before: list[Any], chosen: Sequence[int]) -> None:
        present = {id(added): index for index, added in self.own.items()}
        first: list[Container] = []
        last: list[Container] = []
        for added in self.recipe.containers:
            index = present.get(id(added))
            inherited = before[chosen[-1]] if added.inherit_environment else None
            if index is None:
                made = self._new_container(added, inherited)
                (first if added.position == "first" else last).append(made)
            else:
                self.made[index] = self._upgraded(index, added, inherited)
                self._check_cycle(index, chosen)
        self.made = [*first, *self.made, *last]

    def _new_container(
        self, added: AddContainer, inherited: Container | None
    ) -> Container:
        known = self.ready.get(id(added))
        if known and inherited is None:
            return known[1]
        made = {**added.defaults, **added.definition}
        if inherited is not None:
            made = _inheriting(made, inherited, {})
        if not self.record:
            return made
        undo = provenance.difference({"name": added.name}, made)
        record = Record(self.recipe.agent, undo, added=True, labels=True)
        made = provenance.write(made, (record,))
        self.ready[id(added)] = (added, made)
        return made

    def _upgraded(
        self, index: int, added: AddContainer, inherited: Container | None
    ) -> Container:
        container: Container = self.made[index]
        others, old = self._records(index)
        base = provenance.bare(container, (*others, old) if old else others)
        fresh = bool(old and old.added)
        if old:
            base = self._given_back(base, old.undo, index)
        site = self._site(index, base)
        made = _brought_up_to_date(base, added, site, fresh)
        if inherited is not None:
            there = {e["name"]: e for e in container.get("environment") or ()}
            made = _inheriting(made, inherited, there)
        if not self.record:
            return self._labelled(made, others)
        undo = provenance.difference(base, made, self.recipe.secret_names)
        labels = old.labels if old else "dockerLabels" not in base
        around = old.task if old else {}
        record = Record(self.recipe.agent, undo, fresh, labels, around)
        return provenance.write(made, (*others, record))

    def _check_cycle(self, index: int, chosen: Sequence[int]) -> None:
        names = {self.made[target]["name"] for target in chosen}
        for at, entry in enumerate(self.made[index].get("dependsOn") or ()):
            name = entry.get("containerName")
            waits = any(
                other.get("containerName") == self.made[index]["name"]
                for target in chosen
                if self.made[target]["name"] == name
                for other in self.made[target].get("dependsOn") or ()
            )
            if name in names and waits:
                self.notes.problems.append(
                    Problem(
                        f"{self.definition.address}[{index}].dependsOn[{at}]",
                        f"{ecs.describe(self.made[index], index)} waits for"
                        f" {dump(name)}, which must wait for it",
                        ("take this dependency out",),
                    )
                )


def _ignored(recipe: Recipe) -> tuple[Pattern, ...]:
    return tuple(
        targets.Pattern(name, f"{recipe.exclude_option}[{index}]", exact=True)
        for index, name in enumerate(recipe.exclude)
    )


def _older(version: object, least: str) -> bool:
    """Compare platform versions; LATEST and anything that is no version is not older.

    What a version does not say is zero: 1.4 is 1.4.0.
    """
    parts = version.split(".") if isinstance(version, str) else []
    if not all(
        part.isascii() and part.isdecimal() and part[9:] == "" for part in parts
    ):
        return False
    wanted = [int(part) for part in least.split(".")]
    given = [int(part) for part in parts]
    return bool(given) and [*given, *[0] * (len(wanted) - len(given))] < wanted


def _own_containers(
    containers: Sequence[Container], recipe: Recipe, address: str
) -> dict[int, AddContainer]:
    """Find the agent's own containers that are there already, by index."""
    pointed = {
        str(entry.get("sourceContainer"))
        for container in containers
        if patch.is_wrapped(container, recipe.steps)
        for entry in ecs.known_argv(container.get("volumesFrom"))
        if isinstance(entry, dict)
    }
    found: dict[int, AddContainer] = {}
    for added in recipe.containers:
        names = {added.name, *added.aliases}
        if added.role == "sidecar":
            names |= pointed
        for index, container in enumerate(containers):
            if index not in found and (
                _added_by(container, recipe.agent, added, f"{address}[{index}]")
                or (container["name"] in names and _is_agent(container, added))
            ):
                found[index] = added
                break
    return found


def _added_by(
    container: Container, agent: str, added: AddContainer, address: str
) -> bool:
    names = {added.name, *added.aliases}
    return container["name"] in names and any(
        record.added and record.agent == agent
        for record in provenance.read(container, f"{address}.dockerLabels")
    )


def _is_agent(container: Container, added: AddContainer) -> bool:
    entry_point = ecs.known_argv(container.get("entryPoint"))
    if entry_point:
        return entry_point[0] in added.entry_points
    image = container.get("image")
    if not isinstance(image, str):
        return False
    path = repository(image)
    return any(
        path.endswith(known) if known.startswith("/") else path == known
        for known in added.images
    )


def _brought_up_to_date(
    container: Container, added: AddContainer, site: Site, fresh: bool
) -> Container:
    """Set the agent's members on its container and keep what else it holds."""
    made = {**container, **(added.defaults if fresh else {})}
    for member, value in added.definition.items():
        if member == "name":
            continue
        if member == "environment":
            for entry in value:
                step = SetEnvironment(entry["name"], entry["value"], secret=True)
                made = patch.set_environment(made, step, _quiet(site))
        elif member == "secrets":
            for entry in value:
                step_ = AddSecret(entry["name"], entry["valueFrom"])
                made = patch.add_secret(made, step_, site)
        elif member == "entryPoint" and not fresh and added.keep_entry_point:
            made = _renamed_entry_point(made, added)
        else:
            made[member] = value
    _warn_foreign_variables(made, added, site)
    return container if made == container else made


def _warn_foreign_variables(
    container: Container, added: AddContainer, site: Site
) -> None:
    foreign = [
        name
        for name in ecs.variables(container)
        if added.own_variables and not name.startswith(added.own_variables)
    ]
    if foreign:
        site.warn(
            "has variables that are not the agent's, as if copied from an application: "
            + ", ".join(sorted(foreign)),
            "environment",
        )


def _quiet(site: Site) -> Site:
    """Treat the agent's own container: that a value changes there is the purpose."""
    return site.replace(notes=Notes())


def _renamed_entry_point(container: Container, added: AddContainer) -> Container:
    items = ecs.known_argv(container.get("entryPoint"))
    new = dict(added.renamed_entry_points).get(items[0]) if items else None
    return {**container, "entryPoint": [new, *items[1:]]} if new else container


def _inheriting(
    made: Container, inherited: Container, there: Mapping[str, Any]
) -> Container:
    """Give the agent's container an application's variables, overwriting none."""
    own = {entry["name"]: entry for entry in made.get("environment") or ()}
    passed = {entry["name"]: entry for entry in inherited.get("environment") or ()}
    for name, entry in passed.items():
        kept = there.get(name, entry)
        if name not in own or not there:
            own[name] = _pair(entry)
        elif kept.get("value", "") != entry.get("value", ""):
            own[name] = _pair(kept)
    ordered = [own[name] for name in sorted(own)]
    return {**made, "environment": ordered}


def _pair(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("name", "value") if key in entry}
