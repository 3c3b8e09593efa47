"""What was done with numbers, caps, PINs, lines and settings, when, by whom: written once, and
never changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from hotline.storage.database import instant, text_of
from hotline.storage.writer import Writer

KEPT = 10_000  # lines; not a time, which a wrong clock would pass at once


class Act(StrEnum):
    """What happened."""

    ASKED = "asked"  # the owner of a number is asked for the code
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    FORGOTTEN = "forgotten"  # by command
    LEFT = "left"  # the number was in no office for too long
    REFUSED = "refused"  # a number was to be dialled that may not be
    BREACH = "breach"  # the minutes of the day are used up
    RESUMED = "resumed"  # and more were given, once
    PIN_MADE = "PIN made"
    PIN_FORGOTTEN = "PIN forgotten"  # by command, or the person left the office
    STAFF_SHUT = "staff menu shut"  # too many wrong PINs
    STAFF_OPENED = "staff menu opened"
    LINE_ADDED = "line added"
    LINE_CHANGED = "line changed"
    LINE_REMOVED = "line removed"
    SETTINGS_CHANGED = "settings changed"  # those of the box itself
    BOX_ANEW = "box begun anew"  # by command
    NETWORK_TRIED = "network tried"
    NETWORK_CHANGED = "network changed"


@dataclass(frozen=True)
class Entry:
    """One line. number: E.164, or as it was written. person: a name, or that of a telephone line.
    by: who did it.
    """

    at: datetime
    what: Act
    number: str = ""
    person: str = ""
    by: str = ""


class Audit:
    """Writes the lines. Lives on the loop."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def note(self, entry: Entry) -> Future[None]:
        """Done when it is on the disk."""
        return self._writer.submit(lambda database: _insert(database, entry))


def newest(database: Database, limit: int = 100) -> list[Entry]:
    """The last lines, the newest first; none in records of an older version."""
    if not database["audit"].exists():
        return []
    rows = database.query("select * from audit order by id desc limit ?", (limit,))
    return [_entry(row) for row in rows]


def _entry(row: Mapping[str, Any]) -> Entry:
    at, what = instant(row["at"]), Act(row["what"])
    return Entry(at, what, row["number"], row["person"], row["by"])


def _insert(database: Database, entry: Entry) -> None:
    database.execute(
        "insert into audit (at, what, number, person, by) values (?, ?, ?, ?, ?)",
        (text_of(entry.at), entry.what, entry.number, entry.person, entry.by),
    )
    database.execute("delete from audit where id <= (select max(id) from audit) - ?", (KEPT,))
