"""A process that watches how long others were kept from the CPU, and the whole machine with them.

The kernel counts for every thread how long it was ready to run and had to wait (the second figure
of /proc/PID/task/TID/schedstat, in ns), and for every CPU how long the host gave it to somebody
else (`steal` in /proc/stat). These are looked at every few frames, from a process of its own: the
test's has no time when it matters. A machine that stood still as a whole is late for that look
without having waited for a CPU. Where the kernel does not count, nothing is seen.

Told on stdin: `watch PID`, `worst`, `rest`. `worst` is answered: seconds since the last time, and
who. After `rest` it does not look until it is told something else.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import time
from pathlib import Path

LOOK_S = 0.05
PROC = Path("/proc")


class Waits:
    """How long the threads of one process waited for a CPU."""

    def __init__(self, process: int, proc: Path = PROC) -> None:
        self._threads = proc / str(process) / "task"
        self._before: dict[str, float] | None = None

    def longest(self) -> float:
        """The longest wait of a thread since the last look, seconds; ProcessLookupError."""
        try:
            threads = os.listdir(self._threads)  # noqa: PTH208 - twenty times a second
        except OSError as gone:
            raise ProcessLookupError(self._threads) from gone
        now = {thread: self._waited(thread) for thread in threads}
        before, self._before = self._before, now
        if before is None:
            return 0.0
        return max((all_ - before.get(one, 0.0) for one, all_ in now.items()), default=0.0)

    def _waited(self, thread: str) -> float:
        try:
            with open(f"{self._threads}/{thread}/schedstat", "rb") as file:  # noqa: PTH123 - as above
                return int(file.read().split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0  # it has just ended


class Stolen:
    """How long the host kept a CPU of this machine from it."""

    def __init__(self, proc: Path = PROC) -> None:
        self._stat = proc / "stat"
        self._tick = 1 / os.sysconf("SC_CLK_TCK")
        self._before = self._all()

    def longest(self) -> float:
        """Of the CPU that lost most since the last look, seconds."""
        before, self._before = self._before, self._all()
        lost = (now - then for now, then in zip(self._before, before, strict=False))
        return max(lost, default=0.0)

    def _all(self) -> list[float]:
        lines = (line.split() for line in self._stat.read_text().splitlines())
        cpus = (words for words in lines if words[0].startswith("cpu") and words[0] != "cpu")
        return [int(words[8]) * self._tick for words in cpus]


class Watch:
    """The worst of all since it was last told."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._waits: dict[int, Waits] = {}
        self._ours = Waits(os.getpid(), proc)
        self._stolen = Stolen(proc)
        self._worst = (0.0, "nobody")
        self.resting = False

    def add(self, process: int) -> None:
        """Watch this process too, until it ends."""
        self._waits[process] = Waits(process, self._proc)

    def look(self, late: float) -> None:
        """Once more. late: how many seconds later than meant."""
        self._note(late - self._ours.longest(), "the machine")
        self._note(self._stolen.longest(), "a CPU of the machine")
        for process, waits in tuple(self._waits.items()):
            try:
                self._note(waits.longest(), f"process {process}")
            except ProcessLookupError:
                del self._waits[process]

    def rest(self, rests: bool) -> None:
        """Look no more, or again: what was meanwhile is not told."""
        if self.resting and not rests:
            worst = self._worst
            self.look(late=0.0)
            self._worst = worst
        self.resting = rests

    def tell(self) -> str:
        """What was worst, and a new beginning."""
        worst, self._worst = self._worst, (0.0, "nobody")
        return f"{worst[0]:.3f} {worst[1]}"

    def _note(self, seconds: float, who: str) -> None:
        if seconds > self._worst[0]:
            self._worst = (seconds, who)


def main() -> None:
    """Until nobody is there any more who asks."""
    watch, asked = Watch(), selectors.DefaultSelector()
    asked.register(0, selectors.EVENT_READ)
    begun = b""
    while True:
        due = time.monotonic() + LOOK_S
        ready = asked.select(None if watch.resting else LOOK_S)
        if not watch.resting:
            watch.look(max(0.0, time.monotonic() - due))
        if not ready:
            continue
        said = os.read(0, 4096)
        if not said:
            return
        *lines, begun = (begun + said).split(b"\n")
        for line in lines:
            _obey(watch, line.split())


def _obey(watch: Watch, words: list[bytes]) -> None:
    watch.rest(words[0] == b"rest")
    if words[0] == b"watch":
        watch.add(int(words[1]))
    elif words[0] == b"worst":
        print(watch.tell(), flush=True)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
