"""What the staff's menu offers to whom; see routing/staffmenu.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from hotline.routing.keylist import LIST_KEYS, MORE_KEY, page_of
from hotline.routing.office import Person, Shift, WallTime
from hotline.routing.presence import Away, Why
from hotline.routing.staffmenu import KEYS, colleagues, may_speak, next_duties, offered
from hotline.routing.staffwords import Ask
from tests.calls.hotline import OFFICE

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", None, unconfirmed="+37369000102")
LOST = Person("lost", "Lost", None)
CENTRE = Person("centre", "Centre", "+37322000001")
EVERY = frozenset(range(7))
SHIFTS = (
    Shift("ana", EVERY, WallTime(22 * 60), WallTime(6 * 60)),
    Shift("ion", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
)
SHOP = replace(
    OFFICE, people=(ANA, ION, LOST, CENTRE), shifts=SHIFTS, overflow=("centre",), menus=()
)
MORNING = datetime.fromisoformat("2026-11-23T11:00+02:00")
NIGHT = datetime.fromisoformat("2026-11-23T02:00+02:00")


def away(person: str, now: datetime) -> dict[str, Away]:
    return {person: Away(person, Why.BREAK, now, now + timedelta(hours=1))}


def test_who_is_on_duty_may_leave_and_who_is_away_may_come_back() -> None:
    on = offered(SHOP, ION, MORNING, {})
    assert on == (Ask.BREAK, Ask.OFF, Ask.WHO, Ask.SWAP, Ask.BACK, Ask.RECORD, Ask.ANNOUNCE)
    assert offered(SHOP, ION, MORNING, away("ion", MORNING)) == (
        Ask.ON, Ask.WHO, Ask.SWAP, Ask.BACK, Ask.RECORD, Ask.ANNOUNCE,
    )  # fmt: skip
    assert offered(SHOP, ANA, MORNING, {}) == (
        Ask.WHO, Ask.SWAP, Ask.BACK, Ask.RECORD, Ask.ANNOUNCE,
    )  # fmt: skip


def test_who_may_say_what_callers_hear_is_a_manager_where_there_is_one() -> None:
    assert may_speak(SHOP, ANA)
    watched = replace(SHOP, supervisor="ion")
    assert [may_speak(watched, one) for one in (ANA, ION)] == [False, True]
    manager = replace(ANA, level=3)
    managed = replace(SHOP, people=(manager, ION))
    assert [may_speak(managed, one) for one in (manager, ION)] == [True, False]
    assert Ask.RECORD not in offered(managed, ION, MORNING, {})


def test_where_no_shifts_are_planned_nothing_can_be_swapped() -> None:
    assert Ask.SWAP not in offered(replace(SHOP, shifts=()), ION, MORNING, {})


def test_duties_are_swapped_with_whoever_can_be_asked() -> None:
    assert colleagues(SHOP, ANA) == (ION,)
    assert colleagues(SHOP, ION) == (ANA,)


def test_a_night_duty_that_runs_goes_by_the_day_on_which_it_began() -> None:
    duties = next_duties(SHOP, ANA, NIGHT)
    assert [duty.day for duty in duties] == [date(2026, 11, 22 + n) for n in range(3)]
    assert duties[0].begins == datetime.fromisoformat("2026-11-22T22:00+02:00")


def test_a_duty_that_is_over_is_not_offered() -> None:
    evening = datetime.fromisoformat("2026-11-23T19:00+02:00")
    assert next_duties(SHOP, ION, evening)[0].day == date(2026, 11, 24)


def test_everybody_of_a_long_list_comes_up_once_and_then_the_first_again() -> None:
    people = tuple(Person(f"p{n}", f"P{n}", None) for n in range(20))
    pages = [tuple(page_of(people, page).values()) for page in range(3)]
    assert tuple(person for page in pages for person in page) == people
    assert page_of(people, 3) == page_of(people, 0)
    assert page_of((), 0) == {}


def test_every_key_is_one_digit_and_means_one_thing() -> None:
    assert set(KEYS) <= {*LIST_KEYS, MORE_KEY}
    assert set(KEYS.values()) == set(Ask)
