"""Who is let into the staff's menu: by a number that says whose PIN it is, and the PIN.

The telephone somebody calls from opens nothing. PINs are made by the box, at random, and told
once; what is kept of them is what is kept of passwords. How often one may guess: guesses.py.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterable

from hotline.calls.alarms import Alarms
from hotline.calls.exchange import Exchange
from hotline.calls.guesses import DIGITS, Guesses
from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.routing.office import Office, Person
from hotline.said import say
from hotline.storage.audit import Act, Audit, Entry
from hotline.storage.staffpins import StaffPin, StaffPins
from hotline.storage.uses import Use, Uses, What

log = logging.getLogger(__name__)

DISK_PATIENCE_S = 4.0


class StaffDoor:
    """The PINs and the count of wrong ones. Lives on the loop; argon2 works in threads."""

    def __init__(
        self, exchange: Exchange, pins: StaffPins, uses: Uses, alarms: Alarms, audit: Audit
    ) -> None:
        self._x, self._pins, self._uses = exchange, pins, uses
        self._alarms, self._audit = alarms, audit
        self.guesses = Guesses(
            pins.shut_at is not None, on_wrong=uses.note, on_shut=self._too_many_wrong
        )

    def remember(self, used: Iterable[Use]) -> None:
        """What the last run counted."""
        self.guesses.remember(used)

    @property
    def shut(self) -> bool:
        """Is nobody let in before the office opens it again?"""
        return self.guesses.shut

    def takes_guesses(self) -> bool:
        """May somebody key a PIN now?"""
        return self.guesses.may(self._x.clock.steady())

    def number_of(self, person: str) -> str:
        """What this person (id) keys before the PIN; "" for who has none."""
        pin = self._pins.of(person)
        return pin.number if pin else ""

    async def admit(self, number: str, digits: str) -> Person | None:
        """Who has this number and this PIN; None for everything else.

        Takes as long and counts the same whether the number is nobody's or the PIN is wrong. What
        has not the length of a PIN is no guess.
        """
        if len(digits) != DIGITS or not self.guesses.begin(self._x.clock.steady()):
            return None
        pin = self._pins.numbered(number)
        person = self._x.office().person(pin.person) if pin else None
        right = False
        try:
            same = await asyncio.to_thread(_same, pin.kept if pin else "", digits)
            right = same and person is not None and self._pins.numbered(number) == pin
        finally:
            self.guesses.end(self._x.clock.steady(), right=right)
        return person if right else None

    # -- what the office does --------------------------------------------------------------------

    async def make(self, person: Person, by: str) -> tuple[str, str]:
        """A new PIN in the place of the person's last one: the number to key, and the digits.

        They are told here and never again. Raises HotlineError when the disk does not take them.
        """
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        kept = await asyncio.to_thread(_kept, digits)
        number = self._pins.number_for(person.id)
        pin = StaffPin(person.id, number, kept, self._x.clock.now(), label(by))
        stored = asyncio.wrap_future(self._pins.keep(pin))
        self._note(Act.PIN_MADE, person.name, by)
        try:
            async with asyncio.timeout(DISK_PATIENCE_S):
                await asyncio.shield(stored)
        except TimeoutError:
            raise HotlineError(
                say("The disk does not take the new PIN now."),
                say("See the trouble on the first page."),
            ) from None
        return number, digits

    def forget(self, person: Person, by: str) -> None:
        """The person's PIN opens nothing any more. Raises HotlineError where there is none."""
        if self._pins.of(person.id) is None:
            raise HotlineError(say("%(person)s has no PIN.", person=person.name))
        self._pins.forget(person.id)
        self._note(Act.PIN_FORGOTTEN, person.name, by)

    def look(self, office: Office) -> None:
        """Forget the PINs of who is not in it; to be asked when another office is in force."""
        for pin in self._pins.without({person.id for person in office.people}):
            self._pins.forget(pin.person)
            self._note(Act.PIN_FORGOTTEN, pin.person)

    def open_again(self, by: str) -> None:
        """Take guesses again. Raises HotlineError where they are taken already."""
        if not self.shut:
            raise HotlineError(say("The staff's menu is open already."))
        self.guesses.open()
        self._pins.open()
        self._uses.forget(What.GUESSED)
        log.warning("%s opened the staff's menu again", by)
        self._note(Act.STAFF_OPENED, by=by)

    # -- inside ----------------------------------------------------------------------------------

    def _too_many_wrong(self) -> None:
        self._pins.shut(self._x.clock.now())
        self._alarms.staff_shut()

    def _note(self, what: Act, person: str = "", by: str = "") -> None:
        self._audit.note(Entry(self._x.clock.now(), what, person=person, by=by))


def _same(kept: str, digits: str) -> bool:
    """In a thread. kept: "" for nobody's, which takes as long."""
    from hotline.storage import passwords  # argon2 is loaded with the first PIN

    nobodys = passwords.nobody()
    return passwords.matches(kept or nobodys, digits) and bool(kept)


def _kept(digits: str) -> str:
    """In a thread."""
    from hotline.storage import passwords

    return passwords.hashed(digits)
