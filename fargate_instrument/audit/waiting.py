"""A progress bar on stderr for long audits; without a terminal it says nothing."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID


class Silent:
    """Progress that nobody sees."""

    def expect(self, number: int) -> None:
        """More definitions are to be read."""

    def done(self, what: str) -> None:
        """One definition was read."""


class Bar(Silent):
    """Progress as rich draws it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._total = 0
        self._lock = threading.Lock()

    def expect(self, number: int) -> None:
        """Lengthen the bar."""
        with self._lock:
            self._total += number
            self._progress.update(self._task, total=self._total)

    def done(self, what: str) -> None:
        """Move on by one."""
        self._progress.update(self._task, advance=1, description=what)


@contextlib.contextmanager
def progress() -> Iterator[Silent]:
    """Draw a bar on stderr while the block runs, if stderr is a terminal."""
    from rich.console import Console  # noqa: PLC0415  (only a long audit needs it)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    if not (console.file.isatty() and console.is_terminal):
        yield Silent()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as drawn:
        yield Bar(drawn, drawn.add_task("asking", total=None))
