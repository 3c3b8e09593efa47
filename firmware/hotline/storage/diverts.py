"""Diverts of SIM cards: what was before the box changed them, and what the owner ordered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace

from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

Key = tuple[str, int]


@dataclass(frozen=True)
class Changed:
    """A divert that the box changed.

    sim, reason: see lines/diverts.py. before: the number that was there, "" for none. target: where
    callers go now; line: for which line. Both are "" in what was remembered before they were kept.
    """

    sim: str
    reason: int
    before: str
    line: str = ""
    target: str = ""


class DivertsBefore:
    """`Memory` of lines/diverts.py. Lives on the loop.

    known: what the function `known` read at the start.
    """

    def __init__(self, writer: Writer, known: Iterable[Changed]) -> None:
        self._writer = writer
        self._known: dict[Key, Changed] = {(one.sim, one.reason): one for one in known}

    def recall(self, sim: str, reason: int) -> str | None:
        """See Memory."""
        found = self._known.get((sim, reason))
        return None if found is None else found.before

    async def remember(self, sim: str, reason: int, before: str, *, line: str, target: str) -> None:
        """See Memory. Waits for the disk: nothing is changed before it can be put back."""
        there = self._known.get((sim, reason), Changed(sim, reason, before))
        changed = replace(there, line=line, target=target)
        if changed != self._known.get((sim, reason)):
            await asyncio.wrap_future(self._writer.submit(lambda db: _store(db, changed)))
            self._known[sim, reason] = changed

    async def forget(self, sim: str, reason: int) -> None:
        """See Memory."""
        self._known.pop((sim, reason), None)
        await asyncio.wrap_future(self._writer.submit(lambda db: _drop(db, sim, reason)))

    def left(self, sims: Mapping[str, str]) -> list[Changed]:
        """What still stands for SIM cards that no line of the box has.

        sims: of each line with a SIM card, which one; "" while that is not known.
        """
        unseen = {line for line, sim in sims.items() if not sim}
        return [
            one
            for one in self._known.values()
            if one.sim not in sims.values() and not _may_be_there(one, unseen)
        ]

    def of_line(self, line: str, sim: str, reason: int) -> Changed | None:
        """What was changed for the card of this line. sim: "" while it is not known."""
        for one in self._known.values():
            if one.reason == reason and (one.sim == sim if sim else one.line == line):
                return one
        return None


@dataclass(frozen=True)
class Order:
    """What the owner ordered for all callers of a line, until they order otherwise.

    number: where they go. "": to the box, for as long as the shift lasts that would send them to
    the number `instead`.
    """

    number: str
    instead: str = ""


class DivertOrders:
    """The orders in force, by line. Lives on the loop. given: what `orders` read at the start."""

    def __init__(self, writer: Writer, given: Mapping[str, Order]) -> None:
        self._writer, self._given = writer, dict(given)

    def of(self, line: str) -> Order | None:
        """The order in force for a line."""
        return self._given.get(line)

    def give(self, line: str, order: Order) -> Future[None]:
        """In force at once; done when it is on the disk."""
        self._given[line] = order
        row = (line, order.number, order.instead)
        return self._writer.submit(lambda db: _give(db, row))

    def end(self, line: str) -> Future[None]:
        """No order is in force for the line; done when that is on the disk."""
        self._given.pop(line, None)
        return self._writer.submit(lambda db: _end(db, line))


def _give(database: Database, row: tuple[str, str, str]) -> None:
    sql = "insert or replace into divert_orders (line, number, instead) values (?, ?, ?)"
    database.execute(sql, row)


def _end(database: Database, line: str) -> None:
    database.execute("delete from divert_orders where line = ?", (line,))


def orders(database: Database) -> dict[str, Order]:
    """Every order in force, by line."""
    rows = database.query("select * from divert_orders")
    return {row["line"]: Order(row["number"], row["instead"]) for row in rows}


def _may_be_there(one: Changed, unseen: set[str]) -> bool:
    return one.line in unseen or (not one.line and bool(unseen))


def known(database: Database) -> list[Changed]:
    """Everything that is remembered."""
    rows = database.query("select sim, reason, number as before, line, target from diverts_before")
    return [Changed(**row) for row in rows]


def _store(database: Database, one: Changed) -> None:
    """What was before stays as it was first written down."""
    database.execute(
        "insert into diverts_before (sim, reason, number, line, target) values (?, ?, ?, ?, ?)"
        " on conflict (sim, reason) do update set line = excluded.line, target = excluded.target",
        (one.sim, one.reason, one.before, one.line, one.target),
    )


def _drop(database: Database, sim: str, reason: int) -> None:
    database.execute("delete from diverts_before where sim = ? and reason = ?", (sim, reason))
