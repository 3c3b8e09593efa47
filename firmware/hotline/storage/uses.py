"""What the caps of outgoing calls count, and wrong PINs, over a restart: the last day of it.

The day is one of the box's own: when the clock goes back, or comes back from far ahead, what was
written is moved to the present once. So a jump neither sets minutes free again and again nor
blocks the box until the clock comes to where it was.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

DAY = timedelta(days=1)


class What(StrEnum):
    """What was used, or done about it."""

    DIALLED = "dialled"
    TALKED = "talked"  # amount: the seconds a telephone was connected
    RESUMED = "resumed"  # amount: the seconds that were added
    TOLD = "told"  # the office was told of a breach, or of a refused number
    GUESSED = "guessed"  # somebody keyed a wrong PIN


@dataclass(frozen=True)
class Use:
    """One of them. at: by `Clock.steady`. number: E.164, "" where it is about no number."""

    at: datetime
    what: What
    number: str = ""
    amount: float = 0.0


class Uses:
    """Writes them down. Lives on the loop."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def note(self, use: Use) -> Future[None]:
        """Done when it is on the disk."""
        return self._writer.submit(lambda database: _insert(database, use))

    def forget(self, what: What) -> Future[None]:
        """None of these counts any more; done when that is on the disk."""
        return self._writer.submit(lambda database: _forget(database, what))


def last_day(database: Database, now: datetime) -> list[Use]:
    """What still counts, the oldest first; what does not is deleted. At the start of the daemon."""
    found = [
        Use(instant(row["at"]), What(row["what"]), row["number"], row["amount"])
        for row in database.query("select at, what, number, amount from uses order by id")
    ]
    count = [use for use in _to_the_present(found, now) if now - use.at < DAY]
    database.execute("delete from uses")
    for use in count:
        _insert(database, use)
    return count


def _to_the_present(found: list[Use], now: datetime) -> list[Use]:
    """In the order of writing, none later than the next one: what is, is moved back to it."""
    moved: list[Use] = []
    latest = now
    for use in reversed(found):
        latest = min(latest, use.at)
        moved.append(replace(use, at=latest))
    return moved[::-1]


def _forget(database: Database, what: What) -> None:
    database.execute("delete from uses where what = ?", (what.value,))


def _insert(database: Database, use: Use) -> None:
    database.execute(
        "insert into uses (at, what, number, amount) values (?, ?, ?, ?)",
        (text_of(use.at), use.what, use.number, use.amount),
    )
