"""A loop on which nobody waits: when nothing is left to do, it is as late as the next timer.

For a world that lives on this loop alone: no files, sockets or threads are looked at. When nothing
is left to do and no timer runs, the world has come to a stand, and that is an error; so is an
instant that never ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import selectors
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
MOST_AT_ONCE = 100_000  # steps in one instant; the busiest office needs some dozens


class Standstill(Exception):  # noqa: N818 - what it is
    """Time does not go on: everybody waits for ever, or something is done over and over."""


class _NeverWaits(selectors.SelectSelector):
    """Lets the time pass that it is asked to wait."""

    now = 0.0
    _at_once = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Standstill("everybody waits for something that never comes")
        self._at_once = 0 if timeout > 0 else self._at_once + 1
        if self._at_once > MOST_AT_ONCE:
            self._at_once = 0
            raise Standstill("there is no end to what is done in this one instant")
        # Sums of fractions would be a hair's breadth beside the full minutes of the plan.
        self.now = round(self.now + max(timeout, 0.0), 6)
        return []


class MonthLoop(asyncio.SelectorEventLoop):
    """Its `time` begins with 0 and is seconds of the world it carries."""

    def __init__(self) -> None:
        self._never_waits = _NeverWaits()
        super().__init__(self._never_waits)
        self._clock_resolution = 1e-6  # months are long, and floats have an end

    def time(self) -> float:
        return self._never_waits.now

    def _write_to_self(self) -> None:
        """Nobody sleeps, so nobody has to be woken."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """asyncio.run without waiting."""
    with _few_collections(), asyncio.Runner(loop_factory=MonthLoop) as runner:
        return runner.run(work)


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """A world keeps all it saw, and to look for rubbish in it at every turn takes long."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
