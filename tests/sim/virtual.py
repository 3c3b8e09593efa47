"""A loop that does not wait: where nothing is to be read, it is at once as late as the next timer.

For simulators that live on the same loop as what they judge. Bytes between them go through ptys,
which the kernel carries from one end to the other in its own time: so much is really waited, and
more before a time is let pass that somebody might take for silence.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.sim import lateness

T = TypeVar("T")
KERNEL_S, SILENCE_S = 0.006, 0.3
LOOKS = 3  # before a silence: on a machine that stalls, one of them may be over too soon


class _Impatient:
    """A selector that lets time pass by itself."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= KERNEL_S:
            return self._real.select(timeout)
        looks = LOOKS if timeout >= SILENCE_S else 1
        while looks:
            began = time.monotonic()
            ready = self._real.select(KERNEL_S)
            if ready:
                return ready
            late = time.monotonic() - began - KERNEL_S
            lateness.note(late)
            looks -= late < KERNEL_S  # the kernel may have had no more time than we had
        self.passed += timeout - KERNEL_S
        return ready

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` runs ahead of the real one."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)  # type: ignore[arg-type]

    def time(self) -> float:
        return super().time() + self._impatient.passed


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
