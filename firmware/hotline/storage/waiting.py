"""The list of who is still owed a call: who wants to call each back, and how often it was tried.

The list itself is made of the journal and the cases and cannot disagree with them. An entry leaves
when the caller was spoken with, whoever called whom, or when somebody says so; erasing a number
takes its entry along, and no retention ever takes one that still waits.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from hotline.errors import HotlineError
from hotline.inbox.case import CaseState
from hotline.inbox.waiting import (
    Attempt,
    Callee,
    Owed,
    Owner,
    Tried,
    Waiting,
    caller_key,
    grouped,
)
from hotline.said import say
from hotline.storage import complaints, promises
from hotline.storage.calls import missed_open
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

MOST = 100_000  # reasons that are read: more than any office has, and a flood cannot hide them


def still_waiting(database: Database) -> list[Waiting]:
    """Everybody who is owed a call, who waits longest first."""
    missed = [
        Owed(
            call.id,
            call.started_at,
            call.caller_number,
            call.caller_name,
            call.topic,
            call.line,
            call.language,
        )
        for call in missed_open(database, MOST)
    ]
    owners, attempts = _owners(database), _attempts(database)
    return grouped([*missed, *_wishes(database)], owners, attempts, promises.turns(database))


def entry_of(database: Database, call_id: int) -> Waiting | None:
    """The entry to which this call belongs; None when nothing is owed for it (any more)."""
    for entry in still_waiting(database):
        if any(one.call_id == call_id for one in entry.owed):
            return entry
    return None


class WaitingList:
    """Writes who wants to call whom, and what came of it. Nothing here waits for the disk."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def entry(self, call_id: int) -> Future[Waiting]:
        """The entry of this call; the future fails with HotlineError when there is none."""
        return self._writer.submit(lambda database: _wanted(database, call_id))

    def callee(self, *, call_id: int | None = None, case: int | None = None) -> Future[Callee]:
        """Whom to call back: of the entry of this call, or of this case, which has to be open.

        Fails with HotlineError when nobody waits, or withheld the number.
        """
        return self._writer.submit(lambda database: _callee(database, call_id, case))

    def next_of(self, person: str, passed: Collection[int]) -> Future[Callee | None]:
        """Who waits longest of those whom nobody else wants to call back, and who can be called.

        passed: calls whose entries are left out.
        """
        return self._writer.submit(lambda database: _next_of(database, person, passed))

    def claim(self, call_id: int, person: str, at: datetime) -> Future[Waiting]:
        """The person wants to call back. Fails with HotlineError: not waiting, or another's."""
        return self._writer.submit(lambda database: _claim(database, call_id, person, at))

    def release(self, call_id: int) -> Future[Waiting]:
        """Nobody in particular is to call back. Fails with HotlineError when nobody waits."""
        return self._writer.submit(lambda database: _release(database, call_id))

    def tried(self, call_id: int, person: str, outcome: Tried, at: datetime) -> Future[Waiting]:
        """Somebody called and did not reach the caller; fails as `entry` does."""
        key = uuid.uuid4().hex
        return self._writer.submit(
            lambda database: _tried(database, key, call_id, person, outcome, at)
        )

    def attempted(
        self, outgoing: int, number: str, person: str, outcome: Tried, at: datetime
    ) -> Future[None]:
        """A call back through the box is over: the outgoing call, and whom it went to."""
        return self._writer.submit(
            lambda database: _add(database, str(outgoing), number, person, outcome, at, outgoing)
        )


def purge(database: Database, before: datetime) -> None:
    """Forget owners and attempts from before that instant, but not of those who still wait."""
    kept = {caller_key(one.caller_number, one.call_id) for one in still_waiting(database)}
    for table in ("waiting_owners", "waiting_attempts"):
        rows = database.query(
            f"select distinct caller from {table} where at < ?",  # noqa: S608
            (text_of(before),),
        )
        for caller in [row["caller"] for row in rows if row["caller"] not in kept]:
            _forget(database, table, caller)


def erase(database: Database, number: str) -> None:
    """Forget who wanted to call this number back, and who tried."""
    for table in ("waiting_owners", "waiting_attempts"):
        _forget(database, table, number)


def _wanted(database: Database, call_id: int) -> Waiting:
    entry = entry_of(database, call_id)
    if entry is None:
        raise HotlineError(
            say("Nobody waits for a call because of call %(call)s.", call=call_id),
            say("Look at the list again: it may have been returned meanwhile."),
        )
    return entry


def _callee(database: Database, call_id: int | None, number: int | None) -> Callee:
    if number is not None:
        return _of_case(database, number)
    return _of_entry(_wanted(database, call_id or 0))


