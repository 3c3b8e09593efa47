"""Each telephone is checked once a week, while its owner is at work, one after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hotline.routing.office import Closure, Office, Person
from hotline.routing.presence import Away, Why
from hotline.routing.rollcall import (
    BETWEEN,
    FRESH,
    WEEK,
    NumberCheck,
    Result,
    checked,
    next_to_check,
    own_week,
    summary,
    summary_due,
)
from tests.routing.shop import at, hours, office, person, shift

ANA, ION, EVA = person("Ana"), person("Ion"), person("Eva")
PEOPLE = (ANA, ION, EVA)
SHIFTS = tuple(shift(p.id, "mon-fri", "09:00-18:00", "12:00 +30m") for p in PEOPLE)
SHOP = office(*PEOPLE, shifts=SHIFTS, hours=(hours("mon-fri", "09:00-18:00"),))
LONG_AGO = at("2026-01-05 09:00").astimezone(UTC)
MINUTE = timedelta(minutes=1)


def lived(
    shop: Office, begin: datetime, days: int, result: Result = Result.KEY
) -> Iterator[tuple[datetime, Person]]:
    """Whom the box rings in these days if it looks every minute, and each ring ends so."""
    checks: dict[str, NumberCheck] = {}
    now = begin.astimezone(UTC)
    while now < begin + timedelta(days=days):
        who = next_to_check(shop, now, {}, (), checks, lambda _number: LONG_AGO)
        if who is not None:
            number = who.number or ""
            checks[number] = checked(checks.get(number), number, now, result)
            yield now, who
        now += 5 * MINUTE


def test_everybody_is_rung_once_in_each_week_of_their_own() -> None:
    rung = list(lived(SHOP, at("2026-11-23 00:00"), 28))
    for one in PEOPLE:
        weeks = [own_week(one.number or "", now) for now, who in rung if who == one]
        assert len(weeks) == len(set(weeks))
        assert 4 <= len(weeks) <= 5


def test_nobody_is_rung_outside_the_own_duty_or_in_a_break() -> None:
    for now, _who in lived(SHOP, at("2026-11-23 00:00"), 28):
        local = now.astimezone(SHOP.zone)
        assert local.weekday() < 5
        assert 9 <= local.hour < 18
        assert (local.hour, local.minute // 30) != (12, 0)


def test_never_two_within_half_an_hour() -> None:
    many = tuple(person(f"P{n}", number=f"+3736900{n:04}") for n in range(30))
    shop = office(*many)
    times = [now for now, _ in lived(shop, at("2026-11-23 00:00"), 14)]
    assert all(b - a >= BETWEEN for a, b in pairwise(times))
    assert len({now.date() for now in times}) >= 10  # spread over the days, too


def test_who_presses_no_key_is_tried_once_more_on_another_day() -> None:
    rung = list(lived(SHOP, at("2026-11-23 00:00"), 56, Result.NO_ANSWER))
    of_ana = [now for now, who in rung if who == ANA]
    weeks = [own_week(ANA.number or "", now) for now in of_ana]
    assert rung
    assert max(weeks.count(one) for one in weeks) == 2
    assert all(b.date() != a.date() for a, b in pairwise(of_ana))


def ask(shop: Office = SHOP, when: str = "2026-11-23 10:00", **more: object) -> Person | None:
    given: dict[str, object] = {
        "away": {},
        "busy": (),
        "checks": {},
        "confirmed_at": lambda _number: LONG_AGO,
    }
    return next_to_check(shop, at(when).astimezone(UTC), **(given | more))  # type: ignore[arg-type]


def test_who_is_on_the_telephone_or_away_is_left_in_peace() -> None:
    now = at("2026-11-23 10:00").astimezone(UTC)
    away = {"ana": Away("ana", Why.BREAK, now, now + timedelta(hours=1))}
    assert ask() == ANA
    assert ask(away=away) == ION
    assert ask(away=away, busy=("ion",)) == EVA


@pytest.mark.parametrize(
    "shop",
    [
        replace(SHOP, roll_call=False),
        replace(SHOP, closures=(Closure(date(2026, 11, 23), date(2026, 11, 23)),)),
        office(*(replace(p, number=None, unconfirmed=p.number or "") for p in PEOPLE)),
        office(*(replace(p, at_once=5) for p in PEOPLE)),
    ],
    ids=["switched off", "closed", "nobody confirmed", "a call centre"],
)
def test_nobody_is_rung(shop: Office) -> None:
    assert ask(shop) is None


def test_who_confirmed_the_number_a_moment_ago_is_not_asked_again() -> None:
    number, now = ANA.number or "", at("2026-11-23 10:00").astimezone(UTC)
    while own_week(number, now - MINUTE) == own_week(number, now):
        now += MINUTE  # where a week of this number's own begins
    shop, ago = office(ANA), now - MINUTE

    def asked(later: timedelta) -> Person | None:
        return next_to_check(shop, now + later, {}, (), {}, lambda _number: ago)

    assert asked(timedelta()) is None
    assert asked(FRESH) == ANA
    assert ask(confirmed_at=lambda _number: None) is None


def test_the_clock_may_jump_without_a_storm_or_a_silence() -> None:
    checks: dict[str, NumberCheck] = {}
    rings = 0
    for days in (0, 400, 0, 400):
        now = at("2026-11-23 10:00").astimezone(UTC) + timedelta(days=days)
        while (
            who := next_to_check(office(ANA), now, {}, (), checks, lambda _number: LONG_AGO)
        ) is not None:
            number = who.number or ""
            checks[number] = checked(checks.get(number), number, now, Result.KEY)
            rings += 1
    assert rings == 4


def test_the_weeks_of_numbers_do_not_begin_together() -> None:
    seed = 7
    chance = random.Random(seed)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    numbers = [f"+3736{chance.randrange(10**7):07}" for _ in range(200)]
    starts = [
        sum(
            own_week(n, now + timedelta(days=d)) != own_week(n, now + timedelta(days=d + 1))
            for n in numbers
        )
        for d in range(7)
    ]
    assert min(starts) > 10, f"seed {seed}: {starts}"


# -- the week in one summary -----------------------------------------------------------------------


def test_the_week_is_told_of_when_it_is_over_and_the_line_is_open() -> None:
    assert summary_due(SHOP, at("2026-11-23 08:59")) is None
    assert str(summary_due(SHOP, at("2026-11-23 09:00"))) == "2026-11-16"
    assert str(summary_due(SHOP, at("2026-11-27 17:00"))) == "2026-11-16"


def test_the_summary_counts_the_numbers_of_that_week_only() -> None:
    def check(who: Person, when: str, result: Result) -> NumberCheck:
        return NumberCheck(who.number or "", at(when).astimezone(UTC), result)

    monday = at("2026-11-16 00:00").date()
    found = summary(
        SHOP,
        monday,
        [
            check(ANA, "2026-11-16 00:00", Result.KEY),
            check(ION, "2026-11-22 23:59", Result.NO_KEY),
            check(EVA, "2026-11-23 00:00", Result.DEAD),
            NumberCheck("+37360000000", at("2026-11-18 12:00").astimezone(UTC), Result.DEAD),
        ],
    )
    assert (found.well, found.others) == (1, ((ION, Result.NO_KEY),))


def test_only_who_is_gone_is_counted_in_a_row() -> None:
    now, number, last = LONG_AGO, ANA.number or "", None
    gone = []
    for result in (Result.DEAD, Result.UNREACHABLE, Result.NO_ANSWER, Result.DEAD):
        last = checked(last, number, now, result)
        gone.append(last.gone)
        now += WEEK
    assert gone == [1, 2, 0, 1]
