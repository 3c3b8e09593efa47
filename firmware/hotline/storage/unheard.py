"""How much nobody has listened to yet."""

from __future__ import annotations

from hotline.inbox.case import CaseKind
from hotline.storage.sqlite import Database


def unheard(database: Database) -> tuple[int, int]:
    """How many messages, and how many complaints; those that are done count no more."""
    rows = database.execute(
        "select kind, count(*) from cases where state != 'done' and filed and not void"
        " and recording is not null and heard_at is null group by kind"
    ).fetchall()
    found = {str(kind): int(n) for kind, n in rows}
    return found.get(CaseKind.MESSAGE, 0), found.get(CaseKind.COMPLAINT, 0)
