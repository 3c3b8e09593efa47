"""The plan of a week as it is shown: a row for each person, a cell for each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from hotline.routing import changewords
from hotline.routing.changes import Change
from hotline.routing.changewords import DASH, clock_of
from hotline.routing.coverage import Clash, Hole
from hotline.routing.office import Closure, Office, Person
from hotline.routing.shifts import DAY, absent, planned, swapped
from hotline_web.languages import spoken
from hotline_web.words import say


@dataclass(frozen=True)
class Stint:
    """One duty: from and to on the wall, and the breaks in it."""

    hours: str
    breaks: tuple[str, ...] = ()

    @property
    def start(self) -> str:
        """09:00."""
        return self.hours.partition(DASH)[0]

    @property
    def end(self) -> str:
        """15:00; where it ends as it began, a day later."""
        return self.hours.partition(DASH)[2]


@dataclass(frozen=True)
class Cell:
    """One person on one day. swapped_with: id of the one whose day it is, "" for the own."""

    stints: tuple[Stint, ...] = ()
    away: bool = False
    reason: str = ""
    swapped_with: str = ""


@dataclass(frozen=True)
class Week:
    """Monday to Sunday. holes: from now on. closed: by what each day is closed, if it is.

    drafted: ids and days on which the draft differs from what is in force.
    """

    days: tuple[date, ...]
    today: date
    rows: tuple[tuple[Person, tuple[Cell, ...]], ...]
    closed: tuple[Closure | None, ...]
    holes: tuple[Hole, ...]
    clashes: tuple[Clash, ...]
    drafted: frozenset[tuple[str, date]] = frozenset()

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
        Stint(clock_of(duty.span, office), tuple(clock_of(one, office) for one in duty.breaks))
        for duty in sorted(mine, key=lambda duty: duty.span)
    )
    away = [a for a in office.absences if a.person == person.id and a.first <= day <= a.last]
    return Cell(
        stints,
        absent(office, person.id, day),
        away[0].reason if away else "",
        swapped(office, day).get(person.id, ""),
    )


def cell_anchor(person: str, day: date) -> str:
    """The id of a cell of the board."""
    return f"{day.isoformat()}-{person}"


def weekday(day: date) -> str:
    """Mon 23 Nov, in the visitor's language."""
    shown: str = format_date(day, "EEE d MMM", locale=spoken())
    return shown


def longer(by: timedelta) -> str:
    """+6 h, or -1:30 h."""
    return say(changewords.longer(by))


def change_words(change: Change, office: Office) -> str:
    """One change of the plan in a line."""
    return say(changewords.words_of(change, office, weekday))
