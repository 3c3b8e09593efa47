"""Cases on the disk: messages, complaints, wishes to be called back, and their recovery."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from hotline.errors import HotlineError
from hotline.inbox import case as rules
from hotline.inbox.case import CallerLabel, Case, CaseKind, CaseState
from hotline.inbox.deadlines import DEFAULT_TERM, due_at
from hotline.inbox.label import label
from hotline.inbox.retention import Retention, case_expired
from hotline.storage import listeners
from hotline.storage.calls import NEWER_THAN_ALL
from hotline.storage.database import instant, instant_or_none, text_of
from hotline.storage.files import case_of_name, recording_name
from hotline.storage.listeners import Listener
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

T = TypeVar("T")

FIRST_NUMBER = 101  # "complaint 1" makes a caller doubt; three digits are still easily said
NOTE_LIMIT = 4000
GONE = "The recording is gone; nobody had listened to it."
SHORTEST_KEPT = 1.0  # seconds; less than that and nobody said anything
FOUND = "Found on the disk after a restart; the entry about it was lost."
UNREADABLE = "The recording could not be read after a restart; the file is kept."


class Show(StrEnum):
    """Which cases a list shows."""

    OPEN = "open"  # new and assigned
    NEW = "new"
    ASSIGNED = "assigned"
    DONE = "done"
    ALL = "all"


_STATES = {
    Show.OPEN: (CaseState.NEW, CaseState.ASSIGNED),
    Show.NEW: (CaseState.NEW,),
    Show.ASSIGNED: (CaseState.ASSIGNED,),
    Show.DONE: (CaseState.DONE,),
    Show.ALL: tuple(CaseState),
}


@dataclass(frozen=True)
class OpenedCase:
    """A case just opened. `number` may be spoken at once; `recording` is the file to record into.

    stored: done when the row is on the disk.
    """

    number: int
    recording: str | None
    stored: Future[None]


@dataclass(frozen=True)
class Adopted:
    """What the start found. next_number: the first one free. filed: cases whose recording the
    last run left open. found: cases made anew from files without a row."""

    next_number: int
    filed: tuple[int, ...]
    found: tuple[int, ...]


class Cases:
    """Writes cases. Nothing here waits for the disk; each future is done when it is stored.

    Steps of a person (assign, finish, ...) fail their future with HotlineError when the rules
    of the inbox forbid them or the case does not exist.
    """

    def __init__(self, writer: Writer, first_number: int, term: timedelta = DEFAULT_TERM) -> None:
        """first_number: `Adopted.next_number`. term: time until a case is due."""
        self._writer = writer
        self._next_number = first_number
        self._term = term

    def open(
        self,
        kind: CaseKind,
        call_id: int,
        topic: str,
        caller: CallerLabel,
        language: str,
        at: datetime,
        *,
        spoken: bool = True,
    ) -> OpenedCase:
        """Open a case before the beep: its number counts at once, whatever the disk does.

        A message or complaint is filed by `filed` when the caller has finished; a wish to be
        called back, and what is not spoken, has no recording and is filed at once.
        """
        number, self._next_number = self._next_number, self._next_number + 1
        spoken = spoken and kind is not CaseKind.CALLBACK
        case = Case(
            number=number,
            kind=kind,
            created=at,
            due=due_at(at, self._term),
            topic=topic,
            caller_number=label(caller.number) or None,
            caller_name=label(caller.name),
            call_id=call_id,
            language=language,
            recording=recording_name(number, kind) if spoken else None,
            filed=not spoken,
        )
        stored = self._writer.submit(lambda database: _insert(database, case))
        return OpenedCase(number, case.recording, stored)

    def filed(self, number: int, seconds: float) -> Future[None]:
        """The caller has finished and the recording of that length is complete."""
        return self._set(number, filed=True, seconds=seconds)

    def dropped(self, number: int) -> Future[None]:
        """Nothing was said: the number stays used, the case is shown nowhere."""
        return self._set(number, void=True, filed=True)

    def assign(self, number: int, person: str) -> Future[Case]:
        """Give the case to a person."""
        return self._change(number, lambda case: rules.assigned(case, person))

    def done(self, number: int, at: datetime) -> Future[Case]:
        """The caller has been answered."""
        return self._change(number, lambda case: rules.done(case, at))

    def reopen(self, number: int, at: datetime) -> Future[Case]:
        """It was not done after all; a deadline that has passed runs anew."""
        anew = due_at(at, self._term)
        return self._change(
            number, lambda case: rules.reopened(case, case.due if case.due > at else anew)
        )

    def put_off(self, number: int, due: datetime, at: datetime, by: str) -> Future[Case]:
        """Another deadline, set by somebody."""
        return self._change(number, lambda case: rules.put_off(case, due, at, by))

    def note(self, number: int, text: str) -> Future[Case]:
        """Add a note of the office below those already there; of too many the oldest go."""
        added = text.encode("utf-8", "replace").decode()

        def change(case: Case) -> Case:
            notes = f"{case.note}\n{added}" if case.note else added
            return replace(case, note=notes[-NOTE_LIMIT:])

        return self._change(number, change)

    def heard(
        self, number: int, at: datetime, by: str = "", *, saved: bool = False
    ) -> Future[Case]:
        """Somebody listened to the recording, or saved it; the first time counts as heard.

        by: who, to be told apart later; "" for nobody whose name is known.
        """

        def change(database: Database) -> Case:
            case = _changed(
                database, number, lambda case: replace(case, heard_at=case.heard_at or at)
            )
            if by:
                listeners.note(database, number, Listener(at, by, saved))
            return case

        return self._writer.submit(change)

    def keep(self, number: int, keep: bool) -> Future[Case]:
        """Except the case from every purge, or no longer."""
        return self._change(number, lambda case: replace(case, keep=keep))

    def _change(self, number: int, change: Callable[[Case], Case]) -> Future[Case]:
        return self._writer.submit(lambda database: _changed(database, number, change))

    def _set(self, number: int, **values: Any) -> Future[None]:
        return self._writer.submit(lambda database: _update(database, number, values))


def get(database: Database, number: int) -> Case | None:
    """The case of that number; None if there is none, or nothing was said in it."""
    return next(iter(matching(database, "number = ? and not void", (number,))), None)


def list_cases(
    database: Database,
    show: Show = Show.OPEN,
    kind: CaseKind | None = None,
    limit: int = 1000,
    before: int | None = None,
) -> list[Case]:
    """Filed cases, the newest first; `kind` None means every kind.

    before: only those with a smaller number, for the next page.
    """
    upto = NEWER_THAN_ALL if before is None else before
    states = [state.value for state in _STATES[show]]
    marks = ", ".join("?" * len(states))
    return matching(
        database,
        f"filed and void = 0 and state in ({marks}) and number < ? and (? is null or kind = ?)"
        " order by number desc limit ?",
        (*states, upto, kind, kind, limit),
    )


def next_done(database: Database, number: int) -> Case | None:
    """The closed case that was opened next after that one."""
    found = matching(
        database,
        "state = 'done' and filed and void = 0 and number > ? order by number limit 1",
        (number,),
    )
    return next(iter(found), None)


def of_number(database: Database, number: str) -> list[Case]:
    """Every case of that caller's number, the newest first."""
    return matching(database, "caller_number = ? and not void order by number desc", (number,))


