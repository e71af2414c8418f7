"""What reading may cost: steps, bytes, seconds; over it, BudgetError, never a crash."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from fargate_instrument.hcl.values import BudgetError

STEPS = 1_000_000
BYTES = 256 << 20
SECONDS = 120.0
INSTANCE = 50
"""Steps of one instance of a block, beside those of its expressions."""
_BETWEEN = 4096


@dataclass
class Budget:
    """Spent by everything that is read in one run.

    ``steps``: parts of expressions evaluated, for one root module; ``size``: bytes of
    files and of texts made; ``seconds``: of the whole run.
    """

    steps: int = STEPS
    size: int = BYTES
    seconds: float = SECONDS
    _until: float = field(init=False)
    _spent: int = 0
    _read: int = 0
    _asked: int = 0

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds

    def fresh(self) -> None:
        """Begin another root module, whose steps are its own."""
        self._spent = self._asked = 0

    def spend(self, steps: int) -> None:
        """Take steps. Raises BudgetError."""
        self._spent += steps
        if self._spent > self.steps:
            raise BudgetError(f"reading it takes more than {self.steps} steps")
        if self._spent - self._asked > _BETWEEN:
            self._asked = self._spent
            self.check_time()

    def check_time(self) -> None:
        """Look at the clock. Raises BudgetError."""
        if time.monotonic() > self._until:
            raise BudgetError(f"reading takes more than {self.seconds:g} seconds")

    def read(self, size: int) -> None:
        """Take bytes of a file. Raises BudgetError."""
        self._read += size
        if self._read > self.size:
            raise BudgetError(f"there are more than {self.size} bytes to read")
        self.check_time()
