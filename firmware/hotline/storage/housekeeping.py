"""What is done at night, or on request: delete what is over, make room, forget a person, copy.

Everything here waits for the disk: run it in a thread, never on the calls' loop. Files always go
before their rows. A cut between the two leaves a row without a file, which the next start puts
right; the other way round a deleted complaint would come back as one found on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline.inbox.case import Case
from hotline.inbox.retention import Retention
from hotline.storage import (
    calls,
    complaints,
    linehistory,
    linetroubles,
    numberchecks,
    outbox,
    presence,
    texts,
    waiting,
)
from hotline.storage.complaints import Show
from hotline.storage.database import DatabaseFile
from hotline.storage.files import Recordings
from hotline.storage.whys import Whys
from hotline.storage.writer import Writer

MOVED_ASIDE_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Tidied:
    """What a night's work deleted: calls, cases, and recordings given up to make room."""

    calls: int
    cases: tuple[int, ...]
    given_up: tuple[int, ...]


class Housekeeping:
    """The records' own broom."""

    def __init__(self, file: DatabaseFile, writer: Writer, recordings: Recordings) -> None:
        self._file = file
        self._writer = writer
        self._recordings = recordings
        self._whys = Whys(file, writer, recordings)

    def tidy(self, now: datetime, retention: Retention) -> Tidied:
        """Delete what is older than the retention allows, then make room if the disk is full.

        Raises HotlineError when the disk does not let it.
        """
        with self._file.reading() as database:
            over = complaints.expired(database, now, retention)
        self._delete(over)
        gone = self._writer.submit(lambda db: calls.purge(db, now, retention)).result()
        self._whys.sweep()
        self._writer.submit(lambda db: waiting.purge(db, now - retention.calls)).result()
        self._writer.submit(lambda db: outbox.purge(db, now - retention.calls)).result()
        self._writer.submit(lambda db: texts.purge(db, now - retention.calls)).result()
        self._writer.submit(lambda db: presence.purge(db, now - retention.calls)).result()
        self._writer.submit(numberchecks.purge).result()
        self._writer.submit(lambda db: linehistory.purge(db, now)).result()
        self._writer.submit(lambda db: linetroubles.purge(db, now)).result()
        self._delete_moved_aside(now - MOVED_ASIDE_KEPT)
        return Tidied(gone, _numbers(over), self.make_room())

    def make_room(self) -> tuple[int, ...]:
        """Delete recordings until the reserve is free again; returns whose they were.

        First why callers called, of those who are owed nothing; then only heard ones of closed
        cases: when these do not suffice, the owner has to act. Works on a disk so full that
        nothing can be written: the rows follow when there is room.
        """
        self._whys.give_up()
        with self._file.reading() as database:
            closed = complaints.list_cases(database, Show.DONE, limit=1_000_000)
        given_up = self._recordings.to_give_up(closed)
        self._delete_sound(given_up)
        numbers = _numbers(given_up)
        self._writer.submit(lambda db: complaints.without_sound(db, numbers))
        return numbers

    def forget(self, number: str, now: datetime) -> int:
        """Erase a caller: cases, recordings, letters, number and name in the journal, and copies.

        A caller who still waited for a call waits no more: nobody could call back.

        Have the outbox drop its waiting letters first (`Outbox.forget`), else they come back.
        Returns how many calls and cases named the number. What a memory card keeps behind its
        own back no program can erase. Raises HotlineError; then ask again.
        """
        with self._file.reading() as database:
            cases = complaints.all_of_number(database, number)
            theirs = [call.id for call in calls.of_number(database, number)]
        self._delete(cases)
        self._whys.forget(theirs)
        named = self._writer.submit(lambda db: calls.erase_number(db, number, now)).result()
        self._writer.submit(lambda db: waiting.erase(db, number)).result()
        numbers = _numbers(cases)
        self._writer.submit(lambda db: outbox.erase(db, number, numbers)).result()
        self._writer.submit(lambda db: texts.erase(db, number)).result()
        self._writer.submit(lambda db: presence.erase(db, number)).result()
        self._delete_moved_aside(now)
        self._file.back_up()
        return named + len(cases)

    def _delete(self, cases: Iterable[Case]) -> None:
        chosen = list(cases)
        self._delete_sound(chosen)
        numbers = _numbers(chosen)
        self._writer.submit(lambda db: complaints.delete(db, numbers)).result()

    def _delete_sound(self, cases: Iterable[Case]) -> None:
        for case in cases:
            if case.recording:
                self._recordings.remove(case.recording)

    def _delete_moved_aside(self, before: datetime) -> None:
        """Damaged files kept for an expert hold the same personal data as the records."""
        for path in self._file.moved_aside():
            if _changed_at(path) <= before.timestamp():
                path.unlink(missing_ok=True)


def _numbers(cases: Iterable[Case]) -> tuple[int, ...]:
    return tuple(case.number for case in cases)


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime
