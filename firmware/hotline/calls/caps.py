"""What outgoing calls may cost. A hotline that can dial out is a target of toll fraud; pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.errors import NumberRefused
from hotline.numbering import dialable
from hotline.options import Limits

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Caps:
    """The caps of box.toml over a sliding day and hour. Instants are UTC.

    `spent` holds (end of the call, seconds talked), `dialled` (instant, number).
    """

    limits: Limits
    country: str
    spent: deque[tuple[datetime, float]] = field(default_factory=deque)
    dialled: deque[tuple[datetime, str]] = field(default_factory=deque)
    forwarding: int = 0

    def check(self, number: str, now: datetime) -> str:
        """The number as E.164 if it may be dialled now; else NumberRefused says which cap."""
        allowed = self.allowed(number)
        self._forget(now)
        if sum(seconds for _, seconds in self.spent) >= self.limits.minutes_per_day * 60:
            raise NumberRefused(
                f"Today's {self.limits.minutes_per_day} minutes of forwarded calls are used up.",
                "Raise [limits] minutes_per_day in box.toml if this is your own traffic.",
            )
        if sum(one == allowed for _, one in self.dialled) >= self._per_hour:
            raise NumberRefused(
                f"This number was already called {self._per_hour} times within the hour.",
                "Raise [limits] calls_per_hour_per_number in box.toml if that is meant.",
            )
        self.dialled.append((now, allowed))
        return allowed

    def allowed(self, number: str) -> str:
        """The number as E.164 if it may be dialled at all. Raises NumberRefused."""
        return dialable(number, self.country, {self.country, *self.limits.countries})

    def may_forward(self) -> bool:
        """Is there room for one more caller to be forwarded?"""
        return self.forwarding < self.limits.concurrent

    def talked(self, seconds: float, now: datetime) -> None:
        """An outgoing leg that was answered has ended."""
        self.spent.append((now, seconds))

    @property
    def _per_hour(self) -> int:
        return self.limits.calls_per_hour_per_number

    def _forget(self, now: datetime) -> None:
        while self.spent and now - self.spent[0][0] > DAY:
            self.spent.popleft()
        while self.dialled and now - self.dialled[0][0] > HOUR:
            self.dialled.popleft()
