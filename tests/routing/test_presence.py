"""What people say of themselves against the plan: a break, off, back; never for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.routing.office import Absence, Office
from hotline.routing.plan import Load, Plan, plan_for
from hotline.routing.presence import (
    LONGEST_BREAK,
    Absent,
    Away,
    Decision,
    Verdict,
    Why,
    ask_break,
    ask_off,
    ask_on,
    ask_pause,
    uncovered,
)
from hotline.routing.rules import straight_to
from tests.routing.shop import at, hours, office, person, shift

ANA, ION, EVA = person("Ana"), person("Ion"), person("Eva", number=None)
DAYS = "mon-fri"
BOTH = (shift("ana", DAYS, "09:00-18:00"), shift("ion", DAYS, "09:00-18:00"))
SHOP = office(ANA, ION, shifts=BOTH)
NOW = at("2026-11-23 12:00")


def away(name: str, why: Why = Why.BREAK, minutes: int = 15, since: datetime = NOW) -> Away:
    return Away(name, why, since, since + timedelta(minutes=minutes))


def gone(*absences: Away) -> Absent:
    return {one.person: one for one in absences}


def names(plan: Plan) -> list[str]:
    return [c.person.name for tier in plan.tiers for c in tier.candidates]


# -- a break ---------------------------------------------------------------------------------------


def test_a_break_is_granted_while_somebody_stays() -> None:
    found = ask_break(SHOP, ANA, 15, NOW, {})
    assert (found.verdict, found.away) == (Verdict.BREAK, away("ana"))


def test_the_last_one_gets_no_break() -> None:
    found = ask_break(SHOP, ANA, 15, NOW, gone(away("ion", Why.OFF)))
    assert found == Decision(Verdict.LAST)


@pytest.mark.parametrize(("least", "verdict"), [(1, Verdict.BREAK), (2, Verdict.FEW)])
def test_a_break_leaves_as_many_people_as_the_office_wants(least: int, verdict: Verdict) -> None:
    shop = office(ANA, ION, shifts=BOTH, least_on_duty=least)
    assert ask_break(shop, ANA, 15, NOW, {}).verdict is verdict


def test_somebody_without_a_number_holds_nobodys_place() -> None:
    shop = office(ANA, EVA, shifts=(BOTH[0], shift("eva", DAYS, "09:00-18:00")))
    assert ask_break(shop, ANA, 15, NOW, {}).verdict is Verdict.LAST


@pytest.mark.parametrize(
    "other",
    [
        shift("ion", DAYS, "09:00-12:10"),
        shift("ion", DAYS, "09:00-18:00", "12:10 +15m"),
    ],
    ids=["goes home", "has a break in the plan"],
)
def test_a_break_is_denied_if_nobody_would_be_there_at_some_minute_of_it(other: Any) -> None:
    shop = office(ANA, ION, shifts=(BOTH[0], other))
    assert ask_break(shop, ANA, 15, NOW, {}).verdict is Verdict.LAST
    assert ask_break(shop, ANA, 10, NOW, {}).verdict is Verdict.BREAK


def test_who_is_back_before_they_would_be_missed_counts() -> None:
    """Ion's break ends at 12:05; the denial is about the minutes until then, not about later."""
    back_soon = gone(away("ion", minutes=5))
    assert ask_break(SHOP, ANA, 15, NOW, back_soon).verdict is Verdict.LAST
    assert ask_break(SHOP, ANA, 15, NOW + timedelta(minutes=5), {}).verdict is Verdict.BREAK


def test_at_the_end_of_the_day_a_break_needs_nobody_after_closing() -> None:
    shop = office(ANA, ION, shifts=BOTH, hours=(hours(DAYS, "09:00-18:00"),))
    assert ask_break(shop, ANA, 15, at("2026-11-23 17:50"), {}).verdict is Verdict.BREAK


def test_no_break_is_longer_than_two_hours() -> None:
    found = ask_break(SHOP, ANA, 10_000, NOW, {})
    assert found.until == NOW + timedelta(minutes=LONGEST_BREAK)


