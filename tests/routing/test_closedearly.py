"""Somebody closes the line against its hours: from then on nobody is rung, until it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import pytest

from hotline.routing.campaigns import as_called
from hotline.routing.office import Campaign, Closure, EarlyClosing, Office
from hotline.routing.openings import openings, reopening
from hotline.routing.plan import plan_for
from hotline.routing.rules import Opening, open_spans
from tests.routing.shop import at, hours, office, person

ANA = person("Ana")
SHOP = office(ANA, hours=(hours("mon-fri", "09:00-18:00"),))
LUNCH = office(ANA, hours=(hours("mon-fri", "09:00-13:00"), hours("mon-fri", "14:00-18:00")))
BAR = office(ANA, hours=(hours("fri, sat", "20:00-04:00"),))


def closed(shop: Office, since: str, until: str, notice: str = "") -> Office:
    texts = {"ro": notice} if notice else {}
    return replace(shop, closed_early=EarlyClosing(at(since), at(until), "Maria", texts))


def test_from_the_instant_it_is_closed_nobody_is_rung_until_it_is_over() -> None:
    shop = closed(SHOP, "2026-11-23 15:00", "2026-11-24 10:00")
    found = {
        words: plan_for(None, shop, at(words)).opening
        for words in ("2026-11-23 14:59", "2026-11-23 15:00", "2026-11-24 09:59")
    }
    assert list(found.values()) == [Opening.OPEN, Opening.CLOSED_EARLY, Opening.CLOSED_EARLY]
    assert plan_for(None, shop, at("2026-11-23 15:00")).tiers == ()
    assert plan_for(None, shop, at("2026-11-24 10:00")).opening is Opening.OPEN


def test_callers_hear_the_sentence_and_when_somebody_answers() -> None:
    shop = closed(SHOP, "2026-11-23 15:00", "2026-11-24 10:00", "S-a spart o țeavă.")
    plan = plan_for(None, shop, at("2026-11-23 16:00"))
    assert plan.closure is not None
    assert plan.closure.notice == {"ro": "S-a spart o țeavă."}
    assert plan.next_opening == at("2026-11-24 10:00")


def test_who_asks_when_it_is_open_is_told_of_the_early_end_and_the_late_beginning() -> None:
    shop = closed(SHOP, "2026-11-23 15:00", "2026-11-24 10:00")
    assert openings(shop, at("2026-11-23 16:00")).opens == at("2026-11-24 10:00")
    days = (date(2026, 11, 23), date(2026, 11, 24))
    assert [span for day in days for span in open_spans(shop, day)] == [
        (at("2026-11-23 09:00"), at("2026-11-23 15:00")),
        (at("2026-11-24 10:00"), at("2026-11-24 18:00")),
    ]


def test_a_holiday_keeps_its_own_words() -> None:
    holiday = Closure(date(2026, 11, 24), date(2026, 11, 24), "Hram", {"ro": "E hramul."})
    shop = closed(replace(SHOP, closures=(holiday,)), "2026-11-23 15:00", "2026-11-25 10:00")
    assert plan_for(None, shop, at("2026-11-24 12:00")).closure == holiday


def test_a_campaign_is_closed_with_the_office() -> None:
    season = Campaign("season", hours=(hours("every day", "00:00-24:00"),))
    shop = closed(replace(SHOP, campaigns=(season,)), "2026-11-23 15:00", "2026-11-24 10:00")
    called = as_called(shop, season)
    assert plan_for(None, called, at("2026-11-23 16:00")).opening is Opening.CLOSED_EARLY


def test_a_box_that_does_not_know_the_time_is_not_closed() -> None:
    shop = closed(SHOP, "2026-11-23 15:00", "2026-11-24 10:00")
    plan = plan_for(None, shop, at("2026-11-23 16:00"), clock_trusted=False)
    assert plan.opening is Opening.UNTRUSTED


@pytest.mark.parametrize(
    ("shop", "now", "again"),
    [
        (SHOP, "2026-11-23 15:00", "2026-11-24 09:00"),
        (SHOP, "2026-11-27 15:00", "2026-11-30 09:00"),  # over the weekend
        (SHOP, "2026-11-23 07:00", "2026-11-24 09:00"),  # before it opens
        (SHOP, "2026-11-23 19:00", None),  # nothing is left of the day
        (LUNCH, "2026-11-23 11:00", "2026-11-24 09:00"),  # not after lunch
        (LUNCH, "2026-11-23 13:30", "2026-11-24 09:00"),
        (BAR, "2026-11-28 01:00", "2026-11-28 20:00"),  # the night counts to Friday
        (BAR, "2026-11-28 21:00", "2026-12-04 20:00"),
        (office(ANA), "2026-11-23 15:00", None),  # day and night
    ],
)
def test_for_the_rest_of_the_day_means_until_the_hours_open_it_on_a_later_one(
    shop: Office, now: str, again: str | None
) -> None:
    found = reopening(shop, at(now).astimezone(UTC))
    assert found == (at(again) if again else None)


def test_closing_once_more_does_not_count_from_the_first_closing() -> None:
    shop = closed(SHOP, "2026-11-23 15:00", "2026-11-24 12:00")
    assert reopening(shop, at("2026-11-23 16:00")) == at("2026-11-24 09:00")
