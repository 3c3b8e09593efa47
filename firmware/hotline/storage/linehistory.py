"""How each telephone line was, by quarters of an hour: how well it was heard, how long it was down.

A quarter is written whole and more than once without harm. Whoever writes counts its `part` up
whenever the clock goes back, and at each start: an hour that comes twice is kept twice, and added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

QUARTER_S = 900
KEPT = timedelta(days=35)
_COLUMNS = "line, slot, part, watched, down, heard, lowest, mean, highest, trip, network"


@dataclass(frozen=True)
class Quarter:
    """One quarter of an hour of a line.

    slot: how many quarters had passed since 1970. watched, down: seconds. heard: how often the
    signal was looked at; lowest, mean, highest of it in dBm, None where there is none. trip: mean
    milliseconds in which a provider answered, None if unknown. network: last operator, and how.
    """

    line: str
    slot: int
    watched: float
    down: float
    heard: int = 0
    lowest: int | None = None
    mean: float | None = None
    highest: int | None = None
    trip: float | None = None
    network: str = ""

    @property
    def at(self) -> datetime:
        """When it began."""
        return begin_of(self.slot)


def slot_of(at: datetime) -> int:
    """The quarter of an hour in which an instant lies."""
    return int(at.timestamp()) // QUARTER_S


def begin_of(slot: int) -> datetime:
    """Its first instant."""
    return datetime.fromtimestamp(slot * QUARTER_S, UTC)


class LineHistory:
    """Writes quarters. next_part: of this run."""

    def __init__(self, writer: Writer, next_part: int = 0) -> None:
        self._writer = writer
        self.next_part = next_part

    def keep(self, quarters: Iterable[Quarter], part: int) -> Future[None]:
        """Done when they are on the disk. What this part kept of the same quarter is replaced."""
        rows = [_row(one, part) for one in quarters]
        return self._writer.submit(lambda database: _store(database, rows))


def next_part(database: Database) -> int:
    """Greater than any part that was written."""
    (row,) = database.query("select coalesce(max(part), -1) + 1 as next from line_quarters")
    return int(row["next"])


def quarters(database: Database, line: str, since: datetime, until: datetime) -> list[Quarter]:
    """A line's quarters that begin in this span, in order of time, each once."""
    rows = database.query(
        f"select {_COLUMNS} from line_quarters"  # noqa: S608 - our own names of columns
        " where line = ? and slot >= ? and slot < ? order by slot, part",
        (line, -(-int(since.timestamp()) // QUARTER_S), slot_of(until) + 1),
    )
    found = dict[int, Quarter]()
    for row in rows:
        one = _quarter(row)
        before = found.get(one.slot)
        found[one.slot] = _added(before, one) if before else one
    return list(found.values())


def purge(database: Database, now: datetime) -> None:
    """Delete what nobody looks at any more."""
    database.execute("delete from line_quarters where slot < ?", (slot_of(now - KEPT),))


def _store(database: Database, rows: Sequence[tuple[object, ...]]) -> None:
    marks = ", ".join("?" * len(_COLUMNS.split(", ")))
    into = f"insert or replace into line_quarters ({_COLUMNS}) values ({marks})"  # noqa: S608
    for row in rows:
        database.execute(into, row)


def _row(one: Quarter, part: int) -> tuple[object, ...]:
    times = round(one.watched, 1), round(one.down, 1)
    signal = one.heard, one.lowest, one.mean, one.highest
    return one.line, one.slot, part, *times, *signal, one.trip, one.network


def _quarter(row: Mapping[str, Any]) -> Quarter:
    kept = {name: row[name] for name in _COLUMNS.split(", ") if name != "part"}
    return Quarter(**kept)


def _added(one: Quarter, more: Quarter) -> Quarter:
    heard = one.heard + more.heard
    lows = [low for low in (one.lowest, more.lowest) if low is not None]
    highs = [high for high in (one.highest, more.highest) if high is not None]
    means = [(q.mean, q.heard) for q in (one, more) if q.mean is not None]
    trips = [trip for trip in (one.trip, more.trip) if trip is not None]
    return Quarter(
        one.line,
        one.slot,
        one.watched + more.watched,
        one.down + more.down,
        heard,
        min(lows, default=None),
        sum(mean * n for mean, n in means) / heard if means and heard else None,
        max(highs, default=None),
        sum(trips) / len(trips) if trips else None,
        more.network or one.network,
    )
