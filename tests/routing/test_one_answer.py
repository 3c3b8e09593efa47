"""For every instant there is exactly one answer, and it is the one that counting minutes gives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hotline.routing.office import (
    Absence,
    Break,
    Closure,
    MovedDay,
    Office,
    OpenInterval,
    Person,
    Shift,
    WallTime,
)
from hotline.routing.plan import Opening, next_duty, on_duty, plan_for
from tests.routing.offices import ZONES, offices
from tests.routing.oracle import MINUTE, Oracle, Stretch, changes

FIRST_YEAR, LAST_YEAR = 2020, 2040
DAYS_AROUND = 4
# Where a zone never changes its clocks: a leap day, a year's end, a Sunday.
ORDINARY = (
    datetime(2024, 2, 29, 1, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
    datetime(2033, 3, 27, 1, tzinfo=UTC),
)


@cache
def moments(zone_name: str) -> tuple[datetime, ...]:
    return (*changes(ZoneInfo(zone_name), FIRST_YEAR, LAST_YEAR), *ORDINARY)


@cache
def stretch_around(zone_name: str, moment: datetime) -> Stretch:
    first = moment - timedelta(days=DAYS_AROUND)
    return Stretch(ZoneInfo(zone_name), first, 2 * DAYS_AROUND * 1440)


def agree(office: Office, oracle: Oracle, instant: datetime) -> None:
    there = [person.id for person in on_duty(office, instant)]
    assert there == oracle.on_duty(instant), f"on duty at {instant}"
    plan = plan_for(None, office, instant)
    assert plan.opening.value == oracle.opening(instant), f"opening at {instant}"
    rung = {c.person.id for tier in plan.tiers for c in tier.candidates}
    can_be = {p.id for p in office.people if p.number is not None and p.id in there}
    assert rung == (can_be if plan.opening is Opening.OPEN else set()), f"rung at {instant}"


@pytest.mark.parametrize("zone_name", ZONES)
@settings(
    max_examples=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_any_office_is_answered_as_by_counting_minutes(zone_name: str, data: st.DataObject) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    office = data.draw(offices(zone, moment.astimezone(zone).date()), "office")
    oracle = Oracle(office, stretch_around(zone_name, moment))
    around = data.draw(st.lists(st.integers(-1500, 1500), max_size=12), "minutes away")
    for away in {*range(-70, 71, 7), *around}:
        agree(office, oracle, moment + away * MINUTE)
        agree(office, oracle, moment + away * MINUTE + timedelta(seconds=59, microseconds=999_999))


@pytest.mark.parametrize("zone_name", ZONES)
@settings(
    max_examples=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_nobodys_break_counts_on_who_has_gone_as_by_counting_minutes(
    zone_name: str, data: st.DataObject
) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    office = _tricky(zone, moment.astimezone(zone).date())
    gone, length = st.integers(-600, 600), st.integers(1, 900)
    off = []
    for person in data.draw(st.lists(st.sampled_from(office.people), max_size=4, unique=True)):
        since = moment + data.draw(gone, f"{person.id} gone") * MINUTE
        off.append((person.id, since, since + data.draw(length, "for so long") * MINUTE))
    oracle = Oracle(office, stretch_around(zone_name, moment)).without(off)
    spans = [(who, (since, until)) for who, since, until in off]
    for away in range(-700, 701, 35):
        now = moment + away * MINUTE
        assert [person.id for person in on_duty(office, now, spans)] == oracle.on_duty(now)


@pytest.mark.parametrize("zone_name", ZONES)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_next_opening_is_the_first_minute_somebody_answers(
    zone_name: str, data: st.DataObject
) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    office = data.draw(offices(zone, moment.astimezone(zone).date()), "office")
    oracle = Oracle(office, stretch_around(zone_name, moment))
    # The oracle's stretch ends: it must have a day to spare, or it would miss a shift.
    last = (2 * DAYS_AROUND - 2) * 1440
    for away in data.draw(st.lists(st.integers(-2000, 1500), min_size=1, max_size=8), "away"):
        now = moment + away * MINUTE
        expected = oracle.next_answer(now, last)
        found = plan_for(None, office, now).next_opening
        if expected is None:
            event("nobody answers for days")
            assert found is None or found >= oracle.stretch.instant(last)
        elif expected == now:
            assert found is None, "somebody answers now"
        else:
            assert found == expected


@pytest.mark.parametrize("zone_name", ZONES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_next_duty_is_the_first_minute_somebody_comes(
    zone_name: str, data: st.DataObject
) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    office = data.draw(offices(zone, moment.astimezone(zone).date()), "office")
    oracle = Oracle(office, stretch_around(zone_name, moment))
    now = moment + data.draw(st.integers(-1500, 1500), "away") * MINUTE
    found = next_duty(office, now)
    at, before = now + MINUTE, set(oracle.on_duty(now))
    while oracle.stretch.index(at) < (2 * DAYS_AROUND - 2) * 1440:
        there = oracle.on_duty(at)
        if not before.issuperset(there):
            assert found is not None
            assert (found[0], [person.id for person in found[1]]) == (at, there)
            return
        at, before = at + MINUTE, set(there)
    assert found is None or found[0] >= at


def _tricky(zone: ZoneInfo, day: date) -> Office:
    """Everything that starts, ends or pauses in an hour that is missing or comes twice."""
    every = frozenset(range(7))
    t = WallTime
    return Office(
        name="Floarea",
        zone=zone,
        country="MD",
        languages=("ro",),
        people=tuple(Person(i, i, f"+3736900010{n}") for n, i in enumerate("abcdefg")),
        shifts=(
            Shift("a", every, t(1320), t(360), breaks=(Break(t(150), 15), Break(t(190), 15))),
            Shift("b", every, t(150), t(205), breaks=(Break(t(170), 20),)),
            Shift("c", every, t(480), t(480), minutes=1440, breaks=(Break(t(180), 90),)),
            Shift("d", every, t(0), t(1440), anchor=day, on=1, off=2),
            Shift("e", every, t(180), t(240)),
            Shift("e", every, t(125), t(130)),
            Shift("f", frozenset({5}), t(1200), t(210), breaks=(Break(t(0), 60),)),
            Shift("g", every, t(120), t(180)),
        ),
        absences=(Absence("a", day + timedelta(days=1), day + timedelta(days=2)),),
        hours=(OpenInterval(every, t(160), t(150)),),
        closures=(Closure(day + timedelta(days=1), day + timedelta(days=1)),),
        moved_days=(MovedDay(day - timedelta(days=1), 5),),
        least_on_duty=2,
    )


@pytest.mark.parametrize("zone_name", ZONES)
def test_every_minute_around_every_clock_change_until_2040(zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    for moment in moments(zone_name):
        office = _tricky(zone, moment.astimezone(zone).date())
        oracle = Oracle(office, stretch_around(zone_name, moment))
        for away in range(-65, 66):
            agree(office, oracle, moment + away * MINUTE)
