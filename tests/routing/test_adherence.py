"""What is counted of each person is what happened, and what cannot be known is not claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hotline.routing.adherence import Rang, Record, Rings, Spell, Talks, records
from hotline.routing.presence import Why
from tests.routing.shop import at, office, person, shift

ANA = person("Ana")
SHOP = office(ANA, shifts=(shift("ana", "mon-fri", "09:00-18:00", "12:00 +30m"),))
MONDAY = at("2026-11-23 00:00").astimezone(UTC)
DAY = timedelta(days=1)


def when(time: str) -> datetime:
    return at(f"2026-11-23 {time}").astimezone(UTC)


def ring(time: str, what: Rang) -> Rings:
    return Rings("ana", what, (when(time),))


def of_ana(
    rings: tuple[Rings, ...] = (), talks: tuple[Talks, ...] = (), spells: tuple[Spell, ...] = ()
) -> Record:
    (one,) = records(SHOP, MONDAY, MONDAY + DAY, rings, talks, spells)
    return one


def test_the_planned_hours_have_no_breaks_in_them() -> None:
    assert of_ana().duty == timedelta(hours=8, minutes=30)


def test_of_a_day_that_is_not_over_only_the_part_so_far_counts() -> None:
    (one,) = records(SHOP, MONDAY, when("10:00"), (), (), ())
    assert one.duty == timedelta(hours=1)


def test_rings_are_counted_by_what_became_of_them() -> None:
    told = of_ana(
        (ring("10:00", Rang.TAKEN), ring("10:30", Rang.MISSED), ring("11:00", Rang.MISSED))
    )
    assert (told.rings[Rang.TAKEN], told.rings[Rang.MISSED], told.rings[Rang.BUSY]) == (1, 2, 0)


def test_missed_at_the_beginning_of_the_duty_is_told_apart() -> None:
    early = (ring("09:02", Rang.MISSED), ring("09:10", Rang.MISSED), ring("09:15", Rang.MISSED))
    assert of_ana(early).at_start == 2


def test_who_took_a_call_was_there_so_what_is_missed_later_says_nothing_of_the_beginning() -> None:
    assert of_ana((ring("09:02", Rang.TAKEN), ring("09:10", Rang.MISSED))).at_start == 0


def test_who_declined_was_not_missed() -> None:
    assert of_ana((ring("09:02", Rang.DECLINED),)).at_start == 0


def test_missed_after_a_break_counts_of_planned_breaks_and_of_those_asked_for() -> None:
    asked = Spell("ana", Why.BREAK, when("15:00"), when("15:15"), when("15:15"))
    rings = (ring("12:31", Rang.MISSED), ring("15:20", Rang.MISSED), ring("16:00", Rang.MISSED))
    assert of_ana(rings, spells=(asked,)).after_break == 2


def test_being_away_is_counted_as_long_as_it_really_was() -> None:
    sooner = Spell("ana", Why.BREAK, when("15:00"), when("15:15"), when("15:05"))
    lasting = Spell("ana", Why.OFF, when("17:00"), when("18:00"))
    before = Spell("ana", Why.PAUSED, MONDAY - DAY, when("00:30"), when("00:30"))
    away = of_ana(spells=(sooner, lasting, before)).away
    assert away[Why.BREAK] == (1, timedelta(minutes=5))
    assert away[Why.OFF] == (1, timedelta(hours=1))
    assert away[Why.PAUSED] == (1, timedelta(minutes=30))


def test_talks_of_both_ways_are_counted_with_their_length() -> None:
    talks = (Talks("ana", 2, 90.0), Talks("ana", 1, 30.0, back=True))
    told = of_ana(talks=talks)
    assert (told.talks, told.backs, told.talked) == (3, 1, timedelta(minutes=2))


def test_others_do_not_count() -> None:
    told = of_ana((Rings("ion", Rang.MISSED, (when("10:00"),)),), (Talks("ion", 1, 9),))
    assert (sum(told.rings.values()), told.talks) == (0, 0)
