"""How often PINs may be guessed at: once for the whole box, whoever calls from wherever. Pure.

A PIN is DIGITS random digits, and each guess is at one person's: the number of the person is keyed
before it. So a guess is right with one chance in 10**DIGITS, however many people have a PIN. The
entrance shuts at the WRONG_A_DAY-th wrong guess within 24 hours and stays shut until somebody of
the office opens it. Between two openings at most WRONG_A_DAY - 1 guesses fall into any 24 hours,
and one more shuts it. In a year of 366 days with so many `openings` that is no more than

    (WRONG_A_DAY - 1) * 366 + WRONG_A_DAY * (openings + 1)

guesses. The one assumption: the office opens the entrance again once a day at most, over the year
(each time it is told that somebody guessed). That makes 6964 guesses and a chance of 7.0e-5 a year
for the whole box; while nobody opens it again after the first time it is 3.3e-5 at most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hotline.storage.uses import DAY, Use, What

DIGITS = 8
WRONG_A_DAY = 10
DAYS_A_YEAR = 366


def chance_a_year(openings: int) -> float:
    """Of somebody who never stops, that they hit a PIN; see above."""
    guesses = (WRONG_A_DAY - 1) * DAYS_A_YEAR + WRONG_A_DAY * (openings + 1)
    return guesses / 10.0**DIGITS


@dataclass
class Guesses:
    """Instants are those of `Clock.steady`. shut: no guess is taken.

    pending: guesses that are being looked at; each counts as wrong until it is known to be right,
    so that no number of calls at once gets more of them. A right one takes back itself and nothing
    else: whoever has a PIN cannot clear the way for guesses at others'. on_wrong: told of what is
    to be counted after a restart, too. on_shut: told once that the entrance shuts.
    """

    shut: bool = False
    on_wrong: Callable[[Use], object] = lambda _use: None
    on_shut: Callable[[], object] = lambda: None
    wrong: deque[Use] = field(default_factory=deque)
    pending: int = 0

    def remember(self, uses: Iterable[Use]) -> None:
        """What the last run counted of this day, the oldest first."""
        self.wrong.extend(use for use in uses if use.what is What.GUESSED)

    def may(self, now: datetime) -> bool:
        """Is one more guess taken now?"""
        while self.wrong and now - self.wrong[0].at > DAY:
            self.wrong.popleft()
        return not self.shut and len(self.wrong) + self.pending < WRONG_A_DAY

    def begin(self, now: datetime) -> bool:
        """Take a guess, if one may be taken; then say what it was with `end`."""
        if not self.may(now):
            return False
        self.pending += 1
        return True

    def end(self, now: datetime, *, right: bool) -> None:
        """The guess was looked at; one that was broken off is a wrong one."""
        self.pending -= 1
        if right:
            return
        use = Use(now, What.GUESSED)
        self.wrong.append(use)
        self.on_wrong(use)
        if len(self.wrong) >= WRONG_A_DAY:  # the last one: none was begun beyond it
            self.shut = True
            self.on_shut()

    def open(self) -> None:
        """The office takes guesses again, and counts from the beginning."""
        self.shut = False
        self.wrong.clear()
