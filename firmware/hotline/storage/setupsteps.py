"""How far the owner has come in setting up the box; kept beside the accounts, whatever happens.

Only what cannot be seen from the office itself: which steps were opened, finished or put off.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.clock import Clock
from hotline.inbox.label import label
from hotline.storage.database import DatabaseFile, instant, text_of


class Mark(StrEnum):
    """What became of a step."""

    OPENED = "opened"
    FINISHED = "finished"
    PUT_OFF = "put_off"


@dataclass(frozen=True)
class Proof:
    """Somebody heard a test call. call: its id. worked: names of what was seen of it."""

    call: int
    worked: tuple[str, ...]
    at: datetime
    by: str


class SetupSteps:
    """One mark for each step, and the calls that proved it. Each method is a short transaction."""

    def __init__(self, file: DatabaseFile, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def marks(self) -> dict[str, tuple[Mark, int]]:
        """By step: what became of it, and of which version of it."""
        with self._file.reading() as database:
            rows = list(database.query("select step, mark, version from setup_steps"))
        return {row["step"]: (Mark(row["mark"]), row["version"]) for row in rows}

    def mark(self, step: str, mark: Mark, version: int, by: str) -> None:
        """It is so from now on, whatever was before."""
        with self._file.writing() as database:
            database.execute(
                'insert or replace into setup_steps (step, mark, version, at, "by")'
                " values (?, ?, ?, ?, ?)",
                (step, mark, version, text_of(self._clock.now()), label(by)),
            )

    def prove(self, call: int, worked: tuple[str, ...], by: str) -> None:
        """A test call was heard."""
        with self._file.writing() as database:
            database.execute(
                'insert into setup_reports (call, worked, at, "by") values (?, ?, ?, ?)',
                (call, " ".join(worked), text_of(self._clock.now()), label(by)),
            )

    def proof(self) -> Proof | None:
        """The last test call that was heard."""
        with self._file.reading() as database:
            rows = list(database.query("select * from setup_reports order by rowid desc limit 1"))
        return next(
            (Proof(r["call"], tuple(r["worked"].split()), instant(r["at"]), r["by"]) for r in rows),
            None,
        )
