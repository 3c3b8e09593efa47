"""Which holes in the plan were told already, so that each is told once, over restarts too."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from datetime import datetime, timedelta

from hotline.storage.database import text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

KEPT = timedelta(days=3)  # holes lie a day ahead


class ToldHoles:
    """By the instant at which a hole ends: one under way begins anew with every look."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def new(self, ends: Collection[datetime], now: datetime) -> Future[frozenset[datetime]]:
        """Those that were not told before; from now on they count as told."""
        return self._writer.submit(lambda database: _new(database, ends, now))


def _new(database: Database, ends: Collection[datetime], now: datetime) -> frozenset[datetime]:
    database.execute("delete from told_holes where ends < ?", (text_of(now - KEPT),))
    known = {row["ends"] for row in database.query("select ends from told_holes")}
    new = frozenset(end for end in ends if text_of(end) not in known)
    for end in new:
        database.execute("insert into told_holes (ends) values (?)", (text_of(end),))
    return new