# -- off and back ----------------------------------------------------------------------------------


def test_off_lasts_at_most_until_the_running_duty_ends() -> None:
    shop = office(ANA, shifts=(shift("ana", DAYS, "22:00-06:00", "23:00 +15m"),))
    found = ask_off(shop, ANA, at("2026-11-23 23:05"))  # in a break of the plan
    assert (found.verdict, found.until) == (Verdict.OFF, at("2026-11-24 06:00"))


def test_nobody_can_be_held_the_last_one_may_go_off() -> None:
    assert ask_off(office(ANA), ANA, NOW).verdict is Verdict.OFF


@pytest.mark.parametrize(
    ("shop", "until"),
    [
        (office(ANA, hours=(hours(DAYS, "09:00-18:00"),)), "2026-11-23 18:00"),
        (office(ANA, hours=(hours("mon-sun", "10:00-02:00"),)), "2026-11-24 00:00"),
        (office(ANA), "2026-11-24 00:00"),
    ],
    ids=["until closing", "over midnight, at most twelve hours", "always open"],
)
def test_off_ends_without_shifts_too(shop: Office, until: str) -> None:
    assert ask_off(shop, ANA, NOW).until == at(until)


def test_who_is_not_on_duty_hears_when_the_next_duty_begins() -> None:
    shop = office(ANA, ION, shifts=(shift("ana", "tue", "09:00-18:00"), BOTH[1]))
    tomorrow = Decision(Verdict.NOT_ON_DUTY, at("2026-11-24 09:00"))
    assert ask_on(shop, ANA, NOW) == tomorrow
    assert ask_off(shop, ANA, NOW) == tomorrow
    assert ask_break(shop, ANA, 15, NOW, {}) == tomorrow


def test_on_vacation_without_shifts_nobody_is_on_duty() -> None:
    day = NOW.date()
    shop = office(
        ANA, ION, absences=(Absence("ana", day, day),), hours=(hours(DAYS, "9:00-18:00"),)
    )
    assert ask_on(shop, ANA, NOW) == Decision(Verdict.NOT_ON_DUTY, at("2026-11-24 09:00"))


def test_who_is_in_no_plan_hears_that() -> None:
    assert ask_on(office(ANA, ION, shifts=BOTH[1:]), ANA, NOW) == Decision(Verdict.NOT_ON_DUTY)


# -- a pause ---------------------------------------------------------------------------------------


def test_who_is_paused_is_back_for_the_next_duty() -> None:
    found = ask_pause(SHOP, ANA, NOW, {})
    assert found.away == Away("ana", Why.PAUSED, NOW, at("2026-11-23 18:00"))


def test_the_only_one_left_is_never_paused() -> None:
    assert ask_pause(SHOP, ANA, NOW, gone(away("ion"))).verdict is Verdict.LAST


# -- it ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (NOW, True),
        (NOW + timedelta(minutes=14), True),
        (NOW + timedelta(minutes=15), False),
        (NOW - timedelta(seconds=30), True),
        (NOW - timedelta(minutes=2), False),
        (NOW - timedelta(days=20_000), False),
        (NOW + timedelta(days=3_000), False),
    ],
    ids=["now", "near its end", "over", "set right", "set back", "1970", "far ahead"],
)
def test_no_clock_keeps_anybody_away_for_ever(now: datetime, holds: bool) -> None:
    assert away("ana").holds(now) is holds


# -- who is rung -----------------------------------------------------------------------------------


def test_who_is_away_is_neither_rung_nor_waited_for() -> None:
    load = Load(busy=frozenset({"ana"}), away=gone(away("ana")))
    found = plan_for(None, SHOP, NOW, load=load)
    assert (names(found), found.busy, found.away) == (["Ion"], (), (away("ana"),))


def test_when_everybody_is_away_the_message_comes_at_once() -> None:
    found = plan_for(None, SHOP, NOW, load=Load(away=gone(away("ana"), away("ion"))))
    assert (found.tiers, found.busy) == ((), ())


