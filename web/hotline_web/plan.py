"""The plan of a week as it is shown: a row for each person, a cell for each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from hotline.routing.coverage import Clash, Hole
from hotline.routing.office import Closure, Office, Person
from hotline.routing.shifts import DAY, absent, planned, swapped
from hotline_web.languages import spoken


@dataclass(frozen=True)
class Stint:
    """One duty: from and to on the wall, and the breaks in it."""

    hours: str
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One person on one day. swapped_with: id of the one whose day it is, "" for the own."""

    stints: tuple[Stint, ...] = ()
    away: bool = False
    reason: str = ""
    swapped_with: str = ""


@dataclass(frozen=True)
class Week:
    """Monday to Sunday. holes: from now on. closed: by what each day is closed, if it is."""

    days: tuple[date, ...]
    today: date
    rows: tuple[tuple[Person, tuple[Cell, ...]], ...]
    closed: tuple[Closure | None, ...]
    holes: tuple[Hole, ...]
    clashes: tuple[Clash, ...]

    @property
    def before(self) -> date:
        """A day of the week before."""
        return self.days[0] - DAY

    @property
    def after(self) -> date:
        """A day of the week after."""
        return self.days[-1] + DAY


def cell_of(office: Office, person: Person, day: date) -> Cell:
    """What the plan holds for the person on duties that start on this day."""
    mine = [duty for duty in planned(office, [day]) if duty.person.id == person.id]
    stints = tuple(
        Stint(_hours(office, *duty.span), tuple(_hours(office, *pause) for pause in duty.breaks))
        for duty in sorted(mine, key=lambda duty: duty.span)
    )
    away = [a for a in office.absences if a.person == person.id and a.first <= day <= a.last]
    return Cell(
        stints,
        absent(office, person.id, day),
        away[0].reason if away else "",
        swapped(office, day).get(person.id, ""),
    )


def _hours(office: Office, start: datetime, end: datetime) -> str:
    first, last = start.astimezone(office.zone), end.astimezone(office.zone)
    return f"{first:%H:%M}–{last:%H:%M}"


def weekday(day: date) -> str:
    """Mon 23 Nov, in the visitor's language."""
    shown: str = format_date(day, "EEE d MMM", locale=spoken())
    return shown
