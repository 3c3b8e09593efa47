"""Time. The only caller of datetime.now; knows whether the time can be trusted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A box without a battery clock wakes up in 1970, or at the date its image was built.
EARLIEST_CREDIBLE = datetime(2026, 1, 1, tzinfo=UTC)
SET_RIGHT = timedelta(minutes=1)


@dataclass(frozen=True)
class Clock:
    """Instants in UTC and durations from the monotonic clock.

    last_seen: an instant that has certainly passed: when the newest call came that is written down.
    """

    last_seen: datetime = EARLIEST_CREDIBLE
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic

    def now(self) -> datetime:
        """The present instant, UTC, aware."""
        return self.wall()

    def trusted(self) -> bool:
        """False while the clock says less than is already known to have passed.

        A minute less is a clock being set right, not one that has lost its battery.
        """
        return self.wall() >= self.last_seen - SET_RIGHT
