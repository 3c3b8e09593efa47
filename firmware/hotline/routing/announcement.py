"""What is said before every greeting for a while: a storm, a burst pipe, no deliveries today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class Announcement:
    """text: by language; where there is none, the office's own recording is played. by: who wrote
    it, at that instant. It is over at `until` by itself.
    """

    until: datetime
    at: datetime
    by: str
    text: Mapping[str, str] = field(default_factory=dict)

    def on(self, now: datetime) -> bool:
        """Is it still said? A box that does not know the time says it rather than not."""
        return now < self.until
