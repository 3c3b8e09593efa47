"""What else came from the number of a case: who complains for the third time is no stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.inbox.case import Case, CaseKind
from hotline.storage.complaints import matching
from hotline.storage.database import instant
from hotline.storage.sqlite import Database

SHOWN = 5


@dataclass(frozen=True)
class SameCaller:
    """Beside the case itself. calls: those that left nothing; counts: cases by their kind.

    newest: the last cases; last_calls: id and instant of the last calls; both the newest first.
    """

    calls: int
    counts: dict[CaseKind, int]
    newest: tuple[Case, ...]
    last_calls: tuple[tuple[int, datetime], ...]


def beside(database: Database, case: Case) -> SameCaller | None:
    """None where nothing came, or the number was withheld: what is null equals nothing."""
    named = "caller_number = ? and filed and not void and number != ?"
    whose = (case.caller_number, case.number)
    counts = {
        CaseKind(kind): count
        for kind, count in database.execute(
            f"select kind, count(*) from cases where {named} group by kind",  # noqa: S608
            whose,
        ).fetchall()
    }
    quiet = "caller_number = ? and not outgoing and case_number is null and id != ?"
    call = (case.caller_number, case.call_id or 0)
    (calls,) = database.execute(f"select count(*) from calls where {quiet}", call).fetchone()  # noqa: S608
    if not calls and not counts:
        return None
    newest = matching(database, f"{named} order by number desc limit {SHOWN}", whose)
    last = database.execute(
        f"select id, started_at from calls where {quiet} order by id desc limit {SHOWN}",  # noqa: S608
        call,
    ).fetchall()
    return SameCaller(calls, counts, tuple(newest), tuple((one, instant(at)) for one, at in last))
