"""What is to do first comes first, and nobody who listened is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.inbox.case import CaseKind
from hotline.storage import complaints, duecases, listeners, samecaller
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.duecases import Pile
from hotline.storage.listeners import KEPT, ONCE, Listener
from tests.storage.conftest import NOW, AtOnce, Someone

HOUR = timedelta(hours=1)


@pytest.fixture
def at_once() -> AtOnce:
    return AtOnce()


@pytest.fixture
def cases(at_once: AtOnce) -> Cases:
    return Cases(at_once, 101)  # type: ignore[arg-type]


def opened(cases: Cases, number: str | None = None, kind: CaseKind = CaseKind.CALLBACK) -> int:
    opened = cases.open(kind, 7, "", Someone(number), "ro", NOW)
    cases.filed(opened.number, 12.0)
    return opened.number


def shown(at_once: AtOnce, pile: Pile = Pile()) -> list[int]:  # noqa: B008 - frozen
    return [case.number for case in duecases.listed(at_once.database, pile, 100)]


def test_the_soonest_due_is_the_first_and_of_two_the_older(cases: Cases, at_once: AtOnce) -> None:
    first, second, third = (opened(cases) for _ in range(3))
    cases.put_off(third, NOW + HOUR, NOW, "maria")
    assert shown(at_once) == [third, first, second]


def test_the_list_goes_on_behind_the_last_one_shown(cases: Cases, at_once: AtOnce) -> None:
    numbers = [opened(cases) for _ in range(7)]
    cases.put_off(numbers[5], NOW + HOUR, NOW, "maria")
    seen: list[int] = []
    last = None
    while part := duecases.listed(at_once.database, Pile(), 2, last):
        seen += [case.number for case in part]
        last = part[-1]
    assert seen == [numbers[5], *numbers[:5], numbers[6]]


def test_what_is_done_or_empty_is_in_no_pile(cases: Cases, at_once: AtOnce) -> None:
    closed, silent, left = (opened(cases) for _ in range(3))
    cases.done(closed, NOW)
    cases.dropped(silent)
    assert shown(at_once) == [left]
    assert duecases.count(at_once.database, Pile()) == 1


def test_everybody_finds_their_own_and_what_is_overdue(cases: Cases, at_once: AtOnce) -> None:
    mine, late, _other = (opened(cases) for _ in range(3))
    cases.assign(mine, "ana")
    cases.put_off(late, NOW + HOUR, NOW, "maria")
    assert shown(at_once, Pile(person="ana")) == [mine]
    assert shown(at_once, Pile(due_before=NOW + 2 * HOUR)) == [late]


def test_each_case_knows_what_comes_before_and_after_it(cases: Cases, at_once: AtOnce) -> None:
    _first, before_it, middle, last = (opened(cases) for _ in range(4))
    case = complaints.get(at_once.database, middle)
    assert case
    before = duecases.before(at_once.database, Pile(), case)
    (after,) = duecases.listed(at_once.database, Pile(), 1, after=case)
    assert before
    assert (before.number, after.number) == (before_it, last)


def test_opened_again_at_once_a_case_keeps_its_deadline(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    cases.put_off(number, NOW + 72 * HOUR, NOW, "maria")
    cases.done(number, NOW + HOUR)
    cases.reopen(number, NOW + HOUR)
    case = complaints.get(at_once.database, number)
    assert case
    assert (case.due, case.due_by) == (NOW + 72 * HOUR, "maria")


def test_who_listened_is_told_once_for_one_listening(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    for at, by in ((NOW, "maria"), (NOW + ONCE / 2, "maria"), (NOW + HOUR, "ion")):
        cases.heard(number, at, by)
    cases.heard(number, NOW + HOUR, "ion", saved=True)
    told = listeners.of_case(at_once.database, number)
    assert [(one.by, one.saved) for one in reversed(told)] == [
        ("maria", False),
        ("ion", False),
        ("ion", True),
    ]
    case = complaints.get(at_once.database, number)
    assert case
    assert case.heard_at == NOW


def test_of_many_who_listened_the_last_are_kept(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    for n in range(KEPT + 5):
        cases.heard(number, NOW + n * HOUR, "maria")
    told = listeners.of_case(at_once.database, number)
    assert len(told) == KEPT
    assert told[0] == Listener(NOW + (KEPT + 4) * HOUR, "maria")


def test_with_the_case_goes_who_listened_to_it(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    cases.heard(number, NOW, "maria")
    complaints.delete(at_once.database, [number])
    assert listeners.of_case(at_once.database, number) == []


def test_who_called_before_is_told_with_calls_and_cases(cases: Cases, at_once: AtOnce) -> None:
    journal = Journal(at_once, 1)  # type: ignore[arg-type]
    for number in ("+37369111222", "+37369111222", "+37369999999"):
        journal.begin("line", Someone(number), NOW)
    earlier = opened(cases, "+37369111222", CaseKind.COMPLAINT)
    opened(cases, "+37369999999", CaseKind.COMPLAINT)
    case = complaints.get(at_once.database, opened(cases, "+37369111222"))
    assert case
    same = samecaller.beside(at_once.database, case)
    assert same
    assert (same.calls, same.counts) == (2, {CaseKind.COMPLAINT: 1})
    assert [one.number for one in same.newest] == [earlier]
    assert [call_id for call_id, _ in same.last_calls] == [2, 1]


@pytest.mark.parametrize("number", [None, "+37369111222"])
def test_of_who_calls_for_the_first_time_nothing_is_told(
    cases: Cases, at_once: AtOnce, number: str | None
) -> None:
    case = complaints.get(at_once.database, opened(cases, number))
    opened(cases, None)  # who withholds the number is nobody else
    assert case
    assert samecaller.beside(at_once.database, case) is None
