"""Who keeps a place in the queue though they hung up: wishes the box will call back by itself.

A row says no more than whose turn it is; everything else is in the case, and a promise whose case
is done, or erased, is none any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.storage.database import instant
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class Promise:
    """A caller who will be called back in turn.

    arrival: the call in which they came to wait: their place. case: the wish. number: as the
    network sent it. line: over which they called, "" if unknown. tries: how often they were called
    in vain. assigned: to whom the wish was given, who calls then, "" for nobody.
    """

    arrival: int
    rank: int
    case: int
    number: str
    topic: str
    language: str
    line: str
    came: datetime
    tries: int = 0
    assigned: str = ""


class Promises:
    """Writes them down. Nothing here waits for the disk."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def make(self, promise: Promise) -> Future[None]:
        """Keep the place; another wish of the same caller takes the place of the first."""
        return self._writer.submit(lambda database: _make(database, promise))

    def tried(self, promise: Promise, tries: int) -> Future[None]:
        """They were called so often in vain."""
        return self._writer.submit(lambda database: _tried(database, promise.arrival, tries))

    def over(self, promise: Promise) -> Future[None]:
        """The box will not call any more."""
        return self._writer.submit(lambda database: _over(database, promise.arrival))

    def look(self, promise: Promise) -> Future[Promise | None]:
        """How it stands now; None where nothing is owed any more."""
        return self._writer.submit(lambda database: _look(database, promise.arrival))


def kept(database: Database) -> list[Promise]:
    """Everybody who keeps a place, in the order of their turns."""
    return [_promise(row) for row in database.query(f"{_KEPT} order by rank, arrival")]


def turns(database: Database) -> dict[int, int]:
    """The place of each wish (by its case) among those that the box will call back, 1 the next.

    One that was given to a person is theirs.
    """
    waiting = [one for one in kept(database) if not one.assigned]
    return {one.case: place for place, one in enumerate(waiting, 1)}


_KEPT = """
    select promises.*, cases.*, calls.line as line from promises
    join cases on cases.number = promises.case_number left join calls on calls.id = cases.call_id
    where cases.state != 'done' and filed and not void and cases.caller_number is not null
"""


def _promise(row: dict[str, Any]) -> Promise:
    return Promise(
        row["arrival"],
        row["rank"],
        row["case_number"],
        row["caller_number"],
        row["topic"],
        row["language"],
        row["line"] or "",
        instant(row["created"]),
        row["tries"],
        row["assigned_to"],
    )


def _look(database: Database, arrival: int) -> Promise | None:
    rows: Iterable[dict[str, Any]] = database.query(f"{_KEPT} and arrival = ?", (arrival,))
    return next(map(_promise, rows), None)


def _make(database: Database, promise: Promise) -> None:
    database.execute(
        "insert or replace into promises (arrival, rank, case_number, tries) values (?, ?, ?, ?)",
        (promise.arrival, promise.rank, promise.case, promise.tries),
    )


def _tried(database: Database, arrival: int, tries: int) -> None:
    database.execute("update promises set tries = ? where arrival = ?", (tries, arrival))


def _over(database: Database, arrival: int) -> None:
    database.execute("delete from promises where arrival = ?", (arrival,))
