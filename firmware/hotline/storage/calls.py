"""The journal: every call with its steps, and the list of those nobody has spoken to yet."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hotline.inbox.case import CallerLabel, CaseKind
from hotline.inbox.hindrance import Hindrance, hindrance_of
from hotline.inbox.label import label
from hotline.inbox.outcome import Outcome, outcome_of
from hotline.inbox.retention import Retention, call_expired
from hotline.inbox.step import StepName
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

WORDS_LIMIT = 500
RESTARTED = "the box restarted"
RESTART: StepName = "restart"
# The step that says what a forwarded leg cost; the caps of the next run are made of these.
LEG_COST: Final = "leg_cost"
NEWER_THAN_ALL = 2**63 - 1  # no id is larger


@dataclass(frozen=True)
class Call:
    """One call. caller_number and caller_name are untrusted. Instants are UTC.

    outgoing: the box called; the "caller" is then the far end. person: id of who spoke.
    outcome None: under way. returned_at/by: when and by whom a missed call was marked returned.
    hindrance: why nobody was spoken with, as far as a step of the call tells it.
    """

    id: int
    line: str
    outgoing: bool
    caller_number: str | None
    caller_name: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    person: str
    topic: str
    case_number: int | None
    words: str
    language: str
    returned_at: datetime | None
    returned_by: str
    hindrance: Hindrance | None


@dataclass(frozen=True)
class Step:
    """Something that happened in a call: `what` is a fixed word, `words` a sentence."""

    at: datetime
    what: str
    words: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class CallStory:
    """A call with everything that happened in it, in order."""

    call: Call
    steps: tuple[Step, ...]


class Journal:
    """Writes calls as they happen. Nothing here waits; each future is done when it is on disk."""

    def __init__(self, writer: Writer, first_id: int) -> None:
        """first_id: what `next_call_id` said at the start."""
        self._writer = writer
        self._next_id = first_id

    def begin(self, line: str, caller: CallerLabel, at: datetime, *, outgoing: bool = False) -> int:
        """Open the row of a call that rings; its id counts at once, whatever the disk does."""
        call_id, self._next_id = self._next_id, self._next_id + 1
        row = {
            "id": call_id,
            "line": line,
            "outgoing": outgoing,
            "caller_number": label(caller.number) or None,
            "caller_name": label(caller.name),
            "started_at": text_of(at),
        }
        self._writer.submit(lambda database: _insert(database, "calls", row))
        return call_id

    def step(
        self, call_id: int, at: datetime, what: StepName, words: str = "", **facts: Any
    ) -> None:
        """Note that something happened in the call. facts: anything JSON can say."""
        values = (
            call_id,
            text_of(at),
            what,
            label(words, WORDS_LIMIT),
            json.dumps(facts, default=str),
        )
        self._writer.submit(lambda database: _add_step(database, values))

    def answered(self, call_id: int, at: datetime) -> Future[None]:
        """The box (or, in an outgoing call, the far end) picked up."""
        return self._set(call_id, answered_at=text_of(at))

    def spoken_with(self, call_id: int, person: str) -> Future[None]:
        """A person took the call; it counts as spoken even if the power is cut now."""
        return self._set(call_id, person=person)

    def end(
        self,
        call_id: int,
        at: datetime,
        outcome: Outcome,
        *,
        person: str = "",
        topic: str = "",
        case_number: int | None = None,
        words: str = "",
        language: str = "",
    ) -> Future[None]:
        """Close the row. A person noted by `spoken_with` stays if none is named here.

        Who was spoken with needs no call back any more: wishes of that number are done.
        """
        known = {"person": person} if person else {}
        values = {
            "ended_at": text_of(at),
            "outcome": outcome.value,
            "topic": topic,
            "case_number": case_number,
            "words": label(words, WORDS_LIMIT),
            "language": language,
        }
        return self._writer.submit(lambda database: _end(database, call_id, values | known))

    def not_spoken(self, call_id: int) -> Future[None]:
        """Nobody took the call after all: it was a machine that answered."""
        return self._set(call_id, person="")

    def over(self, call_id: int, line: str) -> Future[None]:
        """The far end of an outgoing call is called over this line."""
        return self._set(call_id, line=line)

    def is_test(self, call_id: int) -> Future[None]:
        """There is no caller: the box calls its own line. It stays so if the power is cut now."""
        return self._set(call_id, outcome=Outcome.TEST.value)

    def mark_returned(self, call_id: int, by: str, at: datetime) -> Future[None]:
        """Somebody called back: closes this missed call or wish, and earlier ones of the number."""
        return self._writer.submit(lambda database: _mark_returned(database, call_id, by, at))

    def _set(self, call_id: int, **values: Any) -> Future[None]:
        return self._writer.submit(lambda database: _update(database, call_id, values))


def next_call_id(database: Database) -> int:
    """The first number no call, and no case of a call that was purged, has ever had."""
    (row,) = database.query(
        "select max(coalesce((select max(id) from calls), 0),"
        " coalesce((select max(call_id) from cases), 0)) as highest"
    )
    return int(row["highest"]) + 1


def last_came(database: Database) -> datetime | None:
    """When the newest call came in; None without one.

    The newest by its number, not by its date: a clock that once ran ahead must not count for ever.
    """
    rows = database.query("select started_at from calls order by id desc limit 1")
    return next((instant(row["started_at"]) for row in rows), None)


def recent(database: Database, limit: int, before: int | None = None) -> list[Call]:
    """The newest calls first; `before`: only those with a smaller id, for the next page."""
    upto = NEWER_THAN_ALL if before is None else before
    rows = database.query(
        "select * from calls where id < ? order by id desc limit ?", (upto, limit)
    )
    return [call_of_row(row) for row in rows]


def get(database: Database, call_id: int) -> CallStory | None:
    """The call of that id with its steps, None if there is none."""
    rows = list(database.query("select * from calls where id = ?", (call_id,)))
    if not rows:
        return None
    steps = database.query("select * from steps where call_id = ? order by seq", (call_id,))
    return CallStory(call_of_row(rows[0]), tuple(_step(row) for row in steps))


def of_number(database: Database, number: str) -> list[Call]:
    """Every call from or to that number, the newest first."""
    rows = database.query("select * from calls where caller_number = ? order by id desc", (number,))
    return [call_of_row(row) for row in rows]


# Later means a higher id, not a later instant: the clock of a box may jump, its count does not.
_MISSED_OPEN = """
    outcome = 'missed' and not outgoing and returned_at is null and settled_by is null
    and not exists (
        select 1 from calls as later
        where later.caller_number = calls.caller_number
        and later.outcome = 'spoken' and later.id > calls.id
    )
