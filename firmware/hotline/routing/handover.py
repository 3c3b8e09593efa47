"""To whom a call under way may be passed on: colleagues who are free, the directory, a manager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hotline.routing.computer import with_computers
from hotline.routing.office import Office, Person
from hotline.routing.presence import off_duty
from hotline.routing.rules import on_duty
from hotline.routing.staff import Load

MANAGER = 3


@dataclass(frozen=True)
class Moment:
    """A talk under way, and what is known of everybody else.

    there: who is on duty, also while the line is closed: this caller came before it was. holder:
    who has the caller. caller: E.164 or None; nobody is put through to their own telephone.
    """

    office: Office
    there: tuple[Person, ...]
    load: Load
    holder: Person
    caller: str | None


def moment(
    office: Office,
    now: datetime,
    load: Load,
    holder: Person,
    caller: str | None,
    *,
    clock_trusted: bool = True,
) -> Moment:
    """While the clock is not to be believed, everybody may be there."""
    office, off = with_computers(office, load.at_computer), off_duty(load.away.values())
    there = on_duty(office, now, off) if clock_trusted else office.people
    return Moment(office, there, load, holder, caller)


def choices(talk: Moment) -> tuple[Person, ...]:
    """Whom the holder may choose, in the order of the office's lists: first colleagues."""
    return _free(talk, (*talk.there, *talk.office.directory))


def escalation(talk: Moment) -> tuple[Person, ...]:
    """Who takes over a hard call, in ringing order: those above whoever has it.

    The highest level first, in it the supervisor; managers take over from each other, too.
    """
    watcher = talk.office.supervisor
    above = [p for p in _free(talk, talk.there) if _above(p, talk.holder) or p.id == watcher]
    return tuple(sorted(above, key=lambda p: (-p.level, p.id != watcher)))


def _above(person: Person, holder: Person) -> bool:
    return person.level >= MANAGER or person.level > holder.level


def _free(talk: Moment, people: Iterable[Person]) -> tuple[Person, ...]:
    taken, load = {talk.caller, talk.holder.number, None}, talk.load
    return tuple(
        p for p in people if p.number not in taken and not load.talks(p) and p.id not in load.away
    )
