"""When one line is lost and comes back: one trouble, with what was done about it. Pure.

Times come twice: `at`, which the owner reads, and `now`, monotonic seconds, by which is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.lines.gsm import BY_ITSELF, RESTING
from hotline.lines.keeper import Mending
from hotline.lines.ladder import BOOT_S, STEADY_S, Rung, Trouble
from hotline.lines.port import LineState
from hotline.said import NOTHING, Said, say
from hotline.storage.linetroubles import Kind, LineTrouble, Mended

WORTH_TELLING_S = 2.0  # shorter, and no caller noticed it
STARTING_S = 60.0  # a line needs some time after the box has started
MOST_STEPS = 40  # a modem that nobody plugs in again is looked for over and over
REOPENED = say("The box opens it anew.")
_KINDS = {
    Trouble.GONE: Kind.GONE,
    Trouble.HUNG: Kind.HUNG,
    Trouble.REFUSED: Kind.REFUSED,
    Trouble.ASKED: Kind.ASKED,
}


@dataclass(frozen=True)
class Moment:
    """at: by the clock. now: monotonic seconds."""

    at: datetime
    now: float


class Lost:
    """One line. number: gives the next trouble its own. since: from when it is watched."""

    def __init__(self, line: str, number: Callable[[], int], since: float) -> None:
        self._line, self._number, self._since = line, number, since
        self._trouble: LineTrouble | None = None
        self._down_since = self._before = 0.0
        self._up_at: float | None = None
        self._told: LineTrouble | None = None

    def mending(self, step: Mending, moment: Moment) -> None:
        """The box does something about it."""
        if step.seen == RESTING:
            return
        kind = Kind.HUNG if step.seen == BY_ITSELF else _KINDS[step.trouble]
        self._lost(moment, kind, step.seen)
        one = self._trouble
        if one is not None and one.ended is None and self._is_new(step, moment):
            if one.kind is Kind.AWAY:
                one = replace(one, kind=kind)
            done = Mended(moment.at, step.seen, _words(step))
            self._trouble = replace(one, steps=(*one.steps, done))

    def state(self, state: LineState, moment: Moment) -> None:
        """How the line is, at each change and now and then."""
        if state.up:
            self._found(moment)
        elif state.words != RESTING:
            self._lost(moment, Kind.AWAY, state.words)

    def to_tell(self) -> LineTrouble | None:
        """What is to be written down because it is new, once."""
        one = self._trouble
        if one is None or one == self._told:
            return None
        done = self._told is not None or any(step.did for step in one.steps)
        if one.ended and one.seconds < WORTH_TELLING_S and not done:
            return None
        self._told = one
        return one

    def stopped(self, moment: Moment) -> None:
        """The box ends while the line is lost."""
        if self._trouble is not None and self._trouble.ended is None:
            seconds = self._before + moment.now - self._down_since
            self._trouble = replace(self._trouble, seconds=seconds, stopped=True)

    def _lost(self, moment: Moment, kind: Kind, why: Said) -> None:
        if self._trouble is not None and self._trouble.ended is None:
            return
        starting = self._up_at is None and moment.now - self._since < STARTING_S
        if starting:
            return
        self._down_since = self._since if self._up_at is None else moment.now
        if self._trouble is not None and moment.now - (self._up_at or 0.0) < STEADY_S:
            steps = tuple(replace(one, helped=False) for one in self._trouble.steps)
            self._before = self._trouble.seconds
            self._trouble = replace(self._trouble, ended=None, steps=steps)
            return
        self._before, self._told = 0.0, None
        began = moment.at - timedelta(seconds=moment.now - self._down_since)
        self._trouble = LineTrouble(self._number(), self._line, began, kind, why)

    def _found(self, moment: Moment) -> None:
        one, was_up = self._trouble, self._up_at
        if one is None or one.ended is not None:
            self._up_at = moment.now if was_up is None else was_up
            return
        self._up_at = moment.now
        steps = one.steps
        if steps:
            steps = (*steps[:-1], replace(steps[-1], helped=True))
        seconds = self._before + moment.now - self._down_since
        self._trouble = replace(one, ended=moment.at, seconds=seconds, steps=steps)

    def _is_new(self, step: Mending, moment: Moment) -> bool:
        """Looking once more for the same thing tells nothing, nor does one that starts anew."""
        steps = self._trouble.steps if self._trouble else ()
        if len(steps) >= MOST_STEPS:
            return False
        last = steps[-1] if steps else None
        if last and last.did and step.trouble is Trouble.GONE:
            return moment.at - last.at > timedelta(seconds=2 * BOOT_S)
        return last is None or (last.seen, last.did) != (step.seen, _words(step))


def _words(step: Mending) -> Said:
    if step.did or step.rung is not Rung.REOPEN:
        return step.did
    return REOPENED if step.trouble is Trouble.HUNG else NOTHING