def _next_of(database: Database, person: str, passed: Collection[int]) -> Callee | None:
    for entry in still_waiting(database):
        theirs = entry.owner in ("", person) and entry.call_id not in passed
        if theirs and entry.caller_number:
            return _of_entry(entry)
    return None


def _of_entry(entry: Waiting) -> Callee:
    return Callee(
        _known(entry.caller_number),
        entry.caller_name,
        entry.call_id,
        entry.last,
        entry.topic,
        entry.owed[-1].line,
        entry.case_number,
    )


def _of_case(database: Database, number: int) -> Callee:
    case = complaints.get(database, number)
    if case is None or case.state is CaseState.DONE:
        raise HotlineError(
            say("No case %(case)s is open.", case=number), say("Choose one from the inbox.")
        )
    rows = database.query("select line from calls where id = ?", (case.call_id,))
    line = next((row["line"] for row in rows), "")
    known, call_id = _known(case.caller_number), case.call_id
    return Callee(known, case.caller_name, call_id, case.created, case.topic, line, number)


def _known(number: str | None) -> str:
    if not number:
        raise HotlineError(
            say("This caller withheld the number."), say("Wait until they call again.")
        )
    return number


def _claim(database: Database, call_id: int, person: str, at: datetime) -> Waiting:
    entry = _wanted(database, call_id)
    if entry.owner not in ("", person):
        raise HotlineError(
            say("%(person)s wants to call this caller back already.", person=entry.owner),
            say("Release it first, if that has changed."),
        )
    database.execute(
        "insert or replace into waiting_owners (caller, person, at, upto) values (?, ?, ?, ?)",
        (_key(entry), person, text_of(at), _newest(database)),
    )
    _give(database, entry, person)
    return _wanted(database, call_id)


def _release(database: Database, call_id: int) -> Waiting:
    entry = _wanted(database, call_id)
    _forget(database, "waiting_owners", _key(entry))
    _give(database, entry, "")
    return _wanted(database, call_id)


def _give(database: Database, entry: Waiting, person: str) -> None:
    """The wishes to be called back are that person's in the inbox, too."""
    state = CaseState.ASSIGNED if person else CaseState.NEW
    for one in entry.owed:
        database.execute(
            "update cases set state = ?, assigned_to = ? where number = ?",
            (state.value, person, one.case_number),
        )


def _tried(
    database: Database, key: str, call_id: int, person: str, outcome: Tried, at: datetime
) -> Waiting:
    caller = _key(_wanted(database, call_id))
    _add(database, key, caller, person, outcome, at, _newest(database))
    return _wanted(database, call_id)


def _add(
    database: Database,
    key: str,
    caller: str,
    person: str,
    outcome: Tried,
    at: datetime,
    upto: int,
) -> None:
    database.execute(
        "insert into waiting_attempts (id, caller, person, outcome, at, upto)"
        " values (?, ?, ?, ?, ?, ?) on conflict do nothing",
        (key, caller, person, outcome.value, text_of(at), upto),
    )


def _key(entry: Waiting) -> str:
    return caller_key(entry.caller_number, entry.call_id)


def _newest(database: Database) -> int:
    """The newest call there is: what is owed up to it was owed before now."""
    return int(database.execute("select coalesce(max(id), 0) from calls").fetchone()[0])


def _forget(database: Database, table: str, caller: str) -> None:
    database.execute(f"delete from {table} where caller = ?", (caller,))  # noqa: S608


def _wishes(database: Database) -> Iterable[Owed]:
    """Wishes to be called back that are not done: the journal does that for who is spoken with."""
    rows = database.query(
        """select cases.*, calls.line as line from cases left join calls on calls.id = call_id
        where kind = 'callback' and state != 'done' and filed and not void
        and call_id is not null"""
    )
    return [_wish(row) for row in rows]


def _wish(row: dict[str, Any]) -> Owed:
    return Owed(
        row["call_id"],
        instant(row["created"]),
        row["caller_number"],
        row["caller_name"],
        row["topic"],
        row["line"] or "",
        row["language"],
        row["number"],
        row["assigned_to"],
    )


def _owners(database: Database) -> dict[str, Owner]:
    rows = database.query("select * from waiting_owners")
    return {row["caller"]: Owner(row["person"], instant(row["at"]), row["upto"]) for row in rows}


def _attempts(database: Database) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for row in database.query("select * from waiting_attempts order by upto, at"):
        attempt = Attempt(instant(row["at"]), row["person"], Tried(row["outcome"]), row["upto"])
        found.setdefault(row["caller"], []).append(attempt)
    return found
