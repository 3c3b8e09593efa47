"""The box calls itself while nobody else does: before the office opens, once a day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline.routing.selfcalls import OFF, self_calls_due
from tests.routing.shop import at, hours, office

SHOP = office(hours=(hours("mon-fri", "09:00-12:00"), hours("mon-fri", "13:00-18:00")))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23 08:29", ""),
        ("2026-11-23 08:30", "2026-11-23"),
        ("2026-11-23 08:59", "2026-11-23"),
        ("2026-11-23 09:00", ""),
        ("2026-11-23 12:45", ""),  # the pause at noon is no morning
        ("2026-11-22 08:30", ""),  # a Sunday
    ],
)
def test_in_the_half_hour_before_the_office_opens(now: str, due: str) -> None:
    assert str(self_calls_due(SHOP, at(now)) or "") == due


def test_an_office_that_opens_at_midnight_is_called_the_evening_before() -> None:
    night = office(hours=(hours("mon", "00:00-06:00"),))
    assert str(self_calls_due(night, at("2026-11-22 23:40"))) == "2026-11-23"
    whole = office(hours=(hours("mon-sun", "00:00-24:00"),))
    assert self_calls_due(whole, at("2026-11-22 23:40")) is None  # it never opens: it is open


@pytest.mark.parametrize(("now", "due"), [("04:29", False), ("04:30", True), ("05:30", False)])
def test_an_office_that_never_closes_is_called_at_night(now: str, due: bool) -> None:
    assert (self_calls_due(office(), at(f"2026-11-23 {now}")) is not None) is due


@pytest.mark.parametrize(("now", "due"), [("07:14", False), ("07:15", True), ("08:15", False)])
def test_the_office_may_say_when(now: str, due: bool) -> None:
    shop = replace(SHOP, self_call="07:15")
    assert (self_calls_due(shop, at(f"2026-11-22 {now}")) is not None) is due


def test_an_hour_that_runs_over_midnight_is_one_hour_of_one_day() -> None:
    late = replace(SHOP, self_call="23:30")
    days = {str(self_calls_due(late, at(f"2026-11-{when}"))) for when in ("22 23:30", "23 00:29")}
    assert days == {"2026-11-22"}
    assert self_calls_due(late, at("2026-11-23 00:30")) is None


def test_or_that_it_wants_none() -> None:
    assert self_calls_due(replace(SHOP, self_call=OFF), at("2026-11-23 08:30")) is None
