"""What the page and the commands do about PINs: make them, forget them, open the staff's menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hotline.calls.staffdoor import StaffDoor
from hotline.control.messages.people import NumbersAnswer, StaffOpen, StaffPin, StaffPinMade
from hotline.control.messages.wire import Done
from hotline.routing.office import Person


@dataclass(frozen=True)
class PinDesk:
    """Part of the front desk. find: somebody of the office, by id or name; raises HotlineError."""

    door: StaffDoor
    find: Callable[[str], Person]

    async def pin(self, ask: StaffPin) -> StaffPinMade:
        """A new PIN, told here and never again; or none."""
        person = self.find(ask.person)
        if ask.forget:
            self.door.forget(person, ask.by)
            return StaffPinMade(name=person.name)
        number, digits = await self.door.make(person, ask.by)
        return StaffPinMade(name=person.name, number=number, digits=digits)

    async def open(self, ask: StaffOpen) -> Done:
        """Take guesses again."""
        self.door.open_again(ask.by)
        return Done()

    def added_to(self, numbers: NumbersAnswer) -> NumbersAnswer:
        """Who has a PIN, and whether it opens anything now."""
        people = tuple(
            one.model_copy(update={"staff_number": self.door.number_of(one.person)})
            for one in numbers.people
        )
        return numbers.model_copy(update={"people": people, "staff_shut": self.door.shut})
