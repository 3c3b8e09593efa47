"""Shifts: from wall time to instants, and who is on duty when.

Instants are aware UTC datetimes, spans are half-open. A day is a calendar day of the office's zone.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hotline.routing.office import MINUTES_PER_DAY, Break, Office, Person, Shift

DAY = timedelta(days=1)

# How far back held-back breaks are followed: a duty begun yesterday, and what held it back.
_DAYS_BACK = 2

Span = tuple[datetime, datetime]


def first_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which something starting at this wall time starts, UTC.

    minutes: since midnight of `day`, may be more than a day. Where the clock jumps over this time
    it is the jump, where the time comes twice it is the first.
    """
    wall, early, late = _readings(day, minutes, zone)
    if early < late:
        return _jump(wall - late, wall - early, zone)
    return (wall - early).replace(tzinfo=UTC)


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


def _duties(office: Office, days: Iterable[date]) -> Iterator[Duty]:
    """Every duty that starts on one of the days, breaks as planned."""
    places = {person.id: (place, person) for place, person in enumerate(office.people)}
    for day in days:
        weekday = weekday_of(office, day)
        for shift in office.shifts:
            if shift.person not in places or not starts_on(shift, day, weekday):
                continue
            if absent(office, shift.person, day):
                continue
            span = duty_span(shift, day, office.zone)
            pauses = (_break_span(b, shift, day, office.zone, span[1]) for b in shift.breaks)
            yield Duty(*places[shift.person], span, tuple(p for p in pauses if p[0] < p[1]))


def duties_of(office: Office, day: date) -> tuple[Duty, ...]:
    """Every duty that can reach into `day`, its breaks as they are really taken.

    Held-back breaks are followed from the duties that start two days before on, no further.
    """
    if office.least_on_duty <= 0 or not any(shift.breaks for shift in office.shifts):
        return tuple(_duties(office, (day - DAY, day)))
    days = [day + offset * DAY for offset in range(-_DAYS_BACK, 2)]
    return _hold_back(tuple(_duties(office, days)), office.least_on_duty)


@dataclass(order=True)
class _Wish:
    """A break that is due; the order is who goes first."""

    due: datetime
    position: int
    duty: int
    length: timedelta


def _hold_back(duties: tuple[Duty, ...], least: int) -> tuple[Duty, ...]:
    """The same duties with breaks moved so that `least` people who can be rung stay.

    A break is taken as soon as enough people stay for the whole of it. That can only become true
    when it is due, when someone returns or when someone's shift begins; at its own shift's
    end it is lost.
    """
    wishes = sorted(
        _Wish(start, duty.position, index, end - start)
        for index, duty in enumerate(duties)
        for start, end in duty.breaks
    )
    taken: list[list[Span]] = [[] for _ in duties]
    moments = [wish.due for wish in wishes] + [duty.span[0] for duty in duties]
    heapq.heapify(moments)
    while moments and wishes:
        now = heapq.heappop(moments)
        due = bisect_right(wishes, now, key=lambda wish: wish.due)
        for wish in wishes[:due]:
            pause = (now, min(now + wish.length, duties[wish.duty].span[1]))
            if pause[0] >= pause[1]:
                wishes.remove(wish)
            elif _enough_stay(duties, taken, wish.duty, pause, least):
                wishes.remove(wish)
                taken[wish.duty].append(pause)
                heapq.heappush(moments, pause[1])
    return tuple(
        Duty(duty.position, duty.person, duty.span, tuple(pauses))
        for duty, pauses in zip(duties, taken, strict=True)
    )


def _enough_stay(
    duties: tuple[Duty, ...], taken: list[list[Span]], leaver: int, pause: Span, least: int
) -> bool:
    """Whether `least` people who can be rung are there all through `pause` without the leaver."""
    if duties[leaver].person.number is None:
        return True
    start, end = pause
    near = [
        (duty.position, duty.span, (*taken[index], pause) if index == leaver else taken[index])
        for index, duty in enumerate(duties)
        if duty.person.number is not None and duty.span[0] < end and duty.span[1] > start
    ]
    # People only become fewer where someone leaves: at an end of shift or a start of a break.
    edges = {span[1] for _, span, _ in near} | {p[0] for _, _, pauses in near for p in pauses}
    return all(_there(near, edge) >= least for edge in (start, *edges) if start <= edge < end)


def _there(near: Iterable[tuple[int, Span, Iterable[Span]]], instant: datetime) -> int:
    return len(
        {
            position
            for position, span, pauses in near
            if span[0] <= instant < span[1]
            and not any(start <= instant < end for start, end in pauses)
        }
    )


def on_shift(office: Office, now: datetime) -> tuple[Person, ...]:
    """Everybody whose shift covers `now` and who is not in a break, in the order of the list."""
    there = {d.position for d in duties_of(office, day_of(office, now)) if d.covers(now)}
    return tuple(office.people[place] for place in sorted(there))


def shift_spans(office: Office, day: date) -> Iterator[tuple[Person, Span]]:
    """When each person is there on `day`, cut to that day; one person may have several spans."""
    window = day_span(office, day)
    for duty in duties_of(office, day):
        edge = duty.span[0]
        for start, end in sorted(duty.breaks):
            yield from _cut(duty.person, (edge, start), window)
            edge = max(edge, end)
        yield from _cut(duty.person, (edge, duty.span[1]), window)


def _cut(person: Person, span: Span, window: Span) -> Iterator[tuple[Person, Span]]:
    start, end = max(span[0], window[0]), min(span[1], window[1])
    if start < end:
        yield person, (start, end)
