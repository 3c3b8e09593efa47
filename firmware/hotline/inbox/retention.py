"""What may be deleted, and when. An unheard complaint may never be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.inbox.case import Case, CaseKind, CaseState
from hotline.inbox.outcome import Outcome


@dataclass(frozen=True)
class Retention:
    """How long records stay: cases after they were done, calls after they ended.

    The defaults are those the caller is told: twelve and six months.
    """

    cases: timedelta = timedelta(days=365)
    calls: timedelta = timedelta(days=183)


def case_expired(case: Case, now: datetime, retention: Retention) -> bool:
    """The case with its sound may go: done long ago, heard, and not marked to be kept."""
    if case.keep or case.unheard or case.state is not CaseState.DONE or case.done_at is None:
        return False
    return now - case.done_at > retention.cases


def call_expired(
    outcome: Outcome | None,
    ended_at: datetime | None,
    returned: bool,
    now: datetime,
    retention: Retention,
) -> bool:
    """The journal entry may go. A missed call nobody returned stays, and so does a running one."""
    if ended_at is None or outcome is None or (outcome is Outcome.MISSED and not returned):
        return False
    return now - ended_at > retention.calls


def first_to_go(cases: Iterable[Case]) -> list[Case]:
    """Whose sound is given up when the disk is full, first one first.

    Only sound that was heard, of cases that are done: messages before complaints, oldest first.
    Nothing unheard, open or marked to be kept is ever in the list.
    """
    given_up = [
        case
        for case in cases
        if case.recording and not case.unheard and not case.keep and case.state is CaseState.DONE
    ]
    return sorted(given_up, key=lambda case: (case.kind is CaseKind.COMPLAINT, case.created))
