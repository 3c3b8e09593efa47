"""Where somebody is rung who takes calls at a computer, too: there first, then on the telephone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum

from hotline.routing.office import Office, Person

# Long enough to reach for the mouse; a caller who hears music meanwhile waits so much longer where
# a page is open that nobody sits at.
AT_COMPUTER_S = 12


class Where(Enum):
    """COMPUTER: a page that is open. TELEPHONE: the number of the person."""

    COMPUTER = "computer"
    TELEPHONE = "telephone"


@dataclass(frozen=True)
class Way:
    """Ring there for so many seconds."""

    where: Where
    seconds: int


def ways(person: Person, ring_seconds: int) -> tuple[Way, ...]:
    """One after the other, until somebody takes the call or says "not now".

    Never both at once: who takes it at the computer shall not pay for a mobile that rang, too.
    """
    telephone = Way(Where.TELEPHONE, ring_seconds)
    if not person.at_computer:
        return (telephone,)
    if person.number is None:
        return (Way(Where.COMPUTER, ring_seconds),)
    return Way(Where.COMPUTER, min(AT_COMPUTER_S, ring_seconds)), telephone


def with_computers(office: Office, there: Collection[str]) -> Office:
    """The office with whoever takes calls at a computer now marked so."""
    if not there:
        return office
    people = (replace(p, at_computer=True) if p.id in there else p for p in office.people)
    return replace(office, people=tuple(people))