"""


def missed_open(database: Database, limit: int = 1000) -> list[Call]:
    """Missed and not returned yet, the newest first.

    An entry leaves by itself when the same number was spoken with in a later call, whoever
    called whom. Withheld numbers leave only by `mark_returned`.
    """
    rows = database.query(
        "select * from calls indexed by calls_owed"  # noqa: S608
        f" where {_MISSED_OPEN} order by id desc limit ?",
        (limit,),
    )
    return [call_of_row(row) for row in rows]


def owed_among(database: Database, call_ids: Collection[int]) -> set[int]:
    """Those of these calls that are missed and not returned yet."""
    marks = ", ".join("?" * len(call_ids))
    rows = database.execute(
        f"select id from calls where id in ({marks}) and {_MISSED_OPEN}",  # noqa: S608
        list(call_ids),
    )
    return {call_id for (call_id,) in rows.fetchall()}


def open_rows(database: Database) -> list[int]:
    """Calls that are under way, or were when the last run ended."""
    return [row["id"] for row in database.query("select id from calls where ended_at is null")]


def known_of(database: Database, call_ids: Iterable[int]) -> set[int]:
    """Which of these calls stand in the journal."""
    one = "select 1 from calls where id = ?"
    return {call_id for call_id in call_ids if database.execute(one, (call_id,)).fetchone()}


def owed_nothing(database: Database, call_id: int) -> bool:
    """Is this call over, and does its caller not wait to be called back?"""
    over = f"select 1 from calls where id = ? and ended_at is not null and not ({_MISSED_OPEN})"  # noqa: S608
    return database.execute(over, (call_id,)).fetchone() is not None


def has_step(database: Database, call_id: int, what: StepName) -> bool:
    """Did this happen in the call?"""
    step = "select 1 from steps where call_id = ? and what = ?"
    return database.execute(step, (call_id, what)).fetchone() is not None


def add_step(
    database: Database, call_id: int, at: datetime, what: StepName, words: str, **facts: Any
) -> None:
    """As `Journal.step`, where the database is open already."""
    _add_step(database, (call_id, text_of(at), what, words, json.dumps(facts, default=str)))


def file_open_rows(database: Database, now: datetime) -> list[int]:
    """Close the rows that the last run left open; returns their ids.

    A call ends where its last step was noted. Who had spoken to a person stays spoken, who left a
    case that was filed has left it, everybody else was missed. To be
    called in a transaction, after the cases were adopted and before any call is begun.
    """
    rows = list(database.query("select * from calls where ended_at is null"))
    for row in rows:
        _file_open_row(database, row, now)
    return [row["id"] for row in rows]


def purge(database: Database, now: datetime, retention: Retention) -> int:
    """Delete calls whose time is over; returns how many. Missed and not returned ones stay."""
    oldest = text_of(now - retention.calls)
    rows = database.query(
        f"select *, {_MISSED_OPEN} as owed from calls where ended_at < ?",  # noqa: S608
        (oldest,),
    )
    expired = [row["id"] for row in list(rows) if _expired(row, now, retention)]
    for call_id in expired:
        database.execute("delete from calls where id = ?", (call_id,))
    return len(expired)


def erase_number(database: Database, number: str, now: datetime) -> int:
    """Forget who called: number, name and steps leave the journal. Returns how many calls it were.

    Nobody can be called back any more, so missed calls of that number count as returned. What
    forwarded legs cost stays: it names staff only, and the caps must not forget it.
    """
    database.execute(
        "delete from steps where what != ?"
        " and call_id in (select id from calls where caller_number = ?)",
        (LEG_COST, number),
    )
    cursor = database.execute(
        """update calls set caller_number = null, caller_name = '',
        returned_at = case outcome when 'missed' then coalesce(returned_at, ?) end
        where caller_number = ?""",
        (text_of(now), number),
    )
    return cursor.rowcount


def _expired(row: dict[str, Any], now: datetime, retention: Retention) -> bool:
    call = call_of_row(row)
    return call_expired(call.outcome, call.ended_at, not row["owed"], now, retention)


def _insert(database: Database, table: str, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(
        f"insert into {table} ({names}) values ({marks}) on conflict do nothing",  # noqa: S608
        list(row.values()),
    )


def _update(database: Database, call_id: int, values: dict[str, Any]) -> None:
    places = ", ".join(f"{name} = ?" for name in values)
    database.execute(
        f"update calls set {places} where id = ?",  # noqa: S608
        [*values.values(), call_id],
    )


def _add_step(database: Database, values: Sequence[Any]) -> None:
    """Number the step inside its call; a second run after a doubtful commit adds nothing."""
    database.execute(
        """insert into steps (call_id, at, what, words, facts, seq)
        select :call, :at, :what, :words, :facts,
            (select coalesce(max(seq), 0) + 1 from steps where call_id = :call)
        where not exists (
            select 1 from steps where call_id = :call and at = :at and what = :what
            and words = :words and facts = :facts
        )""",
        dict(zip(("call", "at", "what", "words", "facts"), values, strict=True)),
    )


def _end(database: Database, call_id: int, values: dict[str, Any]) -> None:
    steps = database.execute("select what from steps where call_id = ?", (call_id,))
    why = hindrance_of(Outcome(values["outcome"]), [what for (what,) in steps.fetchall()])
    _update(database, call_id, values | {"hindrance": why.value if why else ""})
    if values["outcome"] == Outcome.SPOKEN:
        note = f"Spoken with in call {call_id}."
        _finish_wishes(database, call_id, call_id - 1, values["ended_at"], note)
        _settle(database, call_id)


def _settle(database: Database, call_id: int) -> None:
    """Whoever was spoken with in this call is owed none for the calls missed before it."""
    database.execute(
        """update calls set settled_by = :id
        where caller_number = (select caller_number from calls where id = :id)
        and outcome = 'missed' and id < :id and settled_by is null""",
        {"id": call_id},
    )


def _finish_wishes(database: Database, call_id: int, upto: int, at: str, note: str) -> None:
    """Wishes to be called back of the caller of this call, filed in calls up to `upto`, are done.

    The call itself may have been purged, and its case not.
    """
    database.execute(
        """update cases set state = 'done', done_at = :at,
        note = ltrim(note || char(10) || :note, char(10))
        where kind = 'callback' and state != 'done' and filed and not void
        and call_id <= :upto and (call_id = :id or caller_number = coalesce(
            (select caller_number from calls where id = :id),
            (select caller_number from cases where call_id = :id)
        ))""",
        {"at": at, "note": note, "upto": upto, "id": call_id},
    )


def _mark_returned(database: Database, call_id: int, by: str, at: datetime) -> None:
    database.execute(
        """update calls set returned_at = :at, returned_by = :by
        where outcome = 'missed' and returned_at is null and (
            id = :id or (id < :id and caller_number = coalesce(
                (select caller_number from calls where id = :id),
                (select caller_number from cases where call_id = :id)
            ))
        )""",
        {"at": text_of(at), "by": by, "id": call_id},
    )
    _finish_wishes(database, call_id, call_id, text_of(at), f"Called back by {label(by)}.")


def _file_open_row(database: Database, row: dict[str, Any], now: datetime) -> None:
    filed = _filed_case(database, row["id"])
    number, kind = filed or (None, None)
    last = database.execute("select max(at) from steps where call_id = ?", (row["id"],))
    ended = last.fetchone()[0] or row["started_at"]
    outcome = outcome_of(spoke=bool(row["person"]), filed=kind, informed=False)
    if row["outgoing"] and outcome is Outcome.MISSED:
        outcome = Outcome.NOT_REACHED
    if row["outcome"] == Outcome.TEST:
        outcome = Outcome.TEST
    closed = {"ended_at": ended, "outcome": outcome.value, "case_number": number}
    _add_step(database, (row["id"], text_of(now), RESTART, RESTARTED, "{}"))
    _end(database, row["id"], closed | {"words": RESTARTED})


def _filed_case(database: Database, call_id: int) -> tuple[int, CaseKind] | None:
    rows: Iterable[dict[str, Any]] = database.query(
        "select number, kind from cases where call_id = ? and filed and not void"
        " order by number desc limit 1",
        (call_id,),
    )
    return next(((row["number"], CaseKind(row["kind"])) for row in rows), None)


def call_of_row(row: dict[str, Any]) -> Call:
    """The call of a row of the table."""
    return Call(
        id=row["id"],
        line=row["line"],
        outgoing=bool(row["outgoing"]),
        caller_number=row["caller_number"],
        caller_name=row["caller_name"],
        started_at=instant(row["started_at"]),
        answered_at=instant_or_none(row["answered_at"]),
        ended_at=instant_or_none(row["ended_at"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        person=row["person"],
        topic=row["topic"],
        case_number=row["case_number"],
        words=row["words"],
        language=row["language"],
        returned_at=instant_or_none(row["returned_at"]),
        returned_by=row["returned_by"],
        hindrance=Hindrance(row["hindrance"]) if row["hindrance"] else None,
    )


def _step(row: dict[str, Any]) -> Step:
    return Step(instant(row["at"]), row["what"], row["words"], json.loads(row["facts"]))
