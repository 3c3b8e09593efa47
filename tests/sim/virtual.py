"""A loop that does not wait: where nothing is to be read, it is at once as late as the next timer.

For simulators that live on the same loop as what they judge. Bytes between them go through ptys,
which the kernel carries from one end to the other in its own time: so much is really waited, and
more before a time is let pass that somebody might take for silence.

Real time counts only in small pieces: what a machine that stalls, or a process that is stopped,
takes between two of them is nobody's. A box that stood still itself is what `leap` is for.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.sim import lateness

T = TypeVar("T")
KERNEL_S, SILENCE_S = 0.003, 0.3
LOOKS = 3  # before a silence: on a machine that stalls, one of them may be over too soon


class _Impatient:
    """A selector that lets time pass by itself."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self._counted, self._counted_at = 0.0, time.monotonic()

    def now(self) -> float:
        """Seconds since it began."""
        return self._counted + min(time.monotonic() - self._counted_at, KERNEL_S)

    def passes(self, until: float) -> None:
        """It is so late now, if it was not before."""
        self._counted, self._counted_at = max(until, self.now()), time.monotonic()

    def select(self, timeout: float | None = None) -> Any:
        began = self.now()
        if timeout is None or timeout <= KERNEL_S:
            ready = self._look(timeout)
        else:
            ready = self._looked_well(timeout)
        if not ready and timeout:
            self.passes(began + timeout)
        return ready

    def _looked_well(self, timeout: float) -> Any:
        """What is to be read before so much time passes unseen."""
        looks = LOOKS if timeout >= SILENCE_S else 1
        while looks:
            began = time.monotonic()
            ready = self._look(KERNEL_S)
            if ready:
                return ready
            late = time.monotonic() - began - KERNEL_S
            lateness.note(late)
            looks -= late < KERNEL_S  # the kernel may have had no more time than we had
        return ready

    def _look(self, timeout: float | None) -> Any:
        self.passes(0)  # what was done since the last look
        ready = self._real.select(timeout)
        self.passes(0)
        return ready

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` is its own."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)  # type: ignore[arg-type]

    def time(self) -> float:
        return self._impatient.now()


def leap(seconds: float) -> None:
    """This process stood still for so long: all that was due meanwhile is due at once."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop._impatient.passes(loop.time() + seconds)


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
