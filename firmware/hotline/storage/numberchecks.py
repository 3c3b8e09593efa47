"""What the weekly check found of each number of the staff, and when its voicemail answers."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime

from hotline.routing.rollcall import NumberCheck, Result
from hotline.storage.database import instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer


@dataclass(frozen=True)
class Voicemail:
    """Measured at `at`: the voicemail of this number, E.164, answers so many seconds after dialling
    if nobody else does. after: None where none answered for a minute.
    """

    number: str
    at: datetime
    after: int | None


class NumberChecks:
    """Both, in memory and on their way to the disk. Lives on the loop.

    version: another one after each change of a voicemail.
    """

    def __init__(
        self, writer: Writer, checks: Iterable[NumberCheck], voicemails: Iterable[Voicemail]
    ) -> None:
        """checks, voicemails: what the functions of these names read at the start."""
        self._writer = writer
        self._checks = {one.number: one for one in checks}
        self._voicemails = {one.number: one for one in voicemails}
        self.version = 0

    def all(self) -> dict[str, NumberCheck]:
        """The newest check of each number."""
        return dict(self._checks)

    def of(self, number: str) -> NumberCheck | None:
        """The newest check of this number."""
        return self._checks.get(number)

    def keep(self, check: NumberCheck) -> Future[None]:
        """Replace the number's check; done when it is on the disk."""
        self._checks[check.number] = check
        return self._writer.submit(lambda database: _store(database, check))

    def drop(self, number: str) -> Future[None]:
        """As if it was never checked; done when that is on the disk."""
        self._checks.pop(number, None)
        return self._writer.submit(lambda database: _drop(database, number))

    def voicemail(self, number: str) -> Voicemail | None:
        """What was measured of this number."""
        return self._voicemails.get(number)

    def voicemail_after(self, number: str) -> int | None:
        """For routing/voicemail.py."""
        found = self._voicemails.get(number)
        return found.after if found else None

    def keep_voicemail(self, voicemail: Voicemail) -> Future[None]:
        """Replace what was measured; done when it is on the disk."""
        self.version += 1
        self._voicemails[voicemail.number] = voicemail
        return self._writer.submit(lambda database: _store_voicemail(database, voicemail))

    def tell(self, monday: date) -> Future[bool]:
        """Is the week from that Monday on to be told of? True once, over restarts, too."""
        return self._writer.submit(lambda database: _tell(database, monday.isoformat()))


def checks(database: Database) -> list[NumberCheck]:
    """The newest check of every number. Nothing in records of an older version."""
    if not database["number_checks"].exists():
        return []
    return [
        NumberCheck(
            row["number"], instant(row["at"]), Result(row["result"]), row["tries"], row["gone"]
        )
        for row in database.query("select * from number_checks order by number")
    ]


def voicemails(database: Database) -> list[Voicemail]:
    """Every voicemail that was measured. Nothing in records of an older version."""
    if not database["voicemails"].exists():
        return []
    rows = database.query("select * from voicemails order by number")
    return [Voicemail(row["number"], instant(row["at"]), row["after"]) for row in rows]


def purge(database: Database) -> None:
    """Forget numbers whose owners have taken them back, or who have left for good."""
    for table in ("number_checks", "voicemails"):
        database.execute(
            f"delete from {table} where number not in (select number from confirmations)"  # noqa: S608
        )


def _store(database: Database, check: NumberCheck) -> None:
    database.execute(
        "insert or replace into number_checks (number, at, result, tries, gone)"
        " values (?, ?, ?, ?, ?)",
        (check.number, text_of(check.at), check.result.value, check.tries, check.gone),
    )


def _drop(database: Database, number: str) -> None:
    database.execute("delete from number_checks where number = ?", (number,))


def _store_voicemail(database: Database, voicemail: Voicemail) -> None:
    database.execute(
        "insert or replace into voicemails (number, at, after) values (?, ?, ?)",
        (voicemail.number, text_of(voicemail.at), voicemail.after),
    )


def _tell(database: Database, monday: str) -> bool:
    """Weeks before are not told any more, so that a clock that jumps makes no storm."""
    (row,) = database.query("select max(monday) as told from number_weeks")
    if row["told"] is not None and row["told"] >= monday:
        return False
    database.execute("insert into number_weeks (monday) values (?)", (monday,))
    return True
