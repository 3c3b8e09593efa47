"""Today as it is planned, to be changed in a hurry: swaps, stand-ins, absences and breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, render_template

from hotline.control.messages.people import OnDuty
from hotline.routing.changewords import clock_of
from hotline.routing.office import Office, Person
from hotline.routing.shifts import DAY, Duty, absent, day_of, planned
from hotline_web.desk import desk
from hotline_web.plan import Stint

pages = Blueprint("today", __name__, url_prefix="/today")

MOST = 3  # people who are offered; the others are chosen on the page of the shift


@dataclass(frozen=True)
class Turn:
    """A duty that is not over. day: on which it starts. there: who is on duty now, if they are.

    swaps, instead: who could swap the day, and who could take over these hours.
    """

    person: Person
    day: date
    stint: Stint
    there: OnDuty | None
    swaps: tuple[Person, ...]
    instead: tuple[Person, ...]


@pages.get("")
def today() -> str:
    """The whole page."""
    here = desk()
    found = here.stored
    on = {one.person: one for one in here.status.on_duty} if here.status else {}
    turns = list(_turns(found, here.now, on)) if found else []
    day = day_of(found, here.now) if found else here.now.astimezone(here.times.zone).date()
    return render_template(
        "today.html", day=day, turns=turns, office=found, others=_others(on, turns)
    )


def _turns(office: Office, now: datetime, on: dict[str, OnDuty]) -> Iterator[Turn]:
    """In the order in which they begin."""
    today = day_of(office, now)
    around = {day: list(planned(office, [day])) for day in (today - DAY, today, today + DAY)}
    every = [duty for duties in around.values() for duty in duties]
    for day in (today - DAY, today):
        for duty in sorted(around[day], key=lambda duty: duty.span):
            if duty.span[1] > now:
                yield Turn(
                    duty.person,
                    day,
                    Stint(clock_of(duty.span, office)),
                    on.get(duty.person.id),
                    tuple(_swaps(duty, around[day]))[:MOST],
                    tuple(_instead(office, duty, day, every))[:MOST],
                )


def _swaps(duty: Duty, same_day: list[Duty]) -> Iterator[Person]:
    others = dict.fromkeys(one.person for one in same_day if one.person.id != duty.person.id)
    yield from others


def _instead(office: Office, duty: Duty, day: date, every: list[Duty]) -> Iterator[Person]:
    """Who is free at all these hours."""
    busy = {
        one.person.id for one in every if one.span[0] < duty.span[1] and duty.span[0] < one.span[1]
    }
    for person in office.people:
        if person.id not in busy | set(office.overflow) and not absent(office, person.id, day):
            yield person


def _others(on: dict[str, OnDuty], turns: list[Turn]) -> list[OnDuty]:
    """Who is on duty now by no shift of today."""
    shown = {turn.person.id for turn in turns}
    return [one for one in on.values() if one.person not in shown]
