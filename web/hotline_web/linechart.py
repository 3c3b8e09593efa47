"""How a line was, as a picture and as the table that says the same: pure, made on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.storage.linehistory import QUARTER_S, Quarter
from hotline.storage.lineverdicts import WEAK_DBM, is_weak

SPANS = {1: QUARTER_S, 7: 3600, 30: 4 * 3600}  # days: seconds of one column of the picture
ROWS = {1: 3600, 7: 6 * 3600, 30: 24 * 3600}  # and of one row of the table
LOW, HIGH = -113, -61  # dBm: nothing, and more than anybody needs
HEIGHT = 100
COLUMN = 4
PART = 4  # so much of a stretch is worth a warning: the fourth part
_BARS = (-111, -99, -89, -77)  # as lines/network.py counts them


@dataclass(frozen=True)
class Stretch:
    """Some time of a line. watched, down: seconds. weak: was it heard badly for a good part?"""

    at: datetime
    watched: float
    down: float
    lowest: int | None
    mean: float | None
    weak: bool = False

    @property
    def bars(self) -> int | None:
        """How people read a signal."""
        return None if self.mean is None else sum(self.mean >= step for step in _BARS)

    @property
    def weakest(self) -> int | None:
        """The same of the weakest moment."""
        return None if self.lowest is None else sum(self.lowest >= step for step in _BARS)


@dataclass(frozen=True)
class Column:
    """One column of the picture. top, tall: of the bar, None without a signal. down: 0 to 1."""

    x: int
    top: int | None
    tall: int
    weak: bool
    down: int
    watched: bool


@dataclass(frozen=True)
class Chart:
    """The picture. marks: instants below its left edge, its middle and its right edge."""

    columns: tuple[Column, ...]
    width: int
    weak_at: int
    marks: tuple[datetime, ...]
    heard: bool


def stretches(
    quarters: Sequence[Quarter], begin: datetime, end: datetime, seconds: int
) -> list[Stretch]:
    """The span in pieces of so many seconds, also those of which nothing is known."""
    pieces = -(-int((end - begin).total_seconds()) // seconds)
    filled: list[list[Quarter]] = [[] for _ in range(pieces)]
    for one in quarters:
        n = int((one.at - begin).total_seconds()) // seconds
        if 0 <= n < pieces:
            filled[n].append(one)
    return [
        _stretch(begin + timedelta(seconds=n * seconds), those) for n, those in enumerate(filled)
    ]


def rows(quarters: Sequence[Quarter], begin: datetime, end: datetime, days: int) -> list[Stretch]:
    """The table, the newest first; of times of which nothing is known there is no row."""
    found = stretches(quarters, begin, end, ROWS[days])
    return [one for one in reversed(found) if one.watched]


def chart(quarters: Sequence[Quarter], begin: datetime, end: datetime, days: int) -> Chart:
    """The picture of the last `days` days: 1, 7 or 30."""
    pieces = stretches(quarters, begin, end, SPANS[days])
    columns = tuple(_column(n, one) for n, one in enumerate(pieces))
    marks = (begin, begin + (end - begin) / 2, end)
    heard = any(one.mean is not None for one in pieces)
    return Chart(columns, COLUMN * len(columns), _y(WEAK_DBM), marks, heard)


def span(now: datetime, days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the begin of a row of the table to the last quarter of an hour that is over."""
    end = now - timedelta(seconds=now.timestamp() % QUARTER_S)
    begin = end - timedelta(days=days)
    if days == 1:
        return begin, end
    local = begin.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo), end


def _stretch(at: datetime, those: Sequence[Quarter]) -> Stretch:
    heard = sum(one.heard for one in those if one.mean is not None)
    total = sum(one.mean * one.heard for one in those if one.mean is not None)
    return Stretch(
        at,
        sum(one.watched for one in those),
        sum(one.down for one in those),
        min((one.lowest for one in those if one.lowest is not None), default=None),
        total / heard if heard else None,
        weak=any(map(is_weak, those)) and PART * sum(map(is_weak, those)) >= len(those),
    )


def _column(n: int, one: Stretch) -> Column:
    down = round(HEIGHT * one.down / one.watched) if one.watched else 0
    down = max(down, 4) if one.down >= 1 else 0
    if one.mean is None:
        return Column(n * COLUMN, None, 0, False, down, one.watched > 0)
    top = _y(one.mean)
    return Column(n * COLUMN, top, HEIGHT - top, one.weak, down, one.watched > 0)


def _y(dbm: float) -> int:
    """From above: strong signals stand high."""
    share = (min(max(dbm, LOW), HIGH) - LOW) / (HIGH - LOW)
    return round(HEIGHT * (1 - share)) if share > 0.02 else HEIGHT - 2
