"""CPU, memory and size: sums and limits; nothing about names."""

from __future__ import annotations

import marshal

from fargate_instrument.core.jsontext import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from fargate_instrument.core.rules.subject import Subject

    Value = dict[str, Any]

GIB = 1024
MOST_BYTES = 65536
FARGATE_SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * GIB, 4 * GIB + 1, GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
}
"""Task CPU units -> the task memory, in MiB, that Fargate offers with them."""

WINDOWS_CPU = (1024, 2048, 4096)
EC2_CPU = range(128, 192 * 1024 + 1)
_LONGEST = 20


def check(subject: Subject) -> None:
    """Ask R5 and R27-R34."""
    for path, container in subject.containers:
        memory, reserved = container.get("memory"), container.get("memoryReservation")
        if memory is not None and reserved is not None and memory < reserved:
            message = f"has {memory} MiB memory and reserves {reserved} MiB"
            subject.report.add("R34", (*path, "memory"), message, container)
        if memory is None and reserved is None and subject.lacks("memory"):
            message = "has no memory, and neither has the task"
            subject.report.add("R27", path, message, container)
    cpu, memory = _task_size(subject)
    if cpu is not None:
        _sum(subject, cpu)
    if memory is not None:
        _each(subject, memory)
    _bytes(subject)


def units(value: object) -> int | None:
    """Read task cpu: ``256``, ``.25 vCPU``; None if it is neither."""
    return _scaled(value, "vcpu", 1024)


def mebibytes(value: object) -> int | None:
    """Read task memory: ``512``, ``0.5 GB``, ``1GB``; None if it is neither."""
    return _scaled(value, "gb", GIB)


def _scaled(value: object, suffix: str, factor: int) -> int | None:
    if value.__class__ is int:
        return value
    text = str(value).strip().lower()
    if not text.isascii() or len(text) > _LONGEST:
        return None
    if not text.endswith(suffix):
        return int(text) if text.isdecimal() else None
    whole, _, part = text[: -len(suffix)].strip().partition(".")
    if not (whole + part).isdecimal():
        return None
    scaled = int(whole + part) * factor
    return scaled // 10 ** len(part) if scaled % 10 ** len(part) == 0 else None


def _task_size(subject: Subject) -> tuple[int | None, int | None]:
    """Read the task's size, and report it if it cannot be one."""
    task, report = subject.task, subject.report
    sizes: list[int | None] = []
    for rule, member, read in (("R28", "cpu", units), ("R29", "memory", mebibytes)):
        given = task.get(member)
        if subject.lacks(member) and subject.registered_for_fargate:
            report.add(rule, (member,), f"the task has no {member}")
        size = read(given) if given else None
        if given and (size is None or size <= 0):
            message = f"the task's {member} is no amount of it"
            hint = "write 256, 512, 1024 …" if member == "cpu" else "write MiB or 2 GB"
            report.add("R31", (member,), message, setting=member, hint=hint)
            size = None
        sizes.append(size)
    cpu, memory = sizes
    legal = FARGATE_SIZES if subject.fargate else EC2_CPU
    if cpu is not None and cpu not in legal:
        message = f"the task's cpu of {cpu} is not on offer"
        hint = f"use {_choices(FARGATE_SIZES) if subject.fargate else '128 to 196608'}"
        report.add("R31", ("cpu",), message, setting="cpu", hint=hint)
    elif subject.fargate:
        _pair(subject, cpu, memory)
    return cpu, memory


def _pair(subject: Subject, cpu: int | None, memory: int | None) -> None:
    platform = subject.task.get("runtimePlatform") or {}
    words: Value = {"cpu": cpu, "memory": memory}
    if subject.windows and platform.get("cpuArchitecture") == "ARM64":
        message = "Fargate has no Windows on ARM64"
        where = ("runtimePlatform", "cpuArchitecture")
        subject.report.add("R30", where, message, hint="use X86_64", **words)
    if cpu is None:
        return
    if subject.windows and cpu not in WINDOWS_CPU:
        message = f"the task's cpu of {cpu} is not on offer for Windows"
        hint = "use " + _choices(WINDOWS_CPU)
        subject.report.add("R30", ("cpu",), message, hint=hint, **words)
    elif memory is not None and memory not in FARGATE_SIZES[cpu]:
        message = f"Fargate does not offer {memory} MiB with {cpu} CPU units"
        hint = f"with {cpu} CPU units use {_choices(FARGATE_SIZES[cpu])} MiB"
        subject.report.add("R30", ("memory",), message, hint=hint, **words)


def _choices(values: Iterable[int]) -> str:
    return ", ".join(str(value) for value in values)


def _sum(subject: Subject, cpu: int) -> None:
    total = sum(container.get("cpu", 0) for _, container in subject.containers)
    if total > cpu:
        message = f"the containers ask for {total} CPU units, the task has {cpu}"
        subject.report.add("R32", ("containerDefinitions",), message)


def _each(subject: Subject, memory: int) -> None:
    total = sum(
        container.get("memoryReservation") or container.get("memory", 0)
        for _, container in subject.containers
    )
    for path, container in subject.containers:
        wanted = container.get("memory", 0)
        if wanted > memory:
            message = f"has {wanted} MiB memory, the task has {memory}"
            subject.report.add("R33", (*path, "memory"), message, container)
            total = 0
    if total > memory:
        message = f"the containers reserve {total} MiB memory, the task has {memory}"
        subject.report.add("F20", ("containerDefinitions",), message)


def _surely_small(definition: list[Value]) -> bool:
    """Measure in passing: writing JSON takes longer than all the other rules.

    Python's own binary form, without references, has at least half the bytes of
    the JSON text: only a quote or a backslash takes two there, and one here.
    """
    try:
        return len(marshal.dumps(definition, 0)) < MOST_BYTES // 2
    except ValueError:  # a number that is carried as text
        return False


def _bytes(subject: Subject) -> None:
    definition = [container for _, container in subject.containers]
    if _surely_small(definition):
        return
    text = dump(definition)
    size = len(text)
    if size > MOST_BYTES and "\\u" in text:  # written as ASCII, which takes more
        from json import dumps  # noqa: PLC0415  (costs more than the other rules)

        text = dumps(definition, separators=(",", ":"), ensure_ascii=False, default=str)
        size = len(text.encode(errors="replace"))
    if size > MOST_BYTES:
        message = f"the definition has {size} bytes, at most {MOST_BYTES} may be"
        subject.report.add("R5", ("containerDefinitions",), message, size=size)
