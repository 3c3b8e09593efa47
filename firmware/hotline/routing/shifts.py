"""Shifts: from wall time to instants, and who is on duty when.

Instants are aware UTC datetimes, spans are half-open. A day is a calendar day of the office's zone.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hotline.routing.office import MINUTES_PER_DAY, Break, Office, Person, Shift

DAY = timedelta(days=1)

Span = tuple[datetime, datetime]
Off = tuple[str, Span]  # who (an id) has gone against the plan, and when

# The same few wall times are asked for at every call; 60 shifts with breaks need 600 of them.
_REMEMBERED = 4096
_DAYS_REMEMBERED = 40  # a month on the page, and some around it


@lru_cache(maxsize=_REMEMBERED)
def first_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which something starting at this wall time starts, UTC.

    minutes: since midnight of `day`, may be more than a day. Where the clock jumps over this time
    it is the jump, where the time comes twice it is the first.
    """
    wall, early, late = _readings(day, minutes, zone)
    if early < late:
        return _jump(wall - late, wall - early, zone)
    return (wall - early).replace(tzinfo=UTC)


@lru_cache(maxsize=_REMEMBERED)
def last_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which something ending at this wall time ends, UTC.

    Where the clock jumps over this time it is the jump, where the time comes twice the second.
    """
    wall, early, late = _readings(day, minutes, zone)
    if early < late:
        return _jump(wall - late, wall - early, zone)
    return (wall - late).replace(tzinfo=UTC)


def _readings(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, timedelta, timedelta]:
    """Wall time and its two UTC offsets (PEP 495): early < late in a gap, early > late twice."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early = zone.utcoffset(wall)
    late = zone.utcoffset(wall.replace(fold=1))
    return wall, early or timedelta(), late or timedelta()


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the new offset; `before` and `after` are naive UTC around the jump."""
    low, high = before.replace(tzinfo=UTC), after.replace(tzinfo=UTC)
    new = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == new:
            high = middle
        else:
            low = middle
    return high


def day_of(office: Office, now: datetime) -> date:
    """The office's calendar day at this instant."""
    return now.astimezone(office.zone).date()


def day_span(office: Office, day: date) -> Span:
    """The day from midnight to midnight: 23, 24 or 25 hours."""
    return first_instant(day, 0, office.zone), first_instant(day, MINUTES_PER_DAY, office.zone)


def weekday_of(office: Office, day: date) -> int:
    """0 = Monday; a moved working day is the weekday it stands in for."""
    for moved in office.moved_days:
        if moved.day == day:
            return moved.as_weekday
    return day.weekday()


def absent(office: Office, person_id: str, day: date) -> bool:
    """Whether a vacation or sickness covers a shift starting on this day."""
    return any(a.person == person_id and a.first <= day <= a.last for a in office.absences)


def swapped(office: Office, day: date) -> dict[str, str]:
    """Who works instead of whom the plan names, for duties that start on this day."""
    there = [swap for swap in office.swaps if swap.day == day]
    return {a: b for swap in there for a, b in ((swap.one, swap.other), (swap.other, swap.one))}


def starts_on(shift: Shift, day: date, weekday: int) -> bool:
    """Whether the shift has a duty that starts on `day`, which counts as `weekday`."""
    if weekday not in shift.days:
        return False
    if shift.valid_from is not None and day < shift.valid_from:
        return False
    if shift.valid_to is not None and day > shift.valid_to:
        return False
    if shift.anchor is None or shift.on + shift.off <= 0:
        return True
    return (day - shift.anchor).days % (shift.on + shift.off) < shift.on


@dataclass(frozen=True)
class Duty:
    """One shift on one day. `position` is the person's place in the office's list."""

    position: int
    person: Person
    span: Span
    breaks: tuple[Span, ...]

    def covers(self, instant: datetime) -> bool:
        """Whether the person is there: inside the shift and not in a break."""
        if not self.span[0] <= instant < self.span[1]:
            return False
        return not any(start <= instant < end for start, end in self.breaks)


def duty_span(shift: Shift, day: date, zone: ZoneInfo) -> Span:
    """From the start to the end of the duty that starts on `day`; may be empty inside a gap."""
    start, end = shift.start.minutes, shift.end.minutes
    if shift.minutes is not None:
        end = start + shift.minutes
    elif end <= start:
        end += MINUTES_PER_DAY
    return first_instant(day, start, zone), last_instant(day, end, zone)


