"""When the office's day is over, whatever its hours and its clock do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hotline.routing.evening import LATE, day_ends, evening_of
from hotline.routing.office import Closure, MovedDay, Office
from tests.routing.shop import at, hours, office, person

ANA = person("Ana")
MONDAY = date(2026, 11, 23)
MINUTE = timedelta(minutes=1)


def ends(shop: Office, day: date = MONDAY) -> str | None:
    end = day_ends(shop, day)
    return end and f"{end.astimezone(shop.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("open_hours", "end"),
    [
        (["mon-fri 09:00-18:00"], "2026-11-23 18:00"),
        (["mon-fri 09:00-13:00", "mon-fri 14:00-19:30"], "2026-11-23 19:30"),
        (["mon-fri 18:00-02:00"], "2026-11-24 02:00"),
        (["mon-fri 08:00-24:00"], "2026-11-24 00:00"),
        (["mon-sun 00:00-24:00"], "2026-11-23 18:00"),
        (["mon-fri 00:00-24:00"], "2026-11-23 18:00"),
        (["mon 08:00-24:00", "tue 00:00-24:00"], "2026-11-23 18:00"),
        (["sun 20:00-03:00"], None),
        (["sat-sun 09:00-18:00"], None),
        ([], "2026-11-23 18:00"),
    ],
)
def test_the_day_ends_with_its_last_open_instant(open_hours: list[str], end: str | None) -> None:
    shop = office(ANA, hours=tuple(hours(*one.split()) for one in open_hours))
    assert ends(shop) == end


def test_a_closed_day_has_no_evening_and_one_before_it_ends_at_midnight() -> None:
    night = (hours("mon-sun", "18:00-02:00"),)
    closed = office(ANA, hours=night, closures=(Closure(MONDAY, MONDAY),))
    assert ends(closed) is None
    assert ends(closed, date(2026, 11, 22)) == "2026-11-23 00:00"


def test_a_moved_working_day_ends_as_the_day_it_stands_for() -> None:
    shop = office(
        ANA,
        hours=(hours("mon-fri", "09:00-18:00"), hours("sat", "10:00-14:00")),
        moved_days=(MovedDay(MONDAY, 5),),
    )
    assert ends(shop) == "2026-11-23 14:00"


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)])
@pytest.mark.parametrize("closes", ["18:00", "03:30", "24:00", "02:30"])
def test_on_the_days_the_clock_changes_it_is_evening_once(day: date, closes: str) -> None:
    shop = office(ANA, hours=(hours("mon-sun", f"01:00-{closes}"),))
    end = day_ends(shop, day)
    assert end is not None
    seen = [evening_of(shop, end + n * MINUTE) for n in range(-10, 190)]
    assert seen.count(day) == LATE / MINUTE
    assert seen[9] != day


def test_it_is_evening_for_three_hours_and_never_for_days_long_past() -> None:
    shop = office(ANA, hours=(hours("mon-fri", "09:00-18:00"),))
    assert evening_of(shop, at("2026-11-23 17:59")) is None
    assert evening_of(shop, at("2026-11-23 18:00")) == MONDAY
    assert evening_of(shop, at("2026-11-23 20:59")) == MONDAY
    assert evening_of(shop, at("2026-11-23 21:00")) is None
    assert evening_of(shop, at("2026-11-28 19:00")) is None


def test_an_evening_after_midnight_is_that_of_the_day_before() -> None:
    shop = office(ANA, hours=(hours("mon-fri", "18:00-02:00"),))
    assert evening_of(shop, at("2026-11-24 02:30")) == MONDAY
