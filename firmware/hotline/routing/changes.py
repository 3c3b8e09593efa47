"""What people change in the plan from day to day: the office with that change. Pure.

Whether it can stand is for `remarks` to say, as of every office.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hotline.routing.office import Absence, Office, Shift, Swap, WallTime
from hotline.routing.shifts import DAY, Span, day_of, weekday_of


def with_swap(office: Office, day: date, one: str, other: str) -> Office:
    """The two swap that day; if they had swapped it before, they take it back."""
    same = [s for s in office.swaps if s.day == day and {s.one, s.other} == {one, other}]
    if same:
        return replace(office, swaps=tuple(s for s in office.swaps if s not in same))
    return replace(office, swaps=(*office.swaps, Swap(day, one, other)))


def with_absence(office: Office, person: str, first: date, last: date, reason: str = "") -> Office:
    """The person is away on these days, both included."""
    return replace(office, absences=(*office.absences, Absence(person, first, last, reason)))


def with_stand_in(office: Office, person: str, span: Span) -> Office:
    """The person works this span, once; it may run over midnight, and lasts a day at most.

    Wall time to the minute: what begins inside a minute begins with it.
    """
    start, end = (edge.astimezone(office.zone) for edge in span)
    day = day_of(office, span[0])
    once = Shift(
        person,
        frozenset({weekday_of(office, day)}),
        WallTime(start.hour * 60 + start.minute),
        WallTime(_end_minutes(end)),
        valid_from=day,
        valid_to=day,
    )
    return replace(office, shifts=(*office.shifts, once))


def _end_minutes(end: datetime) -> int:
    minutes = end.hour * 60 + end.minute
    return minutes or 24 * 60


def week_of(day: date) -> tuple[date, ...]:
    """Monday to Sunday around this day."""
    monday = day - day.weekday() * DAY
    return tuple(monday + n * DAY for n in range(7))
