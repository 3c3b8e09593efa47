"""Which cases a filter of the inbox shows, in which order, and whose those are that are "mine"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import session
from flask_login import current_user

from hotline.inbox.case import Case
from hotline.storage.complaints import Show
from hotline.storage.duecases import Pile
from hotline_web.desk import Desk

ALL, MINE, OVERDUE, DONE = "open", "mine", "overdue", "done"
FILTERS = (ALL, MINE, OVERDUE, DONE)
ME = "me"  # of the session: as which of the people this visitor works


@dataclass(frozen=True)
class Chosen:
    """A filter and who asks. person: id of who the visitor is, "" if nobody knows."""

    show: str
    person: str

    @property
    def said(self) -> str | None:
        """As the address has it; None for the filter that need not be said."""
        return None if self.show == ALL else self.show

    def pile(self, here: Desk) -> Pile:
        """The open cases of this filter."""
        if self.show == MINE:
            return Pile(person=self.person)
        return Pile(due_before=here.now) if self.show == OVERDUE else Pile()


def chosen(show: str | None, here: Desk) -> Chosen:
    """The filter of that name, else all that is to do."""
    return Chosen(show if show in FILTERS else ALL, me(here))


def me(here: Desk) -> str:
    """Who the visitor said to be, else who has the name of the account."""
    ids = [person.id for person in here.office.people] if here.office else []
    if session.get(ME) in ids:
        return str(session[ME])
    name = current_user.name.casefold()
    people = here.office.people if here.office else ()
    return next((p.id for p in people if name in (p.id.casefold(), p.name.casefold())), "")


def listed(here: Desk, filter: Chosen, limit: int, after: Case | None) -> Sequence[Case]:
    """The soonest due first; of those that are done, the newest."""
    if filter.show == DONE:
        return here.records.cases(Show.DONE, limit, after.number if after else None)
    if filter.show == MINE and not filter.person:
        return ()  # what is given to nobody is not theirs
    return here.records.due(filter.pile(here), limit, after)


def beside(here: Desk, filter: Chosen, case: Case) -> tuple[Case | None, Case | None]:
    """Which case of the filter comes before that one, and which after it."""
    if filter.show == DONE:
        later = here.records.cases(Show.DONE, 1, case.number)
        return here.records.done_after(case), next(iter(later), None)
    return here.records.due_beside(filter.pile(here), case)
