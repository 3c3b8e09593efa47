"""Who is on duty: the edges of days, clocks, breaks, vacations and rotations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline.routing.office import Absence, MovedDay, Office, Swap
from hotline.routing.plan import next_duty, on_duty
from hotline.routing.shifts import duties_of
from tests.routing.shop import at, hours, office, person, shift

ANA, ION, MARIA = person("Ana"), person("Ion"), person("Maria")
MINUTE = timedelta(minutes=1)


def there(shop: Office, words: str) -> str:
    return " ".join(p.name for p in on_duty(shop, at(words)))


def minutes_on_duty(shop: Office, first: datetime, hours_long: int) -> int:
    start = first.astimezone(UTC)
    return sum(bool(on_duty(shop, start + n * MINUTE)) for n in range(hours_long * 60))


def test_a_shift_begins_on_its_first_second_and_is_over_on_its_last() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "09:00-14:00"),))
    assert [there(shop, f"2026-11-23 {t}") for t in ("08:59", "09:00", "13:59", "14:00")] == [
        "",
        "Ana",
        "Ana",
        "",
    ]


def test_a_night_shift_of_friday_is_still_on_duty_on_saturday_morning() -> None:
    shop = office(ANA, shifts=(shift("ana", "fri", "22:00-06:00"),))
    assert there(shop, "2026-11-28 05:59") == "Ana"
    assert there(shop, "2026-11-27 05:59") == ""


def test_a_shift_until_24_00_ends_at_midnight() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "16:00-24:00"),))
    assert there(shop, "2026-11-23 23:59") == "Ana"
    assert there(shop, "2026-11-24 00:00") == ""


def test_a_duty_of_24_hours_hands_over_at_its_hour_also_when_the_clock_changes() -> None:
    shop = office(
        ANA, ION, shifts=(shift("ana", "sat", "08:00 +24h"), shift("ion", "sun", "08:00 +24h"))
    )
    for spring_or_autumn in ("2027-03-28", "2026-10-25"):
        assert there(shop, f"{spring_or_autumn} 07:59") == "Ana"
        assert there(shop, f"{spring_or_autumn} 08:00") == "Ion"


def test_a_start_in_the_missing_hour_is_the_first_minute_after_it() -> None:
    # In Bucharest 03:00 becomes 04:00 on 28 March 2027, at 01:00 UTC.
    shop = office(ANA, shifts=(shift("ana", "sun", "03:30-05:00"),))
    assert not on_duty(shop, datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
    assert on_duty(shop, datetime(2027, 3, 28, 1, 0, tzinfo=UTC))
    assert minutes_on_duty(shop, at("2027-03-28 00:00"), 8) == 60


def test_an_end_in_the_missing_hour_is_the_jump_itself() -> None:
    shop = office(ANA, shifts=(shift("ana", "sun", "02:00-03:30"),))
    assert on_duty(shop, datetime(2027, 3, 28, 0, 59, tzinfo=UTC))
    assert not on_duty(shop, datetime(2027, 3, 28, 1, 0, tzinfo=UTC))


def test_in_the_hour_that_comes_twice_nobody_of_either_reading_is_missing() -> None:
    # In Bucharest 04:00 becomes 03:00 on 25 October 2026.
    shop = office(ANA, shifts=(shift("ana", "sun", "03:15-03:45"),))
    assert minutes_on_duty(shop, at("2026-10-25 00:00"), 8) == 90


def test_a_break_in_the_hour_that_comes_twice_keeps_its_length() -> None:
    shop = office(ANA, shifts=(shift("ana", "sun", "00:00-08:00", "03:30 +15m"),))
    assert minutes_on_duty(shop, at("2026-10-25 00:00"), 10) == 9 * 60 - 15


def test_a_break_planned_in_the_missing_hour_keeps_its_length() -> None:
    shop = office(ANA, shifts=(shift("ana", "sun", "00:00-08:00", "03:30 +15m"),))
    assert minutes_on_duty(shop, at("2027-03-28 00:00"), 10) == 7 * 60 - 15


def test_a_break_of_a_night_shift_lies_after_midnight() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "22:00-06:00", "02:00 +30m"),))
    assert there(shop, "2026-11-24 02:10") == ""
    assert there(shop, "2026-11-24 02:30") == "Ana"


def test_a_break_never_outlasts_the_shift() -> None:
    shop = office(
        ANA,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "13:50 +30m"),
            shift("ana", "mon", "14:00-15:00"),
        ),
    )
    assert there(shop, "2026-11-23 13:55") == ""
    assert there(shop, "2026-11-23 14:00") == "Ana"


def test_a_night_shift_begun_before_the_vacation_is_worked_to_its_end() -> None:
    away = Absence("ana", date(2026, 11, 24), date(2026, 11, 25))
    shop = office(ANA, shifts=(shift("ana", "every day", "22:00-06:00"),), absences=(away,))
    assert there(shop, "2026-11-24 03:00") == "Ana"


def test_a_night_shift_that_starts_on_the_last_day_of_vacation_is_not_worked() -> None:
    away = Absence("ana", date(2026, 11, 24), date(2026, 11, 25))
    shop = office(ANA, shifts=(shift("ana", "every day", "22:00-06:00"),), absences=(away,))
    assert there(shop, "2026-11-26 03:00") == ""
    assert there(shop, "2026-11-26 23:00") == "Ana"


@pytest.mark.parametrize(
    ("day", "name"),
    [("2026-11-02", "Ana"), ("2026-11-03", "Ana"), ("2026-11-04", ""), ("2026-11-06", "Ana")],
)
def test_two_days_on_two_days_off(day: str, name: str) -> None:
    turn = {"anchor": date(2026, 11, 2), "on": 2, "off": 2}
    shop = office(ANA, shifts=(shift("ana", "every day", "08:00-20:00", **turn),))
    assert there(shop, f"{day} 12:00") == name


def test_a_rotation_also_runs_before_its_anchor() -> None:
    turn = {"anchor": date(2026, 11, 2), "on": 2, "off": 2}
    shop = office(ANA, shifts=(shift("ana", "every day", "08:00-20:00", **turn),))
    days = ("2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01")
    assert [there(shop, f"{day} 12:00") for day in days] == ["", "Ana", "Ana", "", ""]


def test_a_moved_working_day_takes_the_shifts_of_its_weekday() -> None:
    moved = MovedDay(date(2026, 11, 28), as_weekday=0)
    shop = office(
        ANA,
        ION,
        shifts=(shift("ana", "mon", "09:00-18:00"), shift("ion", "sat", "09:00-18:00")),
        moved_days=(moved,),
    )
    assert there(shop, "2026-11-28 12:00") == "Ana"


def test_a_shift_lasts_from_its_first_day_to_its_last() -> None:
    bounds = {"valid_from": date(2026, 11, 3), "valid_to": date(2026, 11, 4)}
    shop = office(ANA, shifts=(shift("ana", "every day", "22:00-06:00", **bounds),))
    assert there(shop, "2026-11-03 03:00") == ""
    assert there(shop, "2026-11-05 03:00") == "Ana"
    assert there(shop, "2026-11-05 23:00") == ""


def test_an_office_without_shifts_has_everybody_on_duty_while_it_is_open() -> None:
    shop = office(ANA, ION, hours=(hours("mon-fri", "09:00-18:00"),))
    assert there(shop, "2026-11-23 12:00") == "Ana Ion"
    assert there(shop, "2026-11-23 19:00") == ""


def test_a_person_on_vacation_is_off_duty_also_where_there_are_no_shifts() -> None:
    shop = office(ANA, ION, absences=(Absence("ana", date(2026, 11, 23), date(2026, 11, 23)),))
    assert there(shop, "2026-11-23 12:00") == "Ion"
    assert there(shop, "2026-11-24 12:00") == "Ana Ion"


# --- breaks that are held back


def test_two_breaks_at_once_do_not_leave_the_line_alone() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:00 +15m"),
            shift("ion", "mon", "09:00-14:00", "11:00 +15m"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 11:10") == "Ion"
    assert there(shop, "2026-11-23 11:15") == "Ana"
    assert there(shop, "2026-11-23 11:29") == "Ana"
    assert there(shop, "2026-11-23 11:30") == "Ana Ion"


def test_the_break_that_starts_later_is_the_one_held_back() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:05 +15m"),
            shift("ion", "mon", "09:00-14:00", "11:00 +15m"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 11:10") == "Ana"
    assert there(shop, "2026-11-23 11:20") == "Ion"


def test_the_last_one_on_duty_gets_the_break_when_the_next_shift_begins() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:00 +15m"),
            shift("ion", "mon", "12:00-18:00"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 11:05") == "Ana"
    assert there(shop, "2026-11-23 12:05") == "Ion"
    assert there(shop, "2026-11-23 12:15") == "Ana Ion"


def test_a_break_is_not_begun_that_would_leave_nobody_before_it_ends() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-18:00", "11:50 +15m"),
            shift("ion", "mon", "09:00-12:00"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 11:55") == "Ana Ion"
    assert there(shop, "2026-11-23 12:01") == "Ana"


def test_a_second_duty_at_once_covers_a_break_only_as_long_as_it_lasts() -> None:
    shop = office(
        ANA,
        shifts=(
            shift("ana", "mon", "09:00-18:00", "11:50 +15m"),
            shift("ana", "mon", "11:00-12:00"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 12:01") == "Ana"


def test_a_break_held_back_until_the_end_of_the_shift_is_lost() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:00 +15m"),
            shift("ion", "mon", "14:00-18:00"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 13:59") == "Ana"
    assert there(shop, "2026-11-23 14:05") == "Ion"


def test_a_colleague_without_a_number_does_not_make_a_break_possible() -> None:
    shop = office(
        ANA,
        person("Ion", number=None),
        shifts=(
            shift("ana", "mon", "09:00-14:00", "11:00 +15m"),
            shift("ion", "mon", "09:00-14:00"),
        ),
        least_on_duty=1,
    )
    assert there(shop, "2026-11-23 11:05") == "Ana Ion"


def test_where_nobody_asks_for_it_breaks_are_as_planned() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "09:00-14:00", "11:00 +15m"),))
    assert there(shop, "2026-11-23 11:05") == ""


# --- who comes next


def test_the_page_can_say_who_comes_next() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(shift("ana", "mon", "09:00-14:00"), shift("ion", "mon", "14:00-18:00")),
    )
    assert next_duty(shop, at("2026-11-23 10:00")) == (at("2026-11-23 14:00"), (ION,))


def test_after_the_last_shift_of_the_week_next_is_monday() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon-fri", "09:00-14:00"),))
    assert next_duty(shop, at("2026-11-27 14:00")) == (at("2026-11-30 09:00"), (ANA,))


def test_a_duty_that_runs_on_over_midnight_is_not_news() -> None:
    shop = office(ANA, shifts=(shift("ana", "every day", "08:00 +24h"),))
    assert next_duty(shop, at("2026-11-23 10:00")) is None


def test_a_swap_exchanges_the_people_of_the_day_and_leaves_the_breaks_with_the_shift() -> None:
    early = shift("ana", "every day", "08:00-14:00", "10:00 +15m")
    late = shift("ion", "every day", "14:00-20:00")
    swap = Swap(date(2026, 11, 23), "ana", "ion")
    shop = office(ANA, ION, shifts=(early, late), swaps=(swap,))
    times = ("09:00", "10:05", "15:00")
    assert [there(shop, f"2026-11-23 {t}") for t in times] == ["Ion", "", "Ana"]
    assert there(shop, "2026-11-24 09:00") == "Ana"


def test_who_swapped_a_day_of_vacation_away_is_replaced() -> None:
    day = date(2026, 11, 23)
    shop = office(
        ANA,
        ION,
        shifts=(shift("ana", "every day", "08:00-14:00"),),
        swaps=(Swap(day, "ana", "ion"),),
        absences=(Absence("ana", day, day),),
    )
    assert there(shop, "2026-11-23 09:00") == "Ion"


def test_an_office_that_was_changed_forgets_who_worked_before() -> None:
    shop = office(ANA, ION, shifts=(shift("ana", "mon", "09:00-14:00"),))
    assert there(shop, "2026-11-23 10:00") == "Ana"
    changed = replace(shop, shifts=(shift("ion", "mon", "09:00-14:00"),))
    assert there(changed, "2026-11-23 10:00") == "Ion"
    assert there(replace(changed, people=(ANA,)), "2026-11-23 10:00") == ""


def test_a_day_that_was_forgotten_is_worked_out_again() -> None:
    shop = office(ANA, shifts=(shift("ana", "mon", "09:00-14:00"),))
    first = [d.span for d in duties_of(shop, date(2026, 11, 23))]
    for ahead in range(100):
        duties_of(shop, date(2026, 11, 24) + timedelta(days=ahead))
    assert [d.span for d in duties_of(shop, date(2026, 11, 23))] == first != []
