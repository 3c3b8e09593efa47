"""Who of the staff is away, and the trail of everything they asked for: on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hotline.inbox.label import label
from hotline.routing.presence import Absent, Away, Why
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

LONGEST_ASKED = 160


class Presences:
    """The absences, in memory and on their way to the disk. Lives on the loop."""

    def __init__(self, writer: Writer, known: Iterable[Away]) -> None:
        """known: what the function `known` read at the start."""
        self._writer = writer
        self._away = {one.person: one for one in known}

    def holding(self, now: datetime) -> Absent:
        """Those that hold at this instant, by the person's id."""
        return {person: one for person, one in self._away.items() if one.holds(now)}

    def leave(self, away: Away) -> Future[None]:
        """Somebody is away, as from now on; done when it is on the disk."""
        self._away[away.person] = away
        row = (away.person, away.why.value, text_of(away.since), text_of(away.until))
        return self._writer.submit(lambda database: _store(database, row))

    def back(self, person: str, now: datetime) -> Away | None:
        """Somebody is not away any more; what they were."""
        gone = self._away.pop(person, None)
        if gone is not None:
            ended = text_of(max(gone.since, min(now, gone.until)))
            self._writer.submit(lambda database: _drop(database, person, ended))
        return gone

    def end_over(self, now: datetime) -> list[Away]:
        """Those that do not hold any more are forgotten: these."""
        over = [one for one in self._away.values() if not one.holds(now)]
        for one in over:
            self.back(one.person, now)
        return over


def known(database: Database) -> list[Away]:
    """Every absence that was written down."""
    rows = database.query("select * from presence")
    return [
        Away(row["person"], Why(row["why"]), instant(row["since"]), instant(row["until"]))
        for row in rows
    ]


def _store(database: Database, row: tuple[str, str, str, str]) -> None:
    person, why, since, until = row
    database.execute("insert or replace into presence values (?, ?, ?, ?)", row)
    _end_spells(database, person, since)
    database.execute(
        "insert or replace into away_spells (person, since, why, until) values (?, ?, ?, ?)",
        (person, since, why, until),
    )


def _drop(database: Database, person: str, ended: str) -> None:
    database.execute("delete from presence where person = ?", (person,))
    _end_spells(database, person, ended)


def _end_spells(database: Database, person: str, at: str) -> None:
    """What it was before is over; see routing/adherence.py for who wants to know."""
    database.execute(
        "update away_spells set ended = max(since, min(until, ?))"
        " where person = ? and ended is null",
        (at, person),
    )


# -- asking a colleague to swap --------------------------------------------------------------------


@dataclass(frozen=True)
class SwapAsk:
    """`one` asked `other` to swap their duties of a day; to be answered before `until`."""

    day: date
    one: str
    other: str
    at: datetime
    until: datetime


class SwapAsks:
    """What is asked and not answered yet. Lives on the loop."""

    def __init__(self, writer: Writer, known: Iterable[SwapAsk]) -> None:
        """known: what the function `swap_asks` read at the start."""
        self._writer = writer
        self._open = list(known)

    def put(self, ask: SwapAsk) -> Future[None]:
        """One more, or the same once more; done when it is on the disk."""
        self._open = [one for one in self._open if _key(one) != _key(ask)] + [ask]
        row = (*_key(ask), text_of(ask.at), text_of(ask.until))
        return self._writer.submit(lambda database: _ask(database, row))

    def newest_of(self, other: str, now: datetime) -> SwapAsk | None:
        """The newest that this person has been asked and may still answer."""
        asked = [one for one in self._open if one.other == other and one.at <= now < one.until]
        return max(asked, key=lambda one: one.at, default=None)

    def drop(self, ask: SwapAsk) -> Future[None]:
        """It was answered; done when that is on the disk."""
        self._open = [one for one in self._open if _key(one) != _key(ask)]
        return self._writer.submit(lambda database: _drop_ask(database, _key(ask)))


def swap_asks(database: Database) -> list[SwapAsk]:
    """Everything that was asked and not answered."""
    rows = database.query("select * from swap_asks order by at")
    return [
        SwapAsk(
            date.fromisoformat(row["day"]),
            row["one"],
            row["other"],
            instant(row["at"]),
            instant(row["until"]),
        )
        for row in rows
    ]


def _key(ask: SwapAsk) -> tuple[str, str, str]:
    return ask.day.isoformat(), ask.one, ask.other


def _ask(database: Database, row: tuple[str, ...]) -> None:
    database.execute("insert or replace into swap_asks values (?, ?, ?, ?, ?)", row)


def _drop_ask(database: Database, key: tuple[str, str, str]) -> None:
    database.execute("delete from swap_asks where day = ? and one = ? and other = ?", key)


# -- the trail -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """Something a person of the staff asked for, or the box did about them.

    person: id. by: who or what asked. asked: in their words. answer: what they were told.
    """

    id: int
    at: datetime
    person: str
    by: str
    asked: str
    answer: str


class StaffTrail:
    """Writes the trail; nothing here waits."""

    def __init__(self, writer: Writer, first_id: int) -> None:
        """first_id: what `next_turn` said at the start."""
        self._writer, self._next_id = writer, first_id

    def note(self, at: datetime, person: str, by: str, asked: str, answer: str) -> Future[None]:
        """One more turn; done when it is on the disk."""
        number, self._next_id = self._next_id, self._next_id + 1
        said = label(asked, LONGEST_ASKED), label(answer, LONGEST_ASKED)
        row = (number, text_of(at), person, label(by), *said)
        return self._writer.submit(lambda database: _note(database, row))


def next_turn(database: Database) -> int:
    """The first number no turn has."""
    (row,) = database.query("select coalesce(max(id), 0) as highest from staff_trail")
    return int(row["highest"]) + 1


def trail(database: Database, limit: int = 100) -> list[Turn]:
    """The newest turns first."""
    rows = database.query("select * from staff_trail order by id desc limit ?", (limit,))
    return [_turn(row) for row in rows]


def purge(database: Database, before: datetime) -> int:
    """Delete turns older than that, and questions nobody answered; returns how many turns."""
    database.execute("delete from swap_asks where until < ?", (text_of(before),))
    database.execute("delete from away_spells where until < ?", (text_of(before),))
    return database.execute("delete from staff_trail where at < ?", (text_of(before),)).rowcount


def erase(database: Database, number: str) -> None:
    """Delete turns that name a caller's number: staff may have written it in a text."""
    database.execute("delete from staff_trail where instr(asked || answer, ?) > 0", (number,))


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(
        row["id"], instant(row["at"]), row["person"], row["by"], row["asked"], row["answer"]
    )


def _note(database: Database, row: tuple[Any, ...]) -> None:
    database.execute(
        'insert into staff_trail (id, at, person, "by", asked, answer)'
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        row,
    )
