"""What may be deleted, and what never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hotline.inbox.case import Case, CaseKind, CaseState
from hotline.inbox.outcome import Outcome
from hotline.inbox.retention import Retention, call_expired, case_expired, first_to_go

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OLD = NOW - timedelta(days=366)

instants = st.datetimes(datetime(2015, 1, 1), datetime(2026, 11, 22), timezones=st.just(UTC))
cases = st.builds(
    Case,
    number=st.integers(101, 10**6),
    kind=st.sampled_from(CaseKind),
    created=instants,
    due=instants,
    state=st.sampled_from(CaseState),
    recording=st.none() | st.just("000101-complaint.wav"),
    heard_at=st.none() | instants,
    done_at=st.none() | instants,
    keep=st.booleans(),
)


def old_and_done(**changes: object) -> Case:
    given_up: dict[str, object] = {
        "state": CaseState.DONE,
        "recording": "000101-complaint.wav",
        "heard_at": OLD,
        "done_at": OLD,
    }
    return Case(101, CaseKind.COMPLAINT, OLD, OLD, **(given_up | changes))  # type: ignore[arg-type]


@given(st.lists(cases))
def test_an_unheard_or_kept_or_open_case_is_never_given_up(stored: list[Case]) -> None:
    gone = [case for case in stored if case_expired(case, NOW, Retention())] + first_to_go(stored)
    assert not [c for c in gone if c.unheard or c.keep or c.state is not CaseState.DONE]


@given(st.lists(cases))
def test_messages_go_before_complaints_and_the_oldest_first(stored: list[Case]) -> None:
    gone = [(case.kind is CaseKind.COMPLAINT, case.created) for case in first_to_go(stored)]
    assert gone == sorted(gone)


def test_a_case_goes_a_year_after_it_was_done() -> None:
    assert case_expired(old_and_done(), NOW, Retention())
    assert not case_expired(old_and_done(done_at=NOW - timedelta(days=365)), NOW, Retention())


def test_an_old_complaint_nobody_listened_to_stays_even_when_done() -> None:
    assert not case_expired(old_and_done(heard_at=None), NOW, Retention())


def test_a_call_goes_half_a_year_after_its_end() -> None:
    end = NOW - Retention().calls
    assert call_expired(Outcome.SPOKEN, end - timedelta(seconds=1), False, NOW, Retention())
    assert not call_expired(Outcome.SPOKEN, end, False, NOW, Retention())


def test_a_missed_call_stays_until_somebody_returned_it() -> None:
    assert not call_expired(Outcome.MISSED, OLD, False, NOW, Retention())
    assert call_expired(Outcome.MISSED, OLD, True, NOW, Retention())


def test_a_running_call_stays() -> None:
    assert not call_expired(None, None, False, NOW, Retention())
