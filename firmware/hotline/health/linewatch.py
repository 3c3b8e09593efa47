"""Keeps how each line was: every few seconds a look, every quarter of an hour a line on the disk.

No call waits for any of it: what is kept is handed to the writer, and nobody waits for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from hotline.calls.board import Board
from hotline.clock import Clock
from hotline.health.lost import Lost, Moment
from hotline.health.quarterhour import QuarterHour
from hotline.lines.keeper import Mending
from hotline.lines.port import Line, LineState, ObservedLine
from hotline.storage.linehistory import LineHistory, Quarter, slot_of
from hotline.storage.linetroubles import LineTroubles

LOOK_S = 10.0
LONGEST_LOOK_S = 60.0  # a box that stood still for longer did not watch


@dataclass
class _Watched:
    """One line. at: monotonic seconds of the last look, and up what it was then."""

    quarter: QuarterHour
    lost: Lost
    at: float
    up: bool


class LineWatch:
    """Lives on the loop."""

    def __init__(
        self,
        board: Board,
        clock: Clock,
        history: LineHistory,
        troubles: LineTroubles,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._board, self._clock = board, clock
        self._history, self._troubles = history, troubles
        self._monotonic = monotonic or (lambda: asyncio.get_running_loop().time())
        self._part = history.next_part
        self._slot = slot_of(clock.now())
        self._lines: dict[str, _Watched] = {}

    def changed(self, name: str, state: LineState) -> None:
        """A line came up or went down: from now on it counts so."""
        if watched := self._lines.get(name):
            moment = self._moment()
            self._passed(watched, moment.now)
            watched.up = state.up
            watched.lost.state(state, moment)

    def mending(self, name: str, step: Mending) -> None:
        """A line's keeper does something about it."""
        if watched := self._lines.get(name):
            watched.lost.mending(step, self._moment())

    async def keep(self) -> None:
        """For ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """At every line; what is over is kept."""
        self._turn()
        for line in self._board.lines:
            self._look_at(line)
        names = {line.name for line in self._board.lines}
        self._lines = {name: one for name, one in self._lines.items() if name in names}
        self._tell()

    def close(self) -> None:
        """The box ends: what was seen of this quarter is kept, too."""
        self.look()
        for one in self._lines.values():
            one.lost.stopped(self._moment())
        self._tell()
        self._history.keep([one.quarter.so_far() for one in self._lines.values()], self._part)
        self._lines.clear()

    def _tell(self) -> None:
        told = [one for each in self._lines.values() if (one := each.lost.to_tell())]
        if told:
            self._troubles.keep(told)

    def _look_at(self, line: Line) -> None:
        moment, state = self._moment(), line.state()
        watched = self._lines.get(line.name)
        if watched is None:
            lost = Lost(line.name, self._troubles.number, moment.now)
            quarter = QuarterHour(line.name, self._slot)
            watched = self._lines[line.name] = _Watched(quarter, lost, moment.now, state.up)
        self._passed(watched, moment.now)
        watched.up = state.up
        watched.lost.state(state, moment)
        if isinstance(line, ObservedLine):
            watched.quarter.looked(line.reading())

    def _passed(self, watched: _Watched, now: float) -> None:
        seconds, watched.at = now - watched.at, now
        if 0 <= seconds <= LONGEST_LOOK_S:
            watched.quarter.passed(seconds, up=watched.up)

    def _turn(self) -> None:
        """When a quarter is over, or the clock was set, the next one begins."""
        slot = slot_of(self._clock.now())
        if slot == self._slot:
            return
        kept: list[Quarter] = []
        for name, one in self._lines.items():
            kept.append(one.quarter.so_far())
            one.quarter = QuarterHour(name, slot)
        if kept:
            self._history.keep(kept, self._part)
        if slot < self._slot:
            self._part += 1  # this time comes a second time
        self._slot = slot

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), self._monotonic())
