"""Whom the board asks and tells about what goes on. Each is built over the board, and takes its
post there by itself; until then nobody is away, nobody is told, no place is kept and nobody is at a
computer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hotline.errors import LineDown, NumberRefused
from hotline.lines.port import Leg
from hotline.routing.office import Person
from hotline.routing.presence import Absent
from hotline.said import say

if TYPE_CHECKING:
    from hotline.calls.call import Call


class StaffWatch:
    """Knows who is there; see `Attendance`."""

    def away(self) -> Absent:
        """Who is not to be rung whatever the plan says, by id."""
        return {}

    def rung(self, person: Person, taken: bool) -> None:
        """Somebody was rung to the end: taken with key 1, or nobody was there."""

    def had_a_hard_call(self, person: Person) -> None:
        """The person says so."""


class NumberWatch:
    """Hears of numbers that something is wrong with; see `Alarms`."""

    def refused(self, number: str, why: NumberRefused) -> None:
        """This number was to be dialled and may not be."""

    def loop(self, person: Person) -> None:
        """The person's telephone is diverted to the hotline."""


class PlaceKeeper:
    """Keeps places in the queue for who is not on the line; see `Promising`."""

    def keep_place(self, call: Call, topic: str | None, case: int) -> bool:
        """The caller wants to be called back: does the box do it by itself?"""
        return False

    def arrival(self, number: str | None, call_id: int) -> int:
        """The place that this number kept, else that of the call."""
        return call_id


class ComputerDesk(Protocol):
    """Knows who takes calls in a browser; see `lines.computers`."""

    def there(self) -> frozenset[str]:
        """Their ids."""

    def ring(self, person: str, caller: str, about: str) -> Leg:
        """Ring there; answered when somebody takes it, REJECTED when they cannot now.

        LINE_FAILED and NO_SOUND: the page is gone, and nobody hung up. caller: a number or "".
        about: the topic in words, or "". Raises LineDown.
        """


class NoComputers:
    """Until the first page is open."""

    def there(self) -> frozenset[str]:
        """Nobody."""
        return frozenset()

    def ring(self, person: str, caller: str, about: str) -> Leg:
        """See ComputerDesk."""
        raise LineDown(say("Nobody is at a computer."))
