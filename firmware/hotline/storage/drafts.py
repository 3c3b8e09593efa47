"""The draft of the plan: changes that are gathered and not in force. No call ever asks for it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.routing.changes import (
    Change,
    CopyWeek,
    MoveShift,
    StandIn,
    StayAway,
    SwapDay,
    all_changed,
    days_changed,
)
from hotline.routing.difference import Difference, difference
from hotline.routing.office import Office, WallTime
from hotline.said import say
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

MOST = 300  # changes in one draft

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drafted:
    """One change of the draft, and who made it."""

    number: int
    at: datetime
    by: str
    change: Change


@dataclass(frozen=True)
class Draft:
    """Changes that are gathered, and what they would bring. Nothing of it is in force.

    after: the office with them. unfit: of each change why it does not fit any more, or None. seen:
    stands for all that was looked at, see `mark_of`.
    """

    changes: tuple[Drafted, ...]
    before: Office
    after: Office
    unfit: tuple[HotlineError | None, ...]
    seen: str

    @property
    def days(self) -> tuple[date, ...]:
        """The days whose plan it touches."""
        touched = (day for one in self.changes for day in days_changed(self.before, one.change))
        return tuple(sorted(set(touched)))

    def difference(self, now: datetime) -> Difference:
        """What it would bring."""
        return difference(self.before, self.after, self.days, now)


def draft_of(office: Office, version: int, changes: Sequence[Drafted]) -> Draft:
    """The draft over the office in force."""
    after, unfit = all_changed(office, [one.change for one in changes])
    return Draft(tuple(changes), office, after, unfit, mark_of(version, changes))


class DraftStore:
    """The draft in the daemon: in memory, the same on its way to the disk. One for each office."""

    def __init__(self, writer: Writer, known: Sequence[Drafted]) -> None:
        """known: what the function `drafted` read at the start."""
        self._writer = writer
        self._changes = tuple(known)
        self._last = max((one.number for one in known), default=0)

    @property
    def changes(self) -> tuple[Drafted, ...]:
        """In the order in which they were made."""
        return self._changes

    def add(self, change: Change, by: str, at: datetime) -> Future[int]:
        """One more; the future gives its number when it is on the disk."""
        if len(self._changes) >= MOST:
            raise HotlineError(
                say("The draft is full."), say("Put it in force, or drop it, before you go on.")
            )
        self._last += 1
        one = Drafted(self._last, at, label(by), change)
        self._changes = (*self._changes, one)
        return self._writer.submit(lambda database: _insert(database, one))

    def take_out(self, number: int) -> Future[None]:
        """One less; harmless where it is gone."""
        self._changes = tuple(one for one in self._changes if one.number != number)
        return self._writer.submit(lambda database: _delete(database, number))

    def drop(self) -> Future[None]:
        """All of it."""
        return self._writer.submit(self.emptied())

    def emptied(self) -> Callable[[Database], None]:
        """All of it is dropped; the rows are for whoever writes more in the same transaction."""
        upto, self._changes = self._last, ()
        return lambda database: _delete_upto(database, upto)


def drafted(database: Database) -> tuple[Drafted, ...]:
    """The draft as it is stored; a change that this version does not know is left out."""
    found = []
    for row in database.query("select * from office_draft order by number"):
        try:
            change = _read(json.loads(row["change"]))
        except (ValueError, KeyError, TypeError, AttributeError) as strange:
            log.warning("change %d of the draft is not understood: %r", row["number"], strange)
            continue
        found.append(Drafted(row["number"], instant(row["at"]), row["by"], change))
    return tuple(found)


def mark_of(version: int, changes: Iterable[Drafted]) -> str:
    """Stands for the office in force and its draft: another one when either is another."""
    told = [version, *((one.number, text_of(one.at), _write(one.change)) for one in changes)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _insert(database: Database, one: Drafted) -> int:
    database.execute(
        'insert into office_draft (number, at, "by", change) values (?, ?, ?, ?)'
        " on conflict do nothing",
        (one.number, text_of(one.at), one.by, json.dumps(_write(one.change))),
    )
    return one.number


def _delete(database: Database, number: int) -> None:
    database.execute("delete from office_draft where number = ?", (number,))


def _delete_upto(database: Database, number: int) -> None:
    database.execute("delete from office_draft where number <= ?", (number,))


def _write(change: Change) -> dict[str, Any]:
    match change:
        case SwapDay(day, one, other):
            return {"kind": "swap", "day": str(day), "one": one, "other": other}
        case StayAway(person, first, last, reason):
            days = {"first": str(first), "last": str(last)}
            return {"kind": "away", "person": person, **days, "reason": reason}
        case StandIn(person, span):
            return {"kind": "stand_in", "person": person, "span": list(map(text_of, span))}
        case MoveShift(person, day, at, to, to_day, start, end):
            duty = {"person": person, "day": str(day), "at": at.minutes}
            place = {"to": to, "to_day": str(to_day), "start": start.minutes, "end": end.minutes}
            return {"kind": "move", **duty, **place}
        case CopyWeek(source, target):
            return {"kind": "copy", "source": str(source), "target": str(target)}


def _read(kept: dict[str, Any]) -> Change:
    match kept.pop("kind"):
        case "swap":
            return SwapDay(_day(kept["day"]), kept["one"], kept["other"])
        case "away":
            first, last = _day(kept["first"]), _day(kept["last"])
            return StayAway(kept["person"], first, last, kept["reason"])
        case "stand_in":
            start, end = map(instant, kept["span"])
            return StandIn(kept["person"], (start, end))
        case "move":
            times = (WallTime(int(kept[name])) for name in ("at", "start", "end"))
            at, start_time, end_time = times
            day, to_day = _day(kept["day"]), _day(kept["to_day"])
            return MoveShift(kept["person"], day, at, kept["to"], to_day, start_time, end_time)
        case "copy":
            return CopyWeek(_day(kept["source"]), _day(kept["target"]))
        case strange:
            raise ValueError(strange)


def _day(text: str) -> date:
    return date.fromisoformat(text)
