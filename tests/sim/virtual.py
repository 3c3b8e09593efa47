"""A loop that does not wait: where nothing is to be read, it is at once as late as the next timer.

For simulators that live on the same loop as what they judge. Bytes between them go through ptys,
which the kernel carries from one end to the other in its own time, and on a busy machine takes
long for it. So a byte of our own is sent after them, again and again before a time is let pass that
somebody might take for silence: when it is there, so are they.

Real time does not count at all: a machine that is busy, or stalls, changes nothing. A look takes a
moment, so that whoever waits for less than floating point can tell does not wait for ever. While a
thread works for the loop no time passes. A box that stood still itself is what `leap` is for.
"""

from __future__ import annotations

import asyncio
import os
import pty
import selectors
import time
import tty
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.sim import lateness

T = TypeVar("T")
SILENCE_S, LOOK_S = 0.3, 1e-6
LOOKS, PAUSE_S = 3, 0.001  # before a silence, and really between them


class _LastByte:
    """A byte that the kernel carries after all those that were written before it."""

    def __init__(self) -> None:
        self.here, self._there = pty.openpty()
        tty.setraw(self._there)
        self._under_way = 0

    def send(self) -> None:
        os.write(self._there, b".")
        self._under_way += 1

    def came(self) -> bool:
        """To be asked whenever `here` can be read: has every byte come?"""
        self._under_way -= len(os.read(self.here, 64))
        return self._under_way == 0

    def close(self) -> None:
        os.close(self.here)
        os.close(self._there)


class _Impatient:
    """A selector that lets time pass by itself."""

    def __init__(self) -> None:
        self._real, self._last = selectors.DefaultSelector(), _LastByte()
        self._real.register(self._last.here, selectors.EVENT_READ)
        self.passed = 0.0
        self.working = 0  # threads for whose end somebody waits

    def select(self, timeout: float | None = None) -> Any:
        self.passed += LOOK_S
        if not timeout or timeout < 0:
            return self._look(timeout)
        if self.working:
            return self._look(None)
        ready = self._all_that_came(timeout)
        self.passed += 0 if ready else timeout
        return ready

    def _all_that_came(self, timeout: float) -> Any:
        """What is to be read before so much time passes unseen."""
        ready = self._carried()
        if timeout >= SILENCE_S:
            for _ in range(LOOKS - 1):
                ready = ready or self._look(PAUSE_S) or self._carried()
        return ready

    def _carried(self) -> Any:
        """What is to be read when all that was written has been carried."""
        self._last.send()
        began, ready, there = time.monotonic(), [], False
        while not ready and not there:
            events = self._real.select()
            ready = self._without_ours(events)
            there = len(ready) < len(events) and self._last.came()
        lateness.note(time.monotonic() - began)
        return ready or self._look(0)

    def _look(self, timeout: float | None) -> Any:
        events = self._real.select(timeout)
        ready = self._without_ours(events)
        if len(ready) < len(events):
            self._last.came()
        return ready

    def _without_ours(self, events: Any) -> Any:
        return [event for event in events if event[0].fd != self._last.here]

    def close(self) -> None:
        self._real.close()
        self._last.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` is its own."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)  # type: ignore[arg-type]

    def time(self) -> float:
        return self._impatient.passed

    def run_in_executor(self, *args: Any) -> Any:
        work = super().run_in_executor(*args)
        self._impatient.working += 1
        work.add_done_callback(self._worked)
        return work

    def _worked(self, _: object) -> None:
        self._impatient.working -= 1


def leap(seconds: float) -> None:
    """This process stood still for so long: all that was due meanwhile is due at once."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop._impatient.passed += seconds


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
