"""Time. The only caller of datetime.now; knows whether the time can be trusted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

# A box without a battery clock wakes up in 1970, or at the date its image was built.
EARLIEST_CREDIBLE = datetime(2026, 1, 1, tzinfo=UTC)
SET_RIGHT = timedelta(minutes=1)
LONGEST_ASLEEP = timedelta(days=5 * 365)  # a network that is farther ahead is wrong itself


@dataclass
class _Told:
    """What somebody else said of the time, and when by the monotonic clock. Replaced as a whole."""

    last: tuple[datetime, float] | None = None


@dataclass(frozen=True)
class Clock:
    """Instants in UTC and durations from the monotonic clock.

    last_seen: an instant that has certainly passed: when the newest call came that is written down.
    """

    last_seen: datetime = EARLIEST_CREDIBLE
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    _told: _Told = field(default_factory=_Told, repr=False, compare=False)
    _began: tuple[datetime, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Where `steady` begins."""
        began = max(self.wall(), self.last_seen), self.monotonic()
        object.__setattr__(self, "_began", began)

    def steady(self) -> datetime:
        """An instant like `now` that only ever goes on, whatever the wall clock does meanwhile.

        For what is counted over a span of time. Never before `last_seen`.
        """
        at, monotonic = self._began
        return at + timedelta(seconds=self.monotonic() - monotonic)

    def now(self) -> datetime:
        """The present instant, UTC, aware: by the box's own clock while that can be trusted."""
        wall = self.wall()
        told = self._told.last
        if told is None or self._credible(wall):
            return wall
        return told[0] + timedelta(seconds=self.monotonic() - told[1])

    def trusted(self) -> bool:
        """False while the clock says less than is already known to have passed.

        A minute less is a clock being set right, not one that has lost its battery.
        """
        return self._credible(self.now())

    def offer(self, at: datetime) -> bool:
        """A source that is no better than it must be says what time it is: was it needed?

        Taken only while the box's own clock is not to be trusted, and where it can be right;
        a clock that is trusted is never moved.
        """
        wall, at = self.wall(), at.astimezone(UTC)
        believable = self.last_seen <= at <= self.last_seen + LONGEST_ASLEEP
        if self._credible(wall) or not believable:
            return False
        self._told.last = (at, self.monotonic())
        return True

    def _credible(self, at: datetime) -> bool:
        return at >= self.last_seen - SET_RIGHT
