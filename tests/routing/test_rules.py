"""When the line is open: hours, closures, moved days, and the next time somebody answers."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hotline.routing.office import Absence, Closure, MovedDay, Office
from hotline.routing.plan import Opening, Plan, plan_for
from tests.routing.shop import at, hours, office, person, shift, topic

ANA, ION, MARIA = person("Ana"), person("Ion"), person("Maria", level=3)
DAYTIME = (hours("mon-fri", "09:00-18:00"),)
MONDAY = date(2026, 11, 23)


def plan(shop: Office, words: str) -> Plan:
    return plan_for(None, shop, at(words))


def opening(shop: Office, words: str) -> Opening:
    return plan(shop, words).opening


def test_a_line_without_hours_is_always_open() -> None:
    assert opening(office(ANA), "2026-11-22 03:00") is Opening.OPEN


def test_the_line_opens_and_closes_on_the_minute() -> None:
    shop = office(ANA, hours=DAYTIME)
    assert opening(shop, "2026-11-23 08:59") is Opening.CLOSED_HOURS
    assert opening(shop, "2026-11-23 09:00") is Opening.OPEN
    assert opening(shop, "2026-11-23 18:00") is Opening.CLOSED_HOURS


def test_hours_over_midnight_are_open_on_the_next_morning() -> None:
    shop = office(ANA, hours=(hours("sat", "20:00-02:00"),))
    assert opening(shop, "2026-11-29 01:59") is Opening.OPEN
    assert opening(shop, "2026-11-29 02:00") is Opening.CLOSED_HOURS


def test_nobody_is_rung_while_the_line_is_closed() -> None:
    shop = office(ANA, hours=DAYTIME, shifts=(shift("ana", "every day", "08:00 +24h"),))
    closed = plan(shop, "2026-11-22 12:00")
    assert (closed.tiers, closed.busy) == ((), ())


def test_a_holiday_closes_the_line_from_midnight_to_midnight_and_says_which() -> None:
    day = Closure(MONDAY, MONDAY, "Hram", {"ro": "Azi e hramul."})
    shop = office(ANA, closures=(day,))
    assert plan(shop, "2026-11-23 00:00").closure == day
    assert opening(shop, "2026-11-23 23:59") is Opening.CLOSED_DAY
    assert opening(shop, "2026-11-22 23:59") is Opening.OPEN
    assert opening(shop, "2026-11-24 00:00") is Opening.OPEN


def test_after_a_holiday_the_night_shift_that_began_on_it_answers() -> None:
    shop = office(
        ANA, closures=(Closure(MONDAY, MONDAY),), shifts=(shift("ana", "mon", "22:00-06:00"),)
    )
    assert plan(shop, "2026-11-23 23:00").tiers == ()
    assert plan(shop, "2026-11-24 00:00").tiers[0].candidates[0].person == ANA


def test_a_yearly_closure_over_new_year_comes_back_every_year() -> None:
    shop = office(ANA, closures=(Closure(date(2020, 12, 31), date(2021, 1, 2), yearly=True),))
    assert opening(shop, "2026-12-30 12:00") is Opening.OPEN
    assert opening(shop, "2026-12-31 12:00") is Opening.CLOSED_DAY
    assert opening(shop, "2027-01-02 12:00") is Opening.CLOSED_DAY
    assert opening(shop, "2027-01-03 12:00") is Opening.OPEN


def test_a_yearly_closure_on_29_february_waits_for_a_leap_year() -> None:
    leap_day = date(2024, 2, 29)
    shop = office(ANA, closures=(Closure(leap_day, leap_day, yearly=True),))
    assert opening(shop, "2027-03-01 12:00") is Opening.OPEN
    assert opening(shop, "2028-02-29 12:00") is Opening.CLOSED_DAY


def test_a_moved_working_day_beats_the_holiday_it_lies_on() -> None:
    saturday = date(2026, 11, 28)
    shop = office(
        ANA,
        hours=DAYTIME,
        closures=(Closure(saturday, saturday),),
        moved_days=(MovedDay(saturday, as_weekday=0),),
    )
    assert opening(shop, "2026-11-28 12:00") is Opening.OPEN
    assert opening(shop, "2026-11-28 18:00") is Opening.CLOSED_HOURS


def test_a_clock_that_cannot_be_trusted_never_closes_the_line() -> None:
    shop = office(
        ANA,
        ION,
        person("Elena"),
        hours=DAYTIME,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:00 +15m"),
            shift("ion", "tue", "9:00-14:00"),
        ),
        closures=(Closure(date(1970, 1, 1), date(1970, 1, 1)),),
        absences=(Absence("ion", date(1970, 1, 1), date(1970, 1, 1)),),
    )
    found = plan_for(None, shop, datetime(1970, 1, 1, tzinfo=UTC), clock_trusted=False)
    assert found.opening is Opening.UNTRUSTED
    assert [c.person for c in found.tiers[0].candidates] == [ANA, ION]
    assert (found.closure, found.next_opening) == (None, None)


def test_the_next_opening_is_when_somebody_answers_not_the_printed_hour() -> None:
    shop = office(ANA, hours=DAYTIME, shifts=(shift("ana", "mon-fri", "10:00-14:00"),))
    assert plan(shop, "2026-11-22 12:00").next_opening == at("2026-11-23 10:00")


def test_the_next_opening_skips_holidays_and_vacations() -> None:
    shop = office(
        ANA,
        hours=DAYTIME,
        closures=(Closure(MONDAY, MONDAY),),
        absences=(Absence("ana", date(2026, 11, 24), date(2026, 11, 25)),),
        shifts=(shift("ana", "mon-fri", "09:00-14:00"),),
    )
    assert plan(shop, "2026-11-22 12:00").next_opening == at("2026-11-26 09:00")


def test_the_next_opening_skips_shifts_of_people_without_a_number() -> None:
    shop = office(
        ANA,
        person("Ion", number=None),
        shifts=(shift("ion", "mon", "09:00-12:00"), shift("ana", "mon", "12:00-14:00")),
    )
    assert plan(shop, "2026-11-22 12:00").next_opening == at("2026-11-23 12:00")


def test_open_hours_with_nobody_on_duty_say_when_somebody_is_back() -> None:
    shop = office(
        ANA, hours=DAYTIME, shifts=(shift("ana", "mon-fri", "09:00-14:00", "11:00 +15m"),)
    )
    found = plan(shop, "2026-11-23 11:05")
    assert (found.opening, found.tiers) == (Opening.OPEN, ())
    assert found.next_opening == at("2026-11-23 11:15")


def test_while_somebody_is_there_no_next_opening_is_told() -> None:
    assert plan(office(ANA, hours=DAYTIME), "2026-11-23 12:00").next_opening is None


def test_an_office_where_nobody_will_ever_answer_promises_no_time() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "9:00-10:00", valid_to=date(2020, 1, 1)),))
    assert plan(shop, "2026-11-23 12:00").next_opening is None


def test_the_next_opening_for_a_topic_waits_for_somebody_who_may_be_asked() -> None:
    shop = office(
        MARIA,
        ANA,
        shifts=(shift("maria", "mon", "09:00-12:00"), shift("ana", "mon", "12:00-14:00")),
        topics=(topic("orders", levels_never_unasked=frozenset({3})),),
    )
    found = plan_for(None, shop, at("2026-11-22 12:00"), topic="orders")
    assert found.next_opening == at("2026-11-23 12:00")