def adopt(
    database: Database, recordings: Path, now: datetime, repair: Callable[[Path], float]
) -> Adopted:
    """Bring rows and files of cases together after a restart. Call it inside a transaction.

    Recordings that were left open are made whole by `repair` (path -> seconds; it may raise
    OSError or ValueError) and filed if they hold at least a second. Files without a row get one.
    A row whose file is gone names it no longer, and says so if nobody had listened to it, until
    the file is back. The file of a case in which nothing was said is deleted.
    """
    filed = [
        number for number in _left_open(database) if _refile(database, recordings, number, repair)
    ]
    found = [
        case.number
        for case in _strays(database, recordings, now)
        if _take_in(database, recordings, case, repair)
    ]
    without_sound(database, _missing(database, recordings))
    row = database.execute("select coalesce(max(number), 0) from cases").fetchone()
    highest = max([row[0], *(number for number, _ in _files(recordings))])
    return Adopted(max(highest + 1, FIRST_NUMBER), tuple(filed), tuple(found))


def expired(database: Database, now: datetime, retention: Retention) -> list[Case]:
    """Cases whose time is over, to be deleted with their files."""
    closed = matching(database, "state = 'done' and not void", ())
    return [case for case in closed if case_expired(case, now, retention)]


def all_of_number(database: Database, number: str) -> list[Case]:
    """Every row that names that caller, also those in which nothing was said."""
    return matching(database, "caller_number = ?", (number,))


def delete(database: Database, numbers: Iterable[int]) -> None:
    """Delete rows. Their files have to be gone before: a file without a row becomes a case."""
    for number in numbers:
        database.execute("delete from cases where number = ?", (number,))
        listeners.forget(database, number)


def _changed(database: Database, number: int, change: Callable[[Case], Case]) -> Case:
    case = get(database, number)
    if case is None:
        raise HotlineError(f"There is no case {number}.", "Choose one from the list.")
    changed = change(case)
    _update(database, number, _row(changed))
    return changed


def without_sound(database: Database, numbers: Iterable[int]) -> None:
    """The recordings of these cases are gone; those nobody had listened to say so."""
    for number in numbers:
        database.execute(
            """update cases set recording = null,
            note = case when heard_at is null then ltrim(note || ' ' || ?) else note end
            where number = ?""",
            (GONE, number),
        )


