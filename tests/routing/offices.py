"""Offices drawn at random, with the awkward times that break schedules."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

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
    Swap,
    WallTime,
)

ZONES = ("Europe/Kyiv", "Europe/Chisinau", "Europe/Bucharest", "Europe/Moscow", "UTC")
IDS = ("ana", "ion", "maria", "petru")

# Midnight, the hours that are missing or come twice in these zones, and ordinary ones.
minutes = st.one_of(
    st.sampled_from(
        [0, 60, 119, 120, 121, 150, 179, 180, 181, 210, 239, 240, 241, 480, 1320, 1439]
    ),
    st.integers(0, 1439),
)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


def near(day: date) -> st.SearchStrategy[date]:
    return st.integers(-4, 4).map(lambda n: day + timedelta(days=n))


@st.composite
def shifts(draw: st.DrawFn, day: date, person_ids: tuple[str, ...] = IDS) -> Shift:
    start = draw(minutes)
    length = draw(st.one_of(st.none(), st.sampled_from([1440, 720]), st.integers(1, 1440)))
    end = draw(minutes.filter(lambda m: m != start)) if length is None else (start + length) % 1440
    if length is None and draw(st.booleans()) and start:
        end = 1440
    anchored = draw(st.booleans())
    starts = draw(st.one_of(st.none(), near(day)))
    return Shift(
        person=draw(st.sampled_from(person_ids)),
        days=draw(weekdays),
        start=WallTime(start),
        end=WallTime(end),
        minutes=length,
        breaks=tuple(draw(st.lists(breaks(), max_size=2))),
        anchor=draw(near(day)) if anchored else None,
        on=draw(st.integers(1, 3)) if anchored else 0,
        off=draw(st.integers(0, 3)) if anchored else 0,
        valid_from=starts,
        valid_to=starts and draw(st.one_of(st.none(), st.just(starts + timedelta(days=3)))),
    )


@st.composite
def breaks(draw: st.DrawFn) -> Break:
    return Break(WallTime(draw(minutes)), draw(st.sampled_from([1, 10, 15, 60, 90])))


@st.composite
def spans(draw: st.DrawFn, day: date) -> tuple[date, date]:
    first = draw(near(day))
    return first, first + timedelta(days=draw(st.integers(0, 2)))


@st.composite
def closures(draw: st.DrawFn, day: date) -> Closure:
    first, last = draw(spans(day))
    years = draw(st.integers(-2, 2)) if draw(st.booleans()) else None
    if years is None or 29 in (first.day, last.day):
        return Closure(first, last, "closed")
    first, last = (d.replace(year=d.year + years) for d in (first, last))
    return Closure(first, last, "closed", yearly=True)


@st.composite
def moved_days(draw: st.DrawFn, day: date) -> MovedDay:
    return MovedDay(draw(near(day)), draw(st.integers(0, 6)))


@st.composite
def intervals(draw: st.DrawFn) -> OpenInterval:
    start = draw(minutes)
    end = draw(st.one_of(st.just(1440), minutes.filter(lambda m: m != start)))
    return OpenInterval(draw(weekdays), WallTime(start), WallTime(end))


@st.composite
def people(draw: st.DrawFn) -> tuple[Person, ...]:
    return tuple(
        Person(
            id=name,
            name=name.title(),
            number=draw(st.sampled_from([f"+3736900010{n}", f"+3736900010{n}", None])),
            level=draw(st.integers(1, 3)),
            weight=draw(st.sampled_from([1, 1, 0])),
        )
        for n, name in enumerate(IDS)
    )


@st.composite
def swaps(draw: st.DrawFn, day: date) -> tuple[Swap, ...]:
    """At most one on a day: nobody swaps twice."""
    days = draw(st.lists(st.integers(-2, 2), max_size=2, unique=True))
    pairs = st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True)
    return tuple(Swap(day + timedelta(days=ahead), *draw(pairs)) for ahead in days)


@st.composite
def offices(draw: st.DrawFn, zone: ZoneInfo, day: date) -> Office:
    """An office whose days and dates lie around `day`."""
    return Office(
        name="Floarea",
        zone=zone,
        country="MD",
        languages=("ro", "ru"),
        people=draw(people()),
        shifts=tuple(draw(st.lists(shifts(day), max_size=6))),
        absences=tuple(
            Absence(draw(st.sampled_from(IDS)), *draw(spans(day)))
            for _ in range(draw(st.integers(0, 2)))
        ),
        swaps=draw(swaps(day)),
        hours=tuple(draw(st.lists(intervals(), max_size=2))),
        closures=tuple(draw(st.lists(closures(day), max_size=1))),
        moved_days=tuple(draw(st.lists(moved_days(day), max_size=1))),
        least_on_duty=draw(st.sampled_from([0, 0, 1, 2])),
    )
