"""What may happen to a case, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import HotlineError
from hotline.inbox.case import Case, CaseKind, CaseState, assigned, done, put_off, reopened
from hotline.inbox.deadlines import due_at, overdue

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEW = Case(104, CaseKind.COMPLAINT, NOW, due_at(NOW), filed=True)

LEGAL = {
    (CaseState.NEW, "assign"): CaseState.ASSIGNED,
    (CaseState.NEW, "done"): CaseState.DONE,
    (CaseState.ASSIGNED, "assign"): CaseState.ASSIGNED,
    (CaseState.ASSIGNED, "done"): CaseState.DONE,
    (CaseState.DONE, "reopen"): CaseState.ASSIGNED,
}


def step(case: Case, what: str) -> Case:
    if what == "assign":
        return assigned(case, "ana")
    return done(case, NOW) if what == "done" else reopened(case, due_at(NOW))


@given(st.lists(st.sampled_from(["assign", "done", "reopen"]), max_size=12))
def test_a_case_takes_legal_steps_only(steps: list[str]) -> None:
    case = NEW
    for what in steps:
        expected = LEGAL.get((case.state, what))
        if what == "reopen" and case.state is CaseState.DONE and not case.assigned_to:
            expected = CaseState.NEW
        if expected is None:
            with pytest.raises(HotlineError):
                step(case, what)
        else:
            case = step(case, what)
            assert case.state is expected


def test_a_refused_step_names_the_case_and_what_to_do() -> None:
    with pytest.raises(HotlineError) as refused:
        assigned(done(NEW, NOW), "ana")
    assert refused.value.cause == "Complaint 104 is done already."
    assert refused.value.action == "Reopen it first."


def test_a_complaint_still_being_spoken_cannot_be_closed() -> None:
    with pytest.raises(HotlineError):
        done(replace(NEW, filed=False), NOW)


def test_a_reopened_case_keeps_its_person_and_gets_a_new_deadline() -> None:
    later = NOW + timedelta(days=9)
    again = reopened(done(assigned(NEW, "ana"), NOW), due_at(later))
    assert (again.assigned_to, again.done_at) == ("ana", None)
    assert again.due == later + timedelta(hours=24)


def test_a_case_is_due_after_a_day_unless_the_office_says_otherwise() -> None:
    assert due_at(NOW) == NOW + timedelta(hours=24)
    assert due_at(NOW, timedelta(hours=4)) == NOW + timedelta(hours=4)


def test_a_case_is_overdue_from_its_deadline_until_it_is_done() -> None:
    late = NEW.due + timedelta(seconds=1)
    assert not overdue(NEW, NEW.due)
    assert overdue(NEW, late)
    assert not overdue(done(NEW, NOW), late)


def test_a_deadline_may_be_sooner_or_later_and_says_who_set_it() -> None:
    for until in (NOW + timedelta(minutes=1), NOW + timedelta(days=30)):
        moved = put_off(NEW, until, NOW, "maria")
        assert (moved.due, moved.due_by, moved.state) == (until, "maria", CaseState.NEW)


@pytest.mark.parametrize(
    ("ahead", "cause"),
    [
        (timedelta(), "This time is over already."),
        (timedelta(days=367), "This is more than a year ahead."),
    ],
)
def test_a_deadline_nobody_can_keep_is_refused(ahead: timedelta, cause: str) -> None:
    with pytest.raises(HotlineError) as refused:
        put_off(NEW, NOW + ahead, NOW, "maria")
    assert refused.value.cause == cause


def test_what_is_done_has_no_deadline_to_set() -> None:
    with pytest.raises(HotlineError):
        put_off(done(NEW, NOW), NOW + timedelta(days=1), NOW, "maria")