def _break_span(pause: Break, shift: Shift, day: date, zone: ZoneInfo, end: datetime) -> Span:
    start = pause.start.minutes
    if start < shift.start.minutes:
        start += MINUTES_PER_DAY
    begin = min(first_instant(day, start, zone), end)
    return begin, min(begin + timedelta(minutes=pause.minutes), end)


def planned(office: Office, days: Iterable[date]) -> Iterator[Duty]:
    """Every duty that starts on one of the days, breaks as planned."""
    places = {person.id: (place, person) for place, person in enumerate(office.people)}
    for day in days if office.by_shift else ():
        weekday, instead = weekday_of(office, day), swapped(office, day)
        for shift in office.shifts:
            person = instead.get(shift.person, shift.person)
            if person not in places or not starts_on(shift, day, weekday):
                continue
            if person in office.overflow or absent(office, person, day):
                continue
            span = duty_span(shift, day, office.zone)
            pauses = (_break_span(b, shift, day, office.zone, span[1]) for b in shift.breaks)
            yield Duty(*places[person], span, tuple(p for p in pauses if p[0] < p[1]))


def duties_of(office: Office, day: date, off: Iterable[Off] = ()) -> tuple[Duty, ...]:
    """Every duty that can reach into `day`, its breaks as they are really taken.

    Held-back breaks are followed from the duties that start the day before on, no further back.
    off: who has gone and when; they hold nobody's break back, and nobody's break counts on them.
    Remembered with the office: each call asks some dozens of times, and little of it ever changes.
    """
    known, asked = office.worked_out, (day, tuple(off))
    duties: tuple[Duty, ...] | None = known.get(asked)
    if duties is None:
        if len(known) >= _DAYS_REMEMBERED:
            known.clear()
        duties = known[asked] = _duties_of(office, *asked)
    return duties


def _duties_of(office: Office, day: date, off: tuple[Off, ...]) -> tuple[Duty, ...]:
    if office.least_on_duty <= 0 or not any(shift.breaks for shift in office.shifts):
        return tuple(planned(office, (day - DAY, day)))
    duties = tuple(planned(office, (day - DAY, day, day + DAY)))
    return _Breaks(duties, office.least_on_duty, off).taken(until=day_span(office, day)[1])


class _Wish(NamedTuple):
    """A break that is due; the order is who goes first."""

    due: datetime
    position: int
    duty: int
    length: timedelta