def _missing(database: Database, recordings: Path) -> list[int]:
    rows = database.query(
        "select number, recording from cases where recording is not null and not void"
    )
    return [row["number"] for row in list(rows) if not (recordings / row["recording"]).is_file()]


def _left_open(database: Database) -> list[int]:
    rows = database.query("select number from cases where not filed and not void order by number")
    return [row["number"] for row in list(rows)]


def _refile(
    database: Database, recordings: Path, number: int, repair: Callable[[Path], float]
) -> bool:
    """File a case the last run left open, or drop it if nothing was said. True if filed."""
    (case,) = matching(database, "number = ?", (number,))
    path = recordings / (case.recording or "")
    seconds = _length(path, repair) if path.is_file() else 0.0
    if seconds is None:
        _update(database, number, {"filed": True, "note": UNREADABLE})
        return True
    kept = seconds >= SHORTEST_KEPT
    _update(database, number, {"filed": True, "void": not kept, "seconds": seconds})
    return kept


def _strays(database: Database, recordings: Path, now: datetime) -> list[Case]:
    """Cases for files without a row. Other files go back to their row, or, void ones, away."""
    strays = []
    for number, kind in _files(recordings):
        path = recordings / recording_name(number, kind)
        rows = list(database.query("select void, recording from cases where number = ?", (number,)))
        if not rows:
            strays.append(_stray(path, number, kind, now))
        elif rows[0]["void"]:
            path.unlink(missing_ok=True)
        elif rows[0]["recording"] is None:
            _reattach(database, number, path.name)
    return strays


def _reattach(database: Database, number: int, name: str) -> None:
    """A file that was gone is back, as after a start without the disk of the recordings."""
    database.execute(
        "update cases set recording = ?, note = rtrim(replace(note, ?, '')) where number = ?",
        (name, GONE, number),
    )


def _stray(path: Path, number: int, kind: CaseKind, now: datetime) -> Case:
    created = min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
    return Case(number, kind, created, due_at(now), recording=path.name, filed=True, note=FOUND)


def _take_in(
    database: Database, recordings: Path, case: Case, repair: Callable[[Path], float]
) -> bool:
    seconds = _length(recordings / (case.recording or ""), repair)
    if seconds is not None and seconds < SHORTEST_KEPT:
        return False
    _insert(database, replace(case, seconds=seconds or 0.0))
    return True


def _length(path: Path, repair: Callable[[Path], float]) -> float | None:
    """Seconds of a recording made whole; None if it cannot be read."""
    try:
        return repair(path)
    except (OSError, ValueError):
        return None


def _files(recordings: Path) -> list[tuple[int, CaseKind]]:
    found = (case_of_name(entry.name) for entry in recordings.iterdir())
    return sorted(known for known in found if known)


def _insert(database: Database, case: Case) -> None:
    row = _row(case)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    database.execute(
        f"insert into cases ({names}) values ({marks}) on conflict do nothing",  # noqa: S608
        list(row.values()),
    )


def _update(database: Database, number: int, values: dict[str, Any]) -> None:
    places = ", ".join(f"{name} = ?" for name in values)
    database.execute(
        f"update cases set {places} where number = ?",  # noqa: S608
        [*values.values(), number],
    )


def matching(database: Database, where: str, values: tuple[Any, ...]) -> list[Case]:
    """Every case of which `where`, a condition of ours with its order, is true."""
    rows = database.query(f"select * from cases where {where}", values)  # noqa: S608
    return [_case(row) for row in rows]


def _row(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "kind": case.kind.value,
        "state": case.state.value,
        "topic": case.topic,
        "caller_number": case.caller_number,
        "caller_name": case.caller_name,
        "call_id": case.call_id,
        "language": case.language,
        "recording": case.recording,
        "seconds": case.seconds,
        "created": text_of(case.created),
        "due": text_of(case.due),
        "filed": case.filed,
        "assigned_to": case.assigned_to,
        "note": case.note,
        "heard_at": case.heard_at and text_of(case.heard_at),
        "done_at": case.done_at and text_of(case.done_at),
        "keep": case.keep,
        "due_by": case.due_by,
    }


def _case(row: dict[str, Any]) -> Case:
    return Case(
        number=row["number"],
        kind=CaseKind(row["kind"]),
        created=instant(row["created"]),
        due=instant(row["due"]),
        state=CaseState(row["state"]),
        topic=row["topic"],
        caller_number=row["caller_number"],
        caller_name=row["caller_name"],
        call_id=row["call_id"],
        language=row["language"],
        recording=row["recording"],
        seconds=row["seconds"],
        filed=bool(row["filed"]),
        assigned_to=row["assigned_to"],
        note=row["note"],
        heard_at=instant_or_none(row["heard_at"]),
        done_at=instant_or_none(row["done_at"]),
        keep=bool(row["keep"]),
        due_by=row["due_by"],
    )