def test_where_the_only_one_who_knows_is_away_others_are_rung() -> None:
    expert = person("Ana", topics=frozenset({"orders"}))
    other = person("Ion", topics=frozenset({"roses"}))
    shop = office(expert, other, shifts=BOTH)
    found = plan_for(None, shop, NOW, topic="orders", load=Load(away=gone(away("ana"))))
    assert (names(found), found.dropped) == (["Ion"], ("topic",))


def test_the_network_sends_no_caller_straight_to_somebody_who_is_away() -> None:
    chosen = ("ana", "ion")
    assert straight_to(SHOP, NOW, chosen) == ANA
    assert straight_to(SHOP, NOW, chosen, gone(away("ana"))) == ION


def test_who_stands_by_takes_the_calls_while_everybody_of_the_plan_is_away() -> None:
    centre = person("Centre")
    shop = office(ANA, centre, shifts=BOTH[:1], overflow=("centre",))
    ana_gone, all_gone = gone(away("ana")), gone(away("ana"), away("centre"))
    assert names(plan_for(None, shop, NOW, load=Load(away=ana_gone))) == ["Centre"]
    assert names(plan_for(None, shop, NOW, load=Load(away=all_gone))) == []
    assert not uncovered(shop, NOW, ana_gone)
    assert uncovered(shop, NOW, all_gone)
    assert ask_break(shop, ANA, 15, NOW, {}).verdict is Verdict.LAST  # nobody of the house stays
    assert ask_on(shop, centre, NOW).verdict is Verdict.NOT_ON_DUTY


def test_the_office_is_uncovered_when_the_plan_has_people_and_all_are_away() -> None:
    everybody = gone(away("ana"), away("ion"))
    assert uncovered(SHOP, NOW, everybody)
    assert not uncovered(SHOP, NOW, gone(away("ana")))
    assert not uncovered(SHOP, at("2026-11-23 20:00"), everybody)  # nobody is planned
    closed = office(ANA, ION, shifts=BOTH, hours=(hours("sun", "09:00-18:00"),))
    assert not uncovered(closed, NOW, everybody)


# -- planned breaks --------------------------------------------------------------------------------


def three(*, least: int) -> Office:
    """Ana, Ion and Ada from nine to six; Ion and Ada have a break at one, Ana at noon."""
    hours_of = ((ANA, "12:00 +2h"), (ION, "13:00 +30m"), (ADA, "13:00 +30m"))
    shifts = [shift(p.id, DAYS, "09:00-18:00", pause) for p, pause in hours_of]
    return office(ANA, ION, ADA, shifts=tuple(shifts), least_on_duty=least)


ADA = person("Ada")
ONE, HALF_PAST = at("2026-11-23 13:00"), at("2026-11-23 13:30")


def rung(shop: Office, now: datetime, absences: Absent) -> list[str]:
    return names(plan_for(None, shop, now, load=Load(away=absences)))


def test_nobody_takes_a_planned_break_on_the_strength_of_who_has_gone() -> None:
    shop = three(least=1)
    left = gone(away("ana", Why.OFF, 300))
    assert rung(shop, ONE, left) == ["Ada"]
    assert rung(shop, HALF_PAST, left) == ["Ion"]


def test_the_last_one_keeps_working_through_a_planned_break() -> None:
    shop = office(
        ANA,
        ION,
        shifts=(BOTH[0], shift("ion", DAYS, "09:00-18:00", "13:00 +30m")),
        least_on_duty=1,
    )
    assert rung(shop, ONE, {}) == ["Ana"]
    assert rung(shop, ONE, gone(away("ana", Why.OFF, 300))) == ["Ion"]


def test_a_break_that_was_held_back_is_not_taken_when_who_has_gone_would_have_been_back() -> None:
    shop, two = three(least=2), at("2026-11-23 14:00")
    assert rung(shop, two, {}) == ["Ana", "Ada"]
    assert rung(shop, two, gone(away("ana", Why.OFF, 300))) == ["Ion", "Ada"]
