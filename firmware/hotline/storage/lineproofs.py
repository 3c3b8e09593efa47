"""What real calls have shown that a line can do: when it was seen last, in the newest calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.storage.database import instant_or_none
from hotline.storage.sqlite import Database

NEWEST = 5000  # calls; a line that carried none of them proves nothing of today


@dataclass(frozen=True)
class Proofs:
    """When a caller was answered, put through to somebody, seen with a number, heard to press a
    key and recorded; when a text was sent. None: never lately.
    """

    answers: datetime | None = None
    connects: datetime | None = None
    shows: datetime | None = None
    keys: datetime | None = None
    records: datetime | None = None
    texts: datetime | None = None


def proofs(database: Database, line: str) -> Proofs:
    """Of one line."""
    (row,) = database.query(
        """with recent as (
            select * from calls
            where id > (select coalesce(max(id), 0) from calls) - :newest
            and line = :line and not outgoing
        ) select
            (select max(started_at) from recent where answered_at is not null) as answers,
            (select max(started_at) from recent where outcome = 'spoken') as connects,
            (select max(started_at) from recent where caller_number is not null) as shows,
            (select max(started_at) from recent join steps on call_id = id where what = 'key')
                as keys,
            (select max(recent.started_at) from recent join cases on call_id = id
                where recording is not null and seconds > 0) as records,
            (select max(at) from texts where line = :line and direction = 'out'
                and state in ('sent', 'delivered')) as texts""",
        {"line": line, "newest": NEWEST},
    )
    return Proofs(**{name: instant_or_none(at) for name, at in row.items()})
