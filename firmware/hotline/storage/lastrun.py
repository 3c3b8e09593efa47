"""What the last run left open when it was killed: filed at the start, before anybody calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.inbox.case import Case
from hotline.inbox.outcome import Outcome
from hotline.storage import calls, complaints, outbox
from hotline.storage.calls import Call
from hotline.storage.sqlite import Database
from hotline.storage.whys import mend_whys


@dataclass(frozen=True)
class LastRun:
    """next_case: the first free case number. calls: how many rows were closed. rescued: how many
    recordings were filed. cases, missed: those of them of which no letter was written yet."""

    next_case: int
    calls: int
    rescued: int
    cases: tuple[Case, ...]
    missed: tuple[Call, ...]


def file_last_run(
    database: Database, recordings: Path, now: datetime, repair: Callable[[Path], float]
) -> LastRun:
    """File recordings and rows that a kill or a power cut left open. Call it inside a transaction.

    repair: see `complaints.adopt`.
    """
    adopted = complaints.adopt(database, recordings, now, repair)
    mend_whys(database, recordings, now, repair)
    stories = [calls.get(database, call_id) for call_id in calls.file_open_rows(database, now)]
    closed = [story.call for story in stories if story is not None]
    rescued = (*adopted.filed, *adopted.found)
    left = {call.case_number for call in closed if call.case_number is not None}
    return LastRun(
        adopted.next_number,
        len(closed),
        len(rescued),
        tuple(_untold(database, {*rescued, *left})),
        tuple(call for call in closed if call.outcome is Outcome.MISSED),
    )


def _untold(database: Database, numbers: Iterable[int]) -> Iterable[Case]:
    """The run ended between the filing of the case and the letter about it."""
    for number in sorted(numbers):
        case = complaints.get(database, number)
        if case is not None and not outbox.of_case(database, number):
            yield case
