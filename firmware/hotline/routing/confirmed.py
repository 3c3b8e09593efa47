"""An office in which only confirmed numbers are rung: the others are as if they were missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hotline.routing.office import Office, Person


def only_confirmed(office: Office, confirmed: Callable[[str], bool]) -> Office:
    """The office with every number moved away (`Person.unconfirmed`) that is not `confirmed`.

    confirmed: did the owner of this E.164 number confirm it? The number counts, not the person:
    two people with one telephone confirm it once, and who changes the number confirms anew.
    """
    return replace(
        office,
        people=tuple(_inert(p, confirmed) for p in office.people),
        directory=tuple(_inert(p, confirmed) for p in office.directory),
    )


def numbers_of(office: Office) -> frozenset[str]:
    """Every number of the office and its directory, confirmed or not."""
    numbers = (one.number or one.unconfirmed for one in (*office.people, *office.directory))
    return frozenset(number for number in numbers if number)


def waiting(office: Office) -> tuple[Person, ...]:
    """Who is not rung only because the number is not confirmed yet."""
    return tuple(one for one in (*office.people, *office.directory) if one.unconfirmed)


def _inert(person: Person, confirmed: Callable[[str], bool]) -> Person:
    number = person.number or person.unconfirmed
    if not number:
        return person
    well = confirmed(number)
    return replace(person, number=number if well else None, unconfirmed="" if well else number)
