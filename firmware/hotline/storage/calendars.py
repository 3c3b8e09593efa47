"""The secret addresses under which people's shifts can be read by a calendar, without logging in.

Kept in the file of the accounts, only as hashes: whoever copies it reads nobody's plan with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from hotline.clock import Clock
from hotline.inbox.label import label
from hotline.storage.database import DatabaseFile, instant, text_of
from hotline.storage.users import digest_of


@dataclass(frozen=True)
class Feed:
    """Whose shifts can be read, and since when. person: id."""

    person: str
    at: datetime
    by: str


class CalendarFeeds:
    """One address for each person. Every method is one short transaction."""

    def __init__(self, file: DatabaseFile, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def renew(self, person: str, by: str) -> str:
        """A new secret of 128 bits; the one before opens nothing any more."""
        secret = secrets.token_urlsafe(16)
        with self._file.writing() as database:
            database.execute(
                'insert or replace into calendar_feeds (person, secret, at, "by")'
                " values (?, ?, ?, ?)",
                (person, digest_of(secret), text_of(self._clock.now()), label(by)),
            )
        return secret

    def close(self, person: str) -> None:
        """Nobody reads this person's shifts any more; harmless when nobody could."""
        with self._file.writing() as database:
            database.execute("delete from calendar_feeds where person = ?", (person,))

    def open(self) -> list[Feed]:
        """Whose shifts can be read."""
        with self._file.reading() as database:
            rows = list(database.query("select * from calendar_feeds order by person"))
        return [Feed(row["person"], instant(row["at"]), row["by"]) for row in rows]

    def person(self, secret: str) -> str | None:
        """Whose secret this is; None for one that opens nothing."""
        with self._file.reading() as database:
            row = database.execute(
                "select person from calendar_feeds where secret = ?", (digest_of(secret),)
            ).fetchone()
        return None if row is None else str(row[0])
