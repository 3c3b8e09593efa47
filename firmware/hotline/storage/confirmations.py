"""Which numbers may be rung: those whose owner keyed the code. Bound to the number alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

# A number that was taken out of the office by mistake, and put back, need not be asked again.
KEPT_OUTSIDE = timedelta(days=30)


@dataclass(frozen=True)
class Confirmation:
    """A number, E.164, that its owner confirmed at `at`.

    person: whose it was then, by name. by: who had the box ask. left_at: since when it is of
    nobody of the office.
    """

    number: str
    at: datetime
    person: str
    by: str
    left_at: datetime | None = None


class Confirmations:
    """What is confirmed, in memory and on its way to the disk. Lives on the loop.

    version: another one after each change.
    """

    def __init__(self, writer: Writer, known: Iterable[Confirmation]) -> None:
        """known: what the function `known` read at the start."""
        self._writer = writer
        self._known = {one.number: one for one in known}
        self.version = 0

    def holds(self, number: str) -> bool:
        """May this E.164 number be rung?"""
        return number in self._known

    def of(self, number: str) -> Confirmation | None:
        """When and by whom it was confirmed."""
        return self._known.get(number)

    def all(self) -> tuple[Confirmation, ...]:
        """Everything that is confirmed."""
        return tuple(self._known.values())

    def keep(self, confirmation: Confirmation) -> Future[None]:
        """Holds at once; done when it is on the disk."""
        self.version += 1
        self._known[confirmation.number] = confirmation
        return self._writer.submit(lambda database: _store(database, confirmation))

    def forget(self, number: str) -> Future[None]:
        """Holds no more; done when that is on the disk."""
        self.version += 1
        self._known.pop(number, None)
        return self._writer.submit(lambda database: _drop(database, number))

    def look(self, numbers: Collection[str], now: datetime) -> tuple[Confirmation, ...]:
        """The office has these numbers now. Returns those that are revoked by it: left for good.

        To be asked before a new office is in force: a number that comes back too late is new.
        """
        over = tuple(one for one in self._known.values() if _over(one, now))
        for one in over:
            self.forget(one.number)
        moved = [
            replace(one, left_at=None if one.left_at else now)
            for one in self._known.values()
            if (one.number in numbers) == (one.left_at is not None)
        ]
        if moved:
            self._known |= {one.number: one for one in moved}
            self._writer.submit(lambda database: _store(database, *moved))
        return over


def _over(one: Confirmation, now: datetime) -> bool:
    return one.left_at is not None and now - one.left_at > KEPT_OUTSIDE


def known(database: Database) -> list[Confirmation]:
    """Everything that is confirmed. Nothing in records that no daemon of this version has seen."""
    if not database["confirmations"].exists():
        return []
    return [
        Confirmation(
            row["number"],
            instant(row["at"]),
            row["person"],
            row["by"],
            instant(row["left_at"]) if row["left_at"] else None,
        )
        for row in database.query("select * from confirmations order by number")
    ]


def holding(database: Database) -> Callable[[str], bool]:
    """`Confirmations.holds` for commands that read the records themselves."""
    numbers = {one.number for one in known(database)}
    return numbers.__contains__


def _store(database: Database, *given: Confirmation) -> None:
    for one in given:
        database.execute(
            "insert or replace into confirmations (number, at, person, by, left_at)"
            " values (?, ?, ?, ?, ?)",
            (one.number, text_of(one.at), one.person, one.by, one.left_at and text_of(one.left_at)),
        )


def _drop(database: Database, number: str) -> None:
    database.execute("delete from confirmations where number = ?", (number,))
