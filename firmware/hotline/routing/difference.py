"""What a change of the plan brings: who gains or loses which hours, and which holes come and go.

Instants are aware UTC datetimes, spans are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hotline.routing.coverage import Clash, Hole, clashes, holes
from hotline.routing.office import Office, Person
from hotline.routing.shifts import DAY, Duty, Span, absent, day_of, day_span, planned, swapped

LOOKED = 35  # days; what a change brings after them is not looked at


@dataclass(frozen=True)
class ChangedDay:
    """What somebody works of what starts on this day, before and after. At least one differs."""

    day: date
    person: Person
    before: tuple[Duty, ...]
    after: tuple[Duty, ...]


@dataclass(frozen=True)
class Difference:
    """Between two plans. Of holes and clashes those from now on.

    new_holes: whole, where they only grew, too. filled_holes: what of them is filled. gained: by
    how much longer each works, less than nothing where it is less; nobody for whom the days differ
    and their sum does not. unseen: so many days were not looked at.
    """

    days: tuple[ChangedDay, ...]
    gained: tuple[tuple[Person, timedelta], ...]
    new_holes: tuple[Hole, ...]
    filled_holes: tuple[Hole, ...]
    new_clashes: tuple[Clash, ...]
    solved_clashes: tuple[Clash, ...]
    unseen: int = 0

    @property
    def people(self) -> tuple[Person, ...]:
        """Whose hours differ, in the order of the first day."""
        changed = (one.person for one in self.days if hours_differ(one))
        return tuple({person.id: person for person in changed}.values())


def difference(before: Office, after: Office, days: Iterable[date], now: datetime) -> Difference:
    """What `after` brings on these days; at most the first LOOKED of them are looked at."""
    asked = sorted(set(days))
    looked = asked[:LOOKED]
    found = tuple(changed_days(before, after, looked))
    was, will, met, meet = list[Hole](), list[Hole](), list[Clash](), list[Clash]()
    for span in _spans(before, sorted({one.day for one in found if hours_differ(one)}), now):
        was += holes(before, *span)
        will += holes(after, *span)
        met += clashes(before, *span)
        meet += clashes(after, *span)
    return Difference(
        found,
        tuple(_gained(found)),
        tuple(hole for hole in will if any(_without([hole], was))),
        tuple(_without(was, will)),
        tuple(_others(meet, met)),
        tuple(_others(met, meet)),
        len(asked) - len(looked),
    )


def changed_days(before: Office, after: Office, days: Iterable[date]) -> Iterator[ChangedDay]:
    """Day by day whoever works otherwise, or is away or swaps where it was not so."""
    for day in days:
        was, will = _duties(before, day), _duties(after, day)
        for person in after.people:
            one = ChangedDay(day, person, was.get(person.id, ()), will.get(person.id, ()))
            if hours_differ(one) or _marks(before, one) != _marks(after, one):
                yield one


def hours_differ(one: ChangedDay) -> bool:
    """Is it not only the reason that differs?"""
    return _times(one.before) != _times(one.after)


def from_today(office: Office, days: Sequence[date], now: datetime) -> list[date]:
    """Those of these days that are not past, as many as are looked at."""
    today = day_of(office, now)
    return [day for day in days if day >= today][:LOOKED]


def _spans(office: Office, days: Iterable[date], now: datetime) -> Iterator[Span]:
    """From now on: these days and the nights that follow them, neighbours together."""
    reached = sorted({reach for day in days for reach in (day, day + DAY)})
    runs: list[list[date]] = []
    for day in reached:
        if runs and runs[-1][-1] == day - DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        start, end = max(now, day_span(office, run[0])[0]), day_span(office, run[-1])[1]
        if start < end:
            yield start, end


def _duties(office: Office, day: date) -> dict[str, tuple[Duty, ...]]:
    found: dict[str, tuple[Duty, ...]] = {}
    for duty in sorted(planned(office, [day]), key=lambda duty: duty.span):
        found[duty.person.id] = (*found.get(duty.person.id, ()), duty)
    return found


def _times(duties: Iterable[Duty]) -> list[tuple[Span, tuple[Span, ...]]]:
    return [(duty.span, duty.breaks) for duty in duties]


def _marks(office: Office, one: ChangedDay) -> tuple[bool, str | None]:
    person = one.person.id
    return absent(office, person, one.day), swapped(office, one.day).get(person)


def _gained(days: Iterable[ChangedDay]) -> Iterator[tuple[Person, timedelta]]:
    sums: dict[str, tuple[Person, timedelta]] = {}
    for one in days:
        person, total = sums.get(one.person.id, (one.person, timedelta()))
        sums[person.id] = person, total + _length(one.after) - _length(one.before)
    yield from (one for one in sums.values() if one[1])


def _length(duties: Iterable[Duty]) -> timedelta:
    return sum((duty.span[1] - duty.span[0] for duty in duties), timedelta())


def _without(some: Iterable[Hole], others: Sequence[Hole]) -> Iterator[Hole]:
    """The parts of holes that are no part of the others."""
    for hole in some:
        start, end = hole.span
        for other in others:
            if start < other.span[1] and other.span[0] < end:
                if start < other.span[0]:
                    yield replace(hole, span=(start, other.span[0]))
                start = max(start, other.span[1])
        if start < end:
            yield replace(hole, span=(start, end))


def _others(some: Iterable[Clash], known: Iterable[Clash]) -> Iterator[Clash]:
    """Those that are not among the known: hundreds of each in a large office."""
    there = set(map(_of, known))
    yield from (clash for clash in some if _of(clash) not in there)


def _of(clash: Clash) -> tuple[Span, frozenset[str]]:
    return clash.span, frozenset(person.id for person in clash.people)
