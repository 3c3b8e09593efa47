"""How many numbers callers key to be called on: nobody has the box call strangers by the dozen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

HOUR_S = 3600.0
AN_HOUR = 6  # by all callers together


@dataclass
class KeyedNumbers:
    """How many numbers callers have keyed within the hour."""

    at: deque[float] = field(default_factory=deque)

    def may(self, now: float) -> bool:
        """One more?"""
        while self.at and now - self.at[0] > HOUR_S:
            self.at.popleft()
        return len(self.at) < AN_HOUR
