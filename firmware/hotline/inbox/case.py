"""A case: something a caller left with us, and that somebody has to answer for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from hotline.errors import HotlineError
from hotline.said import say

LONGEST = timedelta(days=366)  # of a deadline; further ahead is a mistake of the pen


class CaseKind(StrEnum):
    """What the caller left."""

    MESSAGE = "message"
    COMPLAINT = "complaint"
    CALLBACK = "callback"  # only the wish to be called


class CaseState(StrEnum):
    """How far the answer is."""

    NEW = "new"
    ASSIGNED = "assigned"
    DONE = "done"


class CallerLabel(Protocol):
    """Who called, as far as records need it: what the network said, never an identity."""

    @property
    def number(self) -> str | None:
        """E.164 where known, else as sent; None if withheld."""

    @property
    def name(self) -> str:
        """Display text as sent."""


@dataclass(frozen=True)
class Case:
    """A message, a complaint or a wish to be called back. `number` is what the caller was told.

    caller_number, caller_name: untrusted text. recording: file name inside the recordings, None
    if there is none or it was purged. seconds: its length. created, due, heard_at, done_at: UTC.
    assigned_to: a person's id. filed: the caller has finished; False while it is being recorded.
    due_by: who set the deadline, "" while it is the usual one.
    keep: marked by the office; no purge of any kind touches it.
    """

    number: int
    kind: CaseKind
    created: datetime
    due: datetime
    state: CaseState = CaseState.NEW
    topic: str = ""
    caller_number: str | None = None
    caller_name: str = ""
    call_id: int | None = None
    language: str = ""
    recording: str | None = None
    seconds: float = 0.0
    filed: bool = False
    assigned_to: str = ""
    note: str = ""
    heard_at: datetime | None = None
    done_at: datetime | None = None
    keep: bool = False
    due_by: str = ""

    @property
    def unheard(self) -> bool:
        """A recording exists that nobody has listened to."""
        return self.recording is not None and self.heard_at is None


def assigned(case: Case, person: str) -> Case:
    """The case in the hands of `person`; a case under way may change hands.

    Raises HotlineError for a case that is done.
    """
    if case.state is CaseState.DONE:
        raise _illegal(case, "is done already", "Reopen it first.")
    if not person:
        raise _illegal(case, "was given to nobody", "Choose a person.")
    return replace(case, state=CaseState.ASSIGNED, assigned_to=person)


def done(case: Case, at: datetime) -> Case:
    """The case answered. Raises HotlineError when it is done already or still being recorded."""
    if case.state is CaseState.DONE:
        raise _illegal(case, "is done already", "Nothing more is to do.")
    if not case.filed:
        raise _illegal(case, "is still being recorded", "Wait until the caller has finished.")
    return replace(case, state=CaseState.DONE, done_at=at)


def put_off(case: Case, due: datetime, now: datetime, by: str) -> Case:
    """The case with another deadline, sooner or later, set by somebody.

    Raises HotlineError for a case that is done, and for a deadline nobody can keep.
    """
    if case.state is CaseState.DONE:
        raise _illegal(case, "is done already", "Reopen it first.")
    if due <= now:
        raise HotlineError(say("This time is over already."), say("Choose a later one."))
    if due - now > LONGEST:
        raise HotlineError(say("This is more than a year ahead."), say("Choose a day before."))
    return replace(case, due=due, due_by=by)


def reopened(case: Case, due: datetime) -> Case:
    """The case open again, with the same person if there was one, and a new deadline.

    Raises HotlineError for a case that is not done.
    """
    if case.state is not CaseState.DONE:
        raise _illegal(case, "is not done yet", "It is open already.")
    state = CaseState.ASSIGNED if case.assigned_to else CaseState.NEW
    return replace(case, state=state, done_at=None, due=due)


def _illegal(case: Case, what: str, action: str) -> HotlineError:
    return HotlineError(f"{case.kind.capitalize()} {case.number} {what}.", action)
