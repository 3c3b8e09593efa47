"""Whether somebody may have a break is what counting the people of every minute of it gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hotline.routing.office import (
    MINUTES_PER_DAY,
    Break,
    Office,
    OpenInterval,
    Person,
    Shift,
    WallTime,
)
from hotline.routing.presence import Absent, Away, Verdict, Why, ask_break, ask_off, duty_end
from tests.routing.offices import IDS, ZONES, offices, people
from tests.routing.oracle import MINUTE, Oracle
from tests.routing.test_one_answer import moments, stretch_around


@st.composite
def absences(draw: st.DrawFn, now: datetime) -> Absent:
    """Who else is away, since some time and for some minutes more."""
    found = {}
    for name in draw(st.sets(st.sampled_from(IDS), max_size=2)):
        since = now - draw(st.integers(0, 60)) * MINUTE
        until = now + draw(st.integers(1, 90)) * MINUTE
        found[name] = Away(name, draw(st.sampled_from(Why)), since, until)
    return found


def fewest_without(
    oracle: Oracle, office: Office, person: Person, now: datetime, minutes: int, away: Absent
) -> int | None:
    """By counting: who else can be rung in each minute in which this person could be."""
    counts, others = [], [one for one in away.values() if one.person != person.id]
    by_gone: dict[tuple[Away, ...], Oracle] = {}
    for minute in (now + n * MINUTE for n in range(minutes)):
        if oracle.opening(minute) != "open":
            continue
        gone = tuple(one for one in others if one.since <= minute < one.until)
        if gone not in by_gone:
            off = [(one.person, one.since, one.until) for one in gone if one.why is Why.OFF]
            by_gone[gone] = oracle.without(off)
        on = by_gone[gone].on_duty(minute)
        there = {p.id for p in office.people if p.number is not None and p.id in on}
        if person.id in there:
            counts.append(len(there - {one.person for one in gone} - {person.id}))
    return min(counts, default=None)


EVERY = frozenset(range(7))


def wall(now: datetime, zone: ZoneInfo, minutes: int) -> WallTime:
    """What the clock shows, or is taken to show, so many minutes from now."""
    local = now.astimezone(zone)
    return WallTime((local.hour * 60 + local.minute + minutes) % MINUTES_PER_DAY)


@st.composite
def busy_offices(draw: st.DrawFn, now: datetime, zone: ZoneInfo) -> Office:
    """People come and go, have breaks, and the line closes, all within two hours of now."""
    soon, ago = st.integers(-20, 130), st.integers(10, 240)
    shifts = []
    for name in draw(st.lists(st.sampled_from(IDS), min_size=3, max_size=4, unique=True)):
        start, end = (wall(now, zone, n) for n in (-draw(ago), draw(soon)))
        pauses = tuple(Break(wall(now, zone, n), 10) for n in draw(st.lists(soon, max_size=1)))
        shifts.append(Shift(name, EVERY, start, end, breaks=pauses))
    hours = (OpenInterval(EVERY, wall(now, zone, -300), wall(now, zone, draw(soon))),)
    return Office(
        name="Floarea",
        zone=zone,
        country="MD",
        languages=("ro",),
        people=draw(people()),
        shifts=tuple(shifts),
        hours=draw(st.sampled_from([(), hours])),
        least_on_duty=draw(st.sampled_from([2, 0, 1])),
    )


@pytest.mark.parametrize("zone_name", ZONES)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_break_is_granted_as_by_counting_minutes(zone_name: str, data: st.DataObject) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    now = moment + data.draw(st.integers(-180, 180)) * MINUTE
    office = data.draw(busy_offices(now, zone), "office")
    away = data.draw(absences(now), "away")
    minutes = data.draw(st.sampled_from([5, 15, 60, 120]), "minutes")
    oracle = Oracle(office, stretch_around(zone_name, moment))
    for person in office.people:
        found = ask_break(office, person, minutes, now, away)
        event(found.verdict)
        if found.verdict is Verdict.NOT_ON_DUTY:
            continue
        left = fewest_without(oracle, office, person, now, minutes, away)
        enough = left is None or left >= max(1, office.least_on_duty)
        assert (found.verdict is Verdict.BREAK) is enough, (person.id, found, left)


@pytest.mark.parametrize("zone_name", ZONES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_who_can_be_rung_can_go_off_and_always_comes_back(
    zone_name: str, data: st.DataObject
) -> None:
    moment = data.draw(st.sampled_from(moments(zone_name)), "moment")
    zone = ZoneInfo(zone_name)
    office = data.draw(offices(zone, moment.astimezone(zone).date()), "office")
    now = moment + data.draw(st.integers(-180, 180)) * MINUTE
    oracle = Oracle(office, stretch_around(zone_name, moment))
    for person in office.people:
        found = ask_off(office, person, now)
        event(found.verdict)
        if person.id in oracle.on_duty(now):
            assert found.verdict is Verdict.OFF, person.id
        if found.verdict is Verdict.OFF:
            assert found.until is not None
            assert now < found.until <= now + timedelta(hours=26)
            assert duty_end(office, person, found.until) != found.until