class _Breaks:
    """Grants the planned breaks so that `least` people who can be rung stay.

    A break is taken as soon as enough people stay for the whole of it. That can only become true
    when it is due, when someone returns or when someone's shift begins; at its own shift's end it
    is lost.
    """

    def __init__(self, duties: tuple[Duty, ...], least: int, off: Iterable[Off]) -> None:
        gone = list(off)
        self._duties = duties
        self._off = [[span for who, span in gone if who == one.person.id] for one in duties]
        self._least = least
        self._pauses: list[list[Span]] = [[] for _ in duties]
        self._of: dict[int, list[int]] = {}
        for index, duty in enumerate(duties):
            self._of.setdefault(duty.position, []).append(index)
        # How many people are there: _count[i] from _since[i] on, until the next.
        self._since: list[datetime] = []
        self._count: list[int] = []
        self._count_people()

    def taken(self, until: datetime) -> tuple[Duty, ...]:
        """The same duties with the breaks due before `until`, at the times they are taken."""
        wishes = sorted(
            _Wish(start, duty.position, index, end - start)
            for index, duty in enumerate(self._duties)
            for start, end in duty.breaks
            if start < until
        )
        moments = [wish.due for wish in wishes] + [duty.span[0] for duty in self._duties]
        moments += [back for spans in self._off for _, back in spans]
        heapq.heapify(moments)
        coming, waiting = deque(wishes), list[_Wish]()
        while moments and (coming or waiting):
            now = heapq.heappop(moments)
            while coming and coming[0].due <= now:
                waiting.append(coming.popleft())
            for wish in tuple(waiting):
                pause = (now, min(now + wish.length, self._duties[wish.duty].span[1]))
                if pause[0] >= pause[1]:
                    waiting.remove(wish)
                elif self._grant(wish.duty, pause):
                    waiting.remove(wish)
                    heapq.heappush(moments, pause[1])
        return tuple(
            Duty(duty.position, duty.person, duty.span, tuple(pauses))
            for duty, pauses in zip(self._duties, self._pauses, strict=True)
        )

    def _grant(self, index: int, pause: Span) -> bool:
        """Takes the break if enough people stay all through it."""
        if self._duties[index].person.number is None:
            self._pauses[index].append(pause)
            return True
        first, last = bisect_right(self._since, pause[0]) - 1, bisect_left(self._since, pause[1])
        lost = [self._leaves(index, max(since, pause[0])) for since in self._since[first:last]]
        left = (count - gone for count, gone in zip(self._count[first:last], lost, strict=True))
        if min(left) < self._least:
            return False
        self._pauses[index].append(pause)
        first, last = self._edge(pause[0]), self._edge(pause[1])
        for place in range(first, last):
            self._count[place] -= lost[place - first]
        return True

    def _leaves(self, index: int, instant: datetime) -> bool:
        """Whether a break in this duty takes its person away: not one of two duties at once."""
        mine = self._of[self._duties[index].position]
        return self._there(index, instant) and not any(
            self._there(other, instant) for other in mine if other != index
        )

    def _there(self, index: int, instant: datetime) -> bool:
        start, end = self._duties[index].span
        if not start <= instant < end or self._gone(index, instant):
            return False
        return not any(a <= instant < b for a, b in self._pauses[index])

    def _gone(self, index: int, instant: datetime) -> bool:
        return any(a <= instant < b for a, b in self._off[index])

    def _edge(self, instant: datetime) -> int:
        """The place of this instant among the edges, made if need be."""
        place = bisect_left(self._since, instant)
        if place == len(self._since) or self._since[place] != instant:
            self._since.insert(place, instant)
            self._count.insert(place, self._count[place - 1])
        return place

    def _count_people(self) -> None:
        """The count before any break; a person with two duties at once counts once."""
        steps: dict[datetime, int] = {}
        for mine in self._of.values():
            covered = datetime.min.replace(tzinfo=UTC)
            if self._duties[mine[0]].person.number is None:
                continue
            spans = (self._duties[index].span for index in mine)
            for start, end in sorted(_outside(spans, self._off[mine[0]])):
                # An edge also where one of two duties at once ends: a break in the other begins
                # to count there.
                steps.setdefault(start, 0)
                steps.setdefault(end, 0)
                start = max(start, covered)
                if start < end:
                    steps[start] = steps.get(start, 0) + 1
                    steps[end] = steps.get(end, 0) - 1
                    covered = end
        self._since = sorted(steps)
        self._count = list(accumulate(steps[since] for since in self._since))


def _outside(spans: Iterable[Span], off: Iterable[Span]) -> list[Span]:
    """What is left of the spans."""
    left = list(spans)
    for gone, back in off:
        pieces = [piece for a, b in left for piece in ((a, min(b, gone)), (max(a, back), b))]
        left = [(a, b) for a, b in pieces if a < b]
    return left


def on_shift(office: Office, now: datetime, off: Iterable[Off] = ()) -> tuple[Person, ...]:
    """Everybody whose shift covers `now` and who is not in a break, in the order of the list.

    off: see `duties_of`; they are named as everybody is.
    """
    there = {d.position for d in duties_of(office, day_of(office, now), off) if d.covers(now)}
    return tuple(office.people[place] for place in sorted(there))


def shift_spans(
    office: Office, day: date, off: Iterable[Off] = ()
) -> Iterator[tuple[Person, Span]]:
    """When each person is there on `day`, cut to that day; one person may have several spans."""
    window = day_span(office, day)
    for duty in duties_of(office, day, off):
        edge = duty.span[0]
        for start, end in sorted(duty.breaks):
            yield from _cut(duty.person, (edge, start), window)
            edge = max(edge, end)
        yield from _cut(duty.person, (edge, duty.span[1]), window)


def duty_ends(office: Office, person: Person, now: datetime) -> datetime | None:
    """When the person's present stretch of duty ends, a break or the shift's end; UTC.

    None if no shift says so, or only on another day.
    """
    day = day_of(office, now)
    ends = [
        end
        for who, (start, end) in shift_spans(office, day)
        if who == person and start <= now < end
    ]
    return max(ends, default=None)


def _cut(person: Person, span: Span, window: Span) -> Iterator[tuple[Person, Span]]:
    start, end = max(span[0], window[0]), min(span[1], window[1])
    if start < end:
        yield person, (start, end)
