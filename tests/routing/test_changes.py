"""What somebody changes on the board happens on these days to these people, and nowhere else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline.routing.changes import (
    CopyWeek,
    DoesNotFit,
    Hours,
    MoveShift,
    StandIn,
    StayAway,
    SwapDay,
    all_changed,
    changed,
    hours_on,
    week_of,
    with_hours,
)
from hotline.routing.difference import difference
from hotline.routing.office import Absence, Break, MovedDay, Office, Swap, WallTime
from hotline.routing.shifts import DAY, planned
from hotline.storage.officefile import read_office
from hotline.storage.officewriting import write_office
from tests.routing.shop import BUCHAREST, at, hours, office, person, shift

ANA, ION, EVA = person("Ana"), person("Ion"), person("Eva")
SHOP = office(
    ANA,
    ION,
    EVA,
    hours=(hours("mon-fri", "09:00-18:00"),),
    shifts=(
        shift("ana", "mon-fri", "09:00-15:00", "11:00 +15m"),
        shift("ion", "mon-fri", "15:00-18:00"),
        shift("eva", "sat", "22:00-06:00", "01:00 +30m"),
    ),
)
TUESDAY = date(2026, 12, 8)
MONDAY = TUESDAY - DAY
SATURDAY = MONDAY + 5 * DAY


def wall(words: str) -> WallTime:
    hour, minute = words.split(":")
    return WallTime(int(hour) * 60 + int(minute))


def move(person: str, day: date, at: str, to: str, to_day: date, span: str) -> MoveShift:
    start, end = map(wall, span.split("-"))
    return MoveShift(person, day, wall(at), to, to_day, start, end)


def works(shop: Office, day: date) -> list[str]:
    """Who works when of what starts on that day, with breaks."""
    return [
        f"{duty.person.id} {_span(duty.span)}" + "".join(f" ({_span(p)})" for p in duty.breaks)
        for duty in sorted(planned(shop, [day]), key=lambda duty: (duty.position, duty.span))
    ]


def _span(span: tuple[object, ...]) -> str:
    start, end = (edge.astimezone(BUCHAREST) for edge in span)  # type: ignore[attr-defined]
    return f"{start:%H:%M}-{end:%H:%M}"


def elsewhere(before: Office, after: Office, *days: date) -> bool:
    """Is everything as it was on all other days?"""
    around = (MONDAY + n * DAY for n in range(-21, 28))
    return all(works(before, day) == works(after, day) for day in around if day not in days)


def test_a_shift_goes_to_another_day_and_its_break_goes_along() -> None:
    after = changed(SHOP, move("ana", TUESDAY, "09:00", "ana", SATURDAY, "10:00-16:00"))
    assert works(after, TUESDAY) == ["ion 15:00-18:00"]
    assert works(after, SATURDAY) == [
        "ana 10:00-16:00 (12:00-12:15)",
        "eva 22:00-06:00 (01:00-01:30)",
    ]
    assert elsewhere(SHOP, after, TUESDAY, SATURDAY)


def test_a_shift_that_is_made_longer_keeps_its_break_at_its_time() -> None:
    after = changed(SHOP, move("ana", TUESDAY, "09:00", "ana", TUESDAY, "08:00-17:00"))
    assert works(after, TUESDAY)[0] == "ana 08:00-17:00 (11:00-11:15)"
    assert elsewhere(SHOP, after, TUESDAY)


def test_a_break_that_a_shorter_shift_has_no_room_for_is_not_taken() -> None:
    after = changed(SHOP, move("ana", TUESDAY, "09:00", "ana", TUESDAY, "09:00-11:10"))
    assert works(after, TUESDAY)[0] == "ana 09:00-11:10"


def test_a_shift_goes_to_somebody_else_once() -> None:
    after = changed(SHOP, move("ana", TUESDAY, "09:00", "eva", TUESDAY, "09:00-15:00"))
    assert works(after, TUESDAY) == ["ion 15:00-18:00", "eva 09:00-15:00 (11:00-11:15)"]
    assert elsewhere(SHOP, after, TUESDAY)


def test_a_night_keeps_its_break_after_midnight_wherever_it_goes() -> None:
    after = changed(SHOP, move("eva", SATURDAY, "22:00", "ion", SATURDAY, "23:00-07:00"))
    assert works(after, SATURDAY) == ["ion 23:00-07:00 (02:00-02:30)"]


def test_a_whole_day_and_night_is_one_that_ends_as_it_began() -> None:
    after = changed(SHOP, move("eva", SATURDAY, "22:00", "eva", SATURDAY, "08:00-08:00"))
    assert hours_on(after, SATURDAY)["eva"][0].minutes == 24 * 60


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (move("ana", TUESDAY, "10:00", "ana", TUESDAY, "11:00-12:00"), "not in the plan any more"),
        (
            move("ana", TUESDAY, "09:00", "ion", TUESDAY, "12:00-16:00"),
            "works at that time already",
        ),
        (
            move("eva", SATURDAY, "22:00", "ana", MONDAY, "03:00-10:00"),
            "works at that time already",
        ),
        (move("ana", TUESDAY, "09:00", "eva", MONDAY + 2 * DAY, "09:00-15:00"), "is away"),
        (
            move("bob", TUESDAY, "09:00", "ana", TUESDAY, "09:00-15:00"),
            "not in the office any more",
        ),
        (CopyWeek(TUESDAY, SATURDAY), "onto itself"),
        (StayAway("ana", TUESDAY, MONDAY), "lies before the first"),
        (StandIn("eva", (at("2026-12-08 09:00"), at("2026-12-10 09:00"))), "a minute to a day"),
    ],
)
def test_what_makes_no_sense_is_said_to_make_none(change: MoveShift, words: str) -> None:
    shop = replace(SHOP, absences=(Absence("eva", MONDAY + 2 * DAY, MONDAY + 2 * DAY),))
    with pytest.raises(DoesNotFit, match=words):
        changed(shop, change)


def test_of_a_swapped_day_one_shift_can_be_moved_and_the_other_stays_swapped() -> None:
    shop = replace(SHOP, swaps=(Swap(TUESDAY, "ana", "ion"),))
    assert works(shop, TUESDAY) == ["ana 15:00-18:00", "ion 09:00-15:00 (11:00-11:15)"]
    after = changed(shop, move("ana", TUESDAY, "15:00", "ana", TUESDAY, "16:00-19:00"))
    assert works(after, TUESDAY) == ["ana 16:00-19:00", "ion 09:00-15:00 (11:00-11:15)"]
    assert elsewhere(shop, after, TUESDAY)


def test_a_week_is_worked_as_another_one_and_who_is_away_stays_away() -> None:
    special = changed(SHOP, move("ana", TUESDAY, "09:00", "eva", TUESDAY, "08:00-14:00"))
    special = changed(special, SwapDay(SATURDAY, "eva", "ion"))
    next_week = TUESDAY + 7 * DAY
    special = changed(special, StayAway("ion", SATURDAY + 7 * DAY, SATURDAY + 7 * DAY))
    after = changed(special, CopyWeek(TUESDAY, next_week))
    assert works(after, next_week) == ["ion 15:00-18:00", "eva 08:00-14:00 (10:00-10:15)"]
    assert works(after, SATURDAY + 7 * DAY) == []  # Eva had given the night to Ion, who is away
    assert elsewhere(special, after, next_week, SATURDAY + 7 * DAY)
    assert changed(after, CopyWeek(TUESDAY, next_week)) == after


def test_who_was_away_in_the_week_that_is_copied_works_as_planned_in_the_other() -> None:
    away = changed(SHOP, StayAway("ion", TUESDAY, TUESDAY))
    after = changed(away, CopyWeek(TUESDAY, TUESDAY + 7 * DAY))
    assert works(after, TUESDAY + 7 * DAY) == works(SHOP, TUESDAY)


def test_a_copied_week_is_few_lines_of_the_office_file() -> None:
    rota = office(
        *(person(name) for name in ("Ana", "Ion")), shifts=(shift("ana", "mon-fri", "09:00-15:00"),)
    )
    other = replace(
        rota,
        shifts=(
            *rota.shifts,
            replace(shift("ion", "mon-fri", "10:00-16:00"), valid_from=MONDAY, valid_to=SATURDAY),
        ),
    )
    after = changed(other, CopyWeek(MONDAY, MONDAY + 7 * DAY))
    assert len(after.shifts) == len(other.shifts) + 1


def test_a_day_that_counts_as_another_weekday_is_not_mistaken_for_it() -> None:
    shop = replace(SHOP, moved_days=(MovedDay(SATURDAY, 0),))
    after = with_hours(shop, {("ana", MONDAY): (Hours(wall("08:00"), wall("09:00")),)})
    assert works(after, SATURDAY) == works(shop, SATURDAY)
    assert elsewhere(shop, after, MONDAY)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_set_for_a_day_holds_then_and_nothing_else_changes(seed: int) -> None:
    chance = random.Random(seed)
    shop = _any_shop(chance)
    day = MONDAY + chance.randrange(-7, 14) * DAY
    who = chance.choice(["ana", "ion", "eva"])
    wanted = tuple(_any_hours(chance) for _ in range(chance.randrange(3)))
    after = with_hours(shop, {(who, day): wanted})
    there = hours_on(after, day, also_away=True)
    assert sorted(map(repr, there.get(who, ()))) == sorted(map(repr, wanted)), seed
    others = {"ana", "ion", "eva"} - {who}
    before = hours_on(shop, day, also_away=True)
    for other in others:
        assert sorted(map(repr, there.get(other, ()))) == sorted(
            map(repr, before.get(other, ()))
        ), seed
    assert elsewhere(shop, after, day), seed
    assert read_office(write_office(after), "it")[0] == after, seed


def _any_hours(chance: random.Random) -> Hours:
    start = WallTime(chance.randrange(0, 24 * 4) * 15)
    end = WallTime((start.minutes + chance.randrange(1, 90) * 15) % (24 * 60))
    return Hours(start, end, None, (Break(start, 15),) if chance.random() < 0.5 else ())


def _any_shop(chance: random.Random) -> Office:
    shifts = [
        shift("ana", "mon-fri", "09:00-15:00", "11:00 +15m"),
        shift("ion", "mon-sun", "22:00-06:00"),
        replace(shift("eva", "mon-sun", "08:00 +24h"), anchor=MONDAY, on=2, off=2),
    ]
    swaps = (
        (Swap(MONDAY + chance.randrange(14) * DAY, "ana", "ion"),) if chance.random() < 0.5 else ()
    )
    moved = (MovedDay(SATURDAY, chance.randrange(5)),) if chance.random() < 0.5 else ()
    shop = office(ANA, ION, EVA, shifts=tuple(shifts), swaps=swaps, moved_days=moved)
    if chance.random() < 0.5:
        shop = with_hours(shop, {("ana", MONDAY): (_any_hours(chance),)})
    return shop


def test_what_does_not_fit_any_more_is_left_out_and_told() -> None:
    twice = [move("ana", TUESDAY, "09:00", "eva", TUESDAY, "09:00-15:00")] * 2
    after, unfit = all_changed(SHOP, [*twice, SwapDay(MONDAY, "ana", "ion")])
    assert [trouble is None for trouble in unfit] == [True, False, True]
    assert works(after, MONDAY) == ["ana 15:00-18:00", "ion 09:00-15:00 (11:00-11:15)"]


# -- what a change brings --------------------------------------------------------------------------

NOW = at("2026-12-01 12:00")


def brings(*changes: object) -> tuple[Office, object]:
    after, _ = all_changed(SHOP, changes)  # type: ignore[arg-type]
    days = [MONDAY + n * DAY for n in range(7)]
    return after, difference(SHOP, after, days, NOW)


def spans(holes: object) -> list[str]:
    return [f"{hole.span[0].astimezone(BUCHAREST):%a} {_span(hole.span)}" for hole in holes]  # type: ignore[attr-defined]


def test_who_gains_and_who_loses_hours_is_told_with_the_holes_that_come_and_go() -> None:
    _, found = brings(
        move("ana", TUESDAY, "09:00", "ana", TUESDAY, "10:00-15:00"),
        StandIn("eva", (at("2026-12-07 11:00"), at("2026-12-07 11:15"))),
    )
    assert [(p.id, by) for p, by in found.gained] == [  # type: ignore[attr-defined]
        ("eva", timedelta(minutes=15)),
        ("ana", timedelta(hours=-1)),
    ]
    assert spans(found.new_holes) == [
        "Tue 09:00-10:00",
    ]  # type: ignore[attr-defined]
    assert spans(found.filled_holes) == ["Mon 11:00-11:15"]  # type: ignore[attr-defined]
    assert [p.id for p in found.people] == ["eva", "ana"]  # type: ignore[attr-defined]


def test_a_hole_that_only_grows_is_told_whole_and_one_that_shrinks_by_what_is_filled() -> None:
    _, found = brings(StayAway("ana", TUESDAY, TUESDAY))
    assert spans(found.new_holes) == ["Tue 09:00-15:00"]  # type: ignore[attr-defined]
    assert spans(found.filled_holes) == []  # type: ignore[attr-defined]
    away = changed(SHOP, StayAway("ana", TUESDAY, TUESDAY))
    back = difference(away, SHOP, [TUESDAY], NOW)
    assert spans(back.filled_holes) == ["Tue 09:00-11:00", "Tue 11:15-15:00"]
    assert spans(back.new_holes) == []


def test_breaks_that_meet_and_those_that_meet_no_more_are_told() -> None:
    shop = replace(
        SHOP, shifts=(*SHOP.shifts, shift("eva", "mon-fri", "10:00-16:00", "11:05 +15m"))
    )
    away = changed(shop, StayAway("eva", TUESDAY, TUESDAY))
    gone = difference(shop, away, week_of(TUESDAY), NOW)
    came = difference(away, shop, week_of(TUESDAY), NOW)
    assert [_span(clash.span) for clash in gone.solved_clashes] == ["11:05-11:15"]
    assert [_span(clash.span) for clash in came.new_clashes] == ["11:05-11:15"]


def test_what_is_past_makes_no_hole_any_more() -> None:
    after = changed(SHOP, StayAway("ana", TUESDAY, TUESDAY))
    found = difference(SHOP, after, [TUESDAY], at("2026-12-08 14:00"))
    assert spans(found.new_holes) == ["Tue 14:00-15:00"]
