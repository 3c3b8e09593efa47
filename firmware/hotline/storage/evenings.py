"""The evening letter about who still waits: at most one for each day, whatever happens to the box.

That the day was told and the letters themselves are written in one transaction: a kill leaves both
or neither.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import date, datetime, timedelta

from hotline.inbox.waiting import Waiting
from hotline.storage import outbox
from hotline.storage.database import text_of
from hotline.storage.outbox import Letter
from hotline.storage.sqlite import Database
from hotline.storage.waiting import still_waiting
from hotline.storage.writer import Writer

KEPT = timedelta(days=400)
# Who still waits and how many were missed that day, to letters.
Compose = Callable[[Sequence[Waiting], int], Sequence[Letter]]


class Evenings:
    """Which evenings were told."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def tell(
        self, day: date, began: datetime, at: datetime, compose: Compose
    ) -> Future[tuple[Letter, ...]]:
        """Have the letters of this evening written, unless they were; those that are new.

        began: the midnight before. compose: runs in the writer's thread, perhaps more than once.
        """
        token = uuid.uuid4().hex
        return self._writer.submit(lambda database: _tell(database, token, day, began, at, compose))


def _tell(
    database: Database, token: str, day: date, began: datetime, at: datetime, compose: Compose
) -> tuple[Letter, ...]:
    database.execute("delete from evenings where day < ?", ((day - KEPT).isoformat(),))
    database.execute(
        "insert into evenings (day, at, token) values (?, ?, ?) on conflict do nothing",
        (day.isoformat(), text_of(at), token),
    )
    (told,) = database.query("select token from evenings where day = ?", (day.isoformat(),))
    if told["token"] != token:
        return ()
    letters = tuple(compose(still_waiting(database), _missed_since(database, began)))
    for letter in letters:
        outbox.store(database, letter)
    return letters


def _missed_since(database: Database, began: datetime) -> int:
    row = database.execute(
        "select count(*) from calls where outcome = 'missed' and not outgoing and started_at >= ?",
        (text_of(began),),
    ).fetchone()
    return int(row[0])
