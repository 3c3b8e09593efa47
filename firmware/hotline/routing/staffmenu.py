"""What somebody of the staff finds behind the PIN, and under which keys. Pure.

A key means the same at all times: who calls every day presses it without listening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hotline.routing.office import Office, Person
from hotline.routing.presence import Absent, duty_end
from hotline.routing.rules import DUTY_DAYS_AHEAD
from hotline.routing.shifts import DAY, day_of, duties_of
from hotline.routing.staffwords import Ask

KEYS: dict[str, Ask] = {
    "1": Ask.BREAK,
    "2": Ask.OFF,
    "3": Ask.ON,
    "4": Ask.WHO,
    "5": Ask.SWAP,
    "6": Ask.BACK,
    "7": Ask.YES,
    "8": Ask.NO,
    "9": Ask.RECORD,
    "0": Ask.ANNOUNCE,
}
DUTIES_OFFERED = 3
MANAGER = 3  # the level


@dataclass(frozen=True)
class DutyDay:
    """A duty that can be swapped: the day on which it starts, by which swaps go, and when."""

    day: date
    begins: datetime


def offered(office: Office, person: Person, now: datetime, away: Absent) -> tuple[Ask, ...]:
    """What the menu names to this person, in the order of the keys.

    What is not named can be pressed all the same; yes and no are asked for where a colleague waits
    for one of them.
    """
    leaving = person.id not in away and duty_end(office, person, now) is not None
    there = {
        Ask.BREAK: leaving,
        Ask.OFF: leaving,
        Ask.ON: person.id in away,
        Ask.WHO: True,
        Ask.SWAP: bool(office.shifts) and bool(colleagues(office, person)),
        Ask.BACK: True,
        Ask.RECORD: may_speak(office, person),
        Ask.ANNOUNCE: may_speak(office, person),
    }
    return tuple(ask for ask in KEYS.values() if there.get(ask))


def may_speak(office: Office, person: Person) -> bool:
    """May this person change what callers hear? A manager, or who watches the plan; where there is
    neither, everybody who has a PIN.
    """
    some = {p.id for p in office.people if p.level == MANAGER or p.id == office.supervisor}
    return not some or person.id in some


def colleagues(office: Office, person: Person) -> tuple[Person, ...]:
    """With whom duties can be swapped, in the order of the list: who could be asked by text."""
    return tuple(
        p
        for p in office.people
        if p.id != person.id and (p.number or p.unconfirmed) and p.id not in office.overflow
    )


def next_duties(office: Office, person: Person, now: datetime) -> tuple[DutyDay, ...]:
    """The duty that runs and the next ones, few enough to be chosen by ear; within five weeks."""
    found: dict[date, DutyDay] = {}
    today = day_of(office, now)
    for ahead in range(DUTY_DAYS_AHEAD):
        for duty in duties_of(office, today + ahead * DAY):
            day = day_of(office, duty.span[0])
            if duty.person.id == person.id and now < duty.span[1] and day not in found:
                found[day] = DutyDay(day, duty.span[0])
        if len(found) >= DUTIES_OFFERED:
            break
    return tuple(sorted(found.values(), key=lambda one: one.begins))[:DUTIES_OFFERED]
