"""A loop whose clock jumps to the next timer when nothing else is to be done.

For tests in which both ends of a wire live on the loop, so that nobody needs real time. The wire is
the kernel's, which takes a moment to hand over what was written: the clock stands still meanwhile.
"""

from __future__ import annotations

import asyncio
import functools
import os
import selectors
from collections.abc import Callable, Coroutine
from typing import Any
from unittest import mock

# Real time. What a pty did not hand over by then has nobody who reads it; neither has what follows.
LOST_AFTER_S = 0.3
LOST_SOON_S = 0.003


class _Jumping(selectors.DefaultSelector):
    """Waits only for what is on a wire, and counts the rest as passed."""

    passed = 0.0
    on_wires = 0
    patience = LOST_AFTER_S

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0 if timeout is not None else None)
        if events or not timeout or timeout < 0:
            return events
        if self.on_wires > 0:
            events = super().select(self.patience)
            if events:
                self.patience = LOST_AFTER_S
                return events
            self.on_wires, self.patience = 0, max(self.patience / 2, LOST_SOON_S)
        self.passed += timeout
        return []

    def write(self, really: Callable[..., int], fd: int, data: bytes) -> int:
        written = really(fd, data)
        self.on_wires += written
        return written

    def read(self, really: Callable[..., bytes], fd: int, most: int) -> bytes:
        data = really(fd, most)
        self.on_wires -= len(data)
        return data


class HurriedLoop(asyncio.SelectorEventLoop):
    """See above. `time` runs ahead of the machine's."""

    def __init__(self) -> None:
        self.jumping = _Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.passed


def hurried(
    test: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Run the test on such a loop. All it reads and writes by `os` has to be such wires."""

    @functools.wraps(test)
    def run(*args: Any, **named: Any) -> None:
        loop = HurriedLoop()
        write = functools.partial(loop.jumping.write, os.write)
        read = functools.partial(loop.jumping.read, os.read)
        with (
            mock.patch("os.write", write),
            mock.patch("os.read", read),
            asyncio.Runner(loop_factory=lambda: loop) as runner,
        ):
            runner.run(test(*args, **named))

    return run
