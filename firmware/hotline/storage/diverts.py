"""What SIM cards diverted before the box changed it, so that it can be put back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlite_utils import Database

from hotline.storage.writer import Writer


class DivertsBefore:
    """`Memory` of lines/diverts.py. Lives on the loop.

    known: what the function `known` read at the start.
    """

    def __init__(self, writer: Writer, known: Mapping[tuple[str, int], str]) -> None:
        self._writer, self._known = writer, dict(known)

    def recall(self, sim: str, reason: int) -> str | None:
        """See Memory."""
        return self._known.get((sim, reason))

    async def remember(self, sim: str, reason: int, number: str) -> None:
        """See Memory. Waits for the disk: nothing is changed before it can be put back."""
        await asyncio.wrap_future(self._writer.submit(lambda db: _store(db, sim, reason, number)))
        self._known[sim, reason] = number

    async def forget(self, sim: str, reason: int) -> None:
        """See Memory."""
        self._known.pop((sim, reason), None)
        await asyncio.wrap_future(self._writer.submit(lambda db: _drop(db, sim, reason)))


def known(database: Database) -> dict[tuple[str, int], str]:
    """Everything that is remembered: the number by SIM card and reason."""
    rows = database.query("select sim, reason, number from diverts_before")
    return {(row["sim"], row["reason"]): row["number"] for row in rows}


def _store(database: Database, sim: str, reason: int, number: str) -> None:
    database.execute(
        "insert into diverts_before (sim, reason, number) values (?, ?, ?)"
        " on conflict (sim, reason) do nothing",
        (sim, reason, number),
    )


def _drop(database: Database, sim: str, reason: int) -> None:
    database.execute("delete from diverts_before where sim = ? and reason = ?", (sim, reason))
