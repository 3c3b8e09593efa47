"""A hotline for a season, an evening or a number of its own switches itself on and off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hotline.routing.campaigns import as_called, campaign_of, just_over, next_times
from hotline.routing.office import Campaign, Closure, Do, Fallback, Key, Menu, Office
from hotline.routing.plan import Opening, plan_for
from tests.routing.shop import at, hours, office, person, shift

ANA, ION, MARIA = person("Ana"), person("Ion"), person("Maria")
MAIN = Menu("main", (Key("1", Do.PERSON),))
ADMISSION = Menu("admission", (Key("1", Do.PERSON), Key("2", Do.MENU, "main")))
SEASON = Campaign("season", "Admission", date(2026, 6, 20), date(2026, 7, 31))
SUMMER, AUTUMN = "2026-07-01 12:00", "2026-10-01 12:00"


def reached(shop: Office, words: str, line: str | None = None) -> str:
    """The campaign that answers at this time; "" for the office itself."""
    found = campaign_of(shop, line, at(words))
    return found.id if found else ""


def found(shop: Office, words: str) -> Office:
    return as_called(shop, campaign_of(shop, None, at(words)))


def test_a_season_begins_with_its_first_day_and_ends_with_its_last() -> None:
    shop = office(ANA, campaigns=(SEASON,))
    days = ("2026-06-19 23:59", "2026-06-20 00:00", "2026-07-31 23:59", "2026-08-01 00:00")
    assert [reached(shop, day) for day in days] == ["", "season", "season", ""]
    assert reached(shop, "2027-07-01 12:00") == ""


def test_a_yearly_season_comes_back_also_over_new_year() -> None:
    winter = Campaign("winter", "", date(2025, 12, 20), date(2026, 1, 10), yearly=True)
    shop = office(ANA, campaigns=(winter,))
    days = ("2029-12-19 12:00", "2029-12-20 12:00", "2030-01-10 12:00", "2030-01-11 12:00")
    assert [reached(shop, day) for day in days] == ["", "winter", "winter", ""]


def test_the_last_night_of_a_campaign_runs_to_its_end_past_midnight() -> None:
    nights = replace(SEASON, hours=(hours("every day", "20:00-02:00"),))
    shop = office(ANA, campaigns=(nights,))
    assert reached(shop, "2026-06-20 01:00") == ""
    assert reached(shop, "2026-08-01 01:59") == "season"
    assert reached(shop, "2026-08-01 02:00") == ""
    assert reached(shop, "2026-08-01 21:00") == ""
    assert plan_for(None, found(shop, "2026-08-01 01:59"), at("2026-08-01 01:59")).tiers


def test_a_weekly_evening_is_a_campaign_without_an_end() -> None:
    lawyer = Campaign("lawyer", hours=(hours("thu", "18:00-20:00"),))
    shop = office(ANA, campaigns=(lawyer,))
    days = ("2026-11-26 17:59", "2026-11-26 18:00", "2026-11-26 20:00", "2026-11-27 19:00")
    assert [reached(shop, day) for day in days] == ["", "lawyer", "", ""]


def test_a_number_of_its_own_reaches_the_campaign_and_the_others_the_office() -> None:
    shop = office(ANA, campaigns=(replace(SEASON, lines=("promo",)),))
    assert reached(shop, SUMMER, "promo") == "season"
    assert reached(shop, SUMMER, "office") == ""
    assert reached(shop, AUTUMN, "promo") == ""


def test_of_two_campaigns_the_first_of_the_list_answers() -> None:
    whole_year = Campaign("always", lines=("promo",))
    shop = office(ANA, campaigns=(SEASON, whole_year))
    assert reached(shop, SUMMER, "promo") == "season"
    assert reached(shop, AUTUMN, "promo") == "always"


def test_its_hours_may_lie_outside_those_of_the_office() -> None:
    sunday = Campaign("promo", hours=(hours("sun", "10:00-12:00"),))
    shop = office(ANA, hours=(hours("mon-fri", "09:00-18:00"),), campaigns=(sunday,))
    now = "2026-11-29 11:00"
    assert plan_for(None, shop, at(now)).opening is Opening.CLOSED_HOURS
    assert plan_for(None, found(shop, now), at(now)).opening is Opening.OPEN


def test_without_hours_of_its_own_it_keeps_those_of_the_office() -> None:
    shop = office(ANA, hours=(hours("mon-fri", "09:00-18:00"),), campaigns=(SEASON,))
    now = "2026-07-01 20:00"
    assert plan_for(None, found(shop, now), at(now)).opening is Opening.CLOSED_HOURS


def test_it_greets_asks_and_ends_in_its_own_way() -> None:
    own = replace(
        SEASON,
        greeting={"ro": "Admitere."},
        menu="admission",
        fallback=Fallback.COMPLAINT,
        total_seconds=30,
    )
    shop = office(ANA, menus=(MAIN, ADMISSION), campaigns=(own,), greeting={"ro": "Floarea."})
    summer = found(shop, SUMMER)
    assert summer.greeting == {"ro": "Admitere."}
    assert summer.menu("main") == replace(ADMISSION, id="main")
    plan = plan_for(None, summer, at(SUMMER))
    assert (plan.fallback, plan.total_seconds) == (Fallback.COMPLAINT, 30)
    assert found(shop, AUTUMN) is shop


@pytest.mark.parametrize(
    ("shifts", "rung"),
    [
        ((shift("ana", "every day", "00:00-24:00"),), ["Ion"]),
        ((shift("ion", "every day", "00:00-10:00"),), []),
    ],
    ids=["no shift: there while it is on", "as planned"],
)
def test_its_own_people_answer_it(shifts: tuple[object, ...], rung: list[str]) -> None:
    shop = office(ANA, ION, MARIA, shifts=shifts, campaigns=(replace(SEASON, people=("ion",)),))
    plan = plan_for(None, found(shop, SUMMER), at(SUMMER))
    assert [c.person.name for tier in plan.tiers for c in tier.candidates] == rung


def test_the_call_centre_helps_out_in_a_campaign_too() -> None:
    season = replace(SEASON, people=("ion",))
    shop = office(ANA, ION, MARIA, overflow=("maria",), campaigns=(season,))
    plan = plan_for(None, found(shop, SUMMER), at(SUMMER), overflows=True)
    assert [c.person.name for tier in plan.tiers for c in tier.candidates] == ["Ion", "Maria"]


# --- the next times


def times(shop: Office, campaign: Campaign, now: str, most: int = 10) -> list[str]:
    spans = next_times(shop, campaign, at(now), most)
    local = [[edge.astimezone(shop.zone) for edge in span] for span in spans]
    return [f"{start:%d.%m. %H:%M} {end:%d.%m. %H:%M}" for start, end in local]


def test_its_next_times_are_told_without_the_days_on_which_the_line_is_closed() -> None:
    lawyer = Campaign("lawyer", hours=(hours("thu", "18:00-20:00"),))
    shut = Closure(date(2026, 12, 3), date(2026, 12, 3), "closed")
    shop = office(ANA, campaigns=(lawyer,), closures=(shut,))
    assert times(shop, lawyer, "2026-11-26 19:00", 3) == [
        "26.11. 19:00 26.11. 20:00",
        "10.12. 18:00 10.12. 20:00",
        "17.12. 18:00 17.12. 20:00",
    ]


def test_a_night_is_one_time_and_the_last_night_runs_to_its_end() -> None:
    nights = replace(SEASON, last=date(2026, 6, 21), hours=(hours("every day", "20:00-02:00"),))
    assert times(office(ANA), nights, "2026-06-01 12:00") == [
        "20.06. 20:00 21.06. 02:00",
        "21.06. 20:00 22.06. 02:00",
    ]


def test_a_season_day_and_night_is_one_time_and_what_is_over_has_none() -> None:
    shop = office(ANA)
    assert times(shop, SEASON, "2026-06-01 12:00") == ["20.06. 00:00 01.08. 00:00"]
    assert times(shop, SEASON, "2026-09-01 12:00") == []


def test_a_season_is_over_after_its_last_night_and_news_for_three_days() -> None:
    nights = replace(SEASON, hours=(hours("mon-fri", "20:00-02:00"),))  # the 31st is a Friday
    shop = office(ANA, campaigns=(SEASON, nights))
    times = ("2026-07-31 23:59", "2026-08-01 00:00", "2026-08-01 02:00", "2026-08-04 01:00")
    ended = [[over.ended for over in just_over(shop, at(one))] for one in times]
    midnight, two = at("2026-08-01 00:00"), at("2026-08-01 02:00")
    assert ended == [[], [midnight], [midnight, two], [two]]


def test_a_season_whose_last_days_have_no_hours_is_over_with_the_last_hour() -> None:
    weekdays = replace(SEASON, last=date(2026, 8, 2), hours=(hours("mon-fri", "09:00-18:00"),))
    (over,) = just_over(office(ANA, campaigns=(weekdays,)), at("2026-08-02 12:00"))
    assert (over.began, over.ended) == (at("2026-06-20 00:00"), at("2026-07-31 18:00"))


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_a_yearly_season_is_over_each_year_also_over_new_year_and_in_leap_years(year: int) -> None:
    winter = Campaign("winter", "", date(2023, 12, 20), date(2024, 2, 29), yearly=True)
    march = Campaign("march", "", date(2024, 2, 29), date(2024, 3, 2), yearly=True)
    shop = office(ANA, campaigns=(winter, march))
    assert just_over(shop, at(f"{year}-02-28 23:00")) == []
    one, other = just_over(shop, at(f"{year}-03-03 00:00"))
    assert (one.began, one.ended) == (at(f"{year - 1}-12-20 00:00"), at(f"{year}-03-01 00:00"))
    leaps = "02-29" if year == 2028 else "03-01"
    assert (other.began, other.ended) == (at(f"{year}-{leaps} 00:00"), at(f"{year}-03-03 00:00"))


def test_what_has_no_last_day_is_never_over() -> None:
    lawyer = Campaign("lawyer", hours=(hours("thu", "18:00-20:00"),))
    assert just_over(office(ANA, campaigns=(lawyer,)), at("2026-11-26 20:30")) == []
