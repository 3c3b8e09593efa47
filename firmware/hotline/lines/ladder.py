"""What is done to a modem that is lost, and when: the recovery ladder. Pure; `now` is an argument.

Only what did not help leads higher, and the ladder ends: a dead modem is left in peace for longer
and longer times. The lowest rungs (asking AT, ESC) are climbed by the conversation itself, before
it gives a modem up (at/chat.py).
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import Enum

from hotline.errors import LineDown
from hotline.said import NOTHING, Said, say

AT_ONCE_S = 0.5
LOOK_AGAIN_S = 1.0  # for a modem that is to be plugged in
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 30.0
BOOT_S = 15.0  # from showing its ports to answering
ABSENT_S = 60.0  # longer than any restart takes: it may need its port's power turned off
STEADY_S = 45.0  # a cure that does not last so long was none
RESTING_RETRY_S = 10.0
FIRST_REST_S, LONGEST_REST_S = 300.0, 3600.0


class Hung(LineDown):
    """The modem is there and does not do as it is told: nothing it says of itself helps."""


class Wanted(LineDown):
    """Somebody wants the modem to be started anew."""


class Trouble(Enum):
    """Why a modem was lost."""

    GONE = "it has no ports"
    HUNG = "it does not do as it is told"
    REFUSED = "it, or this machine, says what is missing"
    ASKED = "somebody wants it restarted"


class Rung(Enum):
    """What is done; the values are the words for the log."""

    REOPEN = "opening it anew"
    RESTART = "restarting it"
    RESET = "resetting its USB connection"
    POWER = "turning its USB port off and on"


_SHOWN = {
    Rung.REOPEN: NOTHING,
    Rung.RESTART: say("The box restarts it."),
    Rung.RESET: say("The box resets its USB connection."),
    Rung.POWER: say("The box turns its USB port off and on."),
}
UNPLUG = say("Nothing the box could do has helped: unplug the modem, and plug it in again.")
_HIGHER = (Rung.RESTART, Rung.RESET, Rung.POWER)
ALL = frozenset(_HIGHER)


@dataclass(frozen=True)
class Step:
    """What to do next. pause: seconds to wait before. words: for the owner, "" if plain."""

    rung: Rung
    pause: float
    words: Said = NOTHING


class Ladder:
    """Where one modem stands. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._worked_at: float | None = None
        self._rests = 0
        self._forget()

    def _forget(self) -> None:
        self._began: float | None = None
        self._gone_since: float | None = None
        self._awake_by = 0.0
        self._rest_until = 0.0
        self._refused = 0
        self._tried: list[Rung] = []

    def worked(self, now: float) -> str:
        """The modem does what it should: what it was cured by, and when; "" if it was never ill."""
        self._worked_at = now
        self._gone_since, self._refused = None, 0
        if self._began is None:
            return ""
        by = f" by {self._tried[-1].value}" if self._tried else ""
        seconds, self._began = now - self._began, None
        return f"recovered{by} after {seconds:.0f} s"

    def did_nothing(self) -> None:
        """The last step could not be done, or the modem did not feel it: it needs no time."""
        self._awake_by = 0.0

    def failed(self, trouble: Trouble, now: float, possible: Set[Rung]) -> Step:
        """The modem was lost, or did not come back: what next? possible: which rungs there are."""
        if self._worked_at is not None and now - self._worked_at >= STEADY_S:
            self._rests = 0
            self._forget()
        self._worked_at = None
        self._began = now if self._began is None else self._began
        if trouble is Trouble.GONE:
            return self._gone(now, possible)
        self._gone_since = None
        if trouble is Trouble.ASKED and Rung.RESTART in possible:
            return self._take(Rung.RESTART, now)
        if trouble is Trouble.REFUSED:
            self._refused += 1
            longer: float = FIRST_RETRY_S * 2 ** min(self._refused - 1, 10)
            return Step(Rung.REOPEN, min(longer, LONGEST_RETRY_S))
        return self._hung(now, possible)

    def _gone(self, now: float, possible: Set[Rung]) -> Step:
        self._awake_by = now + BOOT_S
        if self._gone_since is None:
            self._gone_since = now
        long_gone = now - self._gone_since >= ABSENT_S
        if long_gone and Rung.POWER in possible and now >= self._rest_until:
            self._rest(now)
            return self._take(Rung.POWER, now)
        return Step(Rung.REOPEN, LOOK_AGAIN_S)

    def _hung(self, now: float, possible: Set[Rung]) -> Step:
        if now < self._awake_by:
            return Step(Rung.REOPEN, LOOK_AGAIN_S)
        if now < self._rest_until:
            return Step(Rung.REOPEN, RESTING_RETRY_S, UNPLUG)
        if Rung.REOPEN not in self._tried:
            return self._take(Rung.REOPEN, now)
        for rung in _HIGHER:
            if rung in possible and rung not in self._tried:
                return self._take(rung, now)
        self._rest(now)
        self._tried = [Rung.REOPEN]
        return Step(Rung.REOPEN, RESTING_RETRY_S, UNPLUG)

    def _take(self, rung: Rung, now: float) -> Step:
        self._tried.append(rung)
        if rung in (Rung.RESTART, Rung.POWER):
            self._awake_by = now + BOOT_S
        return Step(rung, AT_ONCE_S if rung is Rung.REOPEN else 0.0, _SHOWN[rung])

    def _rest(self, now: float) -> None:
        """Each time for longer: a modem that is dead need not be tormented."""
        rest: float = FIRST_REST_S * 2 ** min(self._rests, 10)
        self._rest_until = now + min(rest, LONGEST_REST_S)
        self._rests += 1
