"""Open cases in the order in which they are due, and which comes before and after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.inbox.case import Case
from hotline.storage.complaints import matching
from hotline.storage.database import text_of
from hotline.storage.sqlite import Database


@dataclass(frozen=True)
class Pile:
    """Which of the open cases. person: only those given to that id.

    due_before: only those that were due by then.
    """

    person: str | None = None
    due_before: datetime | None = None


_OPEN = (
    "state != 'done' and filed and not void"
    " and (?1 is null or assigned_to = ?1) and (?2 is null or due < ?2)"
)


def listed(database: Database, pile: Pile, limit: int, after: Case | None = None) -> list[Case]:
    """The soonest due first; after: only those that come behind that one."""
    return matching(
        database,
        f"{_OPEN} and (due, number) > (?3, ?4) order by due, number limit ?5",
        (*_of(pile), *_place(after), limit),
    )


def before(database: Database, pile: Pile, case: Case) -> Case | None:
    """The one that is due just before the given one, which need not be of the pile."""
    found = matching(
        database,
        f"{_OPEN} and (due, number) < (?3, ?4) order by due desc, number desc limit 1",
        (*_of(pile), *_place(case)),
    )
    return next(iter(found), None)


def count(database: Database, pile: Pile) -> int:
    """How many there are."""
    row = database.execute(f"select count(*) from cases where {_OPEN}", _of(pile)).fetchone()  # noqa: S608
    return int(row[0])


def _of(pile: Pile) -> tuple[str | None, str | None]:
    return pile.person, text_of(pile.due_before) if pile.due_before else None


def _place(case: Case | None) -> tuple[str, int]:
    return (text_of(case.due), case.number) if case else ("", 0)
