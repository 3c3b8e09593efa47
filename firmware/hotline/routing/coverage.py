"""What the plan holds for some days to come: who is there when, and where too few are.

Instants are aware UTC datetimes, spans are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hotline.routing.office import Office, Person
from hotline.routing.rules import everybody, open_spans
from hotline.routing.shifts import (
    DAY,
    Duty,
    Off,
    Span,
    absent,
    day_of,
    day_span,
    duties_of,
    first_instant,
    planned,
)

MOST_SUBSTITUTES = 3
NOON = 12 * 60
# Who has worked less in the days around is asked first.
_AROUND = 3 * DAY


@dataclass(frozen=True)
class Stretch:
    """A time in which nothing of the plan changes. pausing: on duty, and in a break."""

    span: Span
    open: bool
    there: tuple[Person, ...]
    pausing: tuple[Person, ...] = ()

    @property
    def reached(self) -> tuple[Person, ...]:
        """Who is there and has a number."""
        return tuple(person for person in self.there if person.number is not None)


@dataclass(frozen=True)
class Hole:
    """The line is open, and fewer than `needed` people can be rung.

    pausing: would be there but for a break. instead: who could stand in, best first.
    """

    span: Span
    there: tuple[Person, ...]
    needed: int
    pausing: tuple[Person, ...]
    instead: tuple[Person, ...]


@dataclass(frozen=True)
class Clash:
    """Two people have planned a break for the same time."""

    span: Span
    people: tuple[Person, Person]


@dataclass(frozen=True)
class Strain:
    """Somebody is planned for longer without a break than the office wants."""

    span: Span
    person: Person


def days_of(office: Office, start: datetime, end: datetime) -> list[date]:
    """The office's calendar days that the span touches."""
    first, last = day_of(office, start), day_of(office, end - timedelta(microseconds=1))
    return [first + n * DAY for n in range((last - first).days + 1)]


def stretches(office: Office, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The plan from `start` to `end`, piece by piece and whole; neighbours differ."""
    last: Stretch | None = None
    for piece in _pieces(office, start.astimezone(UTC), end.astimezone(UTC)):
        if last is not None and replace(piece, span=last.span) == last:
            last = replace(last, span=(last.span[0], piece.span[1]))
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _pieces(office: Office, start: datetime, end: datetime) -> Iterator[Stretch]:
    for day in days_of(office, start, end):
        begin, until = (max(start, day_span(office, day)[0]), min(end, day_span(office, day)[1]))
        opened, duties = list(open_spans(office, day)), duties_of(office, day)
        edges = {begin, until}
        for span in (*opened, *(span for duty in duties for span in (duty.span, *duty.breaks))):
            edges |= {edge for edge in span if begin < edge < until}
        for a, b in pairwise(sorted(edges)):
            is_open = any(first <= a < last for first, last in opened)
            if office.by_shift:
                yield Stretch((a, b), is_open, *_present(office, duties, a))
            else:
                there = everybody(office, day) if is_open else ()
                yield Stretch((a, b), is_open, there)


def _present(
    office: Office, duties: Iterable[Duty], now: datetime
) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    there, on_shift = set[int](), set[int]()
    for duty in duties:
        if duty.span[0] <= now < duty.span[1]:
            on_shift.add(duty.position)
            if duty.covers(now):
                there.add(duty.position)
    people = office.people
    return tuple(people[n] for n in sorted(there)), tuple(
        people[n] for n in sorted(on_shift - there)
    )


def pausing(office: Office, now: datetime, off: Iterable[Off] = ()) -> tuple[Person, ...]:
    """Who is on duty at `now` and in a break, as breaks are really taken. off: see `duties_of`."""
    return _present(office, duties_of(office, day_of(office, now), off), now)[1]


def holes(office: Office, start: datetime, end: datetime) -> Iterator[Hole]:
    """Where, from `start` to `end`, the open line has too few people: none, or fewer than the
    office wants.
    """
    needed = max(1, office.least_on_duty)
    if not office.people:
        return
    for stretch in stretches(office, start, end):
        if stretch.open and len(stretch.reached) < needed:
            instead = substitutes(office, stretch.span)
            yield Hole(stretch.span, stretch.there, needed, stretch.pausing, instead)


def holes_to_tell(office: Office, now: datetime) -> list[Hole]:
    """What is worth a warning at `now`: of today, and from noon on of tomorrow."""
    today, noon = day_of(office, now), first_instant(day_of(office, now), NOON, office.zone)
    last = today + DAY if now >= noon else today
    return list(holes(office, now, day_span(office, last)[1]))


def substitutes(office: Office, span: Span) -> tuple[Person, ...]:
    """Who could stand in for all of the span: free, not away, with a number; best first.

    The first line before experts; of these who has worked least in the days around.
    """
    days = days_of(office, span[0] - _AROUND, span[1] + _AROUND)
    worked, taken = dict[str, timedelta](), set[str]()
    for duty in planned(office, days):
        length = duty.span[1] - duty.span[0]
        worked[duty.person.id] = worked.get(duty.person.id, timedelta()) + length
        if duty.span[0] < span[1] and span[0] < duty.span[1]:
            taken.add(duty.person.id)
    day = day_of(office, span[0])
    free = [
        person
        for person in office.people
        if person.number is not None
        and person.id not in taken
        and not absent(office, person.id, day)
    ]
    free.sort(key=lambda p: (p.weight == 0, p.level, worked.get(p.id, timedelta())))
    return tuple(free[:MOST_SUBSTITUTES])


def strains(office: Office, start: datetime, end: datetime) -> Iterator[Strain]:
    """Duty without a break for more hours than the office wants, if it begins in the span."""
    most = timedelta(hours=office.hours_in_a_row)
    if not most:
        return
    days = days_of(office, start, end)
    for duty in planned(office, [days[0] - DAY, *days]):
        edge = duty.span[0]
        for pause in (*sorted(duty.breaks), (duty.span[1], duty.span[1])):
            if pause[0] - edge > most and start <= edge < end:
                yield Strain((edge, pause[0]), duty.person)
            edge = max(edge, pause[1])


def clashes(office: Office, start: datetime, end: datetime) -> Iterator[Clash]:
    """Breaks of two people that are planned for the same time, in order."""
    days = days_of(office, start, end)
    breaks = [
        (span, duty.person)
        for duty in planned(office, [days[0] - DAY, *days])
        for span in duty.breaks
        if span[0] < end and start < span[1]
    ]
    breaks.sort(key=lambda one: one[0])
    for place, (span, person) in enumerate(breaks):
        for later, other in breaks[place + 1 :]:
            if later[0] >= span[1]:
                break
            if other.id != person.id:
                yield Clash((later[0], min(span[1], later[1])), (person, other))
