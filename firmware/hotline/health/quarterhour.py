"""One line's quarter of an hour while it lasts: seconds and signals, added up. Pure."""

from __future__ import annotations

from hotline.lines.port import Reading
from hotline.storage.linehistory import Quarter


class QuarterHour:
    """Adds up; `so_far` tells. slot: which quarter it is."""

    def __init__(self, line: str, slot: int) -> None:
        self.line, self.slot = line, slot
        self._watched = self._down = 0.0
        self._heard: list[int] = []
        self._trips: list[float] = []
        self._network = ""

    def passed(self, seconds: float, *, up: bool) -> None:
        """So long callers could reach the line, or could not."""
        self._watched += seconds
        self._down += 0.0 if up else seconds

    def looked(self, reading: Reading) -> None:
        """How it is heard now."""
        if reading.dbm is not None:
            self._heard.append(reading.dbm)
        if reading.trip is not None:
            self._trips.append(reading.trip)
        self._network = reading.network or self._network

    def so_far(self) -> Quarter:
        """What is to be kept of it."""
        heard, trips = self._heard, self._trips
        return Quarter(
            self.line,
            self.slot,
            self._watched,
            self._down,
            len(heard),
            min(heard, default=None),
            round(sum(heard) / len(heard), 1) if heard else None,
            max(heard, default=None),
            round(sum(trips) / len(trips), 1) if trips else None,
            self._network,
        )
