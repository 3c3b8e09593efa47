"""Who listened to a recording, or saved it, and when: told with the case, deleted with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database

ONCE = timedelta(minutes=10)  # within it, somebody who plays it again listens to it still
KEPT = 50  # of each case


@dataclass(frozen=True)
class Listener:
    """by: an account of the page. saved: the sound was taken away as a file."""

    at: datetime
    by: str
    saved: bool = False


def note(database: Database, number: int, listener: Listener) -> None:
    """Write it down, unless it is the same listening as a moment ago."""
    since = text_of(listener.at - ONCE)
    database.execute(
        """insert into listened (number, at, "by", saved) select ?1, ?2, ?3, ?4
        where not exists (
            select 1 from listened where number = ?1 and "by" = ?3 and saved = ?4 and at > ?5
        ) on conflict do nothing""",
        (number, text_of(listener.at), listener.by, listener.saved, since),
    )
    database.execute(
        """delete from listened where number = ?1 and at < (
            select at from listened where number = ?1 order by at desc limit 1 offset ?2
        )""",
        (number, KEPT - 1),
    )


def of_case(database: Database, number: int) -> list[Listener]:
    """The newest first."""
    rows = database.query("select * from listened where number = ? order by at desc", (number,))
    return [Listener(instant(row["at"]), row["by"], bool(row["saved"])) for row in rows]


def forget(database: Database, number: int) -> None:
    """The case is deleted."""
    database.execute("delete from listened where number = ?", (number,))
