"""Whose PIN opens the staff's menu, and whether it is shut. The digits themselves are nowhere.

Against somebody who has the disk that is worth little: there are only 10**8 PINs to be tried, and
whoever can read this file can read everything the menu could tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

ONLY = 1  # id of the one row that says that the menu is shut


@dataclass(frozen=True)
class StaffPin:
    """A person's (id) PIN. number: keyed before it, says whose it is and is no secret.

    kept: see storage/passwords.py. by: who had it made.
    """

    person: str
    number: str
    kept: str
    at: datetime
    by: str


class StaffPins:
    """The PINs, in memory and on their way to the disk. Lives on the loop."""

    def __init__(
        self, writer: Writer, known: Iterable[StaffPin], shut_at: datetime | None = None
    ) -> None:
        """known, shut_at: what the functions `known` and `shut_at` read at the start."""
        self._writer = writer
        self._known = {one.person: one for one in known}
        self.shut_at = shut_at

    def of(self, person: str) -> StaffPin | None:
        """The person's PIN."""
        return self._known.get(person)

    def numbered(self, number: str) -> StaffPin | None:
        """Whose number this is."""
        return next((one for one in self._known.values() if one.number == number), None)

    def number_for(self, person: str) -> str:
        """The person's number; the lowest that is free for who has none."""
        if had := self._known.get(person):
            return had.number
        taken = {one.number for one in self._known.values()}
        return next(number for number in map(str, count(1)) if number not in taken)

    def keep(self, pin: StaffPin) -> Future[None]:
        """Opens at once, in the place of the person's last one; done when it is on the disk."""
        self._known[pin.person] = pin
        return self._writer.submit(lambda database: _store(database, pin))

    def forget(self, person: str) -> Future[None]:
        """Opens no more; done when that is on the disk."""
        self._known.pop(person, None)
        return self._writer.submit(lambda database: _drop(database, person))

    def without(self, people: Collection[str]) -> tuple[StaffPin, ...]:
        """The PINs of whoever is not among these ids."""
        return tuple(one for one in self._known.values() if one.person not in people)

    def shut(self, at: datetime) -> Future[None]:
        """Nobody is let in; done when that is on the disk."""
        self.shut_at = at
        return self._writer.submit(lambda database: _shut(database, at))

    def open(self) -> Future[None]:
        """People are let in again; done when that is on the disk."""
        self.shut_at = None
        return self._writer.submit(_open)


def known(database: Database) -> list[StaffPin]:
    """Every PIN there is."""
    rows = database.query("select * from staff_pins order by person")
    return [
        StaffPin(row["person"], row["number"], row["kept"], instant(row["at"]), row["by"])
        for row in rows
    ]


def shut_at(database: Database) -> datetime | None:
    """Since when the menu is shut, None while it is open."""
    rows = database.query("select at from staff_shut")
    return next((instant(row["at"]) for row in rows), None)


def _store(database: Database, pin: StaffPin) -> None:
    database.execute(
        'insert or replace into staff_pins (person, number, kept, at, "by") values (?, ?, ?, ?, ?)',
        (pin.person, pin.number, pin.kept, text_of(pin.at), pin.by),
    )


def _drop(database: Database, person: str) -> None:
    database.execute("delete from staff_pins where person = ?", (person,))


def _shut(database: Database, at: datetime) -> None:
    row = (ONLY, text_of(at))
    database.execute("insert or replace into staff_shut (id, at) values (?, ?)", row)


def _open(database: Database) -> None:
    database.execute("delete from staff_shut")
