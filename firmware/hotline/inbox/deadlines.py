"""Until when a case has to be answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.inbox.case import Case, CaseState

DEFAULT_TERM = timedelta(hours=24)


def due_at(created: datetime, term: timedelta = DEFAULT_TERM) -> datetime:
    """The deadline: `term` of real time after the case was opened, weekends included."""
    return created + term


def overdue(case: Case, now: datetime) -> bool:
    """Not done although the deadline has passed."""
    return case.state is not CaseState.DONE and now > case.due
